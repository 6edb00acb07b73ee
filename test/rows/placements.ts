/**
 * Signed requests of every kind of authentication, as clients of both dialects send them: a signature goes into the
 * Authorization header or into the query. Built on the signatures of test/support, so independent of src/dialects.
 */

import { createHash, createHmac } from 'node:crypto'
import { type Credentials, encode, type Signable, signCos, signS3 } from '../../src/tries/signing.js'
import type { AuthKind } from '../../src/wire/authentication.js'

export const AUTH_KINDS = [
  'cos-header',
  'cos-query',
  'cos-sign-query',
  's3-v4-header',
  's3-v4-query',
  's3-v2-header',
  's3-v2-query',
] as const satisfies readonly AuthKind[]

export function dialectOf(kind: AuthKind): 'cos' | 's3' {
  return kind.startsWith('cos') ? 'cos' : 's3'
}

export interface Placed {
  /** The whole query, encoded. */
  readonly rawQuery: string
  /** All headers to send but Host. */
  readonly headers: ReadonlyMap<string, string>
}

/** `now` is the client's clock. A presigned URL is valid for an hour from there. */
export function place(kind: AuthKind, signable: Signable, credentials: Credentials, region: string): Placed {
  return PLACEMENTS[kind](signable, credentials, region)
}

const PLACEMENTS: Readonly<Record<AuthKind, (signable: Signable, credentials: Credentials, region: string) => Placed>> =
  {
    'cos-header': (signable, credentials) => ({
      rawQuery: queryText(signable.query),
      headers: new Map([...signable.headers, ['authorization', signCos(signable, credentials)]]),
    }),
    'cos-query': (signable, credentials) => ({
      rawQuery: joined(queryText(signable.query), signCos(signable, credentials).replaceAll(';', '%3B')),
      headers: signable.headers,
    }),
    'cos-sign-query': (signable, credentials) => ({
      rawQuery: joined(queryText(signable.query), `sign=${encode(signCos(signable, credentials))}`),
      headers: signable.headers,
    }),
    's3-v4-header': (signable, credentials, region) => ({
      rawQuery: queryText(signable.query),
      headers: new Map([...signable.headers, ...signS3(signable, credentials, region)]),
    }),
    's3-v4-query': (signable, credentials, region) => ({
      rawQuery: presign(signable, credentials, region),
      headers: signable.headers,
    }),
    's3-v2-header': (signable, credentials) => {
      const date = new Date(signable.now).toUTCString()
      const signature = signV2(signable, credentials, date)
      return {
        rawQuery: queryText(signable.query),
        headers: new Map([
          ...signable.headers,
          ['date', date],
          ['authorization', `AWS ${credentials.id}:${signature}`],
        ]),
      }
    },
    's3-v2-query': (signable, credentials) => {
      const expires = String(Math.floor(signable.now / 1000) + EXPIRES_SECONDS)
      const signature = encode(signV2(signable, credentials, expires))
      const own = `AWSAccessKeyId=${credentials.id}&Expires=${expires}&Signature=${signature}`
      return { rawQuery: joined(queryText(signable.query), own), headers: signable.headers }
    },
  }

const EXPIRES_SECONDS = 3600

const V2_SUB_RESOURCES =
  /^(?:accelerate|acl|cors|delete|encryption|legal-hold|lifecycle|location|logging|object-lock|ownershipControls|partNumber|policy|policyStatus|publicAccessBlock|requestPayment|response-.*|restore|retention|tagging|torrent|uploadId|uploads|versionId|versioning|versions|website)$/

/** As "Signing and authenticating REST requests" says, for a virtual host. */
function signV2({ method, rawPath, query, host, headers }: Signable, { secret }: Credentials, date: string): string {
  const bucket = /^(.+?)\.(?:s3|cos|localhost)\b/.exec(host)?.[1]
  const parameters = query
    .filter(([name]) => V2_SUB_RESOURCES.test(name))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .sort()
  const amazon = [...headers].filter(([name]) => name.startsWith('x-amz-')).sort(([a], [b]) => (a < b ? -1 : 1))
  const text = [
    method,
    headers.get('content-md5') ?? '',
    headers.get('content-type') ?? '',
    date,
    ...amazon.map(([name, value]) => `${name}:${value}`),
    (bucket === undefined ? '' : `/${bucket}`) + rawPath + (parameters.length === 0 ? '' : `?${parameters.join('&')}`),
  ].join('\n')
  return createHmac('sha1', secret).update(text).digest('base64')
}

function presign({ method, rawPath, query, host, headers, now }: Signable, credentials: Credentials, region: string) {
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const scope = [timestamp.slice(0, 8), region, 's3', 'aws4_request']
  const vendor = [...headers].filter(([name]) => name.startsWith('x-amz-'))
  const signed = [...vendor, ['host', host] as const].sort(([a], [b]) => (a < b ? -1 : 1))
  const names = signed.map(([name]) => name).join(';')
  const parameters = [
    ...query,
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', [credentials.id, ...scope].join('/')],
    ['X-Amz-Date', timestamp],
    ['X-Amz-Expires', String(EXPIRES_SECONDS)],
    ['X-Amz-SignedHeaders', names],
  ] as const
  const text = parameters
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&')
  const canonical = [
    method,
    encode(decodeURIComponent(rawPath)).replaceAll('%2F', '/'),
    text,
    ...signed.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    'UNSIGNED-PAYLOAD',
  ].join('\n')
  const digest = createHash('sha256').update(canonical).digest('hex')
  const key = scope.reduce<Buffer | string>((previous, part) => hmac(previous, part), `AWS4${credentials.secret}`)
  const signature = hmac(key, ['AWS4-HMAC-SHA256', timestamp, scope.join('/'), digest].join('\n')).toString('hex')
  return `${text}&X-Amz-Signature=${signature}`
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function queryText(query: Signable['query']): string {
  return query.map(([name, value]) => (value === '' ? encode(name) : `${encode(name)}=${encode(value)}`)).join('&')
}

function joined(query: string, signature: string): string {
  return query === '' ? signature : `${query}&${signature}`
}
