/** Lifecycle work stopped at every store call, and done by two at once: nothing is half done, nothing twice. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { createCallCounter, stopAt } from '../../src/base/faults.js'
import type { LifecycleRule } from '../../src/model/lifecycle.js'
import { ABORT, ARCHIVE, comparable, DAY_MS, EXPIRE, REMOVE_OLD, runLifecycle, setRules } from './lifecycle-world.js'
import { assertSound, createWorld, initiate, inspect, large, makeBucket, put, putPart, type World } from './world.js'

const NAME = 'lifecycle-1250000000'

interface Case {
  readonly what: string
  readonly versioning: 'unset' | 'enabled' | 'suspended'
  readonly rules: readonly Partial<LifecycleRule>[]
}

const CASES: readonly Case[] = [
  { what: 'objects that expire', versioning: 'unset', rules: [EXPIRE] },
  { what: 'versions that expire', versioning: 'enabled', rules: [EXPIRE, REMOVE_OLD] },
  { what: 'null versions that expire', versioning: 'suspended', rules: [EXPIRE, REMOVE_OLD] },
  { what: 'objects that change class', versioning: 'enabled', rules: [ARCHIVE] },
  { what: 'uploads that are aborted', versioning: 'unset', rules: [ABORT] },
]

/** A key that was written three times, another one, and an upload with two parts, when all of it is due. */
async function prepared({ versioning, rules }: Case): Promise<World> {
  const world = createWorld()
  const core = world.start()
  let bucket = await makeBucket(core, NAME, versioning === 'unset' ? 'unset' : 'enabled')
  for (const text of [large('first'), 'second']) await put(core, bucket, 'key', text)
  if (versioning === 'suspended') bucket = await core.buckets.setVersioning(bucket, 'suspended')
  await put(core, bucket, 'key', large('third'))
  await put(core, bucket, 'other', 'small')
  const uploadId = await initiate(core, bucket, 'upload')
  for (const number of [1, 2]) await putPart(core, bucket, 'upload', uploadId, number, large(`part ${number}`))
  await setRules(core, bucket, ...rules)
  world.clock.advance(3 * DAY_MS)
  return world
}

for (const given of CASES) {
  test(`${given.what}: a run after a stop at any store call ends where an undisturbed one ends`, async () => {
    const whole = await prepared(given)
    const before = await comparable(whole)
    const counter = createCallCounter()
    await runLifecycle(whole.start(undefined, counter))
    const wanted = await comparable(whole)
    assert.notDeepEqual(wanted, before, 'something was due')
    for (let index = 0; index < counter.count(); index++) {
      for (const moment of ['before', 'after'] as const) {
        const world = await prepared(given)
        const stop = stopAt({ index, moment })
        void runLifecycle(world.start(stop))
        while (!stop.stopped()) await new Promise((resolve) => setImmediate(resolve))
        // Upkeep moves the clock, and with it what is due: until the next run nothing may but look.
        const { findings } = await inspect(world)
        assert.deepEqual(
          findings.filter(({ severity }) => severity === 'damage'),
          [],
        )
        await runLifecycle(world.start())
        assert.deepEqual(await comparable(world), wanted, `stopped ${moment} call ${index}`)
        await assertSound(world)
      }
    }
  })

  test(`${given.what}: two that run at once end where one ends`, async () => {
    const alone = await prepared(given)
    await runLifecycle(alone.start())
    const world = await prepared(given)
    await Promise.all([runLifecycle(world.start()), runLifecycle(world.start())])
    assert.deepEqual(await comparable(world), await comparable(alone))
    await assertSound(world)
  })
}
