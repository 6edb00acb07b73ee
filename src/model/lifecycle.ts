/**
 * Lifecycle rules of a bucket, and what they say is due (cos-auth-and-bucket.md 5.11, Amazon's lifecycle configuration).
 * Pure: a test is a table of dates. Removal beats transition, the coldest of the due classes wins, and what counts days
 * falls due at the next midnight UTC, or at the next multiple of a shortened day.
 */

import type { Millis } from '../base/clock.js'
import { mayTransition } from './storage-class.js'
import type { TagSet } from './tags.js'
import type { AnyVersion } from './version.js'

export interface Transition {
  readonly days: number | undefined
  /** As it was given. */
  readonly date: string | undefined
  readonly storageClass: string
}

export interface LifecycleFilter {
  readonly prefix: string | undefined
  readonly tags: TagSet
  /** COS: keys that begin so are left out. */
  readonly prefixNotEquals: string | undefined
  readonly sizeBytesAbove: number | undefined
  readonly sizeBytesBelow: number | undefined
}

/** How the filter is spelled: under the rule itself, in `Filter`, in its `And`. Nothing is shown that was not given. */
export type FilterForm = 'none' | 'legacy' | 'filter' | 'and'

export interface LifecycleRule {
  readonly id: string
  readonly enabled: boolean
  readonly form: FilterForm
  readonly filter: LifecycleFilter
  readonly transitions: readonly Transition[]
  readonly expiration:
    | { readonly days: number | undefined; readonly date: string | undefined; readonly markers: boolean | undefined }
    | undefined
  readonly noncurrentTransitions: readonly {
    readonly days: number
    readonly newer: number | undefined
    readonly storageClass: string
  }[]
  readonly noncurrentExpiration: { readonly days: number; readonly newer: number | undefined } | undefined
  readonly abortDays: number | undefined
}

export const MINIMUM_SIZES = ['all_storage_classes_128K', 'varies_by_storage_class'] as const
export type MinimumSize = (typeof MINIMUM_SIZES)[number]

export interface Lifecycle {
  readonly rules: readonly LifecycleRule[]
  /** Which objects are too small to change class, unless a rule asks for a size. Undefined: none (COS). */
  readonly minimumSize: MinimumSize | undefined
}

/** Where a version stands among those of its key. */
export type Place =
  | { readonly kind: 'current'; readonly alone: boolean }
  | { readonly kind: 'noncurrent'; readonly since: Millis; readonly newerCount: number }

export type DueAction =
  | { readonly kind: 'expire' | 'remove' | 'remove-marker'; readonly ruleId: string; readonly at: Millis }
  | { readonly kind: 'transition'; readonly ruleId: string; readonly at: Millis; readonly storageClass: string }

const SMALL_SIZE_BYTES = 128 * 1024

/** When so many days after `from` have passed: at the next beginning of a day. */
export function dueAfter(from: Millis, days: number, dayMs: number): Millis {
  return Math.ceil((from + days * dayMs) / dayMs) * dayMs
}

function dueAt(
  { days, date }: { readonly days: number | undefined; readonly date: string | undefined },
  from: Millis,
  dayMs: number,
): Millis | undefined {
  if (date !== undefined) return Date.parse(date)
  return days === undefined ? undefined : dueAfter(from, days, dayMs)
}

function concerns({ enabled, filter }: LifecycleRule, version: AnyVersion): boolean {
  const { prefix = '', prefixNotEquals, tags, sizeBytesAbove, sizeBytesBelow } = filter
  if (!enabled || !version.key.startsWith(prefix)) return false
  if (prefixNotEquals !== undefined && version.key.startsWith(prefixNotEquals)) return false
  if (version.kind === 'marker')
    return tags.length === 0 && sizeBytesAbove === undefined && sizeBytesBelow === undefined
  if (sizeBytesAbove !== undefined && version.sizeBytes <= sizeBytesAbove) return false
  if (sizeBytesBelow !== undefined && version.sizeBytes >= sizeBytesBelow) return false
  return tags.every(({ key, value }) => version.tags.some((tag) => tag.key === key && tag.value === value))
}

