/** What the server can do, without HTTP. */

import type { Bucket } from '../model/bucket.js'
import type { Lifecycle } from '../model/lifecycle.js'
import { type AccelerationStore, createAcceleration } from './acceleration.js'
import { type AccessLogStore, createAccessLog } from './access-log.js'
import { type BucketAccessReader, createBucketAccess } from './bucket-access.js'
import { type BucketMoves, createBucketMoves } from './bucket-moves.js'
import { type BucketStore, createBuckets } from './buckets.js'
import type { CoreDependencies, GivenDependencies } from './dependencies.js'
import { createDocuments, type DocumentStore } from './documents.js'
import { createDomains, type DomainStore } from './domains.js'
import { createEmptying, type EmptyingStore } from './emptying.js'
import { createIdentities, type IdentityStore } from './identities.js'
import type { SessionStore } from './identity-store.js'
import { createKeyRing } from './key-ring.js'
import { createKeyRingManagement, type KeyRingManagement } from './key-ring-management.js'
import { lifecycleFormat } from './lifecycle-record.js'
import { createLimits, type LimitStore } from './limits.js'
import { createListing, type Listing } from './listing.js'
import { createMultipart, type MultipartStore } from './multipart.js'
import { createObjects, type ObjectStore } from './objects.js'
import { createPrincipals } from './principals.js'
import { createReclaim, type Reclaim } from './reclaim.js'
import { createRestores, type RestoreStore } from './restores.js'
import { createServerKeys } from './server-keys.js'
import { createServiceMode, type ServiceMode } from './service-mode.js'
import { createSessions } from './sessions.js'
import { createTorrents, type TorrentStore } from './torrents.js'

const LIFECYCLES_REMEMBERED_MAX = 100

export interface Core {
  readonly identities: IdentityStore
  readonly sessions: SessionStore
  readonly buckets: BucketStore
  readonly moves: BucketMoves
  readonly serviceMode: ServiceMode
  readonly documents: DocumentStore
  readonly domains: DomainStore
  readonly bucketAccess: BucketAccessReader
  readonly acceleration: AccelerationStore
  readonly limits: LimitStore
  readonly torrents: TorrentStore
  /** Remembered by revision. */
  readonly lifecycleOf: (bucket: Bucket) => Lifecycle | undefined | Promise<Lifecycle | undefined>
  readonly accessLog: AccessLogStore
  readonly objects: ObjectStore
  readonly restores: RestoreStore
  readonly multipart: MultipartStore
  readonly listing: Listing
  readonly emptying: EmptyingStore
  readonly reclaim: Reclaim
  /** Undefined: the keys of the key service are kept elsewhere. */
  readonly keyRing: KeyRingManagement | undefined
  readonly dependencies: CoreDependencies
}

export function createCore(given: GivenDependencies): Core {
  const { keyService = createKeyRing(given) } = given
  const dependencies: CoreDependencies = { ...given, serverKeys: createServerKeys(given), keyService }
  const documents = createDocuments(dependencies)
  const principals = createPrincipals(dependencies)
  const objects = createObjects(dependencies)
  const multipart = createMultipart(dependencies)
  return {
    identities: createIdentities(dependencies, principals),
    sessions: createSessions(dependencies, principals),
    buckets: createBuckets(dependencies),
    moves: createBucketMoves(dependencies),
    serviceMode: createServiceMode(dependencies),
    documents,
    domains: createDomains(dependencies),
    bucketAccess: createBucketAccess(documents),
    lifecycleOf: documents.reader(
      [lifecycleFormat.kind],
      ([found]) => (found === undefined ? undefined : lifecycleFormat.fromJson(found.json)),
      LIFECYCLES_REMEMBERED_MAX,
    ),
    restores: createRestores(dependencies),
    acceleration: createAcceleration(dependencies, documents),
    limits: createLimits(dependencies, documents),
    torrents: createTorrents(dependencies, objects),
    accessLog: createAccessLog(dependencies, documents),
    objects,
    multipart,
    listing: createListing(dependencies),
    emptying: createEmptying(dependencies, { objects, multipart }),
    reclaim: createReclaim(dependencies),
    keyRing: given.keyService === undefined ? createKeyRingManagement(given) : undefined,
    dependencies,
  }
}
