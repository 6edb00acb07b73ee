/** Every operation that is served. Router, permissions, docs, metric names and coverage tests are derived from it. */

import type { Operation } from '../wire/operation.js'
import { getBucketAccelerate, putBucketAccelerate } from './bucket/bucket-accelerate.js'
import { getBucketAcl, putBucketAcl } from './bucket/bucket-acl.js'
import { bucketCors } from './bucket/bucket-cors.js'
import { bucketDomain } from './bucket/bucket-domain.js'
import { bucketEncryption } from './bucket/bucket-encryption.js'
import { bucketLifecycle } from './bucket/bucket-lifecycle.js'
import { getBucketLogging, putBucketLogging } from './bucket/bucket-logging.js'
import { getBucketObjectLock, putBucketObjectLock } from './bucket/bucket-object-lock.js'
import { bucketOwnershipControls } from './bucket/bucket-ownership-controls.js'
import { deleteBucketPolicy, getBucketPolicy, getBucketPolicyStatus, putBucketPolicy } from './bucket/bucket-policy.js'
import { bucketReferer } from './bucket/bucket-referer.js'
import { getBucketRequestPayment, putBucketRequestPayment } from './bucket/bucket-request-payment.js'
import { bucketStrictSignature } from './bucket/bucket-strict-signature.js'
import { bucketTagging } from './bucket/bucket-tagging.js'
import { getBucketVersioning, putBucketVersioning } from './bucket/bucket-versioning.js'
import { bucketWebsite } from './bucket/bucket-website.js'
import { createBucket } from './bucket/create-bucket.js'
import { deleteBucket } from './bucket/delete-bucket.js'
import { deleteObjects } from './bucket/delete-objects.js'
import { getBucketLocation } from './bucket/get-bucket-location.js'
import { headBucket } from './bucket/head-bucket.js'
import { listObjectVersions } from './bucket/list-object-versions.js'
import { listObjects, listObjectsV2 } from './bucket/list-objects.js'
import { publicAccessBlock } from './bucket/public-access-block.js'
import { abortMultipartUpload } from './multipart/abort-multipart-upload.js'
import { completeMultipartUpload } from './multipart/complete-multipart-upload.js'
import { initiateMultipartUpload } from './multipart/initiate-multipart-upload.js'
import { listMultipartUploads } from './multipart/list-multipart-uploads.js'
import { listParts } from './multipart/list-parts.js'
import { uploadPart } from './multipart/upload-part.js'
import { uploadPartCopy } from './multipart/upload-part-copy.js'
import { copyObject } from './object/copy-object.js'
import { deleteObject } from './object/delete-object.js'
import { getObject, headObject } from './object/get-object.js'
import { getObjectAttributes } from './object/get-object-attributes.js'
import { getObjectTorrent } from './object/get-object-torrent.js'
import { getObjectAcl, putObjectAcl } from './object/object-acl.js'
import { getObjectLegalHold, getObjectRetention, putObjectLegalHold, putObjectRetention } from './object/object-lock.js'
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './object/object-tagging.js'
import { postObject } from './object/post-object.js'
import { postObjectRestore } from './object/post-object-restore.js'
import { putObject } from './object/put-object.js'
import { getService, listBuckets } from './service/list-buckets.js'

export const operations: readonly Operation[] = [
  getService,
  listBuckets,
  createBucket,
  headBucket,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  putBucketVersioning,
  getBucketAccelerate,
  putBucketAccelerate,
  getBucketAcl,
  putBucketAcl,
  getBucketObjectLock,
  putBucketObjectLock,
  getBucketPolicy,
  putBucketPolicy,
  deleteBucketPolicy,
  getBucketPolicyStatus,
  ...publicAccessBlock,
  ...bucketOwnershipControls,
  getBucketRequestPayment,
  putBucketRequestPayment,
  ...bucketStrictSignature,
  ...bucketTagging,
  ...bucketCors,
  ...bucketWebsite,
  ...bucketReferer,
  ...bucketDomain,
  ...bucketEncryption,
  ...bucketLifecycle,
  getBucketLogging,
  putBucketLogging,
  listObjects,
  listObjectsV2,
  listObjectVersions,
  listMultipartUploads,
  deleteObjects,
  postObject,
  putObject,
  getObject,
  headObject,
  deleteObject,
  copyObject,
  getObjectAttributes,
  getObjectTorrent,
  getObjectAcl,
  putObjectAcl,
  getObjectTagging,
  putObjectTagging,
  deleteObjectTagging,
  postObjectRestore,
  getObjectRetention,
  putObjectRetention,
  getObjectLegalHold,
  putObjectLegalHold,
  initiateMultipartUpload,
  uploadPart,
  uploadPartCopy,
  completeMultipartUpload,
  abortMultipartUpload,
  listParts,
]
