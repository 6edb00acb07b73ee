/**
 * Multipart uploads. Parts are stored like objects; Complete is one commit that turns part rows into an object row and
 * a manifest, and moves no byte. Every part write checks the upload's row, so that nothing joins an upload that is
 * being completed or aborted.
 */

import { createHash } from 'node:crypto'
import { combineCrcs } from '../base/crc-combine.js'
import { crc64Decimal, digestValue } from '../base/digests.js'
import type { MetaStore } from '../meta/meta-store.js'
import type { Bucket } from '../model/bucket.js'
import type { ByteRange } from '../model/byte-range.js'
import {
  type ChecksumAlgorithm,
  checksumBytes,
  checksumHeader,
  joinChecksums,
  type MultipartChecksum,
} from '../model/checksum.js'
import { fail } from '../model/errors/index.js'
import type { ObjectHeaders, Piece, StoredChecksum, StoredPart } from '../model/version.js'
import { type Changes, commitPlanned, createChanges, piecesOf } from './changes.js'
import { requireWrite, type WriteConditions } from './conditions.js'
import type { CoreDependencies } from './dependencies.js'
import type { ObjectSource } from './object-source.js'
import { contentOf, type FoundObject, findObject, type ObjectName } from './objects.js'
import {
  bucketCodec,
  bucketKey,
  type Part,
  partCodec,
  partKey,
  partPrefix,
  putOf,
  type Row,
  rangeOf,
  rowOf,
  scanAll,
  type Upload,
  uploadCodec,
  uploadKey,
} from './rows.js'
import { cutPieces, discardBytes, readPieces, storeBytes } from './stored-bytes.js'
import { currentObject, type Written, writeVersion } from './versions.js'

export interface UploadName {
  readonly bucket: Bucket
  readonly key: string
  readonly uploadId: string
}

export interface InitiateRequest {
  readonly bucket: Bucket
  readonly key: string
  readonly accountId: string
  readonly storageClass: string
  readonly headers: ObjectHeaders
  readonly checksum: MultipartChecksum | undefined
}

/** A part as the client lists it at Complete. */
export interface ListedPart {
  readonly number: number
  /** Without quotes. */
  readonly etag: string
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined
}

export interface CompleteRequest extends UploadName {
  readonly accountId: string
  readonly parts: readonly ListedPart[]
  readonly partSizeBytesMin: number
  readonly partNumbersContinuous: boolean
  readonly conditions: WriteConditions
  /** Of the whole object, as the client expects it. */
  readonly expectedChecksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined
  readonly expectedSizeBytes: number | undefined
}

export interface CopyPartRequest extends UploadName {
  readonly number: number
  readonly source: ObjectName
  /** Throws when the source does not satisfy the request; the range of it that becomes the part. */
  readonly choose: (source: FoundObject) => ByteRange
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
  putPart(name: UploadName, number: number, source: ObjectSource): Promise<Part>
  copyPart(request: CopyPartRequest): Promise<{ readonly part: Part; readonly source: FoundObject }>
  listParts(name: UploadName, afterNumber: number, limit: number): Promise<PartPage>
  complete(request: CompleteRequest): Promise<Written>
  abort(name: UploadName): Promise<void>
}

export const PART_NUMBER_MAX = 10_000

