/** Roles of an account, and who may assume them. */

import { accountNamed, type HandlersOf, noSuch } from '../action.js'
import { shownRole, shownRoleWithTrust } from '../shown.js'

export const roleHandlers: HandlersOf<'role'> = {
  'role list': async (call, { account }) => {
    const { id } = await accountNamed(call, account)
    return (await call.identities.roles(id)).map(shownRole)
  },
  'role show': async (call, { role: name, account }) => {
    const { id } = await accountNamed(call, account)
    return shownRoleWithTrust((await call.identities.findRole(id, name)) ?? noSuch('role', name))
  },
  'role create': async (call, { role: name, trust, sessionSecondsMax, account }) => {
    const { id } = await accountNamed(call, account)
    return shownRoleWithTrust(await call.identities.createRole(id, { name, trust, sessionSecondsMax }))
  },
  'role delete': async (call, { role, account }) => {
    const { id } = await accountNamed(call, account)
    await call.identities.deleteRole(id, role)
    return { deleted: role }
  },
  'role set-trust': async (call, { role, trust, account }) => {
    const { id } = await accountNamed(call, account)
    return shownRoleWithTrust(await call.identities.setRoleTrust(id, role, trust))
  },
  'role revoke-sessions': async (call, { role, account }) => {
    const { id } = await accountNamed(call, account)
    return shownRole(await call.identities.revokeRoleSessions(id, role))
  },
}
