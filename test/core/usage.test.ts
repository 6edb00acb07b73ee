/**
 * Counters of what is stored, and quotas over them: a random history of every kind of write, with counts that begin,
 * step and begin anew in between, ends with counters that say what is there; and no race gets past a quota.
 */

import assert from 'node:assert/strict'
import test from 'node:test'
import type { Core } from '../../src/core/core.js'
import { accountCodec, accountKey, putOf } from '../../src/core/rows.js'
import { usageBetween } from '../../src/core/usage-rows.js'
import type { Bucket } from '../../src/model/bucket.js'
import { isApiError } from '../../src/model/errors/index.js'
import {
  ACCOUNT_ID,
  assertSound,
  bucketNamed,
  complete,
  copy,
  copyPart,
  createWorld,
  initiate,
  large,
  makeBucket,
  put,
  putInParts,
  putPart,
  remove,
  removeVersion,
  seededNumbers,
  setAcl,
  type World,
} from '../faults/world.js'
import { raises } from '../support/raises.js'

const NAME = 'bucket'

async function assertCounted(world: World, core: Core, name = NAME): Promise<void> {
  const bucket = await bucketNamed(core, name)
  const { state, ...counted } = await core.limits.usageOfBucket(bucket)
  assert.equal(state, 'counted')
  assert.deepEqual(counted, await usageBetween(world.meta, bucket.id, undefined, undefined))
}

/** So that the account can have limits. */
async function withAccount({ meta }: World): Promise<void> {
  const account = {
    id: ACCOUNT_ID,
    appId: '1250000000',
    uin: '100000000001',
    canonicalId: 'c0ffee',
    displayName: 'account',
    email: undefined,
    state: 'active',
    suspendedAt: undefined,
    revision: 0,
  } as const
  await meta.commit({ puts: [putOf(accountCodec, accountKey(ACCOUNT_ID), account)] })
}

const KEYS = ['a', 'b', 'c/1', 'c/2', 'd', 'é', '\u{1F600}', '\uFFFD', 'z']

/** One write of any kind; what cannot be done at the moment does nothing. */
async function writeSomething(core: Core, bucket: Bucket, next: () => number): Promise<void> {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] ?? assert.fail()
  const key = pick(KEYS)
  const text = next() < 0.3 ? large(key) : 'x'.repeat(Math.floor(next() * 20))
  const writes: readonly (() => Promise<unknown>)[] = [
    () => put(core, bucket, key, text),
    () => put(core, bucket, key, text),
    () => remove(core, bucket, key),
    () => removeVersion(core, bucket, key, 'null'),
    async () => {
      const { current } = { current: await core.objects.find({ bucket, key, reference: undefined }) }
      await removeVersion(core, bucket, key, current.version.sequence)
    },
    () => copy(core, bucket, key, pick(KEYS)),
    () => setAcl(core, bucket, key, 'public-read'),
    () => putInParts(core, bucket, key, [text, large('b')]),
    async () => {
      const id = await initiate(core, bucket, key)
      for (const number of [1, 2, 1, 3]) await putPart(core, bucket, key, id, number, text.slice(number))
      await copyPart(core, bucket, key, id, 4, pick(KEYS)).catch(() => undefined)
      if (next() < 0.4) await complete(core, bucket, key, id, [1, 3])
      else if (next() < 0.5) await core.multipart.abort({ bucket, key, uploadId: id })
    },
    async () => {
      const versioning = pick(['enabled', 'suspended', 'unset'] as const)
      if (versioning !== 'unset') await core.buckets.setVersioning(bucket, versioning)
    },
  ]
  await pick(writes)().catch((error: unknown) => {
    const expected = ['NoSuchKey', 'NoSuchVersion', 'EntityTooSmall', 'InvalidRange'] as const
    if (!expected.some((condition) => isApiError(error, condition)) && !/assert/i.test(String(error))) throw error
  })
}

for (let seed = 1; seed <= 30; seed++) {
  test(`counters say what is there after a history of writes and counts, seed ${seed}`, async () => {
    const world = createWorld(seed)
    const core = world.start()
    const next = seededNumbers(seed)
    await makeBucket(core, NAME)
    for (let step = 0; step < 60; step++) {
      const bucket = await bucketNamed(core, NAME)
      if (step === 20 || next() < 0.02) await core.limits.count(bucket)
      if (next() < 0.2) await core.limits.countStep()
      await writeSomething(core, bucket, next)
    }
    while (await core.limits.countStep());
    await assertCounted(world, core)
    await assertSound(world)
  })
}

