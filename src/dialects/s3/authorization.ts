/**
 * Reading a SigV4 signature out of a request, header or query, and checking its date and scope: stages 5b to 5d of
 * errors.md 4.1, with the texts that AWS sends.
 */

import type { Millis } from '../../base/clock.js'
import { fail } from '../../model/errors/index.js'
import type { AuthFacts } from '../../wire/authentication.js'
import type { QueryParameter, WireRequest } from '../../wire/request.js'
import { SCOPE_TERMINAL, type SigningScope } from './signing-key.js'

export const ALGORITHM = 'AWS4-HMAC-SHA256'
export const SKEW_MS_MAX = 900_000
export const EXPIRES_SECONDS_MAX = 604_800

/** AWS tools sign for this region when nobody configured one. */
const DEFAULT_REGION_OF_TOOLS = 'us-east-1'

export interface S3Authorization {
  readonly accessKeyId: string
  readonly scope: SigningScope
  readonly terminal: string
  /** Lower case, sorted. */
  readonly signedHeaders: readonly string[]
  /** As the client listed them, lower case. */
  readonly signedHeadersListed: readonly string[]
  readonly signature: string
}

export interface S3Date {
  /** `20130524T000000Z`, the form that is signed. */
  readonly timestamp: string
  readonly at: Millis
  /** As the client sent it. */
  readonly sent: string
}

export interface Credential {
  readonly accessKeyId: string
  readonly scope: SigningScope
  readonly terminal: string
}

export function readHeader(value: string): S3Authorization {
  const [algorithm = ''] = value.split(/[ \t,]/, 1)
  if (algorithm !== ALGORITHM) refuseAlgorithm(algorithm)
  const components = componentsOf(value.slice(ALGORITHM.length))
  const credentialText = components.get('Credential')
  const listed = components.get('SignedHeaders')
  const signature = components.get('Signature')
  if (credentialText === undefined || !listed || !signature) {
    return malformed('the authorization header requires three components: Credential, SignedHeaders, and Signature.')
  }
  const credential =
    parseCredential(credentialText) ??
    malformed(`the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/${SCOPE_TERMINAL}".`)
  if (credential.accessKeyId === '') malformed('a non-empty Access Key (AKID) must be provided in the credential.')
  return { ...credential, ...headerNames(listed), signature }
}

function componentsOf(text: string): ReadonlyMap<string, string> {
  const components = new Map<string, string>()
  for (const item of text.split(',')) {
    const equals = item.indexOf('=')
    if (equals !== -1) components.set(item.slice(0, equals).trim(), item.slice(equals + 1).trim())
  }
  return components
}

/** From the right, so that a key id may hold slashes. */
export function parseCredential(text: string): Credential | undefined {
  const fields = text.split('/')
  const [date, region, service, terminal] = fields.slice(-4)
  if (fields.length < 5 || terminal === undefined || date === undefined) return undefined
  if (region === undefined || service === undefined) return undefined
  return { accessKeyId: fields.slice(0, -4).join('/'), scope: { date, region, service }, terminal }
}

function headerNames(list: string): Pick<S3Authorization, 'signedHeaders' | 'signedHeadersListed'> {
  const listed = list.toLowerCase().split(';')
  return { signedHeaders: [...new Set(listed)].sort(), signedHeadersListed: listed }
}

export function refuseAlgorithm(algorithm: string): never {
  if (algorithm === 'AWS') return fail('SignatureVersion4Required', { AuthorizationScheme: 'AWS' })
  return fail('UnsupportedSignature', {}, { message: `This server verifies ${ALGORITHM} signatures only.` })
}

function malformed(reason: string, details: { readonly Region?: string } = {}): never {
  return fail('AuthorizationHeaderMalformed', details, { message: `The authorization header is malformed; ${reason}` })
}

const QUERY_PARAMETERS = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
]

export interface PresignedUrl extends S3Authorization {
  readonly date: S3Date
  readonly expiresSeconds: number
}

export function readQuery(query: readonly QueryParameter[]): PresignedUrl {
  const read = (name: string) => query.find((parameter) => parameter.name === name)?.value
  const [algorithm, credentialText, dateText, expires, listed, signature] = QUERY_PARAMETERS.map(read)
  if (!algorithm || !credentialText || !dateText || !expires || !listed || !signature) {
    return fail('AuthorizationQueryParametersError')
  }
  if (algorithm === 'AWS4-ECDSA-P256-SHA256') refuseAlgorithm(algorithm)
  if (algorithm !== ALGORITHM) queryError(`X-Amz-Algorithm only supports "${ALGORITHM}"`)
  const credential =
    parseCredential(credentialText) ??
    queryError(
      `Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/${SCOPE_TERMINAL}".`,
    )
  if (credential.accessKeyId === '') {
    queryError('Error parsing the X-Amz-Credential parameter; a non-empty Access Key (AKID) must be provided.')
  }
  const at =
    parseIsoBasic(dateText) ?? queryError(`X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`)
  return {
    ...credential,
    ...headerNames(listed),
    signature,
    date: { timestamp: dateText, at, sent: dateText },
    expiresSeconds: parseExpires(expires),
  }
}

