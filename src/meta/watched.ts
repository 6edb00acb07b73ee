/** Tells a listener how each commit that writes something ended. */

import type { Batch, MetaStore } from './meta-store.js'

/** `error` undefined: it was written. A conflict wrote nothing, so it tells nothing. */
export function createWatchedMetaStore(inner: MetaStore, ended: (error: unknown) => void): MetaStore {
  return {
    get: (key) => inner.get(key),
    getMany: (keys) => inner.getMany(keys),
    scan: (range, options) => inner.scan(range, options),
    commit: async (batch) => {
      try {
        const result = await inner.commit(batch)
        if (result.ok && writes(batch)) ended(undefined)
        return result
      } catch (error) {
        ended(error)
        throw error
      }
    },
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  }
}

function writes({ puts = [], removes = [], adds = [] }: Batch): boolean {
  return puts.length + removes.length + adds.length > 0
}
