/** The region of a bucket. */

import { document, S3_NAMESPACE, text } from '../../wire/document.js'
import { showXml } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'

const locationConstraint = document('LocationConstraint', text, { namespace: { s3: S3_NAMESPACE } })

export const getBucketLocation = operation({
  name: 'GetBucketLocation',
  summary: 'The region of the bucket.',
  method: 'GET',
  match: { target: 'bucket', query: ['location'] },
  permission: 'GetBucketLocation',
  input: {},
  output: { result: showXml(locationConstraint) },
  handle: async (_services, { bucket }) => ({ result: bucket.region }),
})
