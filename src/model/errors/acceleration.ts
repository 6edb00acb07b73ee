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
      en: 'The bucket has an old-style name that cannot be a host name, so acceleration cannot reach it. Use a bucket with a DNS-compatible name.',
      zh: '存储桶使用了不能作为域名的旧式名称，传输加速无法访问。请使用名称符合 DNS 规则的存储桶。',
    },
  }),
  AccelerateNameWithDot: row({
    code: 'InvalidRequest',
    status: 400,
    message: 'COS Transfer Acceleration is not supported for buckets with periods (.) in their names.',
    details: ['BucketName'],
    s3: { message: 'S3 Transfer Acceleration is not supported for buckets with periods (.) in their names' },
    description: {
      en: 'The certificate of the accelerate host does not cover names with a dot. Use a bucket without dots in its name.',
      zh: '加速域名的证书不覆盖带点的名称。请使用名称不带点的存储桶。',
    },
  }),
  AccelerateVirtualHostOnly: row({
    code: 'InvalidRequest',
    status: 400,
    message: 'The COS Transfer Acceleration endpoint only supports virtual style requests.',
    s3: { message: 'S3 Transfer Accelerate endpoint only supports virtual style requests' },
    description: {
      en: 'The accelerate host was addressed with the bucket in the path. Put the bucket into the host name.',
      zh: '访问加速域名时把存储桶放在了路径中。请把存储桶放入域名。',
    },
  }),
  AccelerateNotConfigured: row({
    code: 'InvalidRequest',
    status: 400,
    message: 'COS Transfer Acceleration is not configured on this bucket.',
    details: ['BucketName'],
    s3: { message: 'S3 Transfer Acceleration is not configured on this bucket' },
    description: {
      en: 'The request came through the accelerate host, but the bucket never had acceleration. Enable it with PUT ?accelerate, or use the regional host.',
      zh: '请求经由加速域名到达，但该存储桶从未配置传输加速。请用 PUT ?accelerate 启用，或使用地域域名。',
    },
  }),
  AccelerateDisabled: row({
    code: 'InvalidRequest',
    status: 400,
    message: 'COS Transfer Acceleration is disabled on this bucket.',
    details: ['BucketName', 'AccelerateStatus?'],
    s3: { message: 'S3 Transfer Acceleration is disabled on this bucket' },
    description: {
      en: 'The request came through the accelerate host, but acceleration of the bucket is suspended. Enable it again, or use the regional host.',
      zh: '请求经由加速域名到达，但该存储桶的传输加速已暂停。请重新启用，或使用地域域名。',
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
      en: "The bucket's region, or this operation, is not offered through the accelerate host. Use the regional host.",
      zh: '该存储桶所在地域或该操作不支持通过加速域名访问。请使用地域域名。',
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
      en: 'The operator has locked acceleration for this bucket or account, or its quota is used up. Ask the operator.',
      zh: '运维方锁定了该存储桶或账号的传输加速，或相应配额已用完。请联系运维人员。',
    },
  }),
  BucketAccelerateNotEnabled: row({
    status: 400,
    message: 'Transfer acceleration is not enabled on this bucket.',
    details: ['BucketName?'],
    dialects: ['cos'],
    replacedBy: 'AccelerateNotConfigured',
    description: {
      en: "COS's present name for the accelerate host without acceleration. This server answers InvalidRequest with the text of the case.",
      zh: 'COS 目前对未启用加速却访问加速域名的称呼。本服务器返回 InvalidRequest 并给出具体说明。',
    },
  }),
  ActionAccelerateNotSupported: row({
    status: 400,
    message: 'The operation is not offered on the accelerate host.',
    dialects: ['cos'],
    replacedBy: 'AccelerateNotSupported',
    description: {
      en: "COS's present name for an operation that the accelerate host does not offer. This server answers InvalidRequest.",
      zh: 'COS 目前对加速域名不支持的操作的称呼。本服务器返回 InvalidRequest。',
    },
  }),
}
