/**
 * The accelerate hosts of both dialects: any region's bucket by its name, and only as the first label; only while the
 * bucket is accelerated; and only what the dialect serves there (errors.md rows 34 to 37).
 */

import type { Core } from '../core/core.js'
import type { Bucket } from '../model/bucket.js'
import { fail } from '../model/errors/index.js'
import type { Address } from './address.js'
import type { Dialect } from './dialect.js'
import type { Operation } from './operation.js'

/** Stage 3. */
export function checkAccelerateAddress({ entrance, pathStyle, bucketName }: Address): void {
  if (entrance === 'accelerate' && pathStyle && bucketName !== undefined) fail('AccelerateVirtualHostOnly')
}

interface Visit {
  readonly address: Address
  readonly dialect: Dialect
  readonly operation: Operation
}

/** Stage 8. `bucket` undefined: the request is about the service, or makes a bucket. */
export function requireAccelerated(
  core: Pick<Core, 'acceleration'>,
  { address, dialect, operation }: Visit,
  bucket: Bucket | undefined,
): void | Promise<void> {
  if (address.entrance !== 'accelerate') return
  const BucketName = address.bucketName
  const Region = bucket?.region
  const served = bucket !== undefined && dialect.traits.isAccelerated(operation.name)
  if (!served || !core.acceleration.isOffered(bucket.region))
    return fail('AccelerateNotSupported', { BucketName, Region })
  return requireEnabled(core, bucket)
}

async function requireEnabled({ acceleration }: Pick<Core, 'acceleration'>, bucket: Bucket): Promise<void> {
  const BucketName = bucket.name
  const found = await acceleration.find(bucket)
  if (found === undefined) return fail('AccelerateNotConfigured', { BucketName })
  if (found !== 'Enabled') fail('AccelerateDisabled', { BucketName, AccelerateStatus: found })
}
