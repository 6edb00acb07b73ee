/** Makes a part out of an object, or a range of one. The part shares the object's blobs. */

import { type FoundObject, versionIdOf } from '../../core/objects.js'
import { type ByteRange, parseCopySourceRange } from '../../model/byte-range.js'
import { fail } from '../../model/errors/index.js'
import { document, element, etagText, only, optional, record, S3_NAMESPACE, text } from '../../wire/document.js'
import { headField, showHeaders, showVendorHeader, showXml } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'
import { checksumElements, checksumText } from '../checksum-elements.js'
import { asCopySource, copySource, copySourceConditions, requireCopyable, resolveCopySource } from '../copy-source.js'
import { listedTime } from '../documents.js'
import {
  customerKey,
  noEncryptionOfPart,
  requireCustomerKey,
  shownEncryption,
  sourceCustomerKey,
} from '../encryption-fields.js'
import { shownCrc64 } from '../object-fields.js'
import { unservedHeaders } from '../unserved-headers.js'
import { partNumber, uploadId } from './multipart-fields.js'

const copyPartResult = document(
  'CopyPartResult',
  record({
    etag: element('ETag', etagText),
    crc64: only('cos', optional('CRC64', text)),
    lastModified: element('LastModified', listedTime),
    ...checksumElements,
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

const copyRange = headField('x-*-copy-source-range', ({ request, dialect }) => {
  const name = `${dialect.vendorPrefix}copy-source-range`
  const given = request.headers.get(name) ?? ''
  if (given === '') return undefined
  const range = parseCopySourceRange(given)
  if (range !== undefined) return { ...range, name, given }
  const message =
    'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy'
  return fail('InvalidArgument', { ArgumentName: name, ArgumentValue: given }, { message })
})

function chosenRange(
  { version }: FoundObject,
  wanted: (ByteRange & { name: string; given: string }) | undefined,
  sizeBytesMax: number,
): ByteRange {
  const range = wanted ?? { startBytes: 0, endBytes: version.sizeBytes }
  if (wanted !== undefined && wanted.endBytes > version.sizeBytes) {
    // InvalidRange is for reads: a copy that names bytes that are not there is a wrong argument (errors.md, row 30).
    fail(
      'InvalidArgument',
      { ArgumentName: wanted.name, ArgumentValue: wanted.given },
      { message: `Range specified is not valid for source object of size: ${version.sizeBytes}` },
    )
  }
  const ProposedSize = range.endBytes - range.startBytes
  if (ProposedSize > sizeBytesMax) fail('EntityTooLarge', { ProposedSize, MaxSizeAllowed: sizeBytesMax })
  return { startBytes: range.startBytes, endBytes: range.endBytes }
}

export const uploadPartCopy = operation({
  name: 'UploadPartCopy',
  summary: 'Makes a part out of an object or a range of one.',
  method: 'PUT',
  match: { target: 'object', query: ['partNumber', 'uploadId'], vendorHeaders: ['copy-source'] },
  permission: 'UploadPart',
  input: {
    number: partNumber,
    uploadId,
    unserved: unservedHeaders('object'),
    noAlgorithm: noEncryptionOfPart,
    partKey: customerKey,
    sourceKey: sourceCustomerKey,
    source: copySource,
    sourceConditions: copySourceConditions,
    range: copyRange,
  },
  output: {
    copiedVersionId: showVendorHeader('copy-source-version-id'),
    crc64: showVendorHeader('hash-crc64ecma'),
    encryption: showHeaders,
    result: showXml(copyPartResult),
  },
  handle: async (
    services,
    { bucket, key },
    { number, uploadId: id, partKey, sourceKey, source, sourceConditions, range },
  ) => {
    const { core, dialect } = services
    const name = await resolveCopySource(services, source)
    const sizeBytesMax = core.dependencies.limits.putSizeBytesMax
    let encryption: readonly (readonly [string, string])[] = []
    const copied = core.multipart.copyPart({
      bucket,
      key,
      uploadId: id,
      number,
      source: name,
      sourceKey,
      customerKey: partKey,
      admit: (upload) => {
        requireCustomerKey(services, upload, partKey)
        encryption = shownEncryption(dialect, upload.extras, partKey)
      },
      choose: (found) => {
        requireCopyable(services, sourceConditions, found, sourceKey)
        return chosenRange(found, range, sizeBytesMax)
      },
    })
    const { part, source: found } = await asCopySource(copied, name)
    const { checksum } = part
    return {
      copiedVersionId: found.bucket.versioning === 'unset' ? undefined : versionIdOf(found.version),
      crc64: shownCrc64(dialect, part),
      encryption,
      result: {
        etag: part.etag,
        crc64: part.crc64,
        lastModified: part.modifiedAt,
        ...checksumText(dialect.traits.crc64Header ? undefined : checksum?.algorithm, checksum?.value),
      },
    }
  },
})
