/** What SigV4 clients get wrong: the shared suspicions, and those of scope, clock and payload hash. */

import { EMPTY_SHA256 } from '../../base/hmac.js'
import type { Pair, Trial } from '../../wire/diagnosis.js'
import { replaceValue, sortPairs } from '../../wire/diagnosis.js'
import {
  type CanonicalSpelling,
  headerTrials,
  hostTrials,
  lowerEscapes,
  methodTrials,
  parameterTrials,
  pathSentence,
  pathTrials,
  type Suspect,
  secretTrials,
} from '../../wire/diagnosis-trials.js'
import { percentEncode, percentEncodePath } from '../../wire/percent.js'
import type { QueryParameter, WireRequest } from '../../wire/request.js'
import { isoBasic, parseIsoBasic, type S3Authorization } from './authorization.js'
import { foldBlanks, type S3Parts, STANDARD_RECIPE } from './canonical.js'
import { PAYLOAD_WORDS } from './payload.js'
import { deriveSigningKey, type SigningScope } from './signing-key.js'

const SPELLING: CanonicalSpelling = {
  method: (upperCase) => upperCase,
  path: percentEncodePath,
  parameterName: percentEncode,
  headerValue: foldBlanks,
  headerListName: 'SignedHeaders',
}

export interface S3Case {
  readonly request: WireRequest
  readonly query: readonly QueryParameter[]
  readonly path: string
  readonly authorization: S3Authorization
  readonly parts: S3Parts
  /** Regions that the endpoint answers to. */
  readonly regions: readonly string[]
  /** Of the body, where it is known. */
  readonly bodySha256: string | undefined
}

export function* s3Trials(suspected: S3Case): Iterable<Trial<S3Parts>> {
  const { request, query, path, parts, authorization } = suspected
  const suspect: Suspect<S3Parts> = { request, query, path, parts, spelling: SPELLING }
  yield* secretTrials(authorization.accessKeyId, (spoil) => ({
    ...parts,
    recipe: { ...STANDARD_RECIPE, signingKey: (keys, secret, scope) => keys(spoil(secret), scope) },
  }))
  yield* methodTrials(suspect)
  yield* payloadTrials(suspected)
  yield* pathTrials(suspect)
  yield* encodedPathTrials(suspect)
  yield* hostTrials(suspect)
  yield* scopeTrials(suspected)
  yield* clockTrials(suspected)
  yield* recipeTrials(parts)
  yield* parameterTrials(suspect)
  yield* parameterNameTrials(suspect)
  yield* headerTrials(suspect)
  yield* headerOrderTrials(suspected)
}

function* payloadTrials({ parts, bodySha256, request }: S3Case): Iterable<Trial<S3Parts>> {
  const declared = request.headers.get('x-amz-content-sha256')
  const says = declared === undefined ? 'there is no x-amz-content-sha256' : `x-amz-content-sha256 says "${declared}"`
  const hashes: readonly (readonly [hash: string, what: string])[] = [
    ...PAYLOAD_WORDS.map((word) => [word, word] as const),
    [EMPTY_SHA256, 'the hash of an empty body'],
    [bodySha256 ?? EMPTY_SHA256, 'the hash of the body'],
    [parts.payloadHash.toUpperCase(), 'a hash in upper-case hexadecimal'],
    [parts.payloadHash.toLowerCase(), 'a hash in lower-case hexadecimal'],
    ['', 'nothing'],
  ]
  for (const [payloadHash, what] of hashes) {
    if (payloadHash === parts.payloadHash) continue
    const sentence = `The payload hash: ${what} was signed, but ${says}.`
    yield { sentence, parts: { ...parts, payloadHash } }
    if (declared === undefined) continue
    const headers = replaceValue(parts.headers, 'x-amz-content-sha256', payloadHash)
    yield {
      sentence: `${sentence.slice(0, -1)}: the header was altered on the way.`,
      parts: { ...parts, payloadHash, headers },
    }
  }
}

function* encodedPathTrials({ parts, path, request }: Suspect<S3Parts>): Iterable<Trial<S3Parts>> {
  const written: readonly (readonly [text: string, reason: string])[] = [
    [request.rawPath, 'it was signed as it stands in the request line, where not everything is encoded'],
    [Buffer.from(path, 'utf8').toString('latin1'), 'it was signed without percent-encoding'],
    [percentEncodePath(path).replaceAll('%20', '+'), 'a space was signed as +; in a path a space is %20'],
    [encodeURI(path), "characters such as ! ' ( ) * were left unencoded"],
    [lowerEscapes(percentEncodePath(path)), 'its escapes were signed in lower-case hexadecimal'],
    [`/${percentEncode(path.slice(1))}`, 'its slashes were signed as %2F'],
  ]
  for (const [text, reason] of written) {
    if (text !== parts.path) yield { sentence: pathSentence(reason), parts: { ...parts, path: text } }
  }
}

/** What tools sign for when they are not told otherwise, and the regions that people copy from examples. */
const REGIONS = [
  'us-east-1',
  'auto',
  'us-west-2',
  'us-east-2',
  'us-west-1',
  'eu-west-1',
  'eu-central-1',
  'ap-guangzhou',
]
const SERVICES = ['cos', 'execute-api', 'S3', 'sts', 's3express']

