/** Objects and their versions: absent, in the wrong state, or not to be overwritten. */

import { row } from './row.js'

export const objectErrors = {
  NoSuchKey: row({
    status: 404,
    message: 'The specified key does not exist.',
    details: ['Key', 'VersionId?', 'DeleteMarker?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  NoSuchVersion: row({
    status: 404,
    message: 'The specified version does not exist.',
    details: ['Key', 'VersionId'],
    description: {
      en: '',
      zh: '',
    },
  }),
  DeleteMarkerNamed: row({
    status: 405,
    message: 'The specified method is not allowed against this resource.',
    details: ['Method', 'ResourceType?', 'Key?', 'VersionId?'],
    cos: {
      code: 'NoSuchKey',
      status: 404,
      message: 'The specified key does not exist.',
      names: { Method: '', ResourceType: '' },
    },
    s3: { code: 'MethodNotAllowed' },
    description: {
      en: '',
      zh: '',
    },
  }),
  KeyTooLong: row({
    status: 400,
    message: 'Your key is too long.',
    details: ['Size', 'MaxSizeAllowed'],
    s3: { code: 'KeyTooLongError', message: 'Your key is too long' },
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidObjectName: row({
    status: 400,
    message: 'The specified object name is not valid.',
    details: ['Key?'],
    s3: { code: 'InvalidArgument' },
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidDelimiter: row({
    status: 400,
    message: 'The delimiter must be exactly one character.',
    details: ['ArgumentName?', 'ArgumentValue?'],
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidRange: row({
    status: 416,
    message: 'The requested range is not satisfiable',
    details: ['ActualObjectSize', 'RangeRequested'],
    cos: { message: 'The requested range cannot be satisfied.' },
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidPartNumber: row({
    status: 416,
    message: 'The requested partnumber is not satisfiable',
    details: ['PartNumberRequested', 'ActualPartCount'],
    cos: { code: 'InvalidArgument', status: 400 },
    description: {
      en: '',
      zh: '',
    },
  }),
  NotModified: row({
    status: 304,
    message: 'Not Modified',
    description: {
      en: '',
      zh: '',
    },
  }),
  PreconditionFailed: row({
    status: 412,
    message: 'Precondition not match.',
    details: ['Condition'],
    s3: { message: 'At least one of the pre-conditions you specified did not hold' },
    description: {
      en: '',
      zh: '',
    },
  }),
  ConditionalRequestConflict: row({
    status: 409,
    message: 'The conditional request cannot succeed due to a conflicting operation against this resource.',
    details: ['Condition?', 'Key?'],
    cos: { code: 'PathConflict', message: 'Path conflict.' },
    description: {
      en: '',
      zh: '',
    },
  }),
  PathConflict: row({
    status: 409,
    message: 'Path conflict.',
    details: ['Key?'],
    s3: {
      code: 'OperationAborted',
      message: 'A conflicting conditional operation is currently in progress against this resource. Please try again.',
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  UploadConflict: row({
    status: 409,
    message: 'Upload conflict.',
    details: ['Key?', 'UploadId?'],
    s3: {
      code: 'OperationAborted',
      message: 'A conflicting conditional operation is currently in progress against this resource. Please try again.',
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  FileAlreadyExists: row({
    status: 409,
    message: 'The object you specified already exists and may not be overwritten.',
    details: ['Key?'],
    s3: {
      code: 'PreconditionFailed',
      status: 412,
      message: 'At least one of the pre-conditions you specified did not hold',
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidObjectState: row({
    status: 403,
    message: 'The operation is not valid for the object storage class.',
    details: ['StorageClass?', 'AccessTier?'],
    s3: { message: "The operation is not valid for the object's storage class" },
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidStorageClass: row({
    status: 400,
    message: 'The storage class you specified is not valid.',
    details: ['StorageClassRequested'],
    s3: { message: 'The storage class you specified is not valid' },
    description: {
      en: '',
      zh: '',
    },
  }),
  NotSupportedStorageClass: row({
    status: 400,
    message: 'The storage class is not supported.',
    dialects: ['cos'],
    replacedBy: 'InvalidStorageClass',
    description: {
      en: '',
      zh: '',
    },
  }),
  RestoreAlreadyInProgress: row({
    status: 409,
    message: 'Object restore is already in progress.',
    details: ['Key'],
    s3: { message: 'Object restore is already in progress' },
    description: {
      en: '',
      zh: '',
    },
  }),
  RestoreNonArchiveObject: row({
    status: 405,
    message: 'The object is not archived and cannot be restored.',
    details: ['Key?', 'StorageClass?'],
    s3: {
      code: 'InvalidObjectState',
      status: 403,
      message: "Restore is not allowed for the object's current storage class",
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  ObjectAlreadyInActiveTierError: row({
    status: 403,
    message: 'This object is already in the active tier.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  MetadataTooLarge: row({
    status: 400,
    message: 'Your metadata headers exceed the maximum allowed metadata size.',
    details: ['Size', 'MaxSizeAllowed'],
    s3: { message: 'Your metadata headers exceed the maximum allowed metadata size' },
    description: {
      en: '',
      zh: '',
    },
  }),
  AppendPositionErr: row({
    status: 409,
    message: 'Position not equal object length',
    details: ['ActualObjectSize?'],
    s3: {
      code: 'InvalidWriteOffset',
      status: 400,
      message: 'The write offset value that you specified does not match the current object size.',
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  ObjectNotAppendable: row({
    status: 409,
    message: 'The operation is not valid for the current state of the object.',
    details: ['Key?'],
    s3: { code: 'InvalidRequest', status: 400 },
    description: {
      en: '',
      zh: '',
    },
  }),
  EncryptionTypeMismatch: row({
    status: 400,
    message:
      'The existing object was created with a different encryption type. Subsequent write requests must include the appropriate encryption parameters in the request or during the session.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  TooManyParts: row({
    status: 400,
    message: 'You have attempted to add more parts than the maximum of 10,000 that are allowed for this object.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidLockedTime: row({
    status: 409,
    message: 'The retention may not be shortened.',
    s3: { code: 'AccessDenied', status: 403, message: 'Access Denied because object protected by object lock.' },
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidRetentionPeriod: row({
    status: 400,
    message: 'The retention period must be a positive number of days or years.',
    cos: { code: 'InvalidLockedTime', status: 409 },
    s3: { code: 'InvalidArgument', message: 'Default retention period must be a positive integer value' },
    description: {
      en: '',
      zh: '',
    },
  }),
  NoSuchObjectLockConfiguration: row({
    status: 404,
    message: 'The object lock configuration does not exist.',
    details: ['Key?', 'BucketName?'],
    s3: { message: 'The specified object does not have a ObjectLock configuration' },
    description: {
      en: '',
      zh: '',
    },
  }),
}
