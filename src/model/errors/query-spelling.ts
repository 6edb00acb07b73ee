/**
 * How the query APIs spell what the storage APIs spell otherwise: the same condition has another code there, because
 * their clients look for other words. Sources: Tencent Cloud's error codes of STS and common ones; Amazon's common
 * errors of query APIs.
 */

import type { ApiError } from './api-error.js'
import { type Condition, catalogue } from './catalogue.js'
import type { DialectSpelling, Variant } from './row.js'
import { type Spelling, spellingOfError } from './spelling.js'

type QueryVariants = Readonly<Partial<Record<DialectSpelling, Variant>>>

const TOKEN_INVALID: QueryVariants = {
  cos: { code: 'AuthFailure.TokenFailure' },
  s3: { code: 'InvalidClientTokenId', status: 403 },
}

const ACCOUNT_CLOSED: QueryVariants = {
  cos: { code: 'InvalidParameter.AccountNotAvaliable' },
  s3: { code: 'OptInRequired', status: 403 },
}

const VARIANTS: { readonly [C in Condition]?: QueryVariants } = {
  MissingAuthenticationToken: { cos: { code: 'AuthFailure.InvalidAuthorization' } },
  SignatureDoesNotMatch: { cos: { code: 'AuthFailure.SignatureFailure' } },
  RequestTimeTooSkewed: { cos: { code: 'AuthFailure.SignatureExpire' }, s3: { code: 'SignatureDoesNotMatch' } },
  RequestExpired: { cos: { code: 'AuthFailure.SignatureExpire' }, s3: { code: 'RequestExpired', status: 400 } },
  InvalidSecurity: { cos: { code: 'AuthFailure.TokenFailure' }, s3: { code: 'InvalidClientTokenId' } },
  AuthorizationHeaderMalformed: {
    cos: { code: 'AuthFailure.InvalidAuthorization' },
    s3: { code: 'IncompleteSignature' },
  },
  AuthorizationQueryParametersError: { s3: { code: 'IncompleteSignature' } },
  SignatureDateInvalid: { s3: { code: 'IncompleteSignature', status: 400 } },
  HeadersNotSigned: { s3: { code: 'SignatureDoesNotMatch' } },
  SeveralAuthenticationMethods: {
    cos: { code: 'AuthFailure.InvalidAuthorization' },
    s3: { code: 'InvalidParameterCombination' },
  },
  XAmzContentSHA256Mismatch: { s3: { code: 'SignatureDoesNotMatch', status: 403 } },
  TemporaryKeyWithoutToken: TOKEN_INVALID,
  InvalidToken: TOKEN_INVALID,
  TokenRefreshRequired: { cos: { code: 'AuthFailure.TokenFailure' }, s3: { code: 'ExpiredToken', status: 403 } },
  ExpiredToken: { cos: { code: 'AuthFailure.TokenFailure' }, s3: { status: 403 } },
  AccessDenied: { cos: { code: 'UnauthorizedOperation' } },
  AccountProblem: ACCOUNT_CLOSED,
  NotSignedUp: ACCOUNT_CLOSED,
  MaxMessageLengthExceeded: {
    cos: { code: 'RequestSizeLimitExceeded' },
    s3: { code: 'RequestEntityTooLarge', status: 413 },
  },
  NotImplemented: { cos: { code: 'UnsupportedOperation' } },
  MethodNotAllowed: { cos: { code: 'UnsupportedProtocol' } },
  SlowDown: { cos: { code: 'RequestLimitExceeded' }, s3: { code: 'Throttling', status: 400 } },
  ServiceUnavailable: { cos: { code: 'InternalError' } },
  InternalError: { cos: { code: 'InternalError.SystemError' }, s3: { code: 'InternalFailure' } },
}

/** What stands in no table is told by its kind: COS puts a class before every code of these APIs. */
export function querySpellingOfError(error: ApiError, dialect: DialectSpelling): Spelling {
  const variants = VARIANTS[error.condition] ?? {}
  const spelling = spellingOfError(error, dialect)
  const { code = spelling.code, status = spelling.status } = variants[dialect] ?? {}
  return { ...spelling, code, status }
}

export function queryFaultOf(error: ApiError): 'Sender' | 'Receiver' {
  return catalogue[error.condition].fault === 'Server' ? 'Receiver' : 'Sender'
}
