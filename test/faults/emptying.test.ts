/**
 * Emptying, stopped or failing at every single store call, and racing with writers: what was acknowledged before is
 * removed by the job, what comes later is refused, and the job that goes on afterwards ends as if nothing had happened.
 */

import assert from 'node:assert/strict'
import test from 'node:test'
import { type FaultHook, type FaultPoint, failAt, stopAt } from '../../src/base/faults.js'
import type { Core } from '../../src/core/core.js'
import { type Condition, isApiError } from '../../src/model/errors/index.js'
import { raises } from '../support/raises.js'
import { interleave } from './interleave.js'
import {
  assertSound,
  bucketNamed,
  complete,
  copyPart,
  createWorld,
  initiate,
  inspect,
  large,
  makeBucket,
  put,
  putPart,
  remove,
  visible,
  type World,
} from './world.js'

const NAME = 'emptied-1250000000'
const SEEDS = 90

async function prepared(removeBucket: boolean, begun: boolean): Promise<{ world: World; core: Core }> {
  const world = createWorld()
  const core = world.start()
  const bucket = await makeBucket(core, NAME, 'enabled')
  await put(core, bucket, 'a', large('first'))
  await put(core, bucket, 'a', 'second')
  await remove(core, bucket, 'b')
  await putPart(core, bucket, 'c', await initiate(core, bucket, 'c'), 1, large('part'))
  if (begun) await core.emptying.begin(bucket, { removeBucket })
  return { world, core }
}

async function finish(core: Core): Promise<void> {
  while ((await core.emptying.step(500)).more);
}

/** Begun, and all of its steps. */
async function wholeCourse(core: Core, removeBucket: boolean): Promise<void> {
  await core.emptying.begin(await bucketNamed(core, NAME), { removeBucket })
  await finish(core)
}

const states = async (world: World) => (await world.start().buckets.find(NAME))?.state

async function pointsOf(removeBucket: boolean): Promise<readonly FaultPoint[]> {
  const { world } = await prepared(removeBucket, false)
  const points: FaultPoint[] = []
  const record: FaultHook = ({ index, moment, chunk }) => {
    points.push(chunk === undefined ? { index, moment } : { index, moment, chunk })
  }
  await wholeCourse(world.start(record), removeBucket)
  return points
}

/** After whatever happened: the next process brings it to its end, or begins it when it had not begun. */
async function assertGoesOn(world: World, removeBucket: boolean, where: string): Promise<void> {
  const damage = (await inspect(world)).findings.filter(({ severity }) => severity === 'damage')
  assert.deepEqual(damage, [], `nothing is damaged after ${where}`)
  const next = world.start()
  await next.buckets.recover()
  const bucket = await next.buckets.find(NAME)
  if (bucket?.state === 'active' && (await next.emptying.find(bucket)) === undefined) {
    await next.emptying.begin(bucket, { removeBucket })
  }
  await finish(next)
  assert.equal(await states(world), removeBucket ? undefined : 'active', where)
  const lines = (await visible(world)).filter((line) => !line.startsWith('bucket'))
  assert.deepEqual(lines, [], where)
  await assertSound(world)
}

for (const removeBucket of [false, true]) {
  const title = removeBucket ? 'with delete at the end' : 'and kept'

  test(`stopped at any call: a bucket that is emptied ${title}`, async () => {
    for (const point of await pointsOf(removeBucket)) {
      const { world } = await prepared(removeBucket, false)
      const stop = stopAt(point)
      let gone: () => void = () => undefined
      const death = new Promise<void>((resolve) => {
        gone = resolve
      })
      const hook: FaultHook = (call) => {
        const answer = stop(call)
        if (stop.stopped()) gone()
        return answer
      }
      await Promise.race([wholeCourse(world.start(hook), removeBucket), death])
      await assertGoesOn(world, removeBucket, JSON.stringify(point))
    }
  })

  test(`failing at any call: a bucket that is emptied ${title}`, async () => {
    for (const point of await pointsOf(removeBucket)) {
      const { world } = await prepared(removeBucket, false)
      const failure = new Error('the disk is gone')
      await wholeCourse(world.start(failAt(point, failure)), removeBucket).catch((error: unknown) => {
        assert.equal(error, failure, `the failure at ${JSON.stringify(point)} rises as it is`)
      })
      await assertGoesOn(world, removeBucket, JSON.stringify(point))
    }
  })
}

