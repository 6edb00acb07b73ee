/** Current objects of a bucket, a page at a time: List Objects in both dialects, List Objects v2 in S3. */

import type { Listed, Page } from '../../core/listing.js'
import type { ObjectSummary } from '../../core/rows.js'
import { fail } from '../../model/errors/index.js'
import { spellStorageClass } from '../../model/storage-class.js'
import type { ShownOwner } from '../../wire/dialect.js'
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
import {
  anyText,
  choice,
  type HeadField,
  headField,
  query,
  showVendorHeader,
  showXml,
  wholeNumber,
} from '../../wire/field.js'
import { operation, type Services } from '../../wire/operation.js'
import { decodeToken, encodeToken } from '../continuation-token.js'
import { commonPrefix, encodingType, keyText, listedTime, nameEncoder, owner, ownerLookup } from '../documents.js'
import { listedTierAndRestore, restoreListed, tierElements } from '../restore-fields.js'

const contents = record({
  key: element('Key', keyText),
  lastModified: element('LastModified', listedTime),
  etag: element('ETag', etagText),
  checksumAlgorithm: only('s3', optional('ChecksumAlgorithm', text)),
  checksumType: only('s3', optional('ChecksumType', text)),
  size: element('Size', integer),
  owner: optional('Owner', owner),
  storageClass: element('StorageClass', text),
  tier: listedTierAndRestore,
})

