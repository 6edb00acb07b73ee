/**
 * A metadata store that fails where a test says: before a call, after it (the commit happened and nobody was told), or
 * never answering. With a hook that does nothing it is the inner store.
 */

import { type CallCounter, createCallCounter, type FaultHook } from '../base/faults.js'
import type { MetaStore } from './meta-store.js'

export function createFaultyMetaStore(
  inner: MetaStore,
  hook: FaultHook,
  counter: CallCounter = createCallCounter(),
): MetaStore {
  const around = async <T>(method: string, call: () => Promise<T>): Promise<T> => {
    const index = counter.next()
    await hook({ store: 'meta', method, index, moment: 'before' })
    const result = await call()
    await hook({ store: 'meta', method, index, moment: 'after' })
    return result
  }
  return {
    get: (key) => around('get', () => inner.get(key)),
    getMany: (keys) => around('getMany', () => inner.getMany(keys)),
    scan: (range, options) => around('scan', () => inner.scan(range, options)),
    commit: (batch) => around('commit', () => inner.commit(batch)),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  }
}
