/** All versions and delete markers of a bucket, by key, newest first. */

import { versionIdOf } from '../../core/objects.js'
import { fail } from '../../model/errors/index.js'
import { spellStorageClass } from '../../model/storage-class.js'
import type { AnyVersion } from '../../model/version.js'
import { parseVersionId } from '../../model/version-id.js'
import {
  boolean,
  document,
  element,
  etagText,
  integer,
  list,
  mixed,
  optional,
  record,
  S3_NAMESPACE,
  text,
} from '../../wire/document.js'
import { anyText, headField, query, showVendorHeader, showXml } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'
import {
  commonPrefix,
  encodingType,
  keyText,
  listedTime,
  listedVersionId,
  nameEncoder,
  owner,
  ownerLookup,
} from '../documents.js'
import { listedRestore, listedTier, NO_ELEMENTS, restoreListed, tierElements } from '../restore-fields.js'
import { delimiterField, maxKeys } from './list-objects.js'

const listedMarker = record({
  key: element('Key', keyText),
  versionId: element('VersionId', text),
  isLatest: element('IsLatest', boolean),
  lastModified: element('LastModified', listedTime),
  owner: element('Owner', owner),
})

const listedObject = record({
  key: element('Key', keyText),
  versionId: element('VersionId', text),
  isLatest: element('IsLatest', boolean),
  lastModified: element('LastModified', listedTime),
  etag: element('ETag', etagText),
  size: element('Size', integer),
  storageClass: element('StorageClass', text),
  storageTier: listedTier,
  owner: element('Owner', owner),
  restoreStatus: listedRestore.restoreStatus,
})

type Shown<C> = C extends { print(value: infer V, dialect: never): string } ? V : never
type ShownEntry = Shown<typeof listedObject> | Shown<typeof listedMarker>

const entry = {
  parse: (): ShownEntry => fail('MalformedXML'),
  print: (value: ShownEntry, dialect: 'cos' | 's3') =>
    'etag' in value ? listedObject.print(value, dialect) : listedMarker.print(value, dialect),
}

const listVersionsResult = document(
  'ListVersionsResult',
  record({
    encodingType: optional('EncodingType', text),
    name: element('Name', text),
    prefix: element('Prefix', keyText),
    keyMarker: element('KeyMarker', keyText),
    versionIdMarker: element('VersionIdMarker', text),
    maxKeys: element('MaxKeys', integer),
    isTruncated: element('IsTruncated', boolean),
    nextKeyMarker: optional('NextKeyMarker', keyText),
    nextVersionIdMarker: optional('NextVersionIdMarker', text),
    delimiter: optional('Delimiter', keyText),
    commonPrefixes: list('CommonPrefixes', commonPrefix),
    versions: mixed({ object: 'Version', marker: 'DeleteMarker' }, { object: entry, marker: entry }),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

/** A marker without its key, or one that is no version id, cannot continue anything. */
const versionIdMarker = headField('?version-id-marker', ({ query: view }) => {
  const text = view.get('version-id-marker') ?? ''
  if (text === '') return { text, reference: undefined }
  const reference = parseVersionId(text)
  if (reference === undefined)
    fail(
      'InvalidArgument',
      { ArgumentName: 'version-id-marker', ArgumentValue: text },
      { message: 'Invalid version id specified' },
    )
  if ((view.get('key-marker') ?? '') === '') {
    fail(
      'InvalidArgument',
      { ArgumentName: 'version-id-marker', ArgumentValue: text },
      { message: 'A version-id marker cannot be specified without a key marker.' },
    )
  }
  return { text, reference }
})

export const listObjectVersions = operation({
  name: 'ListObjectVersions',
  summary: 'Lists all versions and delete markers, newest first within a key.',
  method: 'GET',
  match: { target: 'bucket', query: ['versions'] },
  permission: 'GetBucketObjectVersions',
  input: {
    prefix: query('prefix', anyText).default(''),
    delimiter: delimiterField,
    keyMarker: query('key-marker', anyText).default(''),
    versionIdMarker,
    limit: maxKeys,
    encoding: encodingType,
    withRestore: restoreListed,
  },
  output: { region: showVendorHeader('bucket-region'), result: showXml(listVersionsResult) },
  handle: async (
    services,
    { bucket },
    { prefix, delimiter, keyMarker, versionIdMarker: { text: marker, reference }, limit, encoding, withRestore },
  ) => {
    const { core, dialect } = services
    const page = await core.listing.versions({ bucket, prefix, delimiter, after: keyMarker, reference, limit })
    const encode = nameEncoder(encoding)
    const findOwner = ownerLookup(core, dialect.traits.listedOwner)
    const shownVersion = async (version: AnyVersion, isLatest: boolean) => {
      const shared = {
        key: encode(version.key),
        versionId: listedVersionId(versionIdOf(version), bucket.versioning, dialect),
        isLatest,
        lastModified: version.modifiedAt,
        owner: await findOwner(version.accountId),
      }
      if (version.kind === 'marker') return { kind: version.kind, value: shared }
      const storageClass = spellStorageClass(dialect.name, version.storageClass)
      const tier = tierElements(services, version, withRestore) ?? NO_ELEMENTS
      const value = { ...shared, etag: version.etag, size: version.sizeBytes, storageClass, ...tier }
      return { kind: version.kind, value }
    }
    const versions: Awaited<ReturnType<typeof shownVersion>>[] = []
    for (const row of page.rows) {
      if (row.kind === 'entry') versions.push(await shownVersion(row.value.version, row.value.isLatest))
    }
    const last = page.truncated ? page.rows.at(-1) : undefined
    return {
      region: bucket.region,
      result: {
        encodingType: encoding,
        name: bucket.name,
        prefix: encode(prefix),
        keyMarker: encode(keyMarker),
        versionIdMarker: marker,
        maxKeys: limit,
        isTruncated: page.truncated,
        nextKeyMarker:
          last === undefined ? undefined : encode(last.kind === 'prefix' ? last.prefix : last.value.version.key),
        nextVersionIdMarker:
          last === undefined ? undefined : last.kind === 'prefix' ? '' : versionIdOf(last.value.version),
        delimiter: delimiter === '' ? undefined : encode(delimiter),
        commonPrefixes: page.rows.flatMap((row) => (row.kind === 'prefix' ? [{ prefix: encode(row.prefix) }] : [])),
        versions,
      },
    }
  },
})
