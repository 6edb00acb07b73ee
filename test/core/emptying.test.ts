/** Emptying a bucket, step by step, by the job and its runner, with time moved by hand. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { silentLog } from '../../src/base/telemetry.js'
import type { Core } from '../../src/core/core.js'
import { createEmptying, type EmptyingStore } from '../../src/core/emptying.js'
import type { Emptying } from '../../src/core/emptying-record.js'
import { emptyingJob } from '../../src/jobs/emptying.js'
import { createRunner } from '../../src/jobs/runner.js'
import type { Bucket } from '../../src/model/bucket.js'
import { fail, isApiError } from '../../src/model/errors/index.js'
import {
  assertSound,
  bucketNamed,
  copyPart,
  createWorld,
  initiate,
  inspect,
  large,
  makeBucket,
  put,
  putInParts,
  putPart,
  read,
  remove,
  setAcl,
  visible,
  type World,
} from '../faults/world.js'
import { raises } from '../support/raises.js'

const NAME = 'full-1250000000'
const OTHER = 'other-1250000000'
const KEEP = { removeBucket: false }
const LEASE_MS = 60_000

/** Versions of all kinds, markers that are current and not, uploads with parts; and a neighbour that keeps all it has. */
async function fullWorld(): Promise<{ world: World; core: Core; bucket: Bucket }> {
  const world = createWorld()
  const core = world.start()
  const unset = await makeBucket(core, NAME)
  await put(core, unset, 'null', large('null'))
  const bucket = await core.buckets.setVersioning(unset, 'enabled')
  for (const word of ['one', 'two', 'three']) await put(core, bucket, 'versions', large(word))
  await put(core, bucket, 'null', 'numbered')
  await putInParts(core, bucket, 'parts', [large('a'), large('b'), 'c'])
  await put(core, bucket, 'marked', 'body')
  await remove(core, bucket, 'marked')
  await remove(core, bucket, 'back')
  await put(core, bucket, 'back', 'again')
  for (const key of ['upload', 'upload', 'parts']) {
    await putPart(core, bucket, key, await initiate(core, bucket, key), 1, large(key))
  }
  const other = await makeBucket(core, OTHER)
  await put(core, other, 'key', 'other')
  world.clock.advance(1_000)
  return { world, core, bucket: await bucketNamed(core, NAME) }
}

/** What fullWorld has put there. */
const OBJECTS = 8
const MARKERS = 2
const UPLOADS = 3

async function run(emptying: EmptyingStore, limit = 500): Promise<Emptying> {
  for (;;) {
    const { ended, more } = await emptying.step(limit)
    if (ended !== undefined) return ended
    assert.ok(more, 'there is a step to take')
  }
}

async function linesOf(world: World, bucket: Bucket): Promise<readonly string[]> {
  const lines = await visible(world)
  return lines.filter(
    (line) => !line.startsWith('bucket') && (line.includes(bucket.id) || /^(?:upload|part) /.test(line)),
  )
}

const counts = ({ state, objects, markers, uploads, refused }: Emptying) => ({
  ...{ state, objects, markers, uploads, refused },
})

const ALL = { state: 'done', objects: OBJECTS, markers: MARKERS, uploads: UPLOADS, refused: 0 }

for (const limit of [1, 2, 3, 500]) {
  test(`all versions, markers and uploads of the bucket go in steps of ${limit}, and nothing else`, async () => {
    const { world, core, bucket } = await fullWorld()
    await core.emptying.begin(bucket, KEEP)
    world.clock.advance(5_000)
    const ended = await run(core.emptying, limit)
    assert.deepEqual(counts(ended), ALL)
    assert.equal(ended.endedAt, world.clock.now())
    assert.deepEqual(await linesOf(world, bucket), [])
    assert.equal(await read(core, await bucketNamed(core, OTHER), 'key'), 'other')
    const after = await bucketNamed(core, NAME)
    assert.deepEqual(after, { ...bucket, state: 'active' }, 'it is what it was, without its content')
    await put(core, after, 'new', 'new')
    assert.deepEqual(await core.emptying.find(after), ended)
    await assertSound(world)
  })
}

test('an empty bucket is done at once, and without an emptying there is nothing to tell', async () => {
  const world = createWorld()
  const core = world.start()
  const bucket = await makeBucket(core, NAME)
  assert.equal(await core.emptying.find(bucket), undefined)
  assert.deepEqual(await core.emptying.step(10), { more: false, ended: undefined })
  await core.emptying.begin(bucket, KEEP)
  assert.deepEqual(counts(await run(core.emptying)), { ...ALL, objects: 0, markers: 0, uploads: 0 })
  await core.emptying.begin(bucket, KEEP)
  assert.equal((await core.emptying.find(bucket))?.state, 'running', 'it can be done again')
})

