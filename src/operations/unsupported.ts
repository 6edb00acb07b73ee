/**
 * What the dialects know and this server does not serve yet: refused as NotImplemented by name and listed in
 * docs/operations.md. The reserved names are every sub-resource of the dialects, so that none of them ever falls
 * through to an operation on the bucket or object itself.
 */

import type { DialectName } from '../wire/dialect.js'
import type { Method } from '../wire/operation.js'
import type { Level, UnservedOperation } from '../wire/router.js'

const COS: readonly DialectName[] = ['cos']
const S3: readonly DialectName[] = ['s3']
const BOTH: readonly DialectName[] = ['cos', 's3']

interface Family {
  readonly name: string
  readonly query: string
  readonly methods: readonly Method[]
  readonly target: Level
  readonly dialects: readonly DialectName[]
}

const GPD: readonly Method[] = ['GET', 'PUT', 'DELETE']
const GP: readonly Method[] = ['GET', 'PUT']

/** Sub-resources that are configurations: one row stands for an operation per method. */
const FAMILIES: readonly Family[] = [
  { name: 'BucketDomainCertificate', query: 'domaincertificate', methods: GPD, target: 'bucket', dialects: COS },
  { name: 'BucketIntelligentTiering', query: 'intelligenttiering', methods: GP, target: 'bucket', dialects: COS },
  { name: 'BucketIntelligentTiering', query: 'intelligent-tiering', methods: GPD, target: 'bucket', dialects: BOTH },
  {
    name: 'BucketInventory',
    query: 'inventory',
    methods: ['GET', 'PUT', 'DELETE', 'POST'],
    target: 'bucket',
    dialects: BOTH,
  },
  { name: 'BucketLive', query: 'live', methods: ['GET', 'PUT', 'DELETE', 'POST'], target: 'bucket', dialects: COS },
  { name: 'BucketNotification', query: 'notification', methods: GP, target: 'bucket', dialects: BOTH },
  { name: 'BucketOrigin', query: 'origin', methods: GPD, target: 'bucket', dialects: COS },
  { name: 'BucketReplication', query: 'replication', methods: GPD, target: 'bucket', dialects: BOTH },
  { name: 'BucketAnalyticsConfiguration', query: 'analytics', methods: GPD, target: 'bucket', dialects: S3 },
  { name: 'BucketMetricsConfiguration', query: 'metrics', methods: GPD, target: 'bucket', dialects: S3 },
  {
    name: 'BucketMetadataConfiguration',
    query: 'metadataConfiguration',
    methods: ['GET', 'POST', 'DELETE'],
    target: 'bucket',
    dialects: S3,
  },
  {
    name: 'BucketMetadataTableConfiguration',
    query: 'metadataTable',
    methods: ['GET', 'POST', 'DELETE'],
    target: 'bucket',
    dialects: S3,
  },
  { name: 'Session', query: 'session', methods: ['GET'], target: 'bucket', dialects: S3 },
  { name: 'Symlink', query: 'symlink', methods: GP, target: 'object', dialects: COS },
]

const VERBS: Readonly<Record<Method, string>> = { GET: 'Get', PUT: 'Put', DELETE: 'Delete', POST: 'Post', HEAD: 'Head' }

const SINGLE: readonly UnservedOperation[] = [
  { name: 'AppendObject', method: 'POST', target: 'object', query: ['append'], dialects: COS },
  { name: 'SelectObjectContent', method: 'POST', target: 'object', query: ['select'], dialects: BOTH },
  { name: 'ImageProcess', method: 'POST', target: 'object', query: ['image_process'], dialects: COS },
  { name: 'DataProcess', method: 'GET', target: 'object', query: ['ci-process'], dialects: COS },
  { name: 'RenameObject', method: 'PUT', target: 'object', query: ['rename'], dialects: COS },
  { name: 'RenameObject', method: 'PUT', target: 'object', query: ['renameObject'], dialects: S3 },
  { name: 'UpdateObjectEncryption', method: 'PUT', target: 'object', query: ['encryption'], dialects: S3 },
]

export const unservedOperations: readonly UnservedOperation[] = [
  ...FAMILIES.flatMap(({ name, query, methods, target, dialects }) =>
    methods.map((method) => ({ name: VERBS[method] + name, method, target, query: [query], dialects })),
  ),
  ...SINGLE,
]

/** Reserved in both dialects: sub-resources and the selectors of uploads and versions. */
const SHARED = [
  'accelerate',
  'acl',
  'append',
  'cors',
  'delete',
  'encryption',
  'intelligent-tiering',
  'inventory',
  'lifecycle',
  'location',
  'logging',
  'notification',
  'object-lock',
  'partNumber',
  'policy',
  'replication',
  'restore',
  'retention',
  'select',
  'tagging',
  'torrent',
  'uploadId',
  'uploads',
  'versioning',
  'versions',
  'website',
]

/** cos-auth-and-bucket.md 1.3, cos-object.md 1.1. */
const COS_ONLY = [
  'ci-process',
  'domain',
  'domaincertificate',
  'image_process',
  'intelligenttiering',
  'live',
  'origin',
  'referer',
  'rename',
  'strict-signature',
  'symlink',
]

/** Amazon's API reference, the query names of its operations. */
const S3_ONLY = [
  'analytics',
  'attributes',
  'legal-hold',
  'metadataConfiguration',
  'metadataTable',
  'metrics',
  'ownershipControls',
  'policyStatus',
  'publicAccessBlock',
  'renameObject',
  'requestPayment',
  'session',
]

export const reservedNames: Readonly<Record<DialectName, readonly string[]>> = {
  cos: [...SHARED, ...COS_ONLY],
  s3: [...SHARED, ...S3_ONLY],
}
