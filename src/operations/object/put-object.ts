/** Stores an object. */

import { assert } from '../../base/assert.js'
import { objectBody, showEtag, showHeaders, showVendorHeader } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'
import { newObjectAcl, objectAclHeaders } from '../acl-fields.js'
import {
  checksumHeaders,
  keptHeaders,
  requireNewKey,
  shownCrc64,
  storageClass,
  typedHeaders,
  writeConditions,
  writerOf,
  writtenVersionId,
} from '../object-fields.js'
import { unservedHeaders } from '../unserved-headers.js'

export const putObject = operation({
  name: 'PutObject',
  summary: 'Stores an object; conditional on what is there.',
  method: 'PUT',
  match: { target: 'object' },
  permission: 'PutObject',
  input: {
    headers: keptHeaders,
    storageClass,
    unserved: unservedHeaders('object'),
    given: objectAclHeaders,
    conditions: writeConditions,
    source: objectBody,
  },
  output: {
    etag: showEtag,
    crc64: showVendorHeader('hash-crc64ecma'),
    versionId: showVendorHeader('version-id'),
    checksum: showHeaders,
  },
  handle: async (services, { bucket, key }, { headers, storageClass: stored, given, conditions, source }) => {
    const { core, dialect } = services
    requireNewKey(dialect, key)
    const written = await core.objects.put({
      bucket,
      key,
      accountId: writerOf(services, bucket),
      headers: typedHeaders(headers, key, dialect),
      storageClass: stored,
      acl: await newObjectAcl(services, bucket, given),
      conditions,
      source,
    })
    const { version } = written
    assert(version.kind === 'object', 'a put writes an object')
    return {
      etag: version.etag,
      crc64: shownCrc64(dialect, version),
      versionId: writtenVersionId(dialect, written.bucket, version),
      checksum: checksumHeaders(version),
    }
  },
})
