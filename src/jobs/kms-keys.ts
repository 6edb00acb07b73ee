/** Destroys keys of the key service whose deletion is due: one commit for each, so a step may end anywhere. */

import type { Core } from '../core/core.js'
import type { Job } from './job.js'

const KEYS = 20
const INTERVAL_MS = 60_000

export function kmsKeyDeletionJob({ keyRing }: Pick<Core, 'keyRing'>): Job {
  return {
    name: 'kms-key-deletion',
    intervalMs: INTERVAL_MS,
    step: async () => ({ cursor: undefined, more: (await keyRing?.destroyStep(KEYS)) ?? false }),
  }
}
