/** A bucket as the rules see it. */

import type { Millis } from '../base/clock.js'
import type { Acl } from './grants.js'

/** Configurations that stand in rows of their own, so that concurrent settings never overwrite each other. */
export const DOCUMENT_KINDS = [
  'policy',
  'public-access-block',
  'ownership',
  'request-payment',
  'strict-signature',
  'cors',
  'tagging',
  'website',
  'lifecycle',
  'logging',
  'encryption',
  'object-lock',
  'accelerate',
  'referer',
  'domain',
  'limits',
  'usage',
  'https',
] as const
export type DocumentKind = (typeof DOCUMENT_KINDS)[number]

export type Versioning = 'unset' | 'enabled' | 'suspended'

export const BUCKET_STATES = ['active', 'deleting', 'emptying'] as const
export type BucketState = (typeof BUCKET_STATES)[number]

export interface Bucket {
  /** 16 hex digits; object rows are stored under it, so that a re-created bucket shares nothing with its predecessor. */
  readonly id: string
  readonly name: string
  readonly accountId: string
  readonly region: string
  readonly createdAt: Millis
  readonly versioning: Versioning
  readonly acl: Acl
  /** `deleting`, `emptying`: DeleteBucket or the job that empties it has begun; no write may enter any more. */
  readonly state: BucketState
  /** Which documents it has: what is not listed needs no reading. */
  readonly documents: readonly DocumentKind[]
  /** Counts the changes to them: what was worked out from them goes by it. */
  readonly documentsRevision: number
}
