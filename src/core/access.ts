/**
 * The questions that one request asks of the one decision (model/policy/decide.ts), and what must be read for them. A
 * row is read only where it can make a difference, so that an owner's request to a bucket without rules costs nothing.
 * Handlers ask again for every further resource that they touch, and for the very version that they hand out.
 */

import { assert } from '../base/assert.js'
import type { Bucket } from '../model/bucket.js'
import { fail, isApiError } from '../model/errors/index.js'
import { type Permission, type PermissionNeed, permissionNeeds } from '../model/permissions.js'
import { decide, mayAllow } from '../model/policy/decide.js'
import type { BucketRules, Decision, Question, Rules } from '../model/policy/decision.js'
import type { ConditionFacts, Resource } from '../model/policy/policy.js'
import type { Principal, SignedPrincipal } from '../model/principal.js'
import { tagFacts } from '../model/tags.js'
import type { ObjectVersion } from '../model/version.js'
import type { VersionReference } from '../model/version-id.js'
import type { BucketAccess, BucketAccessReader } from './bucket-access.js'
import type { IdentityStore } from './identities.js'
import type { ObjectStore } from './objects.js'

/** What a request touches. `unknown`: a version that was never given out. */
export interface Touched {
  readonly bucket: Bucket
  readonly key?: string | undefined
  readonly reference?: VersionReference | 'unknown' | undefined
}

/** A version that was read, in the bucket as it then was. */
export interface TouchedVersion {
  readonly bucket: Bucket
  readonly version: ObjectVersion
  /** Whether the request named it; otherwise it is the current one. */
  readonly named: boolean
}

export interface Caller {
  readonly principal: Principal
  /** But for the tags of what is there, which are found out here. */
  readonly facts: ConditionFacts
}

export interface AccessDependencies {
  readonly objects: Pick<ObjectStore, 'find'>
  readonly identities: Pick<IdentityStore, 'findAccount'>
  readonly bucketAccess: BucketAccessReader
}

/** Asks for one caller. What it has read of a bucket's rules it keeps, so that a request sees one state of them. */
export interface Asker {
  /** The rules of a bucket and its owner's state; every other question about the bucket comes after this. */
  enter(bucket: Bucket): BucketAccess | Promise<BucketAccess>
  /** AccessDenied unless allowed. */
  require(permission: Permission, touched: Touched): void | Promise<void>
  /** AccessDenied unless something allows it for some key of the bucket: for requests that name their keys in a body. */
  requirePossible(permission: Permission, bucket: Bucket): void
  /**
   * The same for a version that the caller has read: between the two decisions another may have come in its place. Its
   * bucket was entered before.
   */
  requireOn(permission: Permission, touched: TouchedVersion): void
  /** The service itself and the making of buckets belong to accounts. */
  requireService(permission: Permission, bucketName: string | undefined, region: string): SignedPrincipal
}

/** What was read of a bucket's side. */
interface Entered {
  readonly access: BucketAccess
  readonly owner: Resource['owner']
}

