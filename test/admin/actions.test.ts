/** Each admin action once, with what it refuses: what is in the table is served, and guarded as its scope says. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { runAction } from '../../src/admin/actions/table.js'
import { silentLog, silentMetrics } from '../../src/base/telemetry.js'
import { kmsKeyDeletionJob } from '../../src/jobs/kms-keys.js'
import { createRunner } from '../../src/jobs/runner.js'
import { adminActionNames, describeAction } from '../../src/model/admin-actions.js'
import { isApiError } from '../../src/model/errors/index.js'
import { OTHER, OWNER, REGION } from '../support/exchange.js'
import { raises } from '../support/raises.js'
import { type AdminWorld, assertDone, assertRefused, createAdminWorld, type Json } from './admin-world.js'

const POLICY = {
  version: '2.0',
  statement: [{ effect: 'allow', action: ['name/cos:GetObject'], resource: ['*'] }],
}
const TRUST = {
  version: '2.0',
  statement: [
    { effect: 'allow', action: ['name/sts:AssumeRole'], principal: { qcs: ['qcs::cam::uin/100000000001:root'] } },
  ],
}

async function done(world: AdminWorld, action: string, parameters: object = {}): Promise<Json> {
  return assertDone(await world.call(action, parameters))
}

async function refused(world: AdminWorld, status: number, code: string, action: string, parameters: object = {}) {
  assertRefused(await world.call(action, parameters), status, code)
}

async function makeBucket({ service }: AdminWorld, name: string): Promise<void> {
  const owner = await service.core.identities.findAccountByName(OWNER.appId)
  await service.core.buckets.create({ name, accountId: owner?.id ?? '', region: REGION, acl: 'private' })
}

// --- the frame ------------------------------------------------------------------------------------------------

const MISUSES: readonly (readonly [what: string, action: string, body: string, status: number, code: string])[] = [
  ['no such resource', 'object/list', '{}', 404, 'NoSuchEntity'],
  ['no such verb', 'user/rename', '{}', 404, 'NoSuchEntity'],
  ['no JSON', 'user/list', '{', 400, 'InvalidRequest'],
  ['a list', 'user/list', '[]', 400, 'InvalidRequest'],
  ['an unknown parameter', 'user/list', '{"acount":"1250000001"}', 400, 'InvalidParameterValue'],
  ['a name of every object', 'user/list', '{"constructor":"1"}', 400, 'InvalidParameterValue'],
  ['a missing parameter', 'user/create', '{}', 400, 'InvalidParameterValue'],
  ['a parameter of another kind', 'user/create', '{"user":["a"]}', 400, 'InvalidParameterValue'],
  ['a control character', 'user/create', '{"user":"a\\u001b[2J"}', 400, 'InvalidParameterValue'],
  ['names that are none', 'user/set-groups', '{"user":"a","groups":[""]}', 400, 'InvalidParameterValue'],
  [
    'a number that is none',
    'role/create',
    '{"role":"r","trust":"{}","sessionSecondsMax":-1}',
    400,
    'InvalidParameterValue',
  ],
  ['a body beyond 64 KiB', 'user/list', `{"account":"${'x'.repeat(65_536)}"}`, 400, 'MaxMessageLengthExceeded'],
]

for (const [what, path, body, status, code] of MISUSES) {
  test(`${what} is refused with ${code}`, async () => {
    await using world = await createAdminWorld()
    const { token } = assertDone(
      await world.send('/api/v1/session', { body: JSON.stringify({ secretId: OWNER.id, secretKey: OWNER.secret }) }),
    )
    const headers = { authorization: `Bearer ${token}` }
    assertRefused(await world.send(`/api/v1/${path}`, { body, headers }), status, code)
  })
}

test('an action is posted, and nothing else', async () => {
  await using world = await createAdminWorld()
  const reply = await world.send('/api/v1/user/list', { method: 'GET' })
  assertRefused(reply, 405, 'MethodNotAllowed')
  assert.equal(reply.headers.get('allow'), 'POST')
})

// --- scopes ---------------------------------------------------------------------------------------------------

/** Something for each parameter, so that an action gets as far as its scope. */
const ANY: Readonly<Record<string, unknown>> = {
  ...{ text: 'anything', number: 3_600, names: ['anything'], flag: true, document: '{}' },
}

