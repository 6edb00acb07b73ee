/**
 * A blob store that fails where a test says: before a call, after it, before any chunk of a body that is written or
 * read, or never answering. With a hook that does nothing it is the inner store.
 */

import type { Bytes } from '../base/bytes.js'
import { type CallCounter, createCallCounter, type FaultHook } from '../base/faults.js'
import type { BlobStore } from './blob-store.js'

export function createFaultyBlobStore(
  inner: BlobStore,
  hook: FaultHook,
  counter: CallCounter = createCallCounter(),
): BlobStore {
  const around = async <T>(method: string, call: (index: number) => Promise<T>): Promise<T> => {
    const index = counter.next()
    await hook({ store: 'blob', method, index, moment: 'before' })
    const result = await call(index)
    await hook({ store: 'blob', method, index, moment: 'after' })
    return result
  }
  /** No generator: one that waits for its source cannot be told to end. */
  const hooked = (source: AsyncIterable<Bytes>, method: string, index: number): AsyncIterable<Bytes> => ({
    [Symbol.asyncIterator]: () => {
      const chunks = source[Symbol.asyncIterator]()
      let chunk = 0
      return {
        next: async () => {
          const next = await chunks.next()
          if (next.done !== true) await hook({ store: 'blob', method, index, moment: 'chunk', chunk: chunk++ })
          return next
        },
        return: async () => (await chunks.return?.()) ?? { done: true, value: undefined },
      }
    },
  })
  return {
    write: (id, source, options) =>
      around('write', (index) => inner.write(id, hooked(source, 'write', index), options)),
    read: async function* (id, range, options) {
      const index = counter.next()
      await hook({ store: 'blob', method: 'read', index, moment: 'before' })
      yield* hooked(inner.read(id, range, options), 'read', index)
      await hook({ store: 'blob', method: 'read', index, moment: 'after' })
    },
    remove: (ids) => around('remove', () => inner.remove(ids)),
    list: (after, limit) => around('list', () => inner.list(after, limit)),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  }
}