const listBucketResult = document(
  'ListBucketResult',
  record({
    name: element('Name', text),
    encodingType: optional('EncodingType', text),
    prefix: element('Prefix', keyText),
    marker: element('Marker', keyText),
    maxKeys: element('MaxKeys', integer),
    delimiter: optional('Delimiter', keyText),
    isTruncated: element('IsTruncated', boolean),
    nextMarker: optional('NextMarker', keyText),
    commonPrefixes: list('CommonPrefixes', commonPrefix),
    contents: list('Contents', contents),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

const listBucketResultV2 = document(
  'ListBucketResult',
  record({
    name: element('Name', text),
    prefix: element('Prefix', keyText),
    startAfter: optional('StartAfter', keyText),
    continuationToken: optional('ContinuationToken', text),
    nextContinuationToken: optional('NextContinuationToken', text),
    keyCount: element('KeyCount', integer),
    maxKeys: element('MaxKeys', integer),
    delimiter: optional('Delimiter', keyText),
    isTruncated: element('IsTruncated', boolean),
    encodingType: optional('EncodingType', text),
    commonPrefixes: list('CommonPrefixes', commonPrefix),
    contents: list('Contents', contents),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

export const LIST_LIMIT_MAX = 1000

/** One character where the dialect says so (InvalidDelimiter). */
export const delimiterField: HeadField<string> = headField('?delimiter', ({ query: view, dialect }) => {
  const delimiter = view.get('delimiter') ?? ''
  if (dialect.traits.delimiterOneCharacter && [...delimiter].length > 1) fail('InvalidDelimiter')
  return delimiter
})

export const maxKeys = query('max-keys', wholeNumber({ min: 0, max: LIST_LIMIT_MAX, clamp: true })).default(
  LIST_LIMIT_MAX,
)

/** A page in the form of both documents. */
async function shown(
  services: Services,
  page: Page<ObjectSummary>,
  encode: (name: string) => string,
  withOwner: boolean,
  withRestore: boolean,
) {
  const { core, dialect } = services
  const findOwner = ownerLookup(core, dialect.traits.listedOwner)
  const owners = new Map<string, ShownOwner>()
  const objects = page.rows.flatMap((row) => (row.kind === 'entry' ? [row.value] : []))
  if (withOwner)
    for (const { accountId } of objects) if (!owners.has(accountId)) owners.set(accountId, await findOwner(accountId))
  return {
    commonPrefixes: page.rows.flatMap((row) => (row.kind === 'prefix' ? [{ prefix: encode(row.prefix) }] : [])),
    contents: objects.map((version) => ({
      key: encode(version.key),
      lastModified: version.modifiedAt,
      etag: version.etag,
      checksumAlgorithm: version.checksum?.algorithm,
      checksumType: version.checksum?.type,
      size: version.sizeBytes,
      owner: owners.get(version.accountId),
      storageClass: spellStorageClass(dialect.name, version.storageClass),
      tier: tierElements(services, version, withRestore),
    })),
  }
}

function nameOf(row: Listed<ObjectSummary> | undefined): string {
  if (row === undefined) return ''
  return row.kind === 'prefix' ? row.prefix : row.value.key
}

export const listObjects = operation({
  name: 'ListObjects',
  summary: 'Lists current objects in UTF-8 byte order, with common prefixes.',
  method: 'GET',
  match: { target: 'bucket' },
  permission: 'GetBucket',
  input: {
    prefix: query('prefix', anyText).default(''),
    delimiter: delimiterField,
    marker: query('marker', anyText).default(''),
    limit: maxKeys,
    encoding: encodingType,
    withRestore: restoreListed,
  },
  output: { region: showVendorHeader('bucket-region'), result: showXml(listBucketResult) },
  handle: async (services, { bucket }, { prefix, delimiter, marker, limit, encoding, withRestore }) => {
    const page = await services.core.listing.objects({ bucket, prefix, delimiter, after: marker, limit })
    const encode = nameEncoder(encoding)
    const shows = page.truncated && (delimiter !== '' || services.dialect.traits.nextMarkerAlways)
    return {
      region: bucket.region,
      result: {
        name: bucket.name,
        encodingType: encoding,
        prefix: encode(prefix),
        marker: encode(marker),
        maxKeys: limit,
        delimiter: delimiter === '' ? undefined : encode(delimiter),
        isTruncated: page.truncated,
        nextMarker: shows ? encode(nameOf(page.rows.at(-1))) : undefined,
        ...(await shown(services, page, encode, true, withRestore)),
      },
    }
  },
})

export const listObjectsV2 = operation({
  name: 'ListObjectsV2',
  summary: 'Lists current objects in UTF-8 byte order, continued by tokens.',
  method: 'GET',
  match: { target: 'bucket', query: ['list-type'] },
  dialects: ['s3'],
  permission: 'GetBucket',
  input: {
    listType: query('list-type', choice(['2'])).required(),
    prefix: query('prefix', anyText).default(''),
    delimiter: delimiterField,
    startAfter: query('start-after', anyText),
    token: headField('?continuation-token', ({ query: view }) => {
      const token = view.get('continuation-token')
      if (token === undefined) return undefined
      const after = decodeToken(token)
      if (after !== undefined && after !== '') return { token, after }
      return fail(
        'InvalidArgument',
        { ArgumentName: 'continuation-token', ArgumentValue: token },
        { message: 'The continuation token provided is incorrect' },
      )
    }),
    limit: maxKeys,
    fetchOwner: query('fetch-owner', choice(['true', 'false'])),
    encoding: encodingType,
    withRestore: restoreListed,
  },
  output: { region: showVendorHeader('bucket-region'), result: showXml(listBucketResultV2) },
  handle: async (
    services,
    { bucket },
    { prefix, delimiter, startAfter, token, limit, fetchOwner, encoding, withRestore },
  ) => {
    const after = token?.after ?? startAfter ?? ''
    const page = await services.core.listing.objects({ bucket, prefix, delimiter, after, limit })
    const encode = nameEncoder(encoding)
    return {
      region: bucket.region,
      result: {
        name: bucket.name,
        prefix: encode(prefix),
        startAfter: startAfter === undefined ? undefined : encode(startAfter),
        continuationToken: token?.token,
        nextContinuationToken: page.truncated ? encodeToken(nameOf(page.rows.at(-1))) : undefined,
        keyCount: page.rows.length,
        maxKeys: limit,
        delimiter: delimiter === '' ? undefined : encode(delimiter),
        isTruncated: page.truncated,
        encodingType: encoding,
        ...(await shown(services, page, encode, fetchOwner === 'true', withRestore)),
      },
    }
  },
})
