/**
 * Documents: the configurations of a bucket, one row each. The bucket's row lists the kinds it has and counts their
 * changes, in the same commits, so that what is not configured costs no reading, and what has not changed none either.
 */

import type { MetaStore } from '../meta/meta-store.js'
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

export interface FoundDocument {
  readonly kind: DocumentKind
  readonly json: Json
}

export interface DocumentStore {
  /** Undefined when the bucket has none of this kind. */
  find(bucket: Bucket, kind: DocumentKind): Promise<Json | undefined>
  /**
   * What the documents of these kinds say together, made by `parse` of those that the bucket has. It is kept for so many
   * buckets by the revision in the bucket's row, so that a request pays for no reading and no parsing. Call it once.
   */
  reader<T>(
    kinds: readonly DocumentKind[],
    parse: (found: readonly FoundDocument[]) => T,
    rememberedMax: number,
  ): (bucket: Bucket) => T | Promise<T>
  /** `change` sees what is there, in the state that it will replace; it may refuse. NoSuchBucket, OperationAborted. */
  put(bucket: Bucket, kind: DocumentKind, change: (now: Json | undefined, bucket: Bucket) => Json): Promise<Bucket>
  /** Idempotent. */
  remove(bucket: Bucket, kind: DocumentKind): Promise<Bucket>
}

export function createDocuments(dependencies: CoreDependencies): DocumentStore {
  const { meta } = dependencies
  return {
    find: async (bucket, kind) => {
      if (!bucket.documents.includes(kind)) return undefined
      return (await readRow(meta, documentCodec, documentKey(bucket.id, kind))).value
    },
    reader: (kinds, parse, rememberedMax) => createReader(meta, kinds, parse, rememberedMax),
    put: (bucket, kind, change) =>
      commitPlanned(dependencies, `PutBucketDocument ${kind}`, async () => {
        const bucketRow = await readBucket(meta, bucket.name)
        const now = requireOpen(bucketRow.value, bucket)
        const row = await readRow(meta, documentCodec, documentKey(now.id, kind))
        const put = putOf(documentCodec, row.key, change(row.value, now))
        const checks = [checkOf(bucketRow), checkOf(row)]
        const documents = now.documents.includes(kind) ? now.documents : [...now.documents, kind]
        const result: Bucket = { ...now, documents, documentsRevision: now.documentsRevision + 1 }
        return { batch: { checks, puts: [put, putOf(bucketCodec, bucketRow.key, result)] }, result }
      }),
    remove: (bucket, kind) =>
      commitPlanned(dependencies, `DeleteBucketDocument ${kind}`, async () => {
        const bucketRow = await readBucket(meta, bucket.name)
        const now = requireOpen(bucketRow.value, bucket)
        if (!now.documents.includes(kind)) return { batch: {}, result: now }
        const documents = now.documents.filter((each) => each !== kind)
        const result: Bucket = { ...now, documents, documentsRevision: now.documentsRevision + 1 }
        const puts = [putOf(bucketCodec, bucketRow.key, result)]
        return { batch: { checks: [checkOf(bucketRow)], puts, removes: [documentKey(now.id, kind)] }, result }
      }),
  }
}

function createReader<T>(
  meta: MetaStore,
  kinds: readonly DocumentKind[],
  parse: (found: readonly FoundDocument[]) => T,
  rememberedMax: number,
): (bucket: Bucket) => T | Promise<T> {
  const known = new Map<string, { readonly revision: number; readonly value: T }>()
  const read = async ({ id, documents, documentsRevision: revision }: Bucket): Promise<T> => {
    const present = documents.filter((kind) => kinds.includes(kind))
    const entries = await meta.getMany(present.map((kind) => documentKey(id, kind)))
    const value = parse(
      entries.flatMap((entry, at) => {
        const kind = present[at]
        return entry === undefined || kind === undefined ? [] : [{ kind, json: documentCodec.decode(entry.value) }]
      }),
    )
    if (known.size >= rememberedMax) known.clear()
    known.set(id, { revision, value })
    return value
  }
  return (bucket) => {
    const remembered = known.get(bucket.id)
    return remembered?.revision === bucket.documentsRevision ? remembered.value : read(bucket)
  }
}
