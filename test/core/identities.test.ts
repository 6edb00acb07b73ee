/** Users, groups, roles, policies and keys without HTTP: what is refused, what follows from what, and what it costs. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Core } from '../../src/core/core.js'
import { accountKey } from '../../src/core/rows.js'
import type { Condition } from '../../src/model/errors/index.js'
import { isApiError } from '../../src/model/errors/index.js'
import {
  GROUPS_PER_USER_MAX,
  IDENTITY_POLICY_BYTES_MAX,
  KEYS_PER_USER_MAX,
  POLICIES_PER_IDENTITY_MAX,
  USERS_PER_ACCOUNT_MAX,
} from '../../src/model/identity.js'
import { assertSound, createWorld, type World } from '../faults/world.js'
import { raises } from '../support/raises.js'

const POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'
const DENY = POLICY.replace('Allow', 'Deny')
const TRUST =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'
const APP_ID = '1250000000'

interface Staff {
  readonly world: World
  readonly core: Core
  readonly id: string
}

/** An account with a user, a group, a role and two policies. */
async function staff(): Promise<Staff> {
  const world = createWorld()
  const core = world.start()
  const { identities } = core
  const { id } = await identities.createAccount({ appId: APP_ID, displayName: 'one' })
  await identities.createUser(id, 'reader')
  await identities.createGroup(id, 'staff')
  await identities.createRole(id, { name: 'backup', trust: TRUST })
  await identities.putPolicy(id, 'readers', POLICY)
  await identities.putPolicy(id, 'deniers', DENY)
  return { world, core, id }
}

type Identities = Core['identities']

async function refused(promise: Promise<unknown>, condition: Condition, what: string): Promise<void> {
  await assert.rejects(promise, (error) => isApiError(error, condition), what)
}

interface Refusal {
  readonly what: string
  readonly condition: Condition
  readonly act: (identities: Identities, accountId: string) => Promise<unknown>
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `name-${index}`)

async function each(count: number, make: (name: string) => Promise<unknown>): Promise<void> {
  for (const name of names(count)) await make(name)
}

const BAD_NAMES = ['', ' ', 'a b', 'a/b', 'a\0b', '用户', 'x'.repeat(65)]

