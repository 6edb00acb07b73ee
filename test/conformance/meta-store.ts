/**
 * The specification of MetaStore, run over every engine. `open` gives a new, empty store each time; `reopen` closes it
 * and opens the same data again, for the engines that promise to keep it. Bad input and races come first.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { afterPrefix, type Bytes, compareBytes, successor, utf8 } from '../../src/base/bytes.js'
import {
  type Batch,
  type Check,
  type Collapsed,
  type CommitResult,
  type Entry,
  isCollapsed,
  type KeyRange,
  META_BATCH_ROWS_MAX,
  META_KEY_BYTES_MAX,
  META_VALUE_BYTES_MAX,
  type MetaStore,
  readCounter,
  SCAN_LIMIT_MAX,
  type ScanOptions,
  type Version,
} from '../../src/meta/meta-store.js'
import { type ReferenceRows, referenceScan } from './reference-scan.js'

export interface OpenedMetaStore extends AsyncDisposable {
  readonly store: MetaStore
  /** Ends this store and opens what it left behind. Absent for engines that keep nothing. */
  readonly reopen?: () => Promise<MetaStore>
}

const EVERYTHING: KeyRange = { from: new Uint8Array(0), to: Buffer.alloc(META_KEY_BYTES_MAX + 1, 0xff) }

function put(key: string | Bytes, value: string | Bytes = 'value') {
  return { key: bytes(key), value: bytes(value) }
}

function bytes(of: string | Bytes): Bytes {
  return typeof of === 'string' ? utf8(of) : of
}

function text(of: Bytes): string {
  return Buffer.from(of).toString('utf8')
}

function succeeded(result: CommitResult): Version {
  assert.ok(result.ok, 'the commit succeeds')
  return result.version
}

async function getText(store: MetaStore, key: string): Promise<string | undefined> {
  const entry = await store.get(utf8(key))
  return entry && text(entry.value)
}

/** What a scan shows, `prefix*` for a collapsed one. */
function shown(rows: readonly (Entry | Collapsed)[]): string[] {
  return rows.map((row) => (isCollapsed(row) ? `${text(row.prefix)}*` : text(row.key)))
}

async function allKeys(store: MetaStore): Promise<Bytes[]> {
  const rows = await scanPages(store, EVERYTHING, { limit: SCAN_LIMIT_MAX })
  return rows.map((row) => (isCollapsed(row) ? row.prefix : row.key))
}

/** Reads a range page by page, resuming as every listing does: behind the last key, or behind the last group. */
async function scanPages(store: MetaStore, range: KeyRange, options: ScanOptions): Promise<(Entry | Collapsed)[]> {
  const rows: (Entry | Collapsed)[] = []
  let from: Bytes | undefined = range.from
  while (from !== undefined) {
    const page: readonly (Entry | Collapsed)[] = await store.scan({ from, to: range.to }, options)
    assert.ok(page.length <= options.limit, 'a page never exceeds its limit')
    rows.push(...page)
    const last = page.at(-1)
    if (last === undefined || page.length < options.limit) return rows
    from = isCollapsed(last) ? afterPrefix(last.prefix) : successor(last.key)
  }
  return rows
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

export function metaStoreSuite(name: string, open: () => Promise<OpenedMetaStore>): void {
  const withStore = (title: string, body: (store: MetaStore, opened: OpenedMetaStore) => Promise<void>) =>
    test(title, async () => {
      await using opened = await open()
      await body(opened.store, opened)
    })

  describe(`${name}: races`, () => raceCases(withStore))
  describe(`${name}: refusals`, () => refusalCases(withStore))
  describe(`${name}: commits`, () => commitCases(withStore))
  describe(`${name}: counters`, () => counterCases(withStore))
  describe(`${name}: order and pages`, () => orderCases(withStore))
  describe(`${name}: collapse`, () => collapseCases(withStore))
  describe(`${name}: snapshots`, () => snapshotCases(withStore))
  describe(`${name}: reopening`, () => reopenCases(open))
  describe(`${name}: model`, () => modelCases(open))
}

type WithStore = (title: string, body: (store: MetaStore, opened: OpenedMetaStore) => Promise<void>) => void

function raceCases(withStore: WithStore): void {
  withStore('of eight creators of one key exactly one wins, over many keys', async (store) => {
    const keys = Array.from({ length: 60 }, (_, i) => utf8(`created/${i}`))
    const races = keys.map((key) =>
      Promise.all(
        Array.from({ length: 8 }, async (_, creator) => {
          const result = await store.commit({
            checks: [{ key, version: undefined }],
            puts: [{ key, value: utf8(`creator ${creator}`) }],
          })
          return { creator, result }
        }),
      ),
    )
    for (const [i, race] of (await Promise.all(races)).entries()) {
      const winners = race.filter(({ result }) => result.ok)
      assert.equal(winners.length, 1, `one creator of key ${i} wins`)
      for (const { result } of race) if (!result.ok) assert.deepEqual(text(result.conflict), `created/${i}`)
      assert.equal(await getText(store, `created/${i}`), `creator ${winners[0]?.creator}`)
    }
  })

  withStore('eight writers that read, add one and check lose no update', async (store) => {
    const key = utf8('account')
    await store.commit({ puts: [{ key, value: utf8('0') }] })
    let conflicts = 0
    const addOne = async () => {
      for (;;) {
        const entry = await store.get(key)
        assert.ok(entry)
        const value = utf8(String(Number(text(entry.value)) + 1))
        const result = await store.commit({ checks: [{ key, version: entry.version }], puts: [{ key, value }] })
        if (result.ok) return
        conflicts++
      }
    }
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let i = 0; i < 10; i++) await addOne()
      }),
    )
    assert.equal(await getText(store, 'account'), '80')
    assert.ok(conflicts > 0, 'the writers did meet')
  })

  withStore('of one remover and one replacer of the same version exactly one wins', async (store) => {
    for (let i = 0; i < 30; i++) {
      const key = utf8(`contested/${i}`)
      const version = succeeded(await store.commit({ puts: [{ key, value: utf8('first') }] }))
      const checks: Check[] = [{ key, version }]
      const [removed, replaced] = await Promise.all([
        store.commit({ checks, removes: [key] }),
        store.commit({ checks, puts: [{ key, value: utf8('second') }] }),
      ])
      assert.notEqual(removed.ok, replaced.ok, 'one of them wins')
      assert.equal(await getText(store, `contested/${i}`), replaced.ok ? 'second' : undefined)
    }
  })
}

