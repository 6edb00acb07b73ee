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
import type { Decision, Question, Rules } from '../model/policy/decision.js'
import type { ConditionFacts, Resource } from '../model/policy/policy.js'
import type { Principal, SignedPrincipal } from '../model/principal.js'
import { type TagSet, tagFacts } from '../model/tags.js'
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
  /** An object about to be made: what stands there now decides nothing, and no ACL of its own does yet. */
  readonly made?: true
  /** That the request wants to set, where its body has them. */
  readonly tags?: TagSet
}

/** A version that was read, in the bucket as it then was. */
export interface TouchedVersion {
  readonly bucket: Bucket
  readonly version: ObjectVersion
  /** Whether the request named it; otherwise it is the current one. */
  readonly named: boolean
  /** That the request wants to set. */
  readonly tags?: TagSet
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
  /** AccessDenied for an error that says that something is not there, to whoever may not know. */
  hideAbsence(error: unknown): void
  /** The service itself and the making of buckets belong to accounts. */
  requireService(permission: Permission, bucketName: string | undefined, region: string): SignedPrincipal
}

/** What was decided without looking at the version. */
interface Settled {
  readonly permission: Permission
  readonly bucketId: string
  readonly key: string | undefined
  readonly versioned: boolean
}

/** What was read of a bucket's side. */
interface Entered {
  readonly access: BucketAccess
  readonly owner: Resource['owner']
}

