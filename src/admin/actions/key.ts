/** Access keys. A key cannot shut itself out: whoever does that by mistake would have no way back. */

import type { AccessKeyInfo } from '../../model/identity.js'
import { accountNamed, type Call, type HandlersOf, keyNamed, noSuch } from '../action.js'
import { refuseParameter } from '../parameters.js'
import { shownKey } from '../shown.js'

export const keyHandlers: HandlersOf<'key'> = {
  'key list': async (call, { user, account }) => {
    const { id } = await accountNamed(call, account)
    if (user !== undefined && (await call.identities.findUser(id, user)) === undefined) noSuch('user', user)
    const keys = await call.identities.keys(id)
    return keys.filter(({ userName }) => user === undefined || userName === user).map(shownKey)
  },
  'key create': async (call, { user, account }) => {
    const { id } = await accountNamed(call, account)
    const { info, secret } = await call.identities.createKey({ accountId: id, userName: user })
    return { ...shownKey(info), secret }
  },
  'key enable': async (call, { key }) => {
    const { id } = await keyNamed(call, key)
    return shownKey(await call.identities.setKeyEnabled(id, true))
  },
  'key disable': async (call, { key }) => {
    const { id } = await otherKeyNamed(call, key)
    return shownKey(await call.identities.setKeyEnabled(id, false))
  },
  'key delete': async (call, { key }) => {
    const { id } = await otherKeyNamed(call, key)
    await call.identities.deleteKey(id)
    return { deleted: id }
  },
}

async function otherKeyNamed(call: Call, id: string): Promise<AccessKeyInfo> {
  const key = await keyNamed(call, id)
  if (key.id !== call.caller.accessKeyId) return key
  return refuseParameter('key', 'This key signed the request. Sign with another root key to disable or delete it.')
}
