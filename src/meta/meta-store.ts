/**
 * The metadata contract: an ordered byte store with checked batches. Engines know bytes, not buckets.
 * Every engine passes test/conformance/meta-store.ts, which is the full specification of this file.
 *
 * Whoever writes reads first, computes in pure code, and commits with checks on what it read; a conflict is a value,
 * and the writer reads again. No lock is held across an await and nothing is ever rolled back.
 */

import type { Bytes } from '../base/bytes.js'

/** Changes with every put of the key; equality is the only thing that means anything. Never reused for one key. */
export type Version = number & { readonly version: unique symbol }

export interface Entry {
  readonly key: Bytes
  readonly value: Bytes
  readonly version: Version
}

/** Stands for all keys of a scan that begin with `prefix` (which ends with the delimiter); none of them is returned. */
export interface Collapsed {
  readonly prefix: Bytes
}

export interface KeyRange {
  /** Inclusive. */
  readonly from: Bytes
  /** Exclusive. */
  readonly to: Bytes
}

export interface ScanOptions {
  /** At most this many rows come back, entries and collapsed prefixes together. 1 to SCAN_LIMIT_MAX. */
  readonly limit: number
  /**
   * Keys with `delimiter` somewhere after the first `prefixSizeBytes` bytes are replaced by one `Collapsed` per
   * distinct prefix up to and including the first delimiter. Engines re-seek past the group; they do not walk it.
   */
  readonly collapse?: { readonly delimiter: Bytes; readonly prefixSizeBytes: number }
}

/** `version` undefined: the key must be absent. */
export interface Check {
  readonly key: Bytes
  readonly version: Version | undefined
}

export interface Put {
  readonly key: Bytes
  readonly value: Bytes
}

/** Adds to a counter row: 8 bytes, signed big-endian, absent counts as 0. Read it with `readCounter`. */
export interface Add {
  readonly key: Bytes
  readonly delta: bigint
  /** The batch conflicts in this key when it would end above: a bound that holds without a check of the row. */
  readonly max?: bigint
}

export interface Batch {
  readonly checks?: readonly Check[]
  readonly puts?: readonly Put[]
  readonly removes?: readonly Bytes[]
  readonly adds?: readonly Add[]
}

/** `version` is the one that every put of this batch now has. `conflict` is the first check or bound that failed. */
export type CommitResult =
  | { readonly ok: true; readonly version: Version }
  | { readonly ok: false; readonly conflict: Bytes }

export interface MetaStore extends AsyncDisposable {
  get(key: Bytes): Promise<Entry | undefined>
  /** Same order and length as `keys`, read from one snapshot. */
  getMany(keys: readonly Bytes[]): Promise<readonly (Entry | undefined)[]>
  /** Entries of [from, to) in byte order, from one snapshot. */
  scan(range: KeyRange, options: ScanOptions): Promise<readonly (Entry | Collapsed)[]>
  /**
   * All or nothing, durable when it resolves. Checks are evaluated first, against the state that the batch is applied
   * to; if one fails nothing is written. A key may stand in at most one of puts, removes and adds, and be put once;
   * repeated adds are summed. What is handed in must not change until the commit resolves. A rejection means that the
   * outcome is unknown, unless it is an AssertionError: the caller may read to find out.
   */
  commit(batch: Batch): Promise<CommitResult>
}

export const META_KEY_BYTES_MAX = 1_900
export const META_VALUE_BYTES_MAX = 16 * 1024 * 1024
export const META_BATCH_ROWS_MAX = 100_000
export const SCAN_LIMIT_MAX = 10_000

export function isCollapsed(row: Entry | Collapsed): row is Collapsed {
  return 'prefix' in row
}

export function readCounter(entry: Entry | undefined): bigint {
  if (entry === undefined) return 0n
  return Buffer.from(entry.value.buffer, entry.value.byteOffset, 8).readBigInt64BE(0)
}
