/**
 * Every writing operation, stopped or failing at every single store call and at every chunk of a body. What a client
 * sees after a restart is one of the states that the operation's own commits make; an acknowledged one is fully there.
 */

import assert from 'node:assert/strict'
import test from 'node:test'
import { type FaultHook, type FaultPoint, failAt, type StoreCall, stopAt } from '../../src/base/faults.js'
import type { Core } from '../../src/core/core.js'
import { bucketCodec, kinds, rangeOf, scanAll } from '../../src/core/rows.js'
import { isApiError } from '../../src/model/errors/index.js'
import {
  assertSound,
  bucketNamed,
  complete,
  copy,
  copyPart,
  createWorld,
  HEADERS,
  initiate,
  large,
  makeBucket,
  put,
  putInParts,
  putPart,
  remove,
  removeVersion,
  setAcl,
  visible,
  type World,
  when,
} from './world.js'

interface Scenario {
  readonly name: string
  /** How many states there are, from before to done; 2 for one commit. */
  readonly states: number
  /** What is there before; the result is handed to `run`. */
  readonly prepare?: (core: Core) => Promise<string | undefined>
  readonly run: (core: Core, prepared: string) => Promise<unknown>
}

const PLAIN = 'plain-1250000000'
const VERSIONED = 'versioned-1250000000'
const plain = (core: Core) => bucketNamed(core, PLAIN)
const versioned = (core: Core) => bucketNamed(core, VERSIONED)

