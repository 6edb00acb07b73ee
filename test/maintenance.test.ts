/** Maintenance and the reserve of the disk with the real process and a real disk: commands, workers, statfs. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer } from '../src/testing.js'
import { raises } from './support/raises.js'
import { type ServerProcess, serverProcess, stowage } from './support/server-process.js'
import { temporaryDirectory } from './support/temporary-directory.js'

const KEYS = { STOWAGE_SECRET_ID: 'AKIDoperator', STOWAGE_SECRET_KEY: 'operatorSecretKEY0001' }

async function command({ admin }: ServerProcess, words: readonly string[]): Promise<string> {
  await using run = stowage([...words, '--admin', admin.origin], KEYS)
  const { code, stdout, stderr } = await run.exited
  assert.equal(code, 0, stderr)
  return stdout
}

/** Each request on a connection of its own, so that both workers are asked. */
async function statuses({ endpoint }: ServerProcess): Promise<readonly number[]> {
  const ask = async () => (await fetch(endpoint, { headers: { connection: 'close' } })).status
  return Promise.all(Array.from({ length: 8 }, ask))
}

async function untilAll(server: ServerProcess, status: number): Promise<void> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const seen = await statuses(server)
    if (seen.every((each) => each === status)) return
    assert.ok(Date.now() < deadline, `the workers still answer ${seen.join()}`)
  }
}

test(raises('ServiceUnavailable', 'maintenance by command, in all workers'), async () => {
  await using directory = await temporaryDirectory()
  await using server = await serverProcess(join(directory.path, 'data'), { ...KEYS, STOWAGE_WORKERS: '2' })
  assert.deepEqual([...new Set(await statuses(server))], [403])
  assert.match(await command(server, ['maintenance', 'on', 'closed', '--message', 'A new disk.']), /closed/)
  await untilAll(server, 503)
  assert.match(await (await fetch(server.endpoint)).text(), /<Message>A new disk\.<\/Message>/)
  assert.match(await command(server, ['maintenance', 'show']), /A new disk\./)
  await command(server, ['maintenance', 'off'])
  await untilAll(server, 403)
})

test(raises('InsufficientStorage', 'a reserve that the disk does not have'), async () => {
  await using directory = await temporaryDirectory()
  const open = (reserveBytes: string) =>
    startServer({
      data: join(directory.path, 'data'),
      settings: { STOWAGE_RESERVE_BYTES: reserveBytes },
    })
  await using full = await open(String(2 ** 50))
  const answer = await fetch(`${full.endpoint}/bucket-1250000000`, { method: 'PUT' })
  assert.equal(answer.status, 507)
  assert.match(await answer.text(), /<Code>InsufficientStorage<\/Code>/)
  assert.equal((await fetch(full.endpoint)).status, 403, 'reads are asked for their signature')
  await full.close()
  await using roomy = await open('1')
  assert.equal((await fetch(`${roomy.endpoint}/bucket-1250000000`, { method: 'PUT' })).status, 403)
})
