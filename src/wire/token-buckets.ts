/**
 * Rates by name, in memory: each name may burst a second's worth. A name that was not seen for long has its full burst
 * again, so that what is remembered is bounded: the names of the last generation and those of the one before.
 */

import type { Clock } from '../base/clock.js'

export interface TokenBuckets {
  /** How long to wait; 0 when a token was taken. `perSecond` may differ from the last time. */
  take(name: string, perSecond: number): number
}

interface Tokens {
  count: number
  filledAt: number
}

const NAMES_MAX = 20_000

export function createTokenBuckets(clock: Pick<Clock, 'now'>, namesMax = NAMES_MAX): TokenBuckets {
  let recent = new Map<string, Tokens>()
  let older = new Map<string, Tokens>()
  const tokensOf = (name: string, perSecond: number): Tokens => {
    const known = recent.get(name)
    if (known !== undefined) return known
    const tokens = older.get(name) ?? { count: perSecond, filledAt: clock.now() }
    if (recent.size >= namesMax) {
      older = recent
      recent = new Map()
    }
    recent.set(name, tokens)
    return tokens
  }
  return {
    take: (name, perSecond) => {
      const tokens = tokensOf(name, perSecond)
      const now = clock.now()
      tokens.count = Math.min(perSecond, tokens.count + (Math.max(0, now - tokens.filledAt) * perSecond) / 1000)
      tokens.filledAt = now
      if (tokens.count >= 1) {
        tokens.count--
        return 0
      }
      return ((1 - tokens.count) * 1000) / perSecond
    },
  }
}
