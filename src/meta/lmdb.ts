/**
 * Metadata in LMDB, shared by any number of processes. Commits that wait at the same time share one write transaction
 * and one sync; each is checked and prepared whole before it writes its first row, because a throw inside an lmdb-js
 * transaction does not roll back. A row is LMDB's own: 8 bytes of version, which lmdb-js keeps, then the value.
 */

import { open } from 'lmdb'
import { assert } from '../base/assert.js'
import { afterPrefix, asBuffer, type Bytes, compareBytes } from '../base/bytes.js'
import { makeFolder, syncFolder } from '../base/folders.js'
import { assertBatch, assertKey, assertScan, clampBound, sumCounters, toVersion } from './batch.js'
import type { Batch, Collapsed, CommitResult, Entry, KeyRange, MetaStore, ScanOptions, Version } from './meta-store.js'

export interface LmdbOptions {
  /** A directory, made when it is absent. */
  readonly path: string
  /** Address space for the map, not disk or memory. LMDB maps anew beyond it and keeps the old map, so start high. */
  readonly mapSizeBytes?: number
}

const MAP_SIZE_BYTES = 64 * 2 ** 30
/** One slot per reading thread: 16 processes need few more than 16, and the dead leave theirs until the next check. */
const READERS_MAX = 512
/** Batches of one transaction: fewer than VERSION_STEP, so that each has a version of its own. */
const GROUP_BATCHES_MAX = 4_000
const GROUP_BYTES_MAX = 64 * 2 ** 20
const VERSION_STEP = 4_096

export async function openLmdbMetaStore({ path, mapSizeBytes = MAP_SIZE_BYTES }: LmdbOptions): Promise<MetaStore> {
  await makeFolder(path)
  const database = openDatabase(path, mapSizeBytes)
  // LMDB syncs its files, not the folder that they may be new in.
  await syncFolder(path)
  const queue = createCommitQueue(database)
  let isOpen = true
  let closing: Promise<void> | undefined
  const assertOpen = () => assert(isOpen, 'the metadata store is open')
  /**
   * lmdb-js keeps a read snapshot until a timer fires. Another process may have committed, and told its client, since
   * then: each read begins a new one, which costs less than a microsecond.
   */
  const beginRead = () => database.resetReadTxn()

  return {
    async get(key) {
      assertOpen()
      assertKey(key)
      beginRead()
      return readEntry(database, key)
    },
    async getMany(keys) {
      assertOpen()
      for (const key of keys) assertKey(key)
      beginRead()
      return keys.map((key) => readEntry(database, key))
    },
    async scan(range, options) {
      assertOpen()
      assertScan(range, options)
      beginRead()
      return scan(database, range, options)
    },
    async commit(batch) {
      assertOpen()
      assertBatch(batch)
      return queue.commit(batch)
    },
    async [Symbol.asyncDispose]() {
      isOpen = false
      closing ??= queue.idle().then(() => database.close())
      await closing
    },
  }
}

type Database = ReturnType<typeof openDatabase>

function openDatabase(path: string, mapSizeBytes: number) {
  return open<Bytes, Bytes>({
    path,
    noSubdir: false,
    mapSize: mapSizeBytes,
    maxReaders: READERS_MAX,
    // A commit resolves after its sync, not before it.
    overlappingSync: false,
    useVersions: true,
    cache: false,
    // Its batches make a promise that nobody holds: a failed commit would end the process as an unhandled rejection.
    eventTurnBatching: false,
    // Both copy into memory of their own: lmdb-js reuses its buffers at the next read.
    keyEncoder: { writeKey, readKey },
    encoder: { encode: (value: Bytes) => value, decode: copyOf },
  })
}

function writeKey(key: Bytes, target: Uint8Array, start: number): number {
  target.set(key, start)
  return start + key.byteLength
}

function readKey(source: Uint8Array, start: number, end: number): Buffer {
  return copyOf(source.subarray(start, end))
}

/** `length` is the size of the value; lmdb-js sets it on a buffer that is larger. */
function copyOf(value: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafe(value.length)
  copy.set(value.length === value.byteLength ? value : value.subarray(0, value.length))
  return copy
}

function readEntry(database: Database, key: Bytes): Entry | undefined {
  const row = database.getEntry(key)
  return row && { key: copyOf(key), value: row.value, version: toVersion(row.version ?? 0) }
}

function readVersion(database: Database, key: Bytes): Version | undefined {
  const row = database.getEntry(key)
  return row && toVersion(row.version ?? 0)
}

/** Runs in one turn, hence in one read transaction. A collapsed group costs one seek behind it. */
function scan(database: Database, range: KeyRange, { limit, collapse }: ScanOptions): (Entry | Collapsed)[] {
  const end = clampBound(range.to)
  const found: (Entry | Collapsed)[] = []
  let start: Bytes | undefined = clampBound(range.from)
  while (start !== undefined && found.length < limit && compareBytes(start, end) < 0) {
    const rows = database.getRange({ start, end, versions: true, limit: limit - found.length })
    start = undefined
    for (const { key, value, version } of rows) {
      const prefix = collapse && groupPrefix(asBuffer(key), collapse)
      if (prefix === undefined) {
        found.push({ key, value, version: toVersion(version ?? 0) })
        continue
      }
      found.push({ prefix })
      start = afterPrefix(prefix)
      break
    }
  }
  return found
}

