/**
 * Delivery of access records, stopped or failing at every call of the stores, then gone on with by another process:
 * each record is in some log object, and a log object that is put again is the same one.
 */

import assert from 'node:assert/strict'
import test from 'node:test'
import { type FaultHook, type FaultPoint, failAt, type StoreCall, stopAt } from '../../src/base/faults.js'
import { silentLog, silentMetrics } from '../../src/base/telemetry.js'
import type { Core } from '../../src/core/core.js'
import { logDeliveryJob } from '../../src/jobs/log-delivery.js'
import type { LogDestination } from '../../src/model/access-log.js'
import { bucketNamed, createWorld, read, type World } from './world.js'

const SOURCE = 'source-1250000000'
const TARGET = 'target-1250000000'
const LINES = ['one', 'two', 'three', 'four', 'five']

async function prepared(): Promise<World> {
  const world = createWorld()
  const core = world.start()
  const { id } = await core.identities.ensureAccount({ appId: '1250000000', displayName: 'owner' })
  const make = (name: string) => core.buckets.create({ name, accountId: id, region: 'local', acl: 'private' })
  const source = await make(SOURCE)
  await make(TARGET)
  const destination: LogDestination = {
    configuration: { form: 'cos', targetBucket: TARGET, targetPrefix: 'log/', grants: [], keyFormat: undefined },
    source: { bucketName: SOURCE, region: 'local', accountId: id, uin: '1' },
  }
  for (const line of LINES) {
    world.clock.advance(1)
    await core.accessLog.append(source, { at: world.clock.now(), line, destination })
  }
  return world
}

async function deliver(core: Core): Promise<void> {
  const limits = { recordsMax: 2, sizeBytesMax: 1_000, keptRecordsMax: 100 }
  const job = logDeliveryJob(core, { intervalMs: 1, log: silentLog, metrics: silentMetrics, limits })
  let outcome = await job.step(undefined)
  while (outcome.more) outcome = await job.step(outcome.cursor)
}

async function delivered(world: World): Promise<{ readonly objects: number; readonly lines: readonly string[] }> {
  const core = world.start()
  const bucket = await bucketNamed(core, TARGET)
  const page = await core.listing.objects({ bucket, prefix: '', delimiter: '', limit: 100, after: '' })
  const keys = page.rows.flatMap((row) => (row.kind === 'entry' ? [row.value.key] : []))
  const lines: string[] = []
  for (const key of keys) lines.push(...(await read(core, bucket, key)).split('\n').filter((line) => line !== ''))
  return { objects: keys.length, lines }
}

async function pointsOf(): Promise<readonly FaultPoint[]> {
  const world = await prepared()
  const points: FaultPoint[] = []
  const record = ({ index, moment, chunk }: StoreCall) => {
    points.push(chunk === undefined ? { index, moment } : { index, moment, chunk })
  }
  await deliver(world.start(record))
  assert.deepEqual((await delivered(world)).lines.toSorted(), LINES.toSorted(), 'undisturbed, each is there once')
  return points
}

async function goOn(world: World, point: FaultPoint): Promise<void> {
  await deliver(world.start())
  const { objects, lines } = await delivered(world)
  assert.deepEqual(lines.toSorted(), LINES.toSorted(), JSON.stringify(point))
  assert.equal(objects, 3, `a repeat overwrites what it repeats: ${JSON.stringify(point)}`)
}

test('stopped at any call, another process delivers every record, onto the same objects', async () => {
  for (const point of await pointsOf()) {
    const world = await prepared()
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
    await Promise.race([deliver(world.start(hook)), death])
    await goOn(world, point)
  }
})

test('failing at any call, the job can be repeated and delivers every record', async () => {
  for (const point of await pointsOf()) {
    const world = await prepared()
    await deliver(world.start(failAt(point, new Error('the disk is gone')))).catch(() => undefined)
    await goOn(world, point)
  }
})

test('a record that is corrected after it was read is delivered as corrected', async () => {
  const world = await prepared()
  const source = await bucketNamed(world.start(), SOURCE)
  const core = world.start()
  const at = world.clock.now()
  const destination: LogDestination = {
    configuration: { form: 'cos', targetBucket: TARGET, targetPrefix: 'log/', grants: [], keyFormat: undefined },
    source: { bucketName: SOURCE, region: 'local', accountId: source.accountId, uin: '1' },
  }
  const id = await core.accessLog.append(source, { at, line: 'planned', destination })
  let corrected = false
  const hook: FaultHook = async ({ store, method, moment }) => {
    if (corrected || store !== 'meta' || method !== 'commit' || moment !== 'after') return
    corrected = true
    await core.accessLog.correct(source, id, { at, line: 'corrected', destination })
  }
  await deliver(world.start(hook))
  const { lines } = await delivered(world)
  assert.ok(lines.includes('corrected') && !lines.includes('planned'), lines.join())
})
