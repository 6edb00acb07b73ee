/** Parts of an upload: stored like objects, or made out of objects that are there already. */

import { crc64Decimal, digestValue } from '../base/digests.js'
import type { Secret } from '../base/secret.js'
import type { Batch } from '../meta/meta-store.js'
import type { ByteRange } from '../model/byte-range.js'
import { CHECKSUMS } from '../model/checksum.js'
import { fail } from '../model/errors/index.js'
import type { Piece } from '../model/version.js'
import { type Changes, commitPlanned, createChanges, piecesOf } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { type ObjectSource, trustedSource } from './object-source.js'
import { type FoundObject, findObject, type ObjectName } from './objects.js'
import { readOpenBucket, requireOpen } from './open-bucket.js'
import { type Part, partCodec, partKey, partWritesKey, putOf, readRow, type Upload } from './rows.js'
import { type Protection, protectionOf, sameProtection } from './sealed-bytes.js'
import { cutPieces, publish, readPieces, storeBytes } from './stored-bytes.js'
import { readUpload, requireUpload, type UploadName } from './upload-rows.js'
import { requireRoom, settleCounted } from './usage.js'

export interface CopyPartRequest extends UploadName {
  readonly number: number
  readonly source: ObjectName
  readonly sourceKey?: Secret | undefined
  readonly customerKey?: Secret | undefined
  /** Throws when the upload is not what the request says. */
  readonly admit?: (upload: Upload) => void
  /** Throws when the source does not satisfy the request; the range of it that becomes the part. */
  readonly choose: (source: FoundObject) => ByteRange
}

export async function putPart(
  dependencies: CoreDependencies,
  name: UploadName,
  number: number,
  source: ObjectSource,
  customerKey?: Secret,
  admit: (upload: Upload) => void = () => undefined,
): Promise<Part> {
  requireOpen(name.bucket, name.bucket)
  const upload = requireUpload(await readUpload(dependencies.meta, name), name)
  admit(upload)
  await requireRoomForPart(dependencies, name, number, source.sizeBytes ?? 0)
  const protection = protectionOf(upload.extras.encryption, customerKey)
  const stored = await storeBytes(dependencies, withPromisedDigest(source, upload), protection)
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
  return publish(dependencies, stored, () =>
    commitPlanned(dependencies, 'UploadPart', async () => ({
      batch: await planPart(dependencies, name, part, (changes) => {
        if (inlineRow !== undefined) changes.put(inlineRow)
        if (piece !== undefined) changes.introduce(piece)
      }),
      result: part,
    })),
  )
}

async function requireRoomForPart(
  dependencies: CoreDependencies,
  { bucket, key, uploadId }: UploadName,
  number: number,
  sizeBytes: number,
): Promise<void> {
  if (!bucket.documents.includes('usage')) return
  const old = await readRow(dependencies.meta, partCodec, partKey(uploadId, number))
  const change = { sizeBytes: sizeBytes - (old.value?.sizeBytes ?? 0), objects: 0 }
  await requireRoom(dependencies, bucket, key, change)
}

/** A part of an upload that promised checksums gets one, even when its client sent none: Complete joins them. */
function withPromisedDigest(source: ObjectSource, upload: Upload): ObjectSource {
  const { checksum } = upload
  if (checksum === undefined) return source
  const { algorithm } = checksum
  const digest = CHECKSUMS[algorithm].digest
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

/** The batch that puts a part row in place of the one that may stand there, and what else belongs to it. */
async function planPart(
  dependencies: CoreDependencies,
  name: UploadName,
  part: Part,
  include: (changes: Changes) => void,
): Promise<Batch> {
  const { meta } = dependencies
  const bucket = await readOpenBucket(meta, name.bucket)
  const upload = await readUpload(meta, name)
  requireUpload(upload, name)
  const rowKey = partKey(name.uploadId, part.number)
  const old = await readRow(meta, partCodec, rowKey)
  const changes = createChanges(dependencies)
  changes.check(bucket)
  changes.check(upload)
  changes.check(old)
  changes.put(putOf(partCodec, rowKey, part))
  changes.add({ key: partWritesKey(name.uploadId), delta: 1n })
  if (old.value !== undefined) changes.release(old.value.pieces)
  changes.tally({ sizeBytes: part.sizeBytes - (old.value?.sizeBytes ?? 0), objects: 0 })
  include(changes)
  return settleCounted(dependencies, changes, bucket.value, name.key)
}

/**
 * The new part names the source's blobs, where both are under the same key. Its digests are those of the source when it
 * is the whole of it, and are computed by reading otherwise. Under another key its bytes are written anew.
 */
export async function copyPart(
  dependencies: CoreDependencies,
  request: CopyPartRequest,
): Promise<{ part: Part; source: FoundObject }> {
  const { source, range, pieces, protection, part } = await sharePart(dependencies, request)
  if (part !== undefined) return { part, source }
  const bytes = trustedSource(range.endBytes - range.startBytes, () => readPieces(dependencies, pieces, protection))
  return { part: await putPart(dependencies, request, request.number, bytes, request.customerKey), source }
}

interface PartCopy {
  readonly source: FoundObject
  readonly range: ByteRange
  readonly pieces: readonly Piece[]
  /** Of the source. */
  readonly protection: Protection | undefined
  /** Undefined: nothing was put, because the upload is under another key. */
  readonly part: Part | undefined
}

function sharePart(dependencies: CoreDependencies, request: CopyPartRequest): Promise<PartCopy> {
  const { meta, keyService } = dependencies
  return commitPlanned<PartCopy>(dependencies, 'UploadPartCopy', async () => {
    const upload = requireUpload(await readUpload(meta, request), request)
    request.admit?.(upload)
    const source = await findObject(dependencies, request.source)
    const range = request.choose(source)
    const protection = protectionOf(source.version.extras.encryption, request.sourceKey)
    if (protection?.kind === 'kms') await keyService.require(protection.keyId)
    const pieces = cutPieces(await piecesOf(meta, source.version.content), range)
    const found = { source, range, pieces, protection }
    if (!sameProtection(protection, protectionOf(upload.extras.encryption, request.customerKey))) {
      return { batch: {}, result: { ...found, part: undefined } }
    }
    const part = await describePart(dependencies, upload, request.number, found)
    const batch = await planPart(dependencies, request, part, (changes) => {
      changes.check(source.row)
      changes.retain(part.pieces)
    })
    return { batch, result: { ...found, part } }
  })
}

async function describePart(
  dependencies: CoreDependencies,
  upload: Upload,
  number: number,
  { source: { version }, range, pieces, protection }: Omit<PartCopy, 'part'>,
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
    ...(checksum === undefined ? [] : [CHECKSUMS[checksum.algorithm].digest]),
  ])
  for await (const chunk of readPieces(dependencies, pieces, protection)) digests.update(chunk)
  const finished = digests.finish()
  const value =
    checksum === undefined ? undefined : digestValue(finished, CHECKSUMS[checksum.algorithm].digest).toString('base64')
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
