/**
 * Access keys, as requests and starts need them. Secrets are sealed in their rows, and in clear only in this process'
 * memory.
 */

import { putBounded } from '../base/bounded-map.js'
import { type Bytes, equalBytes } from '../base/bytes.js'
import type { RandomBytes } from '../base/ids.js'
import type { Put } from '../meta/meta-store.js'
import type { SignedPrincipal } from '../model/principal.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { rowsOf } from './identity-changes.js'
import type { IdentityManagement, KeyHolder } from './identity-store.js'
import type { Principals } from './principals.js'
import {
  accessKeyCodec,
  accessKeyKey,
  checkOf,
  kinds,
  putOf,
  rangeOf,
  readRow,
  type StoredAccessKey,
  scanAll,
} from './rows.js'
import type { Sealing } from './sealing.js'

/** A key of the root of an account, from settings, seed or first start. */
export interface AccessKey {
  readonly id: string
  readonly secret: string
  readonly accountId: string
  readonly enabled: boolean
  readonly root: boolean
}

export interface AccessKeyStore extends Pick<IdentityManagement, 'principalOf'> {
  /** Undefined when there is no such key, or nobody that it stands for. */
  findKey(accessKeyId: string): Promise<KeyHolder | undefined>
  /** Puts the key, or leaves it when it is there already. A different secret replaces the old one. */
  ensureKey(key: AccessKey): Promise<'created' | 'present' | 'replaced'>
  /** The root keys of an account. */
  rootKeys(accountId: string): Promise<readonly AccessKey[]>
  /** Seals what an earlier release has stored in clear, and says how many secrets that were. */
  sealClearSecrets(): Promise<number>
}

const KEYS_REMEMBERED_MAX = 256
const SEALED_AT_ONCE_MAX = 100

export function createAccessKeys(dependencies: CoreDependencies, principals: Principals): AccessKeyStore {
  const { meta, sealing, clock } = dependencies
  const openKey = rememberOpened(sealing)
  const findKey = async (accessKeyId: string): Promise<KeyHolder | undefined> => {
    const entry = await meta.get(accessKeyKey(accessKeyId))
    if (entry === undefined) return undefined
    const key = openKey(accessKeyId, entry.value)
    const standing = await principals.standing(key.accountId, standingOf(key))
    if (standing === undefined) return undefined
    const { account, identity, policies } = standing
    const principal: SignedPrincipal = {
      kind: 'account',
      account,
      accessKeyId,
      identity,
      policies,
      session: undefined,
    }
    return { secret: key.secret, enabled: key.enabled, principal }
  }

  return {
    findKey,
    principalOf: async (accessKeyId) => (await findKey(accessKeyId))?.principal,
    ensureKey: (key) =>
      commitPlanned(dependencies, 'CreateAccessKey', async () => {
        const row = await readRow(meta, accessKeyCodec, accessKeyKey(key.id))
        const present = row.value === undefined ? undefined : secretOf(sealing, row.value)
        const same = row.value?.accountId === key.accountId && row.value.userName === undefined
        if (present === key.secret && same) return { batch: {}, result: 'present' as const }
        const result = row.value === undefined ? ('created' as const) : ('replaced' as const)
        const put = putSealed(sealing, { ...key, userName: undefined, createdAt: clock.now() })
        return { batch: { checks: [checkOf(row)], puts: [put] }, result }
      }),
    rootKeys: async (accountId) =>
      (await keysOf(dependencies, accountId))
        .filter(({ root }) => root)
        .map((key) => ({ ...key, secret: secretOf(sealing, key) })),
    sealClearSecrets: () => sealClearSecrets(dependencies),
  }
}

export function newKeyPair(random: RandomBytes): { readonly id: string; readonly secret: string } {
  return {
    id: `AKID${random(24).toString('base64url').replaceAll(/[-_]/g, 'x')}`,
    secret: newSecret(random),
  }
}

/** 32 letters and digits. */
export function newSecret(random: RandomBytes): string {
  return random(24).toString('base64url').replaceAll(/[-_]/g, 'y')
}

/** Whom a key stands for, by name. */
export function standingOf({ userName }: Pick<StoredAccessKey, 'userName'>) {
  return userName === undefined ? ({ kind: 'root' } as const) : ({ kind: 'user', name: userName } as const)
}

/** Of users and root. */
export async function keysOf(dependencies: CoreDependencies, accountId: string): Promise<readonly StoredAccessKey[]> {
  const all = await rowsOf(dependencies, accessKeyCodec, Buffer.of(kinds.accessKey))
  return all.filter((key) => key.accountId === accountId)
}

/**
 * Every signed request needs its key, and unsealing costs more than reading the row. What was opened is kept with the
 * bytes of its row: the same bytes are the same secret, so there is nothing to invalidate.
 */
function rememberOpened(sealing: Sealing): (accessKeyId: string, value: Bytes) => OpenedKey {
  const opened = new Map<string, { readonly value: Bytes; readonly key: OpenedKey }>()
  return (accessKeyId, value) => {
    const known = opened.get(accessKeyId)
    if (known !== undefined && equalBytes(known.value, value)) return known.key
    const stored = accessKeyCodec.decode(value)
    const key = { ...stored, secret: secretOf(sealing, stored) }
    putBounded(opened, KEYS_REMEMBERED_MAX, accessKeyId, { value: Buffer.from(value), key })
    return key
  }
}

export type OpenedKey = Omit<StoredAccessKey, 'secret'> & { readonly secret: string }

export function secretOf(sealing: Sealing, { id, secret }: StoredAccessKey): string {
  return secret.kind === 'clear' ? secret.text : sealing.unseal(secret.text, accessKeyKey(id))
}

export function putSealed(sealing: Sealing, key: OpenedKey): Put {
  const rowKey = accessKeyKey(key.id)
  return putOf(accessKeyCodec, rowKey, { ...key, secret: { kind: 'sealed', text: sealing.seal(key.secret, rowKey) } })
}

async function sealClearSecrets(dependencies: CoreDependencies): Promise<number> {
  const { meta, sealing } = dependencies
  const sealSecret = (id: string) =>
    commitPlanned(dependencies, 'CreateAccessKey', async () => {
      const row = await readRow(meta, accessKeyCodec, accessKeyKey(id))
      if (row.value?.secret.kind !== 'clear') return { batch: {}, result: 0 }
      const put = putSealed(sealing, { ...row.value, secret: row.value.secret.text })
      return { batch: { checks: [checkOf(row)], puts: [put] }, result: 1 }
    })
  let count = 0
  let waiting: string[] = []
  const sealWaiting = async () => {
    for (const sealed of await Promise.all(waiting.map(sealSecret))) count += sealed
    waiting = []
  }
  for await (const { value } of scanAll(meta, rangeOf(Buffer.of(kinds.accessKey)))) {
    const { id, secret } = accessKeyCodec.decode(value)
    if (secret.kind === 'clear') waiting.push(id)
    if (waiting.length === SEALED_AT_ONCE_MAX) await sealWaiting()
  }
  await sealWaiting()
  return count
}
