/** The permissions an operation may ask for, and which right of an ACL gives each. Names are COS action names. */

import type { Right } from './grants.js'

/**
 * On a bucket the ACL of the bucket decides, on an object its own, or its bucket's while it has none. Without a right
 * it is never granted: only the owner has it (cos-auth-and-bucket.md 5.9, "Meaning on a bucket").
 */
export interface PermissionNeed {
  readonly on: 'bucket' | 'object'
  readonly right: Right | undefined
}

const OWNER: PermissionNeed = { on: 'bucket', right: undefined }
const onBucket = (right: Right): PermissionNeed => ({ on: 'bucket', right })
const onObject = (right: Right): PermissionNeed => ({ on: 'object', right })

export const permissionNeeds = {
  GetService: OWNER,
  PutBucket: OWNER,
  HeadBucket: onBucket('READ'),
  DeleteBucket: OWNER,
  GetBucket: onBucket('READ'),
  GetBucketObjectVersions: onBucket('READ'),
  GetBucketLocation: OWNER,
  GetBucketVersioning: OWNER,
  PutBucketVersioning: OWNER,
  GetBucketACL: onBucket('READ_ACP'),
  PutBucketACL: onBucket('WRITE_ACP'),
  PutBucketPolicy: OWNER,
  GetBucketPolicy: OWNER,
  DeleteBucketPolicy: OWNER,
  GetBucketPolicyStatus: OWNER,
  PutPublicAccessBlock: OWNER,
  GetPublicAccessBlock: OWNER,
  DeletePublicAccessBlock: OWNER,
  PutBucketOwnershipControls: OWNER,
  GetBucketOwnershipControls: OWNER,
  DeleteBucketOwnershipControls: OWNER,
  PutBucketRequestPayment: OWNER,
  GetBucketRequestPayment: OWNER,
  PutBucketStrictSignature: OWNER,
  GetBucketStrictSignature: OWNER,
  DeleteBucketStrictSignature: OWNER,
  PutBucketCORS: OWNER,
  GetBucketCORS: OWNER,
  DeleteBucketCORS: OWNER,
  PutBucketTagging: OWNER,
  GetBucketTagging: OWNER,
  DeleteBucketTagging: OWNER,
  ListMultipartUploads: onBucket('READ'),
  GetObject: onObject('READ'),
  HeadObject: onObject('READ'),
  GetObjectACL: onObject('READ_ACP'),
  PutObjectACL: onObject('WRITE_ACP'),
  GetObjectTagging: { on: 'object', right: undefined },
  PutObjectTagging: { on: 'object', right: undefined },
  DeleteObjectTagging: { on: 'object', right: undefined },
  PutObject: onBucket('WRITE'),
  PostObject: onBucket('WRITE'),
  DeleteObject: onBucket('WRITE'),
  InitiateMultipartUpload: onBucket('WRITE'),
  UploadPart: onBucket('WRITE'),
  CompleteMultipartUpload: onBucket('WRITE'),
  AbortMultipartUpload: onBucket('WRITE'),
  ListParts: onBucket('WRITE'),
  PutBucketLifecycle: OWNER,
  GetBucketLifecycle: OWNER,
  DeleteBucketLifecycle: OWNER,
  PutBucketWebsite: OWNER,
  GetBucketWebsite: OWNER,
  DeleteBucketWebsite: OWNER,
  PutBucketEncryption: OWNER,
  GetBucketEncryption: OWNER,
  DeleteBucketEncryption: OWNER,
  PutBucketReferer: OWNER,
  GetBucketReferer: OWNER,
  DeleteBucketReferer: OWNER,
  PutBucketDomain: OWNER,
  GetBucketDomain: OWNER,
  DeleteBucketDomain: OWNER,
  PutBucketAccelerate: OWNER,
  GetBucketAccelerate: OWNER,
  PutBucketLogging: OWNER,
  GetBucketLogging: OWNER,
  PutBucketObjectLockConfiguration: OWNER,
  GetBucketObjectLockConfiguration: OWNER,
  PutObjectRetention: { on: 'object', right: undefined },
  GetObjectRetention: { on: 'object', right: undefined },
  PutObjectLegalHold: { on: 'object', right: undefined },
  GetObjectLegalHold: { on: 'object', right: undefined },
  BypassGovernanceRetention: { on: 'object', right: undefined },
  PostObjectRestore: { on: 'object', right: undefined },
  GetObjectTorrent: onObject('READ'),
  /** Of the service that issues temporary keys. */
  AssumeRole: OWNER,
  GetFederationToken: OWNER,
} as const satisfies Readonly<Record<string, PermissionNeed>>

export type Permission = keyof typeof permissionNeeds

export const PERMISSIONS: readonly Permission[] = Object.keys(permissionNeeds).filter(isPermission)

function isPermission(name: string): name is Permission {
  return Object.hasOwn(permissionNeeds, name)
}
