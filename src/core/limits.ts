/**
 * What the operator allows accounts and buckets. Setting a quota begins the count that it is held against; an account's
 * quota does so for each of its buckets, and those that are made later are counted from their beginning.
 */

import type { Bucket } from '../model/bucket.js'
import { isApiError } from '../model/errors/index.js'
import { changedLimits, hasQuota, type LimitChanges, type Limits, NO_LIMITS, type Usage } from '../model/limits.js'
import type { Account } from '../model/principal.js'
import { commitPlanned } from './changes.js'
import { beginCount, countStep } from './count-usage.js'
import type { CoreDependencies } from './dependencies.js'
import { type DocumentStore, documentPuts, findDocument } from './documents.js'
import { changeIdentities } from './identity-changes.js'
import { limitsFormat } from './limits-record.js'
import { readBucket, readOpenBucket } from './open-bucket.js'
import { accountBucketName, accountBucketPrefix, checkOf, rangeOf, scanAll } from './rows.js'
import { readUsage } from './usage.js'
import { usageFormat } from './usage-rows.js'

export interface BucketUsage extends Usage {
  /** `counting`: what has been counted so far. */
  readonly state: 'uncounted' | 'counting' | 'counted'
}

export interface LimitStore {
  /** Costs no reading when the bucket has none. */
  ofBucket(bucket: Bucket): Limits | Promise<Limits>
  setOfBucket(bucket: Bucket, changes: LimitChanges): Promise<Limits>
  setOfAccount(accountId: string, changes: LimitChanges): Promise<Account>
  usageOfBucket(bucket: Bucket): Promise<BucketUsage>
  /** Of all its buckets that are counted. */
  usageOfAccount(accountId: string): Promise<Usage>
  /** Begins to count the bucket, or counts it anew. */
  count(bucket: Bucket): Promise<void>
  /** One step of the counts under way. Answers whether there is more to do. */
  countStep(): Promise<boolean>
}

const BUCKETS_REMEMBERED_MAX = 1_000

export function createLimits(dependencies: CoreDependencies, documents: DocumentStore): LimitStore {
  const { meta } = dependencies
  const read = documents.reader(
    [limitsFormat.kind],
    ([found]) => (found === undefined ? NO_LIMITS : limitsFormat.fromJson(found.json)),
    BUCKETS_REMEMBERED_MAX,
  )
  return {
    ofBucket: (bucket) => (bucket.documents.includes('limits') ? read(bucket) : NO_LIMITS),
    setOfBucket: async (bucket, changes) => {
      const limits = await setOfBucket(dependencies, bucket, changes)
      await countAhead(dependencies)
      return limits
    },
    setOfAccount: async (accountId, changes) => {
      const account = await setOfAccount(dependencies, accountId, changes)
      await countAhead(dependencies)
      return account
    },
    usageOfBucket: async (bucket) => {
      const progress = await documents.find(bucket, usageFormat)
      const usage = await readUsage(meta, 'bucket', bucket.id)
      if (progress === undefined) return { state: 'uncounted', ...usage }
      return { state: progress.kind === 'complete' ? 'counted' : 'counting', ...usage }
    },
    usageOfAccount: (accountId) => readUsage(meta, 'account', accountId),
    count: async (bucket) => {
      await beginCount(dependencies, bucket, true)
      await countAhead(dependencies)
    },
    countStep: () => countStep(dependencies),
  }
}

/** What is small is counted when the operator has the answer; the rest is left to the job. */
async function countAhead(dependencies: CoreDependencies): Promise<void> {
  for (let step = 0; step < STEPS_AHEAD && (await countStep(dependencies)); step++);
}

const STEPS_AHEAD = 20

async function setOfBucket(dependencies: CoreDependencies, entered: Bucket, changes: LimitChanges): Promise<Limits> {
  const { meta } = dependencies
  const limits = await commitPlanned(dependencies, 'PutBucketLimits', async () => {
    const row = await readOpenBucket(meta, entered)
    const bucket = row.value
    const next = changedLimits((await findDocument(meta, bucket, limitsFormat)) ?? NO_LIMITS, changes)
    return { batch: { checks: [checkOf(row)], puts: documentPuts(bucket, limitsFormat, next) }, result: next }
  })
  // Whoever is stopped in between has answered nobody: setting the quota again begins the count.
  if (hasQuota(limits)) await beginCount(dependencies, entered, false)
  return limits
}

async function setOfAccount(
  dependencies: CoreDependencies,
  accountId: string,
  changes: LimitChanges,
): Promise<Account> {
  const { meta } = dependencies
  const changed = await changeIdentities(dependencies, 'PutAccountLimits', accountId, async (before) => {
    const account = { ...before, limits: changedLimits(before.limits ?? NO_LIMITS, changes) }
    return { account, result: { ...account, revision: before.revision + 1 } }
  })
  if (!hasQuota(changed.limits)) return changed
  for await (const { key } of scanAll(meta, rangeOf(accountBucketPrefix(accountId)))) {
    const { value: bucket } = await readBucket(meta, accountBucketName(key))
    if (bucket !== undefined) await beginUnlessGone(dependencies, bucket)
  }
  return changed
}

/** A bucket that is being deleted may yet stay: OperationAborted, and the operator sets the quota again. */
async function beginUnlessGone(dependencies: CoreDependencies, bucket: Bucket): Promise<void> {
  try {
    await beginCount(dependencies, bucket, false)
  } catch (error) {
    if (!isApiError(error, 'NoSuchBucket')) throw error
  }
}
