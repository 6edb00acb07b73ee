/**
 * Emptying a bucket in the background: begun and cancelled by an operator, done in bounded steps. While the bucket is in
 * the state `emptying` no request writes into it, so what is there can only become less; the steps remove only as long
 * as it is. What may not be removed is counted and passed over. A step that is repeated finds less to do and no harm.
 */

import type { MetaStore } from '../meta/meta-store.js'
import type { Bucket } from '../model/bucket.js'
import { fail, isApiError } from '../model/errors/index.js'
import { contentKind, planRemoval } from './buckets.js'
import { commitPlanned, isOutrun } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { EMPTYING_PHASES, type Emptying, emptyingCodec, emptyingKey } from './emptying-record.js'
import { type Found, findRows, type Removals, type Removed, removeFound } from './emptying-removal.js'
import { readBucket, readOpenBucket } from './open-bucket.js'
import { bucketCodec, checkOf, kinds, putOf, type Row, rangeOf, readRow, scanAll } from './rows.js'

export interface EmptyingStep {
  /** Another step has work to do at once. */
  readonly more: boolean
  /** The emptying that this step has brought to its end. */
  readonly ended: Emptying | undefined
}

export interface EmptyingStore {
  /** Closes the bucket for requests that write. OperationAborted when something has closed it already. */
  begin(bucket: Bucket, options: { readonly removeBucket: boolean }): Promise<Emptying>
  /** How far the last one has come; undefined: it was never emptied. */
  find(bucket: Bucket): Promise<Emptying | undefined>
  /** Opens the bucket again, with what is left in it. InvalidBucketState when it is not being emptied. */
  cancel(bucket: Bucket): Promise<Emptying>
  /** Tries up to `limit` removals in the bucket that has waited longest, or ends its emptying. */
  step(limit: number): Promise<EmptyingStep>
}

/** In one bucket at a time; commits that wait together share a transaction. */
const CONCURRENT_REMOVALS = 16
/** A step ends early after so long: a removal may have thousands of parts to release, and the lease has an end. */
const STEP_MS_MAX = 10_000
const ERROR_CHARACTERS_MAX = 500

export function createEmptying(dependencies: CoreDependencies, removals: Removals): EmptyingStore {
  const { meta } = dependencies
  return {
    begin: (bucket, { removeBucket }) => beginEmptying(dependencies, bucket, removeBucket),
    find: async ({ id }) => (await readRow(meta, emptyingCodec, emptyingKey(id))).value,
    cancel: (bucket) => cancelEmptying(dependencies, bucket),
    step: (limit) => takeStep(dependencies, removals, limit),
  }
}

function beginEmptying(dependencies: CoreDependencies, entered: Bucket, removeBucket: boolean): Promise<Emptying> {
  const { meta, clock } = dependencies
  return commitPlanned(dependencies, 'EmptyBucket', async () => {
    const bucket = await readOpenBucket(meta, entered)
    const row = await readRow(meta, emptyingCodec, emptyingKey(entered.id))
    const now = clock.now()
    const begun: Emptying = {
      bucketId: entered.id,
      bucketName: entered.name,
      state: 'running',
      removeBucket,
      phase: EMPTYING_PHASES[0],
      after: undefined,
      objects: 0,
      markers: 0,
      uploads: 0,
      refused: 0,
      lastError: undefined,
      begunAt: now,
      endedAt: undefined,
      steppedAt: now,
    }
    const closed: Bucket = { ...bucket.value, state: 'emptying' }
    const puts = [putOf(bucketCodec, bucket.key, closed), putOf(emptyingCodec, row.key, begun)]
    return { batch: { checks: [checkOf(bucket), checkOf(row)], puts }, result: begun }
  })
}

function cancelEmptying(dependencies: CoreDependencies, { id, name }: Bucket): Promise<Emptying> {
  const { meta, clock } = dependencies
  return commitPlanned(dependencies, 'EmptyBucket', async () => {
    const bucket = await readBucket(meta, name)
    if (bucket.value?.id !== id) return fail('NoSuchBucket', { BucketName: name })
    const row = await readRow(meta, emptyingCodec, emptyingKey(id))
    if (bucket.value.state !== 'emptying' || row.value?.state !== 'running') {
      return fail('InvalidBucketState', { BucketName: name }, { message: 'The bucket is not being emptied.' })
    }
    const cancelled: Emptying = { ...row.value, state: 'cancelled', endedAt: clock.now() }
    const open: Bucket = { ...bucket.value, state: 'active' }
    const puts = [putOf(bucketCodec, bucket.key, open), putOf(emptyingCodec, row.key, cancelled)]
    return { batch: { checks: [checkOf(bucket), checkOf(row)], puts }, result: cancelled }
  })
}

// --- steps ------------------------------------------------------------------------------------------------------

async function takeStep(dependencies: CoreDependencies, removals: Removals, limit: number): Promise<EmptyingStep> {
  const { meta } = dependencies
  const row = await nextRunning(meta)
  if (row === undefined) return { more: false, ended: undefined }
  const { value: bucket } = await readBucket(meta, row.value.bucketName)
  // It was cancelled or has ended since the row was read.
  if (bucket?.id !== row.value.bucketId || bucket.state !== 'emptying') return { more: false, ended: undefined }
  const { progress, failure, atEnd } = await walk(dependencies, removals, bucket, row.value, limit)
  if (atEnd) return { more: true, ended: await endEmptying(dependencies, bucket, row, progress) }
  const { ok } = await meta.commit({ checks: [checkOf(row)], puts: [putOf(emptyingCodec, row.key, progress)] })
  // A failure does not count when the bucket was opened under the step.
  if (ok && failure !== undefined) throw failure.error
  return { more: true, ended: undefined }
}

