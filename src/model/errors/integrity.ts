/** Digests and checksums: ill-formed, missing, or not those of the bytes received. */

import { row } from './row.js'

export const integrityErrors = {
  BadDigest: row({
    status: 400,
    message: 'The Content-MD5 you specified did not match what we received.',
    details: ['ExpectedDigest?', 'CalculatedDigest?'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidDigest: row({
    status: 400,
    message: 'The Content-MD5 you specified is not valid.',
    details: ['Content-MD5'],
    s3: { message: 'The Content-MD5 you specified was invalid' },
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidSha1Digest: row({
    code: 'InvalidSHA1Digest',
    status: 400,
    message: 'The x-cos-content-sha1 you specified did not match what we received.',
    details: ['ExpectedDigest?', 'CalculatedDigest?'],
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  VerifyAlgorithmNotSupported: row({
    status: 400,
    message: 'The verification algorithm is not supported.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  MissingContentMd5: row({
    code: 'InvalidRequest',
    status: 400,
    message: 'Missing required header for this request: Content-MD5',
    description: {
      en: '',
      zh: '',
    },
  }),
  XAmzContentSHA256Mismatch: row({
    status: 400,
    message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
    details: ['ClientComputedContentSHA256', 'S3ComputedContentSHA256'],
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
}
