/** Who is let in at all: nobody while draining, nobody beyond the configured rate (errors.md stage 2). */

import type { Clock } from '../base/clock.js'
import { fail } from '../model/errors/index.js'

export interface Admission {
  /** ServiceUnavailable or SlowDown, before anything of the request has cost work. */
  admit(): void
  /** From now on everything is ServiceUnavailable; `retryAfterSeconds` is when another process may answer. */
  beginDrain(retryAfterSeconds: number): void
}

export function createAdmission(clock: Clock, requestsPerSecondMax: number | undefined): Admission {
  let drainSeconds: number | undefined
  const take = requestsPerSecondMax === undefined ? undefined : tokenBucket(clock, requestsPerSecondMax)
  return {
    admit: () => {
      if (drainSeconds !== undefined) fail('ServiceUnavailable', { RetryAfterSeconds: drainSeconds })
      const waitMs = take?.() ?? 0
      if (waitMs > 0) fail('SlowDown', { RetryAfterSeconds: Math.ceil(waitMs / 1000) })
    },
    beginDrain: (retryAfterSeconds) => {
      drainSeconds = retryAfterSeconds
    },
  }
}

/** A second's worth of requests at most in one burst. Answers how long to wait; 0 when a token was taken. */
function tokenBucket(clock: Clock, perSecond: number): () => number {
  let tokens = perSecond
  let filledAt = clock.now()
  return () => {
    const now = clock.now()
    tokens = Math.min(perSecond, tokens + (Math.max(0, now - filledAt) * perSecond) / 1000)
    filledAt = now
    if (tokens >= 1) {
      tokens--
      return 0
    }
    return ((1 - tokens) * 1000) / perSecond
  }
}
