/** Input that several object operations read, and the headers that an object is shown with. */

import type { WriteConditions } from '../core/conditions.js'
import { versionIdOf } from '../core/objects.js'
import type { Bucket } from '../model/bucket.js'
import { checksumHeader } from '../model/checksum.js'
import { contentTypeOfKey } from '../model/content-type.js'
import { fail } from '../model/errors/index.js'
import type { Acl } from '../model/grants.js'
import { checkNewObjectKey } from '../model/names.js'
import { type Conditions, parseConditions, unsupportedOnWrite } from '../model/preconditions.js'
import { parseStorageClass, spellStorageClass } from '../model/storage-class.js'
import { objectHeaders } from '../model/user-metadata.js'
import type { AnyVersion, ObjectHeaders, ObjectVersion } from '../model/version.js'
import { parseVersionId, type VersionReference } from '../model/version-id.js'
import type { Dialect } from '../wire/dialect.js'
import { type HeadField, headField, type InputSource } from '../wire/field.js'
import type { Services } from '../wire/operation.js'
import { vendorNames } from '../wire/vendor-names.js'

/** `?versionId`: well-formed or InvalidArgument; empty means absent. */
export const versionReference: HeadField<VersionReference | undefined> = headField('?versionId', ({ query }) => {
  const text = query.get('versionId') ?? ''
  return text === '' ? undefined : requireReference(text)
})

export function requireReference(text: string): VersionReference {
  return (
    parseVersionId(text) ??
    fail(
      'InvalidArgument',
      { ArgumentName: 'versionId', ArgumentValue: text },
      { message: 'Invalid version id specified' },
    )
  )
}

/** Standard headers and user metadata to be kept with the object (MetadataTooLarge). */
export const keptHeaders: HeadField<ObjectHeaders> = headField('standard headers, x-*-meta-*', ({ request, dialect }) =>
  objectHeaders(request.headers, `${dialect.vendorPrefix}meta-`),
)

const STORAGE_CLASS = vendorNames('storage-class')

/** As stored; unknown is InvalidStorageClass. */
export const storageClass: HeadField<string> = headField('x-*-storage-class', ({ request, dialect }) =>
  parseStorageClass(dialect.name, request.headers.get(STORAGE_CLASS[dialect.vendorPrefix])),
)

/** If-Match and If-None-Match of a write, what is not done refused by name (errors.md row 61). */
export const writeConditions: HeadField<WriteConditions> = headField('If-Match, If-None-Match', (source) =>
  readWriteConditions(source),
)

const FORBID_OVERWRITE = vendorNames('forbid-overwrite')

function readWriteConditions({ request: { headers }, dialect }: InputSource): WriteConditions {
  const conditions = parseConditions((name) => headers.get(name))
  const refused = unsupportedOnWrite(conditions)
  if (refused !== undefined) {
    fail('NotImplemented', {
      Header: refused,
      additionalMessage: 'This combination of conditions is not done on writes.',
    })
  }
  return {
    conditions,
    forbidOverwrite: headers.get(FORBID_OVERWRITE[dialect.vendorPrefix])?.toLowerCase() === 'true',
    absentIsNoSuchKey: dialect.traits.ifMatchAbsentIsNoSuchKey,
  }
}

export const readConditions: HeadField<Conditions> = headField(
  'If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since',
  ({ request: { headers } }) => parseConditions((name) => headers.get(name)),
)

/** A key that may be made (InvalidObjectName); the length was checked with the address. */
export function requireNewKey({ traits }: Dialect, key: string): void {
  checkNewObjectKey(traits.keyRule, key)
}

/** With the type that an object gets whose client named none. */
export function typedHeaders(headers: ObjectHeaders, key: string, { traits }: Dialect): ObjectHeaders {
  if (headers.contentType !== undefined) return headers
  const byKey = traits.contentTypeByKey ? contentTypeOfKey(key) : undefined
  return { ...headers, contentType: byKey ?? traits.defaultContentType }
}

/**
 * The account to which a new object belongs: the caller's, or the bucket's when nobody signed, or when the bucket's
 * ownership says so: always, or for objects that are given to it whole (PutBucketOwnershipControls).
 */