const REFUSALS: readonly Refusal[] = [
  ...BAD_NAMES.flatMap((name): readonly Refusal[] => [
    {
      what: raises('InvalidParameterValue', `a user named ${JSON.stringify(name)}`),
      condition: 'InvalidParameterValue',
      act: (identities, id) => identities.createUser(id, name),
    },
    {
      what: `a group named ${JSON.stringify(name)}`,
      condition: 'InvalidParameterValue',
      act: (identities, id) => identities.createGroup(id, name),
    },
    {
      what: `a role named ${JSON.stringify(name)}`,
      condition: 'InvalidParameterValue',
      act: (identities, id) => identities.createRole(id, { name, trust: TRUST }),
    },
    {
      what: `a policy named ${JSON.stringify(name)}`,
      condition: 'InvalidParameterValue',
      act: (identities, id) => identities.putPolicy(id, name, POLICY),
    },
  ]),
  {
    what: raises('EntityAlreadyExists', 'a user of a name that is taken'),
    condition: 'EntityAlreadyExists',
    act: (identities, id) => identities.createUser(id, 'reader'),
  },
  {
    what: 'a group of a name that is taken',
    condition: 'EntityAlreadyExists',
    act: (identities, id) => identities.createGroup(id, 'staff'),
  },
  {
    what: 'a role of a name that is taken',
    condition: 'EntityAlreadyExists',
    act: (identities, id) => identities.createRole(id, { name: 'backup', trust: TRUST }),
  },
  {
    what: 'a user with the number of another account’s user',
    condition: 'EntityAlreadyExists',
    act: async (identities, id) => {
      const other = await identities.createAccount({ appId: '1250000001', displayName: 'two' })
      await identities.createUser(other.id, 'reader', '100000000009')
      await identities.createUser(id, 'second', '100000000009')
    },
  },
  {
    what: 'a user with the number of an account that settings have made',
    condition: 'EntityAlreadyExists',
    act: async (identities, id) => {
      await identities.ensureAccount({ appId: '1250000001', displayName: 'two', uin: '100000000009' })
      await identities.createUser(id, 'second', '100000000009')
    },
  },
  {
    what: 'a user with a number that is none',
    condition: 'InvalidParameterValue',
    act: (identities, id) => identities.createUser(id, 'second', '12x'),
  },
  {
    what: 'an account with the APPID of another',
    condition: 'EntityAlreadyExists',
    act: (identities) => identities.createAccount({ appId: APP_ID, displayName: 'two' }),
  },
  {
    what: 'an account with the number of another',
    condition: 'EntityAlreadyExists',
    act: async (identities) => {
      const uin = (await identities.findAccountByName(APP_ID))?.uin
      await identities.createAccount({ appId: '1250000001', displayName: 'two', uin })
    },
  },
  {
    what: 'an account with the canonical id of another',
    condition: 'EntityAlreadyExists',
    act: async (identities) => {
      const canonicalId = (await identities.findAccountByName(APP_ID))?.canonicalId
      await identities.createAccount({ appId: '1250000001', displayName: 'two', canonicalId })
    },
  },
  ...([{ appId: '12' }, { displayName: '' }, { displayName: 'a\nb' }, { email: 'nobody' }, { uin: '0' }] as const).map(
    (wrong): Refusal => ({
      what: `an account with ${JSON.stringify(wrong)}`,
      condition: 'InvalidParameterValue',
      act: (identities) => identities.createAccount({ appId: '1250000001', displayName: 'two', ...wrong }),
    }),
  ),
  {
    what: raises('NoSuchEntity', 'a user of an account that does not exist'),
    condition: 'NoSuchEntity',
    act: (identities) => identities.createUser('nobody', 'reader'),
  },
  {
    what: 'a user in a group that does not exist',
    condition: 'NoSuchEntity',
    act: (identities, id) => identities.setUserGroups(id, 'reader', ['staff', 'nobody']),
  },
  {
    what: 'a policy attached that does not exist',
    condition: 'NoSuchEntity',
    act: (identities, id) => identities.setAttached(id, { kind: 'role', name: 'backup' }, ['nobody']),
  },
  ...(['user', 'group', 'role'] as const).map(
    (kind): Refusal => ({
      what: `a policy attached to a ${kind} that does not exist`,
      condition: 'NoSuchEntity',
      act: (identities, id) => identities.setAttached(id, { kind, name: 'nobody' }, ['readers']),
    }),
  ),
  {
    what: 'a key of a user who does not exist',
    condition: 'NoSuchEntity',
    act: (identities, id) => identities.createKey({ accountId: id, userName: 'nobody' }),
  },
  ...(
    [
      ['a user', (identities, id) => identities.deleteUser(id, 'nobody')],
      ['a group', (identities, id) => identities.deleteGroup(id, 'nobody')],
      ['a role', (identities, id) => identities.deleteRole(id, 'nobody')],
      ['a policy', (identities, id) => identities.deletePolicy(id, 'nobody')],
      ['a key', (identities) => identities.deleteKey('AKIDnobody')],
      ['the state of a key', (identities) => identities.setKeyEnabled('AKIDnobody', false)],
      ['the trust of a role', (identities, id) => identities.setRoleTrust(id, 'nobody', TRUST)],
      ['the sessions of a role', (identities, id) => identities.revokeRoleSessions(id, 'nobody')],
      ['the groups of a user', (identities, id) => identities.setUserGroups(id, 'nobody', [])],
      ['an account', (identities) => identities.changeAccount('nobody', { state: 'suspended' })],
    ] as const satisfies readonly (readonly [string, Refusal['act']])[]
  ).map(([what, act]): Refusal => ({ what: `${what} that does not exist`, condition: 'NoSuchEntity', act })),
  {
    what: raises('DeleteConflict', 'a user who has a key'),
    condition: 'DeleteConflict',
    act: async (identities, id) => {
      await identities.createKey({ accountId: id, userName: 'reader' })
      await identities.deleteUser(id, 'reader')
    },
  },
  {
    what: 'a group that has a member',
    condition: 'DeleteConflict',
    act: async (identities, id) => {
      await identities.setUserGroups(id, 'reader', ['staff'])
      await identities.deleteGroup(id, 'staff')
    },
  },
  ...(['user', 'group', 'role'] as const).map(
    (kind): Refusal => ({
      what: `a policy that is attached to a ${kind}`,
      condition: 'DeleteConflict',
      act: async (identities, id) => {
        const name = { user: 'reader', group: 'staff', role: 'backup' }[kind]
        await identities.setAttached(id, { kind, name }, ['readers'])
        await identities.deletePolicy(id, 'readers')
      },
    }),
  ),
  {
    what: raises('LimitExceeded', 'one key more than a user may have'),
    condition: 'LimitExceeded',
    act: (identities, id) =>
      each(KEYS_PER_USER_MAX + 1, () => identities.createKey({ accountId: id, userName: 'reader' })),
  },
  {
    what: 'one user more than an account may have',
    condition: 'LimitExceeded',
    act: (identities, id) => each(USERS_PER_ACCOUNT_MAX, (name) => identities.createUser(id, name)),
  },
  {
    what: 'one group more than a user may be in',
    condition: 'LimitExceeded',
    act: async (identities, id) => {
      await each(GROUPS_PER_USER_MAX + 1, (name) => identities.createGroup(id, name))
      await identities.setUserGroups(id, 'reader', names(GROUPS_PER_USER_MAX + 1))
    },
  },
  {
    what: 'one policy more than a role may have',
    condition: 'LimitExceeded',
    act: async (identities, id) => {
      await each(POLICIES_PER_IDENTITY_MAX + 1, (name) => identities.putPolicy(id, name, POLICY))
      await identities.setAttached(id, { kind: 'role', name: 'backup' }, names(POLICIES_PER_IDENTITY_MAX + 1))
    },
  },
  {
    what: 'a policy of a byte more than one may have',
    condition: 'LimitExceeded',
    act: (identities, id) => identities.putPolicy(id, 'large', POLICY.padEnd(IDENTITY_POLICY_BYTES_MAX + 1)),
  },
  ...['', 'text', '{}', '{"Statement":[]}', '{"Statement":[{"Effect":"Perhaps"}]}'].flatMap(
    (text): readonly Refusal[] => [
      {
        what: raises('MalformedPolicyDocument', `a policy that is ${JSON.stringify(text)}`),
        condition: 'MalformedPolicyDocument',
        act: (identities, id) => identities.putPolicy(id, 'readers', text),
      },
      {
        what: `a trust policy that is ${JSON.stringify(text)}`,
        condition: 'MalformedPolicyDocument',
        act: (identities, id) => identities.setRoleTrust(id, 'backup', text),
      },
    ],
  ),
  ...[899, 43_201, 3_600.5, Number.NaN].map(
    (sessionSecondsMax): Refusal => ({
      what: `a role whose sessions last ${sessionSecondsMax} seconds`,
      condition: 'InvalidParameterValue',
      act: (identities, id) => identities.createRole(id, { name: 'second', trust: TRUST, sessionSecondsMax }),
    }),
  ),
  {
    what: 'a key of an id that is taken, in another account',
    condition: 'EntityAlreadyExists',
    act: async (identities, id) => {
      const given = { id: 'AKIDgiven', secret: 'given-secret-0123456789' }
      const other = await identities.createAccount({ appId: '1250000001', displayName: 'two' })
      await identities.createKey({ accountId: other.id, userName: undefined }, given)
      await identities.createKey({ accountId: id, userName: undefined }, given)
    },
  },
  ...(
    [
      { id: 'a b', secret: 'given-secret-0123456789' },
      { id: 'AKIDgiven', secret: 'short' },
    ] as const
  ).map(
    (given): Refusal => ({
      what: `a key that is ${JSON.stringify(given)}`,
      condition: 'InvalidParameterValue',
      act: (identities, id) => identities.createKey({ accountId: id, userName: undefined }, given),
    }),
  ),
]

