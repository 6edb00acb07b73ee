/**
 * Signatures that have changed something: each does so once, so that a recorded request makes no second key. Kept as
 * long as they could be valid, and by key: whoever signs too much slows nobody else down. Only the keys of roots get
 * here, after they were proven, so there are no more than exist.
 */

import type { Millis } from '../base/clock.js'
import { fail } from '../model/errors/index.js'
import type { PlainSignature } from './plain-signature.js'

export interface UsedSignatures {
  /** AccessDenied when it was used before; SlowDown when there is no room to remember it. */
  use(accessKeyId: string, signature: PlainSignature, now: Millis): void
}

const SIGNATURES_PER_KEY_MAX = 10_000

export function createUsedSignatures(signaturesMax: number = SIGNATURES_PER_KEY_MAX): UsedSignatures {
  const byKey = new Map<string, Map<string, Millis>>()
  return {
    use: (accessKeyId, { signature, validUntil }, now) => {
      const used = byKey.get(accessKeyId) ?? new Map<string, Millis>()
      byKey.set(accessKeyId, used)
      const usedUntil = used.get(signature)
      if (usedUntil !== undefined && usedUntil >= now) {
        fail(
          'AccessDenied',
          {},
          { message: 'This signature was used before. Sign each request that changes something.' },
        )
      }
      if (used.size >= signaturesMax) forgetEnded(used, now)
      if (used.size >= signaturesMax) fail('SlowDown')
      used.set(signature, validUntil)
    },
  }
}

function forgetEnded(used: Map<string, Millis>, now: Millis): void {
  for (const [signature, validUntil] of used) if (validUntil < now) used.delete(signature)
}
