/**
 * Bytes that nobody names any more. `reclaimStep` empties the trash; `scrubStep` looks for blobs without an owner row,
 * which a crash between writing a blob and committing its row leaves behind, and puts them there. Both are bounded, and
 * safe to repeat.
 */

import { timeOfId } from '../base/ids.js'
import type { BlobId } from '../blob/blob-store.js'
import { isCollapsed } from '../meta/meta-store.js'
import type { CoreDependencies } from './dependencies.js'
import {
  checkOf,
  EMPTY_VALUE,
  inlineKey,
  ownersCodec,
  ownersKey,
  putOf,
  type Row,
  rowOf,
  trashBlob,
  trashDueBefore,
  trashKey,
} from './rows.js'
import { asBlobId } from './stored-bytes.js'

interface StepResult {
  /** Another step has work to do at once. */
  readonly more: boolean
}

export interface ReclaimResult extends StepResult {
  readonly removed: number
}

export interface ScrubResult extends StepResult {
  readonly condemned: number
  /** Where the next step continues; undefined at the end. */
  readonly cursor: BlobId | undefined
}

export interface Reclaim {
  /** Removes up to `limit` blobs whose time in the trash is over. */
  reclaimStep(limit: number): Promise<ReclaimResult>
  /** Looks at up to `limit` blobs older than `minimumAgeMs`; those that nothing names go to the trash. */
  scrubStep(cursor: BlobId | undefined, limit: number, minimumAgeMs: number): Promise<ScrubResult>
}

export function createReclaim(dependencies: CoreDependencies): Reclaim {
  const { meta, blobs, clock } = dependencies
  return {
    reclaimStep: async (limit) => {
      const due = (await meta.scan(trashDueBefore(clock.now()), { limit })).filter((row) => !isCollapsed(row))
      const keys = due.flatMap((row) => (isCollapsed(row) ? [] : [row.key]))
      if (keys.length === 0) return { removed: 0, more: false }
      const ids = keys.map((key) => asBlobId(trashBlob(key)))
      // The bytes go before the row: a crash in between repeats the removal, which is idempotent.
      await blobs.remove(ids)
      // Nothing in the trash is ever named again; what is left under its id is an inline body or a condemnation.
      await meta.commit({ removes: [...keys, ...ids.flatMap((id) => [inlineKey(id), ownersKey(id)])] })
      return { removed: keys.length, more: keys.length === limit }
    },
    scrubStep: async (cursor, limit, minimumAgeMs) => {
      const found = await blobs.list(cursor, limit)
      const old = found.filter(({ id }) => timeOfId(id) <= clock.now() - minimumAgeMs)
      const owners = await meta.getMany(old.map(({ id }) => ownersKey(id)))
      let condemned = 0
      for (const [index, { id }] of old.entries()) {
        const row = rowOf(ownersCodec, ownersKey(id), owners[index])
        if (await condemnOrphan(dependencies, row, id)) condemned++
      }
      const more = found.length === limit && old.length === found.length
      return { condemned, more, cursor: more ? old.at(-1)?.id : undefined }
    },
  }
}

/**
 * Owner rows of value 0 condemn a blob: the commit that would name it checks that the row is absent, and loses. The row
 * stays until the bytes go, and they go no sooner than this: a body that was long on its way, and so looks old, is
 * committed in far less time than that or not at all.
 */
const CONDEMNED = 0
const CONDEMNED_MS_MIN = 15 * 60_000

async function condemnOrphan(
  { meta, clock, limits }: CoreDependencies,
  row: Row<number | undefined>,
  id: BlobId,
): Promise<boolean> {
  if (row.value !== undefined) return false
  const dueAt = clock.now() + Math.max(limits.trashDelayMs, CONDEMNED_MS_MIN)
  const puts = [putOf(ownersCodec, row.key, CONDEMNED), { key: trashKey(dueAt, id), value: EMPTY_VALUE }]
  return (await meta.commit({ checks: [checkOf(row)], puts })).ok
}