// --- races ------------------------------------------------------------------------------------------------------

test(raises('OperationAborted', 'of writers that race with the beginning, none is acknowledged and lost'), async () => {
  const seen = new Set<string>()
  for (let seed = 1; seed <= SEEDS; seed++) {
    const world = createWorld(seed)
    const core = world.start()
    const bucket = await makeBucket(core, NAME, seed % 2 === 0 ? 'enabled' : 'unset')
    const uploadId = await initiate(core, bucket, 'upload')
    await putPart(core, bucket, 'upload', uploadId, 1, large('first'))
    const outcomes = await interleave(world, seed, [
      (operator) => operator.emptying.begin(bucket, { removeBucket: false }),
      (writer) => put(writer, bucket, 'key', large('key')),
      (writer) => putPart(writer, bucket, 'upload', uploadId, 2, 'part'),
      (writer) => initiate(writer, bucket, 'late'),
    ])
    const [begun, putOutcome, part, late] = outcomes
    assert.equal(begun, 'done')
    const lines = await visible(world)
    const has = (start: string, text: string) => lines.some((line) => line.startsWith(start) && line.includes(text))
    // An acknowledged write is there when the emptying has begun; a refused one is not.
    assert.equal(has('current', ' key '), putOutcome === 'done', `seed ${seed}`)
    assert.equal(has('part', ' 00002 ') || has('part', ' 2 '), part === 'done', `seed ${seed}`)
    assert.equal(has('upload', 'late'), late === 'done', `seed ${seed}`)
    for (const outcome of outcomes.slice(1)) {
      assert.ok(outcome === 'done' || outcome === 'OperationAborted', outcome)
      seen.add(outcome)
    }
    await finish(core)
    const progress = (await core.emptying.find(bucket)) ?? assert.fail()
    assert.deepEqual(
      [progress.state, progress.objects, progress.uploads],
      ['done', putOutcome === 'done' ? 1 : 0, late === 'done' ? 2 : 1],
      'the job has removed what was acknowledged',
    )
    await assertSound(world)
  }
  assert.deepEqual([...seen].toSorted(), ['OperationAborted', 'done'], 'both orders were met')
})

test(
  raises('OperationAborted', 'a write that was let in before the emptying and commits after its beginning'),
  async () => {
    const late: Readonly<Record<string, (core: Core, uploadId: string) => Promise<unknown>>> = {
      put: async (core) => put(core, await bucketNamed(core, NAME), 'late', large('late')),
      initiate: async (core) => initiate(core, await bucketNamed(core, NAME), 'late'),
      part: async (core, uploadId) => putPart(core, await bucketNamed(core, NAME), 'open', uploadId, 2, 'late'),
      'copied part': async (core, uploadId) =>
        copyPart(core, await bucketNamed(core, NAME), 'open', uploadId, 2, 'source'),
      abort: async (core, uploadId) =>
        core.multipart.abort({ bucket: await bucketNamed(core, NAME), key: 'open', uploadId }),
    }
    for (const [what, write] of Object.entries(late)) {
      const { world, core } = await prepared(false, false)
      const bucket = await bucketNamed(core, NAME)
      await put(core, bucket, 'source', large('source'))
      const uploadId = await initiate(core, bucket, 'open')
      let before: readonly string[] | undefined
      // Everything is read and planned; the bucket is closed in the last moment.
      const writer = world.start(async ({ method, moment }) => {
        if (method !== 'commit' || moment !== 'before' || before !== undefined) return
        before = []
        await core.emptying.begin(bucket, { removeBucket: false })
        before = await visible(world)
      })
      await assert.rejects(write(writer, uploadId), (error) => {
        assert.ok(isApiError(error, 'OperationAborted'), `${what}: ${error}`)
        return error.details['ConflictingOperation'] === 'EmptyBucket'
      })
      assert.deepEqual(await visible(world), before, what)
      await finish(core)
      await assertSound(world)
    }
  },
)

