/**
 * The other process of meta-lmdb-processes.test.ts: opens the same environment and does what its argument says. It
 * speaks through messages of one word and a number.
 */

import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { utf8 } from '../../src/base/bytes.js'
import { openLmdbMetaStore } from '../../src/meta/lmdb.js'
import type { MetaStore } from '../../src/meta/meta-store.js'

type Role = (store: MetaStore) => Promise<void>

const say = (word: string, number: number) =>
  new Promise<void>((resolve) => process.send?.(`${word} ${number}`, () => resolve()))

const ROLES: Readonly<Record<string, Role>> = {
  /** Races for 100 keys and says how many it won. */
  create: async (store) => {
    await say('ready', 0)
    await once(process, 'message')
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, i) => {
        const key = utf8(`created/${i}`)
        return store.commit({
          checks: [{ key, version: undefined }],
          puts: [{ key, value: utf8(String(process.pid)) }],
          adds: [{ key: utf8('winners'), delta: 1n }],
        })
      }),
    )
    await say('won', results.filter(({ ok }) => ok).length)
  },
  /** Counts one row up and says each number as soon as it is committed. */
  count: async (store) => {
    for (let i = 1; i <= 200; i++) {
      await store.commit({ puts: [{ key: utf8('count'), value: utf8(String(i)) }] })
      await say('committed', i)
    }
  },
  /** Writes pairs of rows until it is killed, several commits at a time. */
  pairs: async (store) => {
    for (let i = 0; ; i += 4) {
      await Promise.all(
        [0, 1, 2, 3].map(async (of) => {
          const value = utf8(String(i + of))
          const put = (side: string) => ({ key: utf8(`${side}/${i + of}`), value })
          await store.commit({ puts: [put('left'), put('right')], adds: [{ key: utf8('pairs'), delta: 1n }] })
          await say('committed', i + of)
        }),
      )
    }
  },
  /** Writes until the file may not grow any more, fails twice, and then makes a commit that fits. */
  fill: async (store) => {
    const commitLarge = (i: number) => {
      const puts = [0, 1].map((of) => ({ key: utf8(`fill/${i}/${of}`), value: Buffer.alloc(512 * 1024, i) }))
      return store.commit({ puts }).then(
        ({ ok }) => ok,
        () => false,
      )
    }
    let i = 0
    while (i < 100 && (await commitLarge(i))) i++
    const again = await Promise.all([commitLarge(i), commitLarge(i + 1)])
    await say('failed', again.includes(true) ? -1 : i)
    const result = await store.commit({ puts: [{ key: utf8('after'), value: utf8('1') }] })
    await say('recovered', result.ok ? i : -1)
  },
}

/** What to start as a process of its own, with a role and a path. */
export const LMDB_PROCESS = fileURLToPath(import.meta.url)

if (process.argv[1] === LMDB_PROCESS) {
  const [role = '', path = ''] = process.argv.slice(2)
  await using store = await openLmdbMetaStore({ path })
  await ROLES[role]?.(store)
  process.disconnect?.()
}