function removals(rule: LifecycleRule, version: AnyVersion, place: Place, dayMs: number): readonly DueAction[] {
  const { id: ruleId, expiration, noncurrentExpiration } = rule
  if (place.kind === 'noncurrent') {
    if (noncurrentExpiration === undefined || place.newerCount < (noncurrentExpiration.newer ?? 0)) return []
    return [{ kind: 'remove', ruleId, at: dueAfter(place.since, noncurrentExpiration.days, dayMs) }]
  }
  if (expiration === undefined) return []
  const at = dueAt(expiration, version.modifiedAt, dayMs)
  if (version.kind === 'object') return at === undefined ? [] : [{ kind: 'expire', ruleId, at }]
  if (!place.alone) return []
  if (expiration.markers === true) return [{ kind: 'remove-marker', ruleId, at: version.modifiedAt }]
  return at === undefined ? [] : [{ kind: 'remove-marker', ruleId, at }]
}

function transitions(rule: LifecycleRule, version: AnyVersion, place: Place, dayMs: number): readonly DueAction[] {
  if (version.kind === 'marker') return []
  const ruleId = rule.id
  if (place.kind === 'noncurrent') {
    return rule.noncurrentTransitions
      .filter(({ newer = 0 }) => place.newerCount >= newer)
      .map(({ days, storageClass }) => ({
        kind: 'transition',
        ruleId,
        storageClass,
        at: dueAfter(place.since, days, dayMs),
      }))
  }
  return rule.transitions.flatMap(({ storageClass, ...when }) => {
    const at = dueAt(when, version.modifiedAt, dayMs)
    return at === undefined ? [] : [{ kind: 'transition', ruleId, storageClass, at } as const]
  })
}

function isTooSmall(minimumSize: MinimumSize | undefined, rule: LifecycleRule, sizeBytes: number, to: string): boolean {
  const { sizeBytesAbove, sizeBytesBelow } = rule.filter
  if (minimumSize === undefined || sizeBytesAbove !== undefined || sizeBytesBelow !== undefined) return false
  const archive = to === 'ARCHIVE' || to === 'DEEP_ARCHIVE'
  return sizeBytes < SMALL_SIZE_BYTES && !(minimumSize === 'varies_by_storage_class' && archive)
}

/** The one thing to do with a version now, or undefined. */
export function dueAction(
  { rules, minimumSize }: Lifecycle,
  version: AnyVersion,
  place: Place,
  now: Millis,
  dayMs: number,
): DueAction | undefined {
  const concerned = rules.filter((rule) => concerns(rule, version))
  const removal = concerned.flatMap((rule) => removals(rule, version, place, dayMs)).filter(({ at }) => at <= now)
  if (removal.length > 0) return earliest(removal)
  if (version.kind === 'marker') return undefined
  let coldest: Extract<DueAction, { kind: 'transition' }> | undefined
  for (const rule of concerned) {
    for (const action of transitions(rule, version, place, dayMs)) {
      if (action.kind !== 'transition' || action.at > now) continue
      if (!mayTransition(version.storageClass, action.storageClass)) continue
      if (isTooSmall(minimumSize, rule, version.sizeBytes, action.storageClass)) continue
      if (coldest === undefined || mayTransition(coldest.storageClass, action.storageClass)) coldest = action
    }
  }
  return coldest
}

function earliest<T extends { readonly at: Millis }>(actions: readonly T[]): T | undefined {
  return actions.reduce<T | undefined>(
    (best, each) => (best === undefined || each.at < best.at ? each : best),
    undefined,
  )
}

/** When the current version will go, and by which rule: what `x-*-expiration` says. */
export function expirationOf({ rules }: Lifecycle, version: AnyVersion, dayMs: number): DueAction | undefined {
  const concerned = rules.filter((rule) => concerns(rule, version))
  return earliest(concerned.flatMap((rule) => removals(rule, version, { kind: 'current', alone: false }, dayMs)))
}

/** When an unfinished upload will be aborted, and by which rule. Tags and sizes belong to objects. */
export function abortOf(
  { rules }: Lifecycle,
  upload: { readonly key: string; readonly initiatedAt: Millis },
  dayMs: number,
): { readonly ruleId: string; readonly at: Millis } | undefined {
  return earliest(
    rules.flatMap(({ id, enabled, filter, abortDays }) => {
      const { prefix = '', prefixNotEquals } = filter
      const named = upload.key.startsWith(prefix) && !(prefixNotEquals && upload.key.startsWith(prefixNotEquals))
      if (!enabled || !named || abortDays === undefined) return []
      return [{ ruleId: id, at: dueAfter(upload.initiatedAt, abortDays, dayMs) }]
    }),
  )
}
