/**
 * Changes to one account at the same time, in many orders: limits are exact, nothing is left dangling, and a principal is
 * never put together from halves of two states.
 */

import assert from 'node:assert/strict'
import test from 'node:test'
import type { Core } from '../../src/core/core.js'
import { KEYS_PER_USER_MAX } from '../../src/model/identity.js'
import { interleave } from './interleave.js'
import { assertSound, createWorld, type World } from './world.js'

const SEEDS = 40
const ALLOW = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'
const DENY = ALLOW.replace('Allow', 'Deny')

interface Scene {
  readonly world: World
  readonly core: Core
  readonly id: string
  readonly seed: number
}

async function forEachSeed(race: (scene: Scene) => Promise<void>): Promise<void> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const world = createWorld(seed)
    const core = world.start()
    const { id } = await core.identities.createAccount({ appId: '1250000000', displayName: 'one' })
    await core.identities.createUser(id, 'reader')
    await core.identities.createGroup(id, 'staff')
    await core.identities.putPolicy(id, 'first', DENY)
    await core.identities.putPolicy(id, 'second', DENY)
    try {
      await race({ world, core, id, seed })
      await assertSound(world)
    } catch (error) {
      throw new Error(`with seed ${seed}`, { cause: error })
    }
  }
}

test('of several who make a user of one name exactly one does', () =>
  forEachSeed(async ({ world, id, seed }) => {
    const writer = (core: Core) => core.identities.createUser(id, 'second')
    const outcomes = await interleave(world, seed, [writer, writer, writer])
    assert.deepEqual(outcomes.toSorted(), ['EntityAlreadyExists', 'EntityAlreadyExists', 'done'])
  }))

test('of several who take one number in different accounts exactly one does', () =>
  forEachSeed(async ({ world, core, id, seed }) => {
    const other = await core.identities.createAccount({ appId: '1250000001', displayName: 'two' })
    const outcomes = await interleave(
      world,
      seed,
      [id, other.id].map(
        (accountId) => (writer: Core) => writer.identities.createUser(accountId, 'second', '10000009'),
      ),
    )
    assert.deepEqual(outcomes.toSorted(), ['EntityAlreadyExists', 'done'])
  }))

test('the last key that a user may have is given once', () =>
  forEachSeed(async ({ world, core, id, seed }) => {
    const owner = { accountId: id, userName: 'reader' }
    for (let count = 1; count < KEYS_PER_USER_MAX; count++) await core.identities.createKey(owner)
    const writer = (process: Core) => process.identities.createKey(owner)
    assert.deepEqual((await interleave(world, seed, [writer, writer])).toSorted(), ['LimitExceeded', 'done'])
    assert.equal((await core.identities.keys(id)).length, KEYS_PER_USER_MAX)
  }))

test('a user who is deleted while it gets a key and a group leaves neither behind', () =>
  forEachSeed(async ({ world, core, id, seed }) => {
    const outcomes = await interleave(world, seed, [
      (writer) => writer.identities.deleteUser(id, 'reader'),
      (writer) => writer.identities.createKey({ accountId: id, userName: 'reader' }),
      (writer) => writer.identities.setUserGroups(id, 'reader', ['staff']),
      (writer) => writer.identities.deleteGroup(id, 'staff'),
    ])
    const gone = (await core.identities.findUser(id, 'reader')) === undefined
    assert.equal(outcomes[0], gone ? 'done' : 'DeleteConflict')
    assert.equal((await core.identities.keys(id)).length, gone ? 0 : 1)
  }))

test('a policy that is attached while it is deleted is one or the other', () =>
  forEachSeed(async ({ world, core, id, seed }) => {
    const outcomes = await interleave(world, seed, [
      (writer) => writer.identities.deletePolicy(id, 'first'),
      (writer) => writer.identities.setAttached(id, { kind: 'user', name: 'reader' }, ['first']),
    ])
    const attached = (await core.identities.findUser(id, 'reader'))?.policies
    assert.deepEqual(outcomes, attached?.length === 1 ? ['DeleteConflict', 'done'] : ['done', 'NoSuchEntity'])
  }))

test('who asks while one policy that denies takes the place of another never has neither', () =>
  forEachSeed(async ({ world, core, id, seed }) => {
    const { info } = await core.identities.createKey({ accountId: id, userName: 'reader' })
    await core.identities.setAttached(id, { kind: 'user', name: 'reader' }, ['first'])
    const outcomes = await interleave(world, seed, [
      async (writer) => {
        await writer.identities.setAttached(id, { kind: 'user', name: 'reader' }, ['second'])
        await writer.identities.deletePolicy(id, 'first')
      },
      async (reader) => {
        for (let times = 0; times < 3; times++) {
          const effects = (await reader.identities.principalOf(info.id))?.policies.flatMap(({ document }) =>
            document.statements.map(({ effect }) => effect),
          )
          assert.deepEqual(effects, ['deny'])
        }
      },
    ])
    assert.deepEqual(outcomes, ['done', 'done'])
  }))

test('a key that is deleted while its use is noted leaves no note', () =>
  forEachSeed(async ({ world, core, id, seed }) => {
    const { info } = await core.identities.createKey({ accountId: id, userName: 'reader' })
    await interleave(world, seed, [
      async (user) => {
        user.identities.recordUse(info.id)
        // Something to wait for, so that the note gets its turns.
        for (let times = 0; times < 4; times++) await user.identities.findAccount(id)
      },
      (writer) => writer.identities.deleteKey(info.id),
    ])
  }))

test('processes that make the first token key at once agree on it, and each opens what the other issues', () =>
  forEachSeed(async ({ world, core, id, seed }) => {
    const { info } = await core.identities.createKey({ accountId: id, userName: 'reader' })
    const issue = async (process: Core) => {
      const issuer = (await process.identities.principalOf(info.id)) ?? assert.fail()
      const idPrefix = 'AKID'
      const request = { issuer, kind: 'session', name: 'n', policies: [], durationSeconds: 900, idPrefix } as const
      const { accessKeyId, token } = await process.sessions.issue(request)
      await core.sessions.open(accessKeyId, token)
    }
    assert.deepEqual(await interleave(world, seed, [issue, issue]), ['done', 'done'])
    assert.equal((await core.sessions.tokenKeys()).length, 1)
    const rotate = (process: Core) => process.sessions.rotateTokenKey()
    assert.deepEqual(await interleave(world, seed, [rotate, rotate]), ['done', 'done'])
    const states = (await core.sessions.tokenKeys()).map(({ state }) => state)
    assert.deepEqual(states, ['accepted', 'accepted', 'current'])
  }))
