/**
 * What an operator does to keys, and the job that destroys them, stopped or failing at every single store call: a key is
 * as it was or as it was to be, its versions fit its state, and what was left is done by the next process.
 */

import assert from 'node:assert/strict'
import test from 'node:test'
import { type FaultHook, type FaultPoint, failAt, type StoreCall, stopAt } from '../../src/base/faults.js'
import type { Core } from '../../src/core/core.js'
import type { KeyRingManagement } from '../../src/core/key-ring-management.js'
import { kinds, rangeOf, scanAll } from '../../src/core/rows.js'
import { kmsKeyDeletionJob } from '../../src/jobs/kms-keys.js'
import { isApiError } from '../../src/model/errors/index.js'
import { createWorld, inspect, type World } from './world.js'

const DAY_MS = 86_400_000

const ring = ({ keyRing }: Core): KeyRingManagement => keyRing ?? assert.fail('the keys are in the store')

interface Scenario {
  readonly name: string
  readonly prepare?: (world: World, keyId: string) => Promise<unknown>
  readonly run: (core: Core, home: { accountId: string; region: string }, keyId: string) => Promise<unknown>
}

async function makeDue(world: World, keyId: string): Promise<void> {
  await ring(world.start()).rotate(keyId)
  await ring(world.start()).scheduleDeletion(keyId, 7)
  world.clock.advance(7 * DAY_MS)
}

const scenarios: readonly Scenario[] = [
  { name: 'a key is made', run: (core, home) => ring(core).create(home, 'new') },
  { name: 'a default key is made', run: (core, home) => core.dependencies.keyService.defaultKey(home) },
  { name: 'a key is rotated', run: (core, _, keyId) => ring(core).rotate(keyId) },
  { name: 'a key is disabled', run: (core, _, keyId) => ring(core).disable(keyId) },
  { name: 'a deletion is scheduled', run: (core, _, keyId) => ring(core).scheduleDeletion(keyId, 30) },
  {
    name: 'a deletion is called off',
    prepare: (world, keyId) => ring(world.start()).scheduleDeletion(keyId, 7),
    run: (core, _, keyId) => ring(core).cancelDeletion(keyId),
  },
  {
    name: 'keys that are due are destroyed',
    prepare: makeDue,
    run: (core) => kmsKeyDeletionJob(core).step(undefined),
  },
  { name: 'the key of the server is rotated', run: (core) => core.dependencies.serverKeys.rotate() },
]

async function prepared({ prepare }: Scenario) {
  const world = createWorld()
  const core = world.start()
  const { id: accountId } = await core.identities.ensureAccount({ appId: '1250000000', displayName: 'a' })
  const home = { accountId, region: 'local' }
  const { id: keyId } = await ring(core).create(home, 'first')
  await prepare?.(world, keyId)
  return { world, home, keyId }
}

/** Of keys and their versions: which rows there are, and what states say. */
async function stateOf({ meta, start }: World, accountId: string): Promise<string> {
  const keys = (await ring(start()).list(accountId)).map(({ id, state, currentVersion }) => [id, state, currentVersion])
  const rows: string[] = []
  for (const kind of [kinds.kmsKeyIndex, kinds.kmsKeyVersion, kinds.serverKey]) {
    for await (const { key } of scanAll(meta, rangeOf(Buffer.of(kind)))) rows.push(Buffer.from(key).toString('latin1'))
  }
  return JSON.stringify([keys, rows])
}

async function assertUndamaged(world: World, where: string): Promise<void> {
  assert.deepEqual((await inspect(world)).findings, [], where)
}

for (const scenario of scenarios) {
  test(`stopped or failing at any call: ${scenario.name}`, async () => {
    const course = await prepared(scenario)
    const points: FaultPoint[] = []
    const before = await stateOf(course.world, course.home.accountId)
    const record = async ({ index, moment }: StoreCall) => {
      points.push({ index, moment })
    }
    await scenario.run(course.world.start(record), course.home, course.keyId)
    const after = await stateOf(course.world, course.home.accountId)
    assert.notEqual(before, after)
    await assertUndamaged(course.world, 'undisturbed')
    for (const point of points) {
      for (const how of ['stopped', 'failing'] as const) {
        const { world, home, keyId } = await prepared(scenario)
        const where = `${how} at ${JSON.stringify(point)}`
        const stop = stopAt(point)
        let gone: () => void = () => undefined
        const death = new Promise<void>((resolve) => {
          gone = resolve
        })
        const hook: FaultHook =
          how === 'failing'
            ? failAt(point, new Error('the disk is gone'))
            : (call) => {
                const answer = stop(call)
                if (stop.stopped()) gone()
                return answer
              }
        await Promise.race([scenario.run(world.start(hook), home, keyId).catch(() => undefined), death])
        const state = await stateOf(world, home.accountId)
        assert.ok([before, after].includes(state), `${where}: ${state}`)
        await assertUndamaged(world, where)
        if (state === after) continue
        // The next process does it again, and ends where the undisturbed one did.
        await scenario.run(world.start(), home, keyId)
        const [redone] = JSON.parse(await stateOf(world, home.accountId))
        assert.equal(redone.length, JSON.parse(after)[0].length, where)
        await assertUndamaged(world, where)
      }
    }
  })
}

test('of a deletion that is due and somebody who calls it off exactly one comes first', async () => {
  for (let round = 0; round < 20; round++) {
    const { world, keyId } = await prepared({ name: '', prepare: makeDue, run: async () => undefined })
    const [called] = await Promise.all([
      ring(world.start())
        .cancelDeletion(keyId)
        .then(
          () => true,
          (error) => (isApiError(error, 'KmsKeyNotExist') ? false : assert.fail(String(error))),
        ),
      kmsKeyDeletionJob(world.start()).step(undefined),
    ])
    assert.equal((await ring(world.start()).find(keyId))?.state, called ? 'disabled' : 'destroyed')
    await assertUndamaged(world, `round ${round}`)
  }
})

test('a step of the job is bounded, and says when there is more', async () => {
  const { world, home, keyId } = await prepared({ name: '', run: async () => undefined })
  for (let count = 0; count < 24; count++) {
    const { id } = await ring(world.start()).create(home, '')
    await ring(world.start()).scheduleDeletion(id, 7)
  }
  world.clock.advance(7 * DAY_MS - 1)
  const job = kmsKeyDeletionJob(world.start())
  assert.equal((await job.step(undefined)).more, false)
  const destroyed = async () =>
    (await ring(world.start()).list(home.accountId)).filter(({ state }) => state === 'destroyed').length
  assert.equal(await destroyed(), 0, 'before its day')
  world.clock.advance(1)
  assert.equal((await job.step(undefined)).more, true)
  assert.equal(await destroyed(), 20)
  assert.equal((await job.step(undefined)).more, false)
  assert.equal(await destroyed(), 24)
  assert.equal((await ring(world.start()).find(keyId))?.state, 'enabled')
})

test('an account has so many keys at most, whoever makes them at once; destroyed ones do not count', async () => {
  const { world, home } = await prepared({ name: '', run: async () => undefined })
  const made = await Promise.allSettled(Array.from({ length: 105 }, () => ring(world.start()).create(home, '')))
  assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 99)
  const [first] = await ring(world.start()).list(home.accountId)
  await ring(world.start()).scheduleDeletion(first?.id ?? '', 7)
  world.clock.advance(7 * DAY_MS)
  await kmsKeyDeletionJob(world.start()).step(undefined)
  await ring(world.start()).create(home, '')
  await assert.rejects(ring(world.start()).create(home, ''), (error) => isApiError(error, 'LimitExceeded'))
})
