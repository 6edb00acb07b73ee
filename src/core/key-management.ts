/** Access keys, as whoever manages them sees them: made, shown without their secret, switched, deleted. */

import type { Bytes } from '../base/bytes.js'
import { fail } from '../model/errors/index.js'
import { type AccessKeyInfo, KEYS_PER_USER_MAX } from '../model/identity.js'
import { keysOf, newKeyPair, putSealed, secretOf } from './access-keys.js'
import type { CoreDependencies } from './dependencies.js'
import {
  changeIdentities,
  type IdentityChange,
  invalidParameter,
  limitExceeded,
  noSuchEntity,
  requireRow,
} from './identity-changes.js'
import { keyUseCodec, keyUseKey, userCodec, userKey } from './identity-rows.js'
import type { IdentityManagement } from './identity-store.js'
import { accessKeyCodec, accessKeyKey, checkOf, readRow, rowOf, type StoredAccessKey } from './rows.js'

export type KeyManagement = Pick<
  IdentityManagement,
  'createKey' | 'keys' | 'findKeyInfo' | 'setKeyEnabled' | 'deleteKey'
>

export function createKeyManagement(dependencies: CoreDependencies): KeyManagement {
  const { meta, sealing, clock, random } = dependencies
  const changeKey = async <T>(
    operation: string,
    accessKeyId: string,
    plan: (key: StoredAccessKey, rowKey: Bytes) => IdentityChange<T>,
  ): Promise<T> => {
    const rowKey = accessKeyKey(accessKeyId)
    const { accountId } = await requireRow(dependencies, accessKeyCodec, rowKey, accessKeyId)
    return changeIdentities(dependencies, operation, accountId, async () => {
      const row = await readRow(meta, accessKeyCodec, rowKey)
      if (row.value?.accountId !== accountId) return noSuchEntity('access-key', accessKeyId)
      return { ...plan(row.value, rowKey), checks: [checkOf(row)] }
    })
  }
  const infoOf = async (key: StoredAccessKey): Promise<AccessKeyInfo> =>
    describe(key, (await readRow(meta, keyUseCodec, keyUseKey(key.id))).value)

  return {
    createKey: async ({ accountId, userName }, given) => {
      const { id, secret } = given ?? newKeyPair(random)
      requireKeyPair(id, secret)
      const createdAt = clock.now()
      const key = { id, secret, accountId, userName, createdAt, enabled: true, root: userName === undefined }
      await changeIdentities(dependencies, 'CreateAccessKey', accountId, async () => {
        if (userName !== undefined) await requireRow(dependencies, userCodec, userKey(accountId, userName), userName)
        const row = await readRow(meta, accessKeyCodec, accessKeyKey(id))
        if (row.value !== undefined) fail('EntityAlreadyExists', {}, { message: `There is a key ${id} already.` })
        const own = (await keysOf(dependencies, accountId)).filter((other) => other.userName === userName)
        if (own.length >= KEYS_PER_USER_MAX) limitExceeded(`A user may have ${KEYS_PER_USER_MAX} access keys.`)
        return { checks: [checkOf(row)], puts: [putSealed(sealing, key)], result: undefined }
      })
      return { info: describe(key, undefined), secret }
    },
    keys: async (accountId) => {
      const keys = await keysOf(dependencies, accountId)
      const uses = await meta.getMany(keys.map(({ id }) => keyUseKey(id)))
      return keys.map((key, index) => describe(key, rowOf(keyUseCodec, keyUseKey(key.id), uses[index]).value))
    },
    findKeyInfo: async (accessKeyId) => {
      const { value } = await readRow(meta, accessKeyCodec, accessKeyKey(accessKeyId))
      return value === undefined ? undefined : infoOf(value)
    },
    setKeyEnabled: async (accessKeyId, enabled) => {
      const changed = await changeKey('UpdateAccessKey', accessKeyId, (key) => {
        const result = { ...key, enabled }
        return { puts: [putSealed(sealing, { ...result, secret: secretOf(sealing, key) })], result }
      })
      return infoOf(changed)
    },
    deleteKey: (accessKeyId) =>
      changeKey('DeleteAccessKey', accessKeyId, (_, rowKey) => ({
        removes: [rowKey, keyUseKey(accessKeyId)],
        result: undefined,
      })),
  }
}

function describe(
  { id, accountId, userName, enabled, createdAt }: Omit<StoredAccessKey, 'secret'>,
  lastUsedAt: number | undefined,
): AccessKeyInfo {
  return { id, accountId, userName, enabled, createdAt, lastUsedAt }
}

/** The same rules as in settings and seed. */
function requireKeyPair(id: string, secret: string): void {
  if (!/^[\w.-]{3,128}$/.test(id)) {
    invalidParameter('AccessKeyId', 'A key id has 3 to 128 letters, digits, dots, hyphens and underscores.')
  }
  if (!/^[\x21-\x7e]{8,128}$/.test(secret)) {
    invalidParameter('SecretAccessKey', 'A secret has 8 to 128 printable ASCII characters without spaces.')
  }
}
