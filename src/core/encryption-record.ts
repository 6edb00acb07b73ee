/** The default encryption of a bucket as it stands in rows: only AES256 is served, so what is kept is the rest. */

import { asList } from '../meta/json.js'
import type { DocumentFormat } from './documents.js'

export interface DefaultEncryption {
  /** Undefined: it was not said, and is not shown. */
  readonly bucketKeyEnabled: boolean | undefined
}

export const defaultEncryptionFormat: DocumentFormat<DefaultEncryption> = {
  kind: 'encryption',
  toJson: ({ bucketKeyEnabled }) => ['AES256', bucketKeyEnabled ?? null],
  fromJson: (json) => {
    const [, bucketKeyEnabled] = asList(json)
    return { bucketKeyEnabled: typeof bucketKeyEnabled === 'boolean' ? bucketKeyEnabled : undefined }
  },
}
