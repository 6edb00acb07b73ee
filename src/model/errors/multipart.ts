/** Uploads in parts, and what Complete checks. */

import { row } from './row.js'

export const multipartErrors = {
  NoSuchUpload: row({
    status: 404,
    message:
      'The specified multipart upload does not exist. The upload ID may be invalid, or the multipart upload may have been aborted or completed.',
    details: ['UploadId'],
    s3: {
      message:
        'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidPart: row({
    status: 400,
    message:
      "One or more of the specified parts could not be found. The part might not have been uploaded, or the specified entity tag might not have matched the part's entity tag.",
    details: ['UploadId', 'PartNumber', 'ETag?'],
    s3: {
      message:
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidPartOrder: row({
    status: 400,
    message: 'The list of parts was not in ascending order. Parts must be ordered by part number.',
    details: ['UploadId'],
    description: {
      en: '',
      zh: '',
    },
  }),
  EntityTooSmall: row({
    status: 400,
    message: 'Your proposed upload is smaller than the minimum allowed object size.',
    details: ['ProposedSize', 'MinSizeAllowed', 'PartNumber?', 'ETag?'],
    s3: { message: 'Your proposed upload is smaller than the minimum allowed size' },
    description: {
      en: '',
      zh: '',
    },
  }),
  EntityTooLarge: row({
    status: 400,
    message: 'Your proposed upload exceeds the maximum allowed object size.',
    details: ['ProposedSize', 'MaxSizeAllowed'],
    description: {
      en: '',
      zh: '',
    },
  }),
  ListPartUploadIdIsEmpty: row({
    status: 400,
    message: 'The upload id must not be empty.',
    s3: { code: 'InvalidArgument' },
    description: {
      en: '',
      zh: '',
    },
  }),
}
