/** The source of a copy: a header that names an object in one of several forms (cos-object.md 5, S3 CopyObject). */

import type { Secret } from '../base/secret.js'
import { requireCopySource } from '../core/conditions.js'
import type { FoundObject, ObjectName } from '../core/objects.js'
import type { Bucket } from '../model/bucket.js'
import { fail, isApiError } from '../model/errors/index.js'
import type { Conditions } from '../model/preconditions.js'
import { copyConditionsClash, parseConditions } from '../model/preconditions.js'
import type { VersionReference } from '../model/version-id.js'
import { requireExpectedOwner } from '../wire/entrance.js'
import { type HeadField, headField } from '../wire/field.js'
import type { Services } from '../wire/operation.js'
import { parseQuery } from '../wire/query.js'
import { queryView } from '../wire/query-view.js'
import { requireOpening } from './encryption-fields.js'
import { requireReference } from './object-fields.js'
import { requireReadable } from './restore-fields.js'

export interface CopySource {
  /** Host, or first segment, and the rest, still encoded. */
  readonly header: string
  readonly rawPath: string
  readonly reference: VersionReference | undefined
  /** The account that the caller believes to own the source's bucket. */
  readonly expectedOwner: string | undefined
}

export const copySource: HeadField<CopySource> = headField('x-*-copy-source', ({ request, dialect }) => {
  const header = request.headers.get(`${dialect.vendorPrefix}copy-source`) ?? ''
  const [location = '', ...rest] = header.split('?')
  const versionId = queryView(parseQuery(rest.join('?'))).get('versionId') ?? ''
  const rawPath = location.replace(/^https?:\/\//i, '').replace(/^(?:\/|%2F)+/i, '')
  if (!/^[^/]+\/./.test(rawPath) && !/^[^/]*%2[Ff]./.test(rawPath)) refuse(header)
  const expectedOwner = request.headers.get('x-amz-source-expected-bucket-owner')
  return { header, rawPath, reference: versionId === '' ? undefined : requireReference(versionId), expectedOwner }
})

function refuse(header: string): never {
  return fail('InvalidCopySource', { ArgumentName: 'copy-source', ArgumentValue: header.slice(0, 256) })
}

/** Conditions on the source; every failure is 412 (COS refuses contradictory pairs). */
export const copySourceConditions: HeadField<Conditions> = headField('x-*-copy-source-if-*', ({ request, dialect }) => {
  const conditions = parseConditions((name) => request.headers.get(`${dialect.vendorPrefix}copy-source-${name}`))
  if (dialect.traits.copySourceByHost && copyConditionsClash(conditions)) {
    fail('InvalidArgument', { ArgumentName: `${dialect.vendorPrefix}copy-source-if-match` })
  }
  return conditions
})

/** Finds the bucket that the header names and asks whether the caller may read there. */
export async function resolveCopySource(services: Services, source: CopySource): Promise<ObjectName> {
  const { bucketName, key } = addressOf(services, source)
  if (bucketName === undefined || key === undefined || key === '') return refuse(source.header)
  const bucket: Bucket | undefined = await services.core.buckets.find(bucketName)
  if (bucket === undefined) return fail('NoSuchBucket', { BucketName: bucketName })
  await requireExpectedOwner(services.core, source.expectedOwner, bucket)
  const name = { bucket, key, reference: source.reference }
  await services.authorize('GetObject', name)
  return name
}

/** A first segment with a dot or a port is a host where the dialect writes hosts; a bucket otherwise. */
function addressOf({ addressing, dialect }: Services, { rawPath, header }: CopySource) {
  const slash = rawPath.indexOf('/')
  const first = slash === -1 ? rawPath : rawPath.slice(0, slash)
  const byHost = dialect.traits.copySourceByHost && /[.:]/.test(first) && slash !== -1
  try {
    if (byHost) return addressing(first, rawPath.slice(slash))
    const encodedSlash = slash === -1 ? rawPath.replace(/%2[Ff]/, '/') : rawPath
    return addressing('', `/${encodedSlash}`)
  } catch (error) {
    if (isApiError(error, 'InvalidURI')) return refuse(header)
    throw error
  }
}

/** The right to read what was found, conditions, and archive state. */
export function requireCopyable(
  services: Services,
  conditions: Conditions,
  found: FoundObject,
  customerKey: Secret | undefined,
): void {
  const { dialect } = services
  const { version } = found
  services.authorizeVersion('GetObject', found)
  requireOpening(services, version, customerKey)
  requireCopySource(conditions, version, `${dialect.vendorPrefix}copy-source-`)
  requireReadable(services, version)
}

/** The errors of reading an object, as they are called when it is the source of a copy. */
export async function asCopySource<T>(work: Promise<T>, source: ObjectName): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!isApiError(error)) throw error
    const named = error.details['Key'] === source.key
    if (named && error.condition === 'NoSuchKey') fail('NoSuchCopySource', { Key: source.key })
    if (error.condition === 'DeleteMarkerNamed') fail('CopySourceIsDeleteMarker')
    throw error
  }
}
