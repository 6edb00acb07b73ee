/**
 * The specification of BlobStore, run over every engine. `open` gives a new, empty store each time; `damage` reaches
 * around the store and changes what it keeps, for the engines whose bytes can rot. Failures come first.
 */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { compareBytes } from '../../src/base/bytes.js'
import { timeOrderedId } from '../../src/base/ids.js'
import { BlobDamaged, type BlobId, BlobMissing, type BlobRange, type BlobStore } from '../../src/blob/blob-store.js'

export interface OpenedBlobStore extends AsyncDisposable {
  readonly store: BlobStore
  /** Rewrites the stored form of a blob. */
  readonly damage?: (id: BlobId, change: (stored: Buffer) => Buffer) => Promise<void>
  /** How many files of the store this process holds open. */
  readonly openFiles?: () => Promise<number>
  /** Names of everything in the store that is not a whole blob. */
  readonly leftovers?: () => Promise<readonly string[]>
  /** Ends this store and opens what it left behind. Absent for engines that keep nothing. */
  readonly reopen?: () => Promise<BlobStore>
}

const START = 1_767_225_600_000
const KIB = 1024
const MIB = 1024 * KIB
const IDLE = new AbortController().signal

/** Sizes around the borders of blocks and of chunks, whatever an engine takes them to be. */
const SIZES = [0, 1, 17, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 128 * KIB, 200_001, MIB - 1, MIB, MIB + 1, 3 * MIB + 77]

/** The tests' own ids: `at` milliseconds after a fixed time, so that order is chosen and not found. */
export function idAt(at: number): BlobId {
  return timeOrderedId(START + at, (size) => randomBytes(size)) as BlobId
}

/** Bytes that differ at every offset that a bug could mistake for another. */
export function pattern(size: number, seed = 1): Buffer {
  const filled = Buffer.alloc(size)
  for (let i = 0; i + 4 <= size; i += 4) filled.writeUInt32LE((i * 2_654_435_761 + seed) >>> 0, i)
  return filled
}

async function* chunksOf(body: Uint8Array, chunkSize: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.byteLength; at += chunkSize) yield body.subarray(at, at + chunkSize)
}

async function write(store: BlobStore, id: BlobId, body: Uint8Array, chunkSize = 40_000): Promise<void> {
  const { signal } = new AbortController()
  const { sizeBytes } = await store.write(id, chunksOf(body, chunkSize), { signal })
  assert.equal(sizeBytes, body.byteLength)
}

async function read(store: BlobStore, id: BlobId, range: BlobRange, signal = IDLE): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of store.read(id, range, { signal })) {
    assert.ok(chunk.byteLength > 0, 'no chunk is empty')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function whole(size: number): BlobRange {
  return { startBytes: 0, endBytes: size }
}

function assertSameBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  assert.equal(actual.byteLength, expected.byteLength, `${what}: size`)
  assert.equal(compareBytes(actual, expected), 0, `${what}: bytes`)
}

async function isAbsent(store: BlobStore, id: BlobId): Promise<void> {
  await assert.rejects(read(store, id, whole(1)), (error) => error instanceof BlobMissing && error.id === id)
  const listed = await store.list(undefined, 1_000)
  assert.ok(!listed.some((info) => info.id === id), 'an absent blob is not listed')
}

type WithStore = (title: string, body: (store: BlobStore, opened: OpenedBlobStore) => Promise<void>) => void

export function blobStoreSuite(name: string, open: () => Promise<OpenedBlobStore>): void {
  const withStore: WithStore = (title, body) =>
    test(title, async () => {
      await using opened = await open()
      await body(opened.store, opened)
      if (opened.openFiles) assert.equal(await opened.openFiles(), 0, 'no file stays open')
    })

  describe(`${name}: writes that fail`, () => failedWriteCases(withStore))
  describe(`${name}: reads that fail`, () => failedReadCases(withStore))
  describe(`${name}: damage`, () => damageCases(withStore))
  describe(`${name}: write and read`, () => readCases(withStore))
  describe(`${name}: remove and list`, () => listCases(withStore))
}

