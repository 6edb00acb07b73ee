/** What COS clients get wrong: the shared suspicions, and those of an algorithm that many write by hand. */

import { hmacSha1Hex, sha1Hex } from '../../base/hmac.js'
import type { SignedParts, Trial } from '../../wire/diagnosis.js'
import { sortPairs } from '../../wire/diagnosis.js'
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
import { percentDecode, percentEncode, percentEncodePath } from '../../wire/percent.js'
import type { QueryParameter, WireRequest } from '../../wire/request.js'
import type { CosAuthorization } from './authorization.js'
import {
  type CosParts,
  type CosRecipe,
  canonicalHeaderValue,
  canonicalName,
  listedNames,
  SIGNATURE_PARAMETERS,
  STANDARD_RECIPE,
} from './canonical.js'

const SPELLING: CanonicalSpelling = {
  method: (upperCase) => upperCase.toLowerCase(),
  path: (decoded) => decoded,
  parameterName: canonicalName,
  headerValue: canonicalHeaderValue,
  headerListName: 'q-header-list',
}

export interface CosCase {
  readonly request: WireRequest
  readonly query: readonly QueryParameter[]
  readonly authorization: CosAuthorization
  /** The readings that a correct client may have signed; none of them matched. */
  readonly accepted: readonly CosParts[]
}

/** Over the host as sent and the host without its port, because correct clients sign either. */
export function* cosTrials({ request, query, authorization, accepted }: CosCase): Iterable<Trial<CosParts>> {
  const [first] = accepted
  if (first === undefined) return
  yield* trialsOver({ request, query, path: first.path, parts: first, spelling: SPELLING }, authorization)
  const other = accepted.find((parts) => hostOf(parts) !== hostOf(first))
  if (other !== undefined) {
    yield* trialsOver({ request, query, path: other.path, parts: other, spelling: SPELLING }, authorization)
  }
}

function* trialsOver(suspect: Suspect<CosParts>, authorization: CosAuthorization): Iterable<Trial<CosParts>> {
  const { parts } = suspect
  yield* secretTrials(authorization.accessKeyId, (spoil) => ({ ...parts, recipe: recipeWith(spoil) }))
  yield* methodTrials(suspect)
  yield* pathTrials(suspect)
  yield* encodedPathTrials(suspect)
  if (hostOf(parts) === percentEncode(suspect.request.host)) yield* hostTrials(suspect)
  yield* recipeTrials(parts)
  yield* parameterTrials(suspect)
  yield* parameterNameTrials(suspect)
  yield* headerTrials(suspect)
  yield* headerSpellingTrials(suspect)
  yield* clockTrials(parts, authorization)
}

function hostOf(parts: SignedParts | undefined): string | undefined {
  return parts?.headers.find(([name]) => name === 'host')?.[1]
}

function recipeWith(spoil: (secret: string) => string): CosRecipe {
  return { ...STANDARD_RECIPE, signKey: (secretKey, keyTime) => STANDARD_RECIPE.signKey(spoil(secretKey), keyTime) }
}

function* encodedPathTrials({ parts, path }: Suspect<CosParts>): Iterable<Trial<CosParts>> {
  const sentence = pathSentence('it was signed percent-encoded; a COS signature covers the decoded path')
  for (const encoded of [percentEncodePath(path), encodeURI(path), percentEncode(path), percentEncode(path.slice(1))]) {
    for (const text of [encoded, `/${encoded}`]) {
      if (text !== parts.path) yield { sentence, parts: { ...parts, path: text } }
    }
  }
}

/** Steps of the algorithm that are easily taken otherwise. */
const RECIPES: readonly (readonly [sentence: string, recipe: Partial<CosRecipe>])[] = [
  [
    'The SignKey was used as 20 raw bytes; it is the 40 hexadecimal digits as text.',
    { signKey: (secretKey, keyTime) => Buffer.from(hmacSha1Hex(secretKey, keyTime), 'hex') },
  ],
  [
    'The StringToSign was signed with the secret key itself; it is signed with the SignKey made from q-key-time.',
    { signKey: (secretKey) => secretKey },
  ],
  [
    'The HttpString was signed without the line break at its end.',
    { httpString: (parts) => STANDARD_RECIPE.httpString(parts).slice(0, -1) },
  ],
  [
    'The StringToSign was signed without the line break at its end.',
    { stringToSign: (parts, httpString) => STANDARD_RECIPE.stringToSign(parts, httpString).slice(0, -1) },
  ],
  [
    'The method was signed in upper case; a COS signature takes it in lower case.',
    { httpString: ({ method, ...parts }) => STANDARD_RECIPE.httpString({ ...parts, method: method.toUpperCase() }) },
  ],
  [
    'The StringToSign was made of the HttpString itself; it takes the SHA-1 of it.',
    { stringToSign: ({ signTime }, httpString) => `sha1\n${signTime}\n${httpString}\n` },
  ],
  [
    'The SHA-1 of the HttpString was written in upper-case hexadecimal.',
    { stringToSign: ({ signTime }, httpString) => `sha1\n${signTime}\n${sha1Hex(httpString).toUpperCase()}\n` },
  ],
]