function refusalCases(withStore: WithStore): void {
  const longKey = Buffer.alloc(META_KEY_BYTES_MAX + 1, 0x61)
  const longValue = Buffer.alloc(META_VALUE_BYTES_MAX + 1)
  const key = utf8('key')
  const one = { key, value: utf8('1') }
  const refusedBatches: readonly (readonly [string, Batch])[] = [
    ['a put with an empty key', { puts: [put('')] }],
    ['a put with a key that is too long', { puts: [put(longKey)] }],
    ['a check with a key that is too long', { checks: [{ key: longKey, version: undefined }], puts: [one] }],
    ['a remove with an empty key', { removes: [utf8('')] }],
    ['an add with a key that is too long', { adds: [{ key: longKey, delta: 1n }] }],
    ['a value that is too long', { puts: [put('key', longValue)] }],
    ['a delta beyond 64 bits', { adds: [{ key, delta: 2n ** 63n }] }],
    ['a key put and removed', { puts: [one], removes: [key] }],
    ['a key put and added to', { puts: [one], adds: [{ key, delta: 1n }] }],
    ['a key removed and added to', { removes: [key], adds: [{ key, delta: 1n }] }],
    ['a key put twice', { puts: [one, one] }],
    [
      'more rows than a batch has',
      { removes: Array.from({ length: META_BATCH_ROWS_MAX + 1 }, (_, i) => utf8(String(i))) },
    ],
  ]
  for (const [title, batch] of refusedBatches) {
    withStore(`refuses ${title}, and writes nothing`, async (store) => {
      const withNeighbour = { ...batch, puts: [put('neighbour'), ...(batch.puts ?? [])] }
      await assert.rejects(store.commit(withNeighbour), { name: 'AssertionError' })
      assert.deepEqual(await allKeys(store), [])
    })
  }

  withStore('refuses to add to a row that is no counter, or beyond 64 bits, and writes nothing', async (store) => {
    await store.commit({ puts: [put('text', 'hello')], adds: [{ key: utf8('full'), delta: 2n ** 63n - 1n }] })
    const adds = ['text', 'full'].map((name) => ({ key: utf8(name), delta: 1n }))
    for (const add of adds) {
      await assert.rejects(store.commit({ puts: [put('neighbour')], removes: [utf8('other')], adds: [add] }), {
        name: 'AssertionError',
      })
    }
    assert.equal(await getText(store, 'text'), 'hello')
    assert.equal(await getText(store, 'neighbour'), undefined)
    assert.equal(readCounter(await store.get(utf8('full'))), 2n ** 63n - 1n)
  })

  withStore('a refused batch does not touch the batches beside it', async (store) => {
    const results = await Promise.allSettled([
      store.commit({ puts: [put('a')] }),
      store.commit({ puts: [put('b'), put('b')] }),
      store.commit({ adds: [{ key: utf8('a'), delta: 1n }] }),
      store.commit({ puts: [put('c')] }),
    ])
    assert.deepEqual(
      results.map((result) => result.status),
      ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
    )
    assert.deepEqual((await allKeys(store)).map(text), ['a', 'c'])
  })

  const refusedScans: readonly (readonly [string, ScanOptions])[] = [
    ['a limit of 0', { limit: 0 }],
    ['a limit below 0', { limit: -1 }],
    ['a limit that is no whole number', { limit: 1.5 }],
    ['a limit above the largest', { limit: SCAN_LIMIT_MAX + 1 }],
    ['an empty delimiter', { limit: 1, collapse: { delimiter: utf8(''), prefixSizeBytes: 0 } }],
    ['a prefix of negative size', { limit: 1, collapse: { delimiter: utf8('/'), prefixSizeBytes: -1 } }],
  ]
  for (const [title, options] of refusedScans) {
    withStore(`refuses a scan with ${title}`, async (store) => {
      await assert.rejects(store.scan(EVERYTHING, options), { name: 'AssertionError' })
    })
  }

  withStore('refuses to get an empty key or one that is too long', async (store) => {
    for (const refused of [utf8(''), longKey]) {
      await assert.rejects(store.get(refused), { name: 'AssertionError' })
      await assert.rejects(store.getMany([key, refused]), { name: 'AssertionError' })
    }
  })

  withStore('refuses everything once it is disposed', async (store) => {
    await store[Symbol.asyncDispose]()
    await assert.rejects(store.get(key), { name: 'AssertionError' })
    await assert.rejects(store.getMany([key]), { name: 'AssertionError' })
    await assert.rejects(store.scan(EVERYTHING, { limit: 1 }), { name: 'AssertionError' })
    await assert.rejects(store.commit({ puts: [one] }), { name: 'AssertionError' })
    await store[Symbol.asyncDispose]()
  })
}

