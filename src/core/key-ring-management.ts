/**
 * What an operator does to the keys of the key service. Every change puts the key's row under a check of it, so that
 * of a deletion that falls due and somebody who calls it off exactly one comes first. The last of a key are its
 * secrets: they go in the commit that calls it destroyed, and its row stays, so that its objects say what they lack.
 */

import type { Bytes } from '../base/bytes.js'
import { isCollapsed, type Put, SCAN_LIMIT_MAX } from '../meta/meta-store.js'
import { fail } from '../model/errors/index.js'
import { DELETION_DAYS, type KmsKey } from '../model/kms-key.js'
import { commitPlanned } from './changes.js'
import { changeIdentities, invalidParameter, limitExceeded } from './identity-changes.js'
import { newKey, newVersionPut, type RingDependencies } from './key-ring.js'
import type { KeyHome } from './key-service.js'
import {
  accountKmsKeyPrefix,
  defaultKmsKeyCodec,
  defaultKmsKeyKey,
  dueKmsKeyKey,
  dueKmsKeysBefore,
  kmsKeyCodec,
  kmsKeyIdIn,
  kmsKeyKey,
  kmsKeyVersionKey,
} from './kms-rows.js'
import { checkOf, EMPTY_VALUE, putOf, rangeOf, readRow, scanAll } from './rows.js'

export interface KmsKeyInfo extends KmsKey {
  /** Of those of its account who name none, in its region. */
  readonly isDefault: boolean
}

export interface KeyRingManagement {
  create(home: KeyHome, description: string): Promise<KmsKeyInfo>
  /** Those of an account, destroyed ones included. */
  list(accountId: string): Promise<readonly KmsKeyInfo[]>
  find(keyId: string): Promise<KmsKeyInfo | undefined>
  /** KmsKeyNotExist, and KmsException or KmsKeyDisabled in a state that does not allow it: so do all that follow. */
  rotate(keyId: string): Promise<KmsKeyInfo>
  enable(keyId: string): Promise<KmsKeyInfo>
  disable(keyId: string): Promise<KmsKeyInfo>
  scheduleDeletion(keyId: string, days: number): Promise<KmsKeyInfo>
  /** It is disabled afterwards. */
  cancelDeletion(keyId: string): Promise<KmsKeyInfo>
  /** Destroys so many of those that are due. Answers whether there may be more. */
  destroyStep(limit: number): Promise<boolean>
}

export const KEYS_PER_ACCOUNT_MAX = 100
export const KEY_VERSIONS_MAX = 100

export function createKeyRingManagement(dependencies: RingDependencies): KeyRingManagement {
  const { meta, clock, limits } = dependencies
  const change = (operation: string, keyId: string, plan: (key: KmsKey) => Change) =>
    changeKey(dependencies, operation, keyId, plan)
  return {
    create: (home, description) =>
      changeIdentities(dependencies, 'CreateKmsKey', home.accountId, async () => {
        const keys = await keysOf(dependencies, home.accountId)
        if (keys.filter(({ state }) => state !== 'destroyed').length >= KEYS_PER_ACCOUNT_MAX) {
          limitExceeded(`An account may have ${KEYS_PER_ACCOUNT_MAX} encryption keys.`)
        }
        const { key, puts } = newKey(dependencies, home, description)
        return { puts, result: { ...key, isDefault: false } }
      }),
    list: async (accountId) => {
      const keys = await keysOf(dependencies, accountId)
      return Promise.all(keys.map((key) => withDefault(dependencies, key)))
    },
    find: async (keyId) => {
      const { value } = await readRow(meta, kmsKeyCodec, kmsKeyKey(keyId))
      return value && withDefault(dependencies, value)
    },
    rotate: (keyId) =>
      change('RotateKmsKey', keyId, (key) => {
        requireState(key, ['enabled'])
        const currentVersion = key.currentVersion + 1
        if (currentVersion > KEY_VERSIONS_MAX) limitExceeded(`A key may have ${KEY_VERSIONS_MAX} versions.`)
        return { key: { ...key, currentVersion }, puts: [newVersionPut(dependencies, keyId, currentVersion)] }
      }),
    enable: (keyId) =>
      change('EnableKmsKey', keyId, (key) => {
        requireState(key, ['enabled', 'disabled'])
        return { key: { ...key, state: 'enabled' } }
      }),
    disable: (keyId) =>
      change('DisableKmsKey', keyId, (key) => {
        requireState(key, ['enabled', 'disabled'])
        return { key: { ...key, state: 'disabled' } }
      }),
    scheduleDeletion: (keyId, days) => {
      requireDays(days)
      return change('ScheduleKmsKeyDeletion', keyId, (key) => {
        requireState(key, ['enabled', 'disabled'])
        const deletionAt = clock.now() + days * limits.dayMs
        return {
          key: { ...key, state: 'pending-deletion', deletionAt },
          puts: [{ key: dueKmsKeyKey(deletionAt, keyId), value: EMPTY_VALUE }],
        }
      })
    },
    cancelDeletion: (keyId) =>
      change('CancelKmsKeyDeletion', keyId, (key) => {
        requireState(key, ['pending-deletion'])
        return { key: { ...key, state: 'disabled', deletionAt: undefined }, removes: [dueRow(key)] }
      }),
    destroyStep: (limit) => destroyStep(dependencies, limit),
  }
}

