/**
 * The key service of this store: keys of accounts as rows, each version of a key a secret sealed under the master key.
 * A key's row is read for every use, so what an operator does to a key counts at once in every process; its secrets
 * are opened for that use and not kept.
 */

import { createSecretKey, type KeyObject } from 'node:crypto'
import { type Bytes, utf8 } from '../base/bytes.js'
import type { Entry } from '../meta/meta-store.js'
import { fail } from '../model/errors/index.js'
import type { EncryptionContext, KmsKey } from '../model/kms-key.js'
import { decrypt, encrypt, NONCE_BYTES } from './aes-gcm.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { type KeyHome, type KeyService, type ServiceKey, WrappedKeyBroken } from './key-service.js'
import {
  accountKmsKeyKey,
  defaultKmsKeyCodec,
  defaultKmsKeyKey,
  kmsKeyCodec,
  kmsKeyKey,
  kmsKeyVersionCodec,
  kmsKeyVersionKey,
} from './kms-rows.js'
import { checkOf, EMPTY_VALUE, putOf, readRow, rowOf } from './rows.js'

export type RingDependencies = Pick<CoreDependencies, 'meta' | 'clock' | 'random' | 'sealing' | 'limits'>

const DATA_KEY_BYTES = 32
const SECRET_BYTES = 32
const VERSION_BYTES = 4

export function createKeyRing(dependencies: RingDependencies): KeyService {
  const { meta, random } = dependencies
  return {
    defaultKey: (home) => findOrMakeDefault(dependencies, home),
    require: async (keyId, accountId) => usable(keyId, await meta.get(kmsKeyKey(keyId)), accountId),
    generateDataKey: async (keyId, context) => {
      const { currentVersion } = usable(keyId, await meta.get(kmsKeyKey(keyId)))
      const secret = openVersion(
        dependencies,
        keyId,
        currentVersion,
        await meta.get(kmsKeyVersionKey(keyId, currentVersion)),
      )
      const plain = random(DATA_KEY_BYTES)
      const nonce = random(NONCE_BYTES)
      const version = Buffer.alloc(VERSION_BYTES)
      version.writeUInt32BE(currentVersion)
      const wrapped = encrypt(secret, nonce, boundTo(keyId, currentVersion, context), plain)
      return { plain, wrapped: Buffer.concat([version, nonce, wrapped]) }
    },
    unwrap: async (keyId, context, wrapped) => {
      if (wrapped.byteLength < VERSION_BYTES + NONCE_BYTES)
        throw new WrappedKeyBroken('the wrapped data key is too short')
      const version = wrapped.readUInt32BE(0)
      const [keyEntry, versionEntry] = await meta.getMany([kmsKeyKey(keyId), kmsKeyVersionKey(keyId, version)])
      usable(keyId, keyEntry)
      const bodyAt = VERSION_BYTES + NONCE_BYTES
      if (versionEntry === undefined) throw new WrappedKeyBroken(`the key has no version ${version}`)
      const secret = openVersion(dependencies, keyId, version, versionEntry)
      try {
        const nonce = wrapped.subarray(VERSION_BYTES, bodyAt)
        return decrypt(secret, nonce, boundTo(keyId, version, context), wrapped.subarray(bodyAt))
      } catch (cause) {
        throw new WrappedKeyBroken('the wrapped data key does not open', { cause })
      }
    },
  }
}

/** Refuses a key that may not be used. */
function usable(keyId: string, entry: Entry | undefined, accountId?: string): KmsKey {
  const key = entry === undefined ? undefined : kmsKeyCodec.decode(entry.value)
  const isOthers = accountId !== undefined && key?.accountId !== accountId
  if (key === undefined || isOthers || key.state === 'destroyed') {
    return fail('KmsKeyNotExist', {}, { message: `There is no encryption key ${keyId}.` })
  }
  if (key.state === 'disabled')
    return fail('KmsKeyDisabled', {}, { message: `The encryption key ${keyId} is disabled.` })
  if (key.state === 'pending-deletion') {
    return fail('KmsException', {}, { message: `The encryption key ${keyId} is pending deletion.` })
  }
  return key
}

/** What a wrapped data key is bound to: it opens with all of this the same, or not at all. */
function boundTo(keyId: string, version: number, context: EncryptionContext): Bytes {
  const members = Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return utf8(JSON.stringify([keyId, version, members]))
}

function openVersion(
  { sealing }: RingDependencies,
  keyId: string,
  version: number,
  entry: Entry | undefined,
): KeyObject {
  if (entry === undefined) throw new Error(`version ${version} of the encryption key ${keyId} is not there`)
  const { secret } = kmsKeyVersionCodec.decode(entry.value)
  return createSecretKey(Buffer.from(sealing.unseal(secret, kmsKeyVersionKey(keyId, version)), 'base64'))
}

/** The row of one more version of a key. */
export function newVersionPut({ random, sealing, clock }: RingDependencies, keyId: string, version: number) {
  const rowKey = kmsKeyVersionKey(keyId, version)
  const secret = sealing.seal(random(SECRET_BYTES).toString('base64'), rowKey)
  return putOf(kmsKeyVersionCodec, rowKey, { secret, createdAt: clock.now() })
}

/** A key with its first version, and the rows of both. */
export function newKey(dependencies: RingDependencies, { accountId, region }: KeyHome, description: string) {
  const id = uuid(dependencies.random(16))
  const createdAt = dependencies.clock.now()
  const key: KmsKey = {
    id,
    accountId,
    region,
    description,
    state: 'enabled',
    createdAt,
    currentVersion: 1,
    deletionAt: undefined,
  }
  const puts = [
    putOf(kmsKeyCodec, kmsKeyKey(id), key),
    newVersionPut(dependencies, id, 1),
    { key: accountKmsKeyKey(accountId, id), value: EMPTY_VALUE },
  ]
  return { key, puts }
}

/** Version 4 of RFC 9562: the form that both vendors give the ids of keys. */
function uuid(random: Buffer): string {
  const bytes = Buffer.from(random)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Of several that make it at once one does, and the others find it. */
async function findOrMakeDefault(dependencies: RingDependencies, home: KeyHome): Promise<ServiceKey> {
  const { meta } = dependencies
  const rowKey = defaultKmsKeyKey(home.accountId, home.region)
  const known = await readRow(meta, defaultKmsKeyCodec, rowKey)
  if (known.value !== undefined) return usable(known.value, await meta.get(kmsKeyKey(known.value)))
  return commitPlanned(dependencies, 'CreateKmsKey', async () => {
    const row = rowOf(defaultKmsKeyCodec, rowKey, await meta.get(rowKey))
    if (row.value !== undefined) {
      return { batch: {}, result: usable(row.value, await meta.get(kmsKeyKey(row.value))) }
    }
    const { key, puts } = newKey(dependencies, home, 'Default key')
    return {
      batch: { checks: [checkOf(row)], puts: [...puts, putOf(defaultKmsKeyCodec, rowKey, key.id)] },
      result: key,
    }
  })
}
