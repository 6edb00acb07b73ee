/** Who the request says it is from, and whether that can be believed (errors.md 4.1, stage 5). */

import { row } from './row.js'

export const authenticationErrors = {
  SignatureEmpty: row({
    code: 'AccessDenied',
    status: 403,
    message: 'Check auth failure because signature empty.',
    details: ['ServerTime?'],
    s3: { message: 'Access Denied' },
    description: {
      en: '',
      zh: '',
    },
  }),
  SignatureDateInvalid: row({
    code: 'AccessDenied',
    status: 403,
    message: 'AWS authentication requires a valid Date or x-amz-date header',
    details: ['ServerTime?'],
    cos: { message: 'The signature carries no valid time.' },
    description: {
      en: '',
      zh: '',
    },
  }),
  RequestExpired: row({
    code: 'AccessDenied',
    status: 403,
    message: 'Request has expired',
    details: ['Expires?', 'ServerTime?', 'X-Amz-Expires?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  HeadersNotSigned: row({
    code: 'AccessDenied',
    status: 403,
    message: 'There were headers present in the request which were not signed',
    details: ['HeadersNotSigned', 'ServerTime?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  StrictSignatureMissing: row({
    code: 'AccessDenied',
    status: 403,
    message: 'Strict signature missing header that must be signed',
    details: ['ServerTime?'],
    s3: { message: 'Access Denied' },
    description: {
      en: '',
      zh: '',
    },
  }),
  RequestTimeTooSkewed: row({
    status: 403,
    message: 'The difference between the request time and the current time is too large.',
    details: ['RequestTime?', 'ServerTime?', 'MaxAllowedSkewMilliseconds?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidAccessKeyId: row({
    status: 403,
    message: 'The Access Key Id you provided does not exist in our records.',
    details: ['AccessKeyId?', 'ServerTime?'],
    cos: { names: { AccessKeyId: 'SecretId' } },
    s3: {
      message: 'The AWS Access Key Id you provided does not exist in our records.',
      names: { AccessKeyId: 'AWSAccessKeyId' },
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  SignatureDoesNotMatch: row({
    status: 403,
    message: 'The Signature you specified is invalid.',
    details: [
      'AWSAccessKeyId?',
      'StringToSign?',
      'FormatString?',
      'SignatureProvided?',
      'StringToSignBytes?',
      'CanonicalRequest?',
      'CanonicalRequestBytes?',
      'ServerTime?',
    ],
    s3: {
      message:
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  SeveralAuthenticationMethods: row({
    code: 'InvalidArgument',
    status: 400,
    message:
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
    details: ['ArgumentName', 'ArgumentValue?'],
    cos: { message: 'Only one signature is allowed: in the Authorization header or in the query string.' },
    description: {
      en: '',
      zh: '',
    },
  }),
  AuthorizationHeaderMalformed: row({
    status: 400,
    message: 'The authorization header that you provided is not valid.',
    details: ['Region?'],
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  AuthorizationQueryParametersError: row({
    status: 400,
    message:
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    details: ['Region?', 'X-Amz-Expires?'],
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  SignatureVersion4Required: row({
    code: 'InvalidRequest',
    status: 400,
    message: 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    details: ['AuthorizationScheme?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  MissingAuthenticationToken: row({
    status: 403,
    message: 'The request must contain a valid (registered) access key ID or an X.509 certificate.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  UnsupportedSignature: row({
    status: 400,
    message:
      'The provided request is signed with an unsupported STS Token version or the signature version is not supported.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidSignature: row({
    status: 400,
    message: 'The request signature that the server calculated does not match the signature that you provided.',
    dialects: ['s3'],
    replacedBy: 'SignatureDoesNotMatch',
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidSecurity: row({
    status: 403,
    message: 'The provided security credentials are not valid.',
    details: ['ServerTime?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  TemporaryKeyWithoutToken: row({
    status: 403,
    message: 'The provided security credentials are not valid.',
    details: ['AccessKeyId?', 'ServerTime?'],
    cos: { code: 'InvalidSecurity', names: { AccessKeyId: 'SecretId' } },
    s3: {
      code: 'InvalidAccessKeyId',
      message: 'The AWS Access Key Id you provided does not exist in our records.',
      names: { AccessKeyId: 'AWSAccessKeyId' },
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  ExpiredToken: row({
    status: 400,
    message: 'The provided token has expired.',
    details: ['Token-0?', 'ServerTime?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidToken: row({
    status: 400,
    message: 'The provided token is malformed or otherwise invalid.',
    details: ['Token-0?', 'ServerTime?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  TokenRefreshRequired: row({
    status: 400,
    message: 'The provided token must be refreshed.',
    details: ['Token-0?', 'ServerTime?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  TokenCodeInvalidError: row({
    status: 400,
    message: 'The serial number and/or token code you provided is not valid.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidSessionException: row({
    status: 400,
    message: 'The session is no longer valid.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  CredentialsNotSupported: row({
    status: 400,
    message: 'This request does not support credentials.',
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidAddressingHeader: row({
    status: 400,
    message: 'You must specify the Anonymous role.',
    description: {
      en: '',
      zh: '',
    },
  }),
}
