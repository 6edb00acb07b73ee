/**
 * What the body of each founding row says besides the envelope, from the specification of errors (the last column of
 * its catalogue, and its table of extra elements): what must be there in both dialects, and what in one of them.
 * Written apart from the catalogue in src/model/errors, so that one of them can be wrong.
 */

import type { Condition } from '../../src/model/errors/index.js'

export interface FoundingExtras {
  readonly both?: readonly string[]
  readonly cos?: readonly string[]
  readonly s3?: readonly string[]
  /** Headers of the answer, without the vendor's prefix where they have one. */
  readonly headers?: readonly string[]
  readonly cosHeaders?: readonly string[]
  readonly s3Headers?: readonly string[]
}

const SIGNATURE_S3 = [
  'AWSAccessKeyId',
  'StringToSign',
  'SignatureProvided',
  'StringToSignBytes',
  'CanonicalRequest',
  'CanonicalRequestBytes',
]
const CONFLICTING = ['ConflictingOperation']

/** By the name of the condition; a row that is not here carries nothing of its own. */
export const FOUNDING_EXTRAS: Readonly<Partial<Record<Condition, FoundingExtras>>> = {
  AccessDenied: { cos: ['ServerTime'] },
  AccountProblem: { both: ['AccountId', 'AccountState', 'SuspendedSince'] },
  AmbiguousGrantByEmailAddress: { both: ['EmailAddress'] },
  BadDigest: { both: ['ExpectedDigest', 'CalculatedDigest'] },
  BucketAlreadyExists: { both: ['BucketName'] },
  BucketNotEmpty: { both: ['BucketName'] },
  CrossLocationLoggingProhibited: { both: ['SourceBucketLocation', 'TargetBucketLocation'] },
  EntityTooSmall: { both: ['ProposedSize', 'MinSizeAllowed', 'PartNumber', 'ETag'] },
  EntityTooLarge: { both: ['ProposedSize', 'MaxSizeAllowed'] },
  ExpiredToken: { both: ['Token-0'], cos: ['ServerTime'] },
  IncorrectNumberOfFilesInPostRequest: { both: ['ArgumentName', 'ArgumentValue'] },
  InlineDataTooLarge: { both: ['ProposedSize', 'MaxSizeAllowed'] },
  InvalidAccessKeyId: { cos: ['SecretId', 'ServerTime'], s3: ['AWSAccessKeyId'] },
  InvalidArgument: { both: ['ArgumentName', 'ArgumentValue'] },
  InvalidBucketName: { both: ['BucketName'] },
  InvalidBucketState: { both: ['BucketName'] },
  InvalidDigest: { both: ['Content-MD5'] },
  InvalidEncryptionAlgorithmError: { both: ['ArgumentName', 'ArgumentValue'] },
  InvalidLocationConstraint: { both: ['LocationConstraint'] },
  InvalidObjectState: { both: ['StorageClass', 'AccessTier'], cosHeaders: ['storage-class'] },
  InvalidPart: { both: ['UploadId', 'PartNumber', 'ETag'] },
  InvalidPartOrder: { both: ['UploadId'] },
  InvalidPayer: { both: ['BucketName', 'Payer'] },
  InvalidRange: { both: ['ActualObjectSize', 'RangeRequested'], headers: ['content-range'] },
  SignatureVersion4Required: { both: ['AuthorizationScheme'] },
  AccelerateNameNotDnsCompatible: { both: ['BucketName'] },
  AccelerateNameWithDot: { both: ['BucketName'] },
  AccelerateNotConfigured: { both: ['BucketName'] },
  AccelerateDisabled: { both: ['BucketName', 'AccelerateStatus'] },
  AccelerateNotSupported: { both: ['BucketName', 'Region'] },
  AccelerateCannotBeEnabled: { both: ['BucketName'] },
  InvalidSecurity: { cos: ['ServerTime'] },
  InvalidStorageClass: { both: ['StorageClassRequested'] },
  InvalidTargetBucketForLogging: { both: ['TargetBucket'] },
  InvalidToken: { both: ['Token-0'], cos: ['ServerTime'] },
  InvalidURI: { both: ['URI'] },
  KeyTooLong: { both: ['Size', 'MaxSizeAllowed'] },
  MaxMessageLengthExceeded: { both: ['MaxMessageLengthBytes'] },
  MaxPostPreDataLengthExceededError: { both: ['MaxPostPreDataLengthBytes'] },
  MetadataTooLarge: { both: ['Size', 'MaxSizeAllowed'] },
  MethodNotAllowed: { both: ['Method', 'ResourceType'], headers: ['allow'] },
  MissingSecurityHeader: { both: ['MissingHeaderName'] },
  NoLoggingStatusForKey: { both: ['Key'] },
  NoSuchBucket: { both: ['BucketName'] },
  NoSuchKey: { both: ['Key'] },
  NoSuchLifecycleConfiguration: { both: ['BucketName'] },
  NoSuchUpload: { both: ['UploadId'] },
  NoSuchVersion: { both: ['Key', 'VersionId'] },
  NotImplemented: { both: ['Header', 'additionalMessage'] },
  NotSignedUp: { both: ['AccountId', 'SignUpURL'] },
  NoSuchBucketPolicy: { both: ['BucketName'] },
  OperationAborted: { both: CONFLICTING },
  PermanentRedirect: { both: ['Endpoint', 'Bucket'], s3Headers: ['bucket-region'], cosHeaders: ['location'] },
  PreconditionFailed: { both: ['Condition'] },
  Redirect: { both: ['Endpoint', 'Bucket'], headers: ['location'] },
  RestoreAlreadyInProgress: { both: ['Key'] },
  RequestIsNotMultiPartContent: { both: ['Condition'] },
  RequestTimeTooSkewed: { both: ['RequestTime', 'ServerTime', 'MaxAllowedSkewMilliseconds'] },
  RequestTorrentOfBucketError: { both: ['BucketName'] },
  SignatureDoesNotMatch: { cos: ['FormatString', 'StringToSign', 'ServerTime'], s3: SIGNATURE_S3 },
  ServiceUnavailable: { both: ['RetryAfterSeconds'], headers: ['retry-after'] },
  SlowDown: { both: ['RetryAfterSeconds', 'BucketName'], headers: ['retry-after'] },
  TemporaryRedirect: { both: ['Endpoint', 'Bucket'], headers: ['location'] },
  TokenRefreshRequired: { both: ['Token-0'], cos: ['ServerTime'] },
  TooManyBuckets: { both: ['BucketName', 'MaxBuckets'] },
  UnresolvableGrantByEmailAddress: { both: ['EmailAddress'] },
  UserKeyMustBeSpecified: { both: ['ArgumentName'] },
}
