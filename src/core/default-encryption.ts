/** What the default of a bucket makes of a new object, whoever puts it: a client, or the server by itself. */

import type { Bucket } from '../model/bucket.js'
import type { Encryption } from '../model/version-extras.js'
import type { CoreDependencies } from './dependencies.js'
import { findDocument } from './documents.js'
import { defaultEncryptionFormat } from './encryption-record.js'

/** Undefined: the bucket has no default. `accountUin` is asked for the number of the bucket's account, where a key of it is used, and may refuse. */
export async function encryptionByDefault(
  { meta, keyService }: Pick<CoreDependencies, 'meta' | 'keyService'>,
  bucket: Bucket,
  accountUin: () => string,
): Promise<Encryption | undefined> {
  const found = await findDocument(meta, bucket, defaultEncryptionFormat)
  if (found === undefined) return undefined
  const { kms, bucketKeyEnabled = false } = found
  if (kms === undefined) return { kind: 'server' }
  const uin = accountUin()
  const { accountId, region: bucketRegion } = bucket
  // The bucket may have moved since its key was named: only its account is held against the key now.
  const { id: keyId, region } =
    kms.key === undefined
      ? await keyService.defaultKey({ accountId, region: bucketRegion })
      : await keyService.require(kms.key.id, accountId)
  return { kind: 'kms', keyId, region, accountUin: uin, context: undefined, bucketKeyEnabled }
}