/** What belongs to the other account, by the parameter that names it. */
const FOREIGN = [
  ['account', OWNER.appId, 403, 'AccessDenied'],
  ['bucket', 'bucket-1250000000', 404, 'NoSuchBucket'],
  ['key', OWNER.id, 404, 'NoSuchEntity'],
] as const

for (const name of adminActionNames) {
  const { parameters, scope } = describeAction(name)
  const required = Object.entries(parameters).filter((entry) => entry[1].required)
  const given = Object.fromEntries(required.map(([parameter, { kind }]) => [parameter, ANY[kind]]))
  const [parameter, named, status, code] = FOREIGN.find(([name]) => name in parameters) ?? ['', '', 0, '']
  const foreign = { ...given, [parameter]: named }
  if (scope === 'operator') {
    test(`${name} is for the operator only`, async () => {
      await using world = await createAdminWorld()
      assertRefused(await world.call(name, given, OTHER), 403, 'AccessDenied')
    })
  } else {
    test(`${name} does not reach into another account`, async () => {
      await using world = await createAdminWorld()
      if ('bucket' in parameters) await makeBucket(world, 'bucket-1250000000')
      assertRefused(await world.call(name, foreign, OTHER), status, code)
    })
  }
}

test('whether another account exists is not told to the root of a third', async () => {
  await using world = await createAdminWorld()
  const [there, absent] = await Promise.all(
    [OWNER.appId, '1999999999'].map((account) => world.call('user list', { account }, OTHER)),
  )
  assert.deepEqual(there?.value['error']?.['message'], absent?.value['error']?.['message'])
})

test('the root of an account manages its own without naming it, and the operator that of others by naming it', async () => {
  await using world = await createAdminWorld()
  assertDone(await world.call('user create', { user: 'bob' }, OTHER))
  for (const account of [OTHER.appId, 'other']) {
    assert.equal((await done(world, 'user show', { user: 'bob', account }))['user'], 'bob')
  }
  await refused(world, 404, 'NoSuchEntity', 'user show', { user: 'bob' })
  await refused(world, 404, 'NoSuchEntity', 'user list', { account: '1999999999' })
})

// --- accounts -------------------------------------------------------------------------------------------------

test('accounts: create, show, update, list, and their states', async () => {
  await using world = await createAdminWorld()
  const made = await done(world, 'account create', { appid: '1250000009', name: 'third', invited: true })
  assert.deepEqual([made['appid'], made['name'], made['state']], ['1250000009', 'third', 'invited'])
  await refused(world, 409, 'EntityAlreadyExists', 'account create', { appid: '1250000009' })
  await refused(world, 400, 'InvalidParameterValue', 'account create', { appid: 'x' })
  const account = '1250000009'
  assert.equal((await done(world, 'account activate', { account }))['state'], 'active')
  const suspended = await done(world, 'account suspend', { account })
  assert.deepEqual([suspended['state'], suspended['suspendedAt']], ['suspended', '2026-01-02T03:04:05.678Z'])
  assert.equal((await done(world, 'account invite', { account: 'third' }))['state'], 'invited')
  const updated = await done(world, 'account update', { account, name: 'renamed', email: 'a@example.org' })
  assert.deepEqual([updated['name'], updated['email']], ['renamed', 'a@example.org'])
  assert.equal((await done(world, 'account update', { account, email: '' }))['email'], null)
  await refused(world, 400, 'InvalidParameterValue', 'account update', { account, email: 'nobody' })
  const { key } = await done(world, 'key create', { account })
  const { rootKeys } = await done(world, 'account show', { account })
  assert.deepEqual(
    Object.values(rootKeys ?? {}).map((row) => row['key']),
    [key],
  )
  const all = Object.values(await done(world, 'account list')).map(({ appid }) => appid)
  assert.deepEqual(all, [OWNER.appId, OTHER.appId, '1250000009'])
})

