/** Users and groups of an account. */

import { accountNamed, type HandlersOf, noSuch } from '../action.js'
import { shownGroup, shownKey, shownUser } from '../shown.js'

export const userHandlers: HandlersOf<'user'> = {
  'user list': async (call, { account }) => {
    const { id } = await accountNamed(call, account)
    return (await call.identities.users(id)).map(shownUser)
  },
  'user show': async (call, { user: name, account }) => {
    const { id } = await accountNamed(call, account)
    const user = (await call.identities.findUser(id, name)) ?? noSuch('user', name)
    const keys = (await call.identities.keys(id)).filter(({ userName }) => userName === name)
    return { ...shownUser(user), keys: keys.map(shownKey) }
  },
  'user create': async (call, { user, number, account }) => {
    const { id } = await accountNamed(call, account)
    return shownUser(await call.identities.createUser(id, user, number))
  },
  'user delete': async (call, { user, account }) => {
    const { id } = await accountNamed(call, account)
    await call.identities.deleteUser(id, user)
    return { deleted: user }
  },
  'user set-groups': async (call, { user, groups, account }) => {
    const { id } = await accountNamed(call, account)
    return shownUser(await call.identities.setUserGroups(id, user, groups))
  },
}

export const groupHandlers: HandlersOf<'group'> = {
  'group list': async (call, { account }) => {
    const { id } = await accountNamed(call, account)
    return (await call.identities.groups(id)).map(shownGroup)
  },
  'group create': async (call, { group, account }) => {
    const { id } = await accountNamed(call, account)
    return shownGroup(await call.identities.createGroup(id, group))
  },
  'group delete': async (call, { group, account }) => {
    const { id } = await accountNamed(call, account)
    await call.identities.deleteGroup(id, group)
    return { deleted: group }
  },
}
