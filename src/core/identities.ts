/** Accounts and their access keys. Secrets are sealed in their rows, and in clear only in this process' memory. */

import { createHash } from 'node:crypto'
import { type Bytes, equalBytes } from '../base/bytes.js'
import { randomHex } from '../base/ids.js'
import { asText } from '../meta/json.js'
import type { Put } from '../meta/meta-store.js'
import { codec } from '../meta/record.js'
import type { Account } from '../model/principal.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import {
  accessKeyCodec,
  accessKeyKey,
  accountAppIdKey,
  accountCodec,
  accountKey,
  checkOf,
  kinds,
  putOf,
  type Row,
  rangeOf,
  readRow,
  type StoredAccessKey,
  scanAll,
} from './rows.js'
import type { Sealing } from './sealing.js'

export interface AccessKey {
  readonly id: string
  readonly secret: string
  readonly accountId: string
  readonly enabled: boolean
  /** The account's root key from settings or first start; further ones come from the seed file. */
  readonly root: boolean
}

export interface KeyHolder {
  readonly key: AccessKey
  readonly account: Account
}

export interface NewAccount {
  readonly appId: string
  readonly displayName: string
  readonly uin?: string | undefined
  readonly canonicalId?: string | undefined
  readonly email?: string | undefined
}

export interface IdentityStore {
  findKey(accessKeyId: string): Promise<KeyHolder | undefined>
  findAccount(accountId: string): Promise<Account | undefined>
  /** All of them, in no order: for those who look for one by what it is called outside. Accounts are few. */
  accounts(): Promise<readonly Account[]>
  /** The account with this APPID, made when it does not exist yet. An e-mail address that is given is kept. */
  ensureAccount(account: NewAccount): Promise<Account>
  /** Puts the key, or leaves it when it is there already. A different secret replaces the old one. */
  ensureKey(key: AccessKey): Promise<'created' | 'present' | 'replaced'>
  /** The root keys of an account. */
  rootKeys(accountId: string): Promise<readonly AccessKey[]>
  /** Seals what an earlier release has stored in clear, and says how many secrets that were. */
  sealClearSecrets(): Promise<number>
}

export const accountIdCodec = codec<string>({ name: 'account-id', version: 1, toJson: (id) => id, fromJson: asText })

const KEYS_REMEMBERED_MAX = 256
const SEALED_AT_ONCE_MAX = 100

export function createIdentities(dependencies: CoreDependencies): IdentityStore {
  const { meta, random, sealing } = dependencies
  const openKey = rememberOpened(sealing)
  const sealSecret = (id: string) =>
    commitPlanned(dependencies, 'CreateAccessKey', async () => {
      const row = await readRow(meta, accessKeyCodec, accessKeyKey(id))
      if (row.value?.secret.kind !== 'clear') return { batch: {}, result: 0 }
      const put = putSealed(sealing, { ...row.value, secret: row.value.secret.text })
      return { batch: { checks: [checkOf(row)], puts: [put] }, result: 1 }
    })
  const findAccount = async (accountId: string) => (await readRow(meta, accountCodec, accountKey(accountId))).value

  return {
    findAccount,
    findKey: async (accessKeyId) => {
      const entry = await meta.get(accessKeyKey(accessKeyId))
      if (entry === undefined) return undefined
      const key = openKey(accessKeyId, entry.value)
      const account = await findAccount(key.accountId)
      return account === undefined ? undefined : { key, account }
    },
    ensureAccount: (wanted) =>
      commitPlanned(dependencies, 'CreateAccount', async () => {
        const index = await readRow(meta, accountIdCodec, accountAppIdKey(wanted.appId))
        if (index.value !== undefined) {
          const row = await readRow(meta, accountCodec, accountKey(index.value))
          if (row.value !== undefined) return keepEmail(row.value, row, wanted.email)
        }
        const account = describeAccount(randomHex(random, 6), wanted)
        const puts = [
          putOf(accountIdCodec, index.key, account.id),
          putOf(accountCodec, accountKey(account.id), account),
        ]
        return { batch: { checks: [checkOf(index)], puts }, result: account }
      }),
    ensureKey: (key) =>
      commitPlanned(dependencies, 'CreateAccessKey', async () => {
        const row = await readRow(meta, accessKeyCodec, accessKeyKey(key.id))
        const present = row.value === undefined ? undefined : secretOf(sealing, row.value)
        if (present === key.secret && row.value?.accountId === key.accountId) {
          return { batch: {}, result: 'present' as const }
        }
        const result = row.value === undefined ? ('created' as const) : ('replaced' as const)
        return { batch: { checks: [checkOf(row)], puts: [putSealed(sealing, key)] }, result }
      }),
    accounts: async () => {
      const accounts: Account[] = []
      for await (const { value } of scanAll(meta, rangeOf(Buffer.of(kinds.account)))) {
        accounts.push(accountCodec.decode(value))
      }
      return accounts
    },
    rootKeys: async (accountId) => {
      const keys: AccessKey[] = []
      for await (const entry of scanAll(meta, rangeOf(Buffer.of(kinds.accessKey)))) {
        const key = openAccessKey(sealing, entry.value)
        if (key.root && key.accountId === accountId) keys.push(key)
      }
      return keys
    },
    sealClearSecrets: async () => {
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
    },
  }
}

/**
 * Every signed request needs its key, and unsealing costs more than reading the row. What was opened is kept with the
 * bytes of its row: the same bytes are the same secret, so there is nothing to invalidate.
 */
function rememberOpened(sealing: Sealing): (accessKeyId: string, value: Bytes) => AccessKey {
  const opened = new Map<string, { readonly value: Bytes; readonly key: AccessKey }>()
  return (accessKeyId, value) => {
    const known = opened.get(accessKeyId)
    if (known !== undefined && equalBytes(known.value, value)) return known.key
    const key = openAccessKey(sealing, value)
    if (opened.size >= KEYS_REMEMBERED_MAX) opened.clear()
    opened.set(accessKeyId, { value: Buffer.from(value), key })
    return key
  }
}

function openAccessKey(sealing: Sealing, value: Bytes): AccessKey {
  const stored = accessKeyCodec.decode(value)
  return { ...stored, secret: secretOf(sealing, stored) }
}

function secretOf(sealing: Sealing, { id, secret }: StoredAccessKey): string {
  return secret.kind === 'clear' ? secret.text : sealing.unseal(secret.text, accessKeyKey(id))
}

function putSealed(sealing: Sealing, key: AccessKey): Put {
  const rowKey = accessKeyKey(key.id)
  return putOf(accessKeyCodec, rowKey, { ...key, secret: { kind: 'sealed', text: sealing.seal(key.secret, rowKey) } })
}

function keepEmail(account: Account, row: Row<unknown>, email: string | undefined) {
  if (email === undefined || email === account.email) return { batch: {}, result: account }
  const result = { ...account, email }
  return { batch: { checks: [checkOf(row)], puts: [putOf(accountCodec, row.key, result)] }, result }
}

/** What is not given follows from the APPID, so that a rebuilt installation has the same identities. */
function describeAccount(id: string, { appId, displayName, uin, canonicalId, email }: NewAccount): Account {
  const digest = createHash('sha256').update(`stowage account ${appId}`).digest('hex')
  const digits = BigInt(`0x${digest.slice(0, 12)}`) % 10n ** 11n
  return {
    id,
    appId,
    uin: uin ?? `1${digits.toString().padStart(11, '0')}`,
    canonicalId: canonicalId ?? digest,
    displayName,
    email,
    state: 'active',
    suspendedAt: undefined,
    revision: 0,
  }
}
