/**
 * Buckets: create, find, list, configure, delete. A name belongs to the whole installation. DeleteBucket first sets
 * `deleting`, which every object commit checks, so that nothing slips in between the look for content and the end.
 */

import type { Bytes } from '../base/bytes.js'
import { randomHex } from '../base/ids.js'
import type { Batch, MetaStore } from '../meta/meta-store.js'
import type { Json } from '../meta/record.js'
import type { Bucket, DocumentKind, Versioning } from '../model/bucket.js'
import { fail, isApiError } from '../model/errors/index.js'
import { type Acl, sameAcl } from '../model/grants.js'
import { hasQuota, NO_LIMITS } from '../model/limits.js'
import type { LockConfiguration } from '../model/object-lock.js'
import { releaseAcceleration } from './acceleration.js'
import { type LockRules, putBucketLock, requireVersioningFree } from './bucket-lock.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import type { DocumentFormat } from './documents.js'
import { boundDomainKeys } from './domains.js'
import { emptyingKey } from './emptying-record.js'
import { removeUpload } from './multipart.js'
import { changeBucket, failClosed, readBucket } from './open-bucket.js'
import {
  accountBucketKey,
  accountBucketName,
  accountBucketPrefix,
  accountCodec,
  accountKey,
  bucketCodec,
  bucketCountCodec,
  bucketCountKey,
  checkOf,
  documentCodec,
  documentKey,
  EMPTY_VALUE,
  formerRegionPrefix,
  kinds,
  markerPrefix,
  noncurrentBucketPrefix,
  objectPrefix,
  putOf,
  type Row,
  rangeOf,
  readRow,
  scanAll,
  uploadCodec,
  uploadPrefix,
} from './rows.js'
import { usageRowKeys } from './usage.js'
import { COMPLETE, usageFormat } from './usage-rows.js'

/** Made by `newDocument`, whose kinds are all different. */
export interface NewDocument {
  readonly kind: DocumentKind
  readonly json: Json
}

export function newDocument<T>({ kind, toJson }: DocumentFormat<T>, value: T): NewDocument {
  return { kind, json: toJson(value) }
}

export interface CreateBucketRequest {
  readonly name: string
  readonly accountId: string
  readonly region: string
  readonly acl: Acl
  /** That it has from the first moment. */
  readonly documents?: readonly NewDocument[]
  /** An own bucket with another ACL is another bucket: BucketAlreadyExists. */
  readonly aclDistinguishes?: boolean
  /** From the first moment; `unset` when absent. */
  readonly versioning?: Versioning
}

/** Which buckets of an account are wanted. */
export type KeepBucket = (bucket: Bucket) => boolean | Promise<boolean>

export interface BucketPage {
  readonly buckets: readonly Bucket[]
  readonly truncated: boolean
}

export interface BucketStore {
  find(name: string): Promise<Bucket | undefined>
  /** BucketAlreadyOwnedByYou, BucketAlreadyExists, TooManyBuckets, OperationAborted. */
  create(request: CreateBucketRequest): Promise<Bucket>
  /** `uploadsCount`: unfinished uploads keep it too. BucketNotEmpty, NoSuchBucket. */
  delete(bucket: Bucket, options: { readonly uploadsCount: boolean }): Promise<void>
  /** InvalidBucketState under object lock. */
  setVersioning(bucket: Bucket, versioning: Exclude<Versioning, 'unset'>): Promise<Bucket>
  /** Gives it an object lock or changes the one that it has. InvalidBucketState, InvalidLockedTime. */
  putLock(bucket: Bucket, wanted: LockConfiguration, rules: LockRules): Promise<Bucket>
  setAcl(bucket: Bucket, acl: Acl): Promise<Bucket>
  /** An account's buckets by name, from the first after `after` that `keep` accepts. */
  list(accountId: string, after: string, limit: number, keep: KeepBucket): Promise<BucketPage>
  /** After a crash: buckets left in `deleting` become active again. Safe while others run; their commit then fails. */
  recover(): Promise<number>
}

export function createBuckets(dependencies: CoreDependencies): BucketStore {
  const { meta } = dependencies
  return {
    find: async (name) => (await readBucket(meta, name)).value,
    create: (request) => createBucket(dependencies, request),
    delete: (bucket, { uploadsCount }) => deleteBucket(dependencies, bucket, uploadsCount),
    putLock: (bucket, wanted, rules) => putBucketLock(dependencies, bucket, wanted, rules),
    setVersioning: (bucket, versioning) =>
      changeBucket(dependencies, bucket, 'PutBucketVersioning', (now) => {
        requireVersioningFree(now, versioning)
        return { bucket: { ...now, versioning } }
      }),
    setAcl: (bucket, acl) => changeBucket(dependencies, bucket, 'PutBucketACL', (now) => ({ bucket: { ...now, acl } })),
    list: (accountId, after, limit, keep) => listBuckets(meta, accountId, after, limit, keep),
    recover: () => recoverBuckets(dependencies),
  }
}

