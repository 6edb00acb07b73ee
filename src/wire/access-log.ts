/**
 * A request and its answer as one line of an access log, in the form of either vendor: Amazon's server access log format
 * (27 fields), and COS's (cos-auth-and-bucket.md 5.18, 31 fields). Pure. What is not known is `-`; no field can break its
 * line, and credentials in a query are left out.
 */

import type { Millis } from '../base/clock.js'
import { REDACTED } from '../base/secret.js'
import type { LogForm } from '../model/access-log.js'
import type { Bucket } from '../model/bucket.js'
import { arnOf } from '../model/policy/principals.js'
import type { Account, Principal } from '../model/principal.js'
import type { AuthKind, FormAuthKind } from './authentication.js'
import type { Operation } from './operation.js'
import { percentEncodePath } from './percent.js'
import type { Headers, WireRequest } from './request.js'

/** Everything that a line tells. */
export interface AnsweredRequest {
  readonly request: WireRequest
  readonly remoteAddress: string
  readonly bucket: Pick<Bucket, 'name' | 'region'>
  readonly owner: Pick<Account, 'canonicalId' | 'uin'> | undefined
  readonly key: string | undefined
  readonly requestId: string
  readonly hostId: string | undefined
  /** Undefined when the request did not get as far as an operation. */
  readonly operation: Pick<Operation, 'name' | 'match' | 'body'> | undefined
  readonly preflight: boolean
  readonly principal: Principal
  /** Undefined: nobody signed, or wrongly. */
  readonly signature: { readonly kind: AuthKind | FormAuthKind; readonly accessKeyId: string } | undefined
  readonly vendorPrefix: string
  readonly versionId: string | undefined
  /** Of the answer; lower-case names. */
  readonly headers: Headers
  readonly status: number
  readonly error: { readonly code: string; readonly message: string } | undefined
  readonly receivedBytes: number
  readonly sentBytes: number
  /** To the head of the answer. */
  readonly turnAroundMs: Millis
  /** To its last byte, as far as that is known. */
  readonly totalMs: Millis
}

export function accessLogLine(form: LogForm, answered: AnsweredRequest): string {
  return LINES[form](answered)
}

const LINES: Readonly<Record<LogForm, (answered: AnsweredRequest) => string>> = { cos: cosLine, s3: s3Line }

const UNKNOWN = '-'

// --- Amazon's --------------------------------------------------------------------------------------------------

function s3Line(answered: AnsweredRequest): string {
  const { request, bucket, owner, error, sentBytes, signature, totalMs, turnAroundMs } = answered
  return [
    bare(owner?.canonicalId),
    bare(bucket.name),
    `[${clfTime(request.receivedAt)}]`,
    bare(answered.remoteAddress),
    bare(s3Requester(answered.principal)),
    bare(answered.requestId),
    s3Operation(answered),
    bare(encodedKey(answered.key)),
    quoted(requestLine(request)),
    String(answered.status),
    bare(error?.code),
    sentBytes === 0 ? UNKNOWN : String(sentBytes),
    bare(objectSizeOf(answered)?.toString()),
    String(Math.round(totalMs)),
    String(Math.round(turnAroundMs)),
    quoted(refererOf(request)),
    quoted(request.headers.get('user-agent')),
    bare(versionOf(answered)),
    bare(answered.hostId),
    signature === undefined ? UNKNOWN : (SIGNATURE_VERSIONS[signature.kind] ?? UNKNOWN),
    UNKNOWN, // the cipher suite: sockets are not known here
    signature === undefined ? UNKNOWN : (AUTHENTICATION_TYPES[signature.kind] ?? UNKNOWN),
    bare(request.host),
    UNKNOWN, // the version of TLS
    UNKNOWN, // the access point: there are none
    UNKNOWN, // whether an ACL was needed
    bare(bucket.region),
  ].join(' ')
}

const SIGNATURE_VERSIONS: Partial<Readonly<Record<AuthKind | FormAuthKind, string>>> = {
  's3-v4-header': 'SigV4',
  's3-v4-query': 'SigV4',
  's3-v4-form': 'SigV4',
  's3-v2-header': 'SigV2',
  's3-v2-query': 'SigV2',
  's3-v2-form': 'SigV2',
}

