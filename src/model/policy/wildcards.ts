/**
 * `*` for any characters and `?` for one, anywhere in a pattern. Two pointers, and no way back beyond the last star: the
 * cost is at most the product of both lengths, whatever a stranger writes.
 */

/** One character, or one of the two wildcards. */
type Token = string
const ANY = '**'
const ONE = '??'

export type Matcher = (text: string) => boolean

/** A text as tokens in which wildcards are characters like others. */
export function literalTokens(text: string): readonly string[] {
  return text.split('')
}

export function patternTokens(pattern: string): readonly string[] {
  return pattern.split('').map((character) => (character === '*' ? ANY : character === '?' ? ONE : character))
}

/** Made once for a pattern that is used often. */
export function wildcardMatcher(pattern: string): Matcher {
  if (pattern === '*') return () => true
  const first = pattern.search(/[*?]/)
  if (first === -1) return (text) => text === pattern
  if (first === pattern.length - 1 && pattern.endsWith('*')) {
    const beginning = pattern.slice(0, -1)
    return (text) => text.startsWith(beginning)
  }
  const tokens = patternTokens(pattern)
  return (text) => matchesTokens(tokens, text)
}

export function matchesWildcards(pattern: string, text: string): boolean {
  return wildcardMatcher(pattern)(text)
}

export function matchesTokens(tokens: readonly Token[], text: string): boolean {
  let at = 0
  let inText = 0
  let star = -1
  let resumed = 0
  while (inText < text.length) {
    const expected = tokens[at]
    if (expected === ANY) {
      star = at++
      resumed = inText
    } else if (expected === ONE || expected === text[inText]) {
      at++
      inText++
    } else if (star !== -1) {
      at = star + 1
      inText = ++resumed
    } else return false
  }
  while (tokens[at] === ANY) at++
  return at === tokens.length
}

export function hasWildcards(pattern: string): boolean {
  return /[*?]/.test(pattern)
}
