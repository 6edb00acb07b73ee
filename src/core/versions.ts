/**
 * The only writer of object, marker, version and null-version rows. The current version of a key stands in its object
 * row or, if it is a delete marker, in its marker row, never in both; every other version in a version row. The two
 * current rows are checked by each commit on the key, which makes them the point where writers of one key queue:
 * the invariant "the current version is the newest" needs no lock (docs/decisions).
 */

import type { Bytes } from '../base/bytes.js'
import type { RandomBytes } from '../base/ids.js'
import { keyParts } from '../meta/key.js'
import { type Entry, isCollapsed, type MetaStore } from '../meta/meta-store.js'
import type { Bucket, BucketState } from '../model/bucket.js'
import { type Bypass, NO_BYPASS } from '../model/object-lock.js'
import type { AnyVersion, DeleteMarker, ObjectVersion } from '../model/version.js'
import { nextSequence, type VersionReference } from '../model/version-id.js'
import { type Changes, commitPlanned, createChanges, releaseVersion } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { requireLockKept, requireRemovable, withBucketLock } from './lock-guard.js'
import { requireOpen } from './open-bucket.js'
import {
  bucketCodec,
  bucketKey,
  encodeVersion,
  markerKey,
  noncurrentKey,
  noncurrentPrefix,
  nullVersionCodec,
  nullVersionKey,
  objectKey,
  putOf,
  type Row,
  rangeOf,
  rowOf,
  versionRow,
} from './rows.js'
import { settleCounted } from './usage.js'

/** The state of one key, read at one moment. */
export interface KeyState {
  readonly bucket: Bucket
  readonly object: Row<AnyVersion | undefined>
  /** Undefined in a bucket that never was versioned: there are no markers. */
  readonly marker: Row<AnyVersion | undefined> | undefined
  readonly nullVersion: Row<string | undefined> | undefined
  readonly current: AnyVersion | undefined
}

/** The same for a writer, whose commit checks the bucket as well. */
export interface Head extends KeyState {
  readonly bucketRow: Row<Bucket>
}

/** The current version if it is an object: what conditions and readers look at. */
export function currentObject({ current }: KeyState): ObjectVersion | undefined {
  return current?.kind === 'object' ? current : undefined
}

/** Fails with NoSuchBucket when the bucket is no longer the one that the request was let into. */
export async function readHead(meta: MetaStore, bucket: Bucket, name: string, state?: BucketState): Promise<Head> {
  const [bucketEntry, ...entries] = await meta.getMany([bucketKey(bucket.name), ...keysOf(bucket, name)])
  const row = rowOf(bucketCodec, bucketKey(bucket.name), bucketEntry)
  const now = requireOpen(row.value, bucket, state)
  if (bucket.versioning === 'unset' && now.versioning !== 'unset') return readHead(meta, now, name, state)
  return { ...stateOf(now, bucket, name, entries), bucketRow: { ...row, value: now } }
}

/** For readers: the bucket is as it was when the request was let in; a DeleteBucket under way disturbs nobody. */
export async function readKey(meta: MetaStore, bucket: Bucket, name: string): Promise<KeyState> {
  return stateOf(bucket, bucket, name, await meta.getMany(keysOf(bucket, name)))
}

function keysOf(bucket: Bucket, name: string): readonly Bytes[] {
  const object = objectKey(bucket.id, name)
  return bucket.versioning === 'unset'
    ? [object]
    : [object, markerKey(bucket.id, name), nullVersionKey(bucket.id, name)]
}

/** `entries` are those of `keysOf(asked, name)`. */
function stateOf(bucket: Bucket, asked: Bucket, name: string, entries: readonly (Entry | undefined)[]): KeyState {
  const [objectEntry, markerEntry, nullEntry] = entries
  const versioned = asked.versioning !== 'unset'
  const object = versionRow(name, objectKey(bucket.id, name), objectEntry)
  const marker = versioned ? versionRow(name, markerKey(bucket.id, name), markerEntry) : undefined
  const nullVersion = versioned ? rowOf(nullVersionCodec, nullVersionKey(bucket.id, name), nullEntry) : undefined
  return { bucket, object, marker, nullVersion, current: object.value ?? marker?.value }
}