for (let seed = 1; seed <= 15; seed++) {
  test(`a count is exact while others write, call by call, seed ${seed}`, async () => {
    const world = createWorld(seed)
    const next = seededNumbers(seed)
    const quiet = world.start()
    await makeBucket(quiet, NAME, seed % 2 === 0 ? 'enabled' : 'unset')
    for (let step = 0; step < 20; step++) await writeSomething(quiet, await bucketNamed(quiet, NAME), next)
    // Each call of a store waits for a random number of turns, so that writers and the count interleave.
    const waits = seededNumbers(seed + 1000)
    const core = world.start(async () => {
      for (let turns = Math.floor(waits() * 4); turns > 0; turns--) await new Promise(setImmediate)
    })
    let writing = true
    const writers = [1, 2, 3].map(async (writer) => {
      const own = seededNumbers(seed * 100 + writer)
      for (let step = 0; step < 25; step++) await writeSomething(core, await bucketNamed(core, NAME), own)
    })
    const counter = async () => {
      await core.limits.count(await bucketNamed(core, NAME))
      while (writing || (await core.limits.countStep())) await core.limits.countStep()
    }
    const counting = counter()
    await Promise.all(writers)
    writing = false
    await counting
    await assertCounted(world, quiet)
    await assertSound(world)
  })
}

test('a bucket of more keys than a stretch is counted stretch by stretch, and writes on both sides of it count', async () => {
  const world = createWorld()
  const core = world.start()
  const bucket = await makeBucket(core, NAME)
  const keyOf = (index: number) => `key ${String(index).padStart(5, '0')}`
  for (let index = 0; index < 1_100; index++) await put(core, bucket, keyOf(index), 'four')
  const { meta } = world
  await core.limits.setOfAccount(ACCOUNT_ID, {}).catch(() => undefined)
  await core.limits.count(bucket)
  const usage = await core.limits.usageOfBucket(await bucketNamed(core, NAME))
  assert.deepEqual(usage, { state: 'counted', sizeBytes: 4_400, objects: 1_100 })
  await put(core, bucket, keyOf(3), 'fourteen bytes')
  await remove(core, bucket, keyOf(1_000))
  assert.deepEqual(await usageBetween(meta, bucket.id, undefined, undefined), { sizeBytes: 4_406, objects: 1_099 })
  await assertCounted(world, core)
})

test('who has no quota is not counted, and pays for nothing', async () => {
  const world = createWorld()
  const core = world.start()
  const bucket = await makeBucket(core, NAME)
  await put(core, bucket, 'k', 'content')
  assert.deepEqual(await core.limits.usageOfBucket(bucket), { state: 'uncounted', sizeBytes: 0, objects: 0 })
})

const exceeded = (error: unknown) => isApiError(error, 'QuotaExceeded')

test(raises('QuotaExceeded', 'more bytes or objects than a bucket may hold, in every kind of write'), async () => {
  const world = createWorld()
  const core = world.start()
  const made = await makeBucket(core, NAME)
  await put(core, made, 'old', 'x'.repeat(60))
  await core.limits.setOfBucket(made, { sizeBytesMax: 100, objectsMax: 3 })
  const bucket = await bucketNamed(core, NAME)
  await assert.rejects(put(core, bucket, 'k', 'x'.repeat(41)), exceeded)
  await put(core, bucket, 'k', 'x'.repeat(40))
  await assert.rejects(put(core, bucket, 'k', 'x'.repeat(41)), exceeded, 'an overwrite that grows')
  await put(core, bucket, 'k', 'x'.repeat(30))
  await assert.rejects(copy(core, bucket, 'old', 'copy'), exceeded)
  await copy(core, bucket, 'k', 'k')
  const uploadId = await initiate(core, bucket, 'parts')
  await assert.rejects(putPart(core, bucket, 'parts', uploadId, 1, 'x'.repeat(11)), exceeded)
  await putPart(core, bucket, 'parts', uploadId, 1, 'x'.repeat(10))
  await assert.rejects(copyPart(core, bucket, 'parts', uploadId, 2, 'k'), exceeded)
  await complete(core, bucket, 'parts', uploadId)
  await remove(core, bucket, 'old')
  await put(core, bucket, 'third', 'x')
  await assert.rejects(put(core, bucket, 'fourth', ''), exceeded, 'one object too many')
  await remove(core, bucket, 'third')
  await put(core, bucket, 'fourth', '')
  await assertCounted(world, core)
  await assertSound(world)
})

