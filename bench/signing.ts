/** Signs requests as clients do, in both dialects, and writes them as the bytes that go over the wire. */

import { createHash, createHmac } from 'node:crypto'

export interface Credentials {
  readonly id: string
  readonly secret: string
  readonly region: string
}

export interface Unsigned {
  readonly method: string
  readonly host: string
  readonly path: string
  /** Decoded. */
  readonly query?: Readonly<Record<string, string>>
  readonly bodySizeBytes?: number
}

/** `none`: the same request without a signature. */
export type Signing = 's3' | 'cos' | 'none'

/** Request line and headers, with the empty line that ends them. */
export function requestHead(signing: Signing, request: Unsigned, credentials: Credentials): Buffer {
  const { method, path, host, bodySizeBytes } = request
  const query = new URLSearchParams(request.query).toString().replaceAll('+', '%20')
  const length = bodySizeBytes === undefined ? [] : [`Content-Length: ${bodySizeBytes}`]
  const lines = [`${method} ${path}${query === '' ? '' : `?${query}`} HTTP/1.1`, `Host: ${host}`, ...length]
  const signed = [...lines, ...SIGNERS[signing](request, credentials)]
  return Buffer.from(`${signed.join('\r\n')}\r\n\r\n`, 'latin1')
}

type Signer = (request: Unsigned, credentials: Credentials) => readonly string[]

const SIGNERS: Readonly<Record<Signing, Signer>> = { s3: signS3, cos: signCos, none: () => [] }

const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD'

function signS3({ method, host, path, query = {} }: Unsigned, { id, secret, region }: Credentials): readonly string[] {
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const date = timestamp.slice(0, 8)
  const scope = `${date}/${region}/s3/aws4_request`
  const names = 'host;x-amz-content-sha256;x-amz-date'
  const headers = `host:${host}\nx-amz-content-sha256:${UNSIGNED_PAYLOAD}\nx-amz-date:${timestamp}\n`
  const canonical = `${method}\n${path}\n${canonicalQuery(query)}\n${headers}\n${names}\n${UNSIGNED_PAYLOAD}`
  const text = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`
  let key = createHmac('sha256', `AWS4${secret}`).update(date).digest()
  for (const part of [region, 's3', 'aws4_request']) key = createHmac('sha256', key).update(part).digest()
  const signature = createHmac('sha256', key).update(text).digest('hex')
  return [
    `X-Amz-Date: ${timestamp}`,
    `X-Amz-Content-Sha256: ${UNSIGNED_PAYLOAD}`,
    `Authorization: AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  ]
}

/** As the COS SDKs sign: the host and every parameter. */
function signCos({ method, host, path, query = {} }: Unsigned, { id, secret }: Credentials): readonly string[] {
  const startSeconds = Math.floor(Date.now() / 1000) - 60
  const time = `${startSeconds};${startSeconds + 3_600}`
  const parameters = canonicalQuery(query).replace(/(^|&)([^=]*)/g, (_, before, name) => before + name.toLowerCase())
  const names = Object.keys(query).sort().join(';').toLowerCase()
  const http = `${method.toLowerCase()}\n${path}\n${parameters}\nhost=${encodeURIComponent(host)}\n`
  const text = `sha1\n${time}\n${createHash('sha1').update(http).digest('hex')}\n`
  const key = createHmac('sha1', secret).update(time).digest('hex')
  const signature = createHmac('sha1', key).update(text).digest('hex')
  const items = `q-sign-algorithm=sha1&q-ak=${id}&q-sign-time=${time}&q-key-time=${time}`
  return [`Authorization: ${items}&q-header-list=host&q-url-param-list=${names}&q-signature=${signature}`]
}

function canonicalQuery(query: Readonly<Record<string, string>>): string {
  const names = Object.keys(query).sort()
  return names.map((name) => `${encodeURIComponent(name)}=${encodeURIComponent(query[name] ?? '')}`).join('&')
}
