/** What an inspection remembers while it walks through the rows, and how its files look things up. */

import type { Bytes } from '../base/bytes.js'
import type { DigestFactory } from '../base/digests.js'
import type { BlobStore } from '../blob/blob-store.js'
import { keyParts } from '../meta/key.js'
import { type Entry, isCollapsed, type MetaStore } from '../meta/meta-store.js'
import type { Bucket } from '../model/bucket.js'
import type { Piece } from '../model/version.js'
import type { DocumentFormat } from './documents.js'
import { documentCodec, documentKey, rangeOf } from './rows.js'
import { sealedSizeBytes, storedRange } from './sealed-bytes.js'

export interface Stores {
  readonly meta: MetaStore
  readonly blobs: BlobStore
}

/** Damage needs a person. A note is what a crash leaves and upkeep puts right. */
export type Severity = 'damage' | 'note'

export interface Finding {
  readonly severity: Severity
  /** What it is about: a kind of row, or `blob`. */
  readonly kind: string
  /** The row or blob, readable. */
  readonly name: string
  readonly sentence: string
}

/** Bytes that pieces may lie in. */
export interface Extent {
  readonly sizeBytes: number
  references: number
}

/** What an inspection has seen so far, and its voice. */
export interface Survey {
  readonly stores: Stores
  readonly digests: DigestFactory
  readonly buckets: Map<string, Bucket>
  readonly blobs: Map<string, Extent>
  readonly inlines: Map<string, Extent>
  /** Id to how many versions name it. */
  readonly manifests: Map<string, number>
  readonly uploads: Set<string>
  readonly trash: Set<string>

  count(name: string, by?: number): void
  report(severity: Severity, kind: string, name: string, sentence: string): void
  /** The decoded value, or undefined and damage reported. */
  attempt<T>(kind: string, name: string, decode: () => T): T | undefined
}

const PAGE_ROWS = 500

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The rows of a kind, a page at a time, so that look-ups for them go in one call. */
export async function* pagesOf(
  { stores: { meta } }: Survey,
  kind: number,
  pageRows = PAGE_ROWS,
): AsyncGenerator<readonly Entry[]> {
  const { from: start, to } = rangeOf(Buffer.of(kind))
  let from = start
  for (;;) {
    const page = (await meta.scan({ from, to }, { limit: pageRows })).filter((row): row is Entry => !isCollapsed(row))
    if (page.length > 0) yield page
    const last = page.at(-1)
    if (last === undefined || page.length < pageRows) return
    from = Buffer.concat([last.key, Buffer.of(0)])
  }
}

/** A document that the bucket lists, or undefined, with damage reported when it cannot be read. */
export async function documentOf<T>(
  survey: Survey,
  { id, documents }: Bucket,
  { kind, fromJson }: DocumentFormat<T>,
): Promise<T | undefined> {
  if (!documents.includes(kind)) return undefined
  const entry = await survey.stores.meta.get(documentKey(id, kind))
  return entry && survey.attempt('document', `${id}/${kind}`, () => fromJson(documentCodec.decode(entry.value)))
}

export function partOfKey(key: Bytes, partCount: number, index: number): string {
  return (keyParts(key, partCount)[index] ?? Buffer.alloc(0)).toString('utf8')
}

/** Counts the owners that pieces add up to, and finds those that lie nowhere. Answers whether they can be read. */
export function refer(survey: Survey, kind: string, name: string, pieces: readonly Piece[]): boolean {
  let complete = true
  for (const piece of pieces) {
    const { blob, inline } = piece
    const { offsetBytes, sizeBytes } = storedStretch(piece)
    const extent = (inline ? survey.inlines : survey.blobs).get(blob)
    if (extent !== undefined) extent.references++
    const place = inline ? 'inline body' : 'blob'
    const end = offsetBytes + sizeBytes
    const fault =
      extent === undefined
        ? `names ${place} ${blob}, which does not exist`
        : sizeBytes <= 0 || offsetBytes < 0 || end > extent.sizeBytes
          ? `names bytes ${offsetBytes} to ${end} of ${place} ${blob}, which has ${extent.sizeBytes}`
          : undefined
    if (fault === undefined) continue
    complete = false
    survey.report('damage', kind, name, fault)
  }
  return complete
}

/** Where a piece lies in what the store holds: encrypted bytes take more room. */
export function storedStretch(piece: Piece): Pick<Piece, 'offsetBytes' | 'sizeBytes'> {
  const { seal } = piece
  if (seal === undefined) return piece
  if (piece.offsetBytes + piece.sizeBytes > seal.wholeSizeBytes) {
    return { offsetBytes: piece.offsetBytes, sizeBytes: sealedSizeBytes(piece.offsetBytes + piece.sizeBytes) }
  }
  const { startBytes, endBytes } = storedRange(piece, seal)
  return { offsetBytes: startBytes, sizeBytes: endBytes - startBytes }
}
