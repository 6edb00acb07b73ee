/** Ends the time in which the former region of a moved bucket sends requests on as if for the time being. */

import type { Core } from '../core/core.js'
import type { Job } from './job.js'

const ROWS = 500
const INTERVAL_MS = 60_000

export function bucketMovesJob({ moves }: Pick<Core, 'moves'>): Job {
  return {
    name: 'bucket-moves',
    intervalMs: INTERVAL_MS,
    step: async (cursor) => {
      const next = await moves.settleStep(cursor, ROWS)
      return { cursor: next, more: next !== undefined }
    },
  }
}
