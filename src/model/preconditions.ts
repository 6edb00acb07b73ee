/**
 * Conditional headers as values: parsed once, evaluated by pure functions that never throw. Order as in RFC 9110
 * section 13.2.2 (errors.md 4.2): If-Match shadows If-Unmodified-Since, If-None-Match shadows If-Modified-Since.
 * Dates count whole seconds; a date that cannot be read is as good as absent.
 */

import type { Millis } from '../base/clock.js'

export type ConditionName = 'If-Match' | 'If-None-Match' | 'If-Modified-Since' | 'If-Unmodified-Since'

/** ETags without quotes, or `*` for anything that exists. */
export type EtagCondition = '*' | readonly EntityTag[]

export interface EntityTag {
  readonly value: string
  readonly weak: boolean
}

/** Absent header, absent property. */
export interface Conditions {
  readonly ifMatch?: EtagCondition
  readonly ifNoneMatch?: EtagCondition
  readonly ifModifiedSince?: Millis
  readonly ifUnmodifiedSince?: Millis
}

/** What conditions look at. */
export interface Subject {
  /** With or without quotes. */
  readonly etag: string
  readonly lastModified: Millis
}

/** `failed` is the header at fault, for the `Condition` element: prefix it with `x-…-copy-source-` for copy sources. */
export interface FailedCondition {
  readonly failed: ConditionName
}

export type ReadOutcome = 'proceed' | 'not-modified' | FailedCondition
export type CopySourceOutcome = 'proceed' | FailedCondition
/** `absent`: If-Match on a key without an object. NoSuchKey in S3, PreconditionFailed in COS: the caller's trait. */
export type WriteOutcome = 'proceed' | (FailedCondition & { readonly absent: boolean })

/**
 * `header` looks a lower-case name up: the plain header for reads and writes, `x-…-copy-source-` + name for sources.
 * An empty value means absent.
 */
export function parseConditions(header: (name: string) => string | undefined): Conditions {
  const ifMatch = parseEtags(header('if-match'))
  const ifNoneMatch = parseEtags(header('if-none-match'))
  const ifModifiedSince = parseHttpDate(header('if-modified-since'))
  const ifUnmodifiedSince = parseHttpDate(header('if-unmodified-since'))
  return {
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
    ...(ifModifiedSince === undefined ? {} : { ifModifiedSince }),
    ...(ifUnmodifiedSince === undefined ? {} : { ifUnmodifiedSince }),
  }
}

export function hasConditions(conditions: Conditions): boolean {
  return Object.keys(conditions).length > 0
}

/** GET and HEAD of an object that exists: 412, 304 or go on. */
export function evaluateRead(conditions: Conditions, subject: Subject): ReadOutcome {
  const refused = refusesRead(conditions, subject)
  if (refused !== undefined) return { failed: refused }
  return unchanged(conditions, subject) === undefined ? 'proceed' : 'not-modified'
}

/** Copy and part copy: every failure is 412, never 304. */
export function evaluateCopySource(conditions: Conditions, subject: Subject): CopySourceOutcome {
  const failed = refusesRead(conditions, subject) ?? unchanged(conditions, subject)
  return failed === undefined ? 'proceed' : { failed }
}

/**
 * PUT, Complete, DELETE and copy targets against the current object, undefined when there is none (a delete marker
 * is none). Dates never decide a write here; `unsupportedOnWrite` has refused the one that would have to.
 */
export function evaluateWrite(conditions: Conditions, current: Subject | undefined): WriteOutcome {
  const { ifMatch, ifNoneMatch } = conditions
  if (ifMatch !== undefined) {
    if (current === undefined) return { failed: 'If-Match', absent: true }
    if (!matchesStrongly(ifMatch, current.etag)) return { failed: 'If-Match', absent: false }
  }
  if (ifNoneMatch !== undefined && current !== undefined && matchesWeakly(ifNoneMatch, current.etag)) {
    return { failed: 'If-None-Match', absent: false }
  }
  return 'proceed'
}

/**
 * The header that asks a write for something not done (NotImplemented, errors.md row 61): If-None-Match other than
 * `*`, If-Match together with If-None-Match, and If-Unmodified-Since, since ignoring that one would lose an update.
 * If-Modified-Since means nothing outside GET and HEAD (RFC 9110) and is ignored.
 */
export function unsupportedOnWrite(conditions: Conditions): ConditionName | undefined {
  const { ifMatch, ifNoneMatch, ifUnmodifiedSince } = conditions
  if (ifNoneMatch !== undefined && (ifNoneMatch !== '*' || ifMatch !== undefined)) return 'If-None-Match'
  return ifUnmodifiedSince === undefined ? undefined : 'If-Unmodified-Since'
}

