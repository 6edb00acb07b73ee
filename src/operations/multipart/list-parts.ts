/** The parts of an upload so far. */

import { spellStorageClass } from '../../model/storage-class.js'
import {
  boolean,
  document,
  element,
  etagText,
  integer,
  list,
  only,
  optional,
  record,
  S3_NAMESPACE,
  text,
} from '../../wire/document.js'
import { query, showHeaders, showXml, wholeNumber } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'
import { checksumElements, checksumText } from '../checksum-elements.js'
import { encodingType, keyText, listedTime, nameEncoder, owner, ownerLookup } from '../documents.js'
import { abortHeaders } from '../lifecycle-headers.js'
import { uploadId } from './multipart-fields.js'

const listPartsResult = document(
  'ListPartsResult',
  record({
    bucket: element('Bucket', text),
    // Two readers, two spellings (cos-object.md 23.6).
    encodingTypeGo: only('cos', optional('Encoding-type', text)),
    encodingType: optional('EncodingType', text),
    key: element('Key', keyText),
    uploadId: element('UploadId', text),
    initiator: element('Initiator', owner),
    owner: element('Owner', owner),
    partNumberMarker: element('PartNumberMarker', integer),
    nextPartNumberMarker: optional('NextPartNumberMarker', integer),
    maxParts: element('MaxParts', integer),
    isTruncated: element('IsTruncated', boolean),
    storageClass: element('StorageClass', text),
    checksumAlgorithm: only('s3', optional('ChecksumAlgorithm', text)),
    checksumType: only('s3', optional('ChecksumType', text)),
    parts: list(
      'Part',
      record({
        number: element('PartNumber', integer),
        lastModified: element('LastModified', listedTime),
        etag: element('ETag', etagText),
        size: element('Size', integer),
        ...checksumElements,
      }),
    ),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

export const listParts = operation({
  name: 'ListParts',
  summary: 'Lists the parts of an upload.',
  method: 'GET',
  match: { target: 'object', query: ['uploadId'] },
  permission: 'ListParts',
  input: {
    uploadId,
    limit: query('max-parts', wholeNumber({ min: 0, max: 1000, clamp: true })).default(1000),
    marker: query('part-number-marker', wholeNumber({ min: 0, max: 10 ** 9 })).default(0),
    encoding: encodingType,
  },
  output: { abort: showHeaders, result: showXml(listPartsResult) },
  handle: async (services, { bucket, key }, { uploadId: id, limit, marker, encoding }) => {
    const { core, dialect } = services
    const { upload, parts, truncated } = await core.multipart.listParts({ bucket, key, uploadId: id }, marker, limit)
    const initiator = await ownerLookup(core, dialect.traits.shownOwner)(upload.accountId)
    const listedOwner = await ownerLookup(core, dialect.traits.listedOwner)(upload.accountId)
    return {
      abort: await abortHeaders(services, bucket, upload),
      result: {
        bucket: bucket.name,
        encodingTypeGo: encoding,
        encodingType: encoding,
        key: nameEncoder(encoding)(key),
        uploadId: id,
        initiator,
        owner: listedOwner,
        partNumberMarker: marker,
        nextPartNumberMarker: truncated ? parts.at(-1)?.number : undefined,
        maxParts: limit,
        isTruncated: truncated,
        storageClass: spellStorageClass(dialect.name, upload.storageClass),
        checksumAlgorithm: upload.checksum?.algorithm,
        checksumType: upload.checksum?.type,
        parts: parts.map((part) => ({
          number: part.number,
          lastModified: part.modifiedAt,
          etag: part.etag,
          size: part.sizeBytes,
          ...checksumText(dialect.traits.crc64Header ? undefined : part.checksum?.algorithm, part.checksum?.value),
        })),
      },
    }
  },
})
