/** Conditional headers, applied to what a key holds: the values of model/preconditions turned into errors. */

import { fail } from '../model/errors/index.js'
import {
  type Conditions,
  evaluateCopySource,
  evaluateRead,
  evaluateWrite,
  type Subject,
} from '../model/preconditions.js'
import type { ObjectVersion } from '../model/version.js'

export interface WriteConditions {
  readonly conditions: Conditions
  /** x-cos-forbid-overwrite: an existing object is FileAlreadyExists; void once versioning was on (cos-object.md 4). */
  readonly forbidOverwrite: boolean
  /** If-Match on an absent key: NoSuchKey instead of PreconditionFailed. */
  readonly absentIsNoSuchKey: boolean
}

export const NO_WRITE_CONDITIONS: WriteConditions = {
  conditions: {},
  forbidOverwrite: false,
  absentIsNoSuchKey: false,
}

export function subjectOf(version: ObjectVersion): Subject {
  return { etag: version.etag, lastModified: version.modifiedAt }
}

/** Fails when the key's current object does not allow the write. */
export function requireWrite(
  write: WriteConditions,
  key: string,
  current: ObjectVersion | undefined,
  versioned: boolean,
): void {
  if (write.forbidOverwrite && !versioned && current !== undefined) fail('FileAlreadyExists', { Key: key })
  const outcome = evaluateWrite(write.conditions, current === undefined ? undefined : subjectOf(current))
  if (outcome === 'proceed') return
  if (outcome.absent && write.absentIsNoSuchKey) fail('NoSuchKey', { Key: key })
  fail('PreconditionFailed', { Condition: outcome.failed })
}

/** 412, or 304 with the headers that a cache wants. */
export function requireRead(
  conditions: Conditions,
  version: ObjectVersion,
  notModifiedHeaders: () => Readonly<Record<string, string>>,
): void {
  const outcome = evaluateRead(conditions, subjectOf(version))
  if (outcome === 'proceed') return
  if (outcome === 'not-modified') fail('NotModified', {}, { headers: notModifiedHeaders() })
  fail('PreconditionFailed', { Condition: outcome.failed })
}

export function requireCopySource(conditions: Conditions, version: ObjectVersion, headerPrefix: string): void {
  const outcome = evaluateCopySource(conditions, subjectOf(version))
  if (outcome !== 'proceed') fail('PreconditionFailed', { Condition: `${headerPrefix}${outcome.failed}` })
}
