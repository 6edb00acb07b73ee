/**
 * From the credentials of a request to its principal: the key and its token before the signature (errors.md 4.1, stages
 * 5e and 5f), the state of the account behind it (stage 6): what that is, only the holder of the secret may learn.
 */

import type { Core } from '../core/core.js'
import type { KeyHolder } from '../core/identity-store.js'
import { fail } from '../model/errors/index.js'
import type { Account, SignedPrincipal } from '../model/principal.js'
import type { Claim } from './authentication.js'

type Identities = Pick<Core, 'identities' | 'sessions'>

/**
 * A token that comes with a permanent key is opened as well: garbage is garbage, and a genuine one belongs to another
 * key.
 */
export async function findHolder(
  { identities, sessions }: Identities,
  { accessKeyId, securityToken }: Pick<Claim, 'accessKeyId' | 'securityToken'>,
): Promise<KeyHolder> {
  const permanent = await identities.findKey(accessKeyId)
  const known = permanent === undefined ? sessions.isTemporaryId(accessKeyId) : permanent.enabled
  if (!known) fail('InvalidAccessKeyId', { AccessKeyId: accessKeyId })
  if (securityToken !== undefined) return sessions.open(accessKeyId, securityToken)
  return permanent ?? fail('TemporaryKeyWithoutToken', { AccessKeyId: accessKeyId })
}

/** After the signature has held. */
export function admitHolder(
  { identities }: Identities,
  { principal }: KeyHolder,
  signUpUrl: string | undefined,
): SignedPrincipal {
  if (principal.session === undefined) identities.recordUse(principal.accessKeyId)
  stateChecks[principal.account.state](principal.account, signUpUrl)
  return principal
}

const stateChecks: Readonly<Record<Account['state'], (account: Account, signUpUrl: string | undefined) => void>> = {
  active: () => undefined,
  invited: ({ uin }, signUpUrl) => fail('NotSignedUp', { AccountId: uin, SignUpURL: signUpUrl }),
  suspended: ({ uin, state, suspendedAt }) =>
    fail('AccountProblem', {
      AccountId: uin,
      AccountState: state,
      SuspendedSince: suspendedAt === undefined ? undefined : new Date(suspendedAt).toISOString(),
    }),
}