function failedWriteCases(withStore: WithStore): void {
  /** What has been written when the failure comes: nothing, a little, more than an engine gathers. */
  const written = [0, 10, 5 * MIB]

  for (const size of written) {
    withStore(`a source that fails after ${size} bytes rejects with its own error and leaves nothing`, async (s, o) => {
      const failure = new Error('the client went away')
      const id = idAt(1)
      const source = async function* () {
        yield* chunksOf(pattern(size), 64 * KIB)
        throw failure
      }
      await assert.rejects(s.write(id, source(), { signal: IDLE }), (error) => error === failure)
      await isAbsent(s, id)
      assert.deepEqual(await o.leftovers?.(), o.leftovers && [])
    })

    withStore(`an abort after ${size} bytes rejects with the reason, also while the source is silent`, async (s, o) => {
      const controller = new AbortController()
      const reason = new Error('the server is stopping')
      const id = idAt(1)
      let closed = false
      const silent = new Promise<never>(() => {})
      const source: AsyncIterable<Uint8Array> = {
        [Symbol.asyncIterator]: () => {
          const chunks = chunksOf(pattern(size), 64 * KIB)
          return {
            next: async () => {
              const next = await chunks.next()
              if (next.done !== true) return next
              setImmediate(() => controller.abort(reason))
              return silent
            },
            return: async () => {
              closed = true
              return { done: true, value: undefined }
            },
          }
        },
      }
      await assert.rejects(s.write(id, source, { signal: controller.signal }), (error) => error === reason)
      assert.ok(closed, 'the source is told')
      await isAbsent(s, id)
      assert.deepEqual(await o.leftovers?.(), o.leftovers && [])
    })
  }

  withStore('a signal that is aborted already stops a write before it asks for a byte', async (store) => {
    const reason = new Error('too late')
    let asked = false
    const source = async function* () {
      asked = true
      yield pattern(10)
    }
    await assert.rejects(store.write(idAt(1), source(), { signal: AbortSignal.abort(reason) }), (e) => e === reason)
    assert.equal(asked, false)
  })

  withStore('a failed write does not disturb those beside it', async (store) => {
    const failing = async function* () {
      yield pattern(2 * MIB)
      throw new Error('gone')
    }
    const ids = [1, 2, 3, 4, 5, 6].map((at) => idAt(at))
    const results = await Promise.allSettled(
      ids.map((id, i) =>
        i % 2 === 0 ? write(store, id, pattern(300_000, i)) : store.write(id, failing(), { signal: IDLE }),
      ),
    )
    for (const [i, id] of ids.entries()) {
      assert.equal(results[i]?.status, i % 2 === 0 ? 'fulfilled' : 'rejected')
      if (i % 2 === 0) assertSameBytes(await read(store, id, whole(300_000)), pattern(300_000, i), `blob ${i}`)
      else await isAbsent(store, id)
    }
  })

  withStore('a blob is not visible before its write resolves', async (store) => {
    const id = idAt(1)
    const source = async function* () {
      yield pattern(3 * MIB)
      await isAbsent(store, id)
      yield pattern(10)
      await isAbsent(store, id)
    }
    await store.write(id, source(), { signal: IDLE })
    assert.equal((await read(store, id, whole(3 * MIB + 10))).byteLength, 3 * MIB + 10)
  })
}