function checkHead(changes: Changes, head: Head): void {
  changes.check(head.bucketRow)
  changes.check(head.object)
  if (head.marker !== undefined) changes.check(head.marker)
  if (head.nullVersion !== undefined) changes.check(head.nullVersion)
}

/** What a new version brings; the rest follows from the bucket and the key's past. */
export type NewVersion =
  | Omit<ObjectVersion, 'sequence' | 'isNull' | 'modifiedAt' | 'key'>
  | Omit<DeleteMarker, 'sequence' | 'isNull' | 'modifiedAt' | 'key'>

export interface VersionPlan {
  readonly version: NewVersion
  /** Rows that change in the same commit: manifests, inline bodies, uploads. */
  readonly include?: (changes: Changes) => void | Promise<void>
}

export interface Written {
  readonly version: AnyVersion
  readonly bucket: Bucket
}

/**
 * Puts a new current version. `plan` sees the key's state, throws when a condition fails, and is called again when
 * another writer came first.
 */
export function writeVersion(
  dependencies: CoreDependencies,
  bucket: Bucket,
  name: string,
  operation: string,
  plan: (head: Head) => VersionPlan | Promise<VersionPlan>,
): Promise<Written> {
  return commitPlanned(dependencies, operation, async () => {
    const head = await readHead(dependencies.meta, bucket, name)
    const { version, include } = await plan(head)
    const changes = createChanges(dependencies)
    checkHead(changes, head)
    const written = await putNewest(dependencies, changes, head, name, version)
    await include?.(changes)
    return {
      batch: await settleCounted(dependencies, changes, head.bucket, name),
      result: { version: written, bucket: head.bucket },
    }
  })
}

/** The changes that put a version on top of what the key holds. */
async function putNewest(
  dependencies: CoreDependencies,
  changes: Changes,
  head: Head,
  name: string,
  version: NewVersion,
): Promise<AnyVersion> {
  const { meta, clock, random } = dependencies
  const now = clock.now()
  const brought =
    version.kind === 'object' && head.bucket.documents.includes('object-lock')
      ? { ...version, extras: await withBucketLock(meta, head.bucket, version.extras, now) }
      : version
  const complete = {
    ...brought,
    key: name,
    sequence: nextSequence(now * 1000 + microsWithin(random), head.current?.sequence),
    isNull: head.bucket.versioning !== 'enabled',
    modifiedAt: now,
  }
  await displaceCurrent(dependencies, changes, head, name, complete.isNull)
  if (complete.isNull) await dropNoncurrentNull(dependencies, changes, head, name)
  if (complete.kind === 'object') changes.tally({ sizeBytes: complete.sizeBytes, objects: 1 })
  putCurrent(changes, head, complete)
  return complete
}

/** The clock counts milliseconds: chance fills the rest, or a version put right after a removed one would get its id. */
function microsWithin(random: RandomBytes): number {
  return random(2).readUInt16BE() % 1000
}

/** The old current version becomes noncurrent, or goes when the new one takes its place as the null version. */
async function displaceCurrent(
  dependencies: CoreDependencies,
  changes: Changes,
  head: Head,
  name: string,
  byNull: boolean,
): Promise<void> {
  const { current } = head
  if (current === undefined) return
  if (byNull && current.isNull) {
    await loseVersion(dependencies, changes, current, NO_BYPASS)
    return
  }
  const bucketId = head.bucket.id
  changes.put({ key: noncurrentKey(bucketId, name, current.sequence), value: encodeVersion(current) })
  if (current.isNull) changes.put(putOf(nullVersionCodec, nullVersionKey(bucketId, name), current.sequence))
}

