/** What lifecycle rules may say in each dialect (cos-auth-and-bucket.md 5.11, Amazon's PutBucketLifecycleConfiguration). */

import { isoMillis } from '../base/iso-date.js'
import { fail } from './errors/index.js'
import type { LifecycleRule } from './lifecycle.js'
import { TAG_KEY_UNITS_MAX, TAG_VALUE_UNITS_MAX, TAGS_MAX } from './tags.js'

export interface LifecycleLimits {
  readonly daysMax: number
  /** Dates are at midnight UTC. */
  readonly datesAtMidnight: boolean
  /** A rule has a filter or a prefix, and does something. */
  readonly rulesAreWhole: boolean
  /** Days before an object may become infrequently accessed. */
  readonly infrequentDaysMin: number
  /** Objects expire later than they change class. */
  readonly expiresAfterTransition: boolean
  /** A bucket has object lock or lifecycle rules, not both. */
  readonly excludedByLock: boolean
  /** Classes in any case. */
  readonly classesHaveNoCase: boolean
  /** Small objects do not change class unless a rule says so. */
  readonly smallObjectsStay: boolean
}

export const COS_LIFECYCLE: LifecycleLimits = {
  daysMax: 3650,
  datesAtMidnight: false,
  rulesAreWhole: false,
  infrequentDaysMin: 0,
  expiresAfterTransition: false,
  excludedByLock: true,
  classesHaveNoCase: true,
  smallObjectsStay: false,
}

export const S3_LIFECYCLE: LifecycleLimits = {
  daysMax: 2_147_483_647,
  datesAtMidnight: true,
  rulesAreWhole: true,
  infrequentDaysMin: 30,
  expiresAfterTransition: true,
  excludedByLock: false,
  classesHaveNoCase: false,
  smallObjectsStay: true,
}

export const LIFECYCLE_RULES_MAX = 1_000
const ID_CHARACTERS_MAX = 255
const KEY_BYTES_MAX = 1_024
/** Of the noncurrent versions that a rule may keep. */
export const NEWER_VERSIONS_MAX = 100
const REAL_DAY_MS = 86_400_000

function refuse(name: string, value: string | number, message: string): never {
  return fail('InvalidArgument', { ArgumentName: name, ArgumentValue: String(value).slice(0, 100) }, { message })
}

function malformedIf(wrong: boolean): void {
  if (wrong) fail('MalformedXML')
}

/** MalformedXML, InvalidRequest, InvalidArgument. */
export function checkLifecycle(rules: readonly LifecycleRule[], limits: LifecycleLimits): void {
  malformedIf(rules.length === 0 || rules.length > LIFECYCLE_RULES_MAX)
  const ids = new Set<string>()
  for (const rule of rules) {
    if (rule.id.length > ID_CHARACTERS_MAX)
      refuse('ID', rule.id, `ID length should not exceed allowed limit of ${ID_CHARACTERS_MAX}`)
    if (ids.has(rule.id)) refuse('ID', rule.id, 'Rule ID must be unique. Found same ID for more than one rule')
    ids.add(rule.id)
    checkFilter(rule, limits)
    checkActions(rule, limits)
  }
}

function checkFilter({ filter, form, expiration, abortDays }: LifecycleRule, { rulesAreWhole }: LifecycleLimits): void {
  const { prefix = '', tags, sizeBytesAbove, sizeBytesBelow } = filter
  malformedIf(rulesAreWhole && form === 'none')
  if (Buffer.byteLength(prefix) > KEY_BYTES_MAX)
    refuse('Prefix', prefix, `The maximum size of a prefix is ${KEY_BYTES_MAX}.`)
  if (tags.length > TAGS_MAX.object) refuse('Tag', tags.length, 'A filter has at most ten tags.')
  malformedIf(new Set(tags.map(({ key }) => key)).size < tags.length)
  for (const { key, value } of tags) {
    if (key === '' || key.length > TAG_KEY_UNITS_MAX) refuse('Key', key, 'The TagKey you have provided is invalid')
    if (value.length > TAG_VALUE_UNITS_MAX) refuse('Value', value, 'The TagValue you have provided is invalid')
  }
  if ((sizeBytesAbove ?? 0) < 0) refuse('ObjectSizeGreaterThan', sizeBytesAbove ?? 0, 'A size is not negative.')
  if (sizeBytesBelow !== undefined && sizeBytesBelow <= (sizeBytesAbove ?? 0))
    refuse('ObjectSizeLessThan', sizeBytesBelow, "'ObjectSizeLessThan' should be greater than 'ObjectSizeGreaterThan'")
  if (tags.length === 0) return
  if (expiration?.markers !== undefined) {
    fail('InvalidRequest', {}, { message: 'ExpiredObjectDeleteMarker cannot be specified with Tags.' })
  }
  if (abortDays !== undefined) {
    fail('InvalidRequest', {}, { message: 'AbortIncompleteMultipartUpload cannot be specified with Tags.' })
  }
}

