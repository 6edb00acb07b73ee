/** The metadata contract, held against memory, bare and behind the fault decorator. */

import { createFaultyMetaStore } from '../../src/meta/faulty.js'
import { createMemoryMetaStore } from '../../src/meta/memory.js'
import type { MetaStore } from '../../src/meta/meta-store.js'
import { metaStoreSuite } from './meta-store.js'

const opened = (store: MetaStore) => ({ store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() })

metaStoreSuite('memory', async () => opened(createMemoryMetaStore()))
metaStoreSuite('memory behind faults', async () => opened(createFaultyMetaStore(createMemoryMetaStore(), () => {})))