function* recipeTrials(parts: CosParts): Iterable<Trial<CosParts>> {
  for (const [sentence, recipe] of RECIPES)
    yield { sentence, parts: { ...parts, recipe: { ...parts.recipe, ...recipe } } }
}

const UNLISTED_TRIED_MAX = 8

/** Names left as they are in the URL, and parameters signed without being listed. */
function* parameterNameTrials({ parts, query }: Suspect<CosParts>): Iterable<Trial<CosParts>> {
  const listed = new Set(parts.parameters.map(([name]) => name))
  const asWritten = query.flatMap(({ name, value }) =>
    listed.has(canonicalName(name)) ? [[percentEncode(name), percentEncode(value)] as const] : [],
  )
  yield {
    sentence: 'The names of the query parameters were signed as written; they are signed in lower case.',
    parts: { ...parts, parameters: sortPairs(asWritten) },
  }
  const unlisted = query.filter(({ name }) => !listed.has(canonicalName(name)) && !SIGNATURE_PARAMETERS.has(name))
  for (const { name, value } of unlisted.slice(0, UNLISTED_TRIED_MAX)) {
    yield {
      sentence: `The query parameter "${name}" was part of what was signed, but is not listed in q-url-param-list.`,
      parts: { ...parts, parameters: sortPairs([...parts.parameters, [canonicalName(name), percentEncode(value)]]) },
    }
  }
  if (unlisted.length > 1) {
    const pairs = unlisted.map(({ name, value }) => [canonicalName(name), percentEncode(value)] as const)
    yield {
      sentence: 'All query parameters were part of what was signed, but q-url-param-list does not list them all.',
      parts: { ...parts, parameters: sortPairs([...parts.parameters, ...pairs]) },
    }
  }
}

const HEADER_SPELLINGS: readonly (readonly [write: (encoded: string) => string, reason: string])[] = [
  [(encoded) => percentDecode(encoded) ?? encoded, 'without percent-encoding'],
  [(encoded) => encodeURIComponent(percentDecode(encoded) ?? ''), "with ! ' ( ) * left unencoded"],
  [lowerEscapes, 'with escapes in lower-case hexadecimal'],
  [percentEncode, 'encoded twice'],
  [(encoded) => encoded.replaceAll('%20', '+'), 'with + for a space instead of %20'],
]

function* headerSpellingTrials({ parts }: Suspect<CosParts>): Iterable<Trial<CosParts>> {
  for (const [write, reason] of HEADER_SPELLINGS) {
    const headers = parts.headers.map(([name, value]) => [name, write(value)] as const)
    yield { sentence: `The values of the headers were signed ${reason}.`, parts: { ...parts, headers } }
  }
}

/** Whole and half time zones: a client that takes local time for UTC signs one time and sends another. */
const ZONE_MINUTES: readonly number[] = [480, 60, -60, 120, -120, -480, 540, 330, -300, -420, 180, -180, -240, 600]

function* clockTrials(parts: CosParts, { signTime, keyTime }: CosAuthorization): Iterable<Trial<CosParts>> {
  if (signTime.text !== keyTime.text) {
    const sentence = 'The times signed are not those sent: q-key-time must be the time from which the SignKey was made.'
    yield { sentence, parts: { ...parts, keyTime: signTime.text } }
    yield { sentence, parts: { ...parts, keyTime: signTime.text, signTime: keyTime.text } }
  }
  for (const minutes of ZONE_MINUTES) {
    const shift = (seconds: number) => seconds + minutes * 60
    const text = `${shift(signTime.startSeconds)};${shift(signTime.endSeconds)}`
    const hours = `${Math.abs(minutes) / 60} hours ${minutes > 0 ? 'later' : 'earlier'}`
    const sentence = `The clock: the times signed lie ${hours} than the times sent, as if local time was taken for UTC.`
    yield { sentence, parts: { ...parts, keyTime: text, signTime: text } }
  }
  const millis = `${signTime.startSeconds * 1000};${signTime.endSeconds * 1000}`
  const sentence = 'The clock: the times were signed in milliseconds, but sent in seconds.'
  yield { sentence, parts: { ...parts, keyTime: millis, signTime: millis } }
}

const WELL_FORMED = /^[0-9a-f]{40}$/

/** When no trial fits: what is plainly visible, or else the secret. */
export function unexplained(request: WireRequest, authorization: CosAuthorization): string {
  const { signature, headerList, accessKeyId } = authorization
  if (!WELL_FORMED.test(signature)) {
    return 'The value of q-signature is not a signature: it must be 40 lower-case hexadecimal digits.'
  }
  const lost = [...listedNames(headerList).keys()].filter((name) => name !== 'host' && !request.headers.has(name))
  if (lost.length > 0) {
    return `The signature covers ${lost.join(', ')}, which did not arrive: the header was lost on the way, or listed without being sent.`
  }
  return `No single difference in method, host, path, parameters, headers or times explains the signature: probably the secret key is wrong, not the one that belongs to ${accessKeyId}.`
}
