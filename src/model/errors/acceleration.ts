/** The accelerate host and its switch on a bucket. The founding table tells seven cases apart by their texts. */

import { row } from './row.js'

export const accelerationErrors = {
  AccelerateNameNotDnsCompatible: row({
    code: 'InvalidRequest',
    status: 400,
    message: 'COS Transfer Acceleration is not supported for buckets with non-DNS compliant names.',
    details: ['BucketName'],
    s3: { message: 'S3 Transfer Acceleration is not supported for buckets with non-DNS compliant names' },
    description: {
      en: '',
      zh: '',
    },
  }),
  AccelerateNameWithDot: row({
    code: 'InvalidRequest',
    status: 400,
    message: 'COS Transfer Acceleration is not supported for buckets with periods (.) in their names.',
    details: ['BucketName'],
    s3: { message: 'S3 Transfer Acceleration is not supported for buckets with periods (.) in their names' },
    description: {
      en: '',
      zh: '',
    },
  }),
  AccelerateVirtualHostOnly: row({
    code: 'InvalidRequest',
    status: 400,
    message: 'The COS Transfer Acceleration endpoint only supports virtual style requests.',
    s3: { message: 'S3 Transfer Accelerate endpoint only supports virtual style requests' },
    description: {
      en: '',
      zh: '',
    },
  }),
  AccelerateNotConfigured: row({
    code: 'InvalidRequest',
    status: 400,
    message: 'COS Transfer Acceleration is not configured on this bucket.',
    details: ['BucketName'],
    s3: { message: 'S3 Transfer Acceleration is not configured on this bucket' },
    description: {
      en: '',
      zh: '',
    },
  }),
  AccelerateDisabled: row({
    code: 'InvalidRequest',
    status: 400,
    message: 'COS Transfer Acceleration is disabled on this bucket.',
    details: ['BucketName', 'AccelerateStatus?'],
    s3: { message: 'S3 Transfer Acceleration is disabled on this bucket' },
    description: {
      en: '',
      zh: '',
    },
  }),
  AccelerateNotSupported: row({
    code: 'InvalidRequest',
    status: 400,
    message:
      'COS Transfer Acceleration is not supported on this bucket. Contact the operator of this service for more information.',
    details: ['BucketName?', 'Region?'],
    s3: {
      message:
        'S3 Transfer Acceleration is not supported on this bucket. Contact the operator of this service for more information.',
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  AccelerateCannotBeEnabled: row({
    code: 'InvalidRequest',
    status: 400,
    message:
      'COS Transfer Acceleration cannot be enabled on this bucket. Contact the operator of this service for more information.',
    details: ['BucketName'],
    s3: {
      message:
        'S3 Transfer Acceleration cannot be enabled on this bucket. Contact the operator of this service for more information.',
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  BucketAccelerateNotEnabled: row({
    status: 400,
    message: 'Transfer acceleration is not enabled on this bucket.',
    details: ['BucketName?'],
    dialects: ['cos'],
    replacedBy: 'AccelerateNotConfigured',
    description: {
      en: '',
      zh: '',
    },
  }),
  ActionAccelerateNotSupported: row({
    status: 400,
    message: 'The operation is not offered on the accelerate host.',
    dialects: ['cos'],
    replacedBy: 'AccelerateNotSupported',
    description: {
      en: '',
      zh: '',
    },
  }),
}
