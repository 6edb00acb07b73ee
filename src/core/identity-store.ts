/**
 * The contracts for who there is: accounts, their users, groups, roles, policies and keys; and temporary keys. Each
 * change of an account's identities rewrites the account's row as well (its revision), so that what was worked out from
 * them is kept by the version of that one row. Refusals: NoSuchEntity, EntityAlreadyExists, DeleteConflict,
 * LimitExceeded, InvalidParameterValue, MalformedPolicyDocument.
 */

import type { Millis } from '../base/clock.js'
import type { AccessKeyInfo, Group, Role, StoredPolicy, User } from '../model/identity.js'
import type { Account, AccountState, SignedPrincipal } from '../model/principal.js'

/** A key that was found, with the secret to verify by and the principal that whoever has it is. */
export interface KeyHolder {
  readonly secret: string
  readonly enabled: boolean
  readonly principal: SignedPrincipal
}

export interface NewKey {
  readonly info: AccessKeyInfo
  /** Shown once: nothing gives it again. */
  readonly secret: string
}

/** Of whom: undefined is the root of the account. */
export interface KeyOwner {
  readonly accountId: string
  readonly userName: string | undefined
}

export interface NewAccount {
  readonly appId: string
  readonly displayName: string
  readonly uin?: string | undefined
  readonly canonicalId?: string | undefined
  readonly email?: string | undefined
  readonly state?: AccountState | undefined
}

export interface IdentityManagement {
  createAccount(account: NewAccount): Promise<Account>
  /** By APPID, UIN, canonical id, internal id or name, in this order. */
  findAccountByName(name: string): Promise<Account | undefined>
  changeAccount(
    accountId: string,
    change: { readonly displayName?: string; readonly email?: string | null; readonly state?: AccountState },
  ): Promise<Account>

  createUser(accountId: string, name: string, number?: string): Promise<User>
  users(accountId: string): Promise<readonly User[]>
  findUser(accountId: string, name: string): Promise<User | undefined>
  /** DeleteConflict while it has keys. */
  deleteUser(accountId: string, name: string): Promise<void>
  setUserGroups(accountId: string, name: string, groups: readonly string[]): Promise<User>

  createGroup(accountId: string, name: string): Promise<Group>
  groups(accountId: string): Promise<readonly Group[]>
  /** DeleteConflict while it has members. */
  deleteGroup(accountId: string, name: string): Promise<void>

  createRole(
    accountId: string,
    role: { readonly name: string; readonly trust: string; readonly sessionSecondsMax?: number | undefined },
  ): Promise<Role>
  roles(accountId: string): Promise<readonly Role[]>
  findRole(accountId: string, name: string): Promise<Role | undefined>
  deleteRole(accountId: string, name: string): Promise<void>
  setRoleTrust(accountId: string, name: string, trust: string): Promise<Role>
  /** Every session of the role that began until now is over. */
  revokeRoleSessions(accountId: string, name: string): Promise<Role>

  /** Makes it or replaces its text. */
  putPolicy(accountId: string, name: string, text: string): Promise<StoredPolicy>
  policies(accountId: string): Promise<readonly StoredPolicy[]>
  /** DeleteConflict while it is attached. */
  deletePolicy(accountId: string, name: string): Promise<void>
  /** All policies of a user, group or role; given as a function, made from those that it has when they are written. */
  setAttached(
    accountId: string,
    to: { readonly kind: 'user' | 'group' | 'role'; readonly name: string },
    policies: readonly string[] | ((attached: readonly string[]) => readonly string[]),
  ): Promise<readonly string[]>

  createKey(owner: KeyOwner, given?: { readonly id: string; readonly secret: string }): Promise<NewKey>
  keys(accountId: string): Promise<readonly AccessKeyInfo[]>
  findKeyInfo(accessKeyId: string): Promise<AccessKeyInfo | undefined>
  setKeyEnabled(accessKeyId: string, enabled: boolean): Promise<AccessKeyInfo>
  deleteKey(accessKeyId: string): Promise<void>
  /** Remembers that a key was used, at most once a minute and process; never waits and never fails. */
  recordUse(accessKeyId: string): void

  /** The principal that a key stands for, whether it is enabled or not. */
  principalOf(accessKeyId: string): Promise<SignedPrincipal | undefined>
}

export interface TemporaryCredentials {
  readonly accessKeyId: string
  readonly secretKey: string
  /** URL-safe. */
  readonly token: string
  readonly issuedAt: Millis
  readonly expiresAt: Millis
}

export interface IssueRequest {
  /** Whose key signed the request. Temporary keys may only assume roles; the caller refuses the rest. */
  readonly issuer: SignedPrincipal
  readonly kind: 'federated' | 'role' | 'session'
  /** Of a federated user or of the session of a role; of a `session` the issuer's own. */
  readonly name: string
  /** With kind `role`. */
  readonly role?: Role | undefined
  /** Texts of session policies, each of which must allow. They have been parsed before. */
  readonly policies: readonly string[]
  readonly durationSeconds: number
  /** How the key id begins: `AKID` for COS, `ASIA` for AWS. */
  readonly idPrefix: 'AKID' | 'ASIA'
}

export interface TokenKeyInfo {
  readonly id: string
  readonly createdAt: Millis
  /** `current` seals, `accepted` still opens, `retired` makes its tokens TokenRefreshRequired. */
  readonly state: 'current' | 'accepted' | 'retired'
}

export interface SessionStore {
  /** PackedPolicyTooLarge. */
  issue(request: IssueRequest): Promise<TemporaryCredentials>
  /** Whether this installation made such an id for a temporary key, told by the id alone. */
  isTemporaryId(accessKeyId: string): boolean
  /**
   * InvalidToken, InvalidSecurity (bound to another key), ExpiredToken, TokenRefreshRequired (token key retired, sessions
   * of the role revoked), InvalidAccessKeyId (account, user, role or issuing key gone), in this order.
   */
  open(accessKeyId: string, token: string): Promise<KeyHolder>
  tokenKeys(): Promise<readonly TokenKeyInfo[]>
  /** A new current key; the one before is accepted until it is retired. */
  rotateTokenKey(): Promise<TokenKeyInfo>
  /** NoSuchEntity. DeleteConflict for the current one: rotate first. */
  retireTokenKey(id: string): Promise<TokenKeyInfo>
}
