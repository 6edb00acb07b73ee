/**
 * The first count of a bucket that has content: stretch by stretch, each in one commit with the bucket's row that says
 * how far it has come. A write into the stretch makes the count of it begin anew, and the stretch shorter.
 */

import { isCollapsed, type MetaStore } from '../meta/meta-store.js'
import type { Bucket } from '../model/bucket.js'
import type { Usage } from '../model/limits.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { documentPuts, findDocument } from './documents.js'
import { readBucket, readOpenBucket } from './open-bucket.js'
import {
  checkOf,
  putOf,
  type Row,
  rangeOf,
  uncountedCodec,
  uncountedKey,
  uncountedPrefix,
  usageKey,
  usageWritesKey,
} from './rows.js'
import { usageOf } from './usage.js'
import { COMPLETE, type CountProgress, nextStretch, usageBetween, usageFormat } from './usage-rows.js'

const STRETCH_KEYS = 500

/**
 * Counts the bucket from now on, and what it holds already in the background. A bucket that is counted is counted anew.
 */
export function beginCount(dependencies: CoreDependencies, entered: Bucket, restart: boolean): Promise<void> {
  const { meta } = dependencies
  return commitPlanned(dependencies, 'CountBucket', async () => {
    const row = await readOpenBucket(meta, entered)
    const bucket = row.value
    if (bucket.documents.includes('usage') && !restart) return { batch: {}, result: undefined }
    const until = await nextStretch(meta, bucket.id, undefined, STRETCH_KEYS)
    const progress = { kind: 'counting', counted: undefined, until } as const
    const keys = [usageKey('bucket', bucket.id, 'size'), usageKey('bucket', bucket.id, 'objects')]
    const entries = await meta.getMany(keys)
    const { sizeBytes, objects } = usageOf(entries[0], entries[1])
    const counters = keys.map((key, at) => ({ key, version: entries[at]?.version }))
    return {
      batch: {
        checks: [checkOf(row), ...counters],
        puts: [
          ...documentPuts(bucket, usageFormat, progress),
          putOf(uncountedCodec, uncountedKey(bucket.id), bucket.name),
        ],
        removes: [...keys, usageWritesKey(bucket.id)],
        adds: addsTo('account', bucket.accountId, { sizeBytes: -sizeBytes, objects: -objects }),
      },
      result: undefined,
    }
  })
}

function addsTo(scope: 'account' | 'bucket', id: string, { sizeBytes, objects }: Usage) {
  return [
    { key: usageKey(scope, id, 'size'), delta: BigInt(sizeBytes) },
    { key: usageKey(scope, id, 'objects'), delta: BigInt(objects) },
  ]
}

/** Takes the count of one bucket one stretch further. Answers whether some bucket is not counted yet. */
export async function countStep(dependencies: CoreDependencies): Promise<boolean> {
  const { meta } = dependencies
  const [first] = await meta.scan(rangeOf(uncountedPrefix()), { limit: 1 })
  if (first === undefined || isCollapsed(first)) return false
  const name = uncountedCodec.decode(first.value)
  let keysMax = STRETCH_KEYS
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const row = await readBucket(meta, name)
    const bucket = row.value
    const progress = bucket && (await findDocument(meta, bucket, usageFormat))
    const pending = bucket !== undefined && uncountedKey(bucket.id).equals(Buffer.from(first.key))
    if (!pending || progress === undefined || progress.kind === 'complete') {
      await meta.commit({ checks: [{ key: first.key, version: first.version }], removes: [first.key] })
      return true
    }
    if (await countStretch(meta, row, bucket, progress)) return true
    keysMax = Math.max(1, keysMax >> 2)
    await shorten(meta, row, bucket, progress, keysMax)
  }
  return true
}

const ATTEMPTS_MAX = 20

type Counting = Extract<CountProgress, { kind: 'counting' }>

/** False when somebody wrote into the stretch, or changed the bucket. */
async function countStretch(meta: MetaStore, row: Row<unknown>, bucket: Bucket, { counted, until }: Counting) {
  // Read before the rows are: whatever is written after it makes the commit fail.
  const writes = await meta.get(usageWritesKey(bucket.id))
  const usage = await usageBetween(meta, bucket.id, counted, until)
  const next: CountProgress =
    until === undefined
      ? COMPLETE
      : { kind: 'counting', counted: until, until: await nextStretch(meta, bucket.id, until, STRETCH_KEYS) }
  const { ok } = await meta.commit({
    checks: [checkOf(row), { key: usageWritesKey(bucket.id), version: writes?.version }],
    puts: documentPuts(bucket, usageFormat, next),
    removes: next.kind === 'complete' ? [usageWritesKey(bucket.id), uncountedKey(bucket.id)] : [],
    adds: [...addsTo('bucket', bucket.id, usage), ...addsTo('account', bucket.accountId, usage)],
  })
  return ok
}

async function shorten(meta: MetaStore, row: Row<unknown>, bucket: Bucket, { counted }: Counting, keysMax: number) {
  const until = await nextStretch(meta, bucket.id, counted, keysMax)
  const puts = documentPuts<CountProgress>(bucket, usageFormat, { kind: 'counting', counted, until })
  await meta.commit({ checks: [checkOf(row)], puts })
}
