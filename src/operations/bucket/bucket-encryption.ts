/** How new objects of the bucket are encrypted when their requests do not say: with keys of the server, or not. */

import { defaultEncryptionFormat } from '../../core/encryption-record.js'
import { fail } from '../../model/errors/index.js'
import { boolean, document, element, list, optional, record, S3_NAMESPACE, text, trimmed } from '../../wire/document.js'
import { bucketDocument } from '../bucket-document.js'
import { requireAlgorithm } from '../encryption-fields.js'

const byDefault = record({ algorithm: element('SSEAlgorithm', trimmed), keyId: optional('KMSMasterKeyID', text) })

/** `ApplySideEncryptionConfiguration` is what some COS clients write (cos-auth-and-bucket.md 5.20); it is never shown. */
const configuration = document(
  'ServerSideEncryptionConfiguration',
  record({
    rules: list(
      'Rule',
      record({
        byDefault: optional('ApplyServerSideEncryptionByDefault', byDefault),
        alias: optional('ApplySideEncryptionConfiguration', byDefault),
        bucketKeyEnabled: optional('BucketKeyEnabled', boolean),
      }),
    ),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

export const bucketEncryption = bucketDocument({
  name: 'BucketEncryption',
  subject: 'default encryption',
  query: 'encryption',
  document: configuration,
  format: defaultEncryptionFormat,
  absent: (details) => fail('ServerSideEncryptionConfigurationNotFoundError', details),
  accept: ({ rules }) => {
    const [rule, ...more] = rules
    const wanted = rule?.byDefault ?? rule?.alias
    if (rule === undefined || wanted === undefined || more.length > 0) return fail('MalformedXML')
    requireAlgorithm('SSEAlgorithm', wanted.algorithm)
    if (wanted.keyId !== undefined && wanted.keyId !== '') {
      fail(
        'InvalidArgument',
        { ArgumentName: 'KMSMasterKeyID' },
        { message: 'A key of the key service goes with no other algorithm than its own.' },
      )
    }
    return { bucketKeyEnabled: rule.bucketKeyEnabled }
  },
  show: ({ bucketKeyEnabled }) => ({
    rules: [{ byDefault: { algorithm: 'AES256', keyId: undefined }, alias: undefined, bucketKeyEnabled }],
  }),
  putStatus: 200,
})
