/**
 * The COS signature schemes: `q-sign-algorithm=sha1` in the Authorization header, as plain query parameters, and
 * wrapped in `sign=` (cos-auth-and-bucket.md 2). Where several are present the header wins, so at most one presents.
 */

import { equalSecrets } from '../../base/hmac.js'
import { fail } from '../../model/errors/index.js'
import type { AuthFacts, AuthKind, AuthScheme, PayloadContract } from '../../wire/authentication.js'
import { type CanonicalForm, type Examination, findCause, type Trial } from '../../wire/diagnosis.js'
import { withoutPort } from '../../wire/diagnosis-trials.js'
import { percentDecode } from '../../wire/percent.js'
import { decodePath } from '../../wire/query.js'
import type { QueryParameter, WireRequest } from '../../wire/request.js'
import {
  type CosAuthorization,
  checkTimes,
  type ItemReader,
  itemsOf,
  readAuthorization,
  serverTime,
} from './authorization.js'
import {
  type CosParts,
  canonicalHeaders,
  canonicalParameters,
  cosHttpString,
  cosSignature,
  cosStringToSign,
  SIGNATURE_PARAMETERS,
  STANDARD_RECIPE,
} from './canonical.js'
import { cosTrials, unexplained } from './diagnosis.js'

/** One place where a signature may stand. */
interface Placement {
  readonly kind: AuthKind
  presents(request: WireRequest, query: readonly QueryParameter[]): boolean
  items(request: WireRequest, query: readonly QueryParameter[]): ItemReader
}

const ITEM = /(^|&)\s*q-(sign-algorithm|ak|signature)=/
const QUERY_ITEMS = new Set(['q-sign-algorithm', 'q-ak', 'q-signature'])
const UNSIGNED: PayloadContract = { kind: 'unsigned' }

const HEADER: Placement = {
  kind: 'cos-header',
  presents: ({ headers }) => ITEM.test(headers.get('authorization') ?? ''),
  items: ({ headers }) => itemsOf(headers.get('authorization') ?? ''),
}

const QUERY: Placement = {
  kind: 'cos-query',
  presents: (request, query) => query.some(({ name }) => QUERY_ITEMS.has(name)) && !HEADER.presents(request, query),
  items: (_, query) => (name) => firstValue(query, name),
}

/** `sign` alone is too common a word to be meant for us. */
const WRAPPED: Placement = {
  kind: 'cos-sign-query',
  presents: (request, query) =>
    ITEM.test(firstValue(query, 'sign') ?? '') && !HEADER.presents(request, query) && !QUERY.presents(request, query),
  items: (_, query) => itemsOf(firstValue(query, 'sign') ?? ''),
}

const PLACEMENTS = [HEADER, QUERY, WRAPPED]

export const cosSchemes: readonly AuthScheme[] = PLACEMENTS.map(({ kind, presents, items }) => ({
  kind,
  presents,
  claim: (request, facts) => {
    const authorization = readAuthorization(items(request, facts.query), facts.now)
    checkTimes(authorization, facts.now)
    return {
      kind,
      accessKeyId: authorization.accessKeyId,
      securityToken: securityToken(request, facts.query),
      covers: () => ({
        headers: listed(authorization.headerList),
        parameters: [...listed(authorization.parameterList), ...INHERENT_PARAMETERS],
      }),
      signedAt: authorization.signTime.startSeconds * 1000,
      verify: (secretKey) => verify(request, facts, authorization, secretKey),
    }
  },
}))

/** What a signature is made of cannot be signed by it, and needs not be (2.3, rule 5). */
const INHERENT_PARAMETERS = [...SIGNATURE_PARAMETERS, 'x-cos-security-token']

/** The names of a list, each escaped on its own (2.3). */
function listed(list: string): readonly string[] {
  return list.split(';').map((name) => (percentDecode(name) ?? name).toLowerCase())
}

function securityToken({ headers }: WireRequest, query: readonly QueryParameter[]): string | undefined {
  return headers.get('x-cos-security-token') || firstValue(query, 'x-cos-security-token') || undefined
}

function firstValue(query: readonly QueryParameter[], name: string): string | undefined {
  return query.find((parameter) => parameter.name === name)?.value
}