function failedReadCases(withStore: WithStore): void {
  withStore('an id that names nothing is BlobMissing at the first chunk, for any range', async (store) => {
    for (const range of [whole(0), whole(1), { startBytes: 5, endBytes: 9 }]) {
      const id = idAt(1)
      const chunks = store.read(id, range, { signal: IDLE })[Symbol.asyncIterator]()
      await assert.rejects(chunks.next(), (error) => error instanceof BlobMissing && error.id === id)
    }
  })

  withStore('a range beyond the blob is BlobDamaged before the first chunk', async (store) => {
    for (const size of [0, 10, 64 * KIB, 3 * MIB]) {
      const id = idAt(size)
      await write(store, id, pattern(size))
      for (const range of [
        { startBytes: 0, endBytes: size + 1 },
        { startBytes: size, endBytes: size + 100_000 },
        { startBytes: size + 1, endBytes: size + 2 },
      ]) {
        const chunks = store.read(id, range, { signal: IDLE })[Symbol.asyncIterator]()
        await assert.rejects(chunks.next(), (error) => error instanceof BlobDamaged && error.id === id)
      }
    }
  })

  withStore('a range that ends before it starts is our own mistake', async (store) => {
    const id = idAt(1)
    await write(store, id, pattern(10))
    for (const range of [
      { startBytes: 5, endBytes: 4 },
      { startBytes: -1, endBytes: 4 },
      { startBytes: 0.5, endBytes: 4 },
    ]) {
      await assert.rejects(read(store, id, range), { name: 'AssertionError' })
    }
  })

  withStore('an abort ends a read with the reason, at the start or between two chunks', async (store) => {
    const id = idAt(1)
    await write(store, id, pattern(5 * MIB))
    const reason = new Error('the client went away')
    await assert.rejects(read(store, id, whole(5 * MIB), AbortSignal.abort(reason)), (error) => error === reason)
    const controller = new AbortController()
    const chunks = store.read(id, whole(5 * MIB), { signal: controller.signal })[Symbol.asyncIterator]()
    assert.equal((await chunks.next()).done, false)
    controller.abort(reason)
    await assert.rejects(
      async () => {
        while ((await chunks.next()).done !== true);
      },
      (error) => error === reason,
    )
  })

  withStore('an iteration that ends early, or never begins, holds nothing', async (store) => {
    const id = idAt(1)
    await write(store, id, pattern(5 * MIB))
    for (let i = 0; i < 20; i++) {
      store.read(id, whole(5 * MIB), { signal: IDLE })
      for await (const chunk of store.read(id, whole(5 * MIB), { signal: IDLE })) {
        assert.ok(chunk.byteLength > 0)
        break
      }
    }
  })

  withStore('an id that is no id is refused by every method', async (store) => {
    for (const text of ['', '..', '../../etc/passwd', 'A'.repeat(28), '0'.repeat(27), `${'0'.repeat(28)}\n`]) {
      const id = text as BlobId
      await assert.rejects(write(store, id, pattern(1)), { name: 'AssertionError' })
      await assert.rejects(read(store, id, whole(1)), { name: 'AssertionError' })
      await assert.rejects(store.remove([id]), { name: 'AssertionError' })
      await assert.rejects(store.list(id, 1), { name: 'AssertionError' })
    }
    for (const limit of [0, -1, 1.5]) await assert.rejects(store.list(undefined, limit), { name: 'AssertionError' })
  })
}

/** Each makes bytes that were never written; the range is the one that must not be served. */
const DAMAGES: readonly {
  readonly title: string
  readonly size: number
  readonly change: (stored: Buffer) => Buffer
  readonly range?: BlobRange
}[] = [
  { title: 'cut by one byte', size: 100_000, change: (stored) => stored.subarray(0, -1) },
  { title: 'cut in half', size: 3 * MIB, change: (stored) => stored.subarray(0, stored.length >> 1) },
  { title: 'cut to one block', size: 3 * MIB, change: (stored) => stored.subarray(0, 64 * KIB) },
  { title: 'cut to nothing', size: 100, change: () => Buffer.alloc(0) },
  { title: 'longer by one byte', size: 100_000, change: (stored) => Buffer.concat([stored, Buffer.alloc(1)]) },
  { title: 'longer by one block', size: 100, change: (stored) => Buffer.concat([stored, Buffer.alloc(64 * KIB + 4)]) },
  { title: 'twice over', size: 64 * KIB, change: (stored) => Buffer.concat([stored, stored]) },
  { title: 'with its first bit flipped', size: 100_000, change: (stored) => flip(stored, 0) },
  {
    title: 'with a bit flipped outside the range, in its block',
    size: 100_000,
    change: (s) => flip(s, 10),
    range: { startBytes: 40, endBytes: 50 },
  },
  { title: 'with a bit flipped in its last byte of data', size: 100_000, change: (stored) => flip(stored, 99_999) },
  { title: 'with a bit flipped in a checksum', size: 100_000, change: (stored) => flip(stored, 100_001) },
  { title: 'with its last bit flipped', size: 100_000, change: (stored) => flip(stored, stored.length - 1) },
  { title: 'empty, with a bit flipped', size: 0, change: (stored) => flip(stored, 5), range: whole(0) },
  { title: 'all zeros', size: 100_000, change: (stored) => Buffer.alloc(stored.length) },
]

