/** Encryption at rest: algorithms, customer keys and the key service. */

import { row } from './row.js'

export const encryptionErrors = {
  InvalidEncryptionAlgorithmError: row({
    status: 400,
    message: 'The encryption request you specified is not valid. The valid value is AES256.',
    details: ['ArgumentName', 'ArgumentValue'],
    s3: { message: 'The Encryption request you specified is not valid. Supported value: AES256.' },
    description: {
      en: '',
      zh: '',
    },
  }),
  SSEContentNotSupported: row({
    status: 400,
    message: 'The encryption algorithm is not supported.',
    dialects: ['cos'],
    replacedBy: 'InvalidEncryptionAlgorithmError',
    description: {
      en: '',
      zh: '',
    },
  }),
  SSEHeaderNotAllowed: row({
    status: 400,
    message: 'The server-side encryption header is not allowed for this request.',
    details: ['ArgumentName?', 'ArgumentValue?'],
    s3: {
      code: 'InvalidArgument',
      message: 'x-amz-server-side-encryption header is not supported for this operation.',
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  SsecDecryptHeaderInvalid: row({
    status: 400,
    message: 'The object was stored with a customer key, and the key sent does not open it.',
    s3: {
      code: 'InvalidRequest',
      message:
        'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  SsecKeyWrong: row({
    status: 400,
    message: 'The object was stored with a customer key, and the key sent does not open it.',
    cos: { code: 'SsecDecryptHeaderInvalid' },
    s3: { code: 'AccessDenied', status: 403, message: 'Access Denied' },
    description: {
      en: '',
      zh: '',
    },
  }),
  KmsKeyNotExist: row({
    status: 400,
    message: 'The encryption key does not exist.',
    s3: { code: 'KMS.NotFoundException' },
    description: {
      en: '',
      zh: '',
    },
  }),
  KmsKeyDisabled: row({
    status: 400,
    message: 'The encryption key is disabled.',
    s3: { code: 'KMS.DisabledException' },
    description: {
      en: '',
      zh: '',
    },
  }),
  KmsException: row({
    status: 400,
    message: 'The encryption key is in a state that does not allow this request.',
    s3: { code: 'KMS.KMSInvalidStateException' },
    description: {
      en: '',
      zh: '',
    },
  }),
  KmsInvalidKeyUsage: row({
    code: 'KMS.InvalidKeyUsageException',
    status: 400,
    message: 'The encryption key may not be used for this purpose.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  KmsInternalException: row({
    status: 500,
    fault: 'Server',
    message: 'The key service met an internal error.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  KmsFreqControl: row({
    status: 503,
    fault: 'Server',
    message: 'The key service asks for fewer requests.',
    details: ['RetryAfterSeconds?'],
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
}
