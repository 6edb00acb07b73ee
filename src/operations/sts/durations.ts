/** How long temporary keys may live, by action and dialect, and what becomes of a wish beyond that. */

import { fail } from '../../model/errors/index.js'
import type { SignedPrincipal } from '../../model/principal.js'
import type { DialectName } from '../../wire/dialect.js'

export interface DurationRule {
  readonly secondsDefault: number
  readonly secondsMin: number
  readonly secondsMax: number
  /** For the root of an account: a wish beyond it is refused, or passed over silently. */
  readonly root: { readonly secondsMax: number; readonly beyond: 'refused' | 'shortened' }
  /** For whoever asks with a role's keys already. */
  readonly chainedSecondsMax?: number
}

type Rules = Readonly<Record<DialectName, DurationRule>>

/** cos-auth-and-bucket.md 2.8; Amazon's GetFederationToken and GetSessionToken have the same bounds. */
export const FEDERATION_SECONDS: Rules = {
  cos: { secondsDefault: 1_800, secondsMin: 0, secondsMax: 129_600, root: { secondsMax: 7_200, beyond: 'refused' } },
  s3: {
    secondsDefault: 43_200,
    secondsMin: 900,
    secondsMax: 129_600,
    root: { secondsMax: 3_600, beyond: 'shortened' },
  },
}

/** AssumeRole (cos-auth-and-bucket.md 2.8; Amazon's). The role may allow less. */
export const ROLE_SECONDS: Rules = {
  cos: { secondsDefault: 1_800, secondsMin: 0, secondsMax: 129_600, root: { secondsMax: 7_200, beyond: 'refused' } },
  s3: {
    secondsDefault: 3_600,
    secondsMin: 900,
    secondsMax: 43_200,
    root: { secondsMax: 43_200, beyond: 'refused' },
    chainedSecondsMax: 3_600,
  },
}

/** DurationOutOfRange. `secondsMax`: what else bounds it, such as the role; a default is shortened to it. */
export function durationOf(
  rule: DurationRule,
  { identity, session }: Pick<SignedPrincipal, 'identity' | 'session'>,
  wished: number | undefined,
  secondsMax = Number.POSITIVE_INFINITY,
): number {
  const { root, chainedSecondsMax = Number.POSITIVE_INFINITY, secondsMin } = rule
  const bounds = [rule.secondsMax, secondsMax]
  if (session?.kind === 'role') bounds.push(chainedSecondsMax)
  if (identity.kind === 'root' && root.beyond === 'refused') bounds.push(root.secondsMax)
  const most = Math.min(...bounds)
  const seconds = wished ?? Math.min(rule.secondsDefault, most)
  if (seconds < secondsMin || seconds > most) {
    fail(
      'DurationOutOfRange',
      {},
      { message: `DurationSeconds must be from ${secondsMin} to ${most} for this caller.` },
    )
  }
  return identity.kind === 'root' ? Math.min(seconds, root.secondsMax) : seconds
}