function* scopeTrials({ parts, regions }: S3Case): Iterable<Trial<S3Parts>> {
  const { scope } = parts
  for (const region of new Set([...regions, ...REGIONS, ''])) {
    if (region === scope.region) continue
    yield* otherScope(parts, { ...scope, region }, `for the region "${region}", but its scope says "${scope.region}"`)
  }
  for (const service of SERVICES) {
    yield* otherScope(
      parts,
      { ...scope, service },
      `for the service "${service}", but its scope says "${scope.service}"`,
    )
  }
}

/** Whole, or in the signing key only. */
function* otherScope(parts: S3Parts, scope: SigningScope, reason: string): Iterable<Trial<S3Parts>> {
  const sentence = `The signature was made ${reason}.`
  const recipe = { ...STANDARD_RECIPE, signingKey: deriveFor(scope) }
  yield { sentence, parts: { ...parts, recipe } }
  yield { sentence, parts: { ...parts, scope } }
}

function deriveFor(scope: SigningScope): typeof STANDARD_RECIPE.signingKey {
  return (keys, secretKey) => keys(secretKey, scope)
}

/** A client that takes local time for UTC signs one time and sends another, or falls on the day before or after. */
const ZONE_HOURS = [8, 1, -1, 2, -2, -8, 9, 5.5, -5, -7, 3, -3, -4, 10]
const HOUR_MS = 3_600_000

function* clockTrials({ parts, request }: S3Case): Iterable<Trial<S3Parts>> {
  const at = parseIsoBasic(parts.timestamp)
  if (at === undefined) return
  for (const days of [-1, 1]) {
    const date = isoBasic(Math.max(0, at + days * 24 * HOUR_MS)).slice(0, 8)
    yield* otherScope(parts, { ...parts.scope, date }, `for the day ${date}, but its scope says ${parts.scope.date}`)
  }
  for (const hours of ZONE_HOURS) {
    const timestamp = isoBasic(Math.max(0, at + hours * HOUR_MS))
    const sentence = `The clock: the time signed is ${timestamp}, but the time sent is ${parts.timestamp}, as if local time was taken for UTC.`
    yield { sentence, parts: { ...parts, timestamp } }
    const date = timestamp.slice(0, 8)
    if (date !== parts.scope.date) yield { sentence, parts: { ...parts, timestamp, scope: { ...parts.scope, date } } }
  }
  const dated = Date.parse(request.headers.get('date') ?? '')
  if (!Number.isNaN(dated) && dated >= 0 && dated !== at) {
    const sentence = 'The clock: the time of the Date header was signed, but x-amz-date says another.'
    yield { sentence, parts: { ...parts, timestamp: isoBasic(dated) } }
  }
}

function* recipeTrials(parts: S3Parts): Iterable<Trial<S3Parts>> {
  yield {
    sentence: 'The signing key was derived from the secret key without "AWS4" in front of it.',
    parts: {
      ...parts,
      recipe: { ...STANDARD_RECIPE, signingKey: (_, secret, scope) => deriveSigningKey(secret, scope) },
    },
  }
  yield {
    sentence: 'A query parameter without a value was signed without "="; it is signed as "name=".',
    parts: { ...parts, recipe: { ...STANDARD_RECIPE, queryString: withoutEquals } },
  }
}

function withoutEquals(parameters: readonly Pair[]): string {
  return parameters.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&')
}

function* parameterNameTrials({ parts }: Suspect<S3Parts>): Iterable<Trial<S3Parts>> {
  if (parts.parameters.length === 0) return
  const parameters = sortPairs(parts.parameters.map(([name, value]): Pair => [name.toLowerCase(), value]))
  const sentence = 'The names of the query parameters were signed in lower case; they are signed as written.'
  yield { sentence, parts: { ...parts, parameters } }
}

function* headerOrderTrials({ parts, authorization }: S3Case): Iterable<Trial<S3Parts>> {
  const listed = authorization.signedHeadersListed
  const headers = parts.headers.toSorted((a, b) => listed.indexOf(a[0]) - listed.indexOf(b[0]))
  const sentence = 'The headers were signed in the order in which they were added; they must be sorted by name.'
  yield { sentence, parts: { ...parts, headers, signedHeaders: listed.join(';') } }
  yield { sentence, parts: { ...parts, signedHeaders: listed.join(';') } }
}

const WELL_FORMED = /^[0-9a-f]{64}$/

/** When no trial fits: what is plainly visible, or else the secret. */
export function unexplained({ headers }: WireRequest, authorization: S3Authorization): string {
  const { signature, signedHeaders, accessKeyId } = authorization
  if (!WELL_FORMED.test(signature)) {
    return 'What was sent as the signature is none: it must be 64 lower-case hexadecimal digits.'
  }
  const lost = signedHeaders.filter((name) => name !== 'host' && !headers.has(name))
  if (lost.length > 0) {
    return `The signature covers ${lost.join(', ')}, which did not arrive: the header was lost on the way, or listed without being sent.`
  }
  return `No single difference in method, host, path, parameters, headers, payload hash, scope or time explains the signature: probably the secret key is wrong, not the one that belongs to ${accessKeyId}.`
}
