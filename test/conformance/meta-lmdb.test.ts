/** The metadata contract, held against LMDB. */

import { openLmdbMetaStore } from '../../src/meta/lmdb.js'
import { metaStoreSuite } from './meta-store.js'
import { temporaryDirectory } from './temporary-directory.js'

metaStoreSuite('lmdb', async () => {
  const directory = await temporaryDirectory()
  let store = await openLmdbMetaStore({ path: directory.path })
  return {
    store,
    reopen: async () => {
      await store[Symbol.asyncDispose]()
      store = await openLmdbMetaStore({ path: directory.path })
      return store
    },
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
})
