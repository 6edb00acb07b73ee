/** The obvious, slow meaning of a scan: sort everything, walk it, fold as told. The engines are held against it. */

import { compareBytes } from '../../src/base/bytes.js'
import type { Entry, KeyRange, ScanOptions } from '../../src/meta/meta-store.js'

/** By the hexadecimal form of the key. */
export type ReferenceRows = Map<string, Entry>

/** `[key, value, version]` for an entry, `[prefix]` for a collapsed group; bytes in hexadecimal. */
export function referenceScan(
  rows: ReferenceRows,
  { from, to }: KeyRange,
  { limit, collapse }: ScanOptions,
): (string | number)[][] {
  const found: (string | number)[][] = []
  const sorted = [...rows.values()].sort((a, b) => compareBytes(a.key, b.key))
  for (const { key, value, version } of sorted) {
    if (compareBytes(key, from) < 0 || compareBytes(key, to) >= 0) continue
    const at = collapse ? Buffer.from(key).indexOf(collapse.delimiter, collapse.prefixSizeBytes) : -1
    const row =
      collapse && at >= 0
        ? [Buffer.from(key.subarray(0, at + collapse.delimiter.byteLength)).toString('hex')]
        : [Buffer.from(key).toString('hex'), Buffer.from(value).toString('hex'), version]
    if (row.length === 1 && found.at(-1)?.length === 1 && found.at(-1)?.[0] === row[0]) continue
    found.push(row)
    if (found.length === limit) break
  }
  return found
}