test('with delete at the end the bucket goes with its settings, its count and its progress', async () => {
  const { world, core, bucket } = await fullWorld()
  await core.documents.put(bucket, 'tagging', () => [['a', 'b']])
  await core.emptying.begin(bucket, { removeBucket: true })
  assert.deepEqual(counts(await run(core.emptying, 3)), ALL)
  assert.equal(await core.buckets.find(NAME), undefined)
  assert.equal(await core.emptying.find(bucket), undefined)
  await assertSound(world)
  const successor = await makeBucket(core, NAME)
  assert.equal(await core.emptying.find(successor), undefined)
})

test('DeleteBucket takes the progress of an earlier emptying with it', async () => {
  const { world, core, bucket } = await fullWorld()
  await core.emptying.begin(bucket, KEEP)
  await run(core.emptying)
  await core.buckets.delete(await bucketNamed(core, NAME), { uploadsCount: true })
  assert.deepEqual(
    (await inspect(world)).findings.filter(({ severity }) => severity === 'damage'),
    [],
  )
})

// --- who is kept out ------------------------------------------------------------------------------------------

test(raises('OperationAborted', 'whatever writes to a bucket that is being emptied, and readers go on'), async () => {
  const { world, core, bucket } = await fullWorld()
  const uploadId = await initiate(core, bucket, 'late')
  await putPart(core, bucket, 'late', uploadId, 1, 'part')
  const entered = bucket
  await core.emptying.begin(bucket, KEEP)
  const inside = await bucketNamed(core, NAME)
  const before = await visible(world)
  const name = { key: 'late', uploadId }
  for (const seen of [entered, inside]) {
    const writes: Readonly<Record<string, () => Promise<unknown>>> = {
      put: () => put(core, seen, 'new', 'new'),
      'delete of an object': () => remove(core, seen, 'versions'),
      'delete of a version': () =>
        core.objects.delete({ bucket: seen, key: 'null', reference: { kind: 'null' } }, seen.accountId),
      'an ACL': () => setAcl(core, seen, 'versions', 'public-read'),
      initiate: () => initiate(core, seen, 'new'),
      part: () => putPart(core, seen, 'late', uploadId, 2, 'part'),
      'copied part': () => copyPart(core, seen, 'late', uploadId, 2, 'versions'),
      abort: () => core.multipart.abort({ bucket: seen, ...name }),
      versioning: () => core.buckets.setVersioning(seen, 'suspended'),
      document: () => core.documents.put(seen, 'tagging', () => [['a', 'b']]),
      DeleteBucket: () => core.buckets.delete(seen, { uploadsCount: false }),
      CreateBucket: () => makeBucket(core, NAME),
      'another emptying': () => core.emptying.begin(seen, { removeBucket: true }),
    }
    for (const [what, write] of Object.entries(writes)) {
      await assert.rejects(write(), (error) => {
        assert.ok(isApiError(error, 'OperationAborted'), `${what}: ${error}`)
        assert.equal(error.details['ConflictingOperation'], 'EmptyBucket', what)
        return true
      })
    }
    assert.equal(await read(core, seen, 'versions'), large('three'))
    assert.equal((await core.multipart.listParts({ bucket: seen, ...name }, 0, 10)).parts.length, 1)
  }
  assert.deepEqual(await visible(world), before)
  assert.equal((await bucketNamed(core, NAME)).state, 'emptying')
})

test('a bucket that is being deleted is not emptied', async () => {
  const world = createWorld()
  const core = world.start()
  const bucket = await makeBucket(core, NAME)
  let refused: unknown
  const deleting = world.start(async ({ method, moment }) => {
    if (method !== 'scan' || moment !== 'before' || refused !== undefined) return
    refused = await core.emptying.begin(bucket, KEEP).catch((error: unknown) => error)
  })
  await deleting.buckets.delete(bucket, { uploadsCount: true })
  assert.ok(isApiError(refused, 'OperationAborted') && refused.details['ConflictingOperation'] === 'DeleteBucket')
})

// --- restart, cancel, refusals ----------------------------------------------------------------------------------

