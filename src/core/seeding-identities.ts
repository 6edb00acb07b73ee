/**
 * Who stands in the accounts of a seed: policies, groups, users with their keys, roles. What the file says is put in
 * place; what it does not mention stays as it is. A refusal names the line of the file, as every other mistake does.
 */

import { type SeedAccount, type SeedKey, type SeedPlace, seedMistake } from '../config/seed.js'
import { type Condition, isApiError } from '../model/errors/index.js'
import type { Account } from '../model/principal.js'
import type { IdentityStore } from './identities.js'

export async function ensureIdentities(identities: IdentityStore, account: Account, seed: SeedAccount): Promise<void> {
  const ensure = { identities, accountId: account.id }
  await ensurePolicies(ensure, seed)
  await ensureGroups(ensure, seed)
  await ensureUsers(ensure, seed)
  await ensureRoles(ensure, seed)
  const { state } = seed
  if (state !== undefined && state !== account.state) await identities.changeAccount(account.id, { state })
}

interface Ensuring {
  readonly identities: IdentityStore
  readonly accountId: string
}

async function ensurePolicies({ identities, accountId }: Ensuring, { policies }: SeedAccount): Promise<void> {
  const present = new Map((await identities.policies(accountId)).map(({ name, text }) => [name, text]))
  for (const policy of policies) {
    if (present.get(policy.name) === policy.text) continue
    await placed(policy, () => identities.putPolicy(accountId, policy.name, policy.text))
  }
}

async function ensureGroups(ensuring: Ensuring, { groups }: SeedAccount): Promise<void> {
  const { identities, accountId } = ensuring
  const present = new Map((await identities.groups(accountId)).map((group) => [group.name, group]))
  for (const group of groups) {
    const found = present.get(group.name)
    const find = async () => (await identities.groups(accountId)).find(({ name }) => name === group.name)
    if (found === undefined) await placed(group, () => unlessThere(identities.createGroup(accountId, group.name), find))
    await placed(group, () => ensureAttached(ensuring, 'group', group, found?.policies))
  }
}

async function ensureUsers(ensuring: Ensuring, { users }: SeedAccount): Promise<void> {
  const { identities, accountId } = ensuring
  for (const user of users) {
    const find = () => identities.findUser(accountId, user.name)
    const found = await find()
    if (found === undefined) {
      await placed(user, () => unlessThere(identities.createUser(accountId, user.name, user.number), find))
    }
    const groups = found?.groups ?? []
    if (!user.groups.every((group) => groups.includes(group))) {
      await placed(user, () => identities.setUserGroups(accountId, user.name, [...groups, ...user.groups]))
    }
    await placed(user, () => ensureAttached(ensuring, 'user', user, found?.policies))
    for (const key of user.keys) await placed(user, () => ensureUserKey(ensuring, user.name, key))
  }
}

async function ensureRoles(ensuring: Ensuring, { roles }: SeedAccount): Promise<void> {
  const { identities, accountId } = ensuring
  for (const role of roles) {
    const find = () => identities.findRole(accountId, role.name)
    const found = await find()
    const { name, trust, sessionSecondsMax } = role
    const wanted = { name, trust, sessionSecondsMax }
    if (found === undefined) await placed(role, () => unlessThere(identities.createRole(accountId, wanted), find))
    else if (found.trust !== trust) {
      await placed(role, () => identities.setRoleTrust(accountId, name, trust))
    }
    await placed(role, () => ensureAttached(ensuring, 'role', role, found?.policies))
  }
}

async function ensureAttached(
  { identities, accountId }: Ensuring,
  kind: 'user' | 'group' | 'role',
  { name, policies }: { readonly name: string; readonly policies: readonly string[] },
  present: readonly string[] = [],
): Promise<void> {
  if (policies.every((policy) => present.includes(policy))) return
  await identities.setAttached(accountId, { kind, name }, (attached) => [...attached, ...policies])
}

/** As with root keys: one that is there with another secret, or of somebody else, is replaced. */
async function ensureUserKey({ identities, accountId }: Ensuring, userName: string, key: SeedKey): Promise<void> {
  const secret = key.secret.reveal()
  const isThere = async () => {
    const info = await identities.findKeyInfo(key.id)
    if (info?.accountId !== accountId || info.userName !== userName) return undefined
    return (await identities.findKey(key.id))?.secret === secret ? info : undefined
  }
  if ((await isThere()) !== undefined) return
  if ((await identities.findKeyInfo(key.id)) !== undefined) await identities.deleteKey(key.id)
  await unlessThere(identities.createKey({ accountId, userName }, { id: key.id, secret }), isThere)
}

/** Another process may apply the same seed at the same time; what is taken by somebody else is a mistake. */
async function unlessThere(making: Promise<unknown>, find: () => Promise<unknown>): Promise<void> {
  try {
    await making
  } catch (error) {
    if (!isApiError(error, 'EntityAlreadyExists') || (await find()) === undefined) throw error
  }
}

const MISTAKES: readonly Condition[] = [
  'InvalidParameterValue',
  'MalformedPolicyDocument',
  'LimitExceeded',
  'NoSuchEntity',
  'EntityAlreadyExists',
]

async function placed<T>(place: SeedPlace & { readonly name: string }, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isApiError(error) && MISTAKES.includes(error.condition))
      throw seedMistake(place, `${place.name}: ${error.message}`)
    throw error
  }
}
