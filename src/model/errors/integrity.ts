/** Digests and checksums: ill-formed, missing, or not those of the bytes received. */

import { row } from './row.js'

export const integrityErrors = {
  BadDigest: row({
    status: 400,
    message: 'The Content-MD5 you specified did not match what we received.',
    details: ['ExpectedDigest?', 'CalculatedDigest?'],
    description: {
      en: 'The digest sent differs from that of the bytes received, and nothing was stored. The body was altered on the way, or the digest is of something else; send it again.',
      zh: '所发送的摘要与收到的内容不一致，未存储任何数据。内容可能在途中被改动，或摘要计算对象有误；请重新发送。',
    },
  }),
  InvalidDigest: row({
    status: 400,
    message: 'The Content-MD5 you specified is not valid.',
    details: ['Content-MD5'],
    s3: { message: 'The Content-MD5 you specified was invalid' },
    description: {
      en: 'The Content-MD5 header is not the Base64 form of 16 bytes. Encode the digest itself, not its hexadecimal text.',
      zh: 'Content-MD5 不是 16 字节的 Base64 编码。请对摘要本身编码，而不是对其十六进制文本编码。',
    },
  }),
  InvalidSha1Digest: row({
    code: 'InvalidSHA1Digest',
    status: 400,
    message: 'The x-cos-content-sha1 you specified did not match what we received.',
    details: ['ExpectedDigest?', 'CalculatedDigest?'],
    dialects: ['cos'],
    description: {
      en: 'The SHA-1 sent in x-cos-content-sha1 differs from that of the bytes received. Compute it over the body as sent.',
      zh: 'x-cos-content-sha1 中的 SHA-1 与收到的内容不一致。请对实际发送的内容计算。',
    },
  }),
  VerifyAlgorithmNotSupported: row({
    status: 400,
    message: 'The verification algorithm is not supported.',
    dialects: ['cos'],
    notServed: { en: 'no choice of algorithm in COS', zh: 'COS 中不可选择算法' },
    description: {
      en: 'The verification algorithm asked for is unknown here. Use one that the server lists.',
      zh: '所要求的校验算法此处不支持。请使用服务器支持的算法。',
    },
  }),
  MissingContentMd5: row({
    code: 'InvalidRequest',
    status: 400,
    message: 'Missing required header for this request: Content-MD5',
    description: {
      en: 'The operation deletes or changes much at once, so it demands a digest of its body. Send Content-MD5.',
      zh: '该操作一次影响较多数据，因此必须附带请求体摘要。请发送 Content-MD5。',
    },
  }),
  XAmzContentSHA256Mismatch: row({
    status: 400,
    message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
    details: ['ClientComputedContentSHA256', 'S3ComputedContentSHA256'],
    dialects: ['s3'],
    description: {
      en: 'The body differs from the hash that was signed, and nothing was stored. Sign the bytes that are really sent.',
      zh: '内容与签名中的哈希不符，未存储任何数据。请对实际发送的字节签名。',
    },
  }),
}