const AUTHENTICATION_TYPES: Partial<Readonly<Record<AuthKind | FormAuthKind, string>>> = {
  's3-v4-header': 'AuthHeader',
  's3-v2-header': 'AuthHeader',
  'cos-header': 'AuthHeader',
  's3-v4-query': 'QueryString',
  's3-v2-query': 'QueryString',
  'cos-query': 'QueryString',
  'cos-sign-query': 'QueryString',
}

/** `06/Feb/2019:00:00:38 +0000`. */
function clfTime(time: Millis): string {
  const [, day, month, year, clock] =
    /^\w{3}, (\d\d) (\w{3}) (\d{4}) ([\d:]{8})/.exec(new Date(time).toUTCString()) ?? []
  return `${day}/${month}/${year}:${clock} +0000`
}

function s3Requester(principal: Principal): string | undefined {
  if (principal.kind === 'anonymous') return undefined
  const isAccount = principal.identity.kind === 'root' && principal.session?.kind !== 'federated'
  return isAccount ? principal.account.canonicalId : arnOf(principal)
}

/** Sub-resources whose name in the log is not their own in capitals. */
const BUCKET_RESOURCES: Readonly<Record<string, string>> = {
  delete: 'MULTI_OBJECT_DELETE',
  intelligenttiering: 'INTELLIGENT_TIERING',
  logging: 'LOGGING_STATUS',
  ownershipControls: 'OWNERSHIP_CONTROLS',
  policy: 'BUCKETPOLICY',
  policyStatus: 'POLICY_STATUS',
  publicAccessBlock: 'PUBLIC_ACCESS_BLOCK',
  requestPayment: 'REQUEST_PAYMENT',
  versions: 'BUCKETVERSIONS',
  'object-lock': 'OBJECT_LOCK_CONFIGURATION',
}

const OBJECT_RESOURCES: Readonly<Record<string, string>> = {
  attributes: 'OBJECT_ATTRIBUTES',
  'legal-hold': 'OBJECT_LOCK_LEGALHOLD',
  partNumber: 'PART',
  restore: 'OBJECT',
  retention: 'OBJECT_LOCK_RETENTION',
  tagging: 'OBJECT_TAGGING',
  torrent: 'OBJECT_TORRENT',
  uploadId: 'UPLOAD',
}

/** Selectors of a listing, which say nothing about what is listed. */
const SELECTORS = ['list-type', 'id']

/** `REST.<method>.<resource>`, worked out from what the operation matches; `COPY` where it copies. */
function s3Operation({ operation, preflight, request, key }: AnsweredRequest): string {
  if (preflight) return 'REST.OPTIONS.PREFLIGHT'
  const match = operation?.match
  const query = match?.query ?? []
  const target = match?.target
  const isObject = target === undefined ? key !== undefined : target === 'object'
  const names = isObject ? OBJECT_RESOURCES : BUCKET_RESOURCES
  const selecting = query.filter((name) => !SELECTORS.includes(name))
  // The number of a part stands beside the upload's id and says more.
  const name = selecting.find((each) => each === 'partNumber') ?? selecting[0]
  const resource = name === undefined ? (isObject ? 'OBJECT' : 'BUCKET') : (names[name] ?? capitals(name))
  const verb = match?.vendorHeaders.includes('copy-source') === true ? 'COPY' : bare(request.method)
  return `REST.${verb}.${resource}`
}

function capitals(name: string): string {
  return name.toUpperCase().replaceAll('-', '_')
}

// --- COS's -----------------------------------------------------------------------------------------------------

function cosLine(answered: AnsweredRequest): string {
  const { request, bucket, owner, signature, error, receivedBytes, sentBytes, turnAroundMs, totalMs } = answered
  return [
    '1.0',
    bare(bucket.name),
    bare(bucket.region),
    `${new Date(request.receivedAt + totalMs).toISOString().slice(0, 19)}Z`,
    bare(request.host),
    bare(answered.preflight ? 'OptionsObject' : answered.operation?.name),
    bare(answered.remoteAddress),
    bare(signature?.accessKeyId),
    UNKNOWN, // reserved
    String(receivedBytes),
    bare(storedBytesOf(answered)?.toString()),
    bare(`/${encodedKey(answered.key) ?? ''}`),
    bare(request.method.toLowerCase()),
    bare(request.headers.get('user-agent')),
    String(answered.status),
    bare(error?.code),
    bare(error?.message),
    String(sentBytes),
    String(Math.round(totalMs)),
    'USER',
    bare(storageClassOf(answered)),
    bare(owner?.uin),
    String(Math.round(turnAroundMs)),
    bare(cosRequester(answered.principal)),
    bare(answered.requestId),
    bare(objectSizeOf(answered)?.toString()),
    bare(versionOf(answered)),
    UNKNOWN, // the class that a lifecycle rule moves it to
    bare(refererOf(request)),
    quoted(requestLine(request)),
    '0', // the private network that it came through
  ].join(' ')
}

