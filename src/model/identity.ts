/** Who stands in an account besides its root: users, groups, roles, the policies attached to them, and access keys. */

import type { Millis } from '../base/clock.js'

export interface User {
  readonly id: string
  readonly accountId: string
  /** Unique in the account; letters, digits and `+=,.@_-`, at most 64. */
  readonly name: string
  /** The sub-account UIN of COS: digits, unique here. */
  readonly number: string
  /** Names of groups of the account. */
  readonly groups: readonly string[]
  /** Names of policies of the account. */
  readonly policies: readonly string[]
  readonly createdAt: Millis
}

export interface Group {
  readonly id: string
  readonly accountId: string
  readonly name: string
  readonly policies: readonly string[]
  readonly createdAt: Millis
}

export interface Role {
  readonly id: string
  readonly accountId: string
  readonly name: string
  /** Text of the policy that says who may assume it. */
  readonly trust: string
  readonly policies: readonly string[]
  readonly sessionSecondsMax: number
  /** Sessions that began before are refused: TokenRefreshRequired. */
  readonly sessionsRevokedBefore: Millis | undefined
  readonly createdAt: Millis
}

/** A policy of an account, to be attached by its name. */
export interface StoredPolicy {
  readonly accountId: string
  readonly name: string
  /** As it was given. */
  readonly text: string
  readonly createdAt: Millis
  readonly updatedAt: Millis
}

/** What may be shown of an access key. */
export interface AccessKeyInfo {
  readonly id: string
  readonly accountId: string
  /** Undefined: a root key of the account. */
  readonly userName: string | undefined
  readonly enabled: boolean
  readonly createdAt: Millis | undefined
  /** To the minute; undefined when never. */
  readonly lastUsedAt: Millis | undefined
}

export const USERS_PER_ACCOUNT_MAX = 1_000
export const GROUPS_PER_ACCOUNT_MAX = 300
export const ROLES_PER_ACCOUNT_MAX = 1_000
export const POLICIES_PER_ACCOUNT_MAX = 1_500
/** Of a user, and of the root of an account. */
export const KEYS_PER_USER_MAX = 5
export const POLICIES_PER_IDENTITY_MAX = 20
export const IDENTITY_POLICY_BYTES_MAX = 6_144
export const GROUPS_PER_USER_MAX = 10
export const SESSION_SECONDS_MIN = 900
export const SESSION_SECONDS_MAX = 43_200

const NAME = /^[\w+=,.@-]{1,64}$/

/** The one rule for names of users, groups, roles and policies. */
export function isIdentityName(name: string): boolean {
  return NAME.test(name)
}