/** COS combines only If-Match + If-Unmodified-Since and If-None-Match + If-Modified-Since (cos-object.md 5). */
export function copyConditionsClash(conditions: Conditions): boolean {
  const positive = conditions.ifMatch !== undefined || conditions.ifUnmodifiedSince !== undefined
  const negative = conditions.ifNoneMatch !== undefined || conditions.ifModifiedSince !== undefined
  return positive && negative
}

/** IMF-fixdate and the two obsolete forms of RFC 9110 section 5.6.7. Undefined when absent or anything else. */
export function parseHttpDate(text: string | undefined): Millis | undefined {
  const trimmed = text?.trim() ?? ''
  if (trimmed.length > 40) return undefined
  for (const form of HTTP_DATE_FORMS) {
    const groups = form.exec(trimmed)?.groups
    if (groups !== undefined) return dateOf(groups)
  }
  return undefined
}

const HTTP_DATE_FORMS: readonly RegExp[] = [
  /^[a-z]{3}, (?<day>\d{1,2}) (?<month>[a-z]{3}) (?<year>\d{4}) (?<time>\d{2}:\d{2}:\d{2}) (?:GMT|UTC|[+-]0000)$/i,
  /^[a-z]{6,9}, (?<day>\d{2})-(?<month>[a-z]{3})-(?<year>\d{2}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/i,
  /^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \d]\d) (?<time>\d{2}:\d{2}:\d{2}) (?<year>\d{4})$/i,
]
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

function dateOf(groups: Readonly<Record<string, string | undefined>>): Millis | undefined {
  const month = MONTHS.indexOf((groups['month'] ?? '').toLowerCase())
  const day = Number(groups['day'])
  const shortYear = Number(groups['year'])
  const year = shortYear >= 100 ? shortYear : shortYear + (shortYear < 70 ? 2000 : 1900)
  const [hour = 0, minute = 0, second = 0] = (groups['time'] ?? '').split(':').map(Number)
  if (hour > 23 || minute > 59 || second > 60) return undefined
  const midnight = new Date(Date.UTC(year, month, day))
  const exists = month >= 0 && midnight.getUTCDate() === day && midnight.getUTCMonth() === month
  return exists ? midnight.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 : undefined
}

const ETAG_TOKEN = /(W\/)?"([^"]*)"|[^\s,"]+/g

/** Commas separate, quotes are optional, `W/` marks a weak tag, `*` stands alone. */
function parseEtags(header: string | undefined): EtagCondition | undefined {
  const text = header?.trim() ?? ''
  if (text === '') return undefined
  if (text === '*') return '*'
  const tags: EntityTag[] = []
  for (const [token, weak, quoted] of text.matchAll(ETAG_TOKEN)) {
    if (quoted !== undefined) tags.push({ value: quoted, weak: weak !== undefined })
    else if (token.startsWith('W/')) tags.push({ value: token.slice(2), weak: true })
    else tags.push({ value: token, weak: false })
  }
  return tags
}

function refusesRead(conditions: Conditions, subject: Subject): ConditionName | undefined {
  const { ifMatch, ifUnmodifiedSince } = conditions
  if (ifMatch !== undefined) return matchesStrongly(ifMatch, subject.etag) ? undefined : 'If-Match'
  if (ifUnmodifiedSince === undefined) return undefined
  return wholeSeconds(subject.lastModified) > ifUnmodifiedSince ? 'If-Unmodified-Since' : undefined
}

function unchanged(conditions: Conditions, subject: Subject): ConditionName | undefined {
  const { ifNoneMatch, ifModifiedSince } = conditions
  if (ifNoneMatch !== undefined) return matchesWeakly(ifNoneMatch, subject.etag) ? 'If-None-Match' : undefined
  if (ifModifiedSince === undefined) return undefined
  return wholeSeconds(subject.lastModified) <= ifModifiedSince ? 'If-Modified-Since' : undefined
}

function matchesStrongly(condition: EtagCondition, etag: string): boolean {
  return condition === '*' || condition.some((tag) => !tag.weak && tag.value === unquoted(etag))
}

function matchesWeakly(condition: EtagCondition, etag: string): boolean {
  return condition === '*' || condition.some((tag) => tag.value === unquoted(etag))
}

function unquoted(etag: string): string {
  return etag.startsWith('"') && etag.endsWith('"') && etag.length >= 2 ? etag.slice(1, -1) : etag
}

function wholeSeconds(time: Millis): Millis {
  return Math.floor(time / 1000) * 1000
}
