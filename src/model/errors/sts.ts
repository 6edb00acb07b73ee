/** The query APIs for identities and temporary keys, whose bodies wrap the error with its fault class. */

import { row } from './row.js'

export const stsErrors = {
  InvalidParameterValue: row({
    status: 400,
    message: 'A value that was submitted for a parameter is not valid.',
    details: ['ParameterName?'],
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  ValidationError: row({
    status: 400,
    message: 'The input fails to satisfy the constraints of the service.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  MalformedPolicyDocument: row({
    status: 400,
    message: 'The policy document was malformed.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  PackedPolicyTooLarge: row({
    status: 400,
    message: 'The session policy in packed format is too large.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  ExpiredTokenException: row({
    status: 400,
    message: 'The token that was passed is expired or is not valid.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidClientTokenId: row({
    status: 403,
    message: 'The security token included in the request is invalid.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  NoSuchEntity: row({
    status: 404,
    message: 'The entity named in the request does not exist.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  EntityAlreadyExists: row({
    status: 409,
    message: 'An entity of that name already exists.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  DeleteConflict: row({
    status: 409,
    message: 'The entity cannot be deleted while others are attached to it.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  LimitExceeded: row({
    status: 409,
    message: 'The request would exceed a limit of the account.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
}
