/**
 * Runs jobs: a lease in the job's row lets one process at a time take a step, the cursor in the same row lets any
 * process go on. A step that fails is repeated after a growing pause. Time is injected: tests move it.
 */

import type { Clock, Millis } from '../base/clock.js'
import type { Log, Metrics } from '../base/telemetry.js'
import { type JobState, jobCodec } from '../core/job-record.js'
import { checkOf, jobKey, putOf, readRow } from '../core/rows.js'
import type { MetaStore } from '../meta/meta-store.js'
import type { Job } from './job.js'

export interface RunnerOptions {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Pick<Metrics, 'jobRun'>
  /** Tells the processes apart. */
  readonly owner: string
}

export interface Runner extends AsyncDisposable {
  /** Runs until the runner is disposed. */
  start(jobs: readonly Job[]): void
  /** One step if it is due and nobody else holds it; for tests and for `start`. Answers when to look again. */
  turn(job: Job): Promise<Millis>
}

const IDLE: JobState = { owner: '', leaseUntil: 0, dueAt: 0, cursor: undefined, failures: 0 }
/** Longer than any step; a crashed holder blocks the job for as long. */
const LEASE_MS = 60_000
const PAUSE_MS_MIN = 1_000
const PAUSE_MS_MAX = 300_000
const LOOK_AGAIN_MS_MAX = 60_000
/** A job without work renews its row this often, so that those who list jobs see that it is alive. */
const RENEWAL_MS = 60_000

export function createRunner(options: RunnerOptions): Runner {
  const { clock, log } = options
  const stopping = new AbortController()
  const loops: Promise<void>[] = []

  const loop = async (job: Job) => {
    while (!stopping.signal.aborted) {
      const again = await takeTurn(options, job).catch((error: unknown) => {
        log.error('job runner failed', { job: job.name, error })
        return clock.now() + PAUSE_MS_MIN
      })
      const delayMs = Math.min(Math.max(0, again - clock.now()), LOOK_AGAIN_MS_MAX)
      await clock.sleep(delayMs, stopping.signal).catch(() => undefined)
    }
  }

  return {
    start: (jobs) => {
      for (const job of jobs) loops.push(loop(job))
    },
    turn: (job) => takeTurn(options, job),
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new Error('the server is stopping'))
      await Promise.all(loops)
    },
  }
}

async function takeTurn(options: RunnerOptions, job: Job): Promise<Millis> {
  const { meta, clock, owner } = options
  const now = clock.now()
  const row = await readRow(meta, jobCodec, jobKey(job.name))
  const state = row.value ?? IDLE
  if (state.dueAt > now) return state.dueAt
  if (state.leaseUntil > now && state.owner !== owner) return state.leaseUntil
  if (row.value !== undefined && (await hasNoWork(options, job, state))) return now + job.intervalMs
  const leased = { ...state, owner, leaseUntil: now + LEASE_MS }
  const taken = await meta.commit({ checks: [checkOf(row)], puts: [putOf(jobCodec, row.key, leased)] })
  if (!taken.ok) return now + PAUSE_MS_MIN
  const next = await runStep(options, job, leased)
  const held = { key: row.key, version: taken.version }
  await meta.commit({ checks: [held], puts: [putOf(jobCodec, row.key, next)] })
  return next.dueAt
}

/** A server that nobody asks anything lets its disk rest. */
async function hasNoWork({ meta, clock }: RunnerOptions, job: Job, state: JobState): Promise<boolean> {
  if (job.work === undefined || state.cursor !== undefined || state.failures > 0) return false
  if (clock.now() - state.dueAt >= RENEWAL_MS) return false
  return (await meta.scan(job.work(), { limit: 1 })).length === 0
}

async function runStep({ clock, log, metrics }: RunnerOptions, job: Job, state: JobState): Promise<JobState> {
  const startedAt = clock.now()
  try {
    const { cursor, more } = await job.step(state.cursor)
    const now = clock.now()
    metrics.jobRun({ job: job.name, outcome: 'ok', durationMs: now - startedAt })
    return { owner: '', leaseUntil: 0, dueAt: more ? now : now + job.intervalMs, cursor, failures: 0 }
  } catch (error) {
    const now = clock.now()
    const failures = state.failures + 1
    const pauseMs = Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN * 2 ** Math.min(failures, 16))
    metrics.jobRun({ job: job.name, outcome: 'failed', durationMs: now - startedAt })
    log.error('job step failed', { job: job.name, failures, error })
    return { owner: '', leaseUntil: 0, dueAt: now + pauseMs, cursor: state.cursor, failures }
  }
}
