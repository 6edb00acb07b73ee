/** The job that empties buckets. Its row has no cursor: how far each bucket is stands in a row of the bucket's own. */

import type { Log } from '../base/telemetry.js'
import type { Core } from '../core/core.js'
import { kinds, rangeOf } from '../core/rows.js'
import type { Job } from './job.js'

const STEP_ROWS = 500
/** How long a bucket waits for its first step at most. */
const INTERVAL_MS = 5_000

export function emptyingJob({ emptying }: Pick<Core, 'emptying'>, log: Log): Job {
  return {
    name: 'emptying',
    intervalMs: INTERVAL_MS,
    work: () => rangeOf(Buffer.of(kinds.emptying)),
    step: async () => {
      const { more, ended } = await emptying.step(STEP_ROWS)
      if (ended !== undefined) {
        const { bucketName: bucket, state, objects, markers, uploads, refused, removeBucket } = ended
        const removed = removeBucket && state === 'done'
        log.info('emptying has ended', { bucket, state, objects, markers, uploads, refused, removed })
      }
      return { cursor: undefined, more }
    },
  }
}