test('the root account stays active', async () => {
  await using world = await createAdminWorld()
  for (const action of ['account suspend', 'account invite']) {
    await refused(world, 400, 'InvalidParameterValue', action, { account: OWNER.appId })
  }
  await done(world, 'account list')
})

// --- users, groups, roles -------------------------------------------------------------------------------------

test('users and groups: create, put together, list, take apart', async () => {
  await using world = await createAdminWorld()
  const user = await done(world, 'user create', { user: 'alice', number: '100000000777' })
  assert.deepEqual([user['user'], user['number']], ['alice', '100000000777'])
  await refused(world, 409, 'EntityAlreadyExists', 'user create', { user: 'alice' })
  await refused(world, 400, 'InvalidParameterValue', 'user create', { user: 'no spaces' })
  await done(world, 'group create', { group: 'staff' })
  await refused(world, 404, 'NoSuchEntity', 'user set-groups', { user: 'alice', groups: ['nobody'] })
  assert.deepEqual((await done(world, 'user set-groups', { user: 'alice', groups: ['staff'] }))['groups'], ['staff'])
  await refused(world, 409, 'DeleteConflict', 'group delete', { group: 'staff' })
  await done(world, 'user set-groups', { user: 'alice', groups: [] })
  assert.deepEqual(
    Object.values(await done(world, 'group list')).map(({ group }) => group),
    ['staff'],
  )
  await done(world, 'group delete', { group: 'staff' })
  assert.deepEqual(
    Object.values(await done(world, 'user list')).map((row) => row['user']),
    ['alice'],
  )
  const { key } = await done(world, 'key create', { user: 'alice' })
  await refused(world, 409, 'DeleteConflict', 'user delete', { user: 'alice' })
  await done(world, 'key delete', { key })
  await done(world, 'user delete', { user: 'alice' })
  await refused(world, 404, 'NoSuchEntity', 'user show', { user: 'alice' })
})

test('roles: create with a trust, change it, end their sessions, delete', async () => {
  await using world = await createAdminWorld()
  const role = 'reader'
  await refused(world, 400, 'MalformedPolicyDocument', 'role create', { role, trust: '{}' })
  const made = await done(world, 'role create', { role, trust: TRUST, sessionSecondsMax: 7_200 })
  assert.deepEqual([made['sessionSecondsMax'], made['trust']], [7_200, JSON.stringify(TRUST)])
  await refused(world, 409, 'EntityAlreadyExists', 'role create', { role, trust: TRUST })
  const text = JSON.stringify(TRUST, null, 2)
  assert.equal((await done(world, 'role set-trust', { role, trust: text }))['trust'], text)
  assert.equal((await done(world, 'role show', { role }))['trust'], text)
  const revoked = await done(world, 'role revoke-sessions', { role })
  // What begins within the same millisecond is over as well.
  assert.equal(revoked['sessionsRevokedBefore'], '2026-01-02T03:04:05.679Z')
  assert.deepEqual(
    Object.values(await done(world, 'role list')).map((row) => row['role']),
    [role],
  )
  await done(world, 'role delete', { role })
  await refused(world, 404, 'NoSuchEntity', 'role show', { role })
})

// --- keys -----------------------------------------------------------------------------------------------------

