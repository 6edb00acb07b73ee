/**
 * Multipart uploads. Every part write checks the upload's row, so that nothing joins an upload that is being completed
 * or aborted; Complete and Abort remove that row, so only one of them ever wins, and check the counter of part writes, so
 * that no part is left behind.
 */

import type { Secret } from '../base/secret.js'
import type { MetaStore } from '../meta/meta-store.js'
import type { Bucket, BucketState } from '../model/bucket.js'
import type { MultipartChecksum } from '../model/checksum.js'
import type { Acl } from '../model/grants.js'
import type { TagSet } from '../model/tags.js'
import type { ObjectHeaders } from '../model/version.js'
import type { VersionExtras } from '../model/version-extras.js'
import { commitPlanned, createChanges } from './changes.js'
import { type CompleteRequest, completeUpload } from './complete-upload.js'
import type { CoreDependencies } from './dependencies.js'
import type { ObjectSource } from './object-source.js'
import type { FoundObject } from './objects.js'
import { readOpenBucket } from './open-bucket.js'
import {
  type Part,
  partCodec,
  partKey,
  partPrefix,
  putOf,
  rangeOf,
  scanAll,
  type Upload,
  uploadCodec,
  uploadKey,
} from './rows.js'
import { type CopyPartRequest, copyPart, putPart } from './upload-parts.js'
import { endUpload, readParts, readUpload, requireUpload, type UploadName } from './upload-rows.js'
import { settleCounted } from './usage.js'
import type { Written } from './versions.js'

export interface InitiateRequest {
  readonly bucket: Bucket
  readonly key: string
  readonly accountId: string
  readonly storageClass: string
  readonly headers: ObjectHeaders
  readonly checksum: MultipartChecksum | undefined
  /** Of the object that it becomes; undefined: that follows its bucket. */
  readonly acl: Acl | undefined
  readonly tags: TagSet
  readonly extras: VersionExtras
}

export interface PartPage {
  readonly upload: Upload
  readonly parts: readonly Part[]
  readonly truncated: boolean
}

export interface MultipartStore {
  initiate(request: InitiateRequest): Promise<Upload>
  /** The upload, or NoSuchUpload. */
  find(name: UploadName): Promise<Upload>
  /** `admit` sees the upload before a byte is read, and may refuse. */
  putPart(
    name: UploadName,
    number: number,
    source: ObjectSource,
    customerKey?: Secret,
    admit?: (upload: Upload) => void,
  ): Promise<Part>
  copyPart(request: CopyPartRequest): Promise<{ readonly part: Part; readonly source: FoundObject }>
  listParts(name: UploadName, afterNumber: number, limit: number): Promise<PartPage>
  complete(request: CompleteRequest): Promise<Written>
  abort(name: UploadName, options?: AbortOptions): Promise<void>
}

export interface AbortOptions {
  /** That the bucket must be in; active when it is not given. */
  readonly state?: BucketState
  /** Throws when the upload has to stay. */
  readonly allow?: (upload: Upload, bucket: Bucket) => void
}

export const PART_NUMBER_MAX = 10_000

export function createMultipart(dependencies: CoreDependencies): MultipartStore {
  const { meta } = dependencies
  return {
    initiate: (request) => initiateUpload(dependencies, request),
    find: async (name) => requireUpload(await readUpload(meta, name), name),
    putPart: (...part) => putPart(dependencies, ...part),
    copyPart: (request) => copyPart(dependencies, request),
    listParts: (name, afterNumber, limit) => listParts(meta, name, afterNumber, limit),
    complete: (request) => completeUpload(dependencies, request),
    abort: (name, options) => removeUpload(dependencies, name, options),
  }
}

/** Ten digits of Unix seconds, then 64 hex digits: ids of one key sort by start time (cos-object.md 23.1). */
function newUploadId({ clock, random }: CoreDependencies): string {
  const now = clock.now()
  const seconds = String(Math.floor(now / 1000)).padStart(10, '0')
  const millis = Math.floor(now % 1000)
    .toString(16)
    .padStart(3, '0')
  return seconds + millis + random(31).toString('hex').slice(0, 61)
}

async function initiateUpload(dependencies: CoreDependencies, request: InitiateRequest): Promise<Upload> {
  const { bucket, ...wanted } = request
  const { key } = wanted
  const id = newUploadId(dependencies)
  const upload: Upload = { id, initiatedAt: dependencies.clock.now(), ...wanted }
  return commitPlanned(dependencies, 'InitiateMultipartUpload', async () => {
    const changes = createChanges(dependencies)
    changes.check(await readOpenBucket(dependencies.meta, bucket))
    changes.put(putOf(uploadCodec, uploadKey(bucket.id, key, id), upload))
    return { batch: await changes.settle(), result: upload }
  })
}

async function listParts(meta: MetaStore, name: UploadName, afterNumber: number, limit: number): Promise<PartPage> {
  const upload = requireUpload(await readUpload(meta, name), name)
  if (limit === 0 || afterNumber >= 99_999) return { upload, parts: [], truncated: false }
  const { to } = rangeOf(partPrefix(name.uploadId))
  const parts: Part[] = []
  for await (const entry of scanAll(meta, { from: partKey(name.uploadId, afterNumber + 1), to }, limit + 1)) {
    if (parts.length === limit) return { upload, parts, truncated: true }
    parts.push(partCodec.decode(entry.value))
  }
  return { upload, parts, truncated: false }
}

/**
 * Removes the upload and its parts. A Complete that comes first wins: then there is no such upload any more.
 */
export function removeUpload(
  dependencies: CoreDependencies,
  name: UploadName,
  { state, allow }: AbortOptions = {},
): Promise<void> {
  return commitPlanned(dependencies, 'AbortMultipartUpload', async () => {
    const bucket = await readOpenBucket(dependencies.meta, name.bucket, state)
    const upload = await readUpload(dependencies.meta, name)
    const found = requireUpload(upload, name)
    allow?.(found, bucket.value)
    const changes = createChanges(dependencies)
    changes.check(bucket)
    const parts = await readParts(dependencies.meta, name.uploadId)
    endUpload(changes, upload, parts)
    for (const { value } of parts.rows) changes.release(value.pieces)
    return { batch: await settleCounted(dependencies, changes, bucket.value, name.key), result: undefined }
  })
}
