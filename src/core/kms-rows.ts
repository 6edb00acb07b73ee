/** The rows of the keys of the key service and of the server: the secrets in them are sealed under the master key. */

import type { Bytes } from '../base/bytes.js'
import type { Millis } from '../base/clock.js'
import { asList, asNumber, asOneOf, asOptionalNumber, asText } from '../meta/json.js'
import { key, keyParts, keyPrefix } from '../meta/key.js'
import type { KeyRange } from '../meta/meta-store.js'
import { codec } from '../meta/record.js'
import { KMS_KEY_STATES, type KmsKey } from '../model/kms-key.js'
import { kinds } from './rows.js'

export const kmsKeyCodec = codec<KmsKey>({
  name: 'kms-key',
  version: 1,
  remembered: 64,
  toJson: ({ id, accountId, region, description, state, createdAt, currentVersion, deletionAt }) => [
    id,
    accountId,
    region,
    description,
    state,
    createdAt,
    currentVersion,
    deletionAt ?? null,
  ],
  fromJson: (json) => {
    const [id, accountId, region, description, state, createdAt, currentVersion, deletionAt] = asList(json)
    return {
      id: asText(id),
      accountId: asText(accountId),
      region: asText(region),
      description: asText(description),
      state: asOneOf(state, KMS_KEY_STATES),
      createdAt: asNumber(createdAt),
      currentVersion: asNumber(currentVersion),
      deletionAt: asOptionalNumber(deletionAt),
    }
  },
})

export const kmsKeyKey = (keyId: string) => key(kinds.kmsKey, keyId)

/** One version of a key: of the key service, or of the server. */
export interface StoredKeyVersion {
  /** Base64 of 32 bytes, sealed. */
  readonly secret: string
  readonly createdAt: Millis
}

const versionFormat = {
  version: 1,
  toJson: ({ secret, createdAt }: StoredKeyVersion) => [secret, createdAt],
  fromJson: (json: Parameters<typeof asList>[0]) => {
    const [secret, createdAt] = asList(json)
    return { secret: asText(secret), createdAt: asNumber(createdAt) }
  },
}

const VERSION_DIGITS = 10
const digits = (version: number) => String(version).padStart(VERSION_DIGITS, '0')

export const kmsKeyVersionCodec = codec<StoredKeyVersion>({ name: 'kms-key-version', ...versionFormat })
export const kmsKeyVersionKey = (keyId: string, version: number): Bytes =>
  key(kinds.kmsKeyVersion, keyId, digits(version))
export const kmsKeyVersionPrefix = (keyId: string) => keyPrefix(kinds.kmsKeyVersion, keyId)

/** Index of an account's keys; the value is empty. */
export const accountKmsKeyKey = (accountId: string, keyId: string) =>
  key(kinds.kmsKeyIndex, 'account', accountId, keyId)
export const accountKmsKeyPrefix = (accountId: string) => keyPrefix(kinds.kmsKeyIndex, 'account', accountId)

/** The key of those of an account who name none, in a region. */
export const defaultKmsKeyCodec = codec<string>({
  name: 'default-kms-key',
  version: 1,
  toJson: (keyId) => keyId,
  fromJson: asText,
})
export const defaultKmsKeyKey = (accountId: string, region: string) =>
  key(kinds.kmsKeyIndex, 'default', accountId, region)

const TIME_DIGITS = 15
const timeDigits = (time: Millis) => String(Math.ceil(time)).padStart(TIME_DIGITS, '0')
/** Keys that wait for their deletion, by its time; the value is empty. */
export const dueKmsKeyKey = (deletionAt: Millis, keyId: string) =>
  key(kinds.kmsKeyIndex, 'due', timeDigits(deletionAt), keyId)
export const dueKmsKeysBefore = (now: Millis): KeyRange => ({
  from: keyPrefix(kinds.kmsKeyIndex, 'due'),
  to: key(kinds.kmsKeyIndex, 'due', timeDigits(Math.floor(now) + 1)),
})
/** The last part of a row's key. */
export const kmsKeyIdIn = (rowKey: Bytes) => (keyParts(rowKey, 3)[2] ?? Buffer.alloc(0)).toString('utf8')

export const serverKeyCodec = codec<StoredKeyVersion>({ name: 'server-key', ...versionFormat })
/** Versions from 2 on: the first is worked out from the master key and has no row. */
export const serverKeyKey = (version: number): Bytes => key(kinds.serverKey, 'version', digits(version))
export const serverKeyPrefix = () => keyPrefix(kinds.serverKey, 'version')
/** The version that wraps new data keys; no row: the first. */
export const currentServerKeyCodec = codec<number>({
  name: 'current-server-key',
  version: 1,
  toJson: (version) => version,
  fromJson: asNumber,
})
export const currentServerKeyKey = key(kinds.serverKey, 'current')
