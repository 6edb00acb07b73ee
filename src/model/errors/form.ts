/** Uploads by HTML forms. */

import { row } from './row.js'

export const formErrors = {
  MalformedPOSTRequest: row({
    status: 400,
    message: 'The body of your POST request is not well-formed multipart/form-data.',
    description: {
      en: '',
      zh: '',
    },
  }),
  RequestIsNotMultiPartContent: row({
    status: 400,
    message: 'Bucket POST must be of the enclosure-type multipart/form-data.',
    details: ['Condition?'],
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
  IncorrectNumberOfFilesInPostRequest: row({
    status: 400,
    message: 'POST requires exactly one file upload per request.',
    details: ['ArgumentName', 'ArgumentValue'],
    s3: { code: 'InvalidArgument' },
    description: {
      en: '',
      zh: '',
    },
  }),
  UserKeyMustBeSpecified: row({
    status: 400,
    message:
      'The bucket POST must contain the specified field name. If it is specified, please check the order of the fields.',
    details: ['ArgumentName?'],
    s3: {
      code: 'InvalidArgument',
      message:
        "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  MaxPostPreDataLengthExceededError: row({
    status: 400,
    message: 'Your POST request fields preceding the upload file were too large.',
    details: ['MaxPostPreDataLengthBytes'],
    s3: { code: 'MaxPostPreDataLengthExceeded' },
    description: {
      en: '',
      zh: '',
    },
  }),
  InlineDataTooLarge: row({
    status: 400,
    message: 'Inline data exceeds the maximum allowed size.',
    details: ['ProposedSize?', 'MaxSizeAllowed'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidPolicyDocument: row({
    status: 400,
    message: 'The content of the form does not meet the conditions specified in the policy document.',
    description: {
      en: '',
      zh: '',
    },
  }),
  PostConditionFailed: row({
    code: 'AccessDenied',
    status: 403,
    message: "Condition key doesn't match the value",
    s3: { message: 'Invalid according to Policy: Policy Condition failed' },
    description: {
      en: '',
      zh: '',
    },
  }),
  PostPolicyExpired: row({
    code: 'AccessDenied',
    status: 403,
    message: 'You post object request has been expired',
    s3: { message: 'Invalid according to Policy: Policy expired.' },
    description: {
      en: '',
      zh: '',
    },
  }),
}