function commitCases(withStore: WithStore): void {
  withStore('an absent key is undefined, and a removed one is absent again', async (store) => {
    assert.equal(await store.get(utf8('key')), undefined)
    await store.commit({ puts: [put('key')] })
    assert.equal(await getText(store, 'key'), 'value')
    await store.commit({ removes: [utf8('key'), utf8('never there'), utf8('never there')] })
    assert.equal(await store.get(utf8('key')), undefined)
  })

  withStore('a commit that conflicts writes nothing and names the first check that failed', async (store) => {
    const version = succeeded(await store.commit({ puts: [put('there', 'old')] }))
    const there = { key: utf8('there'), version }
    const absent = { key: utf8('absent'), version: undefined }
    const cases: readonly (readonly [readonly Check[], string])[] = [
      [[{ key: utf8('there'), version: undefined }], 'there'],
      [[{ key: utf8('absent'), version }], 'absent'],
      [[absent, there, { key: utf8('z'), version }, { key: utf8('a'), version }], 'z'],
      [
        [
          { key: utf8('unborn'), version },
          { key: utf8('there'), version: undefined },
        ],
        'unborn',
      ],
    ]
    for (const [checks, conflict] of cases) {
      const result = await store.commit({
        checks,
        puts: [put('there', 'new'), put('other')],
        adds: [{ key: utf8('count'), delta: 1n }],
      })
      assert.deepEqual({ ...result, conflict: !result.ok && text(result.conflict) }, { ok: false, conflict })
      assert.equal(await getText(store, 'there'), 'old')
      assert.deepEqual((await allKeys(store)).map(text), ['there'])
    }
    succeeded(await store.commit({ checks: [absent, there], puts: [put('there', 'new')] }))
    assert.equal(await getText(store, 'there'), 'new')
  })

  withStore('a version changes with every put and never returns for its key', async (store) => {
    const seen = new Set<Version>()
    for (let i = 0; i < 50; i++) {
      if (i % 5 === 4) await store.commit({ removes: [utf8('key')] })
      const version = succeeded(await store.commit({ puts: [put('key', 'same value'), put(`neighbour ${i}`)] }))
      assert.ok(Number.isSafeInteger(version) && !seen.has(version), 'the version is new')
      seen.add(version)
      assert.equal((await store.get(utf8('key')))?.version, version)
      assert.equal((await store.get(utf8(`neighbour ${i}`)))?.version, version)
    }
  })

  withStore('commits made at once have versions of their own', async (store) => {
    const results = await Promise.all(Array.from({ length: 200 }, () => store.commit({ puts: [put('key')] })))
    assert.equal(new Set(results.map(succeeded)).size, 200)
  })

  withStore('commits made at once apply in the order in which they were made', async (store) => {
    const results = await Promise.all([
      store.commit({ puts: [put('key', '1')] }),
      store.commit({ checks: [{ key: utf8('key'), version: undefined }], puts: [put('key', '2')] }),
      store.commit({ removes: [utf8('key')] }),
      store.commit({ checks: [{ key: utf8('key'), version: undefined }], puts: [put('key', '3')] }),
    ])
    assert.deepEqual(
      results.map(({ ok }) => ok),
      [true, false, true, true],
    )
    assert.equal(await getText(store, 'key'), '3')
  })

  withStore('what a commit wrote is read as soon as it resolves, by every kind of read', async (store) => {
    const reads = async (i: number) => {
      const key = utf8(`key/${i % 7}`)
      for (let turn = 0; turn < 20; turn++) {
        const version = succeeded(await store.commit({ puts: [{ key, value: utf8(`${i}.${turn}`) }] }))
        if (i < 7) assert.equal((await store.get(key))?.version, version)
        const [many] = await store.getMany([key])
        assert.ok(many)
        const [row] = await store.scan({ from: key, to: successor(key) }, { limit: 1 })
        assert.ok(row && !isCollapsed(row))
        if (i < 7) assert.deepEqual([text(many.value), text(row.value)], [`${i}.${turn}`, `${i}.${turn}`])
      }
    }
    await Promise.all(Array.from({ length: 7 }, (_, i) => reads(i)))
  })

  withStore('an empty batch and one of checks only are answered like any other', async (store) => {
    const version = succeeded(await store.commit({ puts: [put('key')] }))
    succeeded(await store.commit({}))
    succeeded(await store.commit({ checks: [{ key: utf8('key'), version }] }))
    const result = await store.commit({ checks: [{ key: utf8('key'), version: undefined }] })
    assert.equal(result.ok, false)
    assert.equal((await store.get(utf8('key')))?.version, version)
  })

  withStore('values of every size come back whole, and belong to whoever reads them', async (store) => {
    const sizes = [0, 1, 7, 8, 9, 250, 4_000, 4_096, 32_768, 65_537, 1_048_576, META_VALUE_BYTES_MAX]
    const filled = (size: number) => Buffer.alloc(size, `${size};`)
    for (const size of sizes) await store.commit({ puts: [put(`size/${size}`, filled(size))] })
    for (const size of sizes) {
      const key = utf8(`size/${size}`)
      const first = await store.get(key)
      assert.ok(first)
      first.value.fill(0)
      first.key.fill(0)
      const [[scanned], [many]] = await Promise.all([
        store.scan({ from: key, to: successor(key) }, { limit: 1 }),
        store.getMany([key]),
      ])
      assert.ok(scanned && !isCollapsed(scanned) && many)
      assert.equal(compareBytes(scanned.value, filled(size)), 0, `${size} bytes, scanned`)
      assert.equal(compareBytes(many.value, filled(size)), 0, `${size} bytes, got`)
      assert.equal(compareBytes(many.key, key), 0)
    }
  })

  withStore('what was handed in may be changed once the commit has resolved', async (store) => {
    const key = Buffer.from('key')
    const value = Buffer.from('value')
    await store.commit({ puts: [{ key, value }] })
    key.fill(0x7a)
    value.fill(0)
    assert.equal(await getText(store, 'key'), 'value')
    assert.deepEqual((await allKeys(store)).map(text), ['key'])
  })

  withStore('entries read earlier keep their bytes while others are read and written', async (store) => {
    for (let i = 0; i < 50; i++) await store.commit({ puts: [put(`key/${i}`, `value ${i}`)] })
    const held = await Promise.all(Array.from({ length: 50 }, (_, i) => store.get(utf8(`key/${i}`))))
    for (let i = 0; i < 50; i++) await store.commit({ puts: [put(`key/${i}`, 'x'.repeat(200))] })
    await allKeys(store)
    for (const [i, entry] of held.entries()) assert.equal(entry && text(entry.value), `value ${i}`)
  })

  withStore('getMany answers in the order of its keys, with gaps and repeats', async (store) => {
    await store.commit({ puts: [put('a', '1'), put('b', '2')] })
    const entries = await store.getMany(['b', 'none', 'a', 'b'].map(utf8))
    assert.deepEqual(
      entries.map((entry) => entry && text(entry.value)),
      ['2', undefined, '1', '2'],
    )
    assert.deepEqual(await store.getMany([]), [])
  })
}

