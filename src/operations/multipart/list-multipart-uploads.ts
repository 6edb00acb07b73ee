/** The unfinished uploads of a bucket, by key, oldest first within a key. */

import { spellStorageClass } from '../../model/storage-class.js'
import {
  boolean,
  document,
  element,
  integer,
  list,
  only,
  optional,
  record,
  S3_NAMESPACE,
  text,
} from '../../wire/document.js'
import { anyText, query, showXml, wholeNumber } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'
import { delimiterField } from '../bucket/list-objects.js'
import { commonPrefix, encodingType, keyText, listedTime, nameEncoder, owner, ownerLookup } from '../documents.js'

const listUploadsResult = document(
  'ListMultipartUploadsResult',
  record({
    bucket: element('Bucket', text),
    // Two readers, two spellings (cos-auth-and-bucket.md 5.8).
    encodingTypeGo: only('cos', optional('Encoding-Type', text)),
    encodingType: optional('EncodingType', text),
    keyMarker: element('KeyMarker', keyText),
    uploadIdMarker: element('UploadIdMarker', text),
    nextKeyMarker: optional('NextKeyMarker', keyText),
    nextUploadIdMarker: optional('NextUploadIdMarker', text),
    maxUploads: element('MaxUploads', integer),
    isTruncated: element('IsTruncated', boolean),
    prefix: element('Prefix', keyText),
    delimiter: optional('Delimiter', keyText),
    uploads: list(
      'Upload',
      record({
        key: element('Key', keyText),
        uploadId: element('UploadId', text),
        storageClass: element('StorageClass', text),
        initiator: element('Initiator', owner),
        owner: element('Owner', owner),
        initiated: element('Initiated', listedTime),
        checksumAlgorithm: only('s3', optional('ChecksumAlgorithm', text)),
        checksumType: only('s3', optional('ChecksumType', text)),
      }),
    ),
    commonPrefixes: list('CommonPrefixes', commonPrefix),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

export const listMultipartUploads = operation({
  name: 'ListMultipartUploads',
  summary: 'Lists unfinished uploads by key and start time.',
  method: 'GET',
  match: { target: 'bucket', query: ['uploads'] },
  permission: 'ListMultipartUploads',
  input: {
    prefix: query('prefix', anyText).default(''),
    delimiter: delimiterField,
    keyMarker: query('key-marker', anyText).default(''),
    uploadIdMarker: query('upload-id-marker', anyText).default(''),
    limit: query('max-uploads', wholeNumber({ min: 0, max: 1000, clamp: true })).default(1000),
    encoding: encodingType,
  },
  output: { result: showXml(listUploadsResult) },
  handle: async ({ core, dialect }, { bucket }, { prefix, delimiter, keyMarker, uploadIdMarker, limit, encoding }) => {
    const page = await core.listing.uploads({
      bucket,
      prefix,
      delimiter,
      after: keyMarker,
      afterUploadId: uploadIdMarker,
      limit,
    })
    const encode = nameEncoder(encoding)
    const findOwner = ownerLookup(core, dialect.traits.shownOwner)
    const uploads = page.rows.flatMap((row) => (row.kind === 'entry' ? [row.value] : []))
    const shown = []
    for (const upload of uploads) {
      const account = await findOwner(upload.accountId)
      shown.push({
        key: encode(upload.key),
        uploadId: upload.id,
        storageClass: spellStorageClass(dialect.name, upload.storageClass),
        initiator: account,
        owner: account,
        initiated: upload.initiatedAt,
        checksumAlgorithm: upload.checksum?.algorithm,
        checksumType: upload.checksum?.type,
      })
    }
    const last = page.truncated ? page.rows.at(-1) : undefined
    return {
      result: {
        bucket: bucket.name,
        encodingTypeGo: encoding,
        encodingType: encoding,
        keyMarker: encode(keyMarker),
        uploadIdMarker,
        nextKeyMarker: last === undefined ? undefined : encode(last.kind === 'prefix' ? last.prefix : last.value.key),
        nextUploadIdMarker: last === undefined ? undefined : last.kind === 'prefix' ? '' : last.value.id,
        maxUploads: limit,
        isTruncated: page.truncated,
        prefix: encode(prefix),
        delimiter: delimiter === '' ? undefined : encode(delimiter),
        uploads: shown,
        commonPrefixes: page.rows.flatMap((row) => (row.kind === 'prefix' ? [{ prefix: encode(row.prefix) }] : [])),
      },
    }
  },
})