interface Change {
  readonly key: KmsKey
  readonly puts?: readonly Put[]
  readonly removes?: readonly Bytes[]
}

async function changeKey(
  dependencies: RingDependencies,
  operation: string,
  keyId: string,
  plan: (key: KmsKey) => Change,
): Promise<KmsKeyInfo> {
  const changed = await commitPlanned(dependencies, operation, async () => {
    const row = await readRow(dependencies.meta, kmsKeyCodec, kmsKeyKey(keyId))
    if (row.value === undefined || row.value.state === 'destroyed') return fail('KmsKeyNotExist')
    const { key, puts = [], removes = [] } = plan(row.value)
    return {
      batch: { checks: [checkOf(row)], puts: [putOf(kmsKeyCodec, row.key, key), ...puts], removes },
      result: key,
    }
  })
  return withDefault(dependencies, changed)
}

function requireState({ state }: KmsKey, states: readonly KmsKey['state'][]): void {
  if (states.includes(state)) return
  if (state === 'disabled') fail('KmsKeyDisabled')
  fail('KmsException', {}, { message: `The encryption key is in the state ${state}.` })
}

function requireDays(days: number): void {
  const { min, max } = DELETION_DAYS
  if (days < min || days > max) invalidParameter('days', `A key waits for its deletion ${min} to ${max} days.`)
}

async function keysOf({ meta }: RingDependencies, accountId: string): Promise<readonly KmsKey[]> {
  const ids: string[] = []
  for await (const { key } of scanAll(meta, rangeOf(accountKmsKeyPrefix(accountId)))) ids.push(kmsKeyIdIn(key))
  const entries = await meta.getMany(ids.map(kmsKeyKey))
  const keys = entries.flatMap((entry) => (entry === undefined ? [] : [kmsKeyCodec.decode(entry.value)]))
  return keys.toSorted((a, b) => a.createdAt - b.createdAt)
}

async function withDefault({ meta }: RingDependencies, key: KmsKey): Promise<KmsKeyInfo> {
  const { value } = await readRow(meta, defaultKmsKeyCodec, defaultKmsKeyKey(key.accountId, key.region))
  return { ...key, isDefault: value === key.id }
}

function dueRow({ id, deletionAt = 0 }: KmsKey): Bytes {
  return dueKmsKeyKey(deletionAt, id)
}

async function destroyStep(dependencies: RingDependencies, limit: number): Promise<boolean> {
  const { meta, clock } = dependencies
  const due = await meta.scan(dueKmsKeysBefore(clock.now()), { limit: Math.min(limit, SCAN_LIMIT_MAX) })
  for (const row of due) if (!isCollapsed(row)) await destroy(dependencies, kmsKeyIdIn(row.key), row.key)
  return due.length === limit
}

/** All versions at once: there are at most so many. Whoever names no key afterwards gets a new default key. */
function destroy(dependencies: RingDependencies, keyId: string, dueKey: Bytes): Promise<void> {
  const { meta, clock } = dependencies
  return commitPlanned(dependencies, 'DeleteKmsKey', async () => {
    const row = await readRow(meta, kmsKeyCodec, kmsKeyKey(keyId))
    const key = row.value
    const isDue = key?.state === 'pending-deletion' && (key.deletionAt ?? 0) <= clock.now()
    if (key === undefined || !isDue) return { batch: { checks: [checkOf(row)], removes: [dueKey] }, result: undefined }
    const byDefault = await readRow(meta, defaultKmsKeyCodec, defaultKmsKeyKey(key.accountId, key.region))
    const versions = Array.from({ length: key.currentVersion }, (_, index) => kmsKeyVersionKey(keyId, index + 1))
    return {
      batch: {
        checks: [checkOf(row), checkOf(byDefault)],
        puts: [putOf(kmsKeyCodec, row.key, { ...key, state: 'destroyed' })],
        removes: [...versions, dueKey, ...(byDefault.value === keyId ? [byDefault.key] : [])],
      },
      result: undefined,
    }
  })
}
