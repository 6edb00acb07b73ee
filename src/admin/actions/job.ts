/** The jobs of the server, from their rows. */

import { listJobs } from '../../core/job-record.js'
import type { HandlersOf } from '../action.js'
import { shownTime } from '../shown.js'

export const jobHandlers: HandlersOf<'job'> = {
  'job list': async ({ core }) =>
    (await listJobs(core.dependencies.meta)).map(({ name, dueAt, leaseUntil, cursor, failures }) => ({
      job: name,
      state: leaseUntil > core.dependencies.clock.now() ? 'running' : 'waiting',
      dueAt: shownTime(dueAt),
      cursor: cursor ?? null,
      failures,
    })),
}
