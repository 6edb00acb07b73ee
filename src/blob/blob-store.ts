/**
 * The blob contract: immutable bytes under opaque ids. Object keys never reach it, so they can never become file names.
 * Every engine passes test/conformance/blob-store.ts.
 */

import type { Bytes } from '../base/bytes.js'

/** `timeOrderedId` of base/ids: 28 lower-case hex digits, in time order. Never reused. */
export type BlobId = string & { readonly blobId: unique symbol }

/** Half-open: [startBytes, endBytes) of the blob. */
export interface BlobRange {
  readonly startBytes: number
  readonly endBytes: number
}

export interface BlobInfo {
  readonly id: BlobId
  readonly sizeBytes: number
}

/** The id names nothing. */
export class BlobMissing extends Error {
  override readonly name = 'BlobMissing'
  readonly id: BlobId
  constructor(id: BlobId) {
    super(`blob ${id} is missing`)
    this.id = id
  }
}

/** The stored bytes are not the bytes that were written: short, longer, or a checksum differs. */
export class BlobDamaged extends Error {
  override readonly name = 'BlobDamaged'
  readonly id: BlobId
  readonly finding: string
  constructor(id: BlobId, finding: string) {
    super(`blob ${id} is damaged: ${finding}`)
    this.id = id
    this.finding = finding
  }
}

export interface BlobStore extends AsyncDisposable {
  /**
   * Resolves when the bytes are durable. Rejects with the source's error, or the signal's reason, unchanged; then, as
   * after a crash, nothing is visible under `id`. A chunk belongs to the store once it is yielded: no reused buffers.
   */
  write(
    id: BlobId,
    source: AsyncIterable<Bytes>,
    options: { readonly signal: AbortSignal },
  ): Promise<{ readonly sizeBytes: number }>
  /**
   * The bytes of the range, in order, in chunks of the engine's choice. Rejects with BlobMissing, or BlobDamaged when
   * the blob is shorter than the range or the first bytes fail their checksum, before the first chunk; with BlobDamaged
   * at any later chunk. No chunk is ever handed out unchecked. Ending the iteration early releases what it holds.
   */
  read(id: BlobId, range: BlobRange, options: { readonly signal: AbortSignal }): AsyncIterable<Bytes>
  /** Idempotent: an absent id is no error. */
  remove(ids: readonly BlobId[]): Promise<void>
  /** At most `limit` blobs with an id greater than `after`, in id order, which is time order. */
  list(after: BlobId | undefined, limit: number): Promise<readonly BlobInfo[]>
}
