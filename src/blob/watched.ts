/** Tells a listener how each write of a blob ended. */

import type { BlobStore } from './blob-store.js'

/** `error` undefined: it was written. Errors of the source are among them; the listener tells them apart. */
export function createWatchedBlobStore(inner: BlobStore, ended: (error: unknown) => void): BlobStore {
  return {
    write: async (id, source, options) => {
      try {
        const written = await inner.write(id, source, options)
        ended(undefined)
        return written
      } catch (error) {
        ended(error)
        throw error
      }
    },
    read: (id, range, options) => inner.read(id, range, options),
    remove: (ids) => inner.remove(ids),
    list: (after, limit) => inner.list(after, limit),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  }
}
