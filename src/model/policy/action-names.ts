/**
 * What each permission is called in policies: by COS's own action name, and by Amazon's, which has names of its own for
 * operations on a version that is named. Total over the permissions, so that none can be added without its names.
 */

import type { Permission } from '../permissions.js'

export interface ActionName {
  readonly iam: string
  /** When the request names a version. */
  readonly iamVersioned?: string
}

const named = (iam: string, iamVersioned?: string): ActionName =>
  iamVersioned === undefined ? { iam } : { iam, iamVersioned }

export const actionNames: Readonly<Record<Permission, ActionName>> = {
  GetService: named('s3:ListAllMyBuckets'),
  PutBucket: named('s3:CreateBucket'),
  HeadBucket: named('s3:ListBucket'),
  DeleteBucket: named('s3:DeleteBucket'),
  GetBucket: named('s3:ListBucket'),
  GetBucketObjectVersions: named('s3:ListBucketVersions'),
  GetBucketLocation: named('s3:GetBucketLocation'),
  GetBucketVersioning: named('s3:GetBucketVersioning'),
  PutBucketVersioning: named('s3:PutBucketVersioning'),
  GetBucketACL: named('s3:GetBucketAcl'),
  PutBucketACL: named('s3:PutBucketAcl'),
  PutBucketPolicy: named('s3:PutBucketPolicy'),
  GetBucketPolicy: named('s3:GetBucketPolicy'),
  DeleteBucketPolicy: named('s3:DeleteBucketPolicy'),
  GetBucketPolicyStatus: named('s3:GetBucketPolicyStatus'),
  PutPublicAccessBlock: named('s3:PutBucketPublicAccessBlock'),
  GetPublicAccessBlock: named('s3:GetBucketPublicAccessBlock'),
  DeletePublicAccessBlock: named('s3:PutBucketPublicAccessBlock'),
  PutBucketOwnershipControls: named('s3:PutBucketOwnershipControls'),
  GetBucketOwnershipControls: named('s3:GetBucketOwnershipControls'),
  DeleteBucketOwnershipControls: named('s3:PutBucketOwnershipControls'),
  PutBucketRequestPayment: named('s3:PutBucketRequestPayment'),
  GetBucketRequestPayment: named('s3:GetBucketRequestPayment'),
  PutBucketStrictSignature: named('s3:PutBucketStrictSignature'),
  GetBucketStrictSignature: named('s3:GetBucketStrictSignature'),
  DeleteBucketStrictSignature: named('s3:PutBucketStrictSignature'),
  PutBucketCORS: named('s3:PutBucketCORS'),
  GetBucketCORS: named('s3:GetBucketCORS'),
  DeleteBucketCORS: named('s3:PutBucketCORS'),
  PutBucketTagging: named('s3:PutBucketTagging'),
  GetBucketTagging: named('s3:GetBucketTagging'),
  DeleteBucketTagging: named('s3:PutBucketTagging'),
  ListMultipartUploads: named('s3:ListBucketMultipartUploads'),
  GetObject: named('s3:GetObject', 's3:GetObjectVersion'),
  HeadObject: named('s3:GetObject', 's3:GetObjectVersion'),
  GetObjectACL: named('s3:GetObjectAcl', 's3:GetObjectVersionAcl'),
  PutObjectACL: named('s3:PutObjectAcl', 's3:PutObjectVersionAcl'),
  GetObjectTagging: named('s3:GetObjectTagging', 's3:GetObjectVersionTagging'),
  PutObjectTagging: named('s3:PutObjectTagging', 's3:PutObjectVersionTagging'),
  DeleteObjectTagging: named('s3:DeleteObjectTagging', 's3:DeleteObjectVersionTagging'),
  PutObject: named('s3:PutObject'),
  PostObject: named('s3:PutObject'),
  DeleteObject: named('s3:DeleteObject', 's3:DeleteObjectVersion'),
  InitiateMultipartUpload: named('s3:PutObject'),
  UploadPart: named('s3:PutObject'),
  CompleteMultipartUpload: named('s3:PutObject'),
  AbortMultipartUpload: named('s3:AbortMultipartUpload'),
  ListParts: named('s3:ListMultipartUploadParts'),
  PutBucketLifecycle: named('s3:PutLifecycleConfiguration'),
  GetBucketLifecycle: named('s3:GetLifecycleConfiguration'),
  DeleteBucketLifecycle: named('s3:PutLifecycleConfiguration'),
  PutBucketWebsite: named('s3:PutBucketWebsite'),
  GetBucketWebsite: named('s3:GetBucketWebsite'),
  DeleteBucketWebsite: named('s3:DeleteBucketWebsite'),
  PutBucketEncryption: named('s3:PutEncryptionConfiguration'),
  GetBucketEncryption: named('s3:GetEncryptionConfiguration'),
  DeleteBucketEncryption: named('s3:PutEncryptionConfiguration'),
  PutBucketReferer: named('s3:PutBucketReferer'),
  GetBucketReferer: named('s3:GetBucketReferer'),
  DeleteBucketReferer: named('s3:PutBucketReferer'),
  PutBucketDomain: named('s3:PutBucketDomain'),
  GetBucketDomain: named('s3:GetBucketDomain'),
  DeleteBucketDomain: named('s3:PutBucketDomain'),
  PutBucketAccelerate: named('s3:PutAccelerateConfiguration'),
  GetBucketAccelerate: named('s3:GetAccelerateConfiguration'),
  PutBucketLogging: named('s3:PutBucketLogging'),
  GetBucketLogging: named('s3:GetBucketLogging'),
  PutBucketObjectLockConfiguration: named('s3:PutBucketObjectLockConfiguration'),
  GetBucketObjectLockConfiguration: named('s3:GetBucketObjectLockConfiguration'),
  PutObjectRetention: named('s3:PutObjectRetention'),
  GetObjectRetention: named('s3:GetObjectRetention'),
  PutObjectLegalHold: named('s3:PutObjectLegalHold'),
  GetObjectLegalHold: named('s3:GetObjectLegalHold'),
  BypassGovernanceRetention: named('s3:BypassGovernanceRetention'),
  PostObjectRestore: named('s3:RestoreObject'),
  GetObjectTorrent: named('s3:GetObjectTorrent', 's3:GetObjectVersionTorrent'),
  AssumeRole: named('sts:AssumeRole'),
  GetFederationToken: named('sts:GetFederationToken'),
}

/**
 * COS policies may also say these for a permission: an operation's older or wider name (cos-auth-and-bucket.md 5.12;
 * copies need PutObject on their target; cos-object.md 13).
 */
export const camAliases: Partial<Readonly<Record<Permission, readonly string[]>>> = {
  PutObject: ['PutObjectCopy'],
  UploadPart: ['UploadPartCopy'],
  DeleteObject: ['DeleteMultipleObjects'],
  PostObjectRestore: ['RestoreObject'],
}

/** By service, in CAM: `cos:GetObject`. */
export function camName(permission: Permission): string {
  const ofSts = permission === 'AssumeRole' || permission === 'GetFederationToken'
  return `${ofSts ? 'sts' : 'cos'}:${permission}`
}
