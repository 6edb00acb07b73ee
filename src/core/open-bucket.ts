/** The row of a bucket, and whether a request that was let into the bucket may still write there; changes of that row. */

import type { Bytes } from '../base/bytes.js'
import type { MetaStore, Put } from '../meta/meta-store.js'
import type { Bucket } from '../model/bucket.js'
import { fail } from '../model/errors/index.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { bucketCodec, bucketKey, checkOf, putOf, type Row, readRow } from './rows.js'

export function readBucket(meta: MetaStore, name: string): Promise<Row<Bucket | undefined>> {
  return readRow(meta, bucketCodec, bucketKey(name))
}

/** The bucket as it is now; NoSuchBucket when it is another one, OperationAborted while a DeleteBucket is under way. */
export function requireOpen(now: Bucket | undefined, entered: Bucket): Bucket {
  if (now?.id !== entered.id) return fail('NoSuchBucket', { BucketName: entered.name })
  return now.state === 'deleting' ? fail('OperationAborted', { ConflictingOperation: 'DeleteBucket' }) : now
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
    const row = await readBucket(dependencies.meta, entered.name)
    const now = requireOpen(row.value, entered)
    const { bucket, puts = [], removes = [] } = plan(now)
    if (bucket === now) return { batch: {}, result: now }
    const bucketPut = putOf(bucketCodec, row.key, bucket)
    return { batch: { checks: [checkOf(row)], puts: [bucketPut, ...puts], removes }, result: bucket }
  })
}