export function writerOf({ principal, access }: Services, bucket: Bucket, acl?: Acl): string {
  if (principal.kind === 'anonymous' || access?.ownership === 'BucketOwnerEnforced') return bucket.accountId
  const given = access?.ownership === 'BucketOwnerPreferred' && acl === 'bucket-owner-full-control'
  return given ? bucket.accountId : principal.account.id
}

/** The version id that a write answers with: none in a bucket that never was versioned. */
export function writtenVersionId({ traits }: Dialect, bucket: Bucket, version: AnyVersion): string | undefined {
  if (bucket.versioning === 'unset') return undefined
  return version.isNull && !traits.suspendedPutShowsNull ? undefined : versionIdOf(version)
}

/** The version id that a read answers with. */
export function shownVersionId(bucket: Bucket, version: AnyVersion): string | undefined {
  return bucket.versioning === 'unset' ? undefined : versionIdOf(version)
}

export function shownCrc64({ traits }: Dialect, version: { readonly crc64: string }): string | undefined {
  return traits.crc64Header ? version.crc64 : undefined
}

/** `Last-Modified`. */
export function httpDate(at: number): string {
  return new Date(at).toUTCString()
}

type HeaderLine = readonly [string, string]

/** Everything that GET and HEAD of a version show besides length and range; `overrides` replace stored headers. */
export function shownHeaders(
  dialect: Dialect,
  bucket: Bucket,
  version: ObjectVersion,
  overrides: Partial<Record<keyof ObjectHeaders, string>> = {},
): HeaderLine[] {
  const { headers, storageClass: stored } = version
  const prefix = dialect.vendorPrefix
  const lines: HeaderLine[] = []
  const show = (name: string, value: string | undefined) => {
    if (value !== undefined) lines.push([name, value])
  }
  show('Content-Type', overrides.contentType ?? headers.contentType)
  show('ETag', `"${version.etag}"`)
  show('Last-Modified', httpDate(version.modifiedAt))
  show('Accept-Ranges', 'bytes')
  show('Cache-Control', overrides.cacheControl ?? headers.cacheControl)
  show('Content-Disposition', overrides.contentDisposition ?? headers.contentDisposition)
  show('Content-Encoding', overrides.contentEncoding ?? headers.contentEncoding)
  show('Content-Language', overrides.contentLanguage ?? headers.contentLanguage)
  show('Expires', overrides.expires ?? headers.expires)
  show(`${prefix}website-redirect-location`, version.extras.redirectLocation)
  for (const [name, value] of headers.userMetadata) lines.push([`${prefix}meta-${name}`, value])
  if (dialect.traits.crc64Header) lines.push([`${prefix}hash-crc64ecma`, version.crc64])
  if (dialect.traits.objectTypeHeader) lines.push([`${prefix}object-type`, 'normal'])
  const spelledClass = spellStorageClass(dialect.name, stored)
  if (spelledClass !== 'STANDARD') lines.push([`${prefix}storage-class`, spelledClass])
  show(`${prefix}version-id`, shownVersionId(bucket, version))
  return lines
}

/** Checksum headers, when the client asks for them by `x-amz-checksum-mode`. */
export function checksumHeaders(version: ObjectVersion): HeaderLine[] {
  const { checksum } = version
  if (checksum === undefined) return []
  return [
    [checksumHeader(checksum.algorithm), checksum.value],
    ['x-amz-checksum-type', checksum.type],
  ]
}

/** What a 304 tells a cache (errors.md 1.3); COS names the type of what was not sent as well (cos-object.md 7). */
export function notModifiedHeaders(
  dialect: Dialect,
  bucket: Bucket,
  version: ObjectVersion,
): Readonly<Record<string, string>> {
  const kept = [
    'etag',
    'last-modified',
    'cache-control',
    'expires',
    `${dialect.vendorPrefix}version-id`,
    `${dialect.vendorPrefix}hash-crc64ecma`,
    ...(dialect.traits.crc64Header ? ['content-type'] : []),
  ]
  const lines = shownHeaders(dialect, bucket, version).filter(([name]) => kept.includes(name.toLowerCase()))
  return Object.fromEntries(lines)
}