function counterCases(withStore: WithStore): void {
  const counter = utf8('counter')

  withStore('an absent counter is 0, and grows, shrinks and goes below 0', async (store) => {
    assert.equal(readCounter(await store.get(counter)), 0n)
    const steps = [
      [5n, 5n],
      [-7n, -2n],
      [0n, -2n],
      [2n ** 62n, 2n ** 62n - 2n],
      [-(2n ** 63n), -(2n ** 62n) - 2n],
    ] as const
    for (const [delta, sum] of steps) {
      await store.commit({ adds: [{ key: counter, delta }] })
      assert.equal(readCounter(await store.get(counter)), sum)
    }
    assert.equal((await store.get(counter))?.value.byteLength, 8)
  })

  withStore('adds made at once are all counted, and conflicting commits add nothing', async (store) => {
    await store.commit({ puts: [put('there')] })
    const commits = Array.from({ length: 300 }, (_, i) =>
      store.commit({
        checks: i % 3 === 0 ? [{ key: utf8('there'), version: undefined }] : [],
        adds: [{ key: counter, delta: BigInt(i % 2 === 0 ? i : -i) }],
      }),
    )
    const results = await Promise.all(commits)
    const sum = results.reduce((total, { ok }, i) => (ok ? total + (i % 2 === 0 ? i : -i) : total), 0)
    assert.equal(results.filter(({ ok }) => !ok).length, 100)
    assert.equal(readCounter(await store.get(counter)), BigInt(sum))
  })

  withStore('several adds to one counter in one batch are summed', async (store) => {
    const adds = [1n, 10n, -4n].map((delta) => ({ key: counter, delta }))
    await store.commit({ adds })
    await store.commit({ adds })
    assert.equal(readCounter(await store.get(counter)), 14n)
  })

  withStore('a bound of an add holds whatever the counter was when it was read', async (store) => {
    await store.commit({ adds: [{ key: counter, delta: 8n, max: 8n }] })
    const over = await store.commit({ puts: [put('neighbour')], adds: [{ key: counter, delta: 1n, max: 8n }] })
    assert.equal(over.ok, false)
    assert.deepEqual(!over.ok && Buffer.from(over.conflict), Buffer.from(counter))
    assert.equal(await store.get(utf8('neighbour')), undefined, 'nothing of the batch is written')
    assert.equal((await store.commit({ adds: [{ key: counter, delta: 1n }] })).ok, true, 'an add without a bound')
    assert.equal((await store.commit({ adds: [{ key: counter, delta: -1n, max: 7n }] })).ok, false)
    const summed = [3n, -3n].map((delta) => ({ key: counter, delta, max: 9n }))
    assert.equal((await store.commit({ adds: summed })).ok, true, 'what counts is where the batch ends')
    assert.equal(readCounter(await store.get(counter)), 9n)
  })

  withStore('of adds that are made at once as many succeed as their bound has room for', async (store) => {
    const commits = Array.from({ length: 100 }, () => store.commit({ adds: [{ key: counter, delta: 3n, max: 100n }] }))
    const results = await Promise.all(commits)
    assert.equal(results.filter(({ ok }) => ok).length, 33)
    assert.equal(readCounter(await store.get(counter)), 99n)
  })

  withStore('a counter is a row: put, removed, checked and scanned like any other', async (store) => {
    const twelve = Buffer.alloc(8)
    twelve.writeBigInt64BE(12n)
    await store.commit({ puts: [{ key: counter, value: twelve }] })
    const version = succeeded(await store.commit({ adds: [{ key: counter, delta: 3n }] }))
    assert.equal((await store.get(counter))?.version, version)
    const checked = await store.commit({ checks: [{ key: counter, version }], adds: [{ key: counter, delta: 1n }] })
    assert.equal(checked.ok, true)
    const stale = await store.commit({ checks: [{ key: counter, version }], adds: [{ key: counter, delta: 1n }] })
    assert.equal(stale.ok, false)
    assert.equal(readCounter(await store.get(counter)), 16n)
    assert.deepEqual(shown(await store.scan(EVERYTHING, { limit: 5 })), ['counter'])
    await store.commit({ removes: [counter] })
    assert.equal(await store.get(counter), undefined)
    await store.commit({ adds: [{ key: counter, delta: -1n }] })
    assert.equal(readCounter(await store.get(counter)), -1n)
  })
}

