/** Principals of accounts that no store knows, for what decides about them. */

import type { Account, AttachedPolicy, Identity, Session, SignedPrincipal } from '../../src/model/principal.js'

export interface PrincipalSketch {
  readonly account: Pick<Account, 'uin'> & Partial<Account>
  readonly identity: Identity
  readonly policies?: readonly AttachedPolicy[]
  /** Policies of the session; undefined for a permanent key. */
  readonly sessions?: Session['policies'] | undefined
}

export const accountIdOf = (uin: string) => `account-${uin}`

export function signedPrincipal({ account, identity, policies = [], sessions }: PrincipalSketch): SignedPrincipal {
  return {
    kind: 'account',
    account: {
      id: accountIdOf(account.uin),
      appId: '1250000000',
      canonicalId: account.uin.padStart(64, '0'),
      displayName: 'somebody',
      email: undefined,
      state: 'active',
      suspendedAt: undefined,
      revision: 1,
      ...account,
    },
    accessKeyId: 'AKIDsomebody',
    identity,
    policies,
    session: sessions && {
      name: 'session',
      kind: 'session',
      issuedAt: 0,
      expiresAt: 1,
      issuingKeyId: 'AKIDsomebody',
      policies: sessions,
    },
  }
}
