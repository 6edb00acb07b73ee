/**
 * Variables in IAM policies: `${aws:username}` stands for what the request has, `${aws:username, 'x'}` for `x` where it
 * has nothing, `${*}`, `${?}` and `${$}` for the character. What a variable brings is never a wildcard. A value with a
 * variable that has nothing to stand for matches nothing.
 */

import { canonicalKey } from './condition-keys.js'
import type { ConditionFacts, Grammar } from './policy.js'
import { literalTokens, matchesTokens, patternTokens, wildcardMatcher } from './wildcards.js'

type Piece =
  | { readonly text: string }
  | { readonly key: string; readonly fallback: string | undefined }
  | { readonly character: string }

const VARIABLE = /\$\{([^}]*)\}/g
const NAMED = /^\s*([\w:/.=@-]+)\s*(?:,\s*'([^']*)'\s*)?$/

/** Undefined: no variables in it. A variable that cannot be read stands for nothing. */
function piecesOf(value: string, grammar: Grammar): readonly Piece[] | undefined {
  if (grammar !== 'iam' || !value.includes('${')) return undefined
  const pieces: Piece[] = []
  let at = 0
  for (const found of value.matchAll(VARIABLE)) {
    pieces.push({ text: value.slice(at, found.index) })
    at = found.index + found[0].length
    const inner = found[1] ?? ''
    if (inner === '*' || inner === '?' || inner === '$') {
      pieces.push({ character: inner })
      continue
    }
    const [, name = '', fallback] = NAMED.exec(inner) ?? []
    pieces.push({ key: canonicalKey(name, grammar) ?? 'unknown', fallback })
  }
  return [...pieces, { text: value.slice(at) }]
}

function standsFor(piece: Piece, facts: ConditionFacts): string | undefined {
  if ('text' in piece) return piece.text
  if ('character' in piece) return piece.character
  const values = facts.values(piece.key)
  return values?.length === 1 ? values[0] : piece.fallback
}

/** The value without wildcards; undefined: it matches nothing. */
export type Value = (facts: ConditionFacts) => string | undefined

export function substituted(written: string, grammar: Grammar): Value {
  const pieces = piecesOf(written, grammar)
  if (pieces === undefined) return () => written
  return (facts) => {
    let text = ''
    for (const piece of pieces) {
      const part = standsFor(piece, facts)
      if (part === undefined) return undefined
      text += part
    }
    return text
  }
}

export type Pattern = (text: string, facts: ConditionFacts) => boolean

export function patternOf(written: string, grammar: Grammar, fold: (text: string) => string = (text) => text): Pattern {
  const pieces = piecesOf(written, grammar)
  if (pieces === undefined) return wildcardMatcher(fold(written))
  return (text, facts) => {
    const tokens: string[] = []
    for (const piece of pieces) {
      const part = standsFor(piece, facts)
      if (part === undefined) return false
      tokens.push(...('text' in piece ? patternTokens(fold(part)) : literalTokens(fold(part))))
    }
    return matchesTokens(tokens, text)
  }
}

export function hasVariables(written: string, grammar: Grammar): boolean {
  return piecesOf(written, grammar) !== undefined
}