function createBucket(dependencies: CoreDependencies, request: CreateBucketRequest): Promise<Bucket> {
  const { meta, clock, random, limits } = dependencies
  const { name, accountId, region, acl, documents: given = [] } = request
  return commitPlanned(dependencies, 'CreateBucket', async () => {
    const row = await readBucket(meta, name)
    if (row.value !== undefined) refuseExisting(row.value, request)
    const count = await readRow(meta, bucketCountCodec, bucketCountKey(accountId))
    const buckets = (count.value ?? 0) + 1
    const account = await readRow(meta, accountCodec, accountKey(accountId))
    const allowed = account.value?.limits ?? NO_LIMITS
    const MaxBuckets = allowed.bucketsMax ?? limits.bucketsPerAccountMax
    if (buckets > MaxBuckets) fail('TooManyBuckets', { BucketName: name, MaxBuckets })
    const documents = hasQuota(allowed) ? [...given, newDocument(usageFormat, COMPLETE)] : given
    const id = randomHex(random, 8)
    const createdAt = clock.now()
    const bucket: Bucket = {
      id,
      name,
      accountId,
      region,
      createdAt,
      versioning: request.versioning ?? 'unset',
      acl,
      state: 'active',
      documents: documents.map(({ kind }) => kind),
      documentsRevision: documents.length,
    }
    return {
      batch: {
        checks: [checkOf(row), checkOf(count), checkOf(account)],
        puts: [
          putOf(bucketCodec, row.key, bucket),
          { key: accountBucketKey(accountId, name), value: EMPTY_VALUE },
          putOf(bucketCountCodec, count.key, buckets),
          ...documents.map(({ kind, json }) => putOf(documentCodec, documentKey(id, kind), json)),
        ],
      },
      result: bucket,
    }
  })
}

function refuseExisting(existing: Bucket, { accountId, acl, aclDistinguishes }: CreateBucketRequest): never {
  const details = { BucketName: existing.name }
  if (existing.accountId !== accountId) return fail('BucketAlreadyExists', details)
  if (existing.state !== 'active') return failClosed(existing.state)
  if (aclDistinguishes === true && !sameAcl(existing.acl, acl)) return fail('BucketAlreadyExists', details)
  return fail('BucketAlreadyOwnedByYou', details)
}

async function deleteBucket(dependencies: CoreDependencies, bucket: Bucket, uploadsCount: boolean): Promise<void> {
  try {
    await closeBucket(dependencies, bucket)
    const kept = await contentKind(dependencies.meta, bucket, uploadsCount)
    if (kept !== undefined) {
      fail('BucketNotEmpty', { BucketName: bucket.name }, kept === 'versions' ? { message: NOT_EMPTY_VERSIONS } : {})
    }
    if (!uploadsCount) await removeUploads(dependencies, bucket)
    await removeClosedBucket(dependencies, bucket)
  } catch (error) {
    // A bucket that stays is a bucket that takes writes. If this fails twice, the next start opens it.
    await reopen(dependencies, bucket)
      .catch(() => reopen(dependencies, bucket))
      .catch(() => undefined)
    throw error
  }
}

function closeBucket(dependencies: CoreDependencies, { id, name }: Bucket): Promise<void> {
  return commitPlanned(dependencies, 'DeleteBucket', async () => {
    const row = await readBucket(dependencies.meta, name)
    if (row.value?.id !== id) return fail('NoSuchBucket', { BucketName: name })
    if (row.value.state === 'emptying') return failClosed('emptying')
    const closed: Bucket = { ...row.value, state: 'deleting' }
    return { batch: { checks: [checkOf(row)], puts: [putOf(bucketCodec, row.key, closed)] }, result: undefined }
  })
}

function removeClosedBucket(dependencies: CoreDependencies, bucket: Bucket): Promise<void> {
  const { meta } = dependencies
  return commitPlanned(dependencies, 'DeleteBucket', async () => {
    const row = await readBucket(meta, bucket.name)
    if (row.value?.id !== bucket.id) return fail('NoSuchBucket', { BucketName: bucket.name })
    // Another DeleteBucket may have opened the bucket in the meantime, and a third have closed it again: only what is
    // absent after the row was read, and the commit checks that row, is absent for good.
    const entered = row.value.state !== 'deleting' || (await contentKind(meta, bucket, true)) !== undefined
    if (entered) return failClosed('deleting')
    return { batch: await planRemoval(meta, { ...row, value: row.value }), result: undefined }
  })
}

