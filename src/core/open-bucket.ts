/** The row of a bucket, and whether a request that was let into the bucket may still write there. */

import type { MetaStore } from '../meta/meta-store.js'
import type { Bucket } from '../model/bucket.js'
import { fail } from '../model/errors/index.js'
import { bucketCodec, bucketKey, type Row, readRow } from './rows.js'

export function readBucket(meta: MetaStore, name: string): Promise<Row<Bucket | undefined>> {
  return readRow(meta, bucketCodec, bucketKey(name))
}

/** The bucket as it is now; NoSuchBucket when it is another one, OperationAborted while a DeleteBucket is under way. */
export function requireOpen(now: Bucket | undefined, entered: Bucket): Bucket {
  if (now?.id !== entered.id) return fail('NoSuchBucket', { BucketName: entered.name })
  return now.state === 'deleting' ? fail('OperationAborted', { ConflictingOperation: 'DeleteBucket' }) : now
}
