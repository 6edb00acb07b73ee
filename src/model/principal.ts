/** Who asks: nobody, or somebody of an account, through a permanent or a temporary key. */

import type { Millis } from '../base/clock.js'
import type { Limits } from './limits.js'
import type { PolicyDocument } from './policy/policy.js'

export interface AccountId {
  /** Internal, stable. */
  readonly id: string
}

export const ACCOUNT_STATES = ['invited', 'active', 'suspended'] as const
/** `invited`: may not use the service yet. `suspended`: may not any more, and nobody at its expense. */
export type AccountState = (typeof ACCOUNT_STATES)[number]

export interface Account {
  readonly id: string
  /** COS application id, digits: the suffix of the account's bucket names. */
  readonly appId: string
  /** COS root user number, digits; also the account id in ARNs. */
  readonly uin: string
  /** S3 canonical user id, 64 hex digits. */
  readonly canonicalId: string
  readonly displayName: string
  /** Of whoever answers for it; several accounts may have the same one, and grants may name it. */
  readonly email: string | undefined
  readonly state: AccountState
  /** Of a suspended account. */
  readonly suspendedAt: Millis | undefined
  /** Counts the changes to its users, groups, roles and policies: what was worked out from them goes by it. */
  readonly revision: number
  /** That the operator has set for it. */
  readonly limits?: Limits
}

/** In whose name within the account. */
export type Identity =
  | { readonly kind: 'root' }
  /** `number`: the sub-account UIN of COS, digits, unique here. */
  | { readonly kind: 'user'; readonly id: string; readonly name: string; readonly number: string }
  /** Of temporary keys only. */
  | { readonly kind: 'role'; readonly id: string; readonly name: string; readonly sessionName: string }

/** A policy and where it comes from, for whoever asks why: `policy "readers" of group "staff"`. */
export interface AttachedPolicy {
  readonly label: string
  readonly document: PolicyDocument
}

/** What a temporary key has instead of a row. */
export interface Session {
  /** The name given to it: of a federated user, or of the session of a role. */
  readonly name: string
  readonly kind: 'federated' | 'role' | 'session'
  readonly issuedAt: Millis
  readonly expiresAt: Millis
  /** The permanent key at its beginning, through however many roles: the session ends with it. */
  readonly issuingKeyId: string
  /** They only ever narrow: whatever is to be allowed, each list must allow as well. Empty: nothing narrows. */
  readonly policies: readonly (readonly AttachedPolicy[])[]
}

export interface SignedPrincipal {
  readonly kind: 'account'
  readonly account: Account
  readonly accessKeyId: string
  readonly identity: Identity
  /** What its identity may do within its account; the root may do everything and has none. */
  readonly policies: readonly AttachedPolicy[]
  /** Undefined for permanent keys. */
  readonly session: Session | undefined
}

export type Principal = { readonly kind: 'anonymous' } | SignedPrincipal

export const ANONYMOUS: Principal = { kind: 'anonymous' }
