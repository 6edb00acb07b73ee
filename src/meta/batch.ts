/**
 * What every metadata engine checks before it touches anything: the limits of the contract, and that a batch is
 * unambiguous. Kept in one place so that a caller's mistake fails the same way, with the same sentence, on each engine.
 */

import { assert } from '../base/assert.js'
import { asBuffer, type Bytes } from '../base/bytes.js'
import {
  type Batch,
  type KeyRange,
  META_BATCH_ROWS_MAX,
  META_KEY_BYTES_MAX,
  META_VALUE_BYTES_MAX,
  SCAN_LIMIT_MAX,
  type ScanOptions,
  type Version,
} from './meta-store.js'

export const COUNTER_SIZE_BYTES = 8

const COUNTER_MIN = -(2n ** 63n)
const COUNTER_MAX = 2n ** 63n - 1n

/** The one place where a number becomes a version. */
export function toVersion(number: number): Version {
  return number as Version
}

export function assertKey(key: Bytes): void {
  assert(key.byteLength > 0, 'a key has at least one byte')
  assert(key.byteLength <= META_KEY_BYTES_MAX, `a key has at most ${META_KEY_BYTES_MAX} bytes, not ${key.byteLength}`)
}

export function assertScan(range: KeyRange, { limit, collapse }: ScanOptions): void {
  assert(range.from instanceof Uint8Array && range.to instanceof Uint8Array, 'a range has two bounds')
  assert(Number.isInteger(limit) && limit >= 1, `a scan asks for at least one row, not ${limit}`)
  assert(limit <= SCAN_LIMIT_MAX, `a scan asks for at most ${SCAN_LIMIT_MAX} rows, not ${limit}`)
  if (collapse === undefined) return
  const { delimiter, prefixSizeBytes } = collapse
  assert(delimiter.byteLength > 0, 'a delimiter has at least one byte')
  assert(Number.isInteger(prefixSizeBytes) && prefixSizeBytes >= 0, 'the size of a prefix is a whole number')
}

/**
 * A bound longer than every key sorts against all keys like its first META_KEY_BYTES_MAX + 1 bytes, which is what an
 * engine with limited keys can be asked for.
 */
export function clampBound(bound: Bytes): Bytes {
  return bound.byteLength > META_KEY_BYTES_MAX ? bound.subarray(0, META_KEY_BYTES_MAX + 1) : bound
}

/** One key stands in one list only, and at most once among the puts. Repeated removes and adds mean what they say. */
export function assertBatch({ checks = [], puts = [], removes = [], adds = [] }: Batch): void {
  const rows = checks.length + puts.length + removes.length + adds.length
  assert(rows <= META_BATCH_ROWS_MAX, `a batch has at most ${META_BATCH_ROWS_MAX} rows, not ${rows}`)
  for (const { key } of checks) assertKey(key)
  for (const { key, value } of puts) {
    assertKey(key)
    const size = value.byteLength
    assert(size <= META_VALUE_BYTES_MAX, `a value has at most ${META_VALUE_BYTES_MAX} bytes, not ${size}`)
  }
  for (const key of removes) assertKey(key)
  for (const { key, delta } of adds) {
    assertKey(key)
    assert(delta >= COUNTER_MIN && delta <= COUNTER_MAX, 'a delta fits into 64 bits')
  }
  if (puts.length + removes.length + adds.length > 1) assertOneList({ puts, removes, adds })
}

function assertOneList({ puts, removes, adds }: Required<Omit<Batch, 'checks'>>): void {
  const put = new Set<string>()
  for (const { key } of puts) put.add(asText(key))
  assert(put.size === puts.length, 'a key is put at most once in a batch')
  const removed = new Set<string>()
  for (const key of removes) {
    const text = asText(key)
    assert(!put.has(text), 'a key is not both put and removed in one batch')
    removed.add(text)
  }
  for (const { key } of adds) {
    const text = asText(key)
    assert(!put.has(text) && !removed.has(text), 'a key that a batch adds to is neither put nor removed in it')
  }
}

export interface SummedCounters {
  readonly counters: readonly { readonly key: Bytes; readonly value: Buffer }[]
  /** A counter that would end above a bound of its adds. */
  readonly exceeded: Bytes | undefined
}

/** What the adds of a batch come to. `read` gives the row that stands there now. */
export function sumCounters(
  adds: NonNullable<Batch['adds']>,
  read: (key: Bytes, text: string) => Bytes | undefined,
): SummedCounters {
  const counters = new Map<string, { readonly key: Bytes; readonly value: Buffer }>()
  for (const { key, delta } of adds) {
    const text = asText(key)
    const current = counters.get(text)?.value ?? read(key, text)
    counters.set(text, { key, value: addToCounter(current, delta) })
  }
  const exceeded = adds.find(({ key, max }) => {
    const sum = counters.get(asText(key))?.value.readBigInt64BE(0)
    return max !== undefined && sum !== undefined && sum > max
  })
  return { counters: [...counters.values()], exceeded: exceeded?.key }
}

/** The counter's next row. `current` is the row that stands there now. */
function addToCounter(current: Bytes | undefined, delta: bigint): Buffer {
  const next = Buffer.alloc(COUNTER_SIZE_BYTES)
  let sum = delta
  if (current !== undefined) {
    assert(current.byteLength === COUNTER_SIZE_BYTES, 'a row that is added to holds a counter')
    sum += asBuffer(current).readBigInt64BE(0)
  }
  assert(sum >= COUNTER_MIN && sum <= COUNTER_MAX, 'a counter fits into 64 bits')
  next.writeBigInt64BE(sum, 0)
  return next
}

/** One character per byte: such strings sort and compare like the bytes they stand for. */
export function asText(key: Bytes): string {
  return asBuffer(key).toString('latin1')
}
