/** What a failed store means to a client: a disk without room is told as such, before anybody has looked at the disk. */

import { diskFailureOf } from '../base/disk-failures.js'
import { type ApiError, apiError, asApiError, isApiError } from '../model/errors/index.js'

export function asStoreError(thrown: unknown): ApiError {
  if (isApiError(thrown) || diskFailureOf(thrown) !== 'full') return asApiError(thrown)
  return apiError('InsufficientStorage', undefined, { cause: thrown })
}
