/**
 * The canonical forms of the COS signature and the signature over them: cos-auth-and-bucket.md 2.2 and 2.3.
 * Pure: what goes in is what was received and what the signature lists.
 */

import { hmacSha1Hex, sha1Hex } from '../../base/hmac.js'
import { type Pair, type SignedParts, sortPairs } from '../../wire/diagnosis.js'
import { percentDecode, percentEncode, percentEncodeBytes } from '../../wire/percent.js'
import type { Headers, QueryParameter } from '../../wire/request.js'

export interface CosParts extends SignedParts {
  /** `start;end`, Unix seconds, as they enter the StringToSign and the SignKey. */
  readonly signTime: string
  readonly keyTime: string
  /** How the three are put together: the standard way, or one of the ways in which clients get it wrong. */
  readonly recipe: CosRecipe
}

export interface CosRecipe {
  signKey(secretKey: string, keyTime: string): string | Buffer
  httpString(parts: CosParts): string
  stringToSign(parts: CosParts, httpString: string): string
}

export const STANDARD_RECIPE: CosRecipe = {
  signKey: (secretKey, keyTime) => hmacSha1Hex(secretKey, keyTime),
  httpString: ({ method, path, parameters, headers }) =>
    `${method}\n${path}\n${joinPairs(parameters)}\n${joinPairs(headers)}\n`,
  stringToSign: ({ signTime }, httpString) => `sha1\n${signTime}\n${sha1Hex(httpString)}\n`,
}

export function cosHttpString(parts: CosParts): string {
  return parts.recipe.httpString(parts)
}

export function cosStringToSign(parts: CosParts): string {
  return parts.recipe.stringToSign(parts, parts.recipe.httpString(parts))
}

export function cosSignature(parts: CosParts, secretKey: string): string {
  return hmacSha1Hex(parts.recipe.signKey(secretKey, parts.keyTime), cosStringToSign(parts))
}

/** Parameters of the signature itself: never part of what is signed. */
export const SIGNATURE_PARAMETERS: ReadonlySet<string> = new Set([
  'q-sign-algorithm',
  'q-ak',
  'q-sign-time',
  'q-key-time',
  'q-header-list',
  'q-url-param-list',
  'q-signature',
  'sign',
])

/** The spelling of a name in the canonical forms: encoded, then lower case, escapes included. */
export function canonicalName(name: string): string {
  return percentEncode(name).toLowerCase()
}

/**
 * The names of a `q-header-list` or `q-url-param-list` in their canonical spelling, with how often each is listed.
 * Clients list names encoded (`key%2fwith`), and some encode the whole list on top, so one layer of escapes is taken
 * off if there is one.
 */
export function listedNames(list: string): ReadonlyMap<string, number> {
  const names = new Map<string, number>()
  if (list === '') return names
  for (const item of list.split(';')) {
    const plain = item.trim()
    if (plain === '') continue
    const name = canonicalName((plain.includes('%') ? percentDecode(plain) : undefined) ?? plain)
    names.set(name, (names.get(name) ?? 0) + 1)
  }
  return names
}

/** Every value of a listed name, `name=` when it is absent. */
export function canonicalParameters(list: string, query: readonly QueryParameter[]): readonly Pair[] {
  if (list === '') return []
  const values = new Map<string, string[]>()
  for (const name of listedNames(list).keys()) if (!SIGNATURE_PARAMETERS.has(name)) values.set(name, [])
  for (const { name, value } of query) values.get(canonicalName(name))?.push(percentEncode(value))
  return sortPairs([...values].flatMap(([name, found]) => pairsOf(name, found.length === 0 ? [''] : found)))
}

/** A client that repeats a header lists its name once per value (2.3 rule 4); we receive the values joined. */
export function canonicalHeaders(list: string, headers: Headers, host: string): readonly Pair[] {
  const pairs: Pair[] = []
  for (const [name, times] of listedNames(list)) {
    const plain = percentDecode(name) ?? name
    const value = plain === 'host' ? host : (headers.get(plain) ?? '')
    const values = times > 1 ? value.split(',') : [value]
    pairs.push(...pairsOf(name, (values.length === times ? values : [value]).map(canonicalHeaderValue)))
  }
  return sortPairs(pairs)
}

export function canonicalHeaderValue(latin1: string): string {
  return percentEncodeBytes(trimBlanks(latin1))
}

export function trimBlanks(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '')
}

function pairsOf(name: string, values: readonly string[]): readonly Pair[] {
  return values.map((value) => [name, value])
}

function joinPairs(pairs: readonly Pair[]): string {
  return pairs.map(([name, value]) => `${name}=${value}`).join('&')
}
