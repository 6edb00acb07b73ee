/**
 * The one decision about who may do what. For now: the owner of a bucket may do everything in it, others what its
 * canned ACL grants (cos-auth-and-bucket.md 5.9). Handlers ask again for every further resource that they touch.
 */

import type { Bucket, BucketAcl } from '../model/bucket.js'
import { fail } from '../model/errors/index.js'
import { type Permission, type PermissionClass, permissionClasses } from '../model/permissions.js'
import type { Principal } from '../model/principal.js'

/** To whom an ACL grants a class of permissions beyond the owner. */
const GRANTS: Readonly<Record<BucketAcl, Partial<Record<PermissionClass, 'everyone' | 'accounts'>>>> = {
  private: {},
  'public-read': { read: 'everyone' },
  'public-read-write': { read: 'everyone', write: 'everyone' },
  'authenticated-read': { read: 'accounts' },
}

export function isAllowed(principal: Principal, permission: Permission, bucket: Bucket): boolean {
  if (principal.kind === 'account' && principal.account.id === bucket.accountId) return true
  const granted = GRANTS[bucket.acl][permissionClasses[permission]]
  return granted === 'everyone' || (granted === 'accounts' && principal.kind === 'account')
}

/** AccessDenied unless allowed. */
export function requireAllowed(principal: Principal, permission: Permission, bucket: Bucket): void {
  if (!isAllowed(principal, permission, bucket)) fail('AccessDenied')
}

/** The service itself and the making of buckets belong to accounts. */
export function requireAccount(principal: Principal): Extract<Principal, { kind: 'account' }> {
  return principal.kind === 'account' ? principal : fail('SignatureEmpty')
}