export function createAsker(dependencies: AccessDependencies, caller: Caller): Asker {
  const { principal } = caller
  const entered = new Map<string, Entered>()
  let settled: Settled | undefined
  /** Buckets of which nothing was read before the work began. */
  const unread: Bucket[] = []

  const enterKnown = (bucket: Bucket, access: BucketAccess, owner: Resource['owner']): BucketAccess => {
    entered.set(bucket.id, { access, owner })
    return access
  }
  const enterRead = async (bucket: Bucket): Promise<BucketAccess> => {
    const access = await dependencies.bucketAccess(bucket)
    const owner = await dependencies.identities.findAccount(bucket.accountId)
    if (owner?.state === 'suspended' && !(access.requesterPays && principal.kind === 'account')) {
      fail('InvalidPayer', { BucketName: bucket.name, Payer: owner.uin })
    }
    return enterKnown(bucket, access, owner)
  }
  const enter = (bucket: Bucket): BucketAccess | Promise<BucketAccess> => {
    if (principal.kind === 'anonymous' || principal.account.id !== bucket.accountId) return enterRead(bucket)
    const access = dependencies.bucketAccess(bucket)
    if (!(access instanceof Promise)) return enterKnown(bucket, access, principal.account)
    const { account } = principal
    return access.then((read) => enterKnown(bucket, read, account))
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
      const question = questionOf(permission, { bucket })
      if (!mayAllow(question, rulesOf(bucket, undefined))) refuse(bucket, undefined)
    },
    requireOn: (permission, touched) => {
      const { bucket, version, named, tags } = touched
      if (isSimpleOwner(bucket) || (tags === undefined && isSettled(permission, touched))) return
      const question = questionOf(permission, { bucket, key: version.key, versioned: named, version, tags })
      refuseUnless(bucket, decide(question, rulesOf(bucket, version)))
    },
    hideAbsence: (error) => {
      if (!ABSENT.some((condition) => isApiError(error, condition))) return
      for (const bucket of unread) requireListing(bucket)
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
    return rulesFor(bucket, factsOf(bucket).access, object)
  }

  function questionOf(permission: Permission, subject: Subject): Question {
    const { bucket, key, versioned = false } = subject
    const { owner } = factsOf(bucket)
    const { name: bucketName, region } = bucket
    const path = key === undefined ? bucketName : `${bucketName}/${key}`
    const listedPrefix = permission === 'ListMultipartUploads' ? caller.facts.values('prefix')?.[0] : undefined
    const resource = { bucketName, region, owner, key, versioned, path, listedPrefix }
    return { principal, permission, resource, facts: withTags(caller.facts, subject) }
  }

  function requireAllowed(permission: Permission, touched: Touched): void | Promise<void> {
    const { bucket, key, made } = touched
    if (isSimpleOwner(bucket)) return
    const { on }: PermissionNeed = permissionNeeds[permission]
    if (on === 'object' && made !== true) return requireOnObject(permission, touched)
    // A bucket decides, unless a condition asks for the tags of what is there.
    let missed = false
    const question = questionOf(
      permission,
      subjectOf(touched, undefined, () => {
        missed = made !== true
      }),
    )
    const decision = decide(question, rulesOf(bucket, undefined))
    if (missed && key !== undefined) return requireWithTags(permission, touched)
    refuseUnless(bucket, decision)
  }

  async function requireWithTags(permission: Permission, touched: Touched): Promise<void> {
    const { bucket } = touched
    const found = await findTouched(dependencies.objects, touched)
    const question = questionOf(permission, subjectOf(touched, found))
    refuseUnless(bucket, decide(question, rulesOf(bucket, undefined)))
  }

  /**
   * Where rules allow whatever is there, the version need not be read for it. Otherwise its ACL and tags decide, and
   * what is not there is refused, unless the caller may find that out by a listing as well (errors.md 4.2).
   */
  function requireOnObject(permission: Permission, touched: Touched): void | Promise<void> {
    const { bucket, key, reference } = touched
    let asked = false
    const missed = () => {
      asked = true
    }
    const subject = subjectOf(touched, undefined, missed, missed)
    if (!decide(questionOf(permission, subject), rulesOf(bucket, undefined)).allowed || asked) {
      return requireOnVersion(permission, touched)
    }
    settled = { permission, bucketId: bucket.id, key, versioned: reference !== undefined }
    unread.push(bucket)
  }

  async function requireOnVersion(permission: Permission, touched: Touched): Promise<void> {
    const { bucket } = touched
    const found = await findTouched(dependencies.objects, touched)
    let deferred = false
    const question = questionOf(
      permission,
      subjectOf(touched, found, undefined, () => {
        deferred = true
      }),
    )
    if (found === undefined) return requireListing(bucket)
    const decision = decide(question, rulesOf(found.bucket, found.version))
    // What depends on tags in the body is asked again when they are known, with the version in hand.
    if (!(deferred && permission === 'PutObjectTagging')) refuseUnless(bucket, decision)
  }

  function requireListing(bucket: Bucket): void {
    if (isSimpleOwner(bucket)) return
    refuseUnless(bucket, decide(questionOf('GetBucket', { bucket }), rulesOf(bucket, undefined)))
  }

  /** That what was asked has been allowed whatever the version is. */
  function isSettled(permission: Permission, { bucket, version, named }: TouchedVersion): boolean {
    return (
      settled?.permission === permission &&
      settled.bucketId === bucket.id &&
      settled.key === version.key &&
      settled.versioned === named
    )
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

function isOf(principal: Principal, accountId: string): boolean {
  return principal.kind === 'account' && principal.account.id === accountId
}

export function rulesFor(
  { accountId, acl }: Bucket,
  { policy, publicAccessBlock, ownership }: BucketAccess,
  object: Rules['object'],
): Rules {
  return { bucket: { accountId, acl, policy, publicAccessBlock, ownership }, object }
}

/** What a question is about, as far as it is known. */
interface Subject {
  readonly bucket: Bucket
  readonly key?: string | undefined
  readonly versioned?: boolean
  readonly version?: ObjectVersion | undefined
  /** Tags that the request wants to set. */
  readonly tags?: TagSet | undefined
  /** Called when a condition asks for the tags of a version that is not in hand. */
  readonly missed?: Noted
  /** Called when a condition asks for tags that the request wants to set, before they are known. */
  readonly deferred?: Noted
}

type Noted = (() => void) | undefined

/** One literal, because it is made for every request that rules decide about. */
function subjectOf(
  { bucket, key, reference, tags }: Touched,
  found: TouchedVersion | undefined,
  missed?: Noted,
  deferred?: Noted,
): Subject {
  return { bucket, key, versioned: reference !== undefined, version: found?.version, tags, missed, deferred }
}

const EXISTING = 'existing-'
const REQUESTED = 'request-'

/** With the tags of what is there and of what the request wants to set. */
export function withTags(
  facts: ConditionFacts,
  { version, tags, missed, deferred }: Omit<Subject, 'bucket'>,
): ConditionFacts {
  return {
    values: (name) => {
      if (!name.includes('-tag')) return facts.values(name)
      if (name.startsWith('request-tag')) {
        if (tags !== undefined) return tagFacts(tags, name.slice(REQUESTED.length))
        deferred?.()
      }
      if (!name.startsWith('existing-tag')) return facts.values(name)
      if (version === undefined) missed?.()
      return tagFacts(version?.tags, name.slice(EXISTING.length))
    },
  }
}

const ABSENT = [
  'NoSuchKey',
  'NoSuchVersion',
  'DeleteMarkerNamed',
  'NoSuchCopySource',
  'CopySourceIsDeleteMarker',
] as const

/** Undefined for what is not there. */
export async function findTouched(
  objects: Pick<ObjectStore, 'find'>,
  { bucket, key, reference }: Touched,
): Promise<TouchedVersion | undefined> {
  if (key === undefined || reference === 'unknown') return undefined
  try {
    return await objects.find({ bucket, key, reference })
  } catch (error) {
    if (ABSENT.some((condition) => isApiError(error, condition))) return undefined
    throw error
  }
}
