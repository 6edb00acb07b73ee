/**
 * The rows behind counted buckets: how far a count has come, and what a stretch of a bucket's keys holds. Keys are
 * compared as UTF-8 bytes, which is the order of rows.
 */

import { afterPrefix, type Bytes } from '../base/bytes.js'
import { asList, asOptionalText } from '../meta/json.js'
import { keyParts, keyPrefix } from '../meta/key.js'
import { type Entry, isCollapsed, type KeyRange, type MetaStore } from '../meta/meta-store.js'
import type { Json } from '../meta/record.js'
import type { Usage } from '../model/limits.js'
import type { DocumentFormat } from './documents.js'
import { decodeVersion, kinds, partCodec, partPrefix, rangeOf, scanAll, uploadCodec } from './rows.js'

/**
 * Of a count under way: keys up to `counted` are counted (undefined: none yet), those after it up to `until` are being
 * counted (undefined: to the end), later ones not yet.
 */
export type CountProgress =
  | { readonly kind: 'complete' }
  | { readonly kind: 'counting'; readonly counted: string | undefined; readonly until: string | undefined }

export const COMPLETE: CountProgress = { kind: 'complete' }

export const usageFormat: DocumentFormat<CountProgress> = {
  kind: 'usage',
  toJson: (progress) => (progress.kind === 'complete' ? [] : [progress.counted ?? null, progress.until ?? null]),
  fromJson: (json: Json) => {
    const fields = asList(json)
    if (fields.length === 0) return COMPLETE
    return { kind: 'counting', counted: asOptionalText(fields[0]), until: asOptionalText(fields[1]) }
  },
}

export type KeyPosition = 'counted' | 'being counted' | 'uncounted'

export function positionOf(progress: CountProgress, key: string): KeyPosition {
  if (progress.kind === 'complete') return 'counted'
  const { counted, until } = progress
  if (counted !== undefined && !isAfter(key, counted)) return 'counted'
  return until === undefined || !isAfter(key, until) ? 'being counted' : 'uncounted'
}

function isAfter(key: string, other: string): boolean {
  return Buffer.compare(Buffer.from(key), Buffer.from(other)) > 0
}

const NAMED = [kinds.object, kinds.marker, kinds.upload] as const

/** The last of the next `keysMax` keys after `counted`; undefined: there are not so many. */
export async function nextStretch(
  meta: MetaStore,
  bucketId: string,
  counted: string | undefined,
  keysMax: number,
): Promise<string | undefined> {
  const ends: Buffer[] = []
  for (const kind of NAMED) {
    const rows = await meta.scan(stretchOf(kind, bucketId, counted, undefined), { limit: keysMax })
    const last = rows.at(-1)
    if (rows.length < keysMax || last === undefined || isCollapsed(last)) continue
    ends.push(nameIn(last, kind === kinds.upload ? 3 : 2))
  }
  return ends.sort(Buffer.compare)[0]?.toString('utf8')
}

function nameIn({ key }: Entry, partCount: number): Buffer {
  return keyParts(key, partCount)[1] ?? Buffer.alloc(0)
}

/** The rows of a kind whose keys lie after `after` and up to `until`. */
function stretchOf(kind: number, bucketId: string, after: string | undefined, until: string | undefined): KeyRange {
  const all = rangeOf(keyPrefix(kind, bucketId))
  const isLast = kind === kinds.object || kind === kinds.marker
  const endOf = (name: string): Bytes => {
    if (isLast) return Buffer.concat([keyPrefix(kind, bucketId), Buffer.from(name), Buffer.of(0)])
    const prefix = keyPrefix(kind, bucketId, name)
    return afterPrefix(prefix) ?? all.to
  }
  return { from: after === undefined ? all.from : endOf(after), to: until === undefined ? all.to : endOf(until) }
}

/** What the keys after `after` and up to `until` hold, row by row: whoever needs one moment of it checks for writers. */
export async function usageBetween(
  meta: MetaStore,
  bucketId: string,
  after: string | undefined,
  until: string | undefined,
): Promise<Usage> {
  let sizeBytes = 0
  let objects = 0
  for (const kind of [kinds.object, kinds.version]) {
    for await (const { value } of scanAll(meta, stretchOf(kind, bucketId, after, until))) {
      const version = decodeVersion('', value)
      if (version.kind !== 'object') continue
      sizeBytes += version.sizeBytes
      objects++
    }
  }
  for await (const { value } of scanAll(meta, stretchOf(kinds.upload, bucketId, after, until))) {
    for await (const part of scanAll(meta, rangeOf(partPrefix(uploadCodec.decode(value).id)))) {
      sizeBytes += partCodec.decode(part.value).sizeBytes
    }
  }
  return { sizeBytes, objects }
}
