/**
 * Signature version 2 of S3, for clients that know no other: in the Authorization header and in presigned URLs. It is off
 * unless the operator has switched it on for the listener (setting `sigv2`), and then refused by name (errors.md row 31).
 */

import { createHmac } from 'node:crypto'
import type { Millis } from '../../base/clock.js'
import { equalSecrets } from '../../base/hmac.js'
import { fail } from '../../model/errors/index.js'
import type { AuthFacts, AuthScheme } from '../../wire/authentication.js'
import type { Examination, Trial } from '../../wire/diagnosis.js'
import { findCause } from '../../wire/diagnosis.js'
import { secretTrials } from '../../wire/diagnosis-trials.js'
import { displayText } from '../../wire/percent.js'
import { decodePath } from '../../wire/query.js'
import type { QueryParameter, WireRequest } from '../../wire/request.js'
import { checkSkew, readDate, refuseAlgorithm, type S3Date } from './authorization.js'
import { spacedHex } from './canonical.js'

type V2Kind = 's3-v2-header' | 's3-v2-query'

interface Signed {
  readonly kind: V2Kind
  readonly request: WireRequest
  readonly facts: AuthFacts
  readonly accessKeyId: string
  readonly signature: string
  /** What stands in the line of the date. */
  readonly dateLine: string
  /** When it says it was made; a URL says only when it ends. */
  readonly date: S3Date | undefined
}

interface Placement {
  readonly kind: V2Kind
  presents(request: WireRequest, query: readonly QueryParameter[]): boolean
  /** Stage 5b, and the date as far as it has to parse. */
  read(request: WireRequest, facts: AuthFacts): Signed
}

const HEADER: Placement = {
  kind: 's3-v2-header',
  presents: ({ headers }) => /^\s*AWS\s/.test(headers.get('authorization') ?? ''),
  read: (request, facts) => {
    const { headers } = request
    const [, accessKeyId = '', signature = ''] =
      /^\s*AWS\s+([^:\s]+):(\S+)\s*$/.exec(headers.get('authorization') ?? '') ?? []
    if (signature === '') malformed('Authorization', 'AWS <key id>:<signature>')
    const date = readDate(request, facts.now)
    const dateLine = headers.has('x-amz-date') ? '' : (headers.get('date') ?? '')
    return { kind: 's3-v2-header', request, facts, accessKeyId, signature, dateLine, date }
  },
}

const QUERY: Placement = {
  kind: 's3-v2-query',
  presents: (_, query) =>
    query.some(({ name }) => name === 'AWSAccessKeyId') && !query.some(({ name }) => name === 'X-Amz-Algorithm'),
  read: (request, facts) => {
    const read = (name: string) => facts.query.find((parameter) => parameter.name === name)?.value ?? ''
    const [accessKeyId, signature, expires] = [read('AWSAccessKeyId'), read('Signature'), read('Expires')]
    for (const [name, value] of Object.entries({
      AWSAccessKeyId: accessKeyId,
      Signature: signature,
      Expires: expires,
    })) {
      if (value === '') malformed(name, 'a value')
    }
    requireSeconds(expires, facts.now)
    return { kind: 's3-v2-query', request, facts, accessKeyId, signature, dateLine: expires, date: undefined }
  },
}

const PLACEMENTS = [HEADER, QUERY]

/** errors.md section 5, "signature unparseable". */
function malformed(ArgumentName: string, expected: string): never {
  fail(
    'InvalidArgument',
    { ArgumentName },
    { message: `The signature of version 2 needs ${expected} in ${ArgumentName}.` },
  )
}

function requireSeconds(expires: string, now: Millis): void {
  if (/^\d{1,12}$/.test(expires)) return
  const message = `Invalid date (should be seconds since epoch): ${expires.slice(0, 40)}`
  fail('SignatureDateInvalid', { ServerTime: isoSeconds(now) }, { message })
}

/** Stage 5c. */
function checkTime({ date, facts: { now }, dateLine }: Signed): void {
  if (date !== undefined) {
    checkSkew(date, now)
    return
  }
  const end = Number(dateLine) * 1000
  if (now > end) fail('RequestExpired', { Expires: isoSeconds(end), ServerTime: isoSeconds(now) })
}

function isoSeconds(at: Millis): string {
  return at > 8.64e15 ? '' : new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
}

