/** Storing one object out of a request, whether its bytes came as the body (PUT) or in a form (POST). */

import { assert } from '../base/assert.js'
import type { Secret } from '../base/secret.js'
import type { WriteConditions } from '../core/conditions.js'
import type { ObjectSource } from '../core/object-source.js'
import type { Bucket } from '../model/bucket.js'
import type { TagSet } from '../model/tags.js'
import type { ObjectHeaders, ObjectVersion } from '../model/version.js'
import { showEtag, showHeaders, showVendorHeader } from '../wire/field.js'
import type { Services } from '../wire/operation.js'
import { type GivenAcl, newObjectAcl } from './acl-fields.js'
import { shownNewEncryption } from './encryption-fields.js'
import { expirationText } from './lifecycle-headers.js'
import { newExtras, type WantedExtra } from './new-extras.js'
import {
  checksumHeaders,
  requireNewKey,
  shownCrc64,
  typedHeaders,
  writerOf,
  writtenVersionId,
} from './object-fields.js'
import { requireTagging } from './tagging.js'

export interface StoreRequest {
  readonly headers: ObjectHeaders
  readonly storageClass: string
  readonly tags: TagSet
  readonly wanted: readonly WantedExtra[]
  /** Undefined: the object follows its bucket. */
  readonly acl: GivenAcl | undefined
  readonly conditions: WriteConditions
  readonly source: ObjectSource
  readonly customerKey: Secret | undefined
}

/** The output fields of `storeObject`'s answer. */
export const storedOutput = {
  etag: showEtag,
  crc64: showVendorHeader('hash-crc64ecma'),
  versionId: showVendorHeader('version-id'),
  checksum: showHeaders,
  encryption: showHeaders,
  expiration: showVendorHeader('expiration'),
}

export async function storeObject(services: Services, bucket: Bucket, key: string, request: StoreRequest) {
  const { core, dialect } = services
  requireNewKey(dialect, key)
  await requireTagging(services, bucket, key, request.tags)
  const acl = await newObjectAcl(services, bucket, request.acl)
  const written = await core.objects.put({
    bucket,
    key,
    accountId: writerOf(services, bucket, acl),
    headers: typedHeaders(request.headers, key, dialect),
    storageClass: request.storageClass,
    acl,
    tags: request.tags,
    extras: await newExtras(services, bucket, key, request.wanted),
    conditions: request.conditions,
    source: request.source,
    customerKey: request.customerKey,
  })
  const version: ObjectVersion | undefined = written.version.kind === 'object' ? written.version : undefined
  assert(version !== undefined, 'a put writes an object')
  return {
    etag: version.etag,
    crc64: shownCrc64(dialect, version),
    versionId: writtenVersionId(dialect, written.bucket, version),
    checksum: checksumHeaders(version),
    encryption: shownNewEncryption(dialect, version.extras, request.customerKey),
    expiration: await expirationText(services, written.bucket, version),
  }
}
