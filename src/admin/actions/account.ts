/** Accounts. The root account stays active: without it nobody could undo what was done to the others. */

import { fail } from '../../model/errors/index.js'
import type { Account, AccountState } from '../../model/principal.js'
import { accountNamed, type Call, type HandlersOf, type JsonObject } from '../action.js'
import { shownAccount, shownKey } from '../shown.js'

export const accountHandlers: HandlersOf<'account'> = {
  'account list': async ({ identities }) => (await identities.accounts()).map(shownAccount).sort(byAppid),
  'account show': async (call, { account: name }) => {
    const account = await accountNamed(call, name)
    const keys = (await call.identities.keys(account.id)).filter(({ userName }) => userName === undefined)
    return { ...shownAccount(account), rootKeys: keys.map(shownKey) }
  },
  'account create': async ({ identities }, { appid, name, uin, canonicalId, email, invited }) => {
    const state = invited === true ? 'invited' : 'active'
    return shownAccount(
      await identities.createAccount({ appId: appid, displayName: name ?? appid, uin, canonicalId, email, state }),
    )
  },
  'account update': async (call, { account: named, name, email }) => {
    const account = await accountNamed(call, named)
    const change = {
      ...(name === undefined ? {} : { displayName: name }),
      ...(email === undefined ? {} : { email: email === '' ? null : email }),
    }
    return shownAccount(await call.identities.changeAccount(account.id, change))
  },
  'account activate': (call, { account }) => setState(call, account, 'active'),
  'account suspend': (call, { account }) => setState(call, account, 'suspended'),
  'account invite': (call, { account }) => setState(call, account, 'invited'),
}

/** Only the operator gets here, so the caller's account is the root account. */
async function setState(call: Call, name: string, state: AccountState): Promise<JsonObject> {
  const account: Account = await accountNamed(call, name)
  if (state !== 'active' && account.id === call.caller.account.id) {
    fail('InvalidParameterValue', { ParameterName: 'account' }, { message: 'The root account stays active.' })
  }
  return shownAccount(await call.identities.changeAccount(account.id, { state }))
}

function byAppid(a: JsonObject, b: JsonObject): number {
  return String(a['appid']).localeCompare(String(b['appid']), 'en', { numeric: true })
}
