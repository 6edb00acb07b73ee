/**
 * What a bucket holds, counted in the commits that change it: only buckets that have a quota, or whose account has one,
 * or of which an operator asked for it, pay. A commit checks the bucket's row, and that says how far the first count has
 * come: a key that is counted adds to the counters, one that is being counted disturbs the count, a later one does
 * neither. So a count is exact whatever is written meanwhile. Quotas are upper bounds of those counters.
 */

import { type Add, type Batch, type Entry, type MetaStore, readCounter } from '../meta/meta-store.js'
import type { Bucket } from '../model/bucket.js'
import { fail } from '../model/errors/index.js'
import { type Limits, NO_LIMITS, type Usage } from '../model/limits.js'
import type { Changes } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { limitsFormat } from './limits-record.js'
import { accountCodec, accountKey, documentCodec, documentKey, rowOf, usageKey, usageWritesKey } from './rows.js'
import { positionOf, usageFormat } from './usage-rows.js'

/**
 * The end of every commit that changes what a key of the bucket holds. The commit must check the bucket's row in the
 * state that is given. QuotaExceeded.
 */
export async function settleCounted(
  { meta }: Pick<CoreDependencies, 'meta'>,
  changes: Changes,
  bucket: Bucket,
  key: string,
): Promise<Batch> {
  if (bucket.documents.includes('usage')) {
    for (const add of await addsOf(meta, bucket, key, changes.tallied())) changes.add(add)
  }
  return changes.settle()
}

/** Before a body is asked for: QuotaExceeded for what the commit would refuse as well, as things stand. */
export async function requireRoom(
  { meta }: Pick<CoreDependencies, 'meta'>,
  bucket: Bucket,
  key: string,
  change: Usage,
): Promise<void> {
  if (bucket.documents.includes('usage')) await addsOf(meta, bucket, key, change)
}

async function addsOf(meta: MetaStore, bucket: Bucket, key: string, change: Usage): Promise<readonly Add[]> {
  const limited = bucket.documents.includes('limits')
  const [usage, account, own] = await meta.getMany([
    documentKey(bucket.id, 'usage'),
    accountKey(bucket.accountId),
    ...(limited ? [documentKey(bucket.id, 'limits')] : []),
  ])
  // Without its document the bucket has changed since its row was read, and the commit fails.
  const position = usage && positionOf(usageFormat.fromJson(documentCodec.decode(usage.value)), key)
  if (position === 'being counted') return [{ key: usageWritesKey(bucket.id), delta: 1n }]
  if (position !== 'counted') return []
  const accountLimits = rowOf(accountCodec, accountKey(bucket.accountId), account).value?.limits ?? NO_LIMITS
  const ownLimits = own === undefined ? NO_LIMITS : limitsFormat.fromJson(documentCodec.decode(own.value))
  return [
    ...(await boundedAdds(meta, change, { scope: 'bucket', id: bucket.id, limits: ownLimits, bucket })),
    ...(await boundedAdds(meta, change, { scope: 'account', id: bucket.accountId, limits: accountLimits, bucket })),
  ]
}

interface Counted {
  readonly scope: 'account' | 'bucket'
  readonly id: string
  readonly limits: Limits
  readonly bucket: Bucket
}

/** Whoever would raise a counter above its bound is told why here; the store sees to it that nobody does. */
async function boundedAdds(meta: MetaStore, change: Usage, counted: Counted): Promise<readonly Add[]> {
  const { scope, id, limits } = counted
  const adds: Add[] = []
  for (const [what, delta, limit] of [
    ['size', change.sizeBytes, limits.sizeBytesMax],
    ['objects', change.objects, limits.objectsMax],
  ] as const) {
    if (delta === 0) continue
    const key = usageKey(scope, id, what)
    const bounded = delta > 0 && limit !== undefined
    if (bounded && readCounter(await meta.get(key)) + BigInt(delta) > BigInt(limit)) refuse(counted, what, limit)
    adds.push({ key, delta: BigInt(delta), ...(bounded ? { max: BigInt(limit) } : {}) })
  }
  return adds
}

function refuse({ scope, bucket }: Counted, what: 'objects' | 'size', limit: number): never {
  const details = { BucketName: bucket.name, ...(what === 'size' ? { MaxSizeAllowed: limit } : {}) }
  const whose = scope === 'account' ? "The account's" : "The bucket's"
  const reach = what === 'size' ? `${limit} bytes` : `${limit} objects`
  return fail('QuotaExceeded', details, {
    message: `${whose} quota of ${reach} does not leave room for this write.`,
  })
}

/** As the counters of a scope say. */
export async function readUsage(meta: MetaStore, scope: 'account' | 'bucket', id: string): Promise<Usage> {
  const [size, objects] = await meta.getMany([usageKey(scope, id, 'size'), usageKey(scope, id, 'objects')])
  return usageOf(size, objects)
}

export function usageOf(size: Entry | undefined, objects: Entry | undefined): Usage {
  return { sizeBytes: Number(readCounter(size)), objects: Number(readCounter(objects)) }
}

/** Of a bucket that goes: it is empty, so that its counters are as well. */
export function usageRowKeys({ id, documents }: Bucket) {
  if (!documents.includes('usage')) return []
  return [usageKey('bucket', id, 'size'), usageKey('bucket', id, 'objects'), usageWritesKey(id)]
}
