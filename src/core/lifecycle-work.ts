/**
 * One bounded step of lifecycle work over one bucket: rows are looked at in the order of their keys, and what is due is
 * done in a commit that looks again. A version that was overwritten, retagged or locked meanwhile, or rules that were
 * replaced, leave everything as it is; so a step may be repeated, and two may run at once.
 */

import type { Bytes } from '../base/bytes.js'
import { keyParts } from '../meta/key.js'
import { type Entry, isCollapsed } from '../meta/meta-store.js'
import type { Bucket } from '../model/bucket.js'
import { isApiError } from '../model/errors/index.js'
import { abortOf, type DueAction, dueAction, type Lifecycle, type Place } from '../model/lifecycle.js'
import { NEWER_VERSIONS_MAX } from '../model/lifecycle-check.js'
import { NO_BYPASS } from '../model/object-lock.js'
import type { AnyVersion } from '../model/version.js'
import type { VersionReference } from '../model/version-id.js'
import type { CoreDependencies } from './dependencies.js'
import { removeUpload } from './multipart.js'
import {
  decodeVersion,
  markerPrefix,
  noncurrentBucketPrefix,
  noncurrentKey,
  noncurrentPrefix,
  objectPrefix,
  rangeOf,
  type Upload,
  uploadCodec,
  uploadPrefix,
} from './rows.js'
import {
  deleteCurrent,
  type Head,
  locateVersion,
  noncurrentKeyParts,
  readKey,
  removeVersion,
  rewriteVersion,
} from './versions.js'

/** The rows that are walked, in this order. */
export const LIFECYCLE_PHASES = ['versions', 'objects', 'markers', 'uploads'] as const
export type LifecyclePhase = (typeof LIFECYCLE_PHASES)[number]

export interface LifecycleCounts {
  expired: number
  removed: number
  transitioned: number
  aborted: number
  /** By a lock, or by what came between. */
  refused: number
}

/** The next newer version of the key that is walked: whatever comes next is noncurrent since this one was written. */
export interface Newer {
  readonly name: string
  readonly sequence: string
  readonly modifiedAt: number
  /** Of noncurrent versions up to this one. */
  readonly count: number
}

export interface LifecyclePosition {
  readonly phase: LifecyclePhase
  readonly after: Bytes | undefined
  readonly newer: Newer | undefined
}

interface Work {
  readonly dependencies: CoreDependencies
  readonly bucket: Bucket
  readonly lifecycle: Lifecycle
  readonly counts: LifecycleCounts
  /** A row that could not be worked on; the others go on. */
  readonly failed: (key: Bytes, error: unknown) => void
}

/** What was due is no longer so. */
class Superseded extends Error {}

const PREFIXES: Readonly<Record<LifecyclePhase, (bucketId: string) => Buffer>> = {
  versions: noncurrentBucketPrefix,
  objects: objectPrefix,
  markers: markerPrefix,
  uploads: uploadPrefix,
}

/** Looks at so many rows; answers where the phase goes on, or undefined at its end. */
export async function lifecycleStep(
  work: Work,
  { phase, after, newer }: LifecyclePosition,
  rowsMax: number,
): Promise<LifecyclePosition | undefined> {
  const { from, to } = rangeOf(PREFIXES[phase](work.bucket.id))
  const start = after === undefined ? from : Buffer.concat([after, Buffer.of(0)])
  const page = await work.dependencies.meta.scan({ from: start, to }, { limit: rowsMax })
  let known = newer
  for (const entry of page) {
    if (isCollapsed(entry)) continue
    try {
      if (phase === 'uploads') await workOnUpload(work, entry)
      else if (phase === 'versions') known = await workOnNoncurrent(work, entry, known)
      else await workOnCurrent(work, decodeVersion(keyParts(entry.key, 2)[1]?.toString('utf8') ?? '', entry.value))
    } catch (error) {
      work.failed(entry.key, error)
    }
  }
  const last = page.at(-1)
  return page.length < rowsMax || last === undefined || isCollapsed(last)
    ? undefined
    : { phase, after: last.key, newer: known }
}

async function workOnUpload(work: Work, { value }: Entry): Promise<void> {
  const { dependencies, bucket, lifecycle, counts } = work
  const isDue = (upload: Upload) => {
    const due = abortOf(lifecycle, upload, dependencies.limits.dayMs)
    return due !== undefined && due.at <= dependencies.clock.now()
  }
  const upload = uploadCodec.decode(value)
  if (!isDue(upload)) return
  await attempt(counts, 'aborted', () =>
    removeUpload(
      dependencies,
      { bucket, key: upload.key, uploadId: upload.id },
      {
        allow: (now, bucketNow) => {
          if (!isDue(now) || !hasSameRules(work, bucketNow)) throw new Superseded()
        },
      },
    ),
  )
}

