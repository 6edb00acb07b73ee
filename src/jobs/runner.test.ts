/** The runner, with time moved by hand: who holds a job, where it goes on, how long it rests. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { manualClock } from '../base/clock.js'
import { silentLog } from '../base/telemetry.js'
import { createMemoryMetaStore } from '../meta/memory.js'
import type { MetaStore } from '../meta/meta-store.js'
import type { Job, StepOutcome } from './job.js'
import { createRunner } from './runner.js'

const INTERVAL_MS = 10_000
const LEASE_MS = 60_000

function stage() {
  const clock = manualClock(1_000_000)
  const meta = createMemoryMetaStore()
  const runs: string[] = []
  const runner = (owner: string) =>
    createRunner({ meta, clock, owner, log: silentLog, metrics: { jobRun: ({ outcome }) => runs.push(outcome) } })
  return { clock, runs, runner }
}

/** Tells the cursors that its steps were given. */
function scripted(outcomes: readonly (StepOutcome | Error)[]): { readonly job: Job; readonly cursors: unknown[] } {
  const cursors: unknown[] = []
  const step = async (cursor: string | undefined) => {
    cursors.push(cursor)
    const outcome = outcomes[cursors.length - 1] ?? DONE
    if (outcome instanceof Error) throw outcome
    return outcome
  }
  return { job: { name: 'scripted', intervalMs: INTERVAL_MS, step }, cursors }
}

const DONE: StepOutcome = { cursor: undefined, more: false }

/** A step that goes on until the test says so. */
function blocked(): { readonly job: Job; readonly begun: () => number; readonly end: (outcome: StepOutcome) => void } {
  const ends: ((outcome: StepOutcome) => void)[] = []
  const step = () => new Promise<StepOutcome>((resolve) => ends.push(resolve))
  return {
    job: { name: 'blocked', intervalMs: INTERVAL_MS, step },
    begun: () => ends.length,
    end: (outcome) => ends.shift()?.(outcome),
  }
}

