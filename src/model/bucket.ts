/** A bucket as the rules see it. */

import type { Millis } from '../base/clock.js'
import type { Acl } from './grants.js'

export type Versioning = 'unset' | 'enabled' | 'suspended'

export interface Bucket {
  /** 16 hex digits; object rows are stored under it, so that a re-created bucket shares nothing with its predecessor. */
  readonly id: string
  readonly name: string
  readonly accountId: string
  readonly region: string
  readonly createdAt: Millis
  readonly versioning: Versioning
  readonly acl: Acl
  /** `deleting`: DeleteBucket has begun; no write may enter any more. */
  readonly state: 'active' | 'deleting'
}
