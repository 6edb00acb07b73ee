/** The generated master key on the disk: for one pair of eyes, whole or absent, and one for all. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { MasterKeyRefused } from '../../src/base/master-key.js'
import { createMasterKeyFile, masterKeyPath, readMasterKeyFile } from '../../src/config/master-key-file.js'
import { temporaryDirectory } from '../support/temporary-directory.js'

const KEY = randomBytes(32).toString('base64')

test('a file that others may use, or that holds no key, is refused without a word of what it holds', async () => {
  await using directory = await temporaryDirectory()
  const path = masterKeyPath(directory.path)
  const refused: readonly (readonly [text: string, mode: number, sentence: RegExp])[] = [
    [KEY, 0o644, /master\.key has mode 0644.*chmod 600/],
    [KEY, 0o640, /mode 0640/],
    [KEY, 0o604, /mode 0604/],
    [KEY, 0o602, /mode 0602/],
    ['', 0o600, /does not hold a master key/],
    [`${KEY}\n${KEY}\n`, 0o600, /does not hold a master key/],
    [KEY.slice(4), 0o600, /does not hold a master key/],
    [Buffer.from(KEY, 'base64').toString('latin1'), 0o600, /does not hold a master key/],
  ]
  for (const [text, mode, sentence] of refused) {
    await writeFile(path, text)
    await chmod(path, mode)
    await assert.rejects(readMasterKeyFile(path), (error: unknown) => {
      assert.ok(error instanceof MasterKeyRefused)
      assert.match(error.message, sentence)
      assert.ok(!error.message.includes(KEY.slice(4, 20)))
      return true
    })
  }
})

test('a file by hand is read, with or without a line break, and where there is none there is none', async () => {
  await using directory = await temporaryDirectory()
  const path = masterKeyPath(directory.path)
  assert.equal(await readMasterKeyFile(path), undefined)
  for (const text of [KEY, `${KEY}\n`, `${KEY}\r\n`]) {
    await writeFile(path, text)
    for (const mode of [0o600, 0o400]) {
      await chmod(path, mode)
      assert.equal((await readMasterKeyFile(path))?.reveal(), KEY)
    }
    await chmod(path, 0o600)
  }
})

test('of many that make the file at once one wins, all have its key, and nothing else is left', async () => {
  await using directory = await temporaryDirectory()
  const data = join(directory.path, 'not', 'yet')
  const path = masterKeyPath(data)
  const keys = await Promise.all(Array.from({ length: 16 }, () => createMasterKeyFile(path, randomBytes)))
  const [first] = keys
  assert.ok(first)
  assert.deepEqual([...new Set(keys.map((key) => key.reveal()))], [first.reveal()])
  assert.equal((await createMasterKeyFile(path, randomBytes)).reveal(), first.reveal(), 'a late one')
  assert.equal(await readFile(path, 'utf8'), `${first.reveal()}\n`)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.deepEqual(await readdir(data), ['master.key'])
})
