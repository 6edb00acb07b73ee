/** The end of an upload: its part rows become an object row and a manifest, in one commit and without a byte moving. */

import { createHash } from 'node:crypto'
import { combineCrcs } from '../base/crc-combine.js'
import { crc64Decimal } from '../base/digests.js'
import {
  type ChecksumAlgorithm,
  type ChecksumType,
  checksumBytes,
  checksumHeader,
  joinChecksums,
} from '../model/checksum.js'
import { fail } from '../model/errors/index.js'
import type { StoredChecksum, StoredPart } from '../model/version.js'
import { requireWrite, type WriteConditions } from './conditions.js'
import type { CoreDependencies } from './dependencies.js'
import { contentOf } from './objects.js'
import type { Part, Upload } from './rows.js'
import { endUpload, readParts, readUpload, requireUpload, type UploadName } from './upload-rows.js'
import { currentObject, type Written, writeVersion } from './versions.js'

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
  readonly expectedChecksumType?: ChecksumType | undefined
  readonly expectedSizeBytes: number | undefined
}

/** Order of errors as in errors.md 4.2: InvalidPartOrder, NoSuchUpload, InvalidPart, EntityTooSmall, condition. */
export async function completeUpload(dependencies: CoreDependencies, request: CompleteRequest): Promise<Written> {
  const { bucket, key, uploadId } = request
  requireAscending(request)
  return writeVersion(dependencies, bucket, key, 'CompleteMultipartUpload', async (head) => {
    // The parts first: an upload that is still there afterwards had them all, so what is missing was never put.
    const stored = await readParts(dependencies.meta, uploadId)
    const uploadRow = await readUpload(dependencies.meta, request)
    const upload = requireUpload(uploadRow, request)
    const chosen = chooseParts(
      request,
      upload,
      stored.rows.map((row) => row.value),
    )
    requireWrite(request.conditions, key, currentObject(head), head.bucket.versioning !== 'unset')
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
        acl: upload.acl,
        tags: upload.tags,
        extras: upload.extras,
      },
      include: (changes) => {
        endUpload(changes, uploadRow, stored)
        const kept = new Set(chosen)
        for (const { value } of stored.rows) if (!kept.has(value)) changes.release(value.pieces)
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
  { expectedChecksum, expectedChecksumType, expectedSizeBytes }: CompleteRequest,
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
  requirePromised(expectedChecksum?.algorithm, expectedChecksumType, checksum)
  if (checksum === undefined) return undefined
  const values = parts.map((part) => ({ value: part.checksum?.value ?? '', sizeBytes: part.sizeBytes }))
  const value = joinChecksums(checksum, values, (name, bytes) => digests.of(name, bytes))
  // Of a composite value some clients leave the number of parts away (minio-go).
  const spellings = checksum.type === 'COMPOSITE' ? [value, value.replace(/-\d+$/, '')] : [value]
  if (expectedChecksum !== undefined && !spellings.includes(expectedChecksum.value)) {
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

/** A checksum of another algorithm or type than the upload promised cannot be compared, so it is not passed over. */
function requirePromised(
  algorithm: ChecksumAlgorithm | undefined,
  type: ChecksumType | undefined,
  promised: Upload['checksum'],
): void {
  if (algorithm !== undefined && algorithm !== promised?.algorithm) {
    const expected = promised?.algorithm.toLowerCase() ?? 'null'
    const message = `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${algorithm.toLowerCase()}`
    fail('InvalidRequest', {}, { message })
  }
  if (type === undefined || promised === undefined || type === promised.type) return
  const message = `The upload was created using the ${promised.type} checksum mode. The complete request must use the same checksum mode.`
  fail('InvalidRequest', {}, { message })
}
