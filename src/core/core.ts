/** What the server can do, without HTTP. */

import { type AccessLogStore, createAccessLog } from './access-log.js'
import { type BucketAccessReader, createBucketAccess } from './bucket-access.js'
import { type BucketStore, createBuckets } from './buckets.js'
import type { CoreDependencies } from './dependencies.js'
import { createDocuments, type DocumentStore } from './documents.js'
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
  readonly accessLog: AccessLogStore
  readonly objects: ObjectStore
  readonly multipart: MultipartStore
  readonly listing: Listing
  readonly reclaim: Reclaim
  readonly dependencies: CoreDependencies
}

export function createCore(dependencies: CoreDependencies): Core {
  const documents = createDocuments(dependencies)
  const principals = createPrincipals(dependencies)
  return {
    identities: createIdentities(dependencies, principals),
    sessions: createSessions(dependencies, principals),
    buckets: createBuckets(dependencies),
    documents,
    bucketAccess: createBucketAccess(documents),
    accessLog: createAccessLog(dependencies, documents),
    objects: createObjects(dependencies),
    multipart: createMultipart(dependencies),
    listing: createListing(dependencies),
    reclaim: createReclaim(dependencies),
    dependencies,
  }
}
