/** Copies an object inside the store. No byte moves; the new object shares the blobs of the old one. */

import { assert } from '../../base/assert.js'
import { digestValue } from '../../base/digests.js'
import type { Secret } from '../../base/secret.js'
import { versionIdOf } from '../../core/objects.js'
import { CHECKSUMS, type ChecksumAlgorithm, checksumAlgorithm } from '../../model/checksum.js'
import { fail } from '../../model/errors/index.js'
import type { ObjectHeaders, ObjectVersion, StoredChecksum } from '../../model/version.js'
import type { VersionExtras } from '../../model/version-extras.js'
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
import { type HeadField, headField, showHeaders, showVendorHeader, showXml, vendorHeader } from '../../wire/field.js'
import { operation, type Services } from '../../wire/operation.js'
import { newObjectAcl, objectAclHeaders } from '../acl-fields.js'
import { checksumElements, checksumText } from '../checksum-elements.js'
import { asCopySource, copySource, copySourceConditions, requireCopyable, resolveCopySource } from '../copy-source.js'
import { listedTime } from '../documents.js'
import { customerKey, shownNewEncryption, sourceCustomerKey } from '../encryption-fields.js'
import { expirationText } from '../lifecycle-headers.js'
import { newExtras, wantedExtras } from '../new-extras.js'
import {
  keptHeaders,
  requireNewKey,
  storageClass,
  typedHeaders,
  writeConditions,
  writerOf,
  writtenVersionId,
} from '../object-fields.js'
import { copiedTags, objectTagsHeader, requireTagging } from '../tagging.js'
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

/** True: what it speaks of comes from the request and not from the source; anything but the two words is refused. */
function replaces(subject: 'metadata' | 'tagging'): HeadField<boolean> {
  return headField(`x-*-${subject}-directive`, ({ request, dialect }) => {
    const ArgumentName = `${dialect.vendorPrefix}${subject}-directive`
    const ArgumentValue = (request.headers.get(ArgumentName) ?? '').toLowerCase()
    if (ArgumentValue === '' || ArgumentValue === 'copy') return false
    if (ArgumentValue === dialect.traits.replaceDirective) return true
    return fail('InvalidArgument', { ArgumentName, ArgumentValue }, { message: `Unknown ${subject} directive.` })
  })
}

/** A checksum of another algorithm is computed by reading the source once; nothing is written. */
async function requestedChecksum(
  { core }: Services,
  version: ObjectVersion,
  algorithm: ChecksumAlgorithm | undefined,
  sourceKey: Secret | undefined,
): Promise<StoredChecksum | undefined> {
  if (algorithm === undefined || version.checksum?.algorithm === algorithm) return version.checksum
  const { digest } = CHECKSUMS[algorithm]
  const digests = core.dependencies.digests.create([digest])
  const whole = { startBytes: 0, endBytes: version.sizeBytes }
  for await (const chunk of core.objects.bytesOf(version, whole, sourceKey)) digests.update(chunk)
  return { algorithm, type: 'FULL_OBJECT', value: digestValue(digests.finish(), digest).toString('base64') }
}

/** Whether a copy is asked to differ from its source by its class, redirect or key (S3, CopyObject). */
function isRemade(
  { storageClass, extras: before }: ObjectVersion,
  wantedClass: string,
  extras: VersionExtras,
): boolean {
  const { encryption: becomes, redirectLocation } = extras
  if (storageClass !== wantedClass) return true
  if (redirectLocation !== undefined && before.redirectLocation !== redirectLocation) return true
  const was = before.encryption
  // Whether a customer's new key is another one only the customer knows.
  if (was?.kind === 'customer' || becomes?.kind === 'customer') return true
  if (was?.kind === 'kms' && becomes?.kind === 'kms') return was.keyId !== becomes.keyId
  return becomes !== undefined && was?.kind !== becomes.kind
}

export const copyObject = operation({
  name: 'CopyObject',
  summary: 'Copies an object inside the store without moving a byte.',
  method: 'PUT',
  match: { target: 'object', vendorHeaders: ['copy-source'] },
  permission: 'PutObject',
  input: {
    headers: keptHeaders,
    tags: objectTagsHeader,
    storageClass,
    unserved: unservedHeaders('object'),
    wanted: wantedExtras,
    targetKey: customerKey,
    sourceKey: sourceCustomerKey,
    given: objectAclHeaders,
    source: copySource,
    sourceConditions: copySourceConditions,
    replacesHeaders: replaces('metadata'),
    replacesTags: replaces('tagging'),
    conditions: writeConditions,
    algorithm: vendorHeader('checksum-algorithm', { parse: checksumAlgorithm }),
  },
  output: {
    copiedVersionId: showVendorHeader('copy-source-version-id'),
    versionId: showVendorHeader('version-id'),
    encryption: showHeaders,
    expiration: showVendorHeader('expiration'),
    result: showXml(copyObjectResult),
  },
  handle: async (
    services,
    { bucket, key },
    {
      headers,
      tags,
      storageClass: wantedClass,
      wanted,
      targetKey,
      sourceKey,
      given,
      source,
      sourceConditions,
      replacesHeaders,
      replacesTags,
      conditions,
      algorithm,
    },
  ) => {
    const { core, dialect } = services
    requireNewKey(dialect, key)
    const acl = await newObjectAcl(services, bucket, given)
    const name = await resolveCopySource(services, source)
    const extras = await newExtras(services, bucket, key, wanted)
    const sizeBytesMax = core.dependencies.limits.putSizeBytesMax
    const onItself = name.bucket.id === bucket.id && name.key === key && name.reference === undefined
    const copied = core.objects.copy({
      bucket,
      key,
      accountId: writerOf(services, bucket, acl),
      acl,
      conditions,
      source: name,
      sourceKey,
      customerKey: targetKey,
      describe: async (found) => {
        requireCopyable(services, sourceConditions, found, sourceKey)
        const { version } = found
        if (version.sizeBytes > sizeBytesMax)
          fail('EntityTooLarge', { ProposedSize: version.sizeBytes, MaxSizeAllowed: sizeBytesMax })
        const remade = !dialect.traits.copyToItselfReplaces && isRemade(version, wantedClass, extras)
        const retagged = replacesTags && dialect.traits.copyToItselfRetags
        if (onItself && !replacesHeaders && !retagged && !remade) fail('CopyToItself')
        const keptTags = replacesTags ? tags : copiedTags(services, found)
        await requireTagging(services, bucket, key, keptTags)
        const kept: ObjectHeaders = replacesHeaders ? typedHeaders(headers, key, dialect) : version.headers
        return {
          headers: kept,
          tags: keptTags,
          storageClass: wantedClass,
          checksum: await requestedChecksum(services, version, algorithm, sourceKey),
          extras,
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
      encryption: shownNewEncryption(dialect, version.extras, targetKey),
      expiration: await expirationText(services, written.bucket, version),
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
