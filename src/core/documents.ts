/**
 * Documents: the configurations of a bucket, one row each. The bucket's row lists the kinds it has, so that what is not
 * configured costs no reading; a kind that comes or goes rewrites both rows in one commit, a new text only its own.
 */

import type { MetaStore, Version } from '../meta/meta-store.js'
import type { Json } from '../meta/record.js'
import type { Bucket, DocumentKind } from '../model/bucket.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { readBucket, requireOpen } from './open-bucket.js'
import { bucketCodec, checkOf, documentCodec, documentKey, putOf, readRow } from './rows.js'

/** How one kind is written down: `toJson` makes what `fromJson` reads. */
export interface DocumentFormat<T> {
  readonly kind: DocumentKind
  toJson(value: T): Json
  fromJson(json: Json): T
}

export interface DocumentStore {
  /** Undefined when the bucket has none of this kind. */
  find(bucket: Bucket, kind: DocumentKind): Promise<Json | undefined>
  /**
   * The same, made into something by `parse`; what was made is kept by the version of its row, so that a request pays
   * for one read and no parsing. Call it once for each kind of thing.
   */
  reader<T>(kind: DocumentKind, parse: (document: Json) => T): (bucket: Bucket) => Promise<T | undefined>
  /** `change` sees what is there, in the state that it will replace; it may refuse. NoSuchBucket, OperationAborted. */
  put(bucket: Bucket, kind: DocumentKind, change: (now: Json | undefined, bucket: Bucket) => Json): Promise<Bucket>
  /** Idempotent. */
  remove(bucket: Bucket, kind: DocumentKind): Promise<Bucket>
}

const DOCUMENTS_REMEMBERED_MAX = 1_000

export function createDocuments(dependencies: CoreDependencies): DocumentStore {
  const { meta } = dependencies
  return {
    find: async (bucket, kind) => {
      if (!bucket.documents.includes(kind)) return undefined
      return (await readRow(meta, documentCodec, documentKey(bucket.id, kind))).value
    },
    reader: (kind, parse) => createReader(meta, kind, parse),
    put: (bucket, kind, change) =>
      commitPlanned(dependencies, `PutBucketDocument ${kind}`, async () => {
        const bucketRow = await readBucket(meta, bucket.name)
        const now = requireOpen(bucketRow.value, bucket)
        const row = await readRow(meta, documentCodec, documentKey(now.id, kind))
        const put = putOf(documentCodec, row.key, change(row.value, now))
        const checks = [checkOf(bucketRow), checkOf(row)]
        if (now.documents.includes(kind)) return { batch: { checks, puts: [put] }, result: now }
        const result: Bucket = { ...now, documents: [...now.documents, kind] }
        return { batch: { checks, puts: [put, putOf(bucketCodec, bucketRow.key, result)] }, result }
      }),
    remove: (bucket, kind) =>
      commitPlanned(dependencies, `DeleteBucketDocument ${kind}`, async () => {
        const bucketRow = await readBucket(meta, bucket.name)
        const now = requireOpen(bucketRow.value, bucket)
        if (!now.documents.includes(kind)) return { batch: {}, result: now }
        const result: Bucket = { ...now, documents: now.documents.filter((each) => each !== kind) }
        const puts = [putOf(bucketCodec, bucketRow.key, result)]
        return { batch: { checks: [checkOf(bucketRow)], puts, removes: [documentKey(now.id, kind)] }, result }
      }),
  }
}

function createReader<T>(
  meta: MetaStore,
  kind: DocumentKind,
  parse: (document: Json) => T,
): (bucket: Bucket) => Promise<T | undefined> {
  const known = new Map<string, { readonly version: Version; readonly value: T }>()
  return async ({ id, documents }) => {
    if (!documents.includes(kind)) return undefined
    const entry = await meta.get(documentKey(id, kind))
    if (entry === undefined) return undefined
    const remembered = known.get(id)
    if (remembered?.version === entry.version) return remembered.value
    const value = parse(documentCodec.decode(entry.value))
    if (known.size >= DOCUMENTS_REMEMBERED_MAX) known.clear()
    known.set(id, { version: entry.version, value })
    return value
  }
}