test('older versions count until they are removed, and delete markers take no room', async () => {
  const world = createWorld()
  const core = world.start()
  const made = await makeBucket(core, NAME, 'enabled')
  await core.limits.setOfBucket(made, { objectsMax: 2 })
  const bucket = await bucketNamed(core, NAME)
  const { version } = await put(core, bucket, 'k', 'one')
  await put(core, bucket, 'k', 'two')
  await assert.rejects(put(core, bucket, 'k', 'three'), exceeded)
  await remove(core, bucket, 'k')
  await assert.rejects(put(core, bucket, 'k', 'three'), exceeded)
  await removeVersion(core, bucket, 'k', version.sequence)
  await put(core, bucket, 'k', 'three')
  await assertCounted(world, core)
})

test('what holds more than a new quota keeps it, and may shrink', async () => {
  const world = createWorld()
  const core = world.start()
  const bucket = await makeBucket(core, NAME)
  await put(core, bucket, 'k', 'x'.repeat(50))
  await core.limits.setOfBucket(bucket, { sizeBytesMax: 10 })
  await put(core, bucket, 'k', 'x'.repeat(40))
  await assert.rejects(put(core, bucket, 'other', 'x'), exceeded)
  await core.limits.setOfBucket(bucket, { sizeBytesMax: 'default' })
  await put(core, bucket, 'other', 'x')
  await assertCounted(world, core)
})

test('writers at once never get past a quota together, and fill it', async () => {
  const world = createWorld()
  const core = world.start()
  const made = await makeBucket(core, NAME)
  await core.limits.setOfBucket(made, { objectsMax: 10, sizeBytesMax: 95 })
  const bucket = await bucketNamed(core, NAME)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 40 }, (_, index) => put(core, bucket, `key ${index}`, 'x'.repeat(10))),
  )
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
  assert.ok(refused.every(({ reason }) => exceeded(reason)))
  assert.equal(outcomes.length - refused.length, 9)
  assert.deepEqual(await core.limits.usageOfBucket(bucket), { state: 'counted', sizeBytes: 90, objects: 9 })
})

test('the quota of an account holds over all its buckets, old and new', async () => {
  const world = createWorld()
  const core = world.start()
  await withAccount(world)
  const old = await makeBucket(core, 'old')
  await put(core, old, 'k', 'x'.repeat(50))
  await core.limits.setOfAccount(ACCOUNT_ID, { sizeBytesMax: 100 })
  const [first, second] = [await bucketNamed(core, 'old'), await makeBucket(core, 'new')]
  await assert.rejects(put(core, first, 'more', 'x'.repeat(51)), exceeded)
  await put(core, second, 'k', 'x'.repeat(50))
  await assert.rejects(put(core, second, 'more', 'x'), exceeded)
  await remove(core, first, 'k')
  await put(core, second, 'more', 'x')
  assert.deepEqual(await core.limits.usageOfAccount(ACCOUNT_ID), { sizeBytes: 51, objects: 2 })
  await remove(core, second, 'k')
  await remove(core, second, 'more')
  await core.buckets.delete(second, { uploadsCount: true })
  assert.deepEqual(await core.limits.usageOfAccount(ACCOUNT_ID), { sizeBytes: 0, objects: 0 })
  await assertSound(world)
})

test('a bucket that is deleted with its unfinished uploads gives their room back, and leaves no row', async () => {
  const world = createWorld()
  const core = world.start()
  await withAccount(world)
  await core.limits.setOfAccount(ACCOUNT_ID, { sizeBytesMax: 100 })
  const bucket = await makeBucket(core, NAME)
  const uploadId = await initiate(core, bucket, 'k')
  await putPart(core, bucket, 'k', uploadId, 1, 'x'.repeat(100))
  assert.deepEqual(await core.limits.usageOfAccount(ACCOUNT_ID), { sizeBytes: 100, objects: 0 })
  await core.buckets.delete(bucket, { uploadsCount: false })
  assert.deepEqual(await core.limits.usageOfAccount(ACCOUNT_ID), { sizeBytes: 0, objects: 0 })
  await assertSound(world)
})