/** Keys that tell the order of bytes from the order of UTF-16 units, of locales and of C strings. */
function awkwardKeys(): Bytes[] {
  const texts = [
    '\u0000',
    '\u0000\u0000',
    'a',
    'a\u0000',
    'a\u0000b',
    'a\u0001',
    'aa',
    'A',
    'a\u007f',
    'a\u0080',
    'a\u00ff',
    'a\u07ff',
    'a\ud7ff',
    'a\ue000',
    'a\uffff',
    'a\ufffd',
    'a\u{10000}',
    'a\u{1f600}',
    'a\u{10ffff}',
    'z',
    '\uffff',
    '\u{10ffff}',
  ]
  const raw = [[0xff], [0xff, 0xff], [0xff, 0x00], [0x80], [0xed, 0xa0, 0x80], [0x01]].map((list) => Buffer.from(list))
  const long = [0x61, 0x00, 0xff].flatMap((byte) => {
    const key = Buffer.alloc(1_024, byte)
    const sibling = Buffer.from(key)
    sibling[1_023] = 0x62
    return [key, sibling, Buffer.alloc(1_023, byte), Buffer.alloc(META_KEY_BYTES_MAX, byte)]
  })
  return [...texts.map((key) => utf8(key)), ...raw, ...long]
}

function orderCases(withStore: WithStore): void {
  withStore('keys come in the order of their bytes, whatever they hold', async (store) => {
    const keys = awkwardKeys()
    const sorted = [...keys].sort(compareBytes)
    for (const key of [...keys].reverse()) await store.commit({ puts: [{ key, value: key }] })
    assert.deepEqual((await allKeys(store)).map(hex), sorted.map(hex))
    for (const key of keys) assert.equal(compareBytes((await store.get(key))?.value ?? utf8('absent'), key), 0)
    for (const limit of [1, 2, 3, 7, keys.length - 1, keys.length, keys.length + 1]) {
      const rows = await scanPages(store, EVERYTHING, { limit })
      assert.deepEqual(
        rows.map((row) => (isCollapsed(row) ? 'collapsed' : hex(row.key))),
        sorted.map(hex),
      )
    }
    for (const [i, from] of sorted.entries()) {
      const to = sorted[i + 3] ?? EVERYTHING.to
      const rows = await store.scan({ from, to }, { limit: 10 })
      assert.deepEqual(
        rows.map((row) => (isCollapsed(row) ? 'collapsed' : hex(row.key))),
        sorted.slice(i, i + 3).map(hex),
      )
    }
  })

  withStore('a range holds its first bound and not its second', async (store) => {
    await store.commit({ puts: ['a', 'b', 'c', 'd'].map((key) => put(key)) })
    const cases: readonly (readonly [string | Bytes, string | Bytes, readonly string[]])[] = [
      ['b', 'd', ['b', 'c']],
      ['a\u0000', 'c\u0000', ['b', 'c']],
      ['', 'b', ['a']],
      ['', '', []],
      ['b', 'b', []],
      ['c', 'b', []],
      ['e', 'f', []],
      ['a', Buffer.alloc(5_000, 0xff), ['a', 'b', 'c', 'd']],
      [Buffer.alloc(5_000, 0x62), 'd', ['c']],
    ]
    for (const [from, to, keys] of cases) {
      assert.deepEqual(shown(await store.scan({ from: bytes(from), to: bytes(to) }, { limit: 10 })), keys)
    }
  })

  withStore('pages over ten thousand rows meet every row once', async (store) => {
    const keys = Array.from({ length: 10_001 }, (_, i) => `row/${String((i * 7_919) % 10_001).padStart(6, '0')}`)
    for (let i = 0; i < keys.length; i += 2_000) {
      await store.commit({ puts: keys.slice(i, i + 2_000).map((key) => put(key, key)) })
    }
    const sorted = [...keys].sort()
    for (const limit of [999, 1_000, SCAN_LIMIT_MAX]) {
      assert.deepEqual(shown(await scanPages(store, EVERYTHING, { limit })), sorted)
    }
    await store.commit({ removes: keys.filter((_, i) => i % 2 === 0).map(utf8) })
    const left = keys.filter((_, i) => i % 2 === 1).sort()
    assert.deepEqual(shown(await scanPages(store, EVERYTHING, { limit: 1_000 })), left)
  })
}

