/** Transfer acceleration of a bucket: its switch, and which names can have it. */

import { fail } from './errors/index.js'

export const ACCELERATION_STATES = ['Enabled', 'Suspended'] as const
/** A bucket without one never was configured. */
export type Acceleration = (typeof ACCELERATION_STATES)[number]

/** The name stands in front of the accelerate host, whose certificate covers one label (errors.md rows 32 and 33). */
export function checkAcceleratedName(BucketName: string): void {
  if (!/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(BucketName)) fail('AccelerateNameNotDnsCompatible', { BucketName })
  if (BucketName.includes('.')) fail('AccelerateNameWithDot', { BucketName })
}
