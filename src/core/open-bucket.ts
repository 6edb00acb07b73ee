/** The row of a bucket, and whether a request that was let into the bucket may still write there; changes of that row. */

import type { Bytes } from '../base/bytes.js'
import type { MetaStore, Put } from '../meta/meta-store.js'
import type { Bucket, BucketState } from '../model/bucket.js'
import { fail } from '../model/errors/index.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { bucketCodec, bucketKey, checkOf, putOf, type Row, readRow } from './rows.js'

export function readBucket(meta: MetaStore, name: string): Promise<Row<Bucket | undefined>> {
  return readRow(meta, bucketCodec, bucketKey(name))
}

/** Who has closed a bucket, by the state that it is in. */
const CLOSED_BY: Readonly<Record<BucketState, string | undefined>> = {
  active: undefined,
  deleting: 'DeleteBucket',
  emptying: 'EmptyBucket',
}

/** OperationAborted for whoever writes into a bucket in this state and may not. */
export function failClosed(state: BucketState): never {
  return fail('OperationAborted', { ConflictingOperation: CLOSED_BY[state] })
}

/**
 * The bucket as it is now; NoSuchBucket when it is another one, OperationAborted when it is not in the state in which
 * this writer works. A request writes into an active bucket; what empties or deletes a bucket only removes from one that
 * is closed for it, so that it is stopped when the bucket opens again, and no request passes with it.
 */
export function requireOpen(now: Bucket | undefined, entered: Bucket, state: BucketState = 'active'): Bucket {
  if (now?.id !== entered.id) return fail('NoSuchBucket', { BucketName: entered.name })
  // Where it is active again, the work that had closed it has been ended.
  return now.state === state ? now : failClosed(now.state === 'active' ? state : now.state)
}

/** The row of a bucket that is open for the writer, whose commit checks it. */
export async function readOpenBucket(meta: MetaStore, entered: Bucket, state?: BucketState): Promise<Row<Bucket>> {
  const row = await readBucket(meta, entered.name)
  return { ...row, value: requireOpen(row.value, entered, state) }
}

export interface BucketChange {
  readonly bucket: Bucket
  /** Rows that change with it, and only so: the bucket's row is their lock. */
  readonly puts?: readonly Put[]
  readonly removes?: readonly Bytes[]
}

/** Rewrites the row of a bucket that is still open. A plan that gives it back as it was writes nothing. */
export function changeBucket(
  dependencies: CoreDependencies,
  entered: Bucket,
  operation: string,
  plan: (now: Bucket) => BucketChange,
): Promise<Bucket> {
  return commitPlanned(dependencies, operation, async () => {
    const row = await readOpenBucket(dependencies.meta, entered)
    const now = row.value
    const { bucket, puts = [], removes = [] } = plan(now)
    if (bucket === now) return { batch: {}, result: now }
    const bucketPut = putOf(bucketCodec, row.key, bucket)
    return { batch: { checks: [checkOf(row)], puts: [bucketPut, ...puts], removes }, result: bucket }
  })
}