function hex(of: Bytes): string {
  return Buffer.from(of).toString('hex')
}

interface CollapseCase {
  readonly title: string
  readonly keys: readonly string[]
  readonly prefix?: string
  readonly delimiter: string
  readonly rows: readonly string[]
}

const COLLAPSE_CASES: readonly CollapseCase[] = [
  {
    title: 'keys with the delimiter fold into one row per prefix, the others stay',
    keys: ['a', 'b/', 'b/1', 'b/2/3', 'c', 'd/1', 'd0'],
    delimiter: '/',
    rows: ['a', 'b/*', 'c', 'd/*', 'd0'],
  },
  {
    title: 'the delimiter counts only after the prefix',
    keys: ['a/b', 'a/b/1', 'a/b/2', 'a/c', 'a/d/', 'a/'],
    prefix: 'a/',
    delimiter: '/',
    rows: ['a/', 'a/b', 'a/b/*', 'a/c', 'a/d/*'],
  },
  {
    title: 'a prefix that ends before the delimiter folds at it',
    keys: ['a', 'a/1', 'ab/1', 'abc', 'a0'],
    prefix: 'a',
    delimiter: '/',
    rows: ['a', 'a/*', 'a0', 'ab/*', 'abc'],
  },
  {
    title: 'no key has the delimiter',
    keys: ['a', 'b'],
    delimiter: '/',
    rows: ['a', 'b'],
  },
  {
    title: 'a delimiter of several bytes is found whole, and where it first begins',
    keys: ['a--b', 'a-b', 'a---c', 'é→x', 'é→y', 'é-'],
    delimiter: '--',
    rows: ['a--*', 'a-b', 'é-', 'é→x', 'é→y'],
  },
  {
    title: 'a delimiter beyond ASCII',
    keys: ['a→', 'a→b', 'b', '→'],
    delimiter: '→',
    rows: ['a→*', 'b', '→*'],
  },
  {
    title: 'the lowest and the highest characters as delimiters of neighbours',
    keys: ['a\u0000', 'a\u0000b', 'a\u0001', 'b'],
    delimiter: '\u0000',
    rows: ['a\u0000*', 'a\u0001', 'b'],
  },
]

