/**
 * The canonical request of SigV4 as S3 defines it, and the signature over it: the path encoded once and never
 * normalised, the query sorted, header values trimmed and folded. Canonical text is latin-1, one character per byte.
 */

import { hmacSha256Hex, sha256Hex } from '../../base/hmac.js'
import { type Pair, type SignedParts, sortPairs } from '../../wire/diagnosis.js'
import { percentEncode } from '../../wire/percent.js'
import type { Headers, QueryParameter } from '../../wire/request.js'
import { type SigningKeys, type SigningScope, scopeText } from './signing-key.js'

export interface S3Parts extends SignedParts {
  /** As listed by the client, joined by `;`. */
  readonly signedHeaders: string
  /** The last line: a SHA-256 or one of the words for what is not hashed. */
  readonly payloadHash: string
  /** `20130524T000000Z`. */
  readonly timestamp: string
  /** As it stands in the string to sign. */
  readonly scope: SigningScope
  readonly recipe: S3Recipe
}

/** The standard way, or one of the ways in which clients get it wrong. */
export interface S3Recipe {
  signingKey(keys: SigningKeys, secretKey: string, scope: SigningScope): Buffer
  queryString(parameters: readonly Pair[]): string
}

export const STANDARD_RECIPE: S3Recipe = {
  signingKey: (keys, secretKey, scope) => keys(secretKey, scope),
  queryString: (parameters) => parameters.map(([name, value]) => `${name}=${value}`).join('&'),
}

export function canonicalRequest(parts: S3Parts): string {
  const headers = parts.headers.map(([name, value]) => `${name}:${value}\n`).join('')
  const query = parts.recipe.queryString(parts.parameters)
  return `${parts.method}\n${parts.path}\n${query}\n${headers}\n${parts.signedHeaders}\n${parts.payloadHash}`
}

export function stringToSign(parts: S3Parts): string {
  const hash = sha256Hex(canonicalRequest(parts), 'latin1')
  return `AWS4-HMAC-SHA256\n${parts.timestamp}\n${scopeText(parts.scope)}\n${hash}`
}

export function s3Signature(parts: S3Parts, keys: SigningKeys, secretKey: string): string {
  return hmacSha256Hex(parts.recipe.signingKey(keys, secretKey, parts.scope), stringToSign(parts))
}

/** All but the signature itself. */
export function canonicalParameters(query: readonly QueryParameter[]): readonly Pair[] {
  const signed = query.filter(({ name }) => name !== 'X-Amz-Signature')
  return sortPairs(signed.map(({ name, value }): Pair => [percentEncode(name), percentEncode(value)]))
}

/** A listed header that is absent has an empty value; the comparison then fails. */
export function canonicalHeaders(names: readonly string[], headers: Headers, host: string): readonly Pair[] {
  return names.map((name): Pair => [name, foldBlanks(name === 'host' ? host : (headers.get(name) ?? ''))])
}

export function foldBlanks(value: string): string {
  return value.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '')
}

/** As errors show what was signed, byte by byte. */
export function spacedHex(latin1: string): string {
  return Buffer.from(latin1, 'latin1')
    .toString('hex')
    .replace(/..(?!$)/g, '$& ')
}
