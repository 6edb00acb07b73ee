/** Copies: of objects, of parts, and onto themselves. */

import { row } from './row.js'

export const copyErrors = {
  InvalidCopySource: row({
    status: 400,
    message: 'The copy source is not valid.',
    details: ['ArgumentName?', 'ArgumentValue?'],
    s3: {
      code: 'InvalidArgument',
      message: 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  NoSuchCopySource: row({
    status: 404,
    message: 'The specified copy source does not exist.',
    details: ['Key'],
    s3: { code: 'NoSuchKey', message: 'The specified key does not exist.' },
    description: {
      en: '',
      zh: '',
    },
  }),
  CopySourceIsDeleteMarker: row({
    status: 400,
    message: 'The source of a copy request may not specifically refer to a delete marker by version id.',
    details: ['Key?', 'VersionId?'],
    cos: { code: 'InvalidCopySource' },
    s3: { code: 'InvalidRequest' },
    description: {
      en: '',
      zh: '',
    },
  }),
  CopyToItself: row({
    code: 'InvalidRequest',
    status: 400,
    message:
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    description: {
      en: '',
      zh: '',
    },
  }),
}