export function createAsker(dependencies: AccessDependencies, caller: Caller): Asker {
  const { principal } = caller
  const entered = new Map<string, Entered>()

  const enterKnown = (bucket: Bucket, access: BucketAccess, owner: Resource['owner']): BucketAccess => {
    entered.set(bucket.id, { access, owner })
    return access
  }
  const enterRead = async (bucket: Bucket): Promise<BucketAccess> => {
    const access = await dependencies.bucketAccess(bucket)
    if (isOf(principal, bucket.accountId)) return enterKnown(bucket, access, principal.account)
    const owner = await dependencies.identities.findAccount(bucket.accountId)
    if (owner?.state === 'suspended' && !(access.requesterPays && principal.kind === 'account')) {
      fail('InvalidPayer', { BucketName: bucket.name, Payer: owner.uin })
    }
    return enterKnown(bucket, access, owner)
  }
  const enter = (bucket: Bucket): BucketAccess | Promise<BucketAccess> => {
    if (!isOf(principal, bucket.accountId) || bucket.documents.length > 0) return enterRead(bucket)
    const access = dependencies.bucketAccess(bucket)
    return access instanceof Promise
      ? enterRead(bucket)
      : enterKnown(bucket, access, principal.account)
  }
  const factsOf = (bucket: Bucket): Entered => {
    const known = entered.get(bucket.id)
    if (known === undefined) assert(false, 'a bucket is entered before anything is asked about it')
    return known
  }

  return {
    enter,
    require: (permission, touched) => {
      if (!entered.has(touched.bucket.id)) {
        const access = enter(touched.bucket)
        if (access instanceof Promise) return access.then(() => requireAllowed(permission, touched))
      }
      return requireAllowed(permission, touched)
    },
    requirePossible: (permission, bucket) => {
      if (isSimpleOwner(bucket)) return
      const question = questionOf(permission, bucket, undefined, false, undefined)
      if (!mayAllow(question, rulesOf(bucket, undefined))) refuse(bucket, undefined)
    },
    requireOn: (permission, { bucket, version, named }) => {
      if (isSimpleOwner(bucket)) return
      const question = questionOf(permission, bucket, version.key, named, version)
      refuseUnless(bucket, decide(question, rulesOf(bucket, version)))
    },
    requireService: (permission, bucketName, region) => {
      if (principal.kind === 'anonymous') return fail('SignatureEmpty')
      if (principal.identity.kind === 'root' && principal.session === undefined) return principal
      const resource: Resource = { bucketName, region, owner: principal.account, key: undefined, versioned: false }
      const question: Question = { principal, permission, resource, facts: caller.facts }
      const decision = decide(question, { bucket: undefined, object: undefined })
      if (!decision.allowed) fail('AccessDenied', {}, { diagnosis: decision.reason.sentence })
      return principal
    },
  }

  /** The root key of the account, where no policy could say otherwise. */
  function isSimpleOwner(bucket: Bucket): boolean {
    return (
      principal.kind === 'account' &&
      principal.identity.kind === 'root' &&
      principal.session === undefined &&
      principal.account.id === bucket.accountId &&
      factsOf(bucket).access.policy === undefined
    )
  }

  function rulesOf(bucket: Bucket, object: Rules['object']): Rules {
    const { policy, publicAccessBlock, ownership } = factsOf(bucket).access
    const rules: BucketRules = { accountId: bucket.accountId, acl: bucket.acl, policy, publicAccessBlock, ownership }
    return { bucket: rules, object }
  }

  function questionOf(
    permission: Permission,
    bucket: Bucket,
    key: string | undefined,
    versioned: boolean,
    version: ObjectVersion | undefined,
    missed?: () => void,
  ): Question {
    const { owner } = factsOf(bucket)
    const resource = { bucketName: bucket.name, region: bucket.region, owner, key, versioned }
    return { principal, permission, resource, facts: withTags(caller.facts, version, missed) }
  }

  function requireAllowed(permission: Permission, touched: Touched): void | Promise<void> {
    const { bucket, key, reference } = touched
    if (isSimpleOwner(bucket)) return
    const { on }: PermissionNeed = permissionNeeds[permission]
    if (on === 'object') return requireOnObject(permission, touched)
    // A bucket decides, unless a condition asks for the tags of what is there.
    let missed = false
    const question = questionOf(permission, bucket, key, reference !== undefined, undefined, () => {
      missed = true
    })
    const decision = decide(question, rulesOf(bucket, undefined))
    if (missed && key !== undefined) return requireWithTags(permission, touched)
    refuseUnless(bucket, decision)
  }

  async function requireWithTags(permission: Permission, touched: Touched): Promise<void> {
    const { bucket, key, reference } = touched
    const found = await findTouched(dependencies.objects, touched)
    const question = questionOf(permission, bucket, key, reference !== undefined, found?.version)
    refuseUnless(bucket, decide(question, rulesOf(bucket, undefined)))
  }

  /** What is not there is refused, unless the caller may find that out by a listing as well (errors.md 4.2). */
  async function requireOnObject(permission: Permission, touched: Touched): Promise<void> {
    const { bucket, key, reference } = touched
    const found = await findTouched(dependencies.objects, touched)
    const question = questionOf(permission, bucket, key, reference !== undefined, found?.version)
    if (found !== undefined) return refuseUnless(bucket, decide(question, rulesOf(found.bucket, found.version)))
    // It would follow its bucket if it were there.
    const absent = { accountId: bucket.accountId, acl: undefined }
    refuseUnless(bucket, decide(question, rulesOf(bucket, absent)))
    const listing = questionOf('GetBucket', bucket, undefined, false, undefined)
    refuseUnless(bucket, decide(listing, rulesOf(bucket, undefined)))
  }

  function refuseUnless(bucket: Bucket, decision: Decision): void {
    if (!decision.allowed) refuse(bucket, decision)
  }

  /** Strangers are told nothing of a bucket's rules, only what their own say. */
  function refuse(bucket: Bucket, decision: Decision | undefined): never {
    const reason = decision === undefined || decision.allowed ? undefined : decision.reason
    const told = reason !== undefined && (reason.of === 'caller' || isOf(principal, bucket.accountId))
    return fail('AccessDenied', {}, told ? { diagnosis: reason.sentence } : {})
  }
}

function isOf(principal: Principal, accountId: string): principal is SignedPrincipal {
  return principal.kind === 'account' && principal.account.id === accountId
}

function withTags(
  facts: ConditionFacts,
  version: ObjectVersion | undefined,
  missed: (() => void) | undefined,
): ConditionFacts {
  return {
    values: (name) => {
      if (!name.startsWith('existing-tags/')) return facts.values(name)
      if (version !== undefined) return tagFacts(version.tags, name.slice('existing-tags/'.length))
      missed?.()
      return undefined
    },
  }
}

async function findTouched(
  objects: Pick<ObjectStore, 'find'>,
  { bucket, key, reference }: Touched,
): Promise<TouchedVersion | undefined> {
  if (key === undefined || reference === 'unknown') return undefined
  try {
    return await objects.find({ bucket, key, reference })
  } catch (error) {
    const absent = ['NoSuchKey', 'NoSuchVersion', 'DeleteMarkerNamed'] as const
    if (absent.some((condition) => isApiError(error, condition))) return undefined
    throw error
  }
}
