/**
 * Inspects keys of the key service and of the server: every version that may be asked for is there, a destroyed key has
 * none left, and the indexes lead to keys that say the same. What is sealed is not opened: a doctor has no master key.
 */

import { keyParts } from '../meta/key.js'
import type { KmsKey } from '../model/kms-key.js'
import { accountOf, eachRow, requireNamed } from './inspect-identities.js'
import {
  accountKmsKeyKey,
  currentServerKeyCodec,
  currentServerKeyKey,
  defaultKmsKeyCodec,
  dueKmsKeyKey,
  kmsKeyCodec,
  kmsKeyIdIn,
  kmsKeyKey,
  kmsKeyVersionCodec,
  kmsKeyVersionKey,
  serverKeyCodec,
  serverKeyKey,
  serverKeyPrefix,
} from './kms-rows.js'
import { kinds, rangeOf, scanAll } from './rows.js'
import { pagesOf, type Survey } from './survey.js'

export async function inspectKeys(survey: Survey): Promise<void> {
  await eachRow(survey, kmsKeyCodec, kinds.kmsKey, 1, (key, name) => inspectKey(survey, key, name))
  const keyOf = (id: string) => ({ what: `encryption key ${id}`, rowKey: kmsKeyKey(id) })
  await eachRow(survey, kmsKeyVersionCodec, kinds.kmsKeyVersion, 2, (_, name) =>
    requireNamed(survey, 'kms-key-version', name, [keyOf(name.slice(0, name.lastIndexOf('/')))]),
  )
  for await (const page of pagesOf(survey, kinds.kmsKeyIndex)) {
    for (const { key, value } of page) {
      const name = keyParts(key, 3).map(String).join('/')
      survey.count('kms-key-index')
      const id = name.startsWith('default/')
        ? survey.attempt('kms-key-index', name, () => defaultKmsKeyCodec.decode(value))
        : kmsKeyIdIn(key)
      if (id !== undefined) await requireNamed(survey, 'kms-key-index', name, [keyOf(id)])
    }
  }
  await inspectServerKeys(survey)
}

async function inspectKey(survey: Survey, key: KmsKey, name: string): Promise<void> {
  const { id, accountId, state, currentVersion, deletionAt = 0 } = key
  if (id !== name) survey.report('damage', 'kms-key', name, 'stands under another id')
  await requireNamed(survey, 'kms-key', name, [
    accountOf(accountId),
    { what: 'its row in the index of the account', rowKey: accountKmsKeyKey(accountId, id) },
    ...(state === 'pending-deletion'
      ? [{ what: 'the time of its deletion', rowKey: dueKmsKeyKey(deletionAt, id) }]
      : []),
  ])
  const numbers = Array.from({ length: currentVersion }, (_, index) => index + 1)
  const versions = await survey.stores.meta.getMany(numbers.map((version) => kmsKeyVersionKey(id, version)))
  for (const [index, version] of versions.entries()) {
    const isThere = version !== undefined
    if (isThere === (state !== 'destroyed')) continue
    const finding = isThere ? `is destroyed, and has version ${index + 1} still` : `lacks version ${index + 1}`
    survey.report('damage', 'kms-key', name, finding)
  }
}

async function inspectServerKeys(survey: Survey): Promise<void> {
  const { meta } = survey.stores
  const entry = await meta.get(currentServerKeyKey)
  const current =
    entry === undefined ? 1 : survey.attempt('server-key', 'current', () => currentServerKeyCodec.decode(entry.value))
  for await (const { value } of scanAll(meta, rangeOf(serverKeyPrefix()))) {
    survey.count('server-key')
    survey.attempt('server-key', 'a version', () => serverKeyCodec.decode(value))
  }
  for (let version = 2; version <= (current ?? 1); version++) {
    if ((await meta.get(serverKeyKey(version))) === undefined) {
      survey.report('damage', 'server-key', String(version), 'is not there')
    }
  }
}