function verify(
  request: WireRequest,
  facts: AuthFacts,
  authorization: CosAuthorization,
  secretKey: string,
): PayloadContract {
  if (acceptedBy(request, facts.query, authorization, secretKey) !== undefined) return UNSIGNED
  const accepted = [...acceptedParts(request, facts.query, authorization)]
  const cause = causeOf(request, facts.query, authorization, secretKey, accepted)
  const [parts] = accepted
  return fail(
    'SignatureDoesNotMatch',
    {
      StringToSign: parts && cosStringToSign(parts),
      FormatString: parts && cosHttpString(parts),
      ServerTime: serverTime(facts.now),
    },
    { diagnosis: cause?.sentence ?? unexplained(request, authorization) },
  )
}

function acceptedBy(
  request: WireRequest,
  query: readonly QueryParameter[],
  authorization: CosAuthorization,
  secretKey: string,
): CosParts | undefined {
  for (const parts of acceptedParts(request, query, authorization)) {
    if (equalSecrets(cosSignature(parts, secretKey), authorization.signature)) return parts
  }
  return undefined
}

/** Every reading of the request that a correct client may have signed, the commonest first (2.2, 2.3). Never empty. */
function* acceptedParts(
  request: WireRequest,
  query: readonly QueryParameter[],
  { signTime, keyTime, headerList, parameterList }: CosAuthorization,
): Iterable<CosParts> {
  const parts: Omit<CosParts, 'headers'> = {
    method: request.method.toLowerCase(),
    path: decodePath(request.rawPath),
    parameters: canonicalParameters(parameterList, query),
    signTime: signTime.text,
    keyTime: keyTime.text,
    recipe: STANDARD_RECIPE,
  }
  const listed = headerList.toLowerCase()
  for (const headers of headersAccepted(request, listed)) {
    for (const host of hostsAccepted(request.host, listed)) {
      const whole = { ...parts, headers: canonicalHeaders(headerList, headers, host) }
      yield whole
      // One SDK puts the key time where the others put the sign time.
      if (signTime.text !== keyTime.text) yield { ...whole, signTime: keyTime.text }
    }
  }
}

function hostsAccepted(host: string, listed: string): Iterable<string> {
  if (!listed.includes('host')) return [host]
  return new Set([host, withoutPort(host), host.toLowerCase(), withoutPort(host).toLowerCase()])
}

/** Some SDKs sign `content-length: 0` for an empty body, which a transport then does not send. */
function headersAccepted({ headers }: WireRequest, listed: string): readonly (typeof headers)[] {
  if (headers.has('content-length') || !listed.includes('content-length')) return [headers]
  return [headers, new Map([...headers, ['content-length', '0']])]
}

function causeOf(
  request: WireRequest,
  query: readonly QueryParameter[],
  authorization: CosAuthorization,
  secretKey: string,
  accepted: readonly CosParts[],
): Trial<CosParts> | undefined {
  const [parts] = accepted
  if (parts === undefined) return undefined
  return findCause(cosTrials({ request, query, authorization, accepted }), cosHttpString(parts).length, (trial) =>
    equalSecrets(cosSignature(trial, secretKey), authorization.signature),
  )
}

/**
 * For the holder of the key: the forms step by step, whatever the clock says. Undefined without a COS signature; fails
 * with InvalidSecurity when it cannot be read.
 */
export function examineCos(request: WireRequest, facts: AuthFacts, secretKey: string): Examination | undefined {
  const placement = PLACEMENTS.find(({ presents }) => presents(request, facts.query))
  if (placement === undefined) return undefined
  const authorization = readAuthorization(placement.items(request, facts.query), facts.now)
  const accepted = [...acceptedParts(request, facts.query, authorization)]
  const proven = acceptedBy(request, facts.query, authorization, secretKey)
  const parts = proven ?? accepted[0]
  if (parts === undefined) return undefined
  const cause = proven ? undefined : causeOf(request, facts.query, authorization, secretKey, accepted)
  return {
    scheme: placement.kind,
    accessKeyId: authorization.accessKeyId,
    forms: formsOf(parts),
    signatureComputed: cosSignature(parts, secretKey),
    signatureProvided: authorization.signature,
    matches: proven !== undefined,
    diagnosis: proven ? undefined : (cause?.sentence ?? unexplained(request, authorization)),
    clientForms: cause && formsOf(cause.parts),
  }
}

function formsOf(parts: CosParts): readonly CanonicalForm[] {
  return [
    { title: 'HttpString', text: cosHttpString(parts) },
    { title: 'StringToSign', text: cosStringToSign(parts) },
  ]
}