/** Everything that can go on without time passing has gone on. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

test('a second runner does not take a job that the first one holds, and is told when to look again', async () => {
  const { clock, runner } = stage()
  const { job, begun, end } = blocked()
  const first = runner('first').turn(job)
  await settle()
  assert.equal(await runner('second').turn(job), clock.now() + LEASE_MS)
  assert.equal(begun(), 1)
  end(DONE)
  assert.equal(await first, clock.now() + INTERVAL_MS)
})

test('of runners that come at once, one takes the step', async () => {
  const { runner } = stage()
  const { job, begun, end } = blocked()
  const turns = ['a', 'b', 'c', 'd'].map((owner) => runner(owner).turn(job))
  await settle()
  assert.equal(begun(), 1)
  end(DONE)
  await Promise.all(turns)
})

test('the job of a runner that is gone is taken over when its lease has run out, and not a moment before', async () => {
  const { clock, runner } = stage()
  const { job, begun } = blocked()
  void runner('gone').turn(job)
  await settle()
  clock.advance(LEASE_MS - 1)
  await runner('next').turn(job)
  assert.equal(begun(), 1)
  clock.advance(1)
  void runner('next').turn(job)
  await settle()
  assert.equal(begun(), 2)
})

test('a runner that lost its lease does not overwrite what the next one has written', async () => {
  const { clock, runner } = stage()
  const { job, end } = blocked()
  const slow = runner('slow').turn(job)
  await settle()
  clock.advance(LEASE_MS)
  const next = runner('next').turn(job)
  await settle()
  end({ cursor: 'stale', more: true })
  await slow
  end({ cursor: 'fresh', more: true })
  await next
  const { job: reader, cursors } = scripted([])
  await runner('reader').turn({ ...reader, name: job.name })
  assert.deepEqual(cursors, ['fresh'])
})

test('any runner goes on where the last step ended, and starts anew after the end', async () => {
  const { clock, runner } = stage()
  const { job, cursors } = scripted([{ cursor: 'a', more: true }, { cursor: 'b', more: true }, DONE])
  for (const owner of ['one', 'two', 'three']) await runner(owner).turn(job)
  clock.advance(INTERVAL_MS)
  await runner('four').turn(job)
  assert.deepEqual(cursors, [undefined, 'a', 'b', undefined])
})

test('a step with more to do is due at once, a finished job after its interval', async () => {
  const { clock, runner } = stage()
  const { job, cursors } = scripted([{ cursor: 'a', more: true }, DONE])
  const { turn } = runner('one')
  assert.equal(await turn(job), clock.now())
  assert.equal(await turn(job), clock.now() + INTERVAL_MS)
  clock.advance(INTERVAL_MS - 1)
  assert.equal(await turn(job), clock.now() + 1)
  assert.equal(cursors.length, 2)
})

test('a failing step keeps its cursor, is repeated after growing pauses up to five minutes, and then rests no longer', async () => {
  const { clock, runs, runner } = stage()
  const failures = Array.from({ length: 12 }, () => new Error('the disk is gone'))
  const { job, cursors } = scripted([{ cursor: 'a', more: true }, ...failures, DONE, new Error('again')])
  const { turn } = runner('one')
  await turn(job)
  const pauses: number[] = []
  for (const _failure of failures) {
    const pauseMs = (await turn(job)) - clock.now()
    pauses.push(pauseMs)
    clock.advance(pauseMs)
  }
  assert.deepEqual(pauses.slice(0, 4), [2_000, 4_000, 8_000, 16_000])
  assert.ok(
    pauses.slice(8).every((pauseMs) => pauseMs === 300_000),
    String(pauses),
  )
  assert.equal(await turn(job), clock.now() + INTERVAL_MS)
  clock.advance(INTERVAL_MS)
  assert.equal(await turn(job), clock.now() + 2_000, 'success forgets the failures')
  assert.deepEqual(cursors.slice(0, 4), [undefined, 'a', 'a', 'a'])
  assert.deepEqual(runs, ['ok', ...failures.map(() => 'failed'), 'ok', 'failed'])
})

test('a started runner takes steps until it is disposed, and waits for the one under way', async () => {
  const { clock, runner } = stage()
  const { job, begun, end } = blocked()
  const running = runner('one')
  running.start([job])
  await settle()
  end(DONE)
  await settle()
  assert.equal(begun(), 0)
  clock.advance(INTERVAL_MS)
  await settle()
  await settle()
  assert.equal(begun(), 1)
  let disposed = false
  const disposal = running[Symbol.asyncDispose]().then(() => {
    disposed = true
  })
  await settle()
  assert.equal(disposed, false)
  end({ cursor: undefined, more: true })
  await disposal
  clock.advance(INTERVAL_MS)
  await settle()
  assert.equal(begun(), 0)
})

test('a job without work has its row renewed once a minute and is not run, and runs as soon as there is work', async () => {
  const clock = manualClock(1_000_000)
  const commits: number[] = []
  const store = createMemoryMetaStore()
  const meta: MetaStore = {
    ...store,
    commit: (batch) => {
      commits.push(clock.now())
      return store.commit(batch)
    },
  }
  const { job, cursors } = scripted([])
  const work = { from: Buffer.of(0xee), to: Buffer.of(0xef) }
  const resting: Job = { ...job, work: () => work }
  const runner = createRunner({ meta, clock, owner: 'a', log: silentLog, metrics: { jobRun: () => {} } })
  for (let turns = 0; turns < 13; turns++) clock.advance((await runner.turn(resting)) - clock.now())
  assert.equal(cursors.length, 2, 'at first, and a minute after it was due')
  assert.equal(commits.length, 4)
  await store.commit({ puts: [{ key: Buffer.of(0xee, 1), value: Buffer.of(1) }] })
  await runner.turn(resting)
  assert.equal(cursors.length, 3)
})
