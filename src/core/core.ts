/** What the server can do, without HTTP. */

import { type BucketAccessReader, createBucketAccess } from './bucket-access.js'
import { type BucketStore, createBuckets } from './buckets.js'
import type { CoreDependencies } from './dependencies.js'
import { createDocuments, type DocumentStore } from './documents.js'
import { createEmptying, type EmptyingStore } from './emptying.js'
import { createIdentities, type IdentityStore } from './identities.js'
import type { SessionStore } from './identity-store.js'
import { createListing, type Listing } from './listing.js'
import { createMultipart, type MultipartStore } from './multipart.js'
import { createObjects, type ObjectStore } from './objects.js'
import { createPrincipals } from './principals.js'
import { createReclaim, type Reclaim } from './reclaim.js'
import { createSessions } from './sessions.js'

export interface Core {
  readonly identities: IdentityStore
  readonly sessions: SessionStore
  readonly buckets: BucketStore
  readonly documents: DocumentStore
  readonly bucketAccess: BucketAccessReader
  readonly objects: ObjectStore
  readonly multipart: MultipartStore
  readonly listing: Listing
  readonly emptying: EmptyingStore
  readonly reclaim: Reclaim
  readonly dependencies: CoreDependencies
}

export function createCore(dependencies: CoreDependencies): Core {
  const documents = createDocuments(dependencies)
  const principals = createPrincipals(dependencies)
  const objects = createObjects(dependencies)
  const multipart = createMultipart(dependencies)
  return {
    identities: createIdentities(dependencies, principals),
    sessions: createSessions(dependencies, principals),
    buckets: createBuckets(dependencies),
    documents,
    bucketAccess: createBucketAccess(documents),
    objects,
    multipart,
    listing: createListing(dependencies),
    emptying: createEmptying(dependencies, { objects, multipart }),
    reclaim: createReclaim(dependencies),
    dependencies,
  }
}
