/** What the server itself cannot or will not do now. */

import { row } from './row.js'

export const serviceErrors = {
  InternalError: row({
    status: 500,
    fault: 'Server',
    message: 'We encountered an internal error. Please try again.',
    description: {
      en: '',
      zh: '',
    },
  }),
  NotImplemented: row({
    status: 501,
    fault: 'Server',
    message: 'A header you provided implies functionality that is not implemented.',
    details: ['Header?', 'additionalMessage?'],
    s3: { message: 'A header you provided implies functionality that is not implemented' },
    description: {
      en: '',
      zh: '',
    },
  }),
  ServiceUnavailable: row({
    status: 503,
    fault: 'Server',
    message: 'The service is temporarily unavailable. Please retry.',
    details: ['RetryAfterSeconds?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  SlowDown: row({
    status: 503,
    fault: 'Server',
    message: 'Please reduce your request rate.',
    details: ['RetryAfterSeconds?', 'BucketName?'],
    description: {
      en: '',
      zh: '',
    },
  }),
}
