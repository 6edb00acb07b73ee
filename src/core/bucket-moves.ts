/**
 * The region of a bucket, changed while it is in use: one commit of its row, which every write checks, so nothing is
 * lost or torn, and a row for the region that it left. Those rows say how long requests there are sent on for the time
 * being; a job marks them when that time is over. They go with the bucket.
 */

import type { Millis } from '../base/clock.js'
import { asList, asNumber, asText } from '../meta/json.js'
import { codec } from '../meta/record.js'
import type { Bucket } from '../model/bucket.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { changeBucket } from './open-bucket.js'
import {
  checkOf,
  formerRegionKey,
  formerRegionPrefix,
  kinds,
  pageBehind,
  putOf,
  rangeOf,
  readRow,
  rowOf,
  scanAll,
} from './rows.js'

export interface FormerRegion {
  readonly region: string
  readonly leftAt: Millis
  /** From then on requests there are told to stay away. */
  readonly redirectUntil: Millis
  /** That time is over, and the job has seen it. */
  readonly settled: boolean
}

export interface BucketMoves {
  /** Nothing happens to a bucket that is there. NoSuchBucket, OperationAborted. */
  move(bucket: Bucket, region: string): Promise<Bucket>
  /** By name. */
  formerRegions(bucket: Bucket): Promise<readonly FormerRegion[]>
  /** Whether the bucket has left this region a short while ago. */
  leftLately(bucket: Bucket, region: string): Promise<boolean>
  /** Marks those whose time is over among so many rows behind the cursor; answers where to go on. */
  settleStep(after: string | undefined, limit: number): Promise<string | undefined>
}

export const formerRegionCodec = codec<FormerRegion>({
  name: 'former-region',
  version: 1,
  toJson: ({ region, leftAt, redirectUntil, settled }) => [region, leftAt, redirectUntil, settled ? 1 : 0],
  fromJson: (json) => {
    const [region, leftAt, redirectUntil, settled] = asList(json)
    return {
      region: asText(region),
      leftAt: asNumber(leftAt),
      redirectUntil: asNumber(redirectUntil),
      settled: settled === 1,
    }
  },
})

export function createBucketMoves(dependencies: CoreDependencies): BucketMoves {
  const { meta, clock, limits } = dependencies
  return {
    move: (bucket, to) =>
      changeBucket(dependencies, bucket, 'MoveBucket', (now) => {
        if (now.region === to) return { bucket: now }
        const leftAt = clock.now()
        const redirectUntil = leftAt + limits.moveRedirectMs
        const left: FormerRegion = { region: now.region, leftAt, redirectUntil, settled: false }
        return {
          bucket: { ...now, region: to },
          puts: [putOf(formerRegionCodec, formerRegionKey(now.id, now.region), left)],
          removes: [formerRegionKey(now.id, to)],
        }
      }),
    formerRegions: async ({ id }) => {
      const found: FormerRegion[] = []
      for await (const { value } of scanAll(meta, rangeOf(formerRegionPrefix(id)))) {
        found.push(formerRegionCodec.decode(value))
      }
      return found
    },
    leftLately: async ({ id }, region) => {
      const { value } = await readRow(meta, formerRegionCodec, formerRegionKey(id, region))
      return value !== undefined && !value.settled && clock.now() < value.redirectUntil
    },
    settleStep: (after, limit) => settleStep(dependencies, after, limit),
  }
}

async function settleStep(dependencies: CoreDependencies, after: string | undefined, limit: number) {
  const { meta, clock } = dependencies
  const { entries, next } = await pageBehind(meta, rangeOf(Buffer.of(kinds.formerRegion)), after, limit)
  for (const { key, value } of entries) {
    const { settled, redirectUntil } = formerRegionCodec.decode(value)
    if (!settled && redirectUntil <= clock.now()) await settle(dependencies, key)
  }
  return next
}

/** Unless the bucket has come back or gone meanwhile. */
function settle(dependencies: CoreDependencies, key: Uint8Array): Promise<void> {
  const { meta, clock } = dependencies
  return commitPlanned(dependencies, 'MoveBucket', async () => {
    const row = rowOf(formerRegionCodec, key, await meta.get(key))
    if (row.value === undefined || row.value.settled || row.value.redirectUntil > clock.now()) {
      return { batch: {}, result: undefined }
    }
    const settled = { ...row.value, settled: true }
    return { batch: { checks: [checkOf(row)], puts: [putOf(formerRegionCodec, key, settled)] }, result: undefined }
  })
}