async function dropNoncurrentNull(
  dependencies: CoreDependencies,
  changes: Changes,
  head: Head,
  name: string,
): Promise<void> {
  const sequence = head.nullVersion?.value
  if (sequence === undefined || head.current?.isNull === true) return
  const rowKey = noncurrentKey(head.bucket.id, name, sequence)
  const row = versionRow(name, rowKey, await dependencies.meta.get(rowKey))
  if (row.value === undefined) return
  changes.check(row)
  changes.remove(rowKey)
  changes.remove(nullVersionKey(head.bucket.id, name))
  await loseVersion(dependencies, changes, row.value, NO_BYPASS)
}

/** What a put would be refused for at its commit, as far as the head tells: said before a body is asked for. */
export function requireReplaceable({ clock }: CoreDependencies, { current, bucket }: Head): void {
  if (current?.isNull === true && bucket.versioning !== 'enabled') requireRemovable(current, clock.now(), NO_BYPASS)
}

/** Whatever takes a version away for good comes through here: a locked one stops it. */
async function loseVersion(
  { meta, clock }: CoreDependencies,
  changes: Changes,
  version: AnyVersion,
  bypass: Bypass,
): Promise<void> {
  requireRemovable(version, clock.now(), bypass)
  if (version.kind === 'object') await releaseVersion(meta, changes, version)
}

/** Writes the row of the new current version and clears the other one. */
function putCurrent(changes: Changes, head: Head, version: AnyVersion): void {
  const [own, other] = version.kind === 'object' ? [head.object, head.marker] : [head.marker, head.object]
  if (own !== undefined) changes.put({ key: own.key, value: encodeVersion(version) })
  if (other?.value !== undefined) changes.remove(other.key)
}

// --- reading one version --------------------------------------------------------------------------------------

export interface Located {
  readonly version: AnyVersion
  readonly row: Row<AnyVersion | undefined>
  readonly isCurrent: boolean
}

/** The version that an id names, or undefined. */
export async function locateVersion(
  meta: MetaStore,
  head: KeyState,
  name: string,
  reference: VersionReference,
): Promise<Located | undefined> {
  const { current } = head
  const isNamed = (version: AnyVersion) =>
    reference.kind === 'null' ? version.isNull : !version.isNull && version.sequence === reference.sequence
  if (current !== undefined && isNamed(current)) {
    const row = current.kind === 'object' ? head.object : (head.marker ?? head.object)
    return { version: current, row, isCurrent: true }
  }
  const sequence = reference.kind === 'null' ? head.nullVersion?.value : reference.sequence
  if (sequence === undefined) return undefined
  const rowKey = noncurrentKey(head.bucket.id, name, sequence)
  const row = versionRow(name, rowKey, await meta.get(rowKey))
  return row.value !== undefined && isNamed(row.value) ? { version: row.value, row, isCurrent: false } : undefined
}

// --- annotating -----------------------------------------------------------------------------------------------

/**
 * Puts a version with other facts in the place where it stands: not newer than before, and with the same content.
 * `plan` finds it in the key's state, and is called again when another writer came first. Its lock may only grow,
 * unless `bypass` says otherwise.
 */
export function rewriteVersion<
  T extends { readonly version: ObjectVersion; readonly row: Row<AnyVersion | undefined> },
>(
  dependencies: CoreDependencies,
  bucket: Bucket,
  name: string,
  operation: string,
  bypass: Bypass,
  plan: (head: Head) => Promise<T>,
): Promise<T> {
  return commitPlanned(dependencies, operation, async () => {
    const head = await readHead(dependencies.meta, bucket, name)
    const planned = await plan(head)
    const { row, version } = planned
    if (row.value?.kind === 'object') requireLockKept(row.value, version, dependencies.clock.now(), bypass)
    const changes = createChanges(dependencies)
    checkHead(changes, head)
    if (row !== head.object) changes.check(row)
    changes.put({ key: row.key, value: encodeVersion(version) })
    if (row.value?.kind === 'object') changes.tally({ sizeBytes: version.sizeBytes - row.value.sizeBytes, objects: 0 })
    return { batch: await settleCounted(dependencies, changes, head.bucket, name), result: planned }
  })
}

// --- removing -------------------------------------------------------------------------------------------------

