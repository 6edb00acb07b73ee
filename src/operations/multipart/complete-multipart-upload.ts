/** Turns the parts of an upload into an object. One commit; no byte moves. */

import { assert } from '../../base/assert.js'
import { PART_NUMBER_MAX } from '../../core/multipart.js'
import { versionIdOf } from '../../core/objects.js'
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm, checksumHeader, checksumType } from '../../model/checksum.js'
import { fail } from '../../model/errors/index.js'
import { encodeForListing } from '../../model/listing-encoding.js'
import {
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
import {
  headField,
  type InputSource,
  showHeaders,
  showVendorHeader,
  showXml,
  vendorHeader,
  wholeNumber,
  xmlBody,
} from '../../wire/field.js'
import { operation, type Services } from '../../wire/operation.js'
import { checksumElements, checksumText, givenChecksum, givenChecksumElements } from '../checksum-elements.js'
import { keyText } from '../documents.js'
import { shownEncryption } from '../encryption-fields.js'
import { expirationText } from '../lifecycle-headers.js'
import { shownCrc64, writeConditions, writerOf } from '../object-fields.js'
import { unservedHeaders } from '../unserved-headers.js'
import { uploadId } from './multipart-fields.js'

const completeRequest = document(
  'CompleteMultipartUpload',
  record({
    parts: list(
      'Part',
      record({ number: element('PartNumber', integer), etag: element('ETag', etagText), ...givenChecksumElements }),
      { max: PART_NUMBER_MAX },
    ),
  }),
  { elementsMax: 100_000 },
)

const completeResult = document(
  'CompleteMultipartUploadResult',
  record({
    location: element('Location', text),
    bucket: element('Bucket', text),
    key: element('Key', keyText),
    etag: element('ETag', etagText),
    ...checksumElements,
    checksumType: only('s3', optional('ChecksumType', text)),
  }),
  { namespace: { s3: S3_NAMESPACE, cos: 'http://www.qcloud.com/document/product/436/7751' } },
)

/** The checksum of the whole object that the client expects, as header. */
function expectedChecksum({
  request: { headers },
}: InputSource): { algorithm: ChecksumAlgorithm; value: string } | undefined {
  const given = CHECKSUM_ALGORITHMS.flatMap((algorithm) => {
    const value = headers.get(checksumHeader(algorithm)) ?? ''
    return value === '' ? [] : [{ algorithm, value }]
  })
  if (given.length > 1) {
    fail(
      'InvalidRequest',
      {},
      { message: 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.' },
    )
  }
  return given[0]
}

/** Where the object can be read: the URL that the client spoke to. */
export function locationOf(
  { endpoint: { scheme, host, pathStyle } }: Services,
  bucketName: string,
  key: string,
): string {
  const path = encodeForListing(key).replaceAll('%2F', '/')
  return pathStyle ? `${scheme}://${host}/${bucketName}/${path}` : `${scheme}://${host}/${path}`
}

export const completeMultipartUpload = operation({
  name: 'CompleteMultipartUpload',
  summary: 'Turns the listed parts into an object in one commit.',
  method: 'POST',
  match: { target: 'object', query: ['uploadId'] },
  permission: 'CompleteMultipartUpload',
  input: {
    uploadId,
    conditions: writeConditions,
    unserved: unservedHeaders('complete'),
    expectedChecksum: headField('x-amz-checksum-*', expectedChecksum),
    expectedType: headField('x-amz-checksum-type', ({ request }) =>
      checksumType(request.headers.get('x-amz-checksum-type')),
    ),
    expectedSize: vendorHeader('mp-object-size', wholeNumber({ min: 0, max: 10 ** 15 - 1 })),
    request: xmlBody(completeRequest, { sizeBytesMax: 4 * 1024 * 1024, checksumsOf: 'object' }),
  },
  output: {
    crc64: showVendorHeader('hash-crc64ecma'),
    versionId: showVendorHeader('version-id'),
    encryption: showHeaders,
    expiration: showVendorHeader('expiration'),
    result: showXml(completeResult),
  },
  handle: async (
    services,
    { bucket, key },
    { uploadId: id, conditions, expectedChecksum: expected, expectedType, expectedSize, request },
  ) => {
    const { core, dialect } = services
    if (request.parts.length === 0) fail('MalformedXML')
    const parts = request.parts.map(({ number, etag, ...given }) => ({ number, etag, checksum: givenChecksum(given) }))
    if (parts.some(({ number }) => number < 1 || number > PART_NUMBER_MAX)) fail('MalformedXML')
    const written = await core.multipart.complete({
      bucket,
      key,
      uploadId: id,
      accountId: writerOf(services, bucket),
      parts,
      conditions,
      expectedChecksum: expected,
      expectedChecksumType: expectedType,
      expectedSizeBytes: expectedSize,
      partSizeBytesMin: dialect.traits.partSizeBytesMin,
      partNumbersContinuous: dialect.traits.partNumbersContinuous,
    })
    const { version } = written
    assert(version.kind === 'object', 'a complete writes an object')
    const { checksum } = version
    return {
      crc64: shownCrc64(dialect, version),
      // Unlike PUT, Complete shows `null` in a suspended bucket in both dialects (cos-object.md 20).
      versionId: written.bucket.versioning === 'unset' ? undefined : versionIdOf(version),
      encryption: shownEncryption(dialect, version.extras, undefined),
      expiration: await expirationText(services, written.bucket, version),
      result: {
        location: locationOf(services, bucket.name, key),
        bucket: bucket.name,
        key,
        etag: version.etag,
        ...checksumText(dialect.traits.crc64Header ? undefined : checksum?.algorithm, checksum?.value),
        checksumType: checksum?.type,
      },
    }
  },
})
