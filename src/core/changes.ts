/**
 * A batch under construction, with the owners of blobs counted along: a writer says which pieces gain and which lose
 * an owner, and the rows that follow (owner counts, trash, inline bodies) are worked out once, at the end. No writer
 * touches those rows in any other way, so that a blob is never removed while something names it.
 */

import type { Bytes } from '../base/bytes.js'
import { BlobMissing } from '../blob/blob-store.js'
import type { Add, Batch, Check, MetaStore, Put } from '../meta/meta-store.js'
import { fail } from '../model/errors/index.js'
import { NO_USAGE, type Usage } from '../model/limits.js'
import type { Content, ObjectVersion, Piece } from '../model/version.js'
import type { CoreDependencies } from './dependencies.js'
import {
  checkOf,
  EMPTY_VALUE,
  inlineKey,
  manifestCodec,
  manifestKey,
  ownersCodec,
  ownersKey,
  putOf,
  type Row,
  rowOf,
  trashKey,
} from './rows.js'

export interface Changes {
  check(row: Row<unknown>): void
  put(put: Put): void
  remove(key: Bytes): void
  add(add: Add): void
  /** A blob that this writer has just stored gets its first owner; the check fails when scrub has condemned it. */
  introduce(piece: Piece): void
  /** One more owner for each piece. */
  retain(pieces: readonly Piece[]): void
  /**
   * One owner less; the last one takes the bytes along. A small body that is the whole object goes at once, because a
   * reader has it before it answers; what is read piece by piece stays for as long as the trash keeps it.
   */
  release(pieces: readonly Piece[]): void
  /** What the key holds changes by this much: bytes of versions and parts, versions that are objects. */
  tally(change: Usage): void
  /** All that was tallied. */
  tallied(): Usage
  /** Works out the owner rows and gives the batch. */
  settle(): Promise<Batch>
}

interface Delta {
  readonly inline: boolean
  /** Lies among other pieces of what is released. */
  among: boolean
  readonly fresh: boolean
  owners: number
}

export function createChanges({ meta, clock, limits }: Pick<CoreDependencies, 'meta' | 'clock' | 'limits'>): Changes {
  const checks: Check[] = []
  const puts: Put[] = []
  const removes: Bytes[] = []
  const adds: Add[] = []
  const deltas = new Map<string, Delta>()
  let usage = NO_USAGE

  const count = (piece: Piece, by: number, fresh: boolean, among = false) => {
    const delta = deltas.get(piece.blob)
    if (delta === undefined) deltas.set(piece.blob, { inline: piece.inline, fresh, among, owners: by })
    else {
      delta.owners += by
      delta.among ||= among
    }
  }

  return {
    check: (row) => {
      checks.push(checkOf(row))
    },
    put: (put) => {
      puts.push(put)
    },
    remove: (key) => {
      removes.push(key)
    },
    add: (add) => {
      adds.push(add)
    },
    tally: ({ sizeBytes, objects }) => {
      usage = { sizeBytes: usage.sizeBytes + sizeBytes, objects: usage.objects + objects }
    },
    tallied: () => usage,
    introduce: (piece) => count(piece, piece.inline ? 0 : 1, true),
    retain: (pieces) => {
      for (const piece of pieces) count(piece, 1, false)
    },
    release: (pieces) => {
      for (const piece of pieces) count(piece, -1, false, pieces.length > 1)
    },
    settle: async () => {
      const touched = [...deltas].filter(([, delta]) => delta.owners !== 0)
      const rows = await readOwners(meta, touched)
      touched.forEach(([blob, delta], index) => {
        const row = rows[index]
        if (delta.fresh && !delta.inline) checks.push({ key: ownersKey(blob), version: undefined })
        const before = row?.value ?? (delta.inline ? 1 : 0)
        const owners = before + delta.owners
        if (owners < 0) throw new StaleRead(`blob ${blob} would be released more often than it is owned`)
        if (row !== undefined) checks.push(checkOf(row))
        settleOwners(blob, owners, delta, row?.value !== undefined)
      })
      return { checks, puts, removes, adds }
    },
  }

  function settleOwners(blob: string, owners: number, { inline, among }: Delta, hadRow: boolean): void {
    const implied = inline && owners === 1
    if (owners > 0 && !implied) puts.push(putOf(ownersCodec, ownersKey(blob), owners))
    else if (hadRow) removes.push(ownersKey(blob))
    if (owners > 0) return
    if (inline && !among) removes.push(inlineKey(blob))
    else puts.push({ key: trashKey(clock.now() + limits.trashDelayMs, blob), value: EMPTY_VALUE })
  }
}