test('keys: the secret is shown when they are made and never again', async () => {
  await using world = await createAdminWorld()
  await done(world, 'user create', { user: 'alice' })
  await refused(world, 404, 'NoSuchEntity', 'key create', { user: 'nobody' })
  const { key, secret, user } = await done(world, 'key create', { user: 'alice' })
  assert.equal(user, 'alice')
  assert.match(String(secret), /^\w{32}$/)
  const later = [
    await done(world, 'key list'),
    await done(world, 'key list', { user: 'alice' }),
    await done(world, 'user show', { user: 'alice' }),
    await done(world, 'account show'),
    await done(world, 'key disable', { key }),
    await done(world, 'key enable', { key }),
  ]
  for (const answer of later) assert.ok(!JSON.stringify(answer).includes(String(secret)))
  assert.ok(!world.log.join('').includes(String(secret)), 'the secret is in the log')
  assert.deepEqual(
    Object.values(await done(world, 'key list', { user: 'alice' })).map((row) => row['key']),
    [key],
  )
  await refused(world, 404, 'NoSuchEntity', 'key list', { user: 'nobody' })
  await done(world, 'key delete', { key })
  await refused(world, 404, 'NoSuchEntity', 'key enable', { key })
})

test('a key cannot shut itself out, but another root key can', async () => {
  await using world = await createAdminWorld()
  await refused(world, 400, 'InvalidParameterValue', 'key disable', { key: OWNER.id })
  await refused(world, 400, 'InvalidParameterValue', 'key delete', { key: OWNER.id })
  const { key, secret } = await done(world, 'key create')
  const second = { id: String(key), secret: String(secret) }
  assert.equal(assertDone(await world.call('key disable', { key: OWNER.id }, second))['state'], 'disabled')
  assertRefused(await world.call('key list'), 403, 'InvalidAccessKeyId')
})

// --- policies -------------------------------------------------------------------------------------------------

test('policies: put, attach to each kind, list with their holders, detach, delete', async () => {
  await using world = await createAdminWorld()
  const policy = 'readers'
  await done(world, 'user create', { user: 'alice' })
  await done(world, 'group create', { group: 'staff' })
  await done(world, 'role create', { role: 'reader', trust: TRUST })
  await refused(world, 404, 'NoSuchEntity', 'policy attach', { policy, user: 'alice' })
  await done(world, 'policy put', { policy, document: POLICY })
  assert.equal((await done(world, 'policy show', { policy }))['document'], JSON.stringify(POLICY))
  const holders = [{ user: 'alice' }, { group: 'staff' }, { role: 'reader' }]
  for (const holder of holders) {
    assert.deepEqual((await done(world, 'policy attach', { policy, ...holder }))['policies'], [policy])
  }
  const [row] = Object.values(await done(world, 'policy list'))
  assert.deepEqual(row?.['attachedTo'], ['user alice', 'group staff', 'role reader'])
  await refused(world, 409, 'DeleteConflict', 'policy delete', { policy })
  for (const holder of holders) await done(world, 'policy detach', { policy, ...holder })
  await refused(world, 404, 'NoSuchEntity', 'policy detach', { policy, user: 'alice' })
  await refused(world, 404, 'NoSuchEntity', 'policy attach', { policy, user: 'nobody' })
  await done(world, 'policy delete', { policy })
  await refused(world, 404, 'NoSuchEntity', 'policy show', { policy })
})

test(raises('MalformedPolicyDocument', 'a policy that is none, and the one before stays'), async () => {
  await using world = await createAdminWorld()
  await done(world, 'policy put', { policy: 'p', document: POLICY })
  for (const document of ['', '{', '{"statement":[]}', { version: '2.0' }]) {
    await refused(world, 400, 'MalformedPolicyDocument', 'policy put', { policy: 'p', document })
  }
  assert.equal((await done(world, 'policy show', { policy: 'p' }))['document'], JSON.stringify(POLICY))
})

test('a policy is attached to exactly one at a time', async () => {
  await using world = await createAdminWorld()
  await done(world, 'policy put', { policy: 'p', document: POLICY })
  await refused(world, 400, 'InvalidRequest', 'policy attach', { policy: 'p' })
  await refused(world, 400, 'InvalidRequest', 'policy attach', { policy: 'p', user: 'a', role: 'b' })
})

