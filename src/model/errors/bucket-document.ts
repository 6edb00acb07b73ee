/** The configuration documents of a bucket: absent, malformed, or at odds with each other. */

import { row } from './row.js'

export const bucketDocumentErrors = {
  MissingRequestBodyError: row({
    status: 400,
    message: 'Request body is empty.',
    s3: { message: 'Request Body is empty' },
    description: {
      en: '',
      zh: '',
    },
  }),
  MalformedXML: row({
    status: 400,
    message: 'The XML you provided was not well-formed or did not validate against our published schema.',
    s3: { message: 'The XML you provided was not well-formed or did not validate against our published schema' },
    description: {
      en: '',
      zh: '',
    },
  }),
  MaxMessageLengthExceeded: row({
    status: 400,
    message: 'Your request was too big.',
    details: ['MaxMessageLengthBytes?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  XMLSizeLimit: row({
    status: 400,
    message: 'The XML is too long.',
    dialects: ['cos'],
    replacedBy: 'MaxMessageLengthExceeded',
    description: {
      en: '',
      zh: '',
    },
  }),
  IllegalVersioningConfigurationException: row({
    status: 400,
    message: 'The Versioning element must be specified',
    description: {
      en: '',
      zh: '',
    },
  }),
  NoSuchBucketPolicy: row({
    status: 404,
    message: 'The specified bucket does not have a bucket policy.',
    details: ['BucketName'],
    s3: { message: 'The bucket policy does not exist' },
    description: {
      en: '',
      zh: '',
    },
  }),
  MalformedPolicy: row({
    status: 400,
    message: 'The policy is not well-formed.',
    s3: { message: "Policies must be valid JSON and the first byte must be '{'" },
    description: {
      en: '',
      zh: '',
    },
  }),
  PolicyFull: row({
    status: 400,
    message: 'The policy exceeds the permitted size or number of statements.',
    details: ['MaxSizeAllowed?'],
    s3: { code: 'PolicyTooLarge' },
    description: {
      en: '',
      zh: '',
    },
  }),
  AttachmentFull: row({
    status: 400,
    message: 'The resource has as many grants as it may have.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  PolicyVersionFull: row({
    status: 400,
    message: 'The policy has as many versions as it may have.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  NoSuchPolicyVersion: row({
    status: 404,
    message: 'The specified policy version does not exist.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  NoSuchLifecycleConfiguration: row({
    status: 404,
    message: 'The lifecycle configuration does not exist.',
    details: ['BucketName'],
    s3: { message: 'The lifecycle configuration does not exist' },
    description: {
      en: '',
      zh: '',
    },
  }),
  NoSuchCORSConfiguration: row({
    status: 404,
    message: 'The CORS configuration does not exist.',
    details: ['BucketName'],
    s3: { message: 'The CORS configuration does not exist' },
    description: {
      en: '',
      zh: '',
    },
  }),
  NoSuchTagSet: row({
    status: 404,
    message: 'The TagSet does not exist.',
    details: ['BucketName?', 'Key?'],
    s3: { message: 'The TagSet does not exist' },
    description: {
      en: '',
      zh: '',
    },
  }),
  NoSuchWebsiteConfiguration: row({
    status: 404,
    message: 'The specified bucket does not have a website configuration.',
    details: ['BucketName'],
    s3: { message: 'The specified bucket does not have a website configuration' },
    description: {
      en: '',
      zh: '',
    },
  }),
  WebsiteURLInvalid: row({
    status: 400,
    message: 'The website configuration names a URL that is not valid.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidRedirectLocation: row({
    status: 400,
    message: "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  ReplicationConfigurationNotFoundError: row({
    status: 404,
    message: 'The replication configuration was not found.',
    details: ['BucketName'],
    s3: { message: 'The replication configuration was not found' },
    description: {
      en: '',
      zh: '',
    },
  }),
  MultiBucketNotSupport: row({
    status: 400,
    message: 'Replication to several target buckets is not supported.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  ServerSideEncryptionConfigurationNotFoundError: row({
    status: 404,
    message: 'The server side encryption configuration was not found',
    details: ['BucketName'],
    cos: { code: 'NoSuchEncryptionConfiguration', message: 'The encryption configuration does not exist.' },
    description: {
      en: '',
      zh: '',
    },
  }),
  ObjectLockConfigurationNotFoundError: row({
    status: 404,
    message: 'Object Lock configuration does not exist for this bucket',
    details: ['BucketName'],
    cos: { code: 'NoSuchObjectLockConfiguration', message: 'The object lock configuration does not exist.' },
    description: {
      en: '',
      zh: '',
    },
  }),
  NoSuchConfiguration: row({
    status: 404,
    message: 'The specified configuration does not exist.',
    details: ['BucketName'],
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InventoryConfigurationNotFoundError: row({
    status: 404,
    message: 'The inventory configuration was not found.',
    details: ['BucketName'],
    s3: { code: 'NoSuchConfiguration', message: 'The specified configuration does not exist.' },
    description: {
      en: '',
      zh: '',
    },
  }),
  InventoryFull: row({
    status: 400,
    message: 'The bucket has as many inventory configurations as it may have.',
    details: ['BucketName?'],
    s3: {
      code: 'TooManyConfigurations',
      message:
        'You are attempting to create a new configuration but have already reached the 1,000-configuration limit.',
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  DuplicateInventoryId: row({
    status: 400,
    message: 'The inventory id is already in use.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  IdMismatch: row({
    status: 400,
    message: 'Document ID does not match the specified configuration ID.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidS3DestinationBucket: row({
    status: 400,
    message: 'Invalid bucket name and/or bucket is not available for this destination.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  IntelligentTieringConfigurationNotFoundError: row({
    status: 404,
    message: 'The Intelligenttiering configuration was not found.',
    details: ['BucketName'],
    s3: { code: 'NoSuchConfiguration', message: 'The specified configuration does not exist.' },
    description: {
      en: '',
      zh: '',
    },
  }),
  NoSuchRefererConfiguration: row({
    status: 404,
    message: 'The referer configuration does not exist.',
    details: ['BucketName'],
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  OriginConfigurationNotFoundError: row({
    status: 404,
    message: 'The origin configuration was not found.',
    details: ['BucketName'],
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  DomainConfigNotFoundError: row({
    status: 404,
    message: 'The domain configuration was not found.',
    details: ['BucketName'],
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  DomainConfigConflict: row({
    status: 409,
    message: 'The domain configuration conflicts with an existing one.',
    details: ['BucketName?'],
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  RecordAlreadyExist: row({
    status: 409,
    message: 'The domain is already bound to a bucket.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  DNSRecordVerifyFailed: row({
    status: 400,
    message: "The domain's verification record was not found.",
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  UserCnameInvalid: row({
    status: 400,
    message: 'The domain name is not valid.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  DomainAuditFailed: row({
    status: 451,
    message: 'The custom domain has not been approved by the operator.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidTargetBucketForLogging: row({
    status: 400,
    message:
      'The target bucket for logging does not exist, is not owned by you, or does not have the appropriate grants for the log-delivery group.',
    details: ['TargetBucket'],
    description: {
      en: '',
      zh: '',
    },
  }),
  CrossLocationLoggingProhibited: row({
    status: 403,
    message:
      'Cross-location logging not allowed. Buckets in one geographic location cannot log information to a bucket in another location.',
    details: ['SourceBucketLocation', 'TargetBucketLocation'],
    s3: { code: 'CrossLocationLoggingProhibitted' },
    description: {
      en: '',
      zh: '',
    },
  }),
  LoggingConfExists: row({
    status: 400,
    message: 'A logging configuration with this target exists already.',
    details: ['BucketName?'],
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  LoggingPrefixInvalid: row({
    status: 400,
    message: 'The logging prefix is not valid.',
    s3: { code: 'InvalidArgument' },
    description: {
      en: '',
      zh: '',
    },
  }),
  TargetBucketNameInvalid: row({
    status: 400,
    message: "The target bucket's name is not valid.",
    dialects: ['cos'],
    replacedBy: 'InvalidTargetBucketForLogging',
    description: {
      en: '',
      zh: '',
    },
  }),
  NoLoggingStatusForKey: row({
    status: 400,
    message: 'There is no such thing as a logging status subresource for a key.',
    details: ['Key'],
    description: {
      en: '',
      zh: '',
    },
  }),
  RequestTorrentOfBucketError: row({
    status: 400,
    message: 'Requesting the torrent file of a bucket is not permitted.',
    details: ['BucketName'],
    description: {
      en: '',
      zh: '',
    },
  }),
  NotifyRuleEventConflict: row({
    status: 400,
    message: 'Two notification rules overlap in their events.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  NotifyRulePrefixConflict: row({
    status: 400,
    message: 'Two notification rules overlap in their prefixes.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  NotifyRuleSuffixConflict: row({
    status: 400,
    message: 'Two notification rules overlap in their suffixes.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidTag: row({
    status: 400,
    message: 'The tag provided was not a valid tag.',
    details: ['TagKey?', 'TagValue?'],
    s3: { message: 'The TagKey you have provided is invalid' },
    description: {
      en: '',
      zh: '',
    },
  }),
  TooManyTags: row({
    status: 400,
    message: 'The number of tags exceeds the limit of the resource.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  TagPolicyException: row({
    status: 400,
    message: 'The tags do not comply with the tag policy.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  NoSuchResource: row({
    status: 404,
    message: 'The specified resource does not exist.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  NoSuchJob: row({
    status: 404,
    message: 'The specified job does not exist.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  TooManyJobs: row({
    status: 500,
    fault: 'Server',
    message: 'There are too many unfinished jobs.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
}
