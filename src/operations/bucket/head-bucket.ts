/** Whether a bucket is there and the caller may use it. */

import { showVendorHeader } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'

export const headBucket = operation({
  name: 'HeadBucket',
  summary: 'Whether the bucket is there and the caller may use it.',
  method: 'HEAD',
  match: { target: 'bucket' },
  permission: 'HeadBucket',
  input: {},
  output: { region: showVendorHeader('bucket-region') },
  handle: async (_services, { bucket }) => ({ region: bucket.region }),
})