export function createMultipart(dependencies: CoreDependencies): MultipartStore {
  const { meta } = dependencies
  return {
    initiate: (request) => initiateUpload(dependencies, request),
    find: async (name) => requireUpload(await readUpload(meta, name), name),
    putPart: (name, number, source) => putPart(dependencies, name, number, source),
    copyPart: (request) => copyPart(dependencies, request),
    listParts: (name, afterNumber, limit) => listParts(meta, name, afterNumber, limit),
    complete: (request) => completeUpload(dependencies, request),
    abort: (name) => removeUpload(dependencies, name),
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
  const { bucket, key, accountId, storageClass, headers, checksum } = request
  const id = newUploadId(dependencies)
  const upload: Upload = { id, key, initiatedAt: dependencies.clock.now(), accountId, storageClass, headers, checksum }
  return commitPlanned(dependencies, 'InitiateMultipartUpload', async () => {
    const changes = createChanges(dependencies)
    changes.check(await requireBucket(dependencies.meta, bucket))
    changes.put(putOf(uploadCodec, uploadKey(bucket.id, key, id), upload))
    return { batch: await changes.settle(), result: upload }
  })
}

async function requireBucket(meta: MetaStore, bucket: Bucket): Promise<Row<Bucket | undefined>> {
  const row = rowOf(bucketCodec, bucketKey(bucket.name), await meta.get(bucketKey(bucket.name)))
  if (row.value?.id !== bucket.id) fail('NoSuchBucket', { BucketName: bucket.name })
  if (row.value.state === 'deleting') fail('OperationAborted', { ConflictingOperation: 'DeleteBucket' })
  return row
}

async function readUpload(meta: MetaStore, { bucket, key, uploadId }: UploadName): Promise<Row<Upload | undefined>> {
  const rowKey = uploadKey(bucket.id, key, uploadId)
  return isUploadId(uploadId)
    ? rowOf(uploadCodec, rowKey, await meta.get(rowKey))
    : { key: rowKey, value: undefined, version: undefined }
}

function isUploadId(text: string): boolean {
  return /^[0-9a-f]{74}$/.test(text)
}

function requireUpload(row: Row<Upload | undefined>, { uploadId }: UploadName): Upload {
  return row.value ?? fail('NoSuchUpload', { UploadId: uploadId })
}

// --- parts ----------------------------------------------------------------------------------------------------

async function putPart(
  dependencies: CoreDependencies,
  name: UploadName,
  number: number,
  source: ObjectSource,
): Promise<Part> {
  const upload = requireUpload(await readUpload(dependencies.meta, name), name)
  const stored = await storeBytes(dependencies, withPromisedDigest(source, upload))
  const { piece, inlineRow, sizeBytes, md5, crc64, checksum } = stored
  const modifiedAt = dependencies.clock.now()
  const part: Part = {
    number,
    sizeBytes,
    etag: md5,
    crc64,
    modifiedAt,
    checksum,
    pieces: piece === undefined ? [] : [piece],
  }
  let refused = true
  try {
    return await commitPart(
      dependencies,
      name,
      part,
      (changes) => {
        refused = false
        if (inlineRow !== undefined) changes.put(inlineRow)
        if (piece !== undefined) changes.introduce(piece)
      },
      () => {
        refused = true
      },
    )
  } catch (error) {
    if (refused) await discardBytes(dependencies, stored)
    throw error
  }
}

/** A part of an upload that promised checksums gets one, even when its client sent none: Complete joins them. */
function withPromisedDigest(source: ObjectSource, upload: Upload): ObjectSource {
  const { checksum } = upload
  if (checksum === undefined) return source
  const { algorithm } = checksum
  const digest = DIGEST_OF[algorithm]
  return {
    sizeBytes: source.sizeBytes,
    chunks: () => source.chunks(),
    digests: [...source.digests, digest],
    conclude: (finished) => {
      const given = source.conclude(finished)
      if (given !== undefined && given.algorithm !== algorithm) {
        fail(
          'InvalidRequest',
          {},
          {
            message: `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${given.algorithm.toLowerCase()}`,
          },
        )
      }
      const value = digestValue(finished, digest).toString('base64')
      return { algorithm, type: 'FULL_OBJECT', value }
    },
  }
}

const DIGEST_OF = { CRC32: 'crc32', CRC32C: 'crc32c', CRC64NVME: 'crc64nvme', SHA1: 'sha1', SHA256: 'sha256' } as const

/** Puts a part row in place of the one that may stand there. */
function commitPart(
  dependencies: CoreDependencies,
  name: UploadName,
  part: Part,
  include: (changes: Changes) => void | Promise<void>,
  restart: () => void = () => undefined,
): Promise<Part> {
  const { meta } = dependencies
  const rowKey = partKey(name.uploadId, part.number)
  return commitPlanned(dependencies, 'UploadPart', async () => {
    restart()
    const upload = await readUpload(meta, name)
    requireUpload(upload, name)
    const old = rowOf(partCodec, rowKey, await meta.get(rowKey))
    const changes = createChanges(dependencies)
    changes.check(upload)
    changes.check(old)
    changes.put(putOf(partCodec, rowKey, part))
    if (old.value !== undefined) changes.release(old.value.pieces)
    await include(changes)
    return { batch: await changes.settle(), result: part }
  })
}

/**
 * The new part names the source's blobs. Its digests are those of the source when it is the whole of it, and are
 * computed by reading otherwise; nothing is written twice.
 */
async function copyPart(
  dependencies: CoreDependencies,
  request: CopyPartRequest,
): Promise<{ part: Part; source: FoundObject }> {
  const upload = requireUpload(await readUpload(dependencies.meta, request), request)
  for (let attempt = 0; attempt < dependencies.limits.commitAttemptsMax; attempt++) {
    const source = await findObject(dependencies, request.source)
    const range = request.choose(source)
    const pieces = cutPieces(await piecesOf(dependencies.meta, source.version.content), range)
    const part = await describePart(dependencies, upload, request.number, source, range, pieces)
    const done = await tryCopyPart(dependencies, request, source, part)
    if (done) return { part, source }
  }
  return fail('OperationAborted', { ConflictingOperation: 'PutObject' })
}

async function tryCopyPart(
  dependencies: CoreDependencies,
  request: CopyPartRequest,
  source: FoundObject,
  part: Part,
): Promise<boolean> {
  const { meta } = dependencies
  const rowKey = partKey(request.uploadId, request.number)
  const upload = await readUpload(meta, request)
  requireUpload(upload, request)
  const old = rowOf(partCodec, rowKey, await meta.get(rowKey))
  const changes = createChanges(dependencies)
  changes.check(upload)
  changes.check(old)
  changes.check(source.row)
  changes.put(putOf(partCodec, rowKey, part))
  if (old.value !== undefined) changes.release(old.value.pieces)
  changes.retain(part.pieces)
  return (await meta.commit(await changes.settle())).ok
}

async function describePart(
  dependencies: CoreDependencies,
  upload: Upload,
  number: number,
  { version }: FoundObject,
  range: ByteRange,
  pieces: readonly Piece[],
): Promise<Part> {
  const sizeBytes = range.endBytes - range.startBytes
  const modifiedAt = dependencies.clock.now()
  const whole = sizeBytes === version.sizeBytes && !version.etag.includes('-')
  const { checksum } = upload
  if (whole && checksum === undefined) {
    return { number, sizeBytes, etag: version.etag, crc64: version.crc64, modifiedAt, checksum: undefined, pieces }
  }
  const digests = dependencies.digests.create([
    'md5',
    'crc64ecma',
    ...(checksum === undefined ? [] : [DIGEST_OF[checksum.algorithm]]),
  ])
  for await (const chunk of readPieces(dependencies, pieces)) digests.update(chunk)
  const finished = digests.finish()
  const value =
    checksum === undefined ? undefined : digestValue(finished, DIGEST_OF[checksum.algorithm]).toString('base64')
  return {
    number,
    sizeBytes,
    etag: digestValue(finished, 'md5').toString('hex'),
    crc64: crc64Decimal(digestValue(finished, 'crc64ecma')),
    modifiedAt,
    checksum:
      checksum === undefined || value === undefined
        ? undefined
        : { algorithm: checksum.algorithm, type: 'FULL_OBJECT', value },
    pieces,
  }
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

// --- the end --------------------------------------------------------------------------------------------------

async function readParts(meta: MetaStore, uploadId: string): Promise<readonly Row<Part>[]> {
  const rows: Row<Part>[] = []
  for await (const entry of scanAll(meta, rangeOf(partPrefix(uploadId)))) {
    rows.push({ key: entry.key, value: partCodec.decode(entry.value), version: entry.version })
  }
  return rows
}

/** Order of errors as in errors.md 4.2: InvalidPartOrder, NoSuchUpload, InvalidPart, EntityTooSmall, condition. */
async function completeUpload(dependencies: CoreDependencies, request: CompleteRequest): Promise<Written> {
  const { bucket, key, uploadId } = request
  requireAscending(request)
  return writeVersion(dependencies, bucket, key, 'CompleteMultipartUpload', async (head) => {
    const uploadRow = await readUpload(dependencies.meta, request)
    const upload = requireUpload(uploadRow, request)
    const stored = await readParts(dependencies.meta, uploadId)
    const chosen = chooseParts(
      request,
      upload,
      stored.map((row) => row.value),
    )
    requireWrite(request.conditions, key, currentObject(head), head.bucket.value.versioning !== 'unset')
    const pieces = chosen.flatMap((part) => part.pieces)
    const checksum = joinedChecksum(dependencies, request, upload, chosen)
    const { content, row } = contentOf(dependencies, pieces, chosen.map(storedPart))
    return {
      version: {
        kind: 'object',
        accountId: upload.accountId,
        sizeBytes: chosen.reduce((sum, part) => sum + part.sizeBytes, 0),
        etag: multipartEtag(chosen),
        crc64: joinedCrc64(chosen),
        storageClass: upload.storageClass,
        headers: upload.headers,
        checksum,
        content,
      },
      include: (changes) => {
        changes.check(uploadRow)
        changes.remove(uploadRow.key)
        for (const part of stored) {
          changes.check(part)
          changes.remove(part.key)
          if (!chosen.includes(part.value)) changes.release(part.value.pieces)
        }
        if (row !== undefined) changes.put(row)
      },
    }
  })
}

function requireAscending({ parts, uploadId }: CompleteRequest): void {
  parts.forEach((part, index) => {
    const previous = parts[index - 1]
    if (previous !== undefined && previous.number >= part.number) fail('InvalidPartOrder', { UploadId: uploadId })
  })
}

function chooseParts(request: CompleteRequest, upload: Upload, stored: readonly Part[]): readonly Part[] {
  const byNumber = new Map(stored.map((part) => [part.number, part]))
  const chosen = request.parts.map((listed) => {
    const part = byNumber.get(listed.number)
    const UploadId = request.uploadId
    const details = { UploadId, PartNumber: listed.number, ETag: listed.etag }
    if (part === undefined || part.etag !== listed.etag) return fail('InvalidPart', details)
    if (listed.checksum !== undefined && !sameChecksum(part.checksum, listed.checksum))
      return fail('InvalidPart', details)
    return part
  })
  requireListedChecksums(request, upload)
  requireContinuous(request, chosen)
  requireSizes(request, chosen)
  return chosen
}

function sameChecksum(
  stored: StoredChecksum | undefined,
  listed: { algorithm: ChecksumAlgorithm; value: string },
): boolean {
  return stored?.algorithm === listed.algorithm && stored.value === listed.value
}

/** A composite checksum that was promised must be listed part by part. */
function requireListedChecksums({ parts }: CompleteRequest, { checksum }: Upload): void {
  if (checksum === undefined || checksum.type !== 'COMPOSITE') return
  const missing = parts.find((part) => part.checksum === undefined)
  if (missing === undefined) return
  fail(
    'InvalidRequest',
    {},
    {
      message: `The upload was created using a ${checksum.algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${missing.number} in the request.`,
    },
  )
}

function requireContinuous({ partNumbersContinuous, uploadId }: CompleteRequest, chosen: readonly Part[]): void {
  if (!partNumbersContinuous) return
  chosen.forEach((part, index) => {
    const previous = chosen[index - 1]
    if (previous === undefined || previous.number + 1 === part.number) return
    const message = `Part numbers must be continuous: part ${previous.number + 1} is missing.`
    fail('InvalidPart', { UploadId: uploadId, PartNumber: previous.number + 1 }, { message })
  })
}

function requireSizes({ partSizeBytesMin }: CompleteRequest, chosen: readonly Part[]): void {
  for (const part of chosen.slice(0, -1)) {
    if (part.sizeBytes >= partSizeBytesMin) continue
    fail('EntityTooSmall', {
      ProposedSize: part.sizeBytes,
      MinSizeAllowed: partSizeBytesMin,
      PartNumber: part.number,
      ETag: part.etag,
    })
  }
}

function storedPart({ number, sizeBytes, checksum }: Part): StoredPart {
  return { number, sizeBytes, checksum: checksum?.value }
}

/** MD5 of the parts' binary MD5s, and how many there are. */
function multipartEtag(parts: readonly Part[]): string {
  const hash = createHash('md5')
  for (const part of parts) hash.update(part.etag, 'hex')
  return `${hash.digest('hex')}-${parts.length}`
}

function joinedCrc64(parts: readonly Part[]): string {
  const sums = parts.map(({ crc64, sizeBytes }) => {
    const sum = Buffer.alloc(8)
    sum.writeBigUInt64BE(BigInt(crc64))
    return { sum, sizeBytes }
  })
  return crc64Decimal(combineCrcs('crc64ecma', sums))
}

function joinedChecksum(
  { digests }: CoreDependencies,
  { expectedChecksum, expectedSizeBytes }: CompleteRequest,
  { checksum }: Upload,
  parts: readonly Part[],
): StoredChecksum | undefined {
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0)
  if (expectedSizeBytes !== undefined && expectedSizeBytes !== sizeBytes) {
    fail(
      'InvalidRequest',
      {},
      {
        message: `The provided 'x-amz-mp-object-size' header value ${expectedSizeBytes} does not match what was computed: ${sizeBytes}`,
      },
    )
  }
  if (checksum === undefined) return undefined
  const values = parts.map((part) => ({ value: part.checksum?.value ?? '', sizeBytes: part.sizeBytes }))
  const value = joinChecksums(checksum, values, (name, bytes) => digests.of(name, bytes))
  if (expectedChecksum?.algorithm === checksum.algorithm && expectedChecksum.value !== value) {
    const expected = expectedChecksum.value.replace(/-\d+$/, '')
    checksumBytes(checksum.algorithm, expected)
    fail(
      'BadDigest',
      { ExpectedDigest: expectedChecksum.value, CalculatedDigest: value },
      {
        message: `The ${checksumHeader(checksum.algorithm)} you specified did not match what we computed.`,
      },
    )
  }
  return { ...checksum, value }
}

/** Removes the upload and its parts. A Complete that comes first wins: then there is no such upload any more. */
export function removeUpload(dependencies: CoreDependencies, name: UploadName): Promise<void> {
  return commitPlanned(dependencies, 'AbortMultipartUpload', async () => {
    const upload = await readUpload(dependencies.meta, name)
    requireUpload(upload, name)
    const changes = createChanges(dependencies)
    changes.check(upload)
    changes.remove(upload.key)
    for (const part of await readParts(dependencies.meta, name.uploadId)) {
      changes.check(part)
      changes.remove(part.key)
      changes.release(part.value.pieces)
    }
    return { batch: await changes.settle(), result: undefined }
  })
}
