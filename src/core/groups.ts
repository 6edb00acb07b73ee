/** The groups of accounts: who is in one has the policies that are attached to it. */

import { randomHex } from '../base/ids.js'
import { GROUPS_PER_ACCOUNT_MAX, type Group } from '../model/identity.js'
import type { CoreDependencies } from './dependencies.js'
import { changeIdentities, deleteConflict, requireFree, requireRow, rowsOf } from './identity-changes.js'
import { groupCodec, groupKey, groupPrefix, userCodec, userPrefix } from './identity-rows.js'
import type { IdentityManagement } from './identity-store.js'
import { putOf } from './rows.js'

export type GroupStore = Pick<IdentityManagement, 'createGroup' | 'groups' | 'deleteGroup'>

export function createGroups(dependencies: CoreDependencies): GroupStore {
  const { clock, random } = dependencies
  return {
    createGroup: (accountId, name) =>
      changeIdentities(dependencies, 'CreateGroup', accountId, async () => {
        const rowKey = groupKey(accountId, name)
        const prefix = groupPrefix(accountId)
        await requireFree(dependencies, groupCodec, { name, rowKey, prefix, rowsMax: GROUPS_PER_ACCOUNT_MAX })
        const result: Group = { id: randomHex(random, 8), accountId, name, policies: [], createdAt: clock.now() }
        return { puts: [putOf(groupCodec, rowKey, result)], result }
      }),
    groups: (accountId) => rowsOf(dependencies, groupCodec, groupPrefix(accountId)),
    deleteGroup: (accountId, name) =>
      changeIdentities(dependencies, 'DeleteGroup', accountId, async () => {
        const rowKey = groupKey(accountId, name)
        await requireRow(dependencies, groupCodec, rowKey, name)
        const users = await rowsOf(dependencies, userCodec, userPrefix(accountId))
        const member = users.find(({ groups }) => groups.includes(name))
        if (member !== undefined) deleteConflict(`The user ${member.name} is in the group ${name}.`)
        return { removes: [rowKey], result: undefined }
      }),
  }
}
