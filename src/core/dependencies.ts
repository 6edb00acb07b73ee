/** What the core is built from. Everything that touches the world comes in here. */

import type { Clock } from '../base/clock.js'
import type { DigestFactory } from '../base/digests.js'
import type { RandomBytes } from '../base/ids.js'
import type { BlobStore } from '../blob/blob-store.js'
import type { MetaStore } from '../meta/meta-store.js'
import type { Account } from '../model/principal.js'
import type { KeyService } from './key-service.js'
import type { Sealing } from './sealing.js'
import type { ServerKeys } from './server-keys.js'

export interface CoreLimits {
  /** Bodies up to this size live in the metadata store, in the same commit as their row. */
  readonly inlineSizeBytesMax: number
  /** One PUT, part or append; also the largest source of a copy. */
  readonly putSizeBytesMax: number
  readonly bucketsPerAccountMax: number
  /** Of an account that has no number of its own; undefined: all of them. */
  readonly acceleratedBucketsMax: number | undefined
  /** Where buckets can be accelerated. */
  readonly acceleratedRegions: readonly string[] | 'all'
  /** How long a blob outlives its last reference, for readers in flight. */
  readonly trashDelayMs: number
  /** The length of a day in rules that count days (lifecycle, restored copies); never of a retention. */
  readonly dayMs: number
  /** How long the region that a bucket has left sends requests on as if for the time being. */
  readonly moveRedirectMs: number
  /** A commit that keeps losing is given up after so many attempts. */
  readonly commitAttemptsMax: number
}

export const defaultCoreLimits: CoreLimits = {
  inlineSizeBytesMax: 64 * 1024,
  putSizeBytesMax: 5 * 1024 ** 3,
  bucketsPerAccountMax: 200,
  acceleratedBucketsMax: undefined,
  acceleratedRegions: 'all',
  trashDelayMs: 15 * 60_000,
  dayMs: 24 * 3_600_000,
  moveRedirectMs: 24 * 3_600_000,
  commitAttemptsMax: 200,
}

export interface CoreDependencies {
  readonly meta: MetaStore
  readonly blobs: BlobStore
  readonly clock: Clock
  readonly random: RandomBytes
  readonly digests: DigestFactory
  /** Holds the master key; what it sealed for one store no other key opens. */
  readonly sealing: Sealing
  readonly serverKeys: ServerKeys
  readonly keyService: KeyService
  readonly limits: CoreLimits
  /** How the ownership of custom domains is proven; without it no domain is taken from another bucket. */
  readonly domainProof?: DomainProof
}

/** What the core is given: it makes the keys of the server itself, and those of the key service unless they are elsewhere. */
export type GivenDependencies = Omit<CoreDependencies, 'serverKeys' | 'keyService'> & {
  readonly keyService?: KeyService | undefined
}

export type TextRecords = (name: string) => Promise<readonly string[]>

export interface DomainProof {
  /** Whether an account must prove every new domain, and not only one that is another bucket's. */
  readonly requiredOf: (account: Account) => boolean
  /** What the name service knows under a name, nothing included. */
  readonly textRecords: TextRecords
}
