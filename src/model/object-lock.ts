/**
 * Object lock: what keeps a version from being removed, and how a lock may change. A lock only grows, with two
 * exceptions that somebody must ask for by name: a legal hold that is lifted, and governance that is bypassed.
 */

import type { Millis } from '../base/clock.js'
import type { ObjectVersion } from './version.js'
import type { ObjectLock, Retention, RetentionMode } from './version-extras.js'

export const RETENTION_DAYS_MAX = 36_500
export const RETENTION_YEARS_MAX = 100

/** A real day: the setting that shortens the days of lifecycle rules has no say here. */
const DAY_MS = 86_400_000

export interface Term {
  readonly unit: 'days' | 'years'
  readonly count: number
}

export interface DefaultRetention {
  readonly mode: RetentionMode
  readonly term: Term
}

/** Of a bucket: that it has one at all cannot be undone. */
export interface LockConfiguration {
  readonly defaultRetention: DefaultRetention | undefined
}

export interface Bypass {
  /** Throws unless whoever asks may remove or weaken governance over this version. Undefined: nobody asked. */
  readonly governance: ((version: ObjectVersion) => void) | undefined
  /** The legal hold itself is what changes. It never helps to remove a version. */
  readonly legalHold: boolean
}

export const NO_BYPASS: Bypass = { governance: undefined, legalHold: false }

export function isValidTerm({ unit, count }: Term): boolean {
  return Number.isInteger(count) && count > 0 && count <= (unit === 'days' ? RETENTION_DAYS_MAX : RETENTION_YEARS_MAX)
}

export function daysOf({ unit, count }: Term): number {
  return unit === 'days' ? count : count * 365
}

export function retentionFrom({ mode, term }: DefaultRetention, now: Millis): Retention {
  return { mode, retainUntil: now + daysOf(term) * DAY_MS }
}

/** A new version without a retention of its own gets the one of its bucket. */
export function withDefault(
  lock: ObjectLock | undefined,
  { defaultRetention }: LockConfiguration,
  now: Millis,
): ObjectLock | undefined {
  if (defaultRetention === undefined || lock?.retention !== undefined) return lock
  return { retention: retentionFrom(defaultRetention, now), legalHold: lock?.legalHold }
}

/** `governed`: only governance stands in the way. */
export type LockState = 'free' | 'governed' | 'locked'

/** The moment of the date itself is the first that is free. */
export function lockState(lock: ObjectLock | undefined, now: Millis): LockState {
  if (lock === undefined) return 'free'
  if (lock.legalHold) return 'locked'
  return retentionState(lock.retention, now)
}

function retentionState(retention: Retention | undefined, now: Millis): LockState {
  if (retention === undefined || retention.retainUntil <= now) return 'free'
  return retention.mode === 'GOVERNANCE' ? 'governed' : 'locked'
}

/** What a change of retention gives up: nothing, something under governance, or something that nobody may give up. */
export function weakening(before: Retention | undefined, after: Retention | undefined, now: Millis): LockState {
  const state = retentionState(before, now)
  if (before === undefined || state === 'free') return 'free'
  const shorter = after === undefined || after.retainUntil < before.retainUntil
  const weaker = before.mode === 'COMPLIANCE' && after?.mode !== 'COMPLIANCE'
  return shorter || weaker ? state : 'free'
}