async function workOnNoncurrent(
  work: Work,
  { key, value }: Entry,
  known: Newer | undefined,
): Promise<Newer | undefined> {
  const { name } = noncurrentKeyParts(key)
  const newer = known?.name === name ? known : await currentOf(work, name)
  // A key without a current version is being changed under this look: the next run sees it whole.
  if (newer === undefined) return undefined
  const version = decodeVersion(name, value)
  const place: Place = { kind: 'noncurrent', since: newer.modifiedAt, newerCount: newer.count }
  const gone = await act(work, version, place, newer)
  return gone ? newer : { name, sequence: version.sequence, modifiedAt: version.modifiedAt, count: newer.count + 1 }
}

async function currentOf({ dependencies, bucket }: Work, name: string): Promise<Newer | undefined> {
  const { current } = await readKey(dependencies.meta, bucket, name)
  return current && { name, sequence: current.sequence, modifiedAt: current.modifiedAt, count: 0 }
}

/**
 * Whether the place of a noncurrent version is still the one that was seen. Nothing can come between two versions, so
 * it is noncurrent since then as long as the newer one is there; the others are counted as far as rules count.
 */
async function isStillBehind({ dependencies: { meta }, bucket }: Work, head: Head, key: string, newer: Newer) {
  const isThere =
    head.current?.sequence === newer.sequence ||
    (await meta.get(noncurrentKey(bucket.id, key, newer.sequence))) !== undefined
  const wanted = Math.min(newer.count, NEWER_VERSIONS_MAX)
  if (!isThere || wanted === 0) return isThere
  const { from } = rangeOf(noncurrentPrefix(bucket.id, key))
  const to = Buffer.concat([noncurrentKey(bucket.id, key, newer.sequence), Buffer.of(0)])
  return (await meta.scan({ from, to }, { limit: wanted })).length === wanted
}

function hasSameRules({ bucket }: Work, now: Bucket): boolean {
  return now.id === bucket.id && now.documentsRevision === bucket.documentsRevision
}

async function workOnCurrent(work: Work, version: AnyVersion): Promise<void> {
  const { dependencies, bucket } = work
  const alone =
    version.kind === 'marker' &&
    (await dependencies.meta.scan(rangeOf(noncurrentPrefix(bucket.id, version.key)), { limit: 1 })).length === 0
  await act(work, version, { kind: 'current', alone })
}

function dueNow({ dependencies, lifecycle }: Work, version: AnyVersion, place: Place): DueAction | undefined {
  return dueAction(lifecycle, version, place, dependencies.clock.now(), dependencies.limits.dayMs)
}

/** Whether the version is gone. */
async function act(work: Work, version: AnyVersion, place: Place, newer?: Newer): Promise<boolean> {
  const action = dueNow(work, version, place)
  if (action === undefined) return false
  const { dependencies, bucket, counts } = work
  const { key } = version
  const requireStill = (head: Head, now: AnyVersion | undefined, isCurrent: boolean) => {
    const again = now !== undefined && now.sequence === version.sequence ? dueNow(work, now, place) : undefined
    const samePlace = isCurrent === (newer === undefined)
    if (again?.kind !== action.kind || !samePlace || !hasSameRules(work, head.bucket)) throw new Superseded()
  }
  const requireBehind = async (head: Head) => {
    if (newer !== undefined && !(await isStillBehind(work, head, key, newer))) throw new Superseded()
  }
  if (action.kind === 'transition') {
    const { storageClass } = action
    await attempt(counts, 'transitioned', () =>
      rewriteVersion(dependencies, bucket, key, 'LifecycleTransition', NO_BYPASS, async (head) => {
        const located = await locateVersion(dependencies.meta, head, key, referenceOf(version))
        if (located?.version.kind !== 'object') throw new Superseded()
        requireStill(head, located.version, located.isCurrent)
        await requireBehind(head)
        return { row: located.row, version: { ...located.version, storageClass } }
      }),
    )
    return false
  }
  if (action.kind === 'expire') {
    return attempt(counts, 'expired', () =>
      deleteCurrent(dependencies, bucket, key, bucket.accountId, (head) => requireStill(head, head.current, true)),
    )
  }
  return attempt(counts, 'removed', () =>
    removeVersion(dependencies, bucket, key, referenceOf(version), NO_BYPASS, async (head, located) => {
      requireStill(head, located?.version, located?.isCurrent === true)
      await requireBehind(head)
    }),
  )
}

function referenceOf({ isNull, sequence }: AnyVersion): VersionReference {
  return isNull ? { kind: 'null' } : { kind: 'sequence', sequence }
}

async function attempt(
  counts: LifecycleCounts,
  counted: Exclude<keyof LifecycleCounts, 'refused'>,
  run: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await run()
    counts[counted]++
    return true
  } catch (error) {
    if (!(error instanceof Superseded) && !isApiError(error)) throw error
    counts.refused++
    return false
  }
}
