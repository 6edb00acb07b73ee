/** Inspects accounts, who stands in them, and keys: each row decodes, and what it names is there. */

import type { Bytes } from '../base/bytes.js'
import type { Codec } from '../meta/record.js'
import {
  accountIdCodec,
  groupCodec,
  groupKey,
  keyUseCodec,
  policyCodec,
  policyKey,
  roleCodec,
  tokenKeyCodec,
  userCodec,
  userKey,
  userNumberCodec,
  userNumberKey,
} from './identity-rows.js'
import {
  accessKeyCodec,
  accessKeyKey,
  accountCodec,
  accountKey,
  kinds,
  masterKeyKey,
  masterKeyMarkerCodec,
} from './rows.js'
import { pagesOf, partOfKey, type Survey } from './survey.js'

export async function inspectIdentities(survey: Survey): Promise<void> {
  const marker = await survey.stores.meta.get(masterKeyKey)
  if (marker !== undefined) survey.attempt('master-key', 'marker', () => masterKeyMarkerCodec.decode(marker.value))
  await eachRow(survey, accountCodec, kinds.account, 1, async (account, name) => {
    if (account.id !== name) survey.report('damage', 'account', name, 'stands under another id')
  })
  await eachRow(survey, accountIdCodec, kinds.accountAppId, 1, (accountId, name) =>
    requireNamed(survey, 'account-id', name, [accountOf(accountId)]),
  )
  // What is sealed is not opened: a doctor has no master key.
  await eachRow(survey, accessKeyCodec, kinds.accessKey, 1, async ({ secret, accountId, userName }, name) => {
    if (secret.kind === 'clear') {
      survey.report('note', 'access-key', name, 'is stored in clear; the next start seals it')
    }
    const user = userName === undefined ? [] : [userOf(accountId, userName)]
    await requireNamed(survey, 'access-key', name, [accountOf(accountId), ...user])
  })
  await inspectStanding(survey)
  await eachRow(survey, keyUseCodec, kinds.keyUse, 1, (_, name) =>
    requireNamed(survey, 'key-use', name, [{ what: `access key ${name}`, rowKey: accessKeyKey(name) }]),
  )
  await eachRow(survey, tokenKeyCodec, kinds.tokenKey, 1, async ({ id }, name) => {
    if (id.padStart(name.length, '0') !== name) survey.report('damage', 'token-key', name, 'stands under another id')
  })
}

/** Users, groups, roles, policies, and the index of numbers. */
async function inspectStanding(survey: Survey): Promise<void> {
  const policiesOf = (accountId: string, policies: readonly string[]) =>
    policies.map((policy) => ({ what: `policy ${policy}`, rowKey: policyKey(accountId, policy) }))
  await eachRow(survey, userCodec, kinds.user, 2, async (user, name) => {
    const { accountId, groups, policies, number } = user
    if (`${accountId}/${user.name}` !== name) survey.report('damage', 'user', name, 'stands under another name')
    await requireNamed(survey, 'user', name, [
      accountOf(accountId),
      ...groups.map((group) => ({ what: `group ${group}`, rowKey: groupKey(accountId, group) })),
      ...policiesOf(accountId, policies),
      { what: `number ${number}`, rowKey: userNumberKey(number) },
    ])
  })
  for (const [rowCodec, kind] of [[groupCodec, kinds.group] as const, [roleCodec, kinds.role] as const]) {
    await eachRow<{ readonly accountId: string; readonly policies: readonly string[] }>(
      survey,
      rowCodec,
      kind,
      2,
      ({ accountId, policies }, name) =>
        requireNamed(survey, rowCodec.name, name, [accountOf(accountId), ...policiesOf(accountId, policies)]),
    )
  }
  await eachRow(survey, policyCodec, kinds.policy, 2, ({ accountId }, name) =>
    requireNamed(survey, 'policy', name, [accountOf(accountId)]),
  )
  await eachRow(survey, userNumberCodec, kinds.userNumber, 1, ({ accountId, userName }, name) =>
    requireNamed(survey, 'user-number', name, [
      userName === undefined ? accountOf(accountId) : userOf(accountId, userName),
    ]),
  )
}

export interface Named {
  readonly what: string
  readonly rowKey: Bytes
}

export const accountOf = (accountId: string): Named => ({ what: `account ${accountId}`, rowKey: accountKey(accountId) })
const userOf = (accountId: string, name: string): Named => ({ what: `user ${name}`, rowKey: userKey(accountId, name) })

export async function requireNamed(survey: Survey, kind: string, name: string, named: readonly Named[]): Promise<void> {
  const entries = await survey.stores.meta.getMany(named.map(({ rowKey }) => rowKey))
  named.forEach(({ what }, index) => {
    if (entries[index] === undefined) survey.report('damage', kind, name, `names ${what}, which does not exist`)
  })
}

/** Each row of a kind that decodes, with the parts of its key. */
export async function eachRow<T>(
  survey: Survey,
  rowCodec: Pick<Codec<T>, 'name' | 'decode'>,
  kind: number,
  partCount: number,
  inspect: (value: T, name: string) => Promise<void>,
): Promise<void> {
  for await (const page of pagesOf(survey, kind)) {
    for (const { key, value } of page) {
      const name = Array.from({ length: partCount }, (_, index) => partOfKey(key, partCount, index)).join('/')
      survey.count(rowCodec.name)
      const row = survey.attempt(rowCodec.name, name, () => ({ value: rowCodec.decode(value) }))
      if (row !== undefined) await inspect(row.value, name)
    }
  }
}