export const s3V2Schemes: readonly AuthScheme[] = PLACEMENTS.map(({ kind, presents, read }) => ({
  kind,
  presents,
  claim: (request, facts) => {
    if (facts.signatureV2 !== true) refuseAlgorithm('AWS')
    const signed = read(request, facts)
    checkTime(signed)
    return {
      kind,
      accessKeyId: signed.accessKeyId,
      securityToken: securityToken(request, facts.query),
      covers: () => ({
        headers: ['content-md5', 'content-type', 'date', ...amazonHeaders(signed).map(([name]) => name)],
        parameters: facts.query.map(({ name }) => name.toLowerCase()).filter((name) => SUB_RESOURCES.has(name)),
      }),
      signedAt: signed.date?.at,
      verify: (secretKey) => verify(signed, secretKey),
    }
  },
}))

function securityToken({ headers }: WireRequest, query: readonly QueryParameter[]): string | undefined {
  return (
    headers.get('x-amz-security-token') || query.find(({ name }) => name === 'x-amz-security-token')?.value || undefined
  )
}

function verify(signed: Signed, secretKey: string): { readonly kind: 'unsigned' } {
  const text = stringToSign(partsOf(signed))
  if (equalSecrets(v2Signature(secretKey, text), signed.signature)) return { kind: 'unsigned' }
  return fail(
    'SignatureDoesNotMatch',
    {
      AWSAccessKeyId: signed.accessKeyId,
      StringToSign: displayText(text),
      SignatureProvided: signed.signature,
      StringToSignBytes: spacedHex(text),
    },
    { diagnosis: causeOf(signed, secretKey)?.sentence ?? unexplained(signed) },
  )
}

export function v2Signature(secretKey: string, text: string): string {
  return createHmac('sha1', secretKey).update(Buffer.from(text, 'latin1')).digest('base64')
}

// --- what is signed ---------------------------------------------------------------------------------------------

/** "Signing and authenticating REST requests": these parameters are part of the resource, and so are response-*. */
const SUB_RESOURCES: ReadonlySet<string> = new Set([
  'accelerate',
  'acl',
  'analytics',
  'cors',
  'defaultobjectacl',
  'delete',
  'encryption',
  'intelligent-tiering',
  'inventory',
  'legal-hold',
  'lifecycle',
  'location',
  'logging',
  'metrics',
  'notification',
  'object-lock',
  'ownershipcontrols',
  'partnumber',
  'policy',
  'policystatus',
  'publicaccessblock',
  'replication',
  'requestpayment',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'restore',
  'retention',
  'select',
  'select-type',
  'storageclass',
  'tagging',
  'torrent',
  'uploadid',
  'uploads',
  'versionid',
  'versioning',
  'versions',
  'website',
])

export interface V2Parts {
  readonly method: string
  readonly contentMd5: string
  readonly contentType: string
  readonly dateLine: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly resource: string
}

export function stringToSign({ method, contentMd5, contentType, dateLine, headers, resource }: V2Parts): string {
  const lines = headers.map(([name, value]) => `${name}:${value}\n`).join('')
  return `${method}\n${contentMd5}\n${contentType}\n${dateLine}\n${lines}${resource}`
}