for (const { what, condition, act } of REFUSALS) {
  test(`refused: ${what}`, async () => {
    const { world, core, id } = await staff()
    await refused(act(core.identities, id), condition, what)
    await assertSound(world)
  })
}

// --- what follows from what -------------------------------------------------------------------------------------

test('a name may have 64 characters of its alphabet, and each of an account is one thing only within its kind', async () => {
  const { core, id } = await staff()
  const name = 'Az0+=,.@_-'.padEnd(64, 'x')
  assert.equal((await core.identities.createUser(id, name)).name, name)
  assert.equal((await core.identities.createGroup(id, 'reader')).name, 'reader')
  const other = await core.identities.createAccount({ appId: '1250000001', displayName: 'two' })
  assert.equal((await core.identities.createUser(other.id, 'reader')).accountId, other.id)
})

test('what was made is listed and found, in its account only, and gone when it is deleted', async () => {
  const { world, core, id } = await staff()
  const { identities } = core
  const other = await identities.createAccount({ appId: '1250000001', displayName: 'two' })
  const listed = async (accountId: string) => ({
    users: (await identities.users(accountId)).map(({ name }) => name),
    groups: (await identities.groups(accountId)).map(({ name }) => name),
    roles: (await identities.roles(accountId)).map(({ name }) => name),
    policies: (await identities.policies(accountId)).map(({ name }) => name),
    keys: (await identities.keys(accountId)).map(({ userName }) => userName),
  })
  const { info } = await identities.createKey({ accountId: id, userName: 'reader' })
  const nothing = { users: [], groups: [], roles: [], policies: [], keys: [] }
  assert.deepEqual(await listed(other.id), nothing)
  assert.deepEqual(await listed(id), {
    users: ['reader'],
    groups: ['staff'],
    roles: ['backup'],
    policies: ['deniers', 'readers'],
    keys: ['reader'],
  })
  assert.equal((await identities.findRole(id, 'backup'))?.trust, TRUST)
  assert.equal((await identities.setRoleTrust(id, 'backup', `${TRUST} `)).trust, `${TRUST} `)
  const { number } = (await identities.findUser(id, 'reader')) ?? assert.fail()
  await identities.deleteKey(info.id)
  await identities.deleteUser(id, 'reader')
  await identities.deleteGroup(id, 'staff')
  await identities.deleteRole(id, 'backup')
  for (const policy of ['readers', 'deniers']) await identities.deletePolicy(id, policy)
  assert.deepEqual(await listed(id), nothing)
  assert.equal((await identities.createUser(other.id, 'heir', number)).number, number, 'its number is free again')
  await assertSound(world)
})

