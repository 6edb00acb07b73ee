/**
 * Metadata in memory, for tests and for servers that keep nothing. Keys are held as strings with one character per
 * byte, which compare like the bytes; sorted chunks of bounded size keep an insert cheap at any number of rows.
 * A commit runs in one turn without awaiting, so it is atomic and every read is a snapshot.
 */

import { assert } from '../base/assert.js'
import { afterPrefix, type Bytes } from '../base/bytes.js'
import { assertBatch, assertKey, assertScan, asText, sumCounters, toVersion } from './batch.js'
import type { Batch, Collapsed, CommitResult, Entry, KeyRange, MetaStore, ScanOptions, Version } from './meta-store.js'

interface Row {
  readonly value: Bytes
  readonly version: Version
}

export function createMemoryMetaStore(): MetaStore {
  const rows = new Map<string, Row>()
  const order = createSortedTexts()
  let commits = 0
  let isOpen = true
  const assertOpen = () => assert(isOpen, 'the metadata store is open')

  const entryOf = (text: string): Entry | undefined => {
    const row = rows.get(text)
    return row && { key: toBytes(text), value: Buffer.from(row.value), version: row.version }
  }
  const set = (key: Bytes, value: Bytes, version: Version) => {
    const text = asText(key)
    if (!rows.has(text)) order.insert(text)
    rows.set(text, { value, version })
  }
  const remove = (key: Bytes) => {
    const text = asText(key)
    if (rows.delete(text)) order.remove(text)
  }

  const commit = ({ checks = [], puts = [], removes = [], adds = [] }: Batch): CommitResult => {
    const failed = checks.find(({ key, version }) => rows.get(asText(key))?.version !== version)
    if (failed) return { ok: false, conflict: failed.key }
    const { counters, exceeded } = sumCounters(adds, (_key, text) => rows.get(text)?.value)
    if (exceeded) return { ok: false, conflict: exceeded }
    const version = toVersion(++commits)
    for (const { key, value } of puts) set(key, Buffer.from(value), version)
    for (const key of removes) remove(key)
    for (const { key, value } of counters) set(key, value, version)
    return { ok: true, version }
  }

  const scan = (range: KeyRange, { limit, collapse }: ScanOptions): (Entry | Collapsed)[] => {
    const to = asText(range.to)
    const delimiter = collapse && asText(collapse.delimiter)
    const found: (Entry | Collapsed)[] = []
    let cursor = order.seek(asText(range.from))
    while (found.length < limit) {
      const text = order.at(cursor)
      if (text === undefined || text >= to) break
      const end = collapse && delimiter ? groupEnd(text, delimiter, collapse.prefixSizeBytes) : undefined
      if (end === undefined) {
        const entry = entryOf(text)
        if (entry) found.push(entry)
        cursor = order.next(cursor)
        continue
      }
      const prefix = toBytes(text.slice(0, end))
      found.push({ prefix })
      const after = afterPrefix(prefix)
      if (after === undefined) break
      cursor = order.seek(asText(after))
    }
    return found
  }

  return {
    async get(key) {
      assertOpen()
      assertKey(key)
      return entryOf(asText(key))
    },
    async getMany(keys) {
      assertOpen()
      for (const key of keys) assertKey(key)
      return keys.map((key) => entryOf(asText(key)))
    },
    async scan(range, options) {
      assertOpen()
      assertScan(range, options)
      return scan(range, options)
    },
    async commit(batch) {
      assertOpen()
      assertBatch(batch)
      return commit(batch)
    },
    async [Symbol.asyncDispose]() {
      isOpen = false
      rows.clear()
      order.clear()
    },
  }
}

function toBytes(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

function groupEnd(text: string, delimiter: string, prefixSizeBytes: number): number | undefined {
  if (prefixSizeBytes > text.length) return undefined
  const at = text.indexOf(delimiter, prefixSizeBytes)
  return at < 0 ? undefined : at + delimiter.length
}

interface Position {
  readonly chunk: number
  readonly index: number
}

interface SortedTexts {
  insert(text: string): void
  remove(text: string): void
  clear(): void
  /** The first position whose text is not below `text`. */
  seek(text: string): Position
  at(position: Position): string | undefined
  next(position: Position): Position
}

const CHUNK_LENGTH_MAX = 512

/** Chunks are never empty, except for the only one of an empty list. */
function createSortedTexts(): SortedTexts {
  let chunks: string[][] = [[]]
  const chunkFor = (text: string) => Math.max(0, countWhere(chunks, (chunk) => (chunk[0] ?? '') <= text) - 1)
  const settle = (chunk: number, index: number): Position =>
    index >= (chunks[chunk]?.length ?? 0) ? { chunk: chunk + 1, index: 0 } : { chunk, index }

  const seek = (text: string): Position => {
    const chunk = chunkFor(text)
    return settle(
      chunk,
      countWhere(chunks[chunk] ?? [], (other) => other < text),
    )
  }
  return {
    insert: (text) => {
      const at = chunkFor(text)
      const chunk = chunks[at] ?? []
      chunk.splice(
        countWhere(chunk, (other) => other < text),
        0,
        text,
      )
      if (chunk.length > CHUNK_LENGTH_MAX) chunks.splice(at + 1, 0, chunk.splice(chunk.length >> 1))
    },
    remove: (text) => {
      const at = chunkFor(text)
      const chunk = chunks[at] ?? []
      const index = countWhere(chunk, (other) => other < text)
      if (chunk[index] !== text) return
      chunk.splice(index, 1)
      if (chunk.length === 0 && chunks.length > 1) chunks.splice(at, 1)
    },
    clear: () => {
      chunks = [[]]
    },
    seek,
    at: ({ chunk, index }) => chunks[chunk]?.[index],
    next: ({ chunk, index }) => settle(chunk, index + 1),
  }
}

/** How many items at the front satisfy `holds`, which is true for a front part of the list and false for the rest. */
function countWhere<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    const item = items[middle]
    if (item !== undefined && holds(item)) low = middle + 1
    else high = middle
  }
  return low
}
