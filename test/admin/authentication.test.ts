/** Who may speak to the admin API: over a real socket, the refusals first. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import { openAdminApi } from '../../src/app.js'
import { silentLog } from '../../src/base/telemetry.js'
import { loadSettings } from '../../src/config/load.js'
import { type Credentials, signCos } from '../../src/tries/signing.js'
import { OTHER, OWNER } from '../support/exchange.js'
import { raises } from '../support/raises.js'
import { wireRequest } from '../support/wire-request.js'
import {
  type AdminWorld,
  assertDone,
  assertRefused,
  createAdminWorld,
  type Reply,
  signedHeaders,
} from './admin-world.js'

const LIST = '/api/v1/user/list'
const CREATE = '/api/v1/user/create'

function sendSigned(
  world: AdminWorld,
  {
    path = LIST,
    body = '{}',
    by = OWNER,
    headers = {},
  }: { path?: string; body?: string; by?: Credentials; headers?: object } = {},
): Promise<Reply> {
  const { host, clock } = world
  const signed = signedHeaders({ path, host, headers: new Map(Object.entries(headers)), body, now: clock.now() }, by)
  return world.send(path, { body, headers: signed })
}

interface Refusal {
  readonly sender: string
  readonly status: number
  readonly code: string
  readonly send: (world: AdminWorld) => Promise<Reply>
}

const REFUSALS: readonly Refusal[] = [
  {
    sender: 'nobody: no signature at all',
    status: 403,
    code: 'AccessDenied',
    send: ({ send }) => send(LIST, { body: '{}' }),
  },
  {
    sender: 'a key that does not exist',
    status: 403,
    code: 'InvalidAccessKeyId',
    send: (world) => sendSigned(world, { by: { ...OWNER, id: 'AKIDnobody' } }),
  },
  {
    sender: 'a wrong secret',
    status: 403,
    code: 'SignatureDoesNotMatch',
    send: (world) => sendSigned(world, { by: { ...OWNER, secret: 'wrong-secret' } }),
  },
  {
    sender: 'a signature over another body',
    status: 400,
    code: 'XAmzContentSHA256Mismatch',
    send: (world) => {
      const headers = signedHeaders({ path: LIST, host: world.host, body: '{}', now: world.clock.now() }, OWNER)
      return world.send(LIST, { body: '{"account":"1250000001"}', headers })
    },
  },
  {
    sender: 'a signature over another action',
    status: 403,
    code: 'SignatureDoesNotMatch',
    send: (world) => {
      const headers = signedHeaders({ path: LIST, host: world.host, body: '{}', now: world.clock.now() }, OWNER)
      return world.send('/api/v1/group/list', { body: '{}', headers })
    },
  },
  {
    sender: 'a signature that leaves the body out',
    status: 400,
    code: 'InvalidRequest',
    send: (world) => sendSigned(world, { headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } }),
  },
  {
    sender: 'a signature of an hour ago',
    status: 403,
    code: 'RequestTimeTooSkewed',
    send: (world) => {
      const headers = signedHeaders({ path: LIST, host: world.host, body: '{}', now: world.clock.now() }, OWNER)
      world.clock.advance(3_600_000)
      return world.send(LIST, { body: '{}', headers })
    },
  },
  {
    sender: 'a presigned URL',
    status: 403,
    code: 'AccessDenied',
    send: ({ send }) => send(`${LIST}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=x&X-Amz-Signature=y`, {}),
  },
  {
    sender: 'a temporary key',
    status: 403,
    code: 'AccessDenied',
    send: (world) => sendSigned(world, { headers: { 'x-amz-security-token': 'some-token' } }),
  },
  {
    sender: 'the key of a user, whatever it may do',
    status: 403,
    code: 'AccessDenied',
    send: async (world) => {
      assertDone(await world.call('user create', { user: 'alice' }))
      const { key, secret } = assertDone(await world.call('key create', { user: 'alice' }))
      return sendSigned(world, { by: { id: String(key), secret: String(secret) } })
    },
  },
  {
    sender: 'a disabled key',
    status: 403,
    code: 'InvalidAccessKeyId',
    send: async (world) => {
      assertDone(await world.call('key disable', { key: OTHER.id }))
      return sendSigned(world, { by: OTHER })
    },
  },
  {
    sender: 'the root of a suspended account',
    status: 403,
    code: 'AccountProblem',
    send: async (world) => {
      assertDone(await world.call('account suspend', { account: OTHER.appId }))
      return sendSigned(world, { by: OTHER })
    },
  },
  {
    sender: 'the root of an account that is only invited',
    status: 403,
    code: 'NotSignedUp',
    send: async (world) => {
      assertDone(await world.call('account invite', { account: OTHER.appId }))
      return sendSigned(world, { by: OTHER })
    },
  },
  {
    sender: 'a token that never was',
    status: 400,
    code: 'InvalidToken',
    send: ({ send }) => send(LIST, { body: '{}', headers: { authorization: 'Bearer never-was' } }),
  },
]

for (const { sender, status, code, send } of REFUSALS) {
  test(`refused with ${status} ${code}: ${sender}`, async () => {
    await using world = await createAdminWorld()
    assertRefused(await send(world), status, code)
  })
}

test('a signature changes something once, however it is written the second time', async () => {
  await using world = await createAdminWorld()
  const { host, clock, send } = world
  const body = '{"user":"alice"}'
  const headers = signedHeaders({ path: CREATE, host, body, now: clock.now() }, OWNER)
  assertDone(await send(CREATE, { body, headers }))
  assertDone(await world.call('user delete', { user: 'alice' }))
  assertRefused(await send(CREATE, { body, headers }), 403, 'AccessDenied')
  const { authorization = '' } = headers
  for (const other of [`${authorization}, Further=1`, authorization.replace(', Sig', ',  Sig')]) {
    assertRefused(await send(CREATE, { body, headers: { ...headers, authorization: other } }), 400, 'InvalidRequest')
  }
  assert.deepEqual(assertDone(await world.call('user list')), [])
})

test('a signature may read as often as it likes while it is valid', async () => {
  await using world = await createAdminWorld()
  for (let count = 0; count < 2; count++) assertDone(await sendSigned(world))
})

// --- signatures of COS ----------------------------------------------------------------------------------------

function sendCos(world: AdminWorld, body: string, headers: Readonly<Record<string, string>>, path = LIST) {
  const { host, clock, send } = world
  const signable = { method: 'POST', rawPath: path, query: [], host, body: Buffer.from(body), now: clock.now() }
  const authorization = signCos({ ...signable, headers: new Map(Object.entries(headers)) }, OWNER)
  return send(path, { body, headers: { ...headers, authorization } })
}

const md5 = (text: string) => createHash('md5').update(text).digest('base64')

test('a COS signature is taken when it covers the body by its MD5', async () => {
  await using world = await createAdminWorld()
  assert.deepEqual(assertDone(await sendCos(world, '{}', { 'content-md5': md5('{}') })), [])
  assertRefused(await sendCos(world, '{}', {}), 400, 'InvalidRequest')
  assertRefused(await sendCos(world, '{}', { 'content-md5': md5('other') }), 400, 'BadDigest')
})

test('an item that names content-md5 for the eye does not make a COS signature cover the body', async () => {
  await using world = await createAdminWorld()
  const { host, clock, send } = world
  const signable = { method: 'POST', rawPath: LIST, query: [], host, body: Buffer.from('{}'), now: clock.now() }
  const signed = signCos({ ...signable, headers: new Map() }, OWNER)
  const headers = { 'content-md5': md5('{}'), authorization: `${signed}&q-header-list=content-md5;host` }
  assertRefused(await send(LIST, { body: '{}', headers }), 400, 'InvalidRequest')
  const shifted = { ...headers, authorization: `zq-header-list=content-md5;host&${signed}` }
  assertRefused(await send(LIST, { body: '{}', headers: shifted }), 400, 'InvalidRequest')
})

// --- guessing -------------------------------------------------------------------------------------------------

test(raises('SlowDown', 'ten wrong secrets from one address, and then a right one'), async () => {
  await using world = await createAdminWorld()
  for (let count = 0; count < 10; count++) {
    assertRefused(await sendSigned(world, { by: { ...OWNER, secret: 'guess' } }), 403, 'SignatureDoesNotMatch')
  }
  const refused = await sendSigned(world)
  assertRefused(refused, 503, 'SlowDown')
  assert.equal(refused.headers.get('retry-after'), '60')
  world.clock.advance(60_000)
  assertDone(await sendSigned(world))
})

// --- sessions -------------------------------------------------------------------------------------------------

const SESSION = '/api/v1/session'

async function openSession(world: AdminWorld): Promise<Readonly<Record<string, string>>> {
  const { token } = assertDone(await sendSigned(world, { path: SESSION }))
  return { authorization: `Bearer ${token}` }
}

test('a session stands for the key that opened it, until it is ended', async () => {
  await using world = await createAdminWorld()
  const headers = await openSession(world)
  assertDone(await world.send('/api/v1/account/list', { body: '{}', headers }))
  assertDone(await world.send(CREATE, { body: '{"user":"alice"}', headers }))
  assertDone(await world.send(SESSION, { method: 'DELETE', headers }))
  assertRefused(await world.send(LIST, { body: '{}', headers }), 400, 'InvalidToken')
  assertRefused(await world.send(SESSION, { method: 'DELETE', headers }), 400, 'InvalidToken')
})

test('a session ends after twelve hours', async () => {
  await using world = await createAdminWorld()
  const headers = await openSession(world)
  world.clock.advance(12 * 3_600_000 - 1)
  assertDone(await world.send(LIST, { body: '{}', headers }))
  world.clock.advance(1)
  assertRefused(await world.send(LIST, { body: '{}', headers }), 400, 'InvalidToken')
})

test('a session ends with its key, and with its secret', async () => {
  await using world = await createAdminWorld()
  const { identities } = world.service.core
  const open = async () => {
    const { token } = assertDone(await sendSigned(world, { path: SESSION, by: OTHER }))
    return { authorization: `Bearer ${token}` }
  }
  const first = await open()
  assertDone(await world.call('key disable', { key: OTHER.id }))
  assertRefused(await world.send(LIST, { body: '{}', headers: first }), 400, 'InvalidToken')
  assertDone(await world.call('key enable', { key: OTHER.id }))
  world.clock.advance(1_000)
  const second = await open()
  const { principal } = (await identities.findKey(OTHER.id)) ?? assert.fail('there is no key')
  const { id: accountId } = principal.account
  await identities.ensureKey({ id: OTHER.id, secret: 'another-secret', accountId, enabled: true, root: true })
  assertRefused(await world.send(LIST, { body: '{}', headers: second }), 400, 'InvalidToken')
})

test('a session does not extend itself, and a suspended account has none', async () => {
  await using world = await createAdminWorld()
  const headers = await openSession(world)
  assertRefused(await world.send(SESSION, { body: '{}', headers }), 403, 'AccessDenied')
  const { token } = assertDone(await sendSigned(world, { path: SESSION, by: OTHER }))
  assertDone(await world.call('account suspend', { account: OTHER.appId }))
  const theirs = { authorization: `Bearer ${token}` }
  assertRefused(await world.send(LIST, { body: '{}', headers: theirs }), 403, 'AccountProblem')
})

test('from this machine the pair itself opens a session; a wrong one does not', async () => {
  await using world = await createAdminWorld()
  const pair = { secretId: OWNER.id, secretKey: OWNER.secret }
  const reply = await world.send(SESSION, { body: JSON.stringify(pair) })
  const { token, operator, expiresAt } = assertDone(reply)
  assert.deepEqual([operator, expiresAt], [true, '2026-01-02T15:04:05.678Z'])
  assertDone(await world.send(LIST, { body: '{}', headers: { authorization: `Bearer ${token}` } }))
  const wrong = { ...pair, secretKey: 'wrong' }
  assertRefused(await world.send(SESSION, { body: JSON.stringify(wrong) }), 403, 'SignatureDoesNotMatch')
  assertRefused(await world.send(SESSION, { body: '{"secretId":"AKID"}' }), 400, 'InvalidRequest')
  assert.ok(!world.log.join('').includes(OWNER.secret), 'the secret is in the log')
  assert.ok(!world.log.join('').includes(String(token)), 'the token is in the log')
})

test('from elsewhere the pair itself is not taken, right or wrong', async () => {
  await using world = await createAdminWorld()
  const api = openAdminApi(world.service, loadSettings({}), silentLog)
  const request = wireRequest({ method: 'POST', target: SESSION, host: 'admin.example.org' })
  const pair = JSON.stringify({ secretId: OWNER.id, secretKey: OWNER.secret })
  const codeFrom = async (remoteAddress: string) => {
    const { status } = await api({ ...request, remoteAddress }, Buffer.from(pair))
    return status
  }
  assert.deepEqual(
    await Promise.all(['203.0.113.9', '127.0.0.1', '::1', '::ffff:127.0.0.1'].map(codeFrom)),
    [403, 200, 200, 200],
  )
})