test('policies that are attached at the same time are all attached', async () => {
  await using world = await createAdminWorld()
  await done(world, 'user create', { user: 'alice' })
  const names = ['p1', 'p2', 'p3', 'p4']
  for (const policy of names) await done(world, 'policy put', { policy, document: POLICY })
  await Promise.all(names.map((policy) => done(world, 'policy attach', { policy, user: 'alice' })))
  const { policies } = await done(world, 'user show', { user: 'alice' })
  assert.deepEqual(
    Object.values(policies ?? {})
      .map(String)
      .sort(),
    names,
  )
})

// --- token keys -----------------------------------------------------------------------------------------------

test('token keys: rotate, and retire the one before', async () => {
  await using world = await createAdminWorld()
  const first = await done(world, 'token-key rotate')
  const second = await done(world, 'token-key rotate')
  assert.equal(second['state'], 'current')
  const states = async () =>
    new Map(Object.values(await done(world, 'token-key list')).map(({ id, state }) => [String(id), String(state)]))
  assert.equal((await states()).get(String(first['id'])), 'accepted')
  assert.equal((await done(world, 'token-key retire', { id: first['id'] }))['state'], 'retired')
  await refused(world, 404, 'NoSuchEntity', 'token-key retire', { id: 'nothing' })
  const current = await world.call('token-key retire', { id: second['id'] })
  assert.ok(current.status >= 400 && current.status < 500, JSON.stringify(current.value))
})

// --- decisions ------------------------------------------------------------------------------------------------

test('access explain asks about the key, the action and the place that were named', async () => {
  await using world = await createAdminWorld()
  const { identities, sessions } = world.service.core
  const holder = (await identities.findKey(OWNER.id)) ?? assert.fail('there is no key')
  const caller = { account: holder.principal.account, accessKeyId: OWNER.id, operator: true }
  const questions: unknown[] = []
  const step = { what: 'ACL of the bucket', outcome: 'says nothing', detail: 'no grant' } as const
  const explainAccess = async (question: unknown) => {
    questions.push(question)
    return { allowed: false, steps: [step] }
  }
  const call = { core: world.service.core, identities, sessions, log: silentLog, caller, explainAccess, regions: [] }
  const ask = (on: string, as = OTHER.id, tls?: boolean) =>
    runAction('access explain', call, { as, do: 's3:GetObject', on, from: '10.0.0.1', tls })
  assert.deepEqual(await ask('bucket-1250000000/a/b'), { decision: 'denied', steps: [step] })
  await ask('bucket-1250000000', OTHER.id, true)
  const asked = { accessKeyId: OTHER.id, action: 's3:GetObject', bucketName: 'bucket-1250000000', address: '10.0.0.1' }
  assert.deepEqual(questions, [
    { ...asked, key: 'a/b', secure: false },
    { ...asked, key: undefined, secure: true },
  ])
  await assert.rejects(ask('/a'), (error) => isApiError(error, 'InvalidParameterValue'))
  await assert.rejects(ask('b', 'AKIDnobody'), (error) => isApiError(error, 'NoSuchEntity'))
})

test('access explain shows every rule that was looked at, and what decides', async () => {
  await using world = await createAdminWorld()
  const { core } = world.service
  const holder = (await core.identities.findKey(OWNER.id)) ?? assert.fail('there is no key')
  const accountId = holder.principal.account.id
  await core.buckets.create({ name: 'b-1250000000', accountId, region: 'ap-guangzhou', acl: 'private' })
  await done(world, 'user create', { user: 'alice' })
  const created = await done(world, 'key create', { user: 'alice' })
  const id = created['key']
  const explain = (action: string) => done(world, 'access explain', { as: id, do: action, on: 'b-1250000000/k' })
  const before = await explain('s3:GetObject')
  assert.equal(before['decision'], 'denied', JSON.stringify(before))
  await done(world, 'policy put', { policy: 'readers', document: JSON.stringify(POLICY) })
  await done(world, 'policy attach', { policy: 'readers', user: 'alice' })
  const after = await explain('name/cos:GetObject')
  assert.equal(after['decision'], 'allowed', JSON.stringify(after))
  assert.match(JSON.stringify(after), /readers/)
  assert.equal((await explain('PutObject'))['decision'], 'denied')
  const asked = { as: id, do: 's3:Fly', on: 'b-1250000000' }
  await refused(world, 400, 'InvalidParameterValue', 'access explain', asked)
  await refused(world, 404, 'NoSuchBucket', 'access explain', { ...asked, do: 's3:GetObject', on: 'nope' })
})

