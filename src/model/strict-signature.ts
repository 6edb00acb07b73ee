/**
 * Strict signatures (COS): for these actions, whatever of these headers and parameters a signed request has must be
 * part of its signature (cos-auth-and-bucket.md 5.28).
 */

import type { Permission } from './permissions.js'
import { matchesWildcards } from './policy/wildcards.js'

export interface StrictSignatureRule {
  readonly id: string
  /** COS action names, `*` for any characters. */
  readonly actions: readonly string[]
  /** As they were given; `x-cos-*` stands for a family. */
  readonly headers: readonly string[]
  /** `all` stands for every parameter. */
  readonly parameters: readonly string[]
}

export const STRICT_RULES_MAX = 10
export const STRICT_ACTIONS_MAX = 200
export const STRICT_NAMES_MAX = 20
export const STRICT_ID_CHARACTERS_MAX = 255

/** What a request has and what its signature covers; names in lower case. */
export interface SignedParts {
  readonly headers: Iterable<string>
  readonly parameters: Iterable<string>
  readonly signedHeaders: ReadonlySet<string>
  readonly signedParameters: ReadonlySet<string>
}

/** What is there, must be signed, and is not. */
export function unsignedPart(
  rules: readonly StrictSignatureRule[],
  permission: Permission,
  parts: SignedParts,
): 'header' | 'param' | undefined {
  for (const { actions, headers, parameters } of rules) {
    if (!actions.some((pattern) => matchesWildcards(pattern, permission))) continue
    if (someUnsigned(parts.headers, parts.signedHeaders, headers)) return 'header'
    const named = parameters.includes('all') ? ['*'] : parameters
    if (someUnsigned(parts.parameters, parts.signedParameters, named)) return 'param'
  }
  return undefined
}

function someUnsigned(present: Iterable<string>, signed: ReadonlySet<string>, patterns: readonly string[]): boolean {
  if (patterns.length === 0) return false
  for (const name of present) {
    if (!signed.has(name) && patterns.some((pattern) => matchesWildcards(pattern.toLowerCase(), name))) return true
  }
  return false
}
