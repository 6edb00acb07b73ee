/** Accounts: who may use the service, whose buckets are whose, and whose users, roles and keys are whose. */

import { sha256Hex } from '../base/hmac.js'
import { randomHex } from '../base/ids.js'
import { fail } from '../model/errors/index.js'
import type { Account, AccountState } from '../model/principal.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { changeIdentities, invalidParameter, rowsOf } from './identity-changes.js'
import { accountIdCodec } from './identity-rows.js'
import type { IdentityManagement, NewAccount } from './identity-store.js'
import { accountAppIdKey, accountCodec, accountKey, checkOf, kinds, putOf, type Row, readRow } from './rows.js'
import { numberFrom, reserveNumber } from './users.js'

export interface AccountStore
  extends Pick<IdentityManagement, 'createAccount' | 'findAccountByName' | 'changeAccount'> {
  findAccount(accountId: string): Promise<Account | undefined>
  /** All of them, in no order: for those who look for one by what it is called outside. Accounts are few. */
  accounts(): Promise<readonly Account[]>
  /** The account with this APPID, made when it does not exist yet. An e-mail address that is given is kept. */
  ensureAccount(account: NewAccount): Promise<Account>
}

export function createAccounts(dependencies: CoreDependencies): AccountStore {
  const { meta, clock, random } = dependencies
  const accounts = () => rowsOf(dependencies, accountCodec, Buffer.of(kinds.account))
  const describe = (wanted: NewAccount) => describeAccount(randomHex(random, 6), wanted, clock.now())
  return {
    findAccount: async (accountId) => (await readRow(meta, accountCodec, accountKey(accountId))).value,
    accounts,
    ensureAccount: (wanted) =>
      commitPlanned(dependencies, 'CreateAccount', async () => {
        const index = await readRow(meta, accountIdCodec, accountAppIdKey(wanted.appId))
        if (index.value !== undefined) {
          const row = await readRow(meta, accountCodec, accountKey(index.value))
          if (row.value !== undefined) return keepEmail(row.value, row, wanted.email)
        }
        const account = describe(wanted)
        return { batch: { checks: [checkOf(index)], puts: putsOf(account) }, result: account }
      }),
    createAccount: (wanted) =>
      commitPlanned(dependencies, 'CreateAccount', async () => {
        requireAccountNames(wanted)
        const index = await readRow(meta, accountIdCodec, accountAppIdKey(wanted.appId))
        const account = describe(wanted)
        const taken = (await accounts()).some(({ canonicalId }) => canonicalId === account.canonicalId)
        if (index.value !== undefined || taken) {
          fail('EntityAlreadyExists', {}, { message: 'There is an account of this APPID or canonical id already.' })
        }
        const reserved = await reserveNumber(dependencies, account.uin, { accountId: account.id, userName: undefined })
        const puts = [...putsOf(account), reserved.put]
        return { batch: { checks: [checkOf(index), reserved.check], puts }, result: account }
      }),
    findAccountByName: async (name) => {
      const all = await accounts()
      for (const property of ['appId', 'uin', 'canonicalId', 'id', 'displayName'] as const) {
        const found = all.find((account) => account[property] === name)
        if (found !== undefined) return found
      }
      return undefined
    },
    changeAccount: (accountId, { displayName, email, state }) =>
      changeIdentities(dependencies, 'ChangeAccount', accountId, async (before) => {
        requireAccountNames({ displayName, email: email ?? undefined })
        const named = {
          ...before,
          ...(displayName === undefined ? {} : { displayName }),
          ...(email === undefined ? {} : { email: email ?? undefined }),
        }
        const account = state === undefined ? named : inState(named, state, clock.now())
        return { account, result: { ...account, revision: before.revision + 1 } }
      }),
  }
}

function putsOf(account: Account) {
  return [
    putOf(accountIdCodec, accountAppIdKey(account.appId), account.id),
    putOf(accountCodec, accountKey(account.id), account),
  ]
}

/** An account that is suspended again stays suspended since the first time. */
function inState(account: Account, state: AccountState, now: number): Account {
  const suspendedAt = state === 'suspended' ? (account.suspendedAt ?? now) : undefined
  return { ...account, state, suspendedAt }
}

function keepEmail(account: Account, row: Row<unknown>, email: string | undefined) {
  if (email === undefined || email === account.email) return { batch: {}, result: account }
  const result = { ...account, email }
  return { batch: { checks: [checkOf(row)], puts: [putOf(accountCodec, row.key, result)] }, result }
}

/** What is not given follows from the APPID, so that a rebuilt installation has the same identities. */
function describeAccount(id: string, wanted: NewAccount, now: number): Account {
  const { appId, displayName, uin, canonicalId, email, state = 'active' } = wanted
  const digest = sha256Hex(`stowage account ${appId}`)
  const account: Account = {
    id,
    appId,
    uin: uin ?? numberFrom(BigInt(`0x${digest.slice(0, 12)}`)),
    canonicalId: canonicalId ?? digest,
    displayName,
    email,
    state,
    suspendedAt: undefined,
    revision: 0,
  }
  return inState(account, state, now)
}

/** The same rules as in the seed file, where there are any. */
const RULES = [
  ['appId', /^[1-9]\d{4,19}$/, 'An APPID has 5 to 20 digits.'],
  ['canonicalId', /^[\w:/-]{1,128}$/, 'A canonical id has up to 128 letters, digits and :/_-'],
  ['displayName', /^[^\p{Cc}]{1,128}$/u, 'An account has a name of 1 to 128 characters.'],
  ['email', /^[\x21-\x7e]{1,128}@[\x21-\x7e]{1,128}$/, 'This is no e-mail address.'],
] as const

function requireAccountNames(account: Readonly<Partial<Record<(typeof RULES)[number][0], string | undefined>>>): void {
  for (const [property, rule, sentence] of RULES) {
    const value = account[property]
    if (value !== undefined && !rule.test(value)) {
      invalidParameter(property.charAt(0).toUpperCase() + property.slice(1), sentence)
    }
  }
}
