/**
 * Restores of archived versions: how long each speed takes, which of two requests counts, and what can be read when.
 * A restore is three moments in the version's row; its state follows from them and the clock, so nothing has to happen
 * for a copy to become readable, or to go.
 */

import type { Millis } from '../base/clock.js'
import { fail } from './errors/index.js'
import type { StorageClass } from './storage-class.js'
import type { ObjectVersion } from './version.js'
import { RESTORE_TIERS, type Restore, type RestoreTier } from './version-extras.js'

/** `none`: never asked for, or the copy has expired. */
export type RestoreState = 'none' | 'ongoing' | 'restored'

const REAL_DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** The longest wait that both services allow for (cos-object.md 13, Amazon's retrieval options); others are not offered. */
const WAITS_MS: Readonly<Partial<Record<StorageClass, Readonly<Partial<Record<RestoreTier, number>>>>>> = {
  ARCHIVE: { Expedited: 5 * MINUTE_MS, Standard: 5 * HOUR_MS, Bulk: 12 * HOUR_MS },
  DEEP_ARCHIVE: { Standard: 12 * HOUR_MS, Bulk: 48 * HOUR_MS },
}

export interface WantedRestore {
  readonly days: number
  readonly tier: RestoreTier
  /** Copies expire at midnight, so many hours before that of UTC. */
  readonly midnightHoursAhead: number
}

export interface PlannedRestore {
  readonly restore: Restore
  /** A copy is there already; only its expiry is another. */
  readonly renewed: boolean
}

export function restoreState(restore: Restore | undefined, now: Millis): RestoreState {
  if (restore === undefined || now >= restore.expiresAt) return 'none'
  return now < restore.readyAt ? 'ongoing' : 'restored'
}

/**
 * What a request makes of the version's past: a new restore, a running one made faster, or a later expiry.
 * RestoreAlreadyInProgress when one runs that is as fast, InvalidArgument when the class has no such speed. `dayMs` is
 * the length of a day; a shorter one shortens the hours of the wait alike.
 */
export function planRestore(
  { key, storageClass, extras }: Pick<ObjectVersion, 'key' | 'storageClass' | 'extras'>,
  wanted: WantedRestore,
  now: Millis,
  dayMs: number,
): PlannedRestore {
  const { tier } = wanted
  const waitMs = waitOf(storageClass, tier, dayMs)
  const { restore } = extras
  const state = restoreState(restore, now)
  if (restore !== undefined && state === 'restored') {
    return { restore: { ...restore, expiresAt: expiryOf(now, wanted, dayMs) }, renewed: true }
  }
  let readyAt = now + waitMs
  if (restore !== undefined && state === 'ongoing') {
    if (!isFaster(tier, restore.tier)) fail('RestoreAlreadyInProgress', { Key: key })
    readyAt = Math.min(readyAt, restore.readyAt)
  }
  return {
    restore: { tier, requestedAt: now, readyAt, expiresAt: expiryOf(readyAt, wanted, dayMs) },
    renewed: false,
  }
}

/** At least a moment, so that a restore is seen to run however short a day is. */
function waitOf(storageClass: string, tier: RestoreTier, dayMs: number): number {
  const waits = Object.entries(WAITS_MS).find(([name]) => name === storageClass)?.[1]
  const waitMs =
    waits?.[tier] ??
    fail(
      'InvalidArgument',
      { ArgumentName: 'Tier', ArgumentValue: tier },
      { message: 'Retrieval option is not supported by this storage class' },
    )
  return Math.max(1, Math.round((waitMs * dayMs) / REAL_DAY_MS))
}

function isFaster(tier: RestoreTier, than: RestoreTier): boolean {
  return RESTORE_TIERS.indexOf(tier) < RESTORE_TIERS.indexOf(than)
}

/** The midnight after so many days, as both services round (RestoreObject, Days; the sample of cos-object.md 8). */
function expiryOf(from: Millis, { days, midnightHoursAhead }: WantedRestore, dayMs: number): Millis {
  const aheadMs = (dayMs * midnightHoursAhead) / 24
  return Math.round(Math.ceil((from + days * dayMs + aheadMs) / dayMs) * dayMs - aheadMs)
}
