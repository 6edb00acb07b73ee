/** The blob contract, held against memory, bare and behind each decorator. */

import type { BlobStore } from '../../src/blob/blob-store.js'
import { createFaultyBlobStore } from '../../src/blob/faulty.js'
import { createMemoryBlobStore } from '../../src/blob/memory.js'
import { createMeteredBlobStore } from '../../src/blob/metered.js'
import { blobStoreSuite } from './blob-store.js'

const opened = (store: BlobStore) => ({ store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() })
const unheard = { record: () => {}, now: () => 0 }

blobStoreSuite('memory', async () => opened(createMemoryBlobStore()))
blobStoreSuite('memory behind faults', async () => opened(createFaultyBlobStore(createMemoryBlobStore(), () => {})))
blobStoreSuite('memory behind a meter', async () => opened(createMeteredBlobStore(createMemoryBlobStore(), unheard)))
