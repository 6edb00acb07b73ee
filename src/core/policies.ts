/** The policies of accounts, and to whom they are attached. They are parsed here, so that what stands in a row parses. */

import type { Bytes } from '../base/bytes.js'
import type { Put } from '../meta/meta-store.js'
import type { Codec } from '../meta/record.js'
import { POLICIES_PER_ACCOUNT_MAX, POLICIES_PER_IDENTITY_MAX, type StoredPolicy } from '../model/identity.js'
import type { CoreDependencies } from './dependencies.js'
import {
  changeIdentities,
  deleteConflict,
  limitExceeded,
  requireFree,
  requirePolicy,
  requireRow,
  rowsOf,
} from './identity-changes.js'
import {
  groupCodec,
  groupKey,
  groupPrefix,
  policyCodec,
  policyKey,
  policyPrefix,
  roleCodec,
  roleKey,
  rolePrefix,
  userCodec,
  userKey,
  userPrefix,
} from './identity-rows.js'
import type { IdentityManagement } from './identity-store.js'
import { putOf, readRow } from './rows.js'

export type PolicyStore = Pick<IdentityManagement, 'putPolicy' | 'policies' | 'deletePolicy' | 'setAttached'>

export function createPolicies(dependencies: CoreDependencies): PolicyStore {
  const { meta, clock } = dependencies
  return {
    putPolicy: (accountId, name, text) =>
      changeIdentities(dependencies, 'PutPolicy', accountId, async () => {
        const rowKey = policyKey(accountId, name)
        const { value: before } = await readRow(meta, policyCodec, rowKey)
        if (before === undefined) {
          const prefix = policyPrefix(accountId)
          await requireFree(dependencies, policyCodec, { name, rowKey, prefix, rowsMax: POLICIES_PER_ACCOUNT_MAX })
        }
        requirePolicy(text, 'identity')
        const updatedAt = clock.now()
        const result: StoredPolicy = { accountId, name, text, createdAt: before?.createdAt ?? updatedAt, updatedAt }
        return { puts: [putOf(policyCodec, rowKey, result)], result }
      }),
    policies: (accountId) => rowsOf(dependencies, policyCodec, policyPrefix(accountId)),
    deletePolicy: (accountId, name) =>
      changeIdentities(dependencies, 'DeletePolicy', accountId, async () => {
        const rowKey = policyKey(accountId, name)
        await requireRow(dependencies, policyCodec, rowKey, name)
        const holder = await holderOf(dependencies, accountId, name)
        if (holder !== undefined) deleteConflict(`The policy ${name} is attached to the ${holder}.`)
        return { removes: [rowKey], result: undefined }
      }),
    setAttached: (accountId, to, wanted) =>
      changeIdentities(dependencies, 'SetAttachedPolicies', accountId, async () => {
        const holder = await attachable[to.kind](dependencies, accountId, to.name)
        const policies = [...new Set(typeof wanted === 'function' ? wanted(holder.policies) : wanted)]
        if (policies.length > POLICIES_PER_IDENTITY_MAX) {
          limitExceeded(`A ${to.kind} may have ${POLICIES_PER_IDENTITY_MAX} policies attached.`)
        }
        for (const name of policies) await requireRow(dependencies, policyCodec, policyKey(accountId, name), name)
        return { puts: [holder.put(policies)], result: policies }
      }),
  }
}

/** Whoever has policies, as read, and the row with others. */
interface Attachable {
  readonly policies: readonly string[]
  readonly put: (policies: readonly string[]) => Put
}

type FindAttachable = (dependencies: CoreDependencies, accountId: string, name: string) => Promise<Attachable>

const attachable: Readonly<Record<'user' | 'group' | 'role', FindAttachable>> = {
  user: (dependencies, accountId, name) => findAttachable(dependencies, userCodec, userKey(accountId, name), name),
  group: (dependencies, accountId, name) => findAttachable(dependencies, groupCodec, groupKey(accountId, name), name),
  role: (dependencies, accountId, name) => findAttachable(dependencies, roleCodec, roleKey(accountId, name), name),
}

async function findAttachable<T extends { readonly policies: readonly string[] }>(
  dependencies: CoreDependencies,
  holderCodec: Codec<T>,
  rowKey: Bytes,
  name: string,
): Promise<Attachable> {
  const holder = await requireRow(dependencies, holderCodec, rowKey, name)
  return { policies: holder.policies, put: (policies) => putOf(holderCodec, rowKey, { ...holder, policies }) }
}

/** The first that the policy is attached to. */
async function holderOf(dependencies: CoreDependencies, accountId: string, policy: string) {
  const kinds = [
    { kind: 'user', rows: await rowsOf(dependencies, userCodec, userPrefix(accountId)) },
    { kind: 'group', rows: await rowsOf(dependencies, groupCodec, groupPrefix(accountId)) },
    { kind: 'role', rows: await rowsOf(dependencies, roleCodec, rolePrefix(accountId)) },
  ]
  for (const { kind, rows } of kinds) {
    const holder = rows.find(({ policies }) => policies.includes(policy))
    if (holder !== undefined) return `${kind} ${holder.name}`
  }
  return undefined
}