function flip(stored: Buffer, at: number): Buffer {
  const changed = Buffer.from(stored)
  changed[at] = (changed[at] ?? 0) ^ 0x10
  return changed
}

function damageCases(withStore: WithStore): void {
  for (const { title, size, change, range = whole(size) } of DAMAGES) {
    withStore(`a blob ${title} is BlobDamaged before the first chunk`, async (store, { damage }) => {
      if (damage === undefined) return
      const id = idAt(1)
      await write(store, id, pattern(size))
      await damage(id, change)
      const chunks = store.read(id, range, { signal: IDLE })[Symbol.asyncIterator]()
      await assert.rejects(chunks.next(), (error) => error instanceof BlobDamaged && error.id === id)
    })
  }

  withStore('no byte of a damaged block is handed out, and all before it are', async (store, { damage }) => {
    if (damage === undefined) return
    const size = 6 * MIB
    for (const at of [MIB + 5, 3 * MIB, size - 1]) {
      const id = idAt(at)
      await write(store, id, pattern(size))
      await damage(id, (stored) => flip(stored, at))
      let sizeBytes = 0
      await assert.rejects(async () => {
        for await (const chunk of store.read(id, whole(size), { signal: IDLE })) {
          assertSameBytes(chunk, pattern(size).subarray(sizeBytes, sizeBytes + chunk.byteLength), 'a checked chunk')
          sizeBytes += chunk.byteLength
        }
      }, BlobDamaged)
      assert.ok(sizeBytes <= at, `${sizeBytes} bytes came before the one at ${at}`)
    }
  })

  withStore('a blob under the name of another is BlobDamaged', async (store, { damage }) => {
    if (damage === undefined) return
    const [one, two] = [idAt(1), idAt(2)]
    await write(store, one, pattern(1_000, 1))
    await write(store, two, pattern(1_000, 2))
    let stored: Buffer = Buffer.alloc(0)
    await damage(one, (bytes) => {
      stored = bytes
      return bytes
    })
    await damage(two, () => stored)
    await assert.rejects(read(store, two, whole(1_000)), BlobDamaged)
    assertSameBytes(await read(store, one, whole(1_000)), pattern(1_000, 1), 'the other')
  })
}

function readCases(withStore: WithStore): void {
  withStore('every size comes back whole, whatever the chunks it was written in', async (store) => {
    for (const [at, size] of SIZES.entries()) {
      for (const chunkSize of size < MIB ? [7_777, 64 * KIB, size + 1] : [16 * KIB, 64 * KIB + 1, MIB, size]) {
        const id = idAt(at * 10)
        await write(store, id, pattern(size), chunkSize)
        assertSameBytes(await read(store, id, whole(size)), pattern(size), `${size} bytes in chunks of ${chunkSize}`)
      }
    }
  })

  withStore('every range of a blob is exactly its bytes', async (store) => {
    const size = 3 * MIB + 77
    const body = pattern(size)
    const id = idAt(1)
    await write(store, id, body)
    const borders = [0, 1, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, MIB - 1, MIB, 2 * MIB + 5, size - 1, size]
    for (const startBytes of borders) {
      for (const endBytes of borders.filter((end) => end >= startBytes)) {
        const range = { startBytes, endBytes }
        assertSameBytes(await read(store, id, range), body.subarray(startBytes, endBytes), JSON.stringify(range))
      }
    }
  })

  withStore('an empty blob, and a source with empty chunks', async (store) => {
    const [empty, gappy] = [idAt(1), idAt(2)]
    const source = async function* () {
      yield new Uint8Array(0)
      yield pattern(10)
      yield new Uint8Array(0)
      yield pattern(10)
    }
    await write(store, empty, new Uint8Array(0))
    assert.deepEqual(await store.write(gappy, source(), { signal: IDLE }), { sizeBytes: 20 })
    assert.equal((await read(store, empty, whole(0))).byteLength, 0)
    assertSameBytes(await read(store, gappy, whole(20)), Buffer.concat([pattern(10), pattern(10)]), 'gappy')
    assert.deepEqual(
      (await store.list(undefined, 10)).map(({ sizeBytes }) => sizeBytes),
      [0, 20],
    )
  })

  withStore('a blob of 64 MiB comes back whole', async (store) => {
    const size = 64 * MIB
    const body = pattern(size)
    const id = idAt(1)
    await write(store, id, body, 64 * KIB)
    let at = 0
    for await (const chunk of store.read(id, whole(size), { signal: IDLE })) {
      assert.equal(compareBytes(chunk, body.subarray(at, at + chunk.byteLength)), 0, `the chunk at ${at}`)
      at += chunk.byteLength
    }
    assert.equal(at, size)
  })

  withStore('chunks stay what they were while later ones are read', async (store) => {
    const body = pattern(4 * MIB)
    const id = idAt(1)
    await write(store, id, body)
    const reads = await Promise.all([1, 2, 3].map(() => read(store, id, whole(body.byteLength))))
    for (const [i, bytes] of reads.entries()) assertSameBytes(bytes, body, `read ${i}`)
  })

  withStore('forty writes at once, in one millisecond, do not meet', async (store) => {
    const ids = Array.from({ length: 40 }, () => idAt(7))
    assert.equal(new Set(ids).size, 40)
    await Promise.all(ids.map((id, i) => write(store, id, pattern(90_000 + i, i))))
    await Promise.all(
      ids.map(async (id, i) => assertSameBytes(await read(store, id, whole(90_000 + i)), pattern(90_000 + i, i), id)),
    )
  })

  withStore('what was written is there after reopening', async (store, { reopen }) => {
    if (reopen === undefined) return
    const id = idAt(1)
    await write(store, id, pattern(200_000))
    assertSameBytes(await read(await reopen(), id, whole(200_000)), pattern(200_000), 'reopened')
  })
}

