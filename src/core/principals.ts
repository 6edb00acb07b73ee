/**
 * Who stands behind a key, with the policies that apply: of the user and of its groups, or of the role. What was worked
 * out is kept by the version of the account's row, which every change of them rewrites; so it costs a request no reading
 * beyond that row, and a change counts from the next request on, in every process.
 */

import { putBounded } from '../base/bounded-map.js'
import type { Version } from '../meta/meta-store.js'
import type { Role, StoredPolicy, User } from '../model/identity.js'
import { parsePolicy } from '../model/policy/parse.js'
import type { Account, AttachedPolicy, Identity } from '../model/principal.js'
import { OUTRUN_TIMES_MAX, StaleRead } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import {
  groupCodec,
  groupKey,
  policyCodec,
  policyKey,
  roleCodec,
  roleKey,
  userCodec,
  userKey,
} from './identity-rows.js'
import { accountCodec, accountKey, readRow, rowOf } from './rows.js'

export type Standee =
  | { readonly kind: 'root' }
  | { readonly kind: 'user'; readonly name: string }
  | { readonly kind: 'role'; readonly name: string; readonly sessionName: string }

export interface Standing {
  readonly account: Account
  readonly identity: Identity
  readonly policies: readonly AttachedPolicy[]
  /** Of a role: sessions that began before are over. */
  readonly sessionsRevokedBefore: number | undefined
}

export interface Principals {
  /** Undefined: there is no such account, user or role. */
  standing(accountId: string, standee: Standee): Promise<Standing | undefined>
}

type Found =
  | { readonly kind: 'user'; readonly user: User; readonly policies: readonly AttachedPolicy[] }
  | { readonly kind: 'role'; readonly role: Role; readonly policies: readonly AttachedPolicy[] }
  | undefined

const FOUND_REMEMBERED_MAX = 1_000

export function createPrincipals({ meta }: Pick<CoreDependencies, 'meta'>): Principals {
  const known = new Map<string, { readonly version: Version | undefined; readonly found: Found }>()
  const readAccount = (accountId: string) => readRow(meta, accountCodec, accountKey(accountId))

  /** What was read between two equal versions of the account's row belongs together. */
  const find = async (accountId: string, { kind, name }: Exclude<Standee, { kind: 'root' }>) => {
    let row = await readAccount(accountId)
    for (let attempt = 0; attempt < OUTRUN_TIMES_MAX; attempt++) {
      const account = row.value
      if (account === undefined) return undefined
      const id = `${accountId}/${kind}/${name}`
      const remembered = known.get(id)
      if (remembered?.version === row.version) return { account, found: remembered?.found }
      const reading = await settled(kind === 'user' ? findUser(meta, accountId, name) : findRole(meta, accountId, name))
      const again = await readAccount(accountId)
      if (again.version === row.version) {
        const found = reading()
        putBounded(known, FOUND_REMEMBERED_MAX, id, { version: row.version, found })
        return { account, found }
      }
      row = again
    }
    throw new StaleRead(`account ${accountId} changes faster than it can be read`)
  }

  return {
    standing: async (accountId, standee) => {
      if (standee.kind === 'root') {
        const account = (await readAccount(accountId)).value
        if (account === undefined) return undefined
        return { account, identity: { kind: 'root' }, policies: [], sessionsRevokedBefore: undefined }
      }
      const { account, found } = (await find(accountId, standee)) ?? {}
      if (account === undefined || found === undefined) return undefined
      const { policies } = found
      if (found.kind === 'user') {
        const { id, name, number } = found.user
        return { account, identity: { kind: 'user', id, name, number }, policies, sessionsRevokedBefore: undefined }
      }
      const { id, name, sessionsRevokedBefore } = found.role
      const sessionName = standee.kind === 'role' ? standee.sessionName : ''
      return { account, identity: { kind: 'role', id, name, sessionName }, policies, sessionsRevokedBefore }
    },
  }
}

/** An outcome to be looked at later: what failed because of a change in between is read again, and has not failed. */
async function settled<T>(reading: Promise<T>): Promise<() => T> {
  const [outcome] = await Promise.allSettled([reading])
  return () => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  }
}

type Meta = CoreDependencies['meta']

async function findUser(meta: Meta, accountId: string, name: string): Promise<Found> {
  const user = (await readRow(meta, userCodec, userKey(accountId, name))).value
  if (user === undefined) return undefined
  const own = user.policies.map((policy) => ({ policy, of: `user "${name}"` }))
  const entries = await meta.getMany(user.groups.map((group) => groupKey(accountId, group)))
  const inherited = entries.flatMap((entry, index) => {
    const group = rowOf(groupCodec, groupKey(accountId, user.groups[index] ?? ''), entry).value
    if (group === undefined) throw new StaleRead(`the group ${user.groups[index]} of user ${name} does not exist`)
    return group.policies.map((policy) => ({ policy, of: `group "${group.name}"` }))
  })
  return { kind: 'user', user, policies: await readPolicies(meta, accountId, [...own, ...inherited]) }
}

async function findRole(meta: Meta, accountId: string, name: string): Promise<Found> {
  const role = (await readRow(meta, roleCodec, roleKey(accountId, name))).value
  if (role === undefined) return undefined
  const attached = role.policies.map((policy) => ({ policy, of: `role "${name}"` }))
  return { kind: 'role', role, policies: await readPolicies(meta, accountId, attached) }
}

/** A policy that is attached and missing fails: it might have been the one that denies. */
async function readPolicies(
  meta: Meta,
  accountId: string,
  attached: readonly { readonly policy: string; readonly of: string }[],
): Promise<readonly AttachedPolicy[]> {
  const entries = await meta.getMany(attached.map(({ policy }) => policyKey(accountId, policy)))
  return attached.map(({ policy, of }, index) => {
    const stored = rowOf(policyCodec, policyKey(accountId, policy), entries[index]).value
    if (stored === undefined) throw new StaleRead(`the policy ${policy} of ${of} does not exist`)
    return { label: `policy "${policy}" of ${of}`, document: parseStored(stored) }
  })
}

/** It did parse when it was stored: that it does not now is nothing that a client could correct. */
function parseStored({ accountId, name, text }: StoredPolicy) {
  try {
    return parsePolicy(text, 'identity')
  } catch (cause) {
    throw new Error(`the stored policy ${name} of account ${accountId} does not parse`, { cause })
  }
}
