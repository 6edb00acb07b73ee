/** Four switches that keep a bucket from being made public by mistake (S3). What is left out is off. */

import { publicAccessBlockFormat } from '../../core/bucket-access.js'
import { fail } from '../../model/errors/index.js'
import type { PublicAccessBlock } from '../../model/policy/decision.js'
import { boolean, document, optional, record, S3_NAMESPACE } from '../../wire/document.js'
import { bucketDocument } from '../bucket-document.js'

const configuration = document(
  'PublicAccessBlockConfiguration',
  record({
    blockPublicAcls: optional('BlockPublicAcls', boolean),
    ignorePublicAcls: optional('IgnorePublicAcls', boolean),
    blockPublicPolicy: optional('BlockPublicPolicy', boolean),
    restrictPublicBuckets: optional('RestrictPublicBuckets', boolean),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

export const publicAccessBlock = bucketDocument({
  name: 'PublicAccessBlock',
  subject: 'public access block',
  query: 'publicAccessBlock',
  document: configuration,
  format: publicAccessBlockFormat,
  dialects: ['s3'],
  absent: (details) => fail('NoSuchPublicAccessBlockConfiguration', details),
  accept: (given): PublicAccessBlock => ({
    blockPublicAcls: given.blockPublicAcls ?? false,
    ignorePublicAcls: given.ignorePublicAcls ?? false,
    blockPublicPolicy: given.blockPublicPolicy ?? false,
    restrictPublicBuckets: given.restrictPublicBuckets ?? false,
  }),
  show: (kept) => kept,
  putStatus: 200,
})