/** The one that has waited longest, so that one that fails does not keep the others waiting. */
async function nextRunning(meta: MetaStore): Promise<Row<Emptying> | undefined> {
  let next: Row<Emptying> | undefined
  for await (const { key, value, version } of scanAll(meta, rangeOf(Buffer.of(kinds.emptying)))) {
    const emptying = emptyingCodec.decode(value)
    if (emptying.state !== 'running') continue
    if (next === undefined || emptying.steppedAt < next.value.steppedAt) next = { key, value: emptying, version }
  }
  return next
}

interface Walked {
  readonly progress: Emptying
  /** What has stopped the step; undefined: nothing has. */
  readonly failure: { readonly error: unknown } | undefined
  /** Nothing is left to try. */
  readonly atEnd: boolean
}

/** Tries one page of the phase. Where a removal fails, the next step begins with those that were tried beside it. */
async function walk(
  { meta, clock }: CoreDependencies,
  removals: Removals,
  bucket: Bucket,
  begun: Emptying,
  limit: number,
): Promise<Walked> {
  const until = clock.now() + STEP_MS_MAX
  let progress = begun
  let triedRows = 0
  let failure: Walked['failure']
  let rows: readonly Found[] = []
  try {
    rows = await findRows(meta, bucket, begun.phase, begun.after, limit)
    while (triedRows < rows.length && clock.now() < until && failure === undefined) {
      const together = rows.slice(triedRows, triedRows + CONCURRENT_REMOVALS)
      const outcomes = await Promise.all(together.map((found) => tryRemoval(removals, bucket, found)))
      const failed = outcomes.find((outcome) => outcome.kind === 'failed')
      if (failed !== undefined) failure = { error: failed.error }
      progress = tallied(progress, outcomes, failed === undefined)
      if (failed !== undefined) break
      triedRows += together.length
      progress = { ...progress, after: together.at(-1)?.position ?? progress.after }
    }
  } catch (error) {
    failure = { error }
  }
  progress = { ...progress, steppedAt: clock.now() }
  if (failure !== undefined) {
    return { progress: { ...progress, lastError: sentenceOf(failure.error) }, failure, atEnd: false }
  }
  if (rows.length === limit || triedRows < rows.length) return { progress, failure, atEnd: false }
  const phase = EMPTYING_PHASES[EMPTYING_PHASES.indexOf(begun.phase) + 1]
  if (phase === undefined) return { progress, failure, atEnd: true }
  return { progress: { ...progress, phase, after: undefined }, failure, atEnd: false }
}

type Outcome =
  | { readonly kind: Removed }
  | { readonly kind: 'refused'; readonly sentence: string }
  | { readonly kind: 'failed'; readonly error: unknown }

/** Refusals are those of the core's rules, and of a version whose rows are damaged: no repetition would help. */
async function tryRemoval(removals: Removals, bucket: Bucket, found: Found): Promise<Outcome> {
  try {
    return { kind: await removeFound(removals, bucket, found) }
  } catch (error) {
    if (isApiError(error, 'NoSuchUpload')) return { kind: 'gone' }
    if (isApiError(error, 'OperationAborted') || isApiError(error, 'NoSuchBucket')) return { kind: 'failed', error }
    if (!isApiError(error) && !isOutrun(error)) return { kind: 'failed', error }
    return { kind: 'refused', sentence: `${found.key}: ${sentenceOf(error)}` }
  }
}

/** What is refused beside a failure is tried again with it, and counted then. */
function tallied(progress: Emptying, outcomes: readonly Outcome[], withRefusals: boolean): Emptying {
  const count = (kind: Outcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind).length
  const refusal = outcomes.findLast((outcome) => outcome.kind === 'refused')
  const lastError = refusal === undefined ? progress.lastError : refusal.sentence.slice(0, ERROR_CHARACTERS_MAX)
  return {
    ...progress,
    objects: progress.objects + count('object'),
    markers: progress.markers + count('marker'),
    uploads: progress.uploads + count('upload'),
    refused: progress.refused + (withRefusals ? count('refused') : 0),
    lastError,
  }
}

function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return (isApiError(error) ? `${error.condition}: ${text}` : text).slice(0, ERROR_CHARACTERS_MAX)
}

/** Opens the bucket, or removes it with its row. Undefined when another has been faster. */
function endEmptying(
  dependencies: CoreDependencies,
  entered: Bucket,
  row: Row<Emptying>,
  progress: Emptying,
): Promise<Emptying | undefined> {
  const { meta, clock } = dependencies
  return commitPlanned<Emptying | undefined>(dependencies, 'EmptyBucket', async () => {
    const bucket = await readBucket(meta, entered.name)
    const outrun = (await meta.get(row.key))?.version !== row.version
    if (outrun || bucket.value?.id !== entered.id) return { batch: {}, result: undefined }
    const left = await contentKind(meta, bucket.value, true)
    const ended: Emptying = { ...progress, state: left === undefined ? 'done' : 'incomplete', endedAt: clock.now() }
    if (left === undefined && progress.removeBucket) {
      const removal = await planRemoval(meta, { ...bucket, value: bucket.value })
      return { batch: { ...removal, checks: [...(removal.checks ?? []), checkOf(row)] }, result: ended }
    }
    const open: Bucket = { ...bucket.value, state: 'active' }
    const puts = [putOf(bucketCodec, bucket.key, open), putOf(emptyingCodec, row.key, ended)]
    return { batch: { checks: [checkOf(bucket), checkOf(row)], puts }, result: ended }
  })
}