test('writers that race with a whole emptying are refused, or removed, or come after its end', async () => {
  const expected: readonly (Condition | 'done')[] = ['done', 'OperationAborted', 'NoSuchUpload']
  for (let seed = 1; seed <= SEEDS; seed++) {
    const world = createWorld(seed)
    const core = world.start()
    const bucket = await makeBucket(core, NAME, seed % 2 === 0 ? 'enabled' : 'unset')
    await put(core, bucket, 'key', large('old'))
    const uploadId = await initiate(core, bucket, 'upload')
    await putPart(core, bucket, 'upload', uploadId, 1, large('part'))
    const endings: number[] = []
    const order: string[] = []
    const [job, ...outcomes] = await interleave(world, seed, [
      async (operator) => {
        await operator.emptying.begin(bucket, { removeBucket: false })
        order.push('begun')
        await finish(operator)
        endings.push(order.push('ended'))
      },
      async (writer) => {
        await put(writer, bucket, 'key', large('new'))
        order.push('put')
      },
      (writer) => complete(writer, bucket, 'upload', uploadId),
      (writer) => writer.multipart.abort({ bucket, key: 'upload', uploadId }),
    ])
    assert.equal(job, 'done')
    for (const outcome of outcomes) assert.ok(expected.includes(outcome), `seed ${seed}: ${outcome}`)
    const left = (await visible(world)).filter((line) => /^(?:current|older|marker|upload|part)/.test(line))
    for (const line of left) assert.match(line, / new /, `only what came after the end is there, seed ${seed}`)
    if (left.length > 0) assert.ok(order.indexOf('begun') < order.indexOf('put'))
    assert.equal(await states(world), 'active')
    await assertSound(world)
  }
})

test('a second worker over the same step removes nothing twice, and the bucket is counted once', async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { world } = await prepared(seed % 2 === 0, true)
    const worker = (core: Core) => finish(core)
    assert.deepEqual(await interleave(world, seed, [worker, worker]), ['done', 'done'])
    await finish(world.start())
    assert.equal(await states(world), seed % 2 === 0 ? undefined : 'active')
    assert.deepEqual(
      (await visible(world)).filter((line) => !line.startsWith('bucket')),
      [],
    )
    await assertSound(world)
  }
})

test('a cancel that races with the end either keeps the bucket or finds it gone', async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { world, core } = await prepared(true, true)
    const bucket = await bucketNamed(core, NAME)
    const [job, cancel] = await interleave(world, seed, [
      (worker) => finish(worker),
      (operator) => operator.emptying.cancel(bucket),
    ])
    // The step under way is told nothing when the bucket was opened under it.
    assert.equal(job, 'done')
    if (cancel === 'done') assert.equal(await states(world), 'active', `seed ${seed}`)
    else {
      assert.equal(cancel, 'NoSuchBucket')
      assert.equal(await states(world), undefined)
    }
    await assertSound(world)
  }
})

test('a failure that is no refusal is not taken for one', async () => {
  const { world } = await prepared(false, true)
  const failure = new Error('the disk is gone')
  const failing = world.start(({ method, moment }) => {
    if (method === 'commit' && moment === 'before') throw failure
  })
  await assert.rejects(failing.emptying.step(500), (error) => !isApiError(error))
  const core = world.start()
  await finish(core)
  const progress = (await core.emptying.find(await bucketNamed(core, NAME))) ?? assert.fail()
  assert.deepEqual([progress.state, progress.refused], ['done', 0])
})
