/** Whether a known caller, an account or a grant allows the request. */

import { row } from './row.js'

export const accessErrors = {
  AccessDenied: row({
    status: 403,
    message: 'Access Denied.',
    details: ['ServerTime?'],
    s3: { message: 'Access Denied' },
    description: {
      en: '',
      zh: '',
    },
  }),
  RefererDenied: row({
    code: 'AccessDenied',
    status: 403,
    message: 'You are denied by bucket referer rule',
    s3: { message: 'Access Denied' },
    description: {
      en: '',
      zh: '',
    },
  }),
  ObjectLocked: row({
    status: 409,
    message: 'The object is locked until its retention ends.',
    details: ['Key?', 'VersionId?'],
    s3: { code: 'AccessDenied', status: 403, message: 'Access Denied because object protected by object lock.' },
    description: {
      en: '',
      zh: '',
    },
  }),
  AccountProblem: row({
    status: 403,
    message: 'There is a problem with your account that prevents the operation from completing successfully.',
    details: ['AccountId?', 'AccountState?', 'SuspendedSince?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  NotSignedUp: row({
    status: 403,
    message: 'Your account is not signed up for this service. You must sign up before you can use it.',
    details: ['AccountId?', 'SignUpURL?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidPayer: row({
    status: 403,
    message: 'All access to this object has been disabled.',
    details: ['BucketName?', 'Payer?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  AllAccessDisabled: row({
    status: 403,
    message: 'All access to this resource has been disabled.',
    dialects: ['s3'],
    replacedBy: 'InvalidPayer',
    description: {
      en: '',
      zh: '',
    },
  }),
  PaymentRequired: row({
    status: 402,
    message: 'The spending quota of the account is used up.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  UnavailableForLegalReasons: row({
    status: 451,
    message: 'The content is not available by decision of the operator.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  DownloadForbidden: row({
    status: 403,
    message: 'Downloads of this kind of file from this host are forbidden.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  NoProcessAuthority: row({
    status: 403,
    message: 'No permission to process this object.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  UserNotSourceBucketOwner: row({
    status: 403,
    message: 'The caller does not own the source bucket of the replication.',
    details: ['BucketName?'],
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  UserNotTargetBucketOwner: row({
    status: 403,
    message: 'The caller does not own the target bucket of the replication.',
    details: ['BucketName?'],
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  AccessForbidden: row({
    status: 403,
    message:
      "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
    details: ['Method?', 'ResourceType?'],
    cos: {
      message:
        "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource's CORS spec",
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  AmbiguousGrantByEmailAddress: row({
    status: 400,
    message: 'The email address you provided is associated with more than one account.',
    details: ['EmailAddress'],
    description: {
      en: '',
      zh: '',
    },
  }),
  UnresolvableGrantByEmailAddress: row({
    status: 400,
    message: 'The email address you provided does not match any account on record.',
    details: ['EmailAddress'],
    description: {
      en: '',
      zh: '',
    },
  }),
  MissingSecurityHeader: row({
    status: 400,
    message: 'Your request was missing a required header.',
    details: ['MissingHeaderName'],
    description: {
      en: '',
      zh: '',
    },
  }),
  MalformedACLError: row({
    status: 400,
    message: 'The XML you provided was not well-formed or did not validate against our published schema.',
    description: {
      en: '',
      zh: '',
    },
  }),
  AccessControlListNotSupported: row({
    status: 400,
    message: 'The bucket does not allow ACLs',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidBucketAclWithObjectOwnership: row({
    status: 400,
    message: "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  OwnershipControlsNotFoundError: row({
    status: 404,
    message: 'The bucket ownership controls were not found',
    details: ['BucketName'],
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  NoSuchPublicAccessBlockConfiguration: row({
    status: 404,
    message: 'The public access block configuration was not found',
    details: ['BucketName'],
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidBucketOwnerAWSAccountID: row({
    status: 400,
    message: 'The value of the expected bucket owner parameter must be an AWS account ID.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
}