test('access explain says that a stored policy cannot be read', async () => {
  await using world = await createAdminWorld()
  const { core } = world.service
  const holder = (await core.identities.findKey(OWNER.id)) ?? assert.fail('there is no key')
  const accountId = holder.principal.account.id
  const made = { name: 'b-1250000000', accountId, region: 'ap-guangzhou', acl: 'private' } as const
  const bucket = await core.buckets.create(made)
  const ask = () => done(world, 'access explain', { as: OWNER.id, do: 's3:GetObject', on: 'b-1250000000/k' })
  assert.equal((await ask())['decision'], 'allowed')
  await core.documents.put(bucket, 'policy', () => '{ no policy')
  const explained = await ask()
  assert.equal(explained['decision'], 'denied')
  assert.match(JSON.stringify(explained), /the stored bucket policy cannot be read/)
})

// --- encryption -----------------------------------------------------------------------------------------------

test('keys of the key service: make, list, show, rotate, disable, enable', async () => {
  await using world = await createAdminWorld()
  await refused(world, 400, 'InvalidParameterValue', 'kms-key create', { region: 'nowhere' })
  await refused(world, 400, 'InvalidParameterValue', 'kms-key create', { description: 'x'.repeat(513) })
  const made = await done(world, 'kms-key create', { description: 'reports' })
  const key = String(made['key'])
  assert.deepEqual(
    [made['state'], made['version'], made['region'], made['description'], made['default'], made['deletionAt']],
    ['enabled', 1, REGION, 'reports', false, null],
  )
  assert.equal((await done(world, 'kms-key rotate', { key }))['version'], 2)
  assert.equal((await done(world, 'kms-key disable', { key }))['state'], 'disabled')
  await refused(world, 400, 'KMS.DisabledException', 'kms-key rotate', { key })
  assert.equal((await done(world, 'kms-key enable', { key }))['state'], 'enabled')
  assert.deepEqual(Object.values(await done(world, 'kms-key list')), [await done(world, 'kms-key show', { key })])
  for (const action of ['show', 'rotate', 'enable', 'disable', 'schedule-deletion', 'cancel-deletion']) {
    await refused(world, 404, 'NoSuchEntity', `kms-key ${action}`, { key: 'none' })
  }
  assert.ok(!world.log.join('').includes('secret'), 'no secret is shown or logged')
})

test('the deletion of a key is scheduled 7 to 30 days ahead, and called off until then', async () => {
  await using world = await createAdminWorld()
  const key = String((await done(world, 'kms-key create'))['key'])
  for (const days of [0, 6, 31]) {
    await refused(world, 400, 'InvalidParameterValue', 'kms-key schedule-deletion', { key, days })
  }
  await refused(world, 400, 'KMS.KMSInvalidStateException', 'kms-key cancel-deletion', { key })
  const pending = await done(world, 'kms-key schedule-deletion', { key })
  assert.deepEqual([pending['state'], pending['deletionAt']], ['pending-deletion', '2026-02-01T03:04:05.678Z'])
  for (const action of ['rotate', 'enable', 'disable', 'schedule-deletion']) {
    await refused(world, 400, 'KMS.KMSInvalidStateException', `kms-key ${action}`, { key })
  }
  assert.equal((await done(world, 'kms-key cancel-deletion', { key }))['state'], 'disabled')
  await done(world, 'kms-key schedule-deletion', { key, days: 7 })
  world.clock.advance(7 * 86_400_000)
  await kmsKeyDeletionJob(world.service.core).step(undefined)
  assert.equal((await done(world, 'kms-key show', { key }))['state'], 'destroyed')
  await refused(world, 400, 'KMS.NotFoundException', 'kms-key cancel-deletion', { key })
})