const scenarios: readonly Scenario[] = [
  { name: 'put of a small object', states: 2, run: async (core) => put(core, await plain(core), 'new', 'small') },
  { name: 'put of an empty object', states: 2, run: async (core) => put(core, await plain(core), 'new', '') },
  { name: 'put of a large object', states: 2, run: async (core) => put(core, await plain(core), 'new', large('new')) },
  {
    name: 'large over small',
    states: 2,
    run: async (core) => put(core, await plain(core), 'small', large('over')),
  },
  { name: 'small over large', states: 2, run: async (core) => put(core, await plain(core), 'large', 'over') },
  { name: 'small over multipart', states: 2, run: async (core) => put(core, await plain(core), 'parts', 'over') },
  {
    name: 'put with a condition',
    states: 2,
    run: async (core) => put(core, await plain(core), 'new', large('new'), when({ ifNoneMatch: '*' })),
  },
  {
    name: 'put of a new version',
    states: 2,
    run: async (core) => put(core, await versioned(core), 'key', large('third')),
  },
  {
    name: 'put of a null version over another while versioning is suspended',
    states: 2,
    prepare: async (core) => {
      const bucket = await core.buckets.setVersioning(await versioned(core), 'suspended')
      await put(core, bucket, 'null', large('first null'))
      const enabled = await core.buckets.setVersioning(bucket, 'enabled')
      await put(core, enabled, 'null', large('numbered'))
      await core.buckets.setVersioning(enabled, 'suspended')
      return undefined
    },
    run: async (core) => put(core, await versioned(core), 'null', large('second null')),
  },
  { name: 'delete of a small object', states: 2, run: async (core) => remove(core, await plain(core), 'small') },
  { name: 'delete of a large object', states: 2, run: async (core) => remove(core, await plain(core), 'large') },
  { name: 'delete of a multipart object', states: 2, run: async (core) => remove(core, await plain(core), 'parts') },
  { name: 'delete that puts a marker', states: 2, run: async (core) => remove(core, await versioned(core), 'key') },
  {
    name: 'delete of an older version',
    states: 2,
    prepare: async (core) => {
      const { version } = await put(core, await versioned(core), 'key', large('third'))
      await put(core, await versioned(core), 'key', large('fourth'))
      return version.sequence
    },
    run: async (core, sequence) => removeVersion(core, await versioned(core), 'key', sequence),
  },
  {
    name: 'delete of the current version, and the next takes its place',
    states: 2,
    prepare: async (core) => (await put(core, await versioned(core), 'key', large('third'))).version.sequence,
    run: async (core, sequence) => removeVersion(core, await versioned(core), 'key', sequence),
  },
  {
    name: 'delete of the current version, and the null version takes its place',
    states: 2,
    prepare: async (core) => {
      const bucket = await core.buckets.setVersioning(await plain(core), 'enabled')
      return (await put(core, bucket, 'large', large('numbered'))).version.sequence
    },
    run: async (core, sequence) => removeVersion(core, await plain(core), 'large', sequence),
  },
  {
    name: 'delete of the null version under a numbered one',
    states: 2,
    prepare: async (core) => {
      const bucket = await core.buckets.setVersioning(await plain(core), 'enabled')
      await put(core, bucket, 'parts', 'numbered')
      return undefined
    },
    run: async (core) => removeVersion(core, await plain(core), 'parts', 'null'),
  },
  {
    name: 'delete of a marker, and the object is back',
    states: 2,
    prepare: async (core) => (await remove(core, await versioned(core), 'key')).marker?.sequence,
    run: async (core, sequence) => removeVersion(core, await versioned(core), 'key', sequence),
  },
  { name: 'copy of a small object', states: 2, run: async (core) => copy(core, await plain(core), 'small', 'copy') },
  { name: 'copy of a large object', states: 2, run: async (core) => copy(core, await plain(core), 'large', 'copy') },
  {
    name: 'copy of a multipart object',
    states: 2,
    run: async (core) => copy(core, await plain(core), 'parts', 'copy'),
  },
  { name: 'copy over another object', states: 2, run: async (core) => copy(core, await plain(core), 'parts', 'large') },
  ...['small', 'large', 'parts'].map((key) => ({
    name: `copy onto itself with new headers: ${key}`,
    states: 2,
    run: async (core: Core) => copy(core, await plain(core), key, key, { ...HEADERS, contentType: 'text/new' }),
  })),
  {
    name: 'an ACL of a large object',
    states: 2,
    run: async (core) => setAcl(core, await plain(core), 'large', 'public-read'),
  },
  {
    name: 'an ACL of an older version',
    states: 2,
    prepare: async (core) => {
      const { version } = await put(core, await versioned(core), 'key', large('third'))
      await put(core, await versioned(core), 'key', large('fourth'))
      return version.sequence
    },
    run: async (core, sequence) => setAcl(core, await versioned(core), 'key', 'public-read', sequence),
  },
  {
    name: 'an ACL of a bucket',
    states: 2,
    run: async (core) => core.buckets.setAcl(await plain(core), 'public-read'),
  },
  { name: 'initiate', states: 2, run: async (core) => initiate(core, await plain(core), 'upload') },
  {
    name: 'a large part',
    states: 2,
    run: async (core) => putPart(core, await plain(core), 'upload', await uploadOf(core), 3, large('third part')),
  },
  {
    name: 'a small part in place of a large one',
    states: 2,
    run: async (core) => putPart(core, await plain(core), 'upload', await uploadOf(core), 1, 'again'),
  },
  {
    name: 'a part copied from a large object',
    states: 2,
    run: async (core) => copyPart(core, await plain(core), 'upload', await uploadOf(core), 3, 'large'),
  },
  {
    name: 'a part copied from a multipart object in place of another',
    states: 2,
    run: async (core) => copyPart(core, await plain(core), 'upload', await uploadOf(core), 1, 'parts'),
  },
  {
    name: 'complete',
    states: 2,
    run: async (core) => complete(core, await plain(core), 'upload', await uploadOf(core)),
  },
  {
    name: 'complete with some of the parts, over a multipart object',
    states: 2,
    prepare: async (core) => {
      await putInParts(core, await plain(core), 'upload', [large('old'), 'tail'])
      return undefined
    },
    run: async (core) => complete(core, await plain(core), 'upload', await uploadOf(core), [2]),
  },
  {
    name: 'abort',
    states: 2,
    run: async (core) =>
      core.multipart.abort({ bucket: await plain(core), key: 'upload', uploadId: await uploadOf(core) }),
  },
  { name: 'create a bucket', states: 2, run: (core) => makeBucket(core, 'made-1250000000') },
  {
    name: 'delete a bucket',
    states: 2,
    prepare: async (core) => (await makeBucket(core, 'empty-1250000000')).name,
    run: async (core, name) => core.buckets.delete(await bucketNamed(core, name), { uploadsCount: true }),
  },
  {
    name: 'delete a bucket with two uploads',
    states: 4,
    prepare: async (core) => {
      const bucket = await makeBucket(core, 'uploads-1250000000')
      for (const key of ['a', 'b']) {
        await putPart(core, bucket, key, await initiate(core, bucket, key), 1, large(key))
      }
      return bucket.name
    },
    run: async (core, name) => core.buckets.delete(await bucketNamed(core, name), { uploadsCount: false }),
  },
  {
    name: 'delete of a bucket that is not empty',
    states: 1,
    run: async (core) => {
      const refused = core.buckets.delete(await plain(core), { uploadsCount: true })
      await refused.catch((error: unknown) => {
        if (!isApiError(error, 'BucketNotEmpty')) throw error
      })
    },
  },
  {
    name: 'versioning',
    states: 2,
    run: async (core) => core.buckets.setVersioning(await plain(core), 'enabled'),
  },
  {
    name: 'a quota, and the count that it begins',
    states: 1,
    run: async (core) => core.limits.setOfBucket(await versioned(core), { objectsMax: 2 }),
  },
  {
    name: 'a count anew',
    states: 1,
    run: async (core) => core.limits.count(await plain(core)),
  },
  {
    name: 'acceleration',
    states: 1,
    run: async (core) => core.acceleration.set(await plain(core), 'Enabled'),
  },
  {
    name: 'delete of an accelerated and counted bucket',
    states: 2,
    prepare: async (core) => {
      const bucket = await makeBucket(core, 'fast-1250000000')
      await core.acceleration.set(bucket, 'Enabled')
      await core.limits.count(bucket)
      return bucket.name
    },
    run: async (core, name) => core.buckets.delete(await bucketNamed(core, name), { uploadsCount: true }),
  },
  {
    name: 'delete of several objects',
    states: 4,
    run: async (core) => {
      for (const key of ['small', 'large', 'parts']) await remove(core, await plain(core), key)
    },
  },
]

