/**
 * Documents: the configurations of a bucket, one row each. The bucket's row lists the kinds it has and counts their
 * changes, in the same commits, so that what is not configured costs no reading, and what has not changed none either.
 */

import { assert } from '../base/assert.js'
import { putBounded } from '../base/bounded-map.js'
import type { Bytes } from '../base/bytes.js'
import type { MetaStore, Put } from '../meta/meta-store.js'
import type { Json } from '../meta/record.js'
import type { Bucket, DocumentKind } from '../model/bucket.js'
import type { CoreDependencies } from './dependencies.js'
import { changeBucket } from './open-bucket.js'
import { bucketCodec, bucketKey, documentCodec, documentKey, putOf, readRow } from './rows.js'

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
  find<T>(bucket: Bucket, format: DocumentFormat<T>): Promise<T | undefined>
  /**
   * What the documents of these kinds say together, made by `parse` of those that the bucket has. It is kept for so many
   * buckets by the revision in the bucket's row, so that a request pays for no reading and no parsing. Call it once.
   */
  reader<T>(
    kinds: readonly DocumentKind[],
    parse: (found: readonly FoundDocument[]) => T,
    rememberedMax: number,
  ): (bucket: Bucket) => T | Promise<T>
  /** `make` sees the bucket in the state that it enters; it may refuse. NoSuchBucket, OperationAborted. */
  put(bucket: Bucket, kind: DocumentKind, make: (now: Bucket) => Json): Promise<Bucket>
  /** Idempotent. */
  remove(bucket: Bucket, kind: DocumentKind): Promise<Bucket>
}

export function createDocuments(dependencies: CoreDependencies): DocumentStore {
  const { meta } = dependencies
  return {
    find: (bucket, format) => findDocument(meta, bucket, format),
    reader: (kinds, parse, rememberedMax) => createReader(meta, kinds, parse, rememberedMax),
    put: (bucket, kind, make) =>
      changeBucket(dependencies, bucket, `PutBucketDocument ${kind}`, (now) => {
        requireOrdinary(kind)
        const puts = [putOf(documentCodec, documentKey(now.id, kind), make(now))]
        return { bucket: withDocument(now, kind), puts }
      }),
    remove: (bucket, kind) =>
      changeBucket(dependencies, bucket, `DeleteBucketDocument ${kind}`, (now) => {
        requireOrdinary(kind)
        if (!now.documents.includes(kind)) return { bucket: now }
        return { bucket: withoutDocument(now, kind), removes: [documentKey(now.id, kind)] }
      }),
  }
}

/** As it stands now; for whoever has just read the bucket's row. */
export async function findDocument<T>(
  meta: Pick<MetaStore, 'get'>,
  bucket: Bucket,
  { kind, fromJson }: Pick<DocumentFormat<T>, 'kind' | 'fromJson'>,
): Promise<T | undefined> {
  if (!bucket.documents.includes(kind)) return undefined
  const { value } = await readRow(meta, documentCodec, documentKey(bucket.id, kind))
  return value === undefined ? undefined : fromJson(value)
}

/** The rows of a bucket that gets this document in a commit with more in it, which checks the bucket's row. */
export function documentPuts<T>(bucket: Bucket, { kind, toJson }: DocumentFormat<T>, value: T): readonly Put[] {
  return [
    putOf(bucketCodec, bucketKey(bucket.name), withDocument(bucket, kind)),
    putOf(documentCodec, documentKey(bucket.id, kind), toJson(value)),
  ]
}

/** The same for one that loses it. */
export function documentRemoval(bucket: Bucket, kind: DocumentKind) {
  const puts: readonly Put[] = [putOf(bucketCodec, bucketKey(bucket.name), withoutDocument(bucket, kind))]
  const removes: readonly Bytes[] = [documentKey(bucket.id, kind)]
  return { puts, removes }
}

/** The bucket once it has this document, or another one of the kind. */
export function withDocument(bucket: Bucket, kind: DocumentKind): Bucket {
  const { documents } = bucket
  return withDocuments(bucket, documents.includes(kind) ? documents : [...documents, kind])
}

function withoutDocument(bucket: Bucket, kind: DocumentKind): Bucket {
  return withDocuments(
    bucket,
    bucket.documents.filter((each) => each !== kind),
  )
}

/** A lock has rules of its own for how it changes (bucket-lock.ts), and here would be a way around them. */
function requireOrdinary(kind: DocumentKind): void {
  assert(kind !== 'object-lock', 'an object lock changes by its own rules only')
}

function withDocuments(bucket: Bucket, documents: readonly DocumentKind[]): Bucket {
  return { ...bucket, documents, documentsRevision: bucket.documentsRevision + 1 }
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
    putBounded(known, rememberedMax, id, { revision, value })
    return value
  }
  return (bucket) => {
    const remembered = known.get(bucket.id)
    return remembered?.revision === bucket.documentsRevision ? remembered.value : read(bucket)
  }
}
