/** The default encryption of a bucket as it stands in rows. */

import { asList, asOneOf, asOptionalText, asText } from '../meta/json.js'
import type { DocumentFormat } from './documents.js'

export interface DefaultEncryption {
  /** Undefined: it was not said, and is not shown. */
  readonly bucketKeyEnabled: boolean | undefined
  /** Undefined: the server encrypts by itself. */
  readonly kms: DefaultKms | undefined
}

/** Under the key service. */
export interface DefaultKms {
  /** Undefined: the default key of the account. */
  readonly key: { readonly id: string /** As it was named, and is shown. */; readonly name: string } | undefined
}

export const defaultEncryptionFormat: DocumentFormat<DefaultEncryption> = {
  kind: 'encryption',
  toJson: ({ bucketKeyEnabled = null, kms }) => {
    if (kms === undefined) return ['AES256', bucketKeyEnabled]
    return ['KMS', bucketKeyEnabled, ...(kms.key === undefined ? [] : [kms.key.id, kms.key.name])]
  },
  fromJson: (json) => {
    const [algorithm, bucketKey, id, name] = asList(json)
    const bucketKeyEnabled = typeof bucketKey === 'boolean' ? bucketKey : undefined
    if (asOneOf(algorithm, ['AES256', 'KMS']) === 'AES256') return { bucketKeyEnabled, kms: undefined }
    const keyId = asOptionalText(id)
    return { bucketKeyEnabled, kms: { key: keyId === undefined ? undefined : { id: keyId, name: asText(name) } } }
  },
}