async function uploadOf(core: Core): Promise<string> {
  const bucket = await plain(core)
  for await (const { key } of scanAll(core.dependencies.meta, rangeOf(Buffer.of(kinds.upload)))) {
    const text = key.toString()
    if (text.includes(bucket.id)) return text.slice(-74)
  }
  return assert.fail('there is an upload')
}

/** A store with something of each kind, and what this scenario adds. Two worlds of one scenario are the same. */
async function prepared(scenario: Scenario): Promise<{ world: World; argument: string }> {
  const world = createWorld()
  const core = world.start()
  const bucket = await makeBucket(core, PLAIN)
  await put(core, bucket, 'small', 'small body')
  await put(core, bucket, 'large', large('large'))
  await putInParts(core, bucket, 'parts', [large('one'), large('two'), 'a small end'])
  await copy(core, bucket, 'large', 'large copy')
  const uploadId = await initiate(core, bucket, 'upload')
  await putPart(core, bucket, 'upload', uploadId, 1, large('first part'))
  await putPart(core, bucket, 'upload', uploadId, 2, 'second part')
  // One of the buckets is counted: the counters are part of what must be sound.
  await core.limits.count(bucket)
  const withVersions = await makeBucket(core, VERSIONED, 'enabled')
  await put(core, withVersions, 'key', large('first'))
  await put(core, withVersions, 'key', 'second')
  world.clock.advance(1)
  const argument = (await scenario.prepare?.(core)) ?? ''
  world.clock.advance(1)
  return { world, argument }
}

interface Course {
  readonly points: readonly FaultPoint[]
  /** What a client could see before the operation and after each of its commits, without repetitions. */
  readonly states: readonly string[]
}

async function courseOf(scenario: Scenario): Promise<Course> {
  const { world, argument } = await prepared(scenario)
  const points: FaultPoint[] = []
  const states = [await stateOf(world)]
  const record = async ({ index, moment, chunk, method }: StoreCall) => {
    points.push(chunk === undefined ? { index, moment } : { index, moment, chunk })
    if (method !== 'commit' || moment !== 'after') return
    const state = await stateOf(world)
    if (state !== states.at(-1)) states.push(state)
  }
  await scenario.run(world.start(record), argument)
  await assertSound(world)
  return { points, states }
}

async function stateOf(world: World): Promise<string> {
  return (await visible(world)).join('\n')
}

/** Resolves when the operation has ended or its process is gone, with how it ended. */
async function stopped(scenario: Scenario, world: World, argument: string, point: FaultPoint): Promise<boolean> {
  const stop = stopAt(point)
  let gone: (acknowledged: boolean) => void = () => undefined
  const death = new Promise<boolean>((resolve) => {
    gone = resolve
  })
  const hook: FaultHook = (call) => {
    const answer = stop(call)
    if (stop.stopped()) gone(false)
    return answer
  }
  const ended = scenario.run(world.start(hook), argument).then(() => true)
  return Promise.race([ended, death])
}

for (const scenario of scenarios) {
  test(`stopped at any call: ${scenario.name}`, async () => {
    const { points, states } = await courseOf(scenario)
    assert.equal(states.length, scenario.states, 'the operation makes as many states as it should')
    for (const point of points) {
      const { world, argument } = await prepared(scenario)
      const acknowledged = await stopped(scenario, world, argument, point)
      await world.start().buckets.recover()
      const state = await stateOf(world)
      const where = JSON.stringify(point)
      assert.ok(states.includes(state), `what is seen after a stop at ${where} is a state of the operation:\n${state}`)
      if (acknowledged) assert.equal(state, states.at(-1), `acknowledged before ${where}, so all of it is there`)
      await assertSound(world)
      await assertOpen(world, where)
    }
  })

  test(`failing at any call: ${scenario.name}`, async () => {
    const { points, states } = await courseOf(scenario)
    for (const point of points) {
      const { world, argument } = await prepared(scenario)
      const failure = new Error('the disk is gone')
      const core = world.start(failAt(point, failure))
      const where = JSON.stringify(point)
      const seen = await scenario.run(core, argument).then(
        () => undefined,
        (error: unknown) => error,
      )
      // Whatever is no ApiError is InternalError to the client.
      if (seen !== undefined) assert.equal(seen, failure, `the failure at ${where} rises as it is`)
      const state = await stateOf(world)
      assert.ok(states.includes(state), `what is seen after a failure at ${where} is a state of the operation`)
      if (seen === undefined) assert.equal(state, states.at(-1), `acknowledged in spite of ${where}, so it is there`)
      await assertOpen(world, where)
      await assertSound(world)
    }
  })
}

/** No bucket is left on its way out: it would refuse writes. */
async function assertOpen({ meta }: World, where: string): Promise<void> {
  for await (const { value } of scanAll(meta, rangeOf(Buffer.of(kinds.bucket)))) {
    assert.equal(bucketCodec.decode(value).state, 'active', `no bucket stays closed after ${where}`)
  }
}
