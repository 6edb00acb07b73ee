/**
 * Bytes that nobody names any more. `reclaimStep` empties the trash; `scrubStep` looks for blobs without an owner row,
 * which a crash between writing a blob and committing its row leaves behind. Both are bounded, and safe to repeat.
 */

import { timeOfId } from '../base/ids.js'
import type { BlobId } from '../blob/blob-store.js'
import { isCollapsed } from '../meta/meta-store.js'
import type { CoreDependencies } from './dependencies.js'
import { checkOf, ownersCodec, ownersKey, putOf, type Row, rowOf, trashBlob, trashDueBefore } from './rows.js'
import { asBlobId } from './stored-bytes.js'

export interface StepResult {
  readonly removed: number
  /** Another step has work to do at once. */
  readonly more: boolean
}

export interface ScrubResult extends StepResult {
  /** Where the next step continues; undefined at the end. */
  readonly cursor: BlobId | undefined
}

export interface Reclaim {
  /** Removes up to `limit` blobs whose time in the trash is over. */
  reclaimStep(limit: number): Promise<StepResult>
  /** Looks at up to `limit` blobs older than `minimumAgeMs`, removes those that nothing names. */
  scrubStep(cursor: BlobId | undefined, limit: number, minimumAgeMs: number): Promise<ScrubResult>
}

export function createReclaim(dependencies: CoreDependencies): Reclaim {
  const { meta, blobs, clock } = dependencies
  return {
    reclaimStep: async (limit) => {
      const due = (await meta.scan(trashDueBefore(clock.now()), { limit })).filter((row) => !isCollapsed(row))
      const keys = due.flatMap((row) => (isCollapsed(row) ? [] : [row.key]))
      if (keys.length === 0) return { removed: 0, more: false }
      // The bytes go before the row: a crash in between repeats the removal, which is idempotent.
      await blobs.remove(keys.map((key) => asBlobId(trashBlob(key))))
      await meta.commit({ removes: keys })
      return { removed: keys.length, more: keys.length === limit }
    },
    scrubStep: async (cursor, limit, minimumAgeMs) => {
      const found = await blobs.list(cursor, limit)
      const old = found.filter(({ id }) => timeOfId(id) <= clock.now() - minimumAgeMs)
      const owners = await meta.getMany(old.map(({ id }) => ownersKey(id)))
      let removed = 0
      for (const [index, { id }] of old.entries()) {
        const row = rowOf(ownersCodec, ownersKey(id), owners[index])
        if (await removeOrphan(dependencies, id, row)) removed++
      }
      const more = found.length === limit && old.length === found.length
      return { removed, more, cursor: more ? old.at(-1)?.id : undefined }
    },
  }
}

/** Owner rows of value 0 condemn a blob: the commit that would name it checks that the row is absent, and loses. */
const CONDEMNED = 0

async function removeOrphan(
  { meta, blobs }: CoreDependencies,
  id: BlobId,
  row: Row<number | undefined>,
): Promise<boolean> {
  if (row.value !== undefined && row.value !== CONDEMNED) return false
  if (row.value === undefined) {
    const condemned = await meta.commit({ checks: [checkOf(row)], puts: [putOf(ownersCodec, row.key, CONDEMNED)] })
    if (!condemned.ok) return false
  }
  await blobs.remove([id])
  await meta.commit({ removes: [row.key] })
  return true
}
