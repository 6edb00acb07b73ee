/**
 * Access logging of a bucket: where its records go, in which vendor's form, and what the objects are called that hold
 * them (cos-auth-and-bucket.md 5.18; Amazon's PutBucketLogging). The form is that of the dialect that switched it on.
 */

import type { Millis } from '../base/clock.js'
import { fail } from './errors/index.js'
import type { Grant } from './grants.js'
import { checkNewObjectKey, checkObjectKey, type KeyRule } from './names.js'

export const LOG_FORMS = ['cos', 's3'] as const
export type LogForm = (typeof LOG_FORMS)[number]

/** Of S3. `event-time`: an object holds the records of one day and is called by it; otherwise by when it was made. */
export const LOG_KEY_FORMATS = ['simple', 'event-time', 'delivery-time'] as const
export type LogKeyFormat = (typeof LOG_KEY_FORMATS)[number]

export const LOG_GRANT_PERMISSIONS = ['FULL_CONTROL', 'READ', 'WRITE'] as const

export interface LoggingConfiguration {
  readonly form: LogForm
  readonly targetBucket: string
  readonly targetPrefix: string
  /** Beside the owner, on every log object. */
  readonly grants: readonly Grant[]
  /** Undefined: none was given. */
  readonly keyFormat: LogKeyFormat | undefined
}

/** Stands with each record, so that it finds its way whatever becomes of its bucket and configuration. */
export interface LogDestination {
  readonly configuration: LoggingConfiguration
  readonly source: LogSource
}

export interface LogSource {
  readonly bucketName: string
  readonly region: string
  readonly accountId: string
  /** The number of its owner, as policies and log keys name it. */
  readonly uin: string
}

interface LogFormRules {
  /** Whether the target must have granted it to log delivery; otherwise being of the same owner is enough. */
  readonly grantNeeded: boolean
  /** Of the object behind the prefix. `day`: of its records, where it holds those of one day only. */
  readonly objectName: (destination: LogDestination, madeAt: Millis, day: string | undefined, unique: string) => string
}

/** `2026-01-02`. */
function dayOf(time: Millis): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** `2026-01-02-03-04-05`. */
function secondOf(time: Millis): string {
  return new Date(time).toISOString().slice(0, 19).replaceAll(/[T:]/g, '-')
}

export const LOG_FORM_RULES: Readonly<Record<LogForm, LogFormRules>> = {
  cos: {
    grantNeeded: false,
    objectName: (_destination, madeAt, _day, unique) =>
      `${dayOf(madeAt).replaceAll('-', '/')}/${secondOf(madeAt).replaceAll('-', '')}_${unique.toLowerCase()}_0`,
  },
  s3: {
    grantNeeded: true,
    objectName: ({ configuration, source }, madeAt, day, unique) => {
      const { keyFormat = 'simple' } = configuration
      const second = day === undefined ? secondOf(madeAt) : `${day}-00-00-00`
      const name = `${second}-${unique.toUpperCase()}`
      if (keyFormat === 'simple') return name
      const { uin, region, bucketName } = source
      return `${uin}/${region}/${bucketName}/${second.slice(0, 10).replaceAll('-', '/')}/${name}`
    },
  },
}

/** Of the records that one log object may hold: undefined where it may hold those of several days. */
export function logDayOf({ keyFormat }: LoggingConfiguration, at: Millis): string | undefined {
  return keyFormat === 'event-time' ? dayOf(at) : undefined
}

/** Hexadecimal digits of the part that tells objects apart. */
export const LOG_UNIQUE_DIGITS = 16

export function logObjectKey(
  destination: LogDestination,
  madeAt: Millis,
  day: string | undefined,
  unique: string,
): string {
  const { form, targetPrefix } = destination.configuration
  return targetPrefix + LOG_FORM_RULES[form].objectName(destination, madeAt, day, unique)
}

/** A key as those of the log objects will be. */
export function sampleLogObjectKey(destination: LogDestination): string {
  return logObjectKey(destination, 0, undefined, '0'.repeat(LOG_UNIQUE_DIGITS))
}

/** LoggingPrefixInvalid unless keys that begin with the prefix may be made. */
export function checkLogPrefix(
  destination: LogDestination,
  { keyBytesMax, keyRule }: { readonly keyBytesMax: number; readonly keyRule: KeyRule },
): void {
  try {
    const key = sampleLogObjectKey(destination)
    checkObjectKey(key, { keyBytesMax })
    checkNewObjectKey(keyRule, key)
  } catch {
    fail('LoggingPrefixInvalid')
  }
}

/**
 * What S3 can say and COS cannot would be lost, unnoticed, if a configuration of COS took its place: that one has to be
 * switched off first (errors.md 5, "logging exists"). LoggingConfExists.
 */
export function checkReplacement(
  present: LoggingConfiguration | undefined,
  given: LoggingConfiguration,
  BucketName: string,
): void {
  if (present === undefined || given.form !== 'cos') return
  const onlyThere = present.grants.length > 0 || (present.keyFormat ?? 'simple') !== 'simple'
  if (onlyThere) fail('LoggingConfExists', { BucketName })
}