function groupPrefix(key: Buffer, collapse: NonNullable<ScanOptions['collapse']>): Bytes | undefined {
  const at = key.indexOf(collapse.delimiter, collapse.prefixSizeBytes)
  return at < 0 ? undefined : key.subarray(0, at + collapse.delimiter.byteLength)
}

interface Waiting {
  readonly batch: Batch
  readonly resolve: (result: CommitResult) => void
  readonly reject: (error: unknown) => void
}

/** What one batch came to inside the transaction; known to its caller only once the transaction is durable. */
type Outcome = { readonly result: CommitResult } | { readonly refused: unknown }

interface CommitQueue {
  commit(batch: Batch): Promise<CommitResult>
  /** Resolves when nothing is waiting or under way. */
  idle(): Promise<void>
}

function createCommitQueue(database: Database): CommitQueue {
  const waiting: Waiting[] = []
  let scheduled = false
  let lastFailed = false
  let last: Promise<void> = Promise.resolve()

  const schedule = () => {
    if (scheduled || waiting.length === 0) return
    scheduled = true
    last = run()
  }
  const run = async () => {
    let group: readonly Waiting[] | undefined
    let outcomes: readonly Outcome[] = []
    try {
      if (lastFailed) probe(database)
      await database.transaction(() => {
        // From here on new commits schedule the next transaction, which fills while this one is syncing.
        scheduled = false
        group = takeGroup(waiting)
        outcomes = applyGroup(database, group)
      })
      lastFailed = false
    } catch (error) {
      lastFailed = true
      if (group === undefined) {
        scheduled = false
        group = waiting.splice(0)
      }
      const cause = await causeOf(error)
      for (const { reject } of group) reject(cause)
      return schedule()
    }
    for (const [i, { resolve, reject }] of group?.entries() ?? []) {
      const outcome = outcomes[i]
      if (outcome !== undefined && 'result' in outcome) resolve(outcome.result)
      else reject(outcome?.refused)
    }
    schedule()
  }
  return {
    commit: (batch) =>
      new Promise((resolve, reject) => {
        waiting.push({ batch, resolve, reject })
        schedule()
      }),
    idle: async () => {
      while (scheduled || waiting.length > 0) await last
      await last
    },
  }
}

/**
 * After a failed sync LMDB may refuse all further transactions, and lmdb-js then never answers an asynchronous one.
 * A synchronous one throws.
 */
function probe(database: Database): void {
  database.transactionSync(() => undefined)
}

/** lmdb-js rejects with a general error and hands the particular one over on the side. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error
  const cause = await Promise.resolve(error.commitError).catch((reason: unknown) => reason)
  return new Error('the metadata could not be written', { cause })
}

function takeGroup(waiting: Waiting[]): readonly Waiting[] {
  let count = 0
  let sizeBytes = 0
  for (const { batch } of waiting) {
    if (count === GROUP_BATCHES_MAX || sizeBytes > GROUP_BYTES_MAX) break
    count++
    for (const { key, value } of batch.puts ?? []) sizeBytes += key.byteLength + value.byteLength
  }
  return waiting.splice(0, count)
}

/**
 * The transaction id grows with every transaction of any process that wrote something; with the place in the group it
 * makes a version that no other commit has. 2^41 transactions fit.
 */
function applyGroup(database: Database, group: readonly Waiting[]): readonly Outcome[] {
  const base = database.getWriteTxnId() * VERSION_STEP
  return group.map(({ batch }, i) => applyBatch(database, batch, toVersion(base + i)))
}

/** Reads and prepares first; what throws here is the caller's mistake and has written nothing. */
function applyBatch(database: Database, batch: Batch, version: Version): Outcome {
  const { checks = [], puts = [], removes = [], adds = [] } = batch
  let counters: readonly { readonly key: Bytes; readonly value: Bytes }[]
  try {
    const failed = checks.find((check) => readVersion(database, check.key) !== check.version)
    if (failed) return { result: { ok: false, conflict: failed.key } }
    const summed = sumCounters(adds, (key) => database.getEntry(key)?.value)
    if (summed.exceeded) return { result: { ok: false, conflict: summed.exceeded } }
    counters = summed.counters
  } catch (error) {
    return { refused: error }
  }
  // A failure from here on marks the transaction as failed in LMDB, and its commit is refused as a whole.
  for (const { key, value } of puts) database.put(key, value, version)
  for (const key of removes) database.remove(key)
  for (const { key, value } of counters) database.put(key, value, version)
  return { result: { ok: true, version } }
}
