/** Stores one part of an upload. */

import { checksumHeader } from '../../model/checksum.js'
import { objectBody, showEtag, showHeaders, showVendorHeader } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'
import { customerKey, noEncryptionOfPart, requireCustomerKey, shownEncryption } from '../encryption-fields.js'
import { shownCrc64 } from '../object-fields.js'
import { unservedHeaders } from '../unserved-headers.js'
import { partNumber, uploadId } from './multipart-fields.js'

export const uploadPart = operation({
  name: 'UploadPart',
  summary: 'Stores one part; the same number again replaces it.',
  method: 'PUT',
  match: { target: 'object', query: ['partNumber', 'uploadId'] },
  permission: 'UploadPart',
  input: {
    number: partNumber,
    uploadId,
    unserved: unservedHeaders('object'),
    noAlgorithm: noEncryptionOfPart,
    partKey: customerKey,
    source: objectBody,
  },
  output: { etag: showEtag, crc64: showVendorHeader('hash-crc64ecma'), checksum: showHeaders, encryption: showHeaders },
  handle: async (services, { bucket, key }, { number, uploadId: id, partKey, source }) => {
    const { core, dialect } = services
    let encryption: readonly (readonly [string, string])[] = []
    const part = await core.multipart.putPart({ bucket, key, uploadId: id }, number, source, partKey, (upload) => {
      requireCustomerKey(services, upload, partKey)
      encryption = shownEncryption(dialect, upload.extras, partKey)
    })
    const { checksum } = part
    return {
      encryption,
      etag: part.etag,
      crc64: shownCrc64(dialect, part),
      checksum: checksum === undefined ? [] : [[checksumHeader(checksum.algorithm), checksum.value] as const],
    }
  },
})
