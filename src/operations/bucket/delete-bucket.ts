/** Removes an empty bucket. */

import { operation } from '../../wire/operation.js'

export const deleteBucket = operation({
  name: 'DeleteBucket',
  summary: 'Removes an empty bucket.',
  method: 'DELETE',
  match: { target: 'bucket' },
  permission: 'DeleteBucket',
  input: {},
  status: 204,
  output: {},
  handle: async ({ core, dialect }, { bucket }) => {
    await core.buckets.delete(bucket, { uploadsCount: dialect.traits.uploadsKeepBucket })
    return {}
  },
})
