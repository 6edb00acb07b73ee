/**
 * The one decision about who may do what: owners may do everything with what is theirs, others what the ACL of the
 * bucket or object grants them. It does not depend on the dialect that asks. A row is read for it only where nothing
 * else has allowed yet, so that an owner's request costs nothing. Handlers ask again for every further resource that
 * they touch, and for the very version that they are about to hand out.
 */

import type { Bucket } from '../model/bucket.js'
import { fail, isApiError } from '../model/errors/index.js'
import { grantsRight, type Right } from '../model/grants.js'
import { type Permission, type PermissionNeed, permissionNeeds } from '../model/permissions.js'
import type { Principal } from '../model/principal.js'
import type { ObjectVersion } from '../model/version.js'
import type { VersionReference } from '../model/version-id.js'
import type { ObjectStore } from './objects.js'

/** What a request touches. `unknown`: a version that was never given out. */
export interface Touched {
  readonly bucket: Bucket
  readonly key?: string | undefined
  readonly reference?: VersionReference | 'unknown' | undefined
  /** An object about to be made: what stands there now decides nothing, and no ACL of its own does yet. */
  readonly made?: true
}

/** A version that was read, in the bucket as it then was. */
export interface TouchedVersion {
  readonly bucket: Bucket
  readonly version: ObjectVersion
}

function owns(principal: Principal, accountId: string): boolean {
  return principal.kind === 'account' && principal.account.id === accountId
}

function isGranted(principal: Principal, right: Right | undefined, acl: Bucket['acl']): boolean {
  if (right === undefined) return false
  return grantsRight(acl, right, principal.kind === 'account' ? principal.account.uin : undefined)
}

/** AccessDenied unless allowed. */
export function requireAllowed(
  objects: Pick<ObjectStore, 'find'>,
  principal: Principal,
  permission: Permission,
  touched: Touched,
): void | Promise<void> {
  const { bucket } = touched
  if (owns(principal, bucket.accountId)) return
  const { on, right }: PermissionNeed = permissionNeeds[permission]
  if (on === 'object' && touched.made !== true) return requireAllowedOnObject(objects, principal, permission, touched)
  if (!isGranted(principal, right, bucket.acl)) fail('AccessDenied')
}

/** What is not there is refused, unless the caller may find that out by a listing as well (errors.md 4.2). */
async function requireAllowedOnObject(
  objects: Pick<ObjectStore, 'find'>,
  principal: Principal,
  permission: Permission,
  touched: Touched,
): Promise<void> {
  const version = await findTouched(objects, touched)
  if (version !== undefined) requireAllowedOn(principal, permission, version)
  else if (!isGranted(principal, 'READ', touched.bucket.acl)) fail('AccessDenied')
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

/** The same for a version that the caller has read: between the two decisions another may have come in its place. */
export function requireAllowedOn(
  principal: Principal,
  permission: Permission,
  { bucket, version }: TouchedVersion,
): void {
  if (owns(principal, bucket.accountId) || owns(principal, version.accountId)) return
  const { right }: PermissionNeed = permissionNeeds[permission]
  const { acl } = version
  const granted =
    acl === undefined ? right === 'READ' && isGranted(principal, right, bucket.acl) : isGranted(principal, right, acl)
  if (!granted) fail('AccessDenied')
}

/** The service itself and the making of buckets belong to accounts. */
export function requireAccount(principal: Principal): Extract<Principal, { kind: 'account' }> {
  return principal.kind === 'account' ? principal : fail('SignatureEmpty')
}