export interface Removed {
  /** The version that is gone, or undefined when there was none. */
  readonly removed: AnyVersion | undefined
  readonly bucket: Bucket
}

export interface Deleted extends Removed {
  /** The delete marker that was put on top. */
  readonly marker: AnyVersion | undefined
}

/**
 * DELETE without a version id: the object goes, or gets a delete marker on top if versioning is or was on by the time
 * of the commit. Nothing there is no error.
 */
export function deleteCurrent(
  dependencies: CoreDependencies,
  bucket: Bucket,
  name: string,
  accountId: string,
  allow: (head: Head) => void,
): Promise<Deleted> {
  return commitPlanned<Deleted>(dependencies, 'DeleteObject', async () => {
    const head = await readHead(dependencies.meta, bucket, name)
    allow(head)
    const changes = createChanges(dependencies)
    checkHead(changes, head)
    const now = head.bucket
    if (now.versioning !== 'unset') {
      const marker = await putNewest(dependencies, changes, head, name, { kind: 'marker', accountId })
      return {
        batch: await settleCounted(dependencies, changes, head.bucket, name),
        result: { removed: undefined, marker, bucket: now },
      }
    }
    const { current } = head
    if (current !== undefined) {
      changes.remove(head.object.key)
      await loseVersion(dependencies, changes, current, NO_BYPASS)
    }
    return {
      batch: await settleCounted(dependencies, changes, head.bucket, name),
      result: { removed: current, marker: undefined, bucket: now },
    }
  })
}

/**
 * Removes one version for good; when it was the current one, the newest of the others takes its place. `state`: that the
 * bucket must be in; active when it is not given.
 */
export function removeVersion(
  dependencies: CoreDependencies,
  bucket: Bucket,
  name: string,
  reference: VersionReference,
  bypass: Bypass,
  allow: (head: Head, located: Located | undefined) => void | Promise<void>,
  state?: BucketState,
): Promise<Removed> {
  const { meta } = dependencies
  return commitPlanned(dependencies, 'DeleteObject', async () => {
    const head = await readHead(meta, bucket, name, state)
    const located = await locateVersion(meta, head, name, reference)
    await allow(head, located)
    const changes = createChanges(dependencies)
    checkHead(changes, head)
    if (located !== undefined) {
      const { version, row, isCurrent } = located
      await loseVersion(dependencies, changes, version, bypass)
      if (isCurrent) await promoteNewest(meta, changes, head, name)
      else {
        changes.check(row)
        changes.remove(row.key)
        if (version.isNull) changes.remove(nullVersionKey(head.bucket.id, name))
      }
    }
    return {
      batch: await settleCounted(dependencies, changes, head.bucket, name),
      result: { removed: located?.version, bucket: head.bucket },
    }
  })
}

async function promoteNewest(meta: MetaStore, changes: Changes, head: Head, name: string): Promise<void> {
  const bucketId = head.bucket.id
  const newest = head.marker === undefined ? undefined : await newestNoncurrent(meta, bucketId, name)
  if (newest?.value === undefined) {
    if (head.object.value !== undefined) changes.remove(head.object.key)
    if (head.marker?.value !== undefined) changes.remove(head.marker.key)
    return
  }
  changes.check(newest)
  changes.remove(newest.key)
  if (newest.value.isNull) changes.remove(nullVersionKey(bucketId, name))
  putCurrent(changes, head, newest.value)
}

async function newestNoncurrent(
  meta: MetaStore,
  bucketId: string,
  name: string,
): Promise<Row<AnyVersion | undefined> | undefined> {
  const [entry] = await meta.scan(rangeOf(noncurrentPrefix(bucketId, name)), { limit: 1 })
  if (entry === undefined || isCollapsed(entry)) return undefined
  return versionRow(name, entry.key, entry)
}

/** Key and sequence of a version row. */
export function noncurrentKeyParts(rowKey: Uint8Array): { readonly name: string; readonly sequence: string } {
  const [, name, sequence] = keyParts(rowKey, 3)
  return { name: name?.toString('utf8') ?? '', sequence: sequence?.toString('latin1') ?? '' }
}
