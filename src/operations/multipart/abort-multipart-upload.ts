/** Gives an upload up and removes its parts. */

import { operation } from '../../wire/operation.js'
import { uploadId } from './multipart-fields.js'

export const abortMultipartUpload = operation({
  name: 'AbortMultipartUpload',
  summary: 'Gives an upload up and removes its parts.',
  method: 'DELETE',
  match: { target: 'object', query: ['uploadId'] },
  permission: 'AbortMultipartUpload',
  input: { uploadId },
  status: 204,
  output: {},
  handle: async ({ core }, { bucket, key }, { uploadId: id }) => {
    await core.multipart.abort({ bucket, key, uploadId: id })
    return {}
  },
})
