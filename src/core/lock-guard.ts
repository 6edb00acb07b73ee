/**
 * What versions.ts asks before a version goes or its lock changes. The time is the injected clock's: a clock that runs
 * backwards makes locks last longer, never shorter.
 */

import type { Millis } from '../base/clock.js'
import type { MetaStore } from '../meta/meta-store.js'
import type { Bucket } from '../model/bucket.js'
import { fail } from '../model/errors/index.js'
import { type Bypass, lockState, weakening, withDefault } from '../model/object-lock.js'
import type { AnyVersion, ObjectVersion } from '../model/version.js'
import type { VersionExtras } from '../model/version-extras.js'
import { encodeVersionId } from '../model/version-id.js'
import { lockFormat } from './lock-record.js'
import { documentCodec, documentKey, readRow } from './rows.js'

/** ObjectLocked, or what `bypass` throws. */
export function requireRemovable(version: AnyVersion, now: Millis, bypass: Bypass): void {
  if (version.kind === 'marker') return
  const state = lockState(version.extras.lock, now)
  if (state === 'free') return
  if (state === 'locked' || bypass.governance === undefined) fail('ObjectLocked', detailsOf(version))
  bypass.governance(version)
}

/** The same for other facts about a version that stays; InvalidLockedTime when its retention would get weaker. */
export function requireLockKept(before: ObjectVersion, after: ObjectVersion, now: Millis, bypass: Bypass): void {
  const [was, willBe] = [before.extras.lock, after.extras.lock]
  if (was?.legalHold === true && willBe?.legalHold !== true && !bypass.legalHold) {
    fail('ObjectLocked', detailsOf(before))
  }
  const state = weakening(was?.retention, willBe?.retention, now)
  if (state === 'free') return
  if (state === 'locked' || bypass.governance === undefined) fail('InvalidLockedTime')
  bypass.governance(before)
}

function detailsOf({ key, isNull, sequence }: ObjectVersion) {
  return { Key: key, VersionId: isNull ? 'null' : encodeVersionId(sequence) }
}

/** What a new version in a bucket with a lock has: its own or the bucket's retention. The commit checks the bucket's row. */
export async function withBucketLock(
  meta: MetaStore,
  bucket: Bucket,
  extras: VersionExtras,
  now: Millis,
): Promise<VersionExtras> {
  const { value } = await readRow(meta, documentCodec, documentKey(bucket.id, lockFormat.kind))
  const lock = value === undefined ? extras.lock : withDefault(extras.lock, lockFormat.fromJson(value), now)
  return lock === undefined ? extras : { ...extras, lock }
}
