/** Torrents: hashing the pieces of large objects that somebody asked for, and sweeping what belongs to no version. */

import type { Core } from '../core/core.js'
import { rangeOf } from '../core/rows.js'
import { torrentPrefix } from '../core/torrent-rows.js'
import type { Job } from './job.js'

const HASH_INTERVAL_MS = 10_000
const SWEEP_INTERVAL_MS = 3_600_000

export function torrentHashJob({ torrents }: Core): Job {
  return {
    name: 'torrent-hash',
    intervalMs: HASH_INTERVAL_MS,
    work: () => rangeOf(torrentPrefix('pending')),
    step: async () => ({ cursor: undefined, more: await torrents.hashStep() }),
  }
}

export function torrentSweepJob({ torrents }: Core): Job {
  return {
    name: 'torrent-sweep',
    intervalMs: SWEEP_INTERVAL_MS,
    step: async (cursor) => {
      const { cursor: next } = await torrents.sweepStep(cursor)
      return { cursor: next, more: next !== undefined }
    },
  }
}
