/**
 * The signatures of Tencent Cloud's API, as its STS takes them (cos-auth-and-bucket.md 2.8): version 1, among the
 * parameters of the call, which the COS packages for temporary keys send; and TC3-HMAC-SHA256 in the Authorization
 * header, which the general SDKs send.
 */

import { createHmac } from 'node:crypto'
import type { Millis } from '../../base/clock.js'
import { equalSecrets, hmacSha256, hmacSha256Hex, sha256Hex } from '../../base/hmac.js'
import { fail } from '../../model/errors/index.js'
import { displayText } from '../../wire/percent.js'
import type { QueryCall } from '../../wire/query-call.js'
import type { QueryScheme } from '../../wire/query-dialect.js'

/** "Timestamp and server time cannot differ by more than five minutes" (Tencent Cloud, AuthFailure.SignatureExpire). */
const SKEW_MS_MAX = 300_000

const V1_DIGESTS: ReadonlyMap<string, 'sha1' | 'sha256'> = new Map([
  ['HmacSHA1', 'sha1'],
  ['HmacSHA256', 'sha256'],
])

export const apiV1: QueryScheme = {
  kind: 'cos-api-v1',
  presents: ({ parameters }) => parameters.has('SecretId') || parameters.has('Signature'),
  claim: (call, { now }) => {
    const accessKeyId = needed(call, 'SecretId')
    const signature = needed(call, 'Signature')
    const method = call.parameters.get('SignatureMethod') || 'HmacSHA1'
    const digest =
      V1_DIGESTS.get(method) ??
      fail('ValidationError', {}, { message: `SignatureMethod is ${[...V1_DIGESTS.keys()].join(' or ')}.` })
    needed(call, 'Nonce')
    checkTime(needed(call, 'Timestamp'), now)
    return {
      accessKeyId,
      securityToken: call.parameters.get('Token') || undefined,
      verify: (secretKey) => {
        const texts = hostsAccepted(call.request.host).map((host) => v1Text(call, host))
        if (texts.some((text) => equalSecrets(v1Signature(digest, secretKey, text), signature))) return
        mismatch(v1Cause(call, digest, secretKey, signature))
      },
    }
  },
}

function needed({ parameters }: QueryCall, name: string): string {
  const value = parameters.get(name)
  if (value !== undefined && value !== '') return value
  return fail('ActionParameterMissing', {}, { message: `The request is missing the parameter ${name}.` })
}

/** The parameters as they are after the one decoding of the form: a policy is still percent-encoded in it. */
export function v1Text({ request, parameters }: QueryCall, host: string): string {
  const pairs = [...parameters].filter(([name]) => name !== 'Signature').sort(([a], [b]) => (a < b ? -1 : 1))
  return `${request.method}${host}${request.rawPath}?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`
}

export function v1Signature(digest: 'sha1' | 'sha256', secretKey: string, text: string): string {
  return createHmac(digest, secretKey).update(text, 'utf8').digest('base64')
}

