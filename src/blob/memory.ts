/** Blobs in memory, for tests and for servers that keep nothing. A blob appears whole, when its source has ended. */

import { abortable } from '../base/abortable.js'
import { assert } from '../base/assert.js'
import { type Bytes, concatBytes } from '../base/bytes.js'
import { assertBlobId, assertBlobRange, assertListLimit } from './blob-input.js'
import { BlobDamaged, type BlobId, BlobMissing, type BlobRange, type BlobStore } from './blob-store.js'
import { drain } from './drain.js'

const CHUNK_SIZE_BYTES = 256 * 1024

export function createMemoryBlobStore(): BlobStore {
  const blobs = new Map<BlobId, Bytes>()
  let isOpen = true
  const assertOpen = () => assert(isOpen, 'the blob store is open')

  async function* read(id: BlobId, range: BlobRange, signal: AbortSignal): AsyncGenerator<Bytes> {
    assertOpen()
    assertBlobId(id)
    assertBlobRange(range)
    signal.throwIfAborted()
    const blob = blobs.get(id)
    if (blob === undefined) throw new BlobMissing(id)
    const { startBytes, endBytes } = range
    if (endBytes > blob.byteLength) throw new BlobDamaged(id, `it ends at ${blob.byteLength}, before ${endBytes}`)
    for (let at = startBytes; at < endBytes; at += CHUNK_SIZE_BYTES) {
      signal.throwIfAborted()
      // A copy: what is handed out belongs to the reader.
      yield Buffer.from(blob.subarray(at, Math.min(endBytes, at + CHUNK_SIZE_BYTES)))
    }
  }

  return {
    async write(id, source, { signal }) {
      assertOpen()
      assertBlobId(id)
      signal.throwIfAborted()
      const chunks: Bytes[] = []
      using waits = abortable(signal)
      await drain(source, waits, async (chunk) => {
        chunks.push(chunk)
      })
      const blob = concatBytes(chunks)
      blobs.set(id, blob)
      return { sizeBytes: blob.byteLength }
    },
    read: (id, range, { signal }) => read(id, range, signal),
    async remove(ids) {
      assertOpen()
      for (const id of ids) assertBlobId(id)
      for (const id of ids) blobs.delete(id)
    },
    async list(after, limit) {
      assertOpen()
      if (after !== undefined) assertBlobId(after)
      assertListLimit(limit)
      const ids = [...blobs.keys()].filter((id) => after === undefined || id > after).sort()
      return ids.slice(0, limit).map((id) => ({ id, sizeBytes: blobs.get(id)?.byteLength ?? 0 }))
    },
    async [Symbol.asyncDispose]() {
      isOpen = false
      blobs.clear()
    },
  }
}