test('a key shows whose it is, is found by its id, and its secret is shown once', async () => {
  const { world, core, id } = await staff()
  const { identities } = core
  const made = await identities.createKey({ accountId: id, userName: 'reader' })
  const info = {
    id: made.info.id,
    accountId: id,
    userName: 'reader',
    enabled: true,
    createdAt: world.clock.now(),
    lastUsedAt: undefined,
  }
  assert.deepEqual(made.info, info)
  assert.deepEqual(await identities.findKeyInfo(info.id), info)
  assert.deepEqual(await identities.setKeyEnabled(info.id, false), { ...info, enabled: false })
  assert.equal((await identities.findKey(info.id))?.secret, made.secret)
  assert.equal((await identities.findKey(info.id))?.enabled, false)
  assert.equal((await identities.principalOf(info.id))?.identity.kind, 'user')
  assert.equal(await identities.findKeyInfo('AKIDnobody'), undefined)
  assert.equal(await identities.principalOf('AKIDnobody'), undefined)
  assert.equal(await world.start().identities.ensureKey({ ...info, secret: made.secret, root: true }), 'replaced')
  assert.equal((await identities.findKeyInfo(info.id))?.userName, undefined, 'settings make it the root’s')
})

test('an account is found by each of its names, the more particular one first', async () => {
  const { core } = await staff()
  const { identities } = core
  const two = await identities.createAccount({ appId: '1250000001', displayName: APP_ID })
  const one = (await identities.findAccountByName(APP_ID)) ?? assert.fail()
  assert.equal(one.displayName, 'one')
  for (const name of [two.appId, two.uin, two.canonicalId, two.id]) {
    assert.equal((await identities.findAccountByName(name))?.id, two.id)
  }
  assert.equal(await identities.findAccountByName('nobody'), undefined)
  const changed = await identities.changeAccount(two.id, { displayName: 'second', email: 'ops@example.org' })
  assert.deepEqual([changed.displayName, changed.email], ['second', 'ops@example.org'])
  assert.deepEqual(await identities.findAccount(two.id), changed)
  assert.equal((await identities.changeAccount(two.id, { email: null })).email, undefined)
})

