/** What the fault and meter decorators add to the stores that they wrap. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '../../src/base/bytes.js'
import { createCallCounter, failAt, type StoreCall, stopAt } from '../../src/base/faults.js'
import { createFaultyBlobStore } from '../../src/blob/faulty.js'
import { createMemoryBlobStore } from '../../src/blob/memory.js'
import { type BlobCall, createMeteredBlobStore } from '../../src/blob/metered.js'
import { createFaultyMetaStore } from '../../src/meta/faulty.js'
import { createMemoryMetaStore } from '../../src/meta/memory.js'
import { idAt, pattern } from './blob-store.js'

const IDLE = new AbortController().signal
const KEY = utf8('key')
const PUT = { puts: [{ key: KEY, value: utf8('value') }] }

async function* body(chunks = 1): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < chunks; i++) yield pattern(100, i)
}

async function drained(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let sizeBytes = 0
  for await (const chunk of chunks) sizeBytes += chunk.byteLength
  return sizeBytes
}

/** Whether `work` is still unanswered after everything that could run has run. */
async function isStopped(work: Promise<unknown>): Promise<boolean> {
  let answered = false
  const answer = () => {
    answered = true
  }
  work.then(answer, answer)
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  return !answered
}

test('a commit that fails before has not happened, one that fails after has', async () => {
  for (const moment of ['before', 'after'] as const) {
    const inner = createMemoryMetaStore()
    const failure = new Error(`failed ${moment}`)
    const store = createFaultyMetaStore(inner, failAt({ index: 1, moment }, failure))
    await store.get(KEY)
    await assert.rejects(store.commit(PUT), (error) => error === failure)
    assert.equal((await inner.get(KEY)) !== undefined, moment === 'after')
    assert.equal((await store.commit(PUT)).ok, true)
  }
})

test('from the point of a stop on nothing answers, in neither store, and nothing more happens', async () => {
  const meta = createMemoryMetaStore()
  const blobs = createMemoryBlobStore()
  const counter = createCallCounter()
  const hook = stopAt({ index: 2, moment: 'before' })
  const metaStore = createFaultyMetaStore(meta, hook, counter)
  const blobStore = createFaultyBlobStore(blobs, hook, counter)
  const id = idAt(1)
  await blobStore.write(id, body(), { signal: IDLE })
  await metaStore.get(KEY)
  assert.equal(hook.stopped(), false)
  assert.ok(await isStopped(metaStore.commit(PUT)))
  assert.ok(hook.stopped())
  assert.ok(await isStopped(blobStore.remove([id])))
  assert.ok(await isStopped(metaStore.get(KEY)))
  assert.equal(counter.count(), 5)
  assert.equal(await meta.get(KEY), undefined)
  assert.equal((await blobs.list(undefined, 10)).length, 1)
})

test('a write stops or fails before any of its chunks, and then there is no blob', async () => {
  const point = { index: 0, moment: 'chunk', chunk: 2 } as const
  const inner = createMemoryBlobStore()
  const failure = new Error('the disk is full')
  const failing = createFaultyBlobStore(inner, failAt(point, failure))
  await assert.rejects(failing.write(idAt(1), body(3), { signal: IDLE }), (error) => error === failure)
  const stopping = createFaultyBlobStore(inner, stopAt(point))
  assert.ok(await isStopped(stopping.write(idAt(2), body(3), { signal: IDLE })))
  assert.deepEqual(await inner.list(undefined, 10), [])
  assert.equal(await isStopped(failing.write(idAt(3), body(3), { signal: IDLE })), false)
})

test('a read fails before any of its chunks', async () => {
  const inner = createMemoryBlobStore()
  const id = idAt(1)
  const size = 1_000_000
  await inner.write(
    id,
    (async function* () {
      yield pattern(size)
    })(),
    { signal: IDLE },
  )
  const failure = new Error('damaged')
  const store = createFaultyBlobStore(inner, failAt({ index: 0, moment: 'chunk', chunk: 1 }, failure))
  const chunks = store.read(id, { startBytes: 0, endBytes: size }, { signal: IDLE })[Symbol.asyncIterator]()
  assert.equal((await chunks.next()).done, false)
  await assert.rejects(chunks.next(), (error) => error === failure)
})

test('the hook hears of every call once, in order, under one count', async () => {
  const heard: StoreCall[] = []
  const counter = createCallCounter()
  const hook = (call: StoreCall) => {
    heard.push(call)
  }
  await using meta = createFaultyMetaStore(createMemoryMetaStore(), hook, counter)
  await using blobs = createFaultyBlobStore(createMemoryBlobStore(), hook, counter)
  await meta.commit(PUT)
  await blobs.write(idAt(1), body(2), { signal: IDLE })
  await meta.getMany([KEY])
  assert.deepEqual(
    heard.map(({ store, method, index, moment, chunk }) =>
      `${index} ${store}.${method} ${moment} ${chunk ?? ''}`.trim(),
    ),
    [
      '0 meta.commit before',
      '0 meta.commit after',
      '1 blob.write before',
      '1 blob.write chunk 0',
      '1 blob.write chunk 1',
      '1 blob.write after',
      '2 meta.getMany before',
      '2 meta.getMany after',
    ],
  )
})

test('the meter records bytes, time and outcome of each call', async () => {
  const calls: BlobCall[] = []
  let time = 0
  const recorder = { record: (call: BlobCall) => calls.push(call), now: () => (time += 5) }
  const store = createMeteredBlobStore(createMemoryBlobStore(), recorder)
  const id = idAt(1)
  await store.write(id, body(3), { signal: IDLE })
  await drained(store.read(id, { startBytes: 10, endBytes: 200 }, { signal: IDLE }))
  for await (const _ of store.read(id, { startBytes: 0, endBytes: 50 }, { signal: IDLE })) break
  await assert.rejects(drained(store.read(idAt(2), { startBytes: 0, endBytes: 1 }, { signal: IDLE })))
  await store.list(undefined, 1)
  await store.remove([id])
  assert.deepEqual(
    calls.map(({ method, outcome, sizeBytes, durationMs }) => [method, outcome, sizeBytes, durationMs]),
    [
      ['write', 'ok', 300, 5],
      ['read', 'ok', 190, 5],
      ['read', 'ended', 50, 5],
      ['read', 'failed', 0, 5],
      ['list', 'ok', 0, 5],
      ['remove', 'ok', 0, 5],
    ],
  )
})