function amazonHeaders({ kind, request, facts }: Signed): readonly (readonly [name: string, value: string])[] {
  const found = new Map<string, string>()
  if (kind === 's3-v2-query') {
    // No other: whoever holds the URL could move a header there, where the operation does not see it.
    const token = facts.query.find(({ name }) => name.toLowerCase() === 'x-amz-security-token')
    if (token !== undefined) found.set('x-amz-security-token', latin1(token.value))
  }
  for (const [name, value] of request.headers) if (name.startsWith('x-amz-')) found.set(name, value)
  return [...found].map(([name, value]) => [name, value.trim()] as const).sort(([a], [b]) => (a < b ? -1 : 1))
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

function resourceOf({ request, facts }: Signed): string {
  const { address } = facts
  const bucket = address?.pathStyle === false && address.bucketName !== undefined ? `/${address.bucketName}` : ''
  const parameters = facts.query
    .filter(({ name }) => SUB_RESOURCES.has(name.toLowerCase()))
    .map(({ name, value }) => (value === '' ? name : `${name}=${latin1(value)}`))
    .sort()
  return bucket + request.rawPath + (parameters.length === 0 ? '' : `?${parameters.join('&')}`)
}

function partsOf(signed: Signed): V2Parts {
  return {
    method: signed.request.method,
    contentMd5: signed.request.headers.get('content-md5') ?? '',
    contentType: signed.request.headers.get('content-type') ?? '',
    dateLine: signed.dateLine,
    headers: amazonHeaders(signed),
    resource: resourceOf(signed),
  }
}

// --- why it differs ---------------------------------------------------------------------------------------------

interface V2Trial {
  readonly text: string
  readonly secretKey: string
}

function causeOf(signed: Signed, secretKey: string): Trial<V2Trial> | undefined {
  const text = stringToSign(partsOf(signed))
  return findCause(trials(signed, secretKey), text.length, (trial) =>
    equalSecrets(v2Signature(trial.secretKey, trial.text), signed.signature),
  )
}

function* trials(signed: Signed, secretKey: string): Iterable<Trial<V2Trial>> {
  const { request, facts } = signed
  const parts = partsOf(signed)
  const changed = (sentence: string, change: Partial<V2Parts>) => ({
    sentence,
    parts: { text: stringToSign({ ...parts, ...change }), secretKey },
  })
  const date = request.headers.get('date') ?? ''
  const amazonDate = request.headers.get('x-amz-date') ?? ''
  const [path, ...query] = parts.resource.split('?')
  const suffix = query.length === 0 ? '' : `?${query.join('?')}`
  const bucket = facts.address?.bucketName
  if (bucket !== undefined && path !== request.rawPath) {
    yield changed(
      'The resource was signed without the bucket, which stands in front of the path though the host names it.',
      {
        resource: request.rawPath + suffix,
      },
    )
  }
  if (bucket !== undefined) {
    yield changed('The bucket was signed twice: it stands in the path already.', {
      resource: `/${bucket}${parts.resource}`,
    })
  }
  yield changed('The path was signed decoded; it is signed as it is sent.', {
    resource: latin1(decodePath(request.rawPath)) + suffix,
  })
  yield changed('The sub-resources of the query were left out of what was signed.', { resource: path ?? '' })
  yield changed('Content-Type was left out of what was signed.', { contentType: '' })
  yield changed('Content-MD5 was left out of what was signed.', { contentMd5: '' })
  yield changed('The x-amz-* headers were left out of what was signed.', { headers: [] })
  for (const dateLine of [date, amazonDate, '']) {
    if (dateLine === parts.dateLine) continue
    const kept =
      signed.kind === 's3-v2-query' ? 'Expires' : amazonDate === '' ? 'Date' : 'nothing, because x-amz-date is there'
    yield changed(`The line of the date must hold ${kept}.`, { dateLine })
  }
  for (const method of ['GET', 'PUT', 'POST', 'HEAD', 'DELETE']) {
    if (method !== parts.method)
      yield changed(`The request was signed as ${method}, and sent as ${parts.method}.`, { method })
  }
  const text = stringToSign(parts)
  for (const { sentence, parts: spoiled } of secretTrials(signed.accessKeyId, (spoil) => spoil(secretKey))) {
    yield { sentence, parts: { text, secretKey: spoiled } }
  }
}

function unexplained({ accessKeyId }: Signed): string {
  return `The request that was signed is not the one that arrived, or the secret key is not the one that belongs to ${accessKeyId}.`
}

/** For the holder of the key; undefined without a signature of this version. */
export function examineS3V2(request: WireRequest, facts: AuthFacts, secretKey: string): Examination | undefined {
  const placement = PLACEMENTS.find(({ presents }) => presents(request, facts.query))
  if (placement === undefined) return undefined
  const signed = placement.read(request, facts)
  const text = stringToSign(partsOf(signed))
  const matches = equalSecrets(v2Signature(secretKey, text), signed.signature)
  const cause = matches ? undefined : causeOf(signed, secretKey)
  const form = (shown: string) => [{ title: 'StringToSign', text: displayText(shown) }]
  return {
    scheme: placement.kind,
    accessKeyId: signed.accessKeyId,
    forms: form(text),
    signatureComputed: v2Signature(secretKey, text),
    signatureProvided: signed.signature,
    matches,
    diagnosis: matches ? undefined : (cause?.sentence ?? unexplained(signed)),
    clientForms: cause && form(cause.parts.text),
  }
}