// --- principals -------------------------------------------------------------------------------------------------

async function labelsOf(core: Core, accessKeyId: string): Promise<readonly string[]> {
  return (await core.identities.findKey(accessKeyId))?.principal.policies.map(({ label }) => label) ?? []
}

test('a user has its own policies and those of its groups, a root has none, and every process sees a change at once', async () => {
  const { world, core, id } = await staff()
  const other = world.start()
  const { identities } = core
  const root = await identities.createKey({ accountId: id, userName: undefined })
  const { info } = await identities.createKey({ accountId: id, userName: 'reader' })
  const seen = async () => {
    const labels = await labelsOf(core, info.id)
    assert.deepEqual(await labelsOf(other, info.id), labels)
    return labels
  }
  assert.deepEqual(await seen(), [])
  await identities.setAttached(id, { kind: 'user', name: 'reader' }, ['readers'])
  assert.deepEqual(await seen(), ['policy "readers" of user "reader"'])
  await other.identities.setUserGroups(id, 'reader', ['staff'])
  await other.identities.setAttached(id, { kind: 'group', name: 'staff' }, ['deniers'])
  assert.deepEqual(await seen(), ['policy "readers" of user "reader"', 'policy "deniers" of group "staff"'])
  const effects = async () =>
    (await core.identities.findKey(info.id))?.principal.policies.flatMap(({ document }) =>
      document.statements.map(({ effect }) => effect),
    )
  assert.deepEqual(await effects(), ['allow', 'deny'])
  await other.identities.putPolicy(id, 'readers', DENY)
  assert.deepEqual(await effects(), ['deny', 'deny'])
  await identities.setAttached(id, { kind: 'user', name: 'reader' }, [])
  assert.deepEqual(await seen(), ['policy "deniers" of group "staff"'])
  assert.deepEqual(await labelsOf(core, root.info.id), [])
})

test('every change makes the account’s row a new one, and a refused one does not', async () => {
  const { world, core, id } = await staff()
  const { identities } = core
  const { info } = await identities.createKey({ accountId: id, userName: 'reader' })
  const changes: readonly (() => Promise<unknown>)[] = [
    () => identities.createUser(id, 'second'),
    () => identities.setUserGroups(id, 'second', ['staff']),
    () => identities.createGroup(id, 'second'),
    () => identities.createRole(id, { name: 'second', trust: TRUST }),
    () => identities.setRoleTrust(id, 'second', TRUST),
    () => identities.revokeRoleSessions(id, 'second'),
    () => identities.putPolicy(id, 'second', POLICY),
    () => identities.putPolicy(id, 'second', DENY),
    () => identities.setAttached(id, { kind: 'role', name: 'second' }, ['second']),
    () => identities.setAttached(id, { kind: 'role', name: 'second' }, []),
    () => identities.deletePolicy(id, 'second'),
    () => identities.deleteRole(id, 'second'),
    () => identities.deleteGroup(id, 'second'),
    () => identities.deleteUser(id, 'second'),
    () => identities.setKeyEnabled(info.id, false),
    () => identities.deleteKey(info.id),
    () => identities.createKey({ accountId: id, userName: undefined }),
    () => identities.changeAccount(id, { state: 'suspended' }),
  ]
  const revision = async () => (await identities.findAccount(id))?.revision ?? assert.fail()
  const version = async () => (await world.meta.get(accountKey(id)))?.version
  for (const change of changes) {
    const before = { revision: await revision(), version: await version() }
    await change()
    assert.equal(await revision(), before.revision + 1, String(change))
    assert.notEqual(await version(), before.version, String(change))
  }
  const before = await version()
  await refused(identities.createUser(id, 'reader'), 'EntityAlreadyExists', 'a taken name')
  assert.equal(await version(), before)
})
