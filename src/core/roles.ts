/** The roles of accounts: what may be assumed by whom its trust policy names, for a while, as a temporary key. */

import { randomHex } from '../base/ids.js'
import { ROLES_PER_ACCOUNT_MAX, type Role, SESSION_SECONDS_MAX, SESSION_SECONDS_MIN } from '../model/identity.js'
import type { CoreDependencies } from './dependencies.js'
import {
  changeIdentities,
  invalidParameter,
  requireFree,
  requirePolicy,
  requireRow,
  rowsOf,
} from './identity-changes.js'
import { roleCodec, roleKey, rolePrefix } from './identity-rows.js'
import type { IdentityManagement } from './identity-store.js'
import { putOf, readRow } from './rows.js'

export type RoleStore = Pick<
  IdentityManagement,
  'createRole' | 'roles' | 'findRole' | 'deleteRole' | 'setRoleTrust' | 'revokeRoleSessions'
>

const SESSION_SECONDS_DEFAULT = 3_600

export function createRoles(dependencies: CoreDependencies): RoleStore {
  const { meta, clock, random } = dependencies
  const change = (operation: string, accountId: string, name: string, next: (role: Role) => Role) =>
    changeIdentities(dependencies, operation, accountId, async () => {
      const rowKey = roleKey(accountId, name)
      const result = next(await requireRow(dependencies, roleCodec, rowKey, name))
      return { puts: [putOf(roleCodec, rowKey, result)], result }
    })
  return {
    createRole: (accountId, { name, trust, sessionSecondsMax = SESSION_SECONDS_DEFAULT }) =>
      changeIdentities(dependencies, 'CreateRole', accountId, async () => {
        const rowKey = roleKey(accountId, name)
        const prefix = rolePrefix(accountId)
        await requireFree(dependencies, roleCodec, { name, rowKey, prefix, rowsMax: ROLES_PER_ACCOUNT_MAX })
        requirePolicy(trust, 'trust')
        requireSessionSeconds(sessionSecondsMax)
        const result: Role = {
          id: randomHex(random, 8),
          accountId,
          name,
          trust,
          policies: [],
          sessionSecondsMax,
          sessionsRevokedBefore: undefined,
          createdAt: clock.now(),
        }
        return { puts: [putOf(roleCodec, rowKey, result)], result }
      }),
    roles: (accountId) => rowsOf(dependencies, roleCodec, rolePrefix(accountId)),
    findRole: async (accountId, name) => (await readRow(meta, roleCodec, roleKey(accountId, name))).value,
    deleteRole: (accountId, name) =>
      changeIdentities(dependencies, 'DeleteRole', accountId, async () => {
        const rowKey = roleKey(accountId, name)
        await requireRow(dependencies, roleCodec, rowKey, name)
        return { removes: [rowKey], result: undefined }
      }),
    setRoleTrust: (accountId, name, trust) =>
      change('UpdateAssumeRolePolicy', accountId, name, (role) => {
        requirePolicy(trust, 'trust')
        return { ...role, trust }
      }),
    // Behind this millisecond: what began in it is over as well, and what begins in it from now on is dated later.
    revokeRoleSessions: (accountId, name) =>
      change('RevokeRoleSessions', accountId, name, (role) => {
        const until = Math.max(Math.floor(clock.now()), role.sessionsRevokedBefore ?? 0)
        return { ...role, sessionsRevokedBefore: until + 1 }
      }),
  }
}

function requireSessionSeconds(seconds: number): void {
  if (Number.isInteger(seconds) && seconds >= SESSION_SECONDS_MIN && seconds <= SESSION_SECONDS_MAX) return
  const range = `${SESSION_SECONDS_MIN} to ${SESSION_SECONDS_MAX}`
  invalidParameter('MaxSessionDuration', `Sessions of a role last ${range} seconds at most.`)
}