/** The rows that go with a bucket that is closed and empty. */
export async function planRemoval(meta: MetaStore, row: Row<Bucket>): Promise<Batch> {
  const { id, name, accountId, documents } = row.value
  const count = await readRow(meta, bucketCountCodec, bucketCountKey(accountId))
  const puts = [putOf(bucketCountCodec, count.key, Math.max(0, (count.value ?? 1) - 1))]
  const accelerated = await releaseAcceleration(meta, row.value)
  const formerRegions: Bytes[] = []
  for await (const entry of scanAll(meta, rangeOf(formerRegionPrefix(id)))) formerRegions.push(entry.key)
  const domains = await boundDomainKeys(meta, row.value)
  const own = [...documents.map((kind) => documentKey(id, kind)), emptyingKey(id), ...usageRowKeys(row.value)]
  const removes = [row.key, accountBucketKey(accountId, name), ...own, ...formerRegions, ...domains]
  const checks = [checkOf(row), checkOf(count), ...accelerated.checks]
  return { checks, puts: [...puts, ...accelerated.puts], removes }
}

const NOT_EMPTY_VERSIONS = 'The bucket you tried to delete is not empty. You must delete all versions in the bucket.'

export async function contentKind(
  meta: MetaStore,
  bucket: Bucket,
  uploadsCount: boolean,
): Promise<'objects' | 'versions' | 'uploads' | undefined> {
  const holds = async (prefix: Uint8Array) => (await meta.scan(rangeOf(prefix), { limit: 1 })).length > 0
  if (await holds(objectPrefix(bucket.id))) return bucket.versioning === 'unset' ? 'objects' : 'versions'
  if ((await holds(markerPrefix(bucket.id))) || (await holds(noncurrentBucketPrefix(bucket.id)))) return 'versions'
  return uploadsCount && (await holds(uploadPrefix(bucket.id))) ? 'uploads' : undefined
}

function reopen(dependencies: CoreDependencies, { id, name }: Bucket): Promise<void> {
  return commitPlanned(dependencies, 'DeleteBucket', async () => {
    const row = await readBucket(dependencies.meta, name)
    if (row.value?.id !== id || row.value.state !== 'deleting') return { batch: {}, result: undefined }
    const open: Bucket = { ...row.value, state: 'active' }
    return { batch: { checks: [checkOf(row)], puts: [putOf(bucketCodec, row.key, open)] }, result: undefined }
  })
}

async function listBuckets(
  meta: MetaStore,
  accountId: string,
  after: string,
  limit: number,
  keep: KeepBucket,
): Promise<BucketPage> {
  if (limit === 0) return { buckets: [], truncated: false }
  const { to } = rangeOf(accountBucketPrefix(accountId))
  const from = Buffer.concat([accountBucketKey(accountId, after), Buffer.alloc(after === '' ? 0 : 1)])
  const buckets: Bucket[] = []
  for await (const entry of scanAll(meta, { from, to })) {
    const { value } = await readBucket(meta, accountBucketName(entry.key))
    if (value === undefined || !(await keep(value))) continue
    if (buckets.length === limit) return { buckets, truncated: true }
    buckets.push(value)
  }
  return { buckets, truncated: false }
}

async function recoverBuckets(dependencies: CoreDependencies): Promise<number> {
  let reopened = 0
  for await (const entry of scanAll(dependencies.meta, rangeOf(Buffer.of(kinds.bucket)))) {
    const bucket = bucketCodec.decode(entry.value)
    if (bucket.state !== 'deleting') continue
    await reopen(dependencies, bucket)
    reopened++
  }
  return reopened
}

/** Where unfinished uploads do not keep a bucket (S3), they go with it. */
async function removeUploads(dependencies: CoreDependencies, bucket: Bucket): Promise<void> {
  const { meta } = dependencies
  for await (const entry of scanAll(meta, rangeOf(uploadPrefix(bucket.id)))) {
    const upload = uploadCodec.decode(entry.value)
    try {
      await removeUpload(dependencies, { bucket, key: upload.key, uploadId: upload.id }, { state: 'deleting' })
    } catch (error) {
      if (!isApiError(error, 'NoSuchUpload')) throw error
    }
  }
}
