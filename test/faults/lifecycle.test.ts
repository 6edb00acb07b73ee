/** Lifecycle work stopped at every store call, and done by two at once: nothing is half done, nothing twice. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { stopAt } from '../../src/base/faults.js'
import { silentLog } from '../../src/base/telemetry.js'
import type { Core } from '../../src/core/core.js'
import { lifecycleJob } from '../../src/jobs/lifecycle.js'
import { assertSound, createWorld, large, makeBucket, put, visible } from './world.js'

const NAME = 'versioned-1250000000'
const RULE = ['a', 1, 'filter', ['', [], null, null, null], [], [1, null, null], [], [1, null], null]

async function run(core: Core): Promise<void> {
  const job = lifecycleJob(core, silentLog)
  let cursor: string | undefined
  for (let more = true; more; ) ({ cursor, more } = await job.step(cursor))
}

async function prepared() {
  const world = createWorld()
  const core = world.start()
  const bucket = await makeBucket(core, NAME, 'enabled')
  for (const text of [large('first'), 'second', large('third')]) await put(core, bucket, 'key', text)
  await core.documents.put(bucket, 'lifecycle', () => [[RULE], null])
  world.clock.advance(3 * 86_400_000)
  return world
}

test('after a stop at any store call the next run ends where an undisturbed one ends', async () => {
  const whole = await prepared()
  await run(whole.start())
  const wanted = (await visible(whole)).length
  for (let at = 1; at <= 40; at++) {
    const world = await prepared()
    const stop = stopAt({ index: at, moment: 'after' })
    let ended = false
    void run(world.start(stop)).then(() => {
      ended = true
    })
    while (!ended && !stop.stopped()) await new Promise((resolve) => setImmediate(resolve))
    await run(world.start())
    assert.equal((await visible(world)).length, wanted, `stopped at call ${at}`)
    await assertSound(world)
  }
})

test('two that run at once put one marker', async () => {
  const world = await prepared()
  await Promise.all([run(world.start()), run(world.start())])
  await assertSound(world)
  const alone = await prepared()
  await run(alone.start())
  assert.equal((await visible(world)).length, (await visible(alone)).length)
})
