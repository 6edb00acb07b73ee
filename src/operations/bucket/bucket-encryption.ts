/** How new objects of the bucket are encrypted when their requests do not say: under which keys, or not at all. */

import { defaultEncryptionFormat } from '../../core/encryption-record.js'
import { fail } from '../../model/errors/index.js'
import type { DialectName } from '../../wire/dialect.js'
import {
  boolean,
  type Content,
  document,
  element,
  list,
  only,
  optional,
  record,
  S3_NAMESPACE,
  trimmed,
} from '../../wire/document.js'
import { bucketDocument } from '../bucket-document.js'
import { findKmsKey } from '../kms-fields.js'

type Algorithm = 'AES256' | 'KMS'

/** Not the words of headers in COS (cos-auth-and-bucket.md 5.20). */
const WORDS: Readonly<Record<Algorithm, Readonly<Record<DialectName, string>>>> = {
  AES256: { cos: 'AES256', s3: 'AES256' },
  KMS: { cos: 'KMS', s3: 'aws:kms' },
}
/** Known, and not served: two layers of encryption. */
const UNSERVED: Readonly<Record<DialectName, string | undefined>> = { cos: undefined, s3: 'aws:kms:dsse' }

const algorithm: Content<Algorithm> = {
  parse: (given, dialect) => {
    const word = trimmed.parse(given, dialect)
    if (word === WORDS.AES256[dialect]) return 'AES256'
    if (word === WORDS.KMS[dialect]) return 'KMS'
    if (word === UNSERVED[dialect]) fail('NotImplemented', { Header: 'SSEAlgorithm' })
    return fail('InvalidEncryptionAlgorithmError', { ArgumentName: 'SSEAlgorithm', ArgumentValue: word })
  },
  print: (value, dialect) => WORDS[value][dialect],
}

/** Of the data key, which is one of AES in any case. */
const dataKeyAlgorithm: Content<string> = {
  ...trimmed,
  parse: (given, dialect) => {
    const ArgumentValue = trimmed.parse(given, dialect)
    if (ArgumentValue === 'AES256' || ArgumentValue === '') return ArgumentValue
    return fail('InvalidEncryptionAlgorithmError', { ArgumentName: 'KMSAlgorithm', ArgumentValue })
  },
}

const byDefault = record({
  algorithm: element('SSEAlgorithm', algorithm),
  keyName: optional('KMSMasterKeyID', trimmed),
  dataKeyAlgorithm: only('cos', optional('KMSAlgorithm', dataKeyAlgorithm)),
})

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
  accept: async ({ rules }, services, bucket) => {
    const [rule, ...more] = rules
    const wanted = rule?.byDefault ?? rule?.alias
    if (rule === undefined || wanted === undefined || more.length > 0) return fail('MalformedXML')
    const { bucketKeyEnabled } = rule
    const keyName = wanted.keyName === '' ? undefined : wanted.keyName
    if (wanted.algorithm === 'AES256') {
      if (keyName === undefined) return { bucketKeyEnabled, kms: undefined }
      const message = 'A key of the key service goes with no other algorithm than its own.'
      return fail('InvalidArgument', { ArgumentName: 'KMSMasterKeyID' }, { message })
    }
    const key = keyName === undefined ? undefined : await findKmsKey(services, bucket, keyName)
    return {
      bucketKeyEnabled,
      kms: { key: key === undefined || keyName === undefined ? undefined : { id: key.id, name: keyName } },
    }
  },
  show: ({ bucketKeyEnabled, kms }) => {
    const shown: Algorithm = kms === undefined ? 'AES256' : 'KMS'
    const wanted = { algorithm: shown, keyName: kms?.key?.name, dataKeyAlgorithm: undefined }
    return { rules: [{ byDefault: wanted, alias: undefined, bucketKeyEnabled }] }
  },
  putStatus: 200,
})
