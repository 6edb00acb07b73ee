/**
 * Wrong credentials, counted by address: whoever guesses is slowed down to nothing. Bounded: when there are too many
 * addresses, the one that erred the longest ago is forgotten.
 */

import type { Millis } from '../base/clock.js'
import { fail } from '../model/errors/index.js'

export interface Attempts {
  /** SlowDown for an address that has erred too often. */
  admit(address: string, now: Millis): void
  erred(address: string, now: Millis): void
}

export interface AttemptLimits {
  readonly errorsMax: number
  /** From the first error of an address until it is forgiven. */
  readonly windowMs: number
  readonly addressesMax: number
}

export const ATTEMPT_LIMITS: AttemptLimits = { errorsMax: 10, windowMs: 60_000, addressesMax: 10_000 }

export function createAttempts({ errorsMax, windowMs, addressesMax }: AttemptLimits): Attempts {
  const errors = new Map<string, { readonly count: number; readonly since: Millis }>()
  const recent = (address: string, now: Millis) => {
    const found = errors.get(address)
    return found !== undefined && now - found.since < windowMs ? found : { count: 0, since: now }
  }
  return {
    admit: (address, now) => {
      const { count, since } = recent(address, now)
      if (count < errorsMax) return
      const RetryAfterSeconds = Math.max(1, Math.ceil((since + windowMs - now) / 1000))
      fail(
        'SlowDown',
        { RetryAfterSeconds },
        {
          message: 'Too many wrong credentials came from this address.',
          headers: { 'Retry-After': String(RetryAfterSeconds) },
        },
      )
    },
    erred: (address, now) => {
      const { count, since } = recent(address, now)
      // A map keeps the order of insertion: the address that erred last is put at its end.
      errors.delete(address)
      errors.set(address, { count: count + 1, since })
      const [oldest] = errors.size > addressesMax ? errors.keys() : []
      if (oldest !== undefined) errors.delete(oldest)
    },
  }
}
