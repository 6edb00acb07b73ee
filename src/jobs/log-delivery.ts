/**
 * Writes the access records that wait into their target buckets: one batch of one source bucket in each step, the
 * sources in turn, until none has anything left that can go. One that cannot be served holds up no other.
 */

import type { Log, Metrics } from '../base/telemetry.js'
import type { Core } from '../core/core.js'
import { createLogDelivery, type LogDeliveryLimits, type LogDeliveryOutcome } from '../core/log-delivery.js'
import type { Job } from './job.js'

export interface LogDeliveryOptions {
  readonly intervalMs: number
  readonly log: Log
  readonly metrics: Pick<Metrics, 'accessRecords'>
  readonly limits?: LogDeliveryLimits
}

const LIMITS: LogDeliveryLimits = { recordsMax: 5_000, sizeBytesMax: 16 * 1024 ** 2, keptRecordsMax: 100_000 }

/** In front of the last source in the cursor: whether any of this round has more to deliver. */
const LEFT = '+'
const DONE = '-'

export function logDeliveryJob(core: Core, { intervalMs, log, metrics, limits = LIMITS }: LogDeliveryOptions): Job {
  const delivery = createLogDelivery(core, limits)
  return {
    name: 'log-delivery',
    intervalMs,
    step: async (cursor) => {
      const left = cursor?.startsWith(LEFT) === true
      const outcome = await delivery.step(cursor?.slice(1))
      tell(outcome, log, metrics)
      if (outcome.source === undefined) return { cursor: undefined, more: left }
      return { cursor: (left || outcome.more ? LEFT : DONE) + outcome.source, more: true }
    },
  }
}

function tell(
  { source, delivered, dropped, refusal }: LogDeliveryOutcome,
  log: Log,
  metrics: LogDeliveryOptions['metrics'],
): void {
  if (delivered > 0) metrics.accessRecords({ outcome: 'delivered', count: delivered })
  if (dropped > 0) metrics.accessRecords({ outcome: 'dropped', count: dropped })
  if (refusal !== undefined) log.warn('access records cannot be delivered', { bucketId: source, refusal, dropped })
}
