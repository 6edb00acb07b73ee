/** The client of the commands against the real listener: what it signs is taken, and what goes wrong is said in words. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import { type AdminCall, type AdminReply, callAdmin } from '../../src/cli/admin-client.js'
import { OWNER } from '../support/exchange.js'
import { type AdminWorld, createAdminWorld } from './admin-world.js'

function call({ host, clock }: AdminWorld, what: Partial<AdminCall>): Promise<AdminReply> {
  const place = { endpoint: `http://${host}/`, secretId: OWNER.id, secretKey: OWNER.secret }
  return callAdmin(
    { ...place, resource: 'user', verb: 'list', parameters: {}, ...what },
    { clock, random: randomBytes },
  )
}

test('the same change can be asked for twice in a second, since each call is signed anew', async () => {
  await using world = await createAdminWorld()
  const create = { verb: 'create', parameters: { user: 'alice' } }
  assert.equal((await call(world, create)).ok, true)
  const again = await call(world, create)
  assert.ok(!again.ok)
  assert.match(again.complaint, /^EntityAlreadyExists: .* \(request [0-9A-F]{16}\)$/)
  const listed = await call(world, {})
  assert.deepEqual(listed.ok && JSON.stringify(listed.value).includes('"alice"'), true)
})

test('a wrong secret and a listener that is not there are complaints', async () => {
  await using world = await createAdminWorld()
  const wrong = await call(world, { secretKey: 'wrong' })
  assert.ok(!wrong.ok)
  assert.match(wrong.complaint, /^SignatureDoesNotMatch: /)
  const { host } = world
  await world[Symbol.asyncDispose]()
  const absent = await call(world, {})
  assert.ok(!absent.ok)
  assert.match(absent.complaint, new RegExp(`^no admin API answers at http://${host}: .*ECONNREFUSED`))
})