/** What clients of this signature get wrong, each tried; the text that should have been signed says the rest. */
function v1Cause(call: QueryCall, digest: 'sha1' | 'sha256', secretKey: string, signature: string): string {
  const [host = ''] = hostsAccepted(call.request.host)
  const text = v1Text(call, host)
  const other = digest === 'sha1' ? 'sha256' : 'sha1'
  const decoded = { ...call, parameters: new Map([...call.parameters].map(([name, value]) => [name, decode(value)])) }
  const encoded = {
    ...call,
    parameters: new Map([...call.parameters].map(([name, value]) => [name, encodeURIComponent(value)])),
  }
  const trials: readonly (readonly [sentence: string, signed: string])[] = [
    ['SignatureMethod names another digest than the one that was used.', v1Signature(other, secretKey, text)],
    ['The values were signed after decoding them once more.', v1Signature(digest, secretKey, v1Text(decoded, host))],
    ['The values were signed with their percent-escapes.', v1Signature(digest, secretKey, v1Text(encoded, host))],
    ['The secret key has white space around it.', v1Signature(digest, ` ${secretKey}`, text)],
    ['The secret key has white space around it.', v1Signature(digest, `${secretKey} `, text)],
    ['The secret key has white space around it.', v1Signature(digest, `${secretKey}\n`, text)],
  ]
  const cause = trials.find(([, signed]) => equalSecrets(signed, signature))?.[0]
  const shown = call.parameters.has('Token') ? text.replace(/(^|[?&])Token=[^&]*/, '$1Token=…') : text
  return cause ?? `The text to sign is: ${shown}`
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

const TC3 = 'TC3-HMAC-SHA256'
const TC3_FORM =
  /^TC3-HMAC-SHA256\s+Credential=(?<id>[^/,\s]+)\/(?<date>\d{4}-\d\d-\d\d)\/(?<service>[a-z0-9]+)\/tc3_request,\s*SignedHeaders=(?<names>[a-z0-9;-]+),\s*Signature=(?<signature>[0-9a-f]{64})\s*$/i
const TC3_COVERED = ['content-type', 'host']

export const apiTc3: QueryScheme = {
  kind: 'cos-api-tc3',
  presents: ({ request }) => presentsTc3(request.headers.get('authorization')),
  claim: (call, { now }) => {
    const { headers } = call.request
    const groups = TC3_FORM.exec((headers.get('authorization') ?? '').trim())?.groups
    const { id = '', date = '', service = '', names = '', signature = '' } = groups ?? {}
    if (groups === undefined) malformed('it must name Credential, SignedHeaders and Signature')
    if (service !== 'sts') malformed(`its credential is for the service ${service}, and this is sts`)
    const signedHeaders = [...new Set(names.toLowerCase().split(';'))].sort()
    const uncovered = TC3_COVERED.filter((name) => headers.has(name) && !signedHeaders.includes(name))
    if (uncovered.length > 0) malformed(`it must cover ${uncovered.join(' and ')}`)
    const timestamp = headers.get('x-tc-timestamp') ?? ''
    if (timestamp === '') {
      fail('ActionParameterMissing', {}, { message: 'The request is missing the header X-TC-Timestamp.' })
    }
    const at = checkTime(timestamp, now)
    const dateSigned = new Date(at).toISOString().slice(0, 10)
    if (date !== dateSigned) malformed(`its credential is of ${date}, and X-TC-Timestamp is of ${dateSigned}`)
    return {
      accessKeyId: id,
      securityToken: headers.get('x-tc-token') || undefined,
      verify: (secretKey) => {
        const requests = hostsAccepted(call.request.host).map((host) => tc3CanonicalRequest(call, signedHeaders, host))
        const proves = (canonical: string) =>
          equalSecrets(tc3Signature(secretKey, timestamp, date, canonical), signature.toLowerCase())
        if (requests.some(proves)) return
        mismatch(`The canonical request is: ${JSON.stringify(requests[0])}`)
      },
    }
  },
}

export function presentsTc3(authorization: string | undefined): boolean {
  return (authorization ?? '').trimStart().startsWith(TC3)
}

export function tc3CanonicalRequest(
  { request, body }: QueryCall,
  signedHeaders: readonly string[],
  host: string,
): string {
  const lines = signedHeaders.map((name) => {
    const value = name === 'host' ? host : displayText(request.headers.get(name) ?? '')
    return `${name}:${value.trim().toLowerCase()}\n`
  })
  const query = request.method === 'POST' ? '' : request.rawQuery
  const path = request.rawPath
  return `${request.method}\n${path}\n${query}\n${lines.join('')}\n${signedHeaders.join(';')}\n${sha256Hex(body)}`
}

export function tc3Signature(secretKey: string, timestamp: string, date: string, canonical: string): string {
  const text = `${TC3}\n${timestamp}\n${date}/sts/tc3_request\n${sha256Hex(canonical)}`
  const key = hmacSha256(hmacSha256(hmacSha256(`TC3${secretKey}`, date), 'sts'), 'tc3_request')
  return hmacSha256Hex(key, text)
}

const DEFAULT_PORT = /:(80|443)$/

/** Clients sign the host with its port or without; which one they mean is not told by what arrives. */
function hostsAccepted(host: string): readonly string[] {
  const bare = host.replace(/:\d+$/, '')
  if (bare !== host && !DEFAULT_PORT.test(host)) return [host, bare]
  return [bare, `${bare}:443`, `${bare}:80`]
}

function checkTime(text: string, now: Millis): Millis {
  const at = /^\d{1,12}$/.test(text) ? Number(text) * 1000 : Number.NaN
  if (Number.isNaN(at)) fail('ValidationError', {}, { message: 'The timestamp is a number of seconds since 1970.' })
  if (Math.abs(now - at) > SKEW_MS_MAX) {
    const message = `The timestamp ${text} is more than five minutes away from the server's clock, ${Math.floor(now / 1000)}.`
    fail('RequestTimeTooSkewed', {}, { message })
  }
  return at
}

function malformed(reason: string): never {
  return fail('AuthorizationHeaderMalformed', {}, { message: `The Authorization header is malformed: ${reason}.` })
}

function mismatch(cause: string): never {
  return fail(
    'SignatureDoesNotMatch',
    {},
    { message: `The provided credentials could not be validated. Please check your signature is correct. ${cause}` },
  )
}
