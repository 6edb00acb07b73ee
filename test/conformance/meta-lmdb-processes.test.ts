/** What LMDB promises to several processes over one directory, and to one that is killed or out of space. */

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { utf8 } from '../../src/base/bytes.js'
import { openLmdbMetaStore } from '../../src/meta/lmdb.js'
import { type MetaStore, readCounter } from '../../src/meta/meta-store.js'
import { LMDB_PROCESS } from './lmdb-process.js'
import { temporaryDirectory } from './temporary-directory.js'

/** `fileBlocksMax`: how many blocks of 512 bytes a file of the process may have. */
function start(role: string, path: string, fileBlocksMax = 'unlimited'): ChildProcess {
  const limited = `ulimit -f ${fileBlocksMax}; exec "$0" "$@"`
  const stdio = ['ignore', 'ignore', 'ignore', 'ipc'] as const
  return spawn('sh', ['-c', limited, process.execPath, LMDB_PROCESS, role, path], { stdio: [...stdio] })
}

async function listen(child: ChildProcess, hear: (word: string, number: number) => void): Promise<void> {
  child.on('message', (message) => {
    const [word = '', number = ''] = String(message).split(' ')
    hear(word, Number(number))
  })
  await once(child, 'exit')
}

async function textOf(store: MetaStore, key: string): Promise<string | undefined> {
  const entry = await store.get(utf8(key))
  return entry && Buffer.from(entry.value).toString()
}

test('of creators in four processes exactly one wins each key, and no add is lost', async () => {
  await using directory = await temporaryDirectory()
  await using store = await openLmdbMetaStore({ path: directory.path })
  const children = Array.from({ length: 4 }, () => start('create', directory.path))
  let ready = 0
  let won = 0
  await Promise.all(
    children.map((child) =>
      listen(child, (word, number) => {
        if (word === 'won') won += number
        if (word === 'ready' && ++ready === 4) for (const other of children) other.send('go')
      }),
    ),
  )
  assert.equal(ready, 4)
  assert.equal(won, 100)
  assert.equal(readCounter(await store.get(utf8('winners'))), 100n)
  const rows = await store.scan({ from: utf8('created/'), to: utf8('created0') }, { limit: 1_000 })
  assert.equal(rows.length, 100)
})

test('what another process committed is read as soon as it has said so', async () => {
  await using directory = await temporaryDirectory()
  await using store = await openLmdbMetaStore({ path: directory.path })
  const stale: Promise<void>[] = []
  let reading = true
  let heard = 0
  // Reads without a pause, so that there always is a snapshot that a later read could wrongly share.
  const reader = (async () => {
    while (reading) {
      await textOf(store, 'count')
      await new Promise((resolve) => setImmediate(resolve))
    }
  })()
  await listen(start('count', directory.path), (_, number) => {
    heard++
    stale.push(textOf(store, 'count').then((value) => assert.ok(Number(value) >= number, `${value} after ${number}`)))
  })
  reading = false
  await reader
  await Promise.all(stale)
  assert.equal(heard, 200)
})

test('after a process was killed among its commits, all that it reported is there and nothing is half', async () => {
  await using directory = await temporaryDirectory()
  for (let round = 0; round < 3; round++) {
    const path = `${directory.path}/${round}`
    const child = start('pairs', path)
    const committed = new Set<number>()
    await listen(child, (_, number) => {
      committed.add(number)
      if (committed.size === 40 + round) child.kill('SIGKILL')
    })
    await using store = await openLmdbMetaStore({ path })
    const side = async (name: string) => {
      const rows = await store.scan({ from: utf8(`${name}/`), to: utf8(`${name}0`) }, { limit: 10_000 })
      return rows.map((row) => ('value' in row ? Buffer.from(row.value).toString() : 'collapsed'))
    }
    const [left, right] = [await side('left'), await side('right')]
    assert.deepEqual(left, right)
    assert.equal(readCounter(await store.get(utf8('pairs'))), BigInt(left.length))
    for (const number of committed) assert.ok(left.includes(String(number)), `pair ${number} was acknowledged`)
  }
})

test('a commit that finds no room rejects whole, and the store works on', async () => {
  await using directory = await temporaryDirectory()
  const heard = new Map<string, number>()
  await listen(start('fill', directory.path, '4096'), (word, number) => heard.set(word, number))
  await using store = await openLmdbMetaStore({ path: directory.path })
  const failed = heard.get('failed') ?? 0
  assert.ok(failed > 0 && failed < 100, `the file filled up after ${failed} commits`)
  assert.equal(heard.get('recovered'), failed)
  assert.equal(await textOf(store, `fill/${failed}/0`), undefined)
  assert.equal(await textOf(store, `fill/${failed}/1`), undefined)
  assert.equal((await store.get(utf8(`fill/${failed - 1}/0`)))?.value.byteLength, 512 * 1024)
  assert.equal(await textOf(store, 'after'), '1')
})
