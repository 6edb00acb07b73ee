/** The users of accounts, and the numbers that COS knows them by: unique here, among users and accounts. */

import { randomHex } from '../base/ids.js'
import type { Check, Put } from '../meta/meta-store.js'
import { fail } from '../model/errors/index.js'
import { GROUPS_PER_USER_MAX, USERS_PER_ACCOUNT_MAX, type User } from '../model/identity.js'
import type { Account } from '../model/principal.js'
import { keysOf } from './access-keys.js'
import type { CoreDependencies } from './dependencies.js'
import {
  changeIdentities,
  deleteConflict,
  invalidParameter,
  limitExceeded,
  requireFree,
  requireRow,
  rowsOf,
} from './identity-changes.js'
import {
  groupCodec,
  groupKey,
  type NumberHolder,
  userCodec,
  userKey,
  userNumberCodec,
  userNumberKey,
  userPrefix,
} from './identity-rows.js'
import type { IdentityManagement } from './identity-store.js'
import { accountCodec, checkOf, kinds, putOf, readRow } from './rows.js'

export type UserStore = Pick<IdentityManagement, 'createUser' | 'users' | 'findUser' | 'deleteUser' | 'setUserGroups'>

export function createUsers(dependencies: CoreDependencies): UserStore {
  const { meta, clock, random } = dependencies
  return {
    createUser: (accountId, name, given) =>
      changeIdentities(dependencies, 'CreateUser', accountId, async () => {
        const rowKey = userKey(accountId, name)
        const prefix = userPrefix(accountId)
        await requireFree(dependencies, userCodec, { name, rowKey, prefix, rowsMax: USERS_PER_ACCOUNT_MAX })
        const number = given ?? numberFrom(random(8).readBigUInt64BE(0))
        const reserved = await reserveNumber(dependencies, number, { accountId, userName: name })
        const user: User = {
          id: randomHex(random, 8),
          accountId,
          name,
          number,
          groups: [],
          policies: [],
          createdAt: clock.now(),
        }
        return { checks: [reserved.check], puts: [putOf(userCodec, rowKey, user), reserved.put], result: user }
      }),
    users: (accountId) => rowsOf(dependencies, userCodec, userPrefix(accountId)),
    findUser: async (accountId, name) => (await readRow(meta, userCodec, userKey(accountId, name))).value,
    deleteUser: (accountId, name) =>
      changeIdentities(dependencies, 'DeleteUser', accountId, async () => {
        const rowKey = userKey(accountId, name)
        const { number } = await requireRow(dependencies, userCodec, rowKey, name)
        if ((await keysOf(dependencies, accountId)).some(({ userName }) => userName === name)) {
          deleteConflict(`The user ${name} has access keys: delete those first.`)
        }
        return { removes: [rowKey, userNumberKey(number)], result: undefined }
      }),
    setUserGroups: (accountId, name, wanted) =>
      changeIdentities(dependencies, 'SetUserGroups', accountId, async () => {
        const rowKey = userKey(accountId, name)
        const user = await requireRow(dependencies, userCodec, rowKey, name)
        const groups = [...new Set(wanted)]
        if (groups.length > GROUPS_PER_USER_MAX) limitExceeded(`A user may be in ${GROUPS_PER_USER_MAX} groups.`)
        for (const group of groups) await requireRow(dependencies, groupCodec, groupKey(accountId, group), group)
        const result: User = { ...user, groups }
        return { puts: [putOf(userCodec, rowKey, result)], result }
      }),
  }
}

/** Twelve digits, as users and accounts have them. */
export function numberFrom(value: bigint): string {
  return `1${(value % 10n ** 11n).toString().padStart(11, '0')}`
}

/** Accounts that were made before numbers were kept in an index are looked at one by one. */
export async function reserveNumber(
  { meta }: Pick<CoreDependencies, 'meta'>,
  number: string,
  holder: NumberHolder,
): Promise<{ readonly check: Check; readonly put: Put }> {
  if (!/^[1-9]\d{4,19}$/.test(number)) invalidParameter('Number', 'A number of a user or account has 5 to 20 digits.')
  const row = await readRow(meta, userNumberCodec, userNumberKey(number))
  const accounts: readonly Account[] = await rowsOf({ meta }, accountCodec, Buffer.of(kinds.account))
  if (row.value !== undefined || accounts.some(({ uin }) => uin === number)) {
    fail('EntityAlreadyExists', {}, { message: `The number ${number} is taken already.` })
  }
  return { check: checkOf(row), put: putOf(userNumberCodec, row.key, holder) }
}
