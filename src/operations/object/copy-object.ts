/** Copies an object inside the store. No byte moves; the new object shares the blobs of the old one. */

import { assert } from '../../base/assert.js'
import { digestValue } from '../../base/digests.js'
import { versionIdOf } from '../../core/objects.js'
import { CHECKSUMS, type ChecksumAlgorithm, checksumAlgorithm } from '../../model/checksum.js'
import { fail } from '../../model/errors/index.js'
import type { ObjectHeaders, ObjectVersion, StoredChecksum } from '../../model/version.js'
import {
  document,
  element,
  etagText,
  isoTimeSeconds,
  only,
  optional,
  record,
  S3_NAMESPACE,
  text,
} from '../../wire/document.js'
import { headField, showVendorHeader, showXml, vendorHeader } from '../../wire/field.js'
import { operation, type Services } from '../../wire/operation.js'
import { newObjectAcl, objectAclHeaders } from '../acl-fields.js'
import { checksumElements, checksumText } from '../checksum-elements.js'
import { asCopySource, copySource, copySourceConditions, requireCopyable, resolveCopySource } from '../copy-source.js'
import { listedTime } from '../documents.js'
import {
  keptHeaders,
  requireNewKey,
  storageClass,
  typedHeaders,
  writeConditions,
  writerOf,
  writtenVersionId,
} from '../object-fields.js'
import { unservedHeaders } from '../unserved-headers.js'

const copyObjectResult = document(
  'CopyObjectResult',
  record({
    etag: element('ETag', etagText),
    crc64: only('cos', optional('CRC64', text)),
    cosTime: only('cos', optional('LastModified', isoTimeSeconds)),
    s3Time: only('s3', optional('LastModified', listedTime)),
    versionId: only('cos', optional('VersionId', text)),
    ...checksumElements,
    checksumType: only('s3', optional('ChecksumType', text)),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

/** True: headers and metadata come from the request; anything but the two words is refused. */
const replaceMetadata = headField('x-*-metadata-directive', ({ request, dialect }) => {
  const name = `${dialect.vendorPrefix}metadata-directive`
  const given = (request.headers.get(name) ?? '').toLowerCase()
  if (given === '' || given === 'copy') return false
  if (given === dialect.traits.replaceDirective) return true
  return fail(
    'InvalidArgument',
    { ArgumentName: name, ArgumentValue: given },
    { message: 'Unknown metadata directive.' },
  )
})

/** Tags are not served: only the directive that leaves them alone is accepted. */
const taggingDirective = headField('x-*-tagging-directive', ({ request, dialect }) => {
  const name = `${dialect.vendorPrefix}tagging-directive`
  const given = (request.headers.get(name) ?? '').toLowerCase()
  if (given !== '' && given !== 'copy') fail('NotImplemented', { Header: name })
})

/** A checksum of another algorithm is computed by reading the source once; nothing is written. */
async function requestedChecksum(
  { core }: Services,
  version: ObjectVersion,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<StoredChecksum | undefined> {
  if (algorithm === undefined || version.checksum?.algorithm === algorithm) return version.checksum
  const { digest } = CHECKSUMS[algorithm]
  const digests = core.dependencies.digests.create([digest])
  const whole = { startBytes: 0, endBytes: version.sizeBytes }
  for await (const chunk of core.objects.bytesOf(version, whole)) digests.update(chunk)
  return { algorithm, type: 'FULL_OBJECT', value: digestValue(digests.finish(), digest).toString('base64') }
}

export const copyObject = operation({
  name: 'CopyObject',
  summary: 'Copies an object inside the store without moving a byte.',
  method: 'PUT',
  match: { target: 'object', vendorHeaders: ['copy-source'] },
  permission: 'PutObject',
  input: {
    headers: keptHeaders,
    storageClass,
    unserved: unservedHeaders('object'),
    given: objectAclHeaders,
    source: copySource,
    sourceConditions: copySourceConditions,
    replaces: replaceMetadata,
    taggingDirective,
    conditions: writeConditions,
    algorithm: vendorHeader('checksum-algorithm', { parse: checksumAlgorithm }),
  },
  output: {
    copiedVersionId: showVendorHeader('copy-source-version-id'),
    versionId: showVendorHeader('version-id'),
    result: showXml(copyObjectResult),
  },
  handle: async (
    services,
    { bucket, key },
    { headers, storageClass: wantedClass, given, source, sourceConditions, replaces, conditions, algorithm },
  ) => {
    const { core, dialect } = services
    requireNewKey(dialect, key)
    const acl = await newObjectAcl(services, bucket, given)
    const name = await resolveCopySource(services, source)
    const sizeBytesMax = core.dependencies.limits.putSizeBytesMax
    const onItself = name.bucket.id === bucket.id && name.key === key && name.reference === undefined
    const copied = core.objects.copy({
      bucket,
      key,
      accountId: writerOf(services, bucket, acl),
      acl,
      conditions,
      source: name,
      describe: async (found) => {
        requireCopyable(services, sourceConditions, found)
        const { version } = found
        if (version.sizeBytes > sizeBytesMax)
          fail('EntityTooLarge', { ProposedSize: version.sizeBytes, MaxSizeAllowed: sizeBytesMax })
        const reclassed = version.storageClass !== wantedClass && !dialect.traits.copyToItselfReplaces
        if (onItself && !replaces && !reclassed) fail('CopyToItself')
        const kept: ObjectHeaders = replaces ? typedHeaders(headers, key, dialect) : version.headers
        return {
          headers: kept,
          storageClass: wantedClass,
          checksum: await requestedChecksum(services, version, algorithm),
        }
      },
    })
    const written = await asCopySource(copied, name)
    const { version, source: found } = written
    assert(version.kind === 'object', 'a copy writes an object')
    const versionId = writtenVersionId(dialect, written.bucket, version)
    return {
      copiedVersionId: found.bucket.versioning === 'unset' ? undefined : versionIdOf(found.version),
      versionId,
      result: {
        etag: version.etag,
        crc64: version.crc64,
        cosTime: version.modifiedAt,
        s3Time: version.modifiedAt,
        versionId,
        ...checksumText(dialect.traits.crc64Header ? undefined : version.checksum?.algorithm, version.checksum?.value),
        checksumType: version.checksum?.type,
      },
    }
  },
})
