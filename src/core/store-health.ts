/**
 * Whether the stores take writes: by the room on their disk, and by how the last writes ended. A disk that is down to
 * its reserve takes deletes only; a store that fails one write after the other takes none, but for one now and then
 * that finds out whether it does again. Known to each process for itself.
 */

import type { Clock, Millis } from '../base/clock.js'
import { type DiskFailure, diskFailureOf } from '../base/disk-failures.js'
import { createRechecked, type Rechecked } from '../base/rechecked.js'
import type { Log } from '../base/telemetry.js'

export interface StoreHealth {
  /** What stands against a write of so many bytes; undefined: nothing. Without a promise but for one in a second. */
  obstacle(sizeBytes: number): DiskFailure | undefined | Promise<DiskFailure | undefined>
  /** How a write ended; undefined: well. */
  ended(store: StoreName, error: unknown): void
}

export type StoreName = 'meta' | 'blob'

export interface StoreHealthOptions {
  readonly clock: Clock
  readonly log: Log
  /** Room on the disk that has less of it; undefined: nobody can tell. */
  readonly freeBytes: (() => Promise<number>) | undefined
  readonly reserveBytes: number
}

interface Failures {
  readonly count: number
  readonly kind: DiskFailure
  /** When the next write may find out. */
  readonly tryAt: Millis
}

const RECHECK_MS = 1_000
/** One can be an accident. */
const FAILURES_MAX = 3
export const FAILING_PAUSE_MS = 30_000
/** Rows and their pages, beside the body. */
const WRITE_OVERHEAD_BYTES = 16 * 1024
/** With less than this left a failure needs no other explanation. */
const FULL_BYTES = 1024 * 1024

export function createStoreHealth({ clock, log, freeBytes, reserveBytes }: StoreHealthOptions): StoreHealth {
  const failures = new Map<StoreName, Failures>()
  const room =
    freeBytes === undefined
      ? undefined
      : createRechecked({ clock, intervalMs: RECHECK_MS, initial: Number.POSITIVE_INFINITY, read: freeBytes })
  /** Bytes of writes that were let through since the disk was asked. */
  let spentBytes = 0
  let low = false

  const tellRoom = (free: number) => {
    if (free < reserveBytes === low) return
    low = !low
    if (low) log.warn('the disk is down to its reserve: writes are refused', { freeBytes: free, reserveBytes })
    else log.info('the disk has room again: writes are taken', { freeBytes: free, reserveBytes })
  }
  const lacksRoom = (free: number, sizeBytes: number): DiskFailure | undefined => {
    tellRoom(free)
    if (free - sizeBytes < reserveBytes) return 'full'
    spentBytes += sizeBytes + WRITE_OVERHEAD_BYTES
    return undefined
  }
  const askAgain = (asked: Promise<number>, sizeBytes: number) =>
    asked.then((free) => {
      spentBytes = 0
      return lacksRoom(free, sizeBytes)
    })
  const roomFor = (known: Rechecked<number>, sizeBytes: number) => {
    const free = known.now()
    if (typeof free !== 'number') return askAgain(free, sizeBytes)
    // Within a second a fast client can write more than the reserve: what may be too much is measured.
    if (spentBytes > 0 && free - spentBytes - sizeBytes < reserveBytes) return askAgain(known.again(), sizeBytes)
    return lacksRoom(free, sizeBytes)
  }
  const failing = (): DiskFailure | undefined => {
    for (const [store, { count, kind, tryAt }] of failures) {
      if (count < FAILURES_MAX) continue
      if (clock.now() < tryAt) return kind
      failures.set(store, { count, kind, tryAt: clock.now() + FAILING_PAUSE_MS })
    }
    return undefined
  }
  /** LMDB calls a write that was cut short for want of room an input/output error. */
  const reasonOf = async (kind: DiskFailure, known: Rechecked<number>): Promise<DiskFailure> =>
    (await known.now()) < Math.max(reserveBytes, FULL_BYTES) ? 'full' : kind

  return {
    obstacle: (sizeBytes) => {
      const failed = failing()
      if (room === undefined || failed === 'full') return failed
      if (failed !== undefined) return reasonOf(failed, room)
      return reserveBytes === 0 ? undefined : roomFor(room, sizeBytes)
    },
    ended: (store, error) => {
      const before = failures.get(store)
      if (error === undefined) {
        if (before === undefined) return
        failures.delete(store)
        if (before.count >= FAILURES_MAX) log.info('the store takes writes again', { store })
        return
      }
      const kind = diskFailureOf(error)
      if (kind === undefined) return
      const count = (before?.count ?? 0) + 1
      failures.set(store, { count, kind, tryAt: clock.now() + FAILING_PAUSE_MS })
      if (count === 1) log.warn('the store could not write', { store, kind, error })
      if (count === FAILURES_MAX) log.error('the store fails to write: the server is read-only', { store, kind, error })
    },
  }
}