function checkActions(rule: LifecycleRule, limits: LifecycleLimits): void {
  const { transitions, expiration, noncurrentTransitions, noncurrentExpiration, abortDays } = rule
  const acts = transitions.length + noncurrentTransitions.length > 0 || abortDays !== undefined
  if (limits.rulesAreWhole && !acts && expiration === undefined && noncurrentExpiration === undefined) {
    fail('InvalidRequest', {}, { message: 'At least one action needs to be specified in a rule.' })
  }
  if (expiration !== undefined) {
    const given = [expiration.days, expiration.date, expiration.markers].filter((each) => each !== undefined)
    malformedIf(given.length !== 1)
    if (expiration.days !== undefined) checkDays('Days', expiration.days, 1, limits)
    if (expiration.date !== undefined) checkDate(expiration.date, limits)
  }
  checkTransitions(rule, limits)
  checkNoncurrent(rule, limits)
  if (abortDays !== undefined) checkDays('DaysAfterInitiation', abortDays, 1, limits)
}

function checkNoncurrent(
  { noncurrentTransitions, noncurrentExpiration }: LifecycleRule,
  limits: LifecycleLimits,
): void {
  for (const { days, newer, storageClass } of noncurrentTransitions) {
    checkDays('NoncurrentDays', days, daysMinFor(storageClass, limits), limits)
    checkNewer(newer)
  }
  if (noncurrentExpiration === undefined) return
  checkDays('NoncurrentDays', noncurrentExpiration.days, 1, limits)
  checkNewer(noncurrentExpiration.newer)
}

function checkNewer(newer: number | undefined): void {
  if (newer !== undefined && (newer < 1 || newer > NEWER_VERSIONS_MAX))
    refuse('NewerNoncurrentVersions', newer, `'NewerNoncurrentVersions' must be from 1 to ${NEWER_VERSIONS_MAX}`)
}

/** Whether current or not: an object is stored for so many days before it is infrequently accessed. */
function daysMinFor(storageClass: string, { infrequentDaysMin }: LifecycleLimits): number {
  return storageClass === 'STANDARD_IA' || storageClass === 'ONEZONE_IA' ? infrequentDaysMin : 0
}

function checkTransitions({ transitions, expiration, noncurrentTransitions }: LifecycleRule, limits: LifecycleLimits) {
  for (const all of [transitions, noncurrentTransitions]) {
    const classes = all.map(({ storageClass }) => storageClass)
    if (new Set(classes).size < classes.length)
      refuse('StorageClass', classes.join(), "'StorageClass' must be different for actions of one rule")
  }
  for (const { days, date, storageClass } of transitions) {
    malformedIf((days === undefined) === (date === undefined))
    if (date !== undefined) checkDate(date, limits)
    if (days === undefined) continue
    checkDays('Days', days, daysMinFor(storageClass, limits), limits)
    if (limits.expiresAfterTransition && expiration?.days !== undefined && expiration.days <= days)
      refuse('Days', days, "'Days' in the Expiration action must be greater than 'Days' in the Transition action")
  }
}

function checkDays(name: string, days: number, min: number, { daysMax }: LifecycleLimits): void {
  if (days < min || days > daysMax) refuse(name, days, `'${name}' must be an integer from ${min} to ${daysMax}`)
}

/** ISO 8601; MalformedXML when it is no date. */
function checkDate(date: string, { datesAtMidnight }: LifecycleLimits): void {
  const at = isoMillis(date)
  malformedIf(at === undefined)
  if (datesAtMidnight && at !== undefined && at % REAL_DAY_MS !== 0)
    refuse('Date', date, "'Date' must be at midnight GMT")
}
