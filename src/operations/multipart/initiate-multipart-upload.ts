/** Begins a multipart upload. */

import { multipartChecksum } from '../../model/checksum.js'
import { document, element, record, S3_NAMESPACE, text } from '../../wire/document.js'
import { headField, showHeaders, showVendorHeader, showXml } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'
import { newObjectAcl, objectAclHeaders } from '../acl-fields.js'
import { keyText } from '../documents.js'
import { customerKey, shownNewEncryption } from '../encryption-fields.js'
import { abortHeaders } from '../lifecycle-headers.js'
import { newExtras, wantedExtras } from '../new-extras.js'
import { keptHeaders, requireNewKey, storageClass, typedHeaders, writerOf } from '../object-fields.js'
import { objectTagsHeader, requireTagging } from '../tagging.js'
import { unservedHeaders } from '../unserved-headers.js'

const initiateResult = document(
  'InitiateMultipartUploadResult',
  record({ bucket: element('Bucket', text), key: element('Key', keyText), uploadId: element('UploadId', text) }),
  { namespace: { s3: S3_NAMESPACE } },
)

export const initiateMultipartUpload = operation({
  name: 'InitiateMultipartUpload',
  summary: 'Begins a multipart upload.',
  method: 'POST',
  match: { target: 'object', query: ['uploads'] },
  permission: 'InitiateMultipartUpload',
  input: {
    headers: keptHeaders,
    tags: objectTagsHeader,
    storageClass,
    unserved: unservedHeaders('object'),
    wanted: wantedExtras,
    uploadKey: customerKey,
    given: objectAclHeaders,
    checksum: headField('x-amz-checksum-algorithm, x-amz-checksum-type', ({ request }) =>
      multipartChecksum((name) => request.headers.get(name)),
    ),
  },
  output: {
    algorithm: showVendorHeader('checksum-algorithm'),
    type: showVendorHeader('checksum-type'),
    encryption: showHeaders,
    abort: showHeaders,
    result: showXml(initiateResult),
  },
  handle: async (
    services,
    { bucket, key },
    { headers, tags, storageClass: stored, wanted, uploadKey, given, checksum },
  ) => {
    const { core, dialect } = services
    requireNewKey(dialect, key)
    const acl = await newObjectAcl(services, bucket, given)
    await requireTagging(services, bucket, key, tags)
    const upload = await core.multipart.initiate({
      bucket,
      key,
      accountId: writerOf(services, bucket, acl),
      headers: typedHeaders(headers, key, dialect),
      storageClass: stored,
      checksum,
      acl,
      tags,
      extras: await newExtras(services, bucket, key, wanted),
    })
    return {
      algorithm: checksum?.algorithm,
      type: checksum?.type,
      encryption: shownNewEncryption(dialect, upload.extras, uploadKey),
      abort: await abortHeaders(services, bucket, upload),
      result: { bucket: bucket.name, key, uploadId: upload.id },
    }
  },
})
