/**
 * Stage 8 of errors.md 4.1: the bucket that a request is about, who pays for it, and whether the caller may do this
 * there. What was decided by goes on with the request, for the handlers that touch more than its target.
 */

import type { Millis } from '../base/clock.js'
import { type Asker, createAsker, type Touched } from '../core/access.js'
import type { BucketAccess } from '../core/bucket-access.js'
import type { Core } from '../core/core.js'
import type { Bucket } from '../model/bucket.js'
import { fail } from '../model/errors/index.js'
import type { Principal } from '../model/principal.js'
import { unsignedPart } from '../model/strict-signature.js'
import { parseVersionId } from '../model/version-id.js'
import { requireAccelerated } from './acceleration.js'
import { accessFacts } from './access-facts.js'
import type { Address } from './address.js'
import type { AuthKind, Coverage, FormAuthKind } from './authentication.js'
import type { Dialect } from './dialect.js'
import { type HttpsRules, requireHttps } from './https-policy.js'
import type { Operation } from './operation.js'
import type { QueryView } from './query-view.js'
import type { RateLimits } from './rate-limits.js'
import { requireReferer } from './referer.js'
import { isElsewhere, type RegionRules, redirectToRegion, withRegion } from './regions.js'
import type { WireRequest } from './request.js'

export interface EntranceOptions extends RegionRules, HttpsRules {
  readonly core: Core
  readonly clock: { now(): number }
  readonly rateLimits: RateLimits
}

/** Who knocks, and what for. */
export interface Visit {
  readonly request: WireRequest
  readonly address: Address
  readonly dialect: Dialect
  readonly operation: Operation
  readonly query: QueryView
  readonly principal: Principal
  /** Undefined: nobody signed. */
  readonly claim: SignatureFacts | undefined
  /** Of a form, whose key stands in its fields. */
  readonly formKey?: string | undefined
}

export interface SignatureFacts {
  readonly kind: AuthKind | FormAuthKind
  readonly accessKeyId: string
  readonly signedAt: Millis | undefined
  /** Not of forms, which strict signatures leave alone (cos-auth-and-bucket.md 5.28). */
  readonly covers?: () => Coverage
}

export interface Entry {
  readonly asker: Asker
  readonly bucket: Bucket | undefined
  readonly access: BucketAccess | undefined
}

export async function enter(options: EntranceOptions, visit: Visit): Promise<Entry> {
  const { address, operation, principal, query, formKey } = visit
  const { bucketName, key } = address
  const { match, permission } = operation
  const asker = createAsker(options.core, { principal, facts: factsOf(options, visit) })
  if (match.target === 'service' || match.target === 'bucket-name' || bucketName === undefined) {
    await requireAccelerated(options.core, visit, undefined)
    asker.requireService(permission, bucketName, address.region ?? options.regions.home)
    return { asker, bucket: undefined, access: undefined }
  }
  const bucket = await findBucket(options, visit, bucketName)
  const admitted = options.rateLimits.admitBucket(bucket)
  if (admitted !== undefined) await admitted
  const access = await asker.enter(bucket)
  requireHttps(options, access.https, visit.request, address)
  requireReferer(visit.request, visit.claim?.kind, access)
  requireStrictSignature(visit, access)
  requirePayer(visit, bucket, access)
  const accelerated = requireAccelerated(options.core, visit, bucket)
  if (accelerated !== undefined) await accelerated
  if (operation.keysInBody) asker.requirePossible(permission, bucket)
  else await requireAllowed(asker, visit, { bucket, key: key || formKey, reference: referenceOf(query) })
  return { asker, bucket, access }
}

async function requireAllowed(asker: Asker, { operation: { permission } }: Visit, touched: Touched): Promise<void> {
  if (permission !== 'HeadBucket') return asker.require(permission, touched)
  try {
    await asker.require(permission, touched)
  } catch (error) {
    throw withRegion(error, touched.bucket)
  }
}

async function findBucket(options: EntranceOptions, visit: Visit, bucketName: string): Promise<Bucket> {
  const { core } = options
  const bucket = await core.buckets.find(bucketName)
  if (bucket === undefined) return fail('NoSuchBucket', { BucketName: bucketName })
  if (isElsewhere(options, visit, bucket)) return redirectToRegion(options, core.moves, visit, bucket)
  await requireExpectedOwner(core, visit.request.headers.get('x-amz-expected-bucket-owner'), bucket)
  return bucket
}

/** The account that the caller believes to own the bucket, by its number (AccessDenied). */
export async function requireExpectedOwner(core: Core, expected: string | undefined, bucket: Bucket): Promise<void> {
  if (expected === undefined || expected === '') return
  if (!/^\d{6,20}$/.test(expected)) fail('InvalidBucketOwnerAWSAccountID')
  const owner = await core.identities.findAccount(bucket.accountId)
  if (owner?.uin !== expected && owner?.appId !== expected) fail('AccessDenied')
}

function factsOf({ clock, clientAddresses }: EntranceOptions, visit: Visit) {
  const { request, query, dialect, principal, claim } = visit
  return accessFacts({
    request,
    query,
    dialect,
    principal,
    client: () => clientAddresses(request),
    now: clock.now(),
    signature: claim,
  })
}

/** Stage 5i, whose rules are the bucket's. */
function requireStrictSignature({ request, query, claim, operation }: Visit, { strictSignature }: BucketAccess): void {
  if (strictSignature.length === 0 || claim?.covers === undefined) return
  const { headers, parameters } = claim.covers()
  const present = query.parameters.map(({ name }) => name.toLowerCase())
  const part = unsignedPart(strictSignature, operation.permission, {
    headers: request.headers.keys(),
    parameters: present,
    signedHeaders: new Set(headers),
    signedParameters: new Set(parameters === 'all' ? present : parameters),
  })
  if (part === undefined) return
  fail('StrictSignatureMissing', {}, { message: `Strict signature missing ${part} that must be signed` })
}

/** Whoever pays for a request must be somebody, and must say that they know (errors.md row 1). */
function requirePayer({ principal, request, query, dialect }: Visit, bucket: Bucket, access: BucketAccess): void {
  if (!isRequesterCharged(principal, bucket, access)) return
  const name = `${dialect.vendorPrefix}request-payer`
  const given = request.headers.get(name) ?? query.get(name) ?? ''
  if (principal.kind === 'anonymous' || given.toLowerCase() !== 'requester') {
    const diagnosis = `The bucket's requesters pay: send ${name}: requester in a signed request.`
    fail('AccessDenied', {}, { diagnosis })
  }
}

/** Whether the caller pays for what it asks of the bucket: its owner's side never does so as a requester. */
export function isRequesterCharged(principal: Principal, bucket: Bucket, access: BucketAccess): boolean {
  return access.requesterPays && !(principal.kind === 'account' && principal.account.id === bucket.accountId)
}

/** The version that the request names, malformed or not: what it reads of it is checked later, with the other fields. */
function referenceOf(query: QueryView): Touched['reference'] {
  const text = query.get('versionId') ?? ''
  return text === '' ? undefined : (parseVersionId(text) ?? 'unknown')
}
