/** Buckets: their names, life, regions and quotas. */

import { row } from './row.js'

export const bucketErrors = {
  NoSuchBucket: row({
    status: 404,
    message: 'The specified bucket does not exist.',
    details: ['BucketName'],
    s3: { message: 'The specified bucket does not exist' },
    description: {
      en: '',
      zh: '',
    },
  }),
  BucketAlreadyExists: row({
    status: 409,
    message:
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    details: ['BucketName'],
    description: {
      en: '',
      zh: '',
    },
  }),
  BucketAlreadyOwnedByYou: row({
    status: 409,
    message: 'Your previous request to create the named bucket succeeded and you already own it.',
    details: ['BucketName'],
    description: {
      en: '',
      zh: '',
    },
  }),
  BucketNotEmpty: row({
    status: 409,
    message: 'The bucket you tried to delete is not empty.',
    details: ['BucketName'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidBucketName: row({
    status: 400,
    message: 'The specified bucket is not valid.',
    details: ['BucketName'],
    description: {
      en: '',
      zh: '',
    },
  }),
  BucketNameTooLong: row({
    status: 400,
    message: 'The specified bucket name is too long.',
    details: ['BucketName'],
    s3: { code: 'InvalidBucketName', message: 'The specified bucket is not valid.' },
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidBucketState: row({
    status: 409,
    message: 'The request is not valid for the current state of the bucket.',
    details: ['BucketName'],
    description: {
      en: '',
      zh: '',
    },
  }),
  BucketVersionNotOpen: row({
    status: 400,
    message: 'Versioning must be enabled on the bucket for this operation.',
    details: ['BucketName'],
    s3: { code: 'InvalidRequest' },
    description: {
      en: '',
      zh: '',
    },
  }),
  BucketLocked: row({
    status: 409,
    message: 'The bucket has object lock, which excludes this configuration.',
    details: ['BucketName'],
    s3: { code: 'InvalidBucketState' },
    description: {
      en: '',
      zh: '',
    },
  }),
  TooManyBuckets: row({
    status: 400,
    message: 'You have attempted to create more buckets than allowed.',
    details: ['BucketName', 'MaxBuckets?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  OperationAborted: row({
    status: 409,
    message: 'A conflicting conditional operation is currently in progress against this resource. Please try again.',
    details: ['ConflictingOperation?', 'BucketName?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidLocationConstraint: row({
    status: 400,
    message: 'The specified location constraint is not valid.',
    details: ['LocationConstraint'],
    s3: { message: 'The specified location-constraint is not valid' },
    description: {
      en: '',
      zh: '',
    },
  }),
  IllegalLocationConstraintException: row({
    status: 400,
    message: 'The location constraint is incompatible for the region specific endpoint this request was sent to.',
    details: ['LocationConstraint'],
    cos: { code: 'InvalidLocationConstraint', message: 'The specified location constraint is not valid.' },
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidRegionName: row({
    status: 400,
    message: 'The specified region is not valid.',
    details: ['Region?'],
    s3: { code: 'InvalidHostHeader', message: 'The host header names no region of this service.' },
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidHostHeader: row({
    status: 400,
    message: 'The host headers provided in the request used the incorrect style addressing.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  IncorrectEndpoint: row({
    status: 400,
    message: 'The specified bucket exists in another Region. Direct requests to the correct endpoint.',
    details: ['Endpoint?', 'Bucket?'],
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  PathStyleDomainForbidden: row({
    status: 403,
    message: 'The bucket you are attempting to access must be addressed using COS virtual-styled domain.',
    details: ['BucketName?'],
    s3: { code: 'InvalidHostHeader', status: 400 },
    description: {
      en: '',
      zh: '',
    },
  }),
  PermanentRedirect: row({
    status: 301,
    message:
      'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    details: ['Endpoint', 'Bucket'],
    description: {
      en: '',
      zh: '',
    },
  }),
  TemporaryRedirect: row({
    status: 307,
    message:
      'Please re-send this request to the specified temporary endpoint. Continue to use the original request endpoint for future requests.',
    details: ['Endpoint', 'Bucket'],
    description: {
      en: '',
      zh: '',
    },
  }),
  Redirect: row({
    status: 307,
    message:
      'Please re-send this request to the specified temporary endpoint. Continue to use the original request endpoint for future requests.',
    details: ['Endpoint', 'Bucket?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  QuotaExceeded: row({
    status: 403,
    message: "The bucket's quota does not leave room for this write.",
    details: ['BucketName?', 'MaxSizeAllowed?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  NoBucketQuotaPolicy: row({
    status: 404,
    message: 'The bucket has no quota.',
    details: ['BucketName'],
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  QuotaConflict: row({
    status: 409,
    message: 'The quota conflicts with the present contents of the bucket.',
    details: ['BucketName?'],
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  QuotaOperationConflict: row({
    status: 409,
    message: "Another change of this bucket's quota is in progress.",
    details: ['BucketName?'],
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InsufficientStorage: row({
    status: 507,
    fault: 'Server',
    message: 'The server has no room for this write.',
    description: {
      en: '',
      zh: '',
    },
  }),
}
