/** The object lock of a bucket: how it comes and how it may change. It never goes. */

import type { Bucket, Versioning } from '../model/bucket.js'
import { fail } from '../model/errors/index.js'
import { daysOf, type LockConfiguration } from '../model/object-lock.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { documentPuts, withDocument } from './documents.js'
import { lockFormat } from './lock-record.js'
import { readOpenBucket } from './open-bucket.js'
import { checkOf, documentCodec, documentKey, readRow } from './rows.js'

export interface LockRules {
  /** A lock needs versioning; otherwise it excludes it. */
  readonly needsVersioning: boolean
  /** The default term may not get shorter. */
  readonly onlyGrows: boolean
}

/** What was decided about versions when the lock came stays so: a bucket's versioning and its lock go together. */
export function requireVersioningFree({ name, documents, versioning }: Bucket, wanted: Versioning): void {
  if (documents.includes(lockFormat.kind) && versioning !== wanted) fail('InvalidBucketState', { BucketName: name })
}

/** InvalidBucketState, InvalidLockedTime. */
export function putBucketLock(
  dependencies: CoreDependencies,
  entered: Bucket,
  wanted: LockConfiguration,
  rules: LockRules,
): Promise<Bucket> {
  const { meta } = dependencies
  return commitPlanned(dependencies, 'PutBucketObjectLockConfiguration', async () => {
    const row = await readOpenBucket(meta, entered)
    const now = row.value
    const document = await readRow(meta, documentCodec, documentKey(now.id, lockFormat.kind))
    const has = now.documents.includes(lockFormat.kind)
    if (!has) requireLockable(now, rules)
    else if (document.value !== undefined && rules.onlyGrows) requireGrowth(lockFormat.fromJson(document.value), wanted)
    const puts = documentPuts(now, lockFormat, wanted)
    return { batch: { checks: [checkOf(row), checkOf(document)], puts }, result: withDocument(now, lockFormat.kind) }
  })
}

function requireLockable({ name, versioning, documents }: Bucket, { needsVersioning }: LockRules): void {
  const wrongVersioning = versioning !== (needsVersioning ? 'enabled' : 'unset')
  const excluded = !needsVersioning && documents.includes('lifecycle')
  if (wrongVersioning || excluded) fail('InvalidBucketState', { BucketName: name })
}

function requireGrowth({ defaultRetention: before }: LockConfiguration, { defaultRetention }: LockConfiguration): void {
  if (before === undefined) return
  if (defaultRetention === undefined || daysOf(defaultRetention.term) < daysOf(before.term)) fail('InvalidLockedTime')
}
