/** Encryption at rest: algorithms, customer keys and the key service. */

import { row } from './row.js'

export const encryptionErrors = {
  InvalidEncryptionAlgorithmError: row({
    status: 400,
    message: 'The encryption request you specified is not valid. The valid value is AES256.',
    details: ['ArgumentName', 'ArgumentValue'],
    s3: { message: 'The Encryption request you specified is not valid. Supported value: AES256.' },
    description: {
      en: 'The server does not have the encryption algorithm named in ArgumentValue. Use AES256, or a key of the key service: aws:kms in S3, cos/kms in COS, where the default of a bucket says KMS.',
      zh: '服务器不支持 ArgumentValue 给出的加密算法。请使用 AES256，或使用密钥服务：S3 中为 aws:kms，COS 中为 cos/kms（存储桶默认加密配置中写作 KMS）。',
    },
  }),
  SSEContentNotSupported: row({
    status: 400,
    message: 'The encryption algorithm is not supported.',
    dialects: ['cos'],
    replacedBy: 'InvalidEncryptionAlgorithmError',
    description: {
      en: "COS's present name for an unknown encryption algorithm. This server answers InvalidEncryptionAlgorithmError.",
      zh: 'COS 目前对未知加密算法的称呼。本服务器返回 InvalidEncryptionAlgorithmError。',
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
      en: 'The encryption header belongs to writes; the request is a read. Leave it out.',
      zh: '该加密头部只用于写入，而请求是读取。请去掉它。',
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
      en: 'The object was stored with a customer key, and the request brings none or brings one where none is needed. Send the key of the upload.',
      zh: '对象使用客户提供的密钥存储，而请求没有携带密钥，或在不需要时携带了密钥。请发送上传时使用的密钥。',
    },
  }),
  SsecKeyWrong: row({
    status: 400,
    message: 'The object was stored with a customer key, and the key sent does not open it.',
    cos: { code: 'SsecDecryptHeaderInvalid' },
    s3: { code: 'AccessDenied', status: 403, message: 'Access Denied' },
    description: {
      en: 'The customer key sent is not the one of the upload. Without that key the object cannot be read.',
      zh: '所发送的密钥不是上传时的密钥。没有原密钥就无法读取该对象。',
    },
  }),
  KmsKeyNotExist: row({
    status: 400,
    message: 'The encryption key does not exist.',
    s3: { code: 'KMS.NotFoundException' },
    description: {
      en: 'The account of the bucket has no such key in its region, or the key was destroyed. Check the id: `stowage kms-key list`.',
      zh: '存储桶所属账号在该地域没有此密钥，或密钥已被销毁。请检查密钥 ID：`stowage kms-key list`。',
    },
  }),
  KmsKeyDisabled: row({
    status: 400,
    message: 'The encryption key is disabled.',
    s3: { code: 'KMS.DisabledException' },
    description: {
      en: 'The key exists but is disabled, for writing and for reading. Enable it: `stowage kms-key enable`.',
      zh: '密钥存在但已停用，既不能加密也不能解密。请启用：`stowage kms-key enable`。',
    },
  }),
  KmsException: row({
    status: 400,
    message: 'The encryption key is in a state that does not allow this request.',
    s3: { code: 'KMS.KMSInvalidStateException' },
    description: {
      en: 'The key waits for its deletion. Until its day comes it can be kept: `stowage kms-key cancel-deletion`, then `stowage kms-key enable`.',
      zh: '密钥正等待删除。在到期之前可以保留它：先执行 `stowage kms-key cancel-deletion`，再执行 `stowage kms-key enable`。',
    },
  }),
  KmsInvalidKeyUsage: row({
    code: 'KMS.InvalidKeyUsageException',
    status: 400,
    message: 'The encryption key may not be used for this purpose.',
    dialects: ['s3'],
    notServed: { en: 'all keys of the key service encrypt', zh: '密钥服务的密钥都用于加密' },
    description: {
      en: 'The key is made for another purpose, such as signing. Choose an encryption key.',
      zh: '该密钥用于其他用途，例如签名。请选择用于加密的密钥。',
    },
  }),
  KmsInternalException: row({
    status: 500,
    fault: 'Server',
    message: 'The key service met an internal error.',
    dialects: ['cos'],
    notServed: { en: 'the key service is part of the server', zh: '密钥服务是服务器的一部分' },
    description: {
      en: 'The key service failed. Repeat the request; if it persists, tell the operator.',
      zh: '密钥服务发生故障。请重试；若持续出现，请联系运维人员。',
    },
  }),
  KmsFreqControl: row({
    status: 503,
    fault: 'Server',
    message: 'The key service asks for fewer requests.',
    details: ['RetryAfterSeconds?'],
    dialects: ['cos'],
    notServed: { en: 'the key service is part of the server', zh: '密钥服务是服务器的一部分' },
    description: {
      en: 'The key service is asked too often. Slow down and repeat after the time in Retry-After.',
      zh: '对密钥服务的请求过于频繁。请放慢速度，并在 Retry-After 给出的时间后重试。',
    },
  }),
}
