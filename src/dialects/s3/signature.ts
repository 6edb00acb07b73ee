/**
 * The S3 signature schemes: SigV4 in the Authorization header and in a presigned URL. Every x-amz-* header that is
 * present must be covered, in both: a presigned URL that anyone may extend by an ACL or a copy source is no credential.
 */

import { equalSecrets } from '../../base/hmac.js'
import { fail } from '../../model/errors/index.js'
import type { AuthFacts, AuthKind, AuthScheme, PayloadContract } from '../../wire/authentication.js'
import { type CanonicalForm, type Examination, findCause, type Trial } from '../../wire/diagnosis.js'
import { displayText, percentEncodePath } from '../../wire/percent.js'
import { decodePath } from '../../wire/query.js'
import type { QueryParameter, WireRequest } from '../../wire/request.js'
import {
  checkExpiry,
  checkScope,
  checkScopeDate,
  checkSkew,
  type Refuse,
  readDate,
  readHeader,
  readQuery,
  refuseHeaderScope,
  refuseQueryScope,
  type S3Authorization,
  type S3Date,
} from './authorization.js'
import {
  canonicalHeaders,
  canonicalParameters,
  canonicalRequest,
  type S3Parts,
  STANDARD_RECIPE,
  s3Signature,
  spacedHex,
  stringToSign,
} from './canonical.js'
import { s3Trials, unexplained } from './diagnosis.js'
import { checkPayloadHash, payloadContract, UNSIGNED_PAYLOAD } from './payload.js'
import { createSigningKeys, type SigningKeys, scopeText } from './signing-key.js'

export interface S3SchemesOptions {
  /** Signing keys kept: one per secret key, day and region in use. */
  readonly signingKeysMax?: number
  /** What the scope must name; `s3` when absent. */
  readonly service?: 's3' | 'sts'
}

const SIGNING_KEYS_MAX = 1000

export function createS3Schemes({
  signingKeysMax = SIGNING_KEYS_MAX,
  service = 's3',
}: S3SchemesOptions = {}): readonly AuthScheme[] {
  const keys = createSigningKeys(signingKeysMax)
  return PLACEMENTS.map(({ kind, presents, read, check, refuseScope }) => ({
    kind,
    presents,
    claim: (request, facts) => {
      const signed = read(request, facts)
      check(signed, facts)
      checkScope(signed.authorization, facts, service, refuseScope)
      return {
        kind,
        accessKeyId: signed.authorization.accessKeyId,
        securityToken: securityToken(request, facts.query),
        covers: () => ({ headers: signed.authorization.signedHeaders, parameters: 'all' }),
        signedAt: signed.date.at,
        verify: (secretKey) => {
          checkScopeDate(signed.authorization, signed.date, refuseScope)
          return verify({ request, facts, ...signed }, keys, secretKey)
        },
      }
    },
  }))
}

/** A signature as it was read, from wherever it stood. */
interface Signed {
  readonly authorization: S3Authorization
  readonly date: S3Date
  /** Undefined when the request does not say. */
  readonly payloadHash: string | undefined
  readonly expiresSeconds: number | undefined
}

interface SignedRequest extends Signed {
  readonly request: WireRequest
  readonly facts: AuthFacts
}

interface Placement {
  readonly kind: AuthKind
  presents(request: WireRequest, query: readonly QueryParameter[]): boolean
  /** Stage 5b, and the date as far as it has to parse. */
  read(request: WireRequest, facts: AuthFacts): Signed
  /** Stage 5c. */
  check(signed: Signed, facts: AuthFacts): void
  readonly refuseScope: Refuse
}

const HEADER_VALUE = /^\s*AWS4-/
const QUERY_NAMES = new Set(['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Signature'])

const HEADER: Placement = {
  kind: 's3-v4-header',
  presents: ({ headers }) => HEADER_VALUE.test(headers.get('authorization') ?? ''),
  read: (request, facts) => ({
    authorization: readHeader((request.headers.get('authorization') ?? '').trim()),
    date: readDate(request, facts.now),
    payloadHash: request.headers.get('x-amz-content-sha256') ?? facts.bodySha256,
    expiresSeconds: undefined,
  }),
  check: ({ date }, facts) => checkSkew(date, facts.now),
  refuseScope: refuseHeaderScope,
}

const QUERY: Placement = {
  kind: 's3-v4-query',
  presents: (_, query) => query.some(({ name }) => QUERY_NAMES.has(name)),
  read: (request, facts) => {
    const url = readQuery(facts.query)
    const payloadHash = firstValue(facts.query, 'X-Amz-Content-Sha256') ?? request.headers.get('x-amz-content-sha256')
    return {
      authorization: url,
      date: url.date,
      payloadHash: payloadHash || (facts.bodySha256 ?? UNSIGNED_PAYLOAD),
      expiresSeconds: url.expiresSeconds,
    }
  },
  check: ({ date, expiresSeconds = 0 }, facts) => checkExpiry(date, expiresSeconds, facts.now),
  refuseScope: refuseQueryScope,
}

const PLACEMENTS = [HEADER, QUERY]

function securityToken({ headers }: WireRequest, query: readonly QueryParameter[]): string | undefined {
  return headers.get('x-amz-security-token') || firstValue(query, 'X-Amz-Security-Token') || undefined
}

function firstValue(query: readonly QueryParameter[], name: string): string | undefined {
  return query.find((parameter) => parameter.name === name)?.value
}

