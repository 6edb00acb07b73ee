/**
 * The switch of transfer acceleration. How many buckets of an account are accelerated stands in a row that each switch
 * and each DeleteBucket checks and rewrites, so that the quota is exact.
 */

import { asOneOf } from '../meta/json.js'
import type { Check, MetaStore, Put } from '../meta/meta-store.js'
import { ACCELERATION_STATES, type Acceleration, checkAcceleratedName } from '../model/acceleration.js'
import type { Bucket } from '../model/bucket.js'
import { fail } from '../model/errors/index.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { type DocumentFormat, type DocumentStore, documentPuts, findDocument } from './documents.js'
import { limitsFormat } from './limits-record.js'
import { readOpenBucket } from './open-bucket.js'
import {
  acceleratedCountCodec,
  acceleratedCountKey,
  accountCodec,
  accountKey,
  checkOf,
  putOf,
  readRow,
} from './rows.js'

export const accelerationFormat: DocumentFormat<Acceleration> = {
  kind: 'accelerate',
  toJson: (acceleration) => acceleration,
  fromJson: (json) => asOneOf(json, ACCELERATION_STATES),
}

export interface AccelerationStore {
  /** Undefined: it never was configured. Costs no reading then. */
  find(bucket: Bucket): Acceleration | undefined | Promise<Acceleration | undefined>
  /** The AccelerateName… conditions, AccelerateNotSupported, AccelerateCannotBeEnabled, NoSuchBucket. */
  set(bucket: Bucket, acceleration: Acceleration): Promise<void>
  /** Whether buckets of the region can be accelerated. */
  isOffered(region: string): boolean
}

const BUCKETS_REMEMBERED_MAX = 1_000

export function createAcceleration(dependencies: CoreDependencies, documents: DocumentStore): AccelerationStore {
  const read = documents.reader(
    [accelerationFormat.kind],
    ([found]) => (found === undefined ? undefined : accelerationFormat.fromJson(found.json)),
    BUCKETS_REMEMBERED_MAX,
  )
  return {
    find: (bucket) => (bucket.documents.includes(accelerationFormat.kind) ? read(bucket) : undefined),
    set: (bucket, acceleration) => setAcceleration(dependencies, bucket, acceleration),
    isOffered: (region) => isOffered(dependencies, region),
  }
}

function isOffered({ limits: { acceleratedRegions } }: CoreDependencies, region: string): boolean {
  return acceleratedRegions === 'all' || acceleratedRegions.includes(region)
}

function setAcceleration(dependencies: CoreDependencies, entered: Bucket, wanted: Acceleration): Promise<void> {
  const { meta } = dependencies
  checkAcceleratedName(entered.name)
  return commitPlanned(dependencies, 'PutBucketAccelerate', async () => {
    const row = await readOpenBucket(meta, entered)
    const bucket = row.value
    const before = await findDocument(meta, bucket, accelerationFormat)
    const count = await readRow(meta, acceleratedCountCodec, acceleratedCountKey(bucket.accountId))
    const others = (count.value ?? 0) - (before === 'Enabled' ? 1 : 0)
    if (wanted === 'Enabled') await requireEnabling(dependencies, bucket, others)
    const counted = others + (wanted === 'Enabled' ? 1 : 0)
    const puts = [...documentPuts(bucket, accelerationFormat, wanted), putOf(acceleratedCountCodec, count.key, counted)]
    return { batch: { checks: [checkOf(row), checkOf(count)], puts }, result: undefined }
  })
}

async function requireEnabling(dependencies: CoreDependencies, bucket: Bucket, others: number): Promise<void> {
  const { meta, limits } = dependencies
  const { name: BucketName, region: Region } = bucket
  if (!isOffered(dependencies, Region)) fail('AccelerateNotSupported', { BucketName, Region })
  const account = (await readRow(meta, accountCodec, accountKey(bucket.accountId))).value?.limits
  const own = await findDocument(meta, bucket, limitsFormat)
  const locked = account?.accelerationLocked === true || own?.accelerationLocked === true
  const bucketsMax = account?.acceleratedBucketsMax ?? limits.acceleratedBucketsMax
  if (locked || (bucketsMax !== undefined && others >= bucketsMax)) fail('AccelerateCannotBeEnabled', { BucketName })
}

/** What a bucket that goes gives back. */
export async function releaseAcceleration(
  meta: MetaStore,
  bucket: Bucket,
): Promise<{ readonly checks: readonly Check[]; readonly puts: readonly Put[] }> {
  const acceleration = await findDocument(meta, bucket, accelerationFormat)
  if (acceleration !== 'Enabled') return { checks: [], puts: [] }
  const count = await readRow(meta, acceleratedCountCodec, acceleratedCountKey(bucket.accountId))
  const left = Math.max(0, (count.value ?? 1) - 1)
  return { checks: [checkOf(count)], puts: [putOf(acceleratedCountCodec, count.key, left)] }
}