test('keys of the key service are managed by their own account and the operator', async () => {
  await using world = await createAdminWorld()
  const mine = String(assertDone(await world.call('kms-key create', {}, OTHER))['key'])
  const operators = String((await done(world, 'kms-key create'))['key'])
  assert.equal((await done(world, 'kms-key show', { key: mine }))['key'], mine)
  assertRefused(await world.call('kms-key disable', { key: operators }, OTHER), 404, 'NoSuchEntity')
  assertRefused(await world.call('kms-key list', { account: OWNER.appId }, OTHER), 403, 'AccessDenied')
  assert.equal(Object.values(await done(world, 'kms-key list', { account: OTHER.appId })).length, 1)
})

test('the key of the server: list and rotate, by the operator alone', async () => {
  await using world = await createAdminWorld()
  assert.deepEqual(Object.values(await done(world, 'server-key list')), [
    { version: 1, state: 'current', createdAt: null },
  ])
  const next = await done(world, 'server-key rotate')
  assert.deepEqual([next['version'], next['state']], [2, 'current'])
  assert.deepEqual(
    Object.values(await done(world, 'server-key list')).map(({ version, state }) => [version, state]),
    [
      [1, 'accepted'],
      [2, 'current'],
    ],
  )
  for (const action of ['server-key list', 'server-key rotate']) {
    assertRefused(await world.call(action, {}, OTHER), 403, 'AccessDenied')
  }
})

// --- the log --------------------------------------------------------------------------------------------------

test('each action leaves a line: who did what to whom, and how it ended', async () => {
  await using world = await createAdminWorld()
  await done(world, 'user create', { user: 'alice' })
  await refused(world, 409, 'EntityAlreadyExists', 'user create', { user: 'alice' })
  assertRefused(await world.call('account list', {}, OTHER), 403, 'AccessDenied')
  const lines = world.log
    .map((line): Json => JSON.parse(line))
    .filter(({ message }) => String(message) === 'admin action')
  assert.deepEqual(
    lines.map(({ action, account, key, outcome, subject }) => [action, account, key, outcome, subject]),
    [
      ['user create', OWNER.appId, OWNER.id, 'done', { user: 'alice' }],
      ['user create', OWNER.appId, OWNER.id, 'EntityAlreadyExists', { user: 'alice' }],
      ['account list', OTHER.appId, OTHER.id, 'AccessDenied', {}],
    ],
  )
})

test('jobs are listed with when they are due, how far they are and how often they failed', async () => {
  await using world = await createAdminWorld()
  assert.deepEqual(Object.values(await done(world, 'job list')), [])
  const { clock, service } = world
  const { meta } = service.core.dependencies
  const runner = createRunner({ meta, clock, log: silentLog, metrics: silentMetrics, owner: 'a' })
  await runner.turn({ name: 'good', intervalMs: 60_000, step: async () => ({ cursor: 'here', more: false }) })
  await runner.turn({ name: 'poor', intervalMs: 60_000, step: () => Promise.reject(new Error('no')) })
  const dueAt = (delayMs: number) => new Date(clock.now() + delayMs).toISOString()
  assert.deepEqual(Object.values(await done(world, 'job list')), [
    { job: 'good', state: 'waiting', dueAt: dueAt(60_000), cursor: 'here', failures: 0 },
    { job: 'poor', state: 'waiting', dueAt: dueAt(2_000), cursor: null, failures: 1 },
  ])
  assertRefused(await world.call('job list', {}, OTHER), 403, 'AccessDenied')
})
