/** Users, groups, roles and policies from a seed: put in place, again and again with the same outcome. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeedMistakes } from '../../src/config/seed.js'
import { parseSeed } from '../../src/config/seed-file.js'
import { applySeed } from '../../src/core/seeding.js'
import { createExchange, type Exchange, OWNER, REGION } from '../support/exchange.js'

const SEED = `
accounts:
  - name: root
    appid: ${OWNER.appId}
    policies:
      - { name: read, document: { statement: [{ effect: allow, action: ['name/cos:GetObject'], resource: ['*'] }] } }
    groups:
      - { name: staff, policies: [read] }
    users:
      - name: alice
        number: 100000000777
        groups: [staff]
        policies: [read]
        keys: [{ id: AKIDalice, secret: alice-secret }]
    roles:
      - name: reader
        trust:
          statement: [{ effect: allow, action: ['name/sts:AssumeRole'], principal: { qcs: ['qcs::cam::uin/1:root'] } }]
        policies: [read]
        sessionSecondsMax: 7200
`

async function apply({ core, owner }: Exchange, text: string): Promise<void> {
  await applySeed(core, owner, [REGION, 'ap-beijing'], parseSeed(text, '/seeds'))
}

async function state({ core: { identities }, owner: { id } }: Exchange) {
  const policies = await identities.policies(id)
  const [users, groups, roles] = [await identities.users(id), await identities.groups(id), await identities.roles(id)]
  return { policies, users, groups, roles, keys: await identities.keys(id) }
}

test('everybody in the seed is there, with groups, policies and keys', async () => {
  const exchange = await createExchange()
  await apply(exchange, SEED)
  const { users, groups, roles, policies } = await state(exchange)
  assert.deepEqual(
    users.map(({ name, number, ...user }) => [name, number, user.groups, user.policies]),
    [['alice', '100000000777', ['staff'], ['read']]],
  )
  assert.deepEqual([groups[0]?.name, groups[0]?.policies], ['staff', ['read']])
  assert.deepEqual([roles[0]?.name, roles[0]?.policies, roles[0]?.sessionSecondsMax], ['reader', ['read'], 7_200])
  assert.deepEqual(
    policies.map(({ name }) => name),
    ['read'],
  )
  const holder = await exchange.core.identities.findKey('AKIDalice')
  assert.deepEqual([holder?.secret, holder?.principal.identity.kind], ['alice-secret', 'user'])
})

test('applied again it changes nothing, not even a revision', async () => {
  const exchange = await createExchange()
  await apply(exchange, SEED)
  const before = [await state(exchange), await exchange.core.identities.findAccount(exchange.owner.id)]
  exchange.clock.advance(60_000)
  await apply(exchange, SEED)
  assert.deepEqual([await state(exchange), await exchange.core.identities.findAccount(exchange.owner.id)], before)
})

test('what the file says anew is put in place, and what it does not mention stays', async () => {
  const exchange = await createExchange()
  const { identities } = exchange.core
  const { id } = exchange.owner
  await apply(exchange, SEED)
  await identities.putPolicy(id, 'own', '{"statement":[{"effect":"deny","action":"*","resource":"*"}]}')
  await identities.setAttached(id, { kind: 'user', name: 'alice' }, ['own'])
  await identities.createGroup(id, 'others')
  await identities.setUserGroups(id, 'alice', ['others'])
  await apply(exchange, SEED.replace('alice-secret', 'another-secret').replace('GetObject', 'PutObject'))
  const alice = await identities.findUser(id, 'alice')
  assert.deepEqual(
    [alice?.policies, alice?.groups],
    [
      ['own', 'read'],
      ['others', 'staff'],
    ],
  )
  assert.equal((await identities.findKey('AKIDalice'))?.secret, 'another-secret')
  const read = (await identities.policies(id)).find(({ name }) => name === 'read')
  assert.match(read?.text ?? '', /PutObject/)
})

test('the state of an account follows the file when it names one', async () => {
  const exchange = await createExchange()
  const { identities } = exchange.core
  const account = (more: string) => `accounts: [{ name: other, appid: 1250000001${more} }]`
  const shown = async () => (await identities.findAccount(exchange.other.id))?.state
  await apply(exchange, account(', state: suspended'))
  assert.equal(await shown(), 'suspended')
  await apply(exchange, account(''))
  assert.equal(await shown(), 'suspended')
  await apply(exchange, account(', state: active'))
  assert.equal(await shown(), 'active')
})

test('what only the core can refuse names its line as well', async () => {
  const exchange = await createExchange()
  await exchange.core.identities.createUser(exchange.other.id, 'bob', '100000000777')
  await assert.rejects(apply(exchange, SEED), (error) => {
    assert.ok(error instanceof SeedMistakes, String(error))
    assert.match(error.mistakes.join('\n'), /^line 10: alice: .*100000000777/)
    return true
  })
})

test('a bucket is made in the region that its row names, else at home, and a region that is not here names its line', async () => {
  const exchange = await createExchange()
  await apply(exchange, 'buckets:\n  - { name: there-1250000000, region: ap-beijing }\n  - { name: here-1250000000 }\n')
  const regionOf = async (name: string) => (await exchange.core.buckets.find(name))?.region
  assert.deepEqual([await regionOf('there-1250000000'), await regionOf('here-1250000000')], ['ap-beijing', REGION])
  const unknown = apply(exchange, 'buckets:\n  - { name: nowhere-1250000000, region: mars-1 }\n')
  await assert.rejects(unknown, /line 2: .*there is no region "mars-1"; there are ap-guangzhou, ap-beijing/)
  assert.equal(await regionOf('nowhere-1250000000'), undefined)
})