function collapseCases(withStore: WithStore): void {
  for (const { title, keys, prefix = '', delimiter, rows } of COLLAPSE_CASES) {
    withStore(title, async (store) => {
      await store.commit({ puts: [put('\u0001 outside'), put('\u{10ffff} outside'), ...keys.map((key) => put(key))] })
      const range = prefix
        ? { from: utf8(prefix), to: afterPrefix(utf8(prefix)) ?? EVERYTHING.to }
        : { from: utf8('\u0002'), to: utf8('\u{10ffff}') }
      const collapse = { delimiter: utf8(delimiter), prefixSizeBytes: utf8(prefix).byteLength }
      for (const limit of [1, 2, 3, 100]) {
        assert.deepEqual(shown(await scanPages(store, range, { limit, collapse })), rows, `pages of ${limit}`)
      }
    })
  }

  withStore('a group larger than a page, or than the largest page, is one row', async (store) => {
    const big = Array.from({ length: SCAN_LIMIT_MAX + 500 }, (_, i) => put(`big/${i}`, ''))
    await store.commit({ puts: [put('a'), ...big, put('big0'), put('z/1')] })
    const collapse = { delimiter: utf8('/'), prefixSizeBytes: 0 }
    for (const limit of [1, 2, 3, 4, 5, SCAN_LIMIT_MAX]) {
      assert.deepEqual(shown(await scanPages(store, EVERYTHING, { limit, collapse })), ['a', 'big/*', 'big0', 'z/*'])
    }
  })

  withStore('groups at the border of a page are neither split nor repeated', async (store) => {
    const keys = Array.from({ length: 40 }, (_, i) => [`g${10 + i}`, `g${10 + i}/1`, `g${10 + i}/2`]).flat()
    await store.commit({ puts: keys.map((key) => put(key)) })
    const rows = Array.from({ length: 40 }, (_, i) => [`g${10 + i}`, `g${10 + i}/*`]).flat()
    const collapse = { delimiter: utf8('/'), prefixSizeBytes: 0 }
    for (let limit = 1; limit <= 9; limit++) {
      assert.deepEqual(shown(await scanPages(store, EVERYTHING, { limit, collapse })), rows)
    }
  })

  withStore('a group whose prefix is the highest of all ends the scan', async (store) => {
    const top = Buffer.alloc(3, 0xff)
    await store.commit({ puts: [put('a'), put(top), put(Buffer.concat([top, utf8('x')]))] })
    const collapse = { delimiter: Buffer.from([0xff]), prefixSizeBytes: 1 }
    const rows = await store.scan({ from: utf8('a'), to: Buffer.alloc(10, 0xff) }, { limit: 10, collapse })
    assert.deepEqual(
      rows.map((row) => (isCollapsed(row) ? `${hex(row.prefix)}*` : hex(row.key))),
      ['61', 'ffff*'],
    )
  })

  withStore(
    'a scan that begins inside a group still shows it, and one that ends inside it stops there',
    async (store) => {
      await store.commit({ puts: ['a/1', 'a/2', 'a/3', 'b/1', 'c/1', 'c/2'].map((key) => put(key)) })
      const collapse = { delimiter: utf8('/'), prefixSizeBytes: 0 }
      const rows = await store.scan({ from: utf8('a/2'), to: utf8('c/2') }, { limit: 10, collapse })
      assert.deepEqual(shown(rows), ['a/*', 'b/*', 'c/*'])
      const ended = await store.scan({ from: utf8('a/2'), to: utf8('c/1') }, { limit: 10, collapse })
      assert.deepEqual(shown(ended), ['a/*', 'b/*'])
    },
  )
}

function snapshotCases(withStore: WithStore): void {
  withStore('a scan and a getMany see each commit whole or not at all', async (store) => {
    const keys = Array.from({ length: 40 }, (_, i) => utf8(`row/${100 + i}`))
    await store.commit({ puts: keys.map((key) => ({ key, value: utf8('0') })) })
    let round = 0
    let reading = true
    const writing = (async () => {
      while (reading) {
        round++
        const value = utf8(String(round))
        await store.commit({ puts: keys.map((key) => ({ key, value })) })
        await nextTurn()
      }
    })()
    try {
      // On a slow disk two hundred turns may pass within one commit: then there are as many more as it takes.
      for (let turn = 0; turn < 200 || (round < 2 && turn < 100_000); turn++) {
        const [many, scanned] = await Promise.all([store.getMany(keys), store.scan(EVERYTHING, { limit: 100 })])
        const inMany = new Set(many.map((entry) => entry && text(entry.value)))
        const inScan = new Set(scanned.map((row) => (isCollapsed(row) ? 'collapsed' : text(row.value))))
        assert.equal(inMany.size, 1, 'getMany is one snapshot')
        assert.equal(inScan.size, 1, 'a scan is one snapshot')
        await nextTurn()
      }
    } finally {
      reading = false
      await writing
    }
    assert.ok(round > 1, 'there were commits between the reads')
    assert.equal(await getText(store, 'row/100'), String(round))
  })
}

function reopenCases(open: () => Promise<OpenedMetaStore>): void {
  test('what was committed is there after reopening, with its version, and versions stay new', async () => {
    await using opened = await open()
    if (opened.reopen === undefined) return
    const version = succeeded(await opened.store.commit({ puts: [put('key'), put('gone')] }))
    await opened.store.commit({ removes: [utf8('gone')], adds: [{ key: utf8('count'), delta: -3n }] })
    const unawaited = opened.store.commit({ puts: [put('last')] })
    const store = await opened.reopen()
    assert.equal((await unawaited).ok, true)
    assert.deepEqual((await allKeys(store)).map(text), ['count', 'key', 'last'])
    assert.equal((await store.get(utf8('key')))?.version, version)
    assert.equal(readCounter(await store.get(utf8('count'))), -3n)
    const checked = await store.commit({ checks: [{ key: utf8('key'), version }], puts: [put('key', 'new')] })
    assert.notEqual(succeeded(checked), version)
  })
}

type Step =
  | { readonly kind: 'commit'; readonly batch: Batch; readonly checked: readonly { key: Bytes; truthful: boolean }[] }
  | { readonly kind: 'get'; readonly keys: readonly Bytes[] }
  | { readonly kind: 'scan'; readonly range: KeyRange; readonly options: ScanOptions }

