/** Selected facts about an object, without its bytes (S3). */

import { fail } from '../../model/errors/index.js'
import { spellStorageClass } from '../../model/storage-class.js'
import type { ObjectVersion, StoredPart } from '../../model/version.js'
import {
  boolean,
  document,
  element,
  integer,
  list,
  optional,
  record,
  S3_NAMESPACE,
  text,
  trimmed,
} from '../../wire/document.js'
import { headField, showHeader, showVendorHeader, showXml, vendorHeader, wholeNumber } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'
import { checksumElements, checksumText } from '../checksum-elements.js'
import { customerKey, requireOpening } from '../encryption-fields.js'
import { httpDate, shownVersionId, versionReference } from '../object-fields.js'

const attributesDocument = document(
  'GetObjectAttributesResponse',
  record({
    etag: optional('ETag', trimmed),
    checksum: optional('Checksum', record({ ...checksumElements, type: optional('ChecksumType', text) })),
    parts: optional(
      'ObjectParts',
      record({
        total: element('PartsCount', integer),
        marker: element('PartNumberMarker', integer),
        next: optional('NextPartNumberMarker', integer),
        limit: element('MaxParts', integer),
        truncated: element('IsTruncated', boolean),
        part: list(
          'Part',
          record({ number: element('PartNumber', integer), size: element('Size', integer), ...checksumElements }),
        ),
      }),
    ),
    storageClass: optional('StorageClass', text),
    size: optional('ObjectSize', integer),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

const ATTRIBUTES = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'] as const

const attributes = headField('x-amz-object-attributes', ({ request }) => {
  const given = (request.headers.get('x-amz-object-attributes') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const ArgumentName = 'x-amz-object-attributes'
  if (given.length === 0)
    fail(
      'InvalidArgument',
      { ArgumentName },
      {
        message:
          'The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty',
      },
    )
  for (const name of given) {
    if (!ATTRIBUTES.some((known) => known === name))
      fail('InvalidArgument', { ArgumentName, ArgumentValue: name }, { message: 'Invalid attribute name specified.' })
  }
  return new Set(given)
})

function shownParts(version: ObjectVersion, parts: readonly StoredPart[], marker: number, limit: number) {
  if (parts.length === 0) return undefined
  const after = parts.filter((part) => part.number > marker)
  const page = after.slice(0, limit)
  const truncated = after.length > page.length
  return {
    total: parts.length,
    marker,
    next: page.at(-1)?.number,
    limit,
    truncated,
    part:
      version.checksum !== undefined
        ? page.map((part) => ({
            number: part.number,
            size: part.sizeBytes,
            ...checksumText(version.checksum?.algorithm, part.checksum),
          }))
        : [],
  }
}

export const getObjectAttributes = operation({
  name: 'GetObjectAttributes',
  summary: 'Selected facts about an object: ETag, checksum, parts, class, size.',
  method: 'GET',
  match: { target: 'object', query: ['attributes'] },
  dialects: ['s3'],
  permission: 'GetObject',
  input: {
    reference: versionReference,
    customerKey,
    attributes,
    limit: vendorHeader('max-parts', wholeNumber({ min: 1, max: 1000, clamp: true })).default(1000),
    marker: vendorHeader('part-number-marker', wholeNumber({ min: 0, max: 10_000 })).default(0),
  },
  output: {
    modified: showHeader('Last-Modified'),
    versionId: showVendorHeader('version-id'),
    result: showXml(attributesDocument),
  },
  handle: async (
    services,
    { bucket, key },
    { reference, customerKey: keyGiven, attributes: wanted, limit, marker },
  ) => {
    const { core, dialect } = services
    const found = await core.objects.find({ bucket, key, reference })
    services.authorizeVersion('GetObject', found)
    requireOpening(services, found.version, keyGiven)
    const { version, bucket: now } = found
    const { checksum } = version
    const parts = wanted.has('ObjectParts')
      ? shownParts(version, await core.objects.partsOf(version), marker, limit)
      : undefined
    return {
      modified: httpDate(version.modifiedAt),
      versionId: shownVersionId(now, version),
      result: {
        etag: wanted.has('ETag') ? version.etag : undefined,
        checksum:
          wanted.has('Checksum') && checksum !== undefined
            ? { ...checksumText(checksum.algorithm, checksum.value), type: checksum.type }
            : undefined,
        parts,
        storageClass: wanted.has('StorageClass') ? spellStorageClass(dialect.name, version.storageClass) : undefined,
        size: wanted.has('ObjectSize') ? version.sizeBytes : undefined,
      },
    }
  },
})