/** Undefined for blobs that are new: their ids were never used, so there is nothing to read or check. */
async function readOwners(
  meta: MetaStore,
  touched: readonly (readonly [string, Delta])[],
): Promise<readonly (Row<number | undefined> | undefined)[]> {
  const known = touched.filter(([, delta]) => !delta.fresh)
  if (known.length === 0) return touched.map(() => undefined)
  const entries = await meta.getMany(known.map(([blob]) => ownersKey(blob)))
  const rows = new Map(known.map(([blob], index) => [blob, rowOf(ownersCodec, ownersKey(blob), entries[index])]))
  return touched.map(([blob]) => rows.get(blob))
}

/**
 * Rows that were read one after the other do not belong together: another writer came in between, and who reads again
 * finds its work. Only when the same repeats although nothing changed is it damage.
 */
export class StaleRead extends Error {
  override readonly name = 'StaleRead'
}

/** What a reader or writer may see when another writer was faster. */
export function isOutrun(error: unknown): error is StaleRead | BlobMissing {
  return error instanceof StaleRead || error instanceof BlobMissing
}

/** The pieces that an object's bytes consist of, in order. Fails with StaleRead. */
export async function piecesOf(meta: MetaStore, content: Content): Promise<readonly Piece[]> {
  if (content.kind === 'pieces') return content.pieces
  const entry = await meta.get(manifestKey(content.id))
  if (entry === undefined) throw new StaleRead(`manifest ${content.id} does not exist`)
  return manifestCodec.decode(entry.value).pieces
}

/** The content loses its bytes' owner and its manifest. What it counted for is the caller's: `releaseVersion`. */
export async function releaseContent(meta: MetaStore, changes: Changes, content: Content): Promise<void> {
  changes.release(await piecesOf(meta, content))
  if (content.kind === 'manifest') changes.remove(manifestKey(content.id))
}

/** The version is going for good, with its content. */
export function releaseVersion(meta: MetaStore, changes: Changes, version: ObjectVersion): Promise<void> {
  changes.tally({ sizeBytes: -version.sizeBytes, objects: -1 })
  return releaseContent(meta, changes, version.content)
}

/** In a row. More than a faster writer explains: what is missing is lost. */
export const OUTRUN_TIMES_MAX = 20

/**
 * Read, plan in pure code, commit; when a check fails, all of it again. `plan` throws what the client is to see and
 * may not have effects. Bounded: a writer that keeps losing gets OperationAborted (errors.md row 64).
 */
export async function commitPlanned<T>(
  { meta, limits }: Pick<CoreDependencies, 'meta' | 'limits'>,
  operation: string,
  plan: () => Promise<{ readonly batch: Batch; readonly result: T }>,
): Promise<T> {
  let outrunTimes = 0
  for (let attempt = 0; attempt < limits.commitAttemptsMax; attempt++) {
    try {
      const { batch, result } = await plan()
      const outcome = await meta.commit(batch)
      if (outcome.ok) return result
      outrunTimes = 0
    } catch (error) {
      outrunTimes++
      if (!isOutrun(error) || outrunTimes === OUTRUN_TIMES_MAX) throw error
    }
  }
  return fail('OperationAborted', { ConflictingOperation: operation })
}
