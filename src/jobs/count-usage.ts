/** Counts what buckets hold, where a quota was set or an operator asked for it after they had content. */

import type { Core } from '../core/core.js'
import { rangeOf, uncountedPrefix } from '../core/rows.js'
import type { Job } from './job.js'

const COUNT_INTERVAL_MS = 10_000

export function countUsageJob({ limits }: Core): Job {
  return {
    name: 'count-usage',
    intervalMs: COUNT_INTERVAL_MS,
    work: () => rangeOf(uncountedPrefix()),
    step: async () => ({ cursor: undefined, more: await limits.countStep() }),
  }
}