/** `U:S`, the numbers of the account and of the user in it. */
function cosRequester(principal: Principal): string | undefined {
  if (principal.kind === 'anonymous') return undefined
  const { account, identity } = principal
  const user = identity.kind === 'root' ? account.uin : identity.kind === 'user' ? identity.number : identity.name
  return `${account.uin}:${user}`
}

/** What the request added: nothing of what it replaced is known here. */
function storedBytesOf(answered: AnsweredRequest): number | undefined {
  if (answered.error !== undefined) return 0
  if (['GET', 'HEAD', 'OPTIONS'].includes(answered.request.method)) return 0
  return answered.operation?.body === 'object' ? contentBytesOf(answered.request) : undefined
}

function storageClassOf(answered: AnsweredRequest): string | undefined {
  const { operation, error, headers, request, vendorPrefix } = answered
  const { match } = operation ?? {}
  if (error !== undefined || match?.target !== 'object' || match.query.length > 0) return undefined
  if (request.method === 'DELETE') return undefined
  const name = `${vendorPrefix}storage-class`
  return headers.get(name) || request.headers.get(name) || 'STANDARD'
}

// --- shared ----------------------------------------------------------------------------------------------------

/** Of the object that is read or written, where the answer or the request tells it. */
function objectSizeOf({ operation, error, request, headers, status, sentBytes }: AnsweredRequest): number | undefined {
  const { match, body } = operation ?? {}
  if (error !== undefined || match?.target !== 'object') return undefined
  if (body === 'object') return contentBytesOf(request)
  if (match.query.length > 0 || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined
  const total = /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1]
  if (total !== undefined) return Number(total)
  const announced = headers.get('content-length')
  if (announced !== undefined) return Number(announced)
  return status === 200 ? sentBytes : undefined
}

/** Of the content in a body, whatever it is framed in. */
function contentBytesOf({ headers, body }: WireRequest): number | undefined {
  const decoded = headers.get('x-amz-decoded-content-length') ?? ''
  return /^\d{1,15}$/.test(decoded) ? Number(decoded) : body.sizeBytes
}

function versionOf({ headers, vendorPrefix, versionId }: AnsweredRequest): string | undefined {
  return headers.get(`${vendorPrefix}version-id`) ?? versionId
}

function encodedKey(key: string | undefined): string | undefined {
  return key === undefined || key === '' ? undefined : percentEncodePath(key)
}

/** As it came, but for what a reader of the log could use. */
function requestLine({ method, rawPath, rawQuery }: WireRequest): string {
  const query = rawQuery === '' ? '' : `?${rawQuery.split('&').map(withoutCredentials).join('&')}`
  return `${method} ${rawPath}${query} HTTP/1.1`
}

/** A page may have been opened by a presigned URL as well. */
function refererOf({ headers }: WireRequest): string | undefined {
  return headers.get('referer')?.replaceAll(/[^?&#]+/g, withoutCredentials)
}

const CREDENTIALS = /^(?:x-amz-signature|x-amz-security-token|signature|q-signature|x-cos-security-token|sign|token)=/i

function withoutCredentials(parameter: string): string {
  const name = CREDENTIALS.exec(percentDecoded(parameter))?.[0]
  return name === undefined ? parameter : name + REDACTED
}

/** Names of parameters may be escaped; what cannot be read is none of them. */
function percentDecoded(text: string): string {
  return text.replaceAll(/%([0-7][0-9a-f])/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}

/** A field without white space in it. Header text has one character per byte. */
function bare(text: string | undefined): string {
  if (text === undefined || text === '') return UNKNOWN
  return text.replaceAll(/[^\x21\x23-\x7e]/g, percentByte)
}

/** Between quotes, of which it has none itself. */
function quoted(text: string | undefined): string {
  return `"${text === undefined || text === '' ? UNKNOWN : text.replaceAll(/[^\x20\x21\x23-\x7e]/g, percentByte)}"`
}

function percentByte(character: string): string {
  return [...Buffer.from(character, character.charCodeAt(0) > 0xff ? 'utf8' : 'latin1')]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('')
}
