/** The permissions an operation may ask for, and what a bucket's ACL says about each. Names are COS action names. */

/** `read` and `write` are granted by bucket ACLs; `owner` never is (cos-auth-and-bucket.md 5.9, "Meaning on a bucket"). */
export type PermissionClass = 'read' | 'write' | 'owner'

export const permissionClasses = {
  GetService: 'owner',
  PutBucket: 'owner',
  HeadBucket: 'read',
  DeleteBucket: 'owner',
  GetBucket: 'read',
  GetBucketObjectVersions: 'read',
  GetBucketLocation: 'owner',
  GetBucketVersioning: 'owner',
  PutBucketVersioning: 'owner',
  ListMultipartUploads: 'read',
  GetObject: 'read',
  HeadObject: 'read',
  PutObject: 'write',
  PostObject: 'write',
  DeleteObject: 'write',
  InitiateMultipartUpload: 'write',
  UploadPart: 'write',
  CompleteMultipartUpload: 'write',
  AbortMultipartUpload: 'write',
  ListParts: 'write',
} as const satisfies Readonly<Record<string, PermissionClass>>

export type Permission = keyof typeof permissionClasses