function listCases(withStore: WithStore): void {
  withStore('removing is idempotent, and takes only what it names', async (store) => {
    const [one, two, three] = [idAt(1), idAt(2), idAt(3)]
    await Promise.all([one, two, three].map((id) => write(store, id, pattern(10))))
    await store.remove([])
    await store.remove([one, one, idAt(4)])
    await store.remove([one])
    await isAbsent(store, one)
    await store.remove([two])
    assert.deepEqual(
      (await store.list(undefined, 10)).map(({ id }) => id),
      [three],
    )
    assertSameBytes(await read(store, three, whole(10)), pattern(10), 'the one that stays')
  })

  withStore('ids come in time order with their sizes, page by page, over seconds and over years', async (store) => {
    const second = 1_000
    const times = [0, 1, 2, second, 65 * second, 66 * second, 3_600 * second, 86_400 * second, 400 * 86_400 * second]
    const ids = times.flatMap((at) => [idAt(at), idAt(at)]).sort()
    await Promise.all([...ids].reverse().map((id) => write(store, id, pattern(ids.indexOf(id)))))
    const expected = ids.map((id, sizeBytes) => ({ id, sizeBytes }))
    for (const limit of [1, 2, 5, ids.length - 1, ids.length, 1_000]) {
      const listed: unknown[] = []
      let after: BlobId | undefined
      for (;;) {
        const page = await store.list(after, limit)
        assert.ok(page.length <= limit)
        listed.push(...page)
        after = page.at(-1)?.id
        if (page.length < limit) break
      }
      assert.deepEqual(listed, expected, `pages of ${limit}`)
    }
  })

  withStore('a list may begin behind an id that is not there, and is empty behind the last', async (store) => {
    const ids = [idAt(10), idAt(20), idAt(200_000_000)]
    await Promise.all(ids.map((id) => write(store, id, pattern(1))))
    const listed = async (after: BlobId) => (await store.list(after, 10)).map(({ id }) => id)
    assert.deepEqual(await listed(idAt(5)), ids)
    assert.deepEqual(await listed(idAt(15)), ids.slice(1))
    assert.deepEqual(await listed(idAt(100_000_000)), ids.slice(2))
    assert.deepEqual(await listed(ids[2] ?? idAt(0)), [])
  })

  withStore('a store that was emptied lists nothing and can be written again', async (store) => {
    const ids = [idAt(1), idAt(100_000), idAt(50_000_000)]
    await Promise.all(ids.map((id) => write(store, id, pattern(1))))
    await store.remove(ids)
    assert.deepEqual(await store.list(undefined, 10), [])
    const again = idAt(1)
    await write(store, again, pattern(1))
    assert.deepEqual(await store.list(undefined, 10), [{ id: again, sizeBytes: 1 }])
  })
}
