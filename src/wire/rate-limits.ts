/**
 * Request rates of client addresses, accounts and buckets, in each process (errors.md row 75). Those of one account or
 * bucket stand in its limits, the others in the settings; where neither has one a request pays nothing.
 */

import type { Clock } from '../base/clock.js'
import type { LimitStore } from '../core/limits.js'
import type { Bucket } from '../model/bucket.js'
import { fail } from '../model/errors/index.js'
import type { Limits } from '../model/limits.js'
import type { Principal } from '../model/principal.js'
import type { ClientAddresses } from './client-address.js'
import type { WireRequest } from './request.js'
import { createTokenBuckets } from './token-buckets.js'

/** All of them: SlowDown. `bucketName`: that the request is about, for the answer. */
export interface RateLimits {
  /** Stage 2. */
  admitAddress(request: WireRequest, bucketName?: string): void
  /** Stage 6. */
  admitAccount(principal: Principal, bucketName: string | undefined): void
  /** Stage 8. */
  admitBucket(bucket: Bucket): void | Promise<void>
}

export interface RateLimitOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly limits: Pick<LimitStore, 'ofBucket'>
  readonly clientAddresses: ClientAddresses
  /** Per second; undefined: no limit. */
  readonly addressRequestsMax: number | undefined
  readonly accountRequestsMax: number | undefined
  readonly bucketRequestsMax: number | undefined
}

export function createRateLimits(options: RateLimitOptions): RateLimits {
  const { clock, limits, clientAddresses, addressRequestsMax, accountRequestsMax, bucketRequestsMax } = options
  const addresses = createTokenBuckets(clock)
  const accounts = createTokenBuckets(clock)
  const buckets = createTokenBuckets(clock)
  const takeOfBucket = ({ id, name }: Bucket, own: Limits): void => {
    const perSecond = own.requestsPerSecondMax ?? bucketRequestsMax
    if (perSecond !== undefined) slowDown(buckets.take(id, perSecond), name)
  }
  return {
    admitAddress: (request, bucketName) => {
      if (addressRequestsMax === undefined) return
      slowDown(addresses.take(clientAddresses(request).address, addressRequestsMax), bucketName)
    },
    admitAccount: (principal, bucketName) => {
      if (principal.kind === 'anonymous') return
      const { id, limits: own } = principal.account
      const perSecond = own?.requestsPerSecondMax ?? accountRequestsMax
      if (perSecond !== undefined) slowDown(accounts.take(id, perSecond), bucketName)
    },
    admitBucket: (bucket) => {
      const own = limits.ofBucket(bucket)
      return own instanceof Promise ? own.then((read) => takeOfBucket(bucket, read)) : takeOfBucket(bucket, own)
    },
  }
}

export function slowDown(waitMs: number, BucketName: string | undefined): void {
  if (waitMs > 0) fail('SlowDown', { RetryAfterSeconds: Math.ceil(waitMs / 1000), BucketName })
}