test('a restart in the middle goes on where it was, and keeps the bucket closed', async () => {
  const { world, core, bucket } = await fullWorld()
  await core.emptying.begin(bucket, KEEP)
  for (let step = 0; step < 4; step++) await core.emptying.step(2)
  const restarted = world.start()
  assert.equal(await restarted.buckets.recover(), 0)
  const inside = await bucketNamed(restarted, NAME)
  assert.equal(inside.state, 'emptying')
  await assert.rejects(put(restarted, inside, 'new', 'new'), (error) => isApiError(error, 'OperationAborted'))
  assert.deepEqual(counts(await run(restarted.emptying, 2)), ALL)
  await assertSound(world)
})

test('a cancelled emptying keeps what is left, opens the bucket and removes no more', async () => {
  const { world, core, bucket } = await fullWorld()
  await core.emptying.begin(bucket, { removeBucket: true })
  await core.emptying.step(2)
  const cancelled = await core.emptying.cancel(await bucketNamed(core, NAME))
  assert.deepEqual([cancelled.state, cancelled.endedAt], ['cancelled', world.clock.now()])
  assert.equal(cancelled.objects + cancelled.markers, 2, 'what a step has removed stays counted')
  const open = await bucketNamed(core, NAME)
  assert.equal(open.state, 'active')
  await put(core, open, 'new', 'new')
  const left = await linesOf(world, bucket)
  assert.deepEqual(await core.emptying.step(500), { more: false, ended: undefined })
  assert.deepEqual(await linesOf(world, bucket), left)
  await assert.rejects(core.emptying.cancel(open), (error) => isApiError(error, 'InvalidBucketState'))
  await assertSound(world)
})

test('a worker that is in the middle of a step when it is cancelled removes nothing that is written afterwards', async () => {
  const { world, core, bucket } = await fullWorld()
  await core.emptying.begin(bucket, KEEP)
  while ((await core.emptying.find(bucket))?.phase !== 'object') await core.emptying.step(500)
  let cancelled = false
  const slow = world.start(async ({ method, moment }) => {
    // It has read what there is, and has removed nothing yet.
    if (method !== 'getMany' || moment !== 'before' || cancelled) return
    cancelled = true
    await core.emptying.cancel(bucket)
    await put(core, await bucketNamed(core, NAME), 'null', 'kept')
  })
  await slow.emptying.step(500)
  assert.ok(cancelled)
  assert.equal(await read(core, await bucketNamed(core, NAME), 'null'), 'kept')
  assert.equal(await read(core, await bucketNamed(core, NAME), 'versions'), large('three'))
  assert.equal((await core.emptying.find(bucket))?.state, 'cancelled')
  await assertSound(world)
})

test('a worker that is slow to end an emptying does not delete the bucket of the next one', async () => {
  const { world, core, bucket } = await fullWorld()
  await core.emptying.begin(bucket, { removeBucket: true })
  while ((await core.emptying.find(bucket))?.phase !== 'upload') await core.emptying.step(500)
  let again = false
  const slow = world.start(async ({ method, moment }) => {
    // Nothing is left, so this commit is the one that ends the emptying.
    if (method !== 'commit' || moment !== 'before' || again) return
    if ((await linesOf(world, bucket)).length > 0) return
    again = true
    await core.emptying.cancel(bucket)
    await core.emptying.begin(await bucketNamed(core, NAME), KEEP)
  })
  const { ended } = await slow.emptying.step(500)
  assert.ok(again)
  assert.equal(ended, undefined)
  assert.equal((await bucketNamed(core, NAME)).state, 'emptying')
  assert.equal((await run(core.emptying)).state, 'done')
  assert.equal((await bucketNamed(core, NAME)).state, 'active')
})

test('what may not be removed is counted once and stays, and the bucket opens again, incomplete and not deleted', async () => {
  const { world, core, bucket } = await fullWorld()
  const { objects, multipart } = core
  const locked = (key: string) => key === 'versions' || key === 'marked'
  const emptying = createEmptying(core.dependencies, {
    objects: {
      deleteInClosed: (name, state) =>
        locked(name.key) && name.reference.kind === 'sequence' && name.key !== 'marked'
          ? fail('AccessDenied')
          : objects.deleteInClosed(name, state),
    },
    multipart,
  })
  await emptying.begin(bucket, { removeBucket: true })
  const ended = await run(emptying, 2)
  assert.deepEqual(counts(ended), { ...ALL, state: 'incomplete', objects: OBJECTS - 3, refused: 3 })
  assert.match(ended.lastError ?? '', /^versions: AccessDenied/)
  const left = await linesOf(world, bucket)
  assert.deepEqual(
    left.map((line) => line.split(' ')[2]),
    ['versions', 'versions', 'versions'],
  )
  assert.equal((await bucketNamed(core, NAME)).state, 'active')
  await put(core, await bucketNamed(core, NAME), 'new', 'new')
  await assertSound(world)
})

