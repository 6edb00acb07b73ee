/** Who is let in at all: nobody while draining, nobody beyond the configured rate (errors.md stage 2). */

import type { Clock } from '../base/clock.js'
import { fail } from '../model/errors/index.js'
import { slowDown } from './rate-limits.js'
import { createTokenBuckets } from './token-buckets.js'

export interface Admission {
  /** ServiceUnavailable or SlowDown, before anything of the request has cost work. The name is for the answer. */
  admit(bucketName?: string): void
  /** From now on everything is ServiceUnavailable; `retryAfterSeconds` is when another process may answer. */
  beginDrain(retryAfterSeconds: number): void
}

export function createAdmission(clock: Clock, requestsPerSecondMax: number | undefined): Admission {
  let drainSeconds: number | undefined
  const { take } = createTokenBuckets(clock)
  return {
    admit: (bucketName) => {
      if (drainSeconds !== undefined) fail('ServiceUnavailable', { RetryAfterSeconds: drainSeconds })
      if (requestsPerSecondMax !== undefined) slowDown(take('', requestsPerSecondMax), bucketName)
    },
    beginDrain: (retryAfterSeconds) => {
      drainSeconds = retryAfterSeconds
    },
  }
}