function parseExpires(text: string): number {
  if (!/^-?\d+$/.test(text)) queryError('X-Amz-Expires should be a number', text)
  const seconds = Number(text)
  if (seconds < 0) queryError('X-Amz-Expires must be non-negative', text)
  if (seconds < 1) queryError('X-Amz-Expires must be at least 1 second', text)
  if (seconds > EXPIRES_SECONDS_MAX) {
    queryError(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
      text,
    )
  }
  return seconds
}

function queryError(message: string, expires?: string): never {
  return fail('AuthorizationQueryParametersError', { 'X-Amz-Expires': expires }, { message })
}

/** x-amz-date when it is there, even empty; else Date. */
export function readDate({ headers }: WireRequest, now: Millis): S3Date {
  const sent = (headers.get('x-amz-date') ?? headers.get('date') ?? '').trim()
  const at = parseIsoBasic(sent) ?? parseHttpDate(sent)
  if (at === undefined || at < 0) return fail('SignatureDateInvalid', { ServerTime: isoSeconds(now) })
  return { timestamp: isoBasic(at), at, sent }
}

export function checkSkew({ at, sent }: S3Date, now: Millis): void {
  if (Math.abs(now - at) > SKEW_MS_MAX) tooSkewed(sent, now)
}

/** The end of a presigned URL is exact; its beginning may lie in the future as far as a clock may be wrong. */
export function checkExpiry({ at, sent }: S3Date, expiresSeconds: number, now: Millis): void {
  if (at - now > SKEW_MS_MAX) tooSkewed(sent, now)
  const end = at + expiresSeconds * 1000
  if (now <= end) return
  const details = { Expires: isoSeconds(end), ServerTime: isoSeconds(now), 'X-Amz-Expires': expiresSeconds }
  const diagnosis = `The URL was valid for ${expiresSeconds} seconds, until ${isoSeconds(end)}, and the server's clock says ${isoSeconds(now)}: sign a new one, or correct the clock of the client.`
  fail('RequestExpired', details, { diagnosis })
}

function tooSkewed(sent: string, now: Millis): never {
  return fail('RequestTimeTooSkewed', {
    RequestTime: sent,
    ServerTime: isoSeconds(now),
    MaxAllowedSkewMilliseconds: SKEW_MS_MAX,
  })
}

export type Refuse = (reason: string, details?: { readonly Region?: string }) => never

export const refuseHeaderScope: Refuse = malformed

export const refuseQueryScope: Refuse = (reason, details = {}) =>
  fail('AuthorizationQueryParametersError', details, {
    message: `Error parsing the X-Amz-Credential parameter; ${reason}`,
  })

/** The region comes first, because SDKs learn the right one from the answer and sign again. */
export function checkScope({ scope, terminal }: Credential, facts: AuthFacts, service: string, refuse: Refuse): void {
  const byDefault = facts.regionExact === true ? [] : [DEFAULT_REGION_OF_TOOLS]
  if (![facts.region, ...facts.regionAliases, ...byDefault].includes(scope.region)) {
    refuse(`the region '${scope.region}' is wrong; expecting '${facts.region}'`, { Region: facts.region })
  }
  if (!/^\d{8}$/.test(scope.date)) {
    refuse(`incorrect date format "${scope.date}". This date in the credential must be in the format "yyyyMMdd".`)
  }
  if (scope.service !== service) {
    refuse(`incorrect service "${scope.service}". This endpoint belongs to "${service}".`)
  }
  if (terminal !== SCOPE_TERMINAL) refuse(`incorrect terminal "${terminal}". This endpoint uses "${SCOPE_TERMINAL}".`)
}

/** After the key is known: an unknown one is the better news about a wrong date (errors.md 4.2). */
export function checkScopeDate({ scope }: Credential, { timestamp }: Pick<S3Date, 'timestamp'>, refuse: Refuse): void {
  const date = timestamp.slice(0, 8)
  if (scope.date === date) return
  refuse(`Invalid credential date "${scope.date}". This date is not the same as X-Amz-Date: "${date}".`)
}

const ISO_BASIC = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/

/** Undefined for what is no such date, the 30th of February included. In numbers, since every request has one. */
export function parseIsoBasic(text: string): Millis | undefined {
  const fields = ISO_BASIC.exec(text)
  if (fields === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields.slice(1).map(Number)
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCDate() !== day) return undefined
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000
}

const HTTP_DATE = /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (GMT|UTC|[+-]\d{4})$/

function parseHttpDate(text: string): Millis | undefined {
  const at = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

export function isoBasic(at: Millis): string {
  return isoSeconds(at).replace(/[-:]/g, '')
}

function isoSeconds(at: Millis): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
}