function steps(): fc.Arbitrary<Step[]> {
  const part = fc.constantFrom('a', 'b', '/', '//', '\u0000', 'é', '\uffff', '\u{10000}')
  const key = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => utf8(parts.join('')))
  const keys = (maxLength: number) => fc.uniqueArray(key, { maxLength, selector: (bytes) => bytes.toString('latin1') })
  const counterKey = fc.constantFrom('\u0001one', '\u0001two').map((name) => utf8(name))
  const commit = fc.record({
    writes: fc.tuple(keys(6), fc.infiniteStream(fc.boolean())),
    value: fc.uint8Array({ maxLength: 12 }),
    adds: fc.array(fc.record({ key: counterKey, delta: fc.bigInt({ min: -1_000n, max: 1_000n }) }), { maxLength: 3 }),
    checked: fc.array(fc.record({ key, truthful: fc.integer({ min: 0, max: 9 }).map((n) => n > 0) }), { maxLength: 3 }),
  })
  const scan = fc.record({
    bounds: fc.tuple(key, key),
    limit: fc.integer({ min: 1, max: 8 }),
    collapse: fc.option(
      fc.record({
        delimiter: fc.constantFrom('/', '//', 'a', 'é', '\u0000').map((name) => utf8(name)),
        prefixSizeBytes: fc.integer({ min: 0, max: 4 }),
      }),
      { nil: undefined },
    ),
  })
  const step = fc.oneof(
    { weight: 4, arbitrary: commit.map(toCommitStep) },
    { weight: 1, arbitrary: keys(5).map((list): Step => ({ kind: 'get', keys: list })) },
    {
      weight: 4,
      arbitrary: scan.map(({ bounds: [a, b], limit, collapse }): Step => {
        const [from, to] = compareBytes(a, b) <= 0 ? [a, b] : [b, a]
        return { kind: 'scan', range: { from, to }, options: collapse ? { limit, collapse } : { limit } }
      }),
    },
  )
  return fc.array(step, { minLength: 10, maxLength: 40 })
}

function toCommitStep(of: {
  writes: [Buffer[], fc.Stream<boolean>]
  value: Uint8Array
  adds: { key: Buffer; delta: bigint }[]
  checked: { key: Buffer; truthful: boolean }[]
}): Step {
  const [keys, kept] = of.writes
  const puts: { key: Bytes; value: Bytes }[] = []
  const removes: Bytes[] = []
  for (const key of keys) {
    const isPut = kept.next().value !== false
    if (isPut) puts.push({ key, value: of.value })
    else removes.push(key)
  }
  return { kind: 'commit', batch: { puts, removes, adds: of.adds }, checked: of.checked }
}

async function runStep(store: MetaStore, rows: ReferenceRows, step: Step): Promise<void> {
  if (step.kind === 'get') {
    const entries = await store.getMany(step.keys)
    assert.deepEqual(
      entries.map((entry) => entry && [hex(entry.value), entry.version]),
      step.keys.map((key) => rows.get(hex(key))).map((row) => row && [hex(row.value), row.version]),
    )
    return
  }
  if (step.kind === 'scan') {
    const found = await store.scan(step.range, step.options)
    assert.deepEqual(
      found.map((row) => (isCollapsed(row) ? [hex(row.prefix)] : [hex(row.key), hex(row.value), row.version])),
      referenceScan(rows, step.range, step.options),
    )
    return
  }
  const checks = step.checked.map(({ key, truthful }) => {
    const actual = rows.get(hex(key))?.version
    return { key, version: truthful ? actual : wrongVersion(actual, rows) }
  })
  const expected = checks.find(({ key, version }) => rows.get(hex(key))?.version !== version)
  const result = await store.commit({ ...step.batch, checks })
  if (!result.ok) {
    assert.ok(expected, 'a commit without a failing check succeeds')
    assert.equal(hex(result.conflict), hex(expected.key))
    return
  }
  assert.equal(expected, undefined, 'a failing check is a conflict')
  applyToReference(rows, step.batch, result.version)
}

/** Another key's version, or absence where there is a row. */
function wrongVersion(actual: Version | undefined, rows: ReferenceRows): Version | undefined {
  for (const { version } of rows.values()) if (version !== actual) return version
  return undefined
}

function applyToReference(rows: ReferenceRows, { puts = [], removes = [], adds = [] }: Batch, version: Version): void {
  for (const { key, value } of puts) rows.set(hex(key), { key, value, version })
  for (const key of removes) rows.delete(hex(key))
  for (const { key, delta } of adds) {
    const row = rows.get(hex(key))
    const value = Buffer.alloc(8)
    value.writeBigInt64BE((row ? readCounter(row) : 0n) + delta)
    rows.set(hex(key), { key, value, version })
  }
}

function modelCases(open: () => Promise<OpenedMetaStore>): void {
  test('behaves like a sorted map under random commits, gets and scans', async () => {
    await fc.assert(
      fc.asyncProperty(steps(), async (run) => {
        await using opened = await open()
        const rows: ReferenceRows = new Map()
        for (const step of run) await runStep(opened.store, rows, step)
        const everything = { limit: SCAN_LIMIT_MAX }
        const found = await opened.store.scan(EVERYTHING, everything)
        assert.deepEqual(
          found.map((row) => (isCollapsed(row) ? [] : [hex(row.key), hex(row.value), row.version])),
          referenceScan(rows, EVERYTHING, everything),
        )
      }),
      { seed: 20_260_101, numRuns: 60 },
    )
  })
}