function verify(signed: SignedRequest, keys: SigningKeys, secretKey: string): PayloadContract {
  const payloadHash = checkPayloadHash(signed.payloadHash)
  const { authorization, request, date } = signed
  if (acceptedBy(signed, payloadHash, keys, secretKey) === undefined) return refuse(signed, payloadHash, secretKey)
  checkCovered(request, authorization)
  return payloadContract(payloadHash, request.headers, {
    seedSignature: authorization.signature,
    signingKey: keys(secretKey, authorization.scope),
    timestamp: date.timestamp,
    scope: scopeText(authorization.scope),
  })
}

/** Stage 5i. */
function checkCovered({ headers }: WireRequest, { signedHeaders }: S3Authorization): void {
  const uncovered = signedHeaders.includes('host') ? [] : ['host']
  for (const name of headers.keys()) {
    if (name.startsWith('x-amz-') && !signedHeaders.includes(name)) uncovered.push(name)
  }
  if (uncovered.length > 0) fail('HeadersNotSigned', { HeadersNotSigned: uncovered.join(', ') })
}

function acceptedBy(
  signed: SignedRequest,
  payloadHash: string,
  keys: SigningKeys,
  secretKey: string,
): S3Parts | undefined {
  for (const host of hostsAccepted(signed.request.host)) {
    const parts = partsOf(signed, payloadHash, host)
    if (equalSecrets(s3Signature(parts, keys, secretKey), signed.authorization.signature)) return parts
  }
  return undefined
}

const DEFAULT_PORT = /:(80|443)$/

/** Clients leave the default port out of what they sign, and proxies put it in or take it away. */
function hostsAccepted(host: string): readonly string[] {
  if (DEFAULT_PORT.test(host)) return [host, host.replace(DEFAULT_PORT, '')]
  return /:\d+$/.test(host) ? [host] : [host, `${host}:80`, `${host}:443`]
}

function partsOf({ request, facts, authorization, date }: SignedRequest, payloadHash: string, host: string): S3Parts {
  return {
    method: request.method,
    path: percentEncodePath(decodePath(request.rawPath)),
    parameters: canonicalParameters(facts.query),
    headers: canonicalHeaders(authorization.signedHeaders, request.headers, host),
    signedHeaders: authorization.signedHeaders.join(';'),
    payloadHash,
    timestamp: date.timestamp,
    scope: authorization.scope,
    recipe: STANDARD_RECIPE,
  }
}

function refuse(signed: SignedRequest, payloadHash: string, secretKey: string): never {
  const { request, authorization } = signed
  const parts = partsOf(signed, payloadHash, request.host)
  const canonical = canonicalRequest(parts)
  const text = stringToSign(parts)
  return fail(
    'SignatureDoesNotMatch',
    {
      AWSAccessKeyId: authorization.accessKeyId,
      StringToSign: text,
      SignatureProvided: authorization.signature,
      StringToSignBytes: spacedHex(text),
      CanonicalRequest: displayText(canonical),
      CanonicalRequestBytes: spacedHex(canonical),
    },
    { diagnosis: causeOf(signed, parts, secretKey, undefined)?.sentence ?? unexplained(request, authorization) },
  )
}

/** The keys of the trials are not kept: spoiled secrets have no place in the cache. */
const TRIAL_KEYS_MAX = 256

function causeOf(
  { request, facts, authorization }: SignedRequest,
  parts: S3Parts,
  secretKey: string,
  bodySha256: string | undefined,
): Trial<S3Parts> | undefined {
  const keys = createSigningKeys(TRIAL_KEYS_MAX)
  const path = decodePath(request.rawPath)
  const regions = [facts.region, ...facts.regionAliases]
  const trials = s3Trials({ request, query: facts.query, path, authorization, parts, regions, bodySha256 })
  return findCause(trials, canonicalRequest(parts).length, (trial) =>
    equalSecrets(s3Signature(trial, keys, secretKey), authorization.signature),
  )
}

/**
 * For the holder of the key: the forms step by step, whatever the clock and the scope say. Undefined without an S3
 * signature; fails as `claim` does when it cannot be read.
 */
export function examineS3(
  request: WireRequest,
  facts: AuthFacts,
  secretKey: string,
  bodySha256?: string,
): Examination | undefined {
  const placement = PLACEMENTS.find(({ presents }) => presents(request, facts.query))
  if (placement === undefined) return undefined
  const signed = { request, facts, ...placement.read(request, facts) }
  const payloadHash = checkPayloadHash(signed.payloadHash)
  const keys = createSigningKeys(1)
  const proven = acceptedBy(signed, payloadHash, keys, secretKey)
  const parts = proven ?? partsOf(signed, payloadHash, request.host)
  const cause = proven ? undefined : causeOf(signed, parts, secretKey, bodySha256)
  return {
    scheme: placement.kind,
    accessKeyId: signed.authorization.accessKeyId,
    forms: formsOf(parts),
    signatureComputed: s3Signature(parts, keys, secretKey),
    signatureProvided: signed.authorization.signature,
    matches: proven !== undefined,
    diagnosis: proven ? undefined : (cause?.sentence ?? unexplained(request, signed.authorization)),
    clientForms: cause && formsOf(cause.parts),
  }
}

function formsOf(parts: S3Parts): readonly CanonicalForm[] {
  return [
    { title: 'CanonicalRequest', text: displayText(canonicalRequest(parts)) },
    { title: 'StringToSign', text: stringToSign(parts) },
  ]
}
