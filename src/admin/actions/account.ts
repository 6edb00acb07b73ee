/** Accounts. The root account stays active: without it nobody could undo what was done to the others. */

import { LIMIT_NAMES, NO_LIMITS } from '../../model/limits.js'
import type { Account, AccountState } from '../../model/principal.js'
import { accountNamed, type Call, type HandlersOf, type JsonObject } from '../action.js'
import { limitChanges, shownLimits } from '../limits.js'
import { refuseParameter } from '../parameters.js'
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
  'account limits': async (call, { account: named }) => limitsOf(await accountNamed(call, named)),
  'account set-limits': async (call, { account: named, acceleration, ...given }) => {
    const account = await accountNamed(call, named)
    return limitsOf(await call.core.limits.setOfAccount(account.id, limitChanges(given, acceleration)))
  },
  'account usage': async (call, { account: named }) => {
    const account = await accountNamed(call, named)
    return { appid: account.appId, ...(await call.core.limits.usageOfAccount(account.id)) }
  },
  'account activate': (call, { account }) => setState(call, account, 'active'),
  'account suspend': (call, { account }) => setState(call, account, 'suspended'),
  'account invite': (call, { account }) => setState(call, account, 'invited'),
}

function limitsOf({ appId, limits }: Account): JsonObject {
  return { appid: appId, ...shownLimits(limits ?? NO_LIMITS, LIMIT_NAMES) }
}

/** Only the operator gets here, so the caller's account is the root account. */
async function setState(call: Call, name: string, state: AccountState): Promise<JsonObject> {
  const account: Account = await accountNamed(call, name)
  if (state !== 'active' && account.id === call.caller.account.id) {
    refuseParameter('account', 'The root account stays active.')
  }
  return shownAccount(await call.identities.changeAccount(account.id, { state }))
}

function byAppid(a: JsonObject, b: JsonObject): number {
  return String(a['appid']).localeCompare(String(b['appid']), 'en', { numeric: true })
}
