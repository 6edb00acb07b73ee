/** Limits of buckets, and what they hold. */

import { BUCKET_LIMIT_NAMES } from '../../model/limits.js'
import { bucketNamed, type Handlers } from '../action.js'
import { limitChanges, shownLimits } from '../limits.js'

export const bucketLimitHandlers: Handlers<'bucket limits' | 'bucket set-limits' | 'bucket usage' | 'bucket count'> = {
  'bucket limits': async (call, { bucket: name }) => {
    const bucket = await bucketNamed(call, name)
    return { bucket: name, ...shownLimits(await call.core.limits.ofBucket(bucket), BUCKET_LIMIT_NAMES) }
  },
  'bucket set-limits': async (call, { bucket: name, acceleration, ...given }) => {
    const changes = limitChanges(given, acceleration)
    const limits = await call.core.limits.setOfBucket(await bucketNamed(call, name), changes)
    return { bucket: name, ...shownLimits(limits, BUCKET_LIMIT_NAMES) }
  },
  'bucket usage': async (call, { bucket: name }) => {
    const { state, sizeBytes, objects } = await call.core.limits.usageOfBucket(await bucketNamed(call, name))
    return state === 'uncounted'
      ? { bucket: name, state, sizeBytes: null, objects: null }
      : { bucket: name, state, sizeBytes, objects }
  },
  'bucket count': async (call, { bucket: name }) => {
    const bucket = await bucketNamed(call, name)
    await call.core.limits.count(bucket)
    const now = await bucketNamed(call, name)
    const { state, sizeBytes, objects } = await call.core.limits.usageOfBucket(now)
    return { bucket: name, state, sizeBytes, objects }
  },
}
