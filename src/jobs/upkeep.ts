/** The upkeep of the stores: emptying the trash, and looking for blobs that a crash has orphaned. */

import type { BlobId } from '../blob/blob-store.js'
import type { Core } from '../core/core.js'
import { trashDueBefore } from '../core/rows.js'
import { asBlobId } from '../core/stored-bytes.js'
import type { Job } from './job.js'

const RECLAIM_ROWS = 500
const RECLAIM_INTERVAL_MS = 10_000
const SCRUB_ROWS = 500
/** A younger blob may belong to an upload that has not committed yet. */
const SCRUB_AGE_MS = 3_600_000

export function reclaimJob({ reclaim, dependencies: { clock } }: Core): Job {
  return {
    name: 'reclaim',
    intervalMs: RECLAIM_INTERVAL_MS,
    work: () => trashDueBefore(clock.now()),
    step: async () => ({ cursor: undefined, more: (await reclaim.reclaimStep(RECLAIM_ROWS)).more }),
  }
}

export function scrubJob({ reclaim }: Core, intervalMs: number): Job {
  return {
    name: 'scrub',
    intervalMs,
    step: async (cursor) => {
      const from: BlobId | undefined = cursor === undefined ? undefined : asBlobId(cursor)
      const { more, cursor: next } = await reclaim.scrubStep(from, SCRUB_ROWS, SCRUB_AGE_MS)
      return { cursor: next, more }
    },
  }
}
