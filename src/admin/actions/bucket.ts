/** Buckets as their operators see them: where they lie, and over what they are reached. */

import { httpsFormat } from '../../core/bucket-access.js'
import type { FormerRegion } from '../../core/bucket-moves.js'
import type { Bucket } from '../../model/bucket.js'
import { HTTPS_POLICIES, isHttpsPolicy } from '../../model/https-policy.js'
import { accountNamed, bucketNamed, type Call, type Handlers, type JsonObject } from '../action.js'
import { refuseParameter } from '../parameters.js'
import { shownTime } from '../shown.js'

const BUCKETS_MAX = 10_000

export const bucketHandlers: Handlers<'bucket list' | 'bucket show' | 'bucket move' | 'bucket set-https'> = {
  'bucket list': async (call, { account }) => {
    const { id } = await accountNamed(call, account)
    const { buckets } = await call.core.buckets.list(id, '', BUCKETS_MAX, () => true)
    return Promise.all(buckets.map((bucket) => shownBucket(call, bucket)))
  },
  'bucket show': async (call, { bucket }) => shownWithMoves(call, await bucketNamed(call, bucket)),
  'bucket move': async (call, { bucket: name, to }) => {
    const bucket = await bucketNamed(call, name)
    if (!call.regions.includes(to))
      refuseParameter('to', `There is no region ${to}. There are: ${call.regions.join(', ')}.`)
    return shownWithMoves(call, await call.core.moves.move(bucket, to))
  },
  'bucket set-https': async (call, { bucket: name, policy }) => {
    const bucket = await bucketNamed(call, name)
    if (!isHttpsPolicy(policy)) {
      return refuseParameter('policy', `The parameter policy must be one of ${HTTPS_POLICIES.join(', ')}.`)
    }
    const { documents } = call.core
    const { kind, toJson } = httpsFormat
    const changed =
      policy === 'off' ? await documents.remove(bucket, kind) : await documents.put(bucket, kind, () => toJson(policy))
    return shownBucket(call, changed)
  },
}

async function shownBucket({ core }: Call, bucket: Bucket): Promise<JsonObject> {
  const https = (await core.documents.find(bucket, httpsFormat)) ?? 'off'
  const { name, region, versioning, createdAt } = bucket
  return { bucket: name, region, https, versioning, createdAt: shownTime(createdAt) }
}

async function shownWithMoves(call: Call, bucket: Bucket): Promise<JsonObject> {
  const [owner, former, shown] = await Promise.all([
    call.identities.findAccount(bucket.accountId),
    call.core.moves.formerRegions(bucket),
    shownBucket(call, bucket),
  ])
  const now = call.core.dependencies.clock.now()
  return { ...shown, account: owner?.appId ?? null, formerRegions: former.map((each) => shownFormer(each, now)) }
}

/** redirecting: requests there are sent on for the time being. settled: they are told to stay away. */
function shownFormer({ region, leftAt, redirectUntil, settled }: FormerRegion, now: number): JsonObject {
  const state = settled || redirectUntil <= now ? 'settled' : 'redirecting'
  return { region, state, leftAt: shownTime(leftAt), redirectUntil: shownTime(redirectUntil) }
}