test('a refused version under a marker becomes the current one, and is tried and counted once', async () => {
  const { world, core, bucket } = await fullWorld()
  const { objects, multipart } = core
  let tried = 0
  const emptying = createEmptying(core.dependencies, {
    objects: {
      deleteInClosed: async (name, state) => {
        const found = name.key === 'marked' ? await objects.find(name).catch(() => undefined) : undefined
        if (found === undefined) return objects.deleteInClosed(name, state)
        tried++
        return fail('AccessDenied')
      },
    },
    multipart,
  })
  await emptying.begin(bucket, KEEP)
  const ended = await run(emptying, 1)
  assert.deepEqual(counts(ended), { ...ALL, state: 'incomplete', objects: OBJECTS - 1, refused: 1 })
  assert.equal(tried, 1)
  assert.equal(await read(core, await bucketNamed(core, NAME), 'marked'), 'body')
  await assertSound(world)
})

test('a store that fails stops the step with its error in the progress, and another bucket has its turn', async () => {
  const { world, core, bucket } = await fullWorld()
  const other = await bucketNamed(core, OTHER)
  await core.emptying.begin(bucket, KEEP)
  world.clock.advance(1)
  await core.emptying.begin(other, KEEP)
  const failure = new Error('the disk is gone')
  const broken = createEmptying(core.dependencies, {
    objects: {
      deleteInClosed: (name, state) => {
        if (name.bucket.id === bucket.id) throw failure
        return core.objects.deleteInClosed(name, state)
      },
    },
    multipart: core.multipart,
  })
  world.clock.advance(1)
  await assert.rejects(broken.step(500), failure)
  assert.equal((await core.emptying.find(bucket))?.lastError, 'the disk is gone')
  assert.equal((await core.emptying.find(bucket))?.refused, 0)
  for (let turn = 0; turn < 12; turn++) {
    world.clock.advance(1)
    await broken.step(500).catch((error: unknown) => assert.equal(error, failure))
  }
  assert.equal((await core.emptying.find(other))?.state, 'done')
  assert.equal((await core.emptying.find(bucket))?.state, 'running')
  assert.equal((await run(core.emptying)).state, 'done', 'it goes on when the store does')
  await assertSound(world)
})

// --- workers ----------------------------------------------------------------------------------------------------

test('of several workers one takes the step, and one that is gone is followed when its lease has run out', async () => {
  const { world, core, bucket } = await fullWorld()
  await core.emptying.begin(bucket, KEEP)
  const { clock, meta } = world
  const runner = (owner: string) =>
    createRunner({ meta, clock, owner, log: silentLog, metrics: { jobRun: () => undefined } })
  let gone = false
  const dying = world.start(({ method, moment }) => {
    // From its first removal on it answers nothing any more.
    if (method === 'getMany' && moment === 'before') gone = true
    return gone ? new Promise<void>(() => undefined) : undefined
  })
  void runner('dying').turn(emptyingJob(dying, silentLog))
  while (!gone) await new Promise<void>((resolve) => setImmediate(resolve))
  const others = ['second', 'third'].map((owner) => ({ turn: runner(owner).turn, job: emptyingJob(core, silentLog) }))
  const before = await visible(world)
  for (const { turn, job } of others) await turn(job)
  assert.deepEqual(await visible(world), before, 'the lease is held')
  clock.advance(LEASE_MS)
  while ((await core.emptying.find(bucket))?.state === 'running') {
    await Promise.all(others.map(({ turn, job }) => turn(job)))
    clock.advance(1_000)
  }
  assert.deepEqual(counts((await core.emptying.find(bucket)) ?? assert.fail()), ALL)
  assert.deepEqual(await linesOf(world, bucket), [])
})

test('the job tells in the log how an emptying has ended, and rests when there is none', async () => {
  const { world, core, bucket } = await fullWorld()
  const lines: unknown[] = []
  const job = emptyingJob(core, { ...silentLog, info: (...line) => lines.push(line) })
  await core.emptying.begin(bucket, { removeBucket: true })
  while ((await job.step(undefined)).more);
  assert.deepEqual(lines, [['emptying has ended', { bucket: NAME, ...ALL, removed: true }]])
  await assertSound(world)
})
