/** Limits of buckets, and what they hold. */

import { BUCKET_LIMIT_NAMES } from '../../model/limits.js'
import { bucketNamed, type Call, type Handlers, type JsonObject } from '../action.js'
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
  'bucket usage': (call, { bucket: name }) => shownUsage(call, name),
  'bucket count': async (call, { bucket: name }) => {
    await call.core.limits.count(await bucketNamed(call, name))
    return shownUsage(call, name)
  },
}

async function shownUsage(call: Call, name: string): Promise<JsonObject> {
  const { state, sizeBytes, objects } = await call.core.limits.usageOfBucket(await bucketNamed(call, name))
  const known = state !== 'uncounted'
  return { bucket: name, state, sizeBytes: known ? sizeBytes : null, objects: known ? objects : null }
}
