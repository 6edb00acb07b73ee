/** Accounts, users and keys as the admin API shows them: flat, times in ISO form, null for what there is not. */

import type { Millis } from '../base/clock.js'
import type { TokenKeyInfo } from '../core/identity-store.js'
import type { AccessKeyInfo, Group, Role, StoredPolicy, User } from '../model/identity.js'
import type { Account } from '../model/principal.js'
import type { JsonObject } from './action.js'

export function shownTime(time: Millis | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString()
}

export function shownAccount(account: Account): JsonObject {
  const { appId, uin, canonicalId, displayName, email, state, suspendedAt } = account
  const identity = { appid: appId, name: displayName, state, uin, email: email ?? null }
  return { ...identity, suspendedAt: shownTime(suspendedAt), canonicalId }
}

export function shownUser({ name, number, groups, policies, createdAt }: User): JsonObject {
  return { user: name, number, groups, policies, createdAt: shownTime(createdAt) }
}

export function shownGroup({ name, policies, createdAt }: Group): JsonObject {
  return { group: name, policies, createdAt: shownTime(createdAt) }
}

export function shownRole({ name, policies, sessionSecondsMax, sessionsRevokedBefore, createdAt }: Role): JsonObject {
  const revoked = shownTime(sessionsRevokedBefore)
  return { role: name, policies, sessionSecondsMax, sessionsRevokedBefore: revoked, createdAt: shownTime(createdAt) }
}

export function shownRoleWithTrust(role: Role): JsonObject {
  return { ...shownRole(role), trust: role.trust }
}

/** A user of null: the root. */
export function shownKey({ id, userName, enabled, createdAt, lastUsedAt }: AccessKeyInfo): JsonObject {
  const times = { createdAt: shownTime(createdAt), lastUsedAt: shownTime(lastUsedAt) }
  return { key: id, user: userName ?? null, state: enabled ? 'enabled' : 'disabled', ...times }
}

export function shownPolicy({ name, createdAt, updatedAt }: StoredPolicy): JsonObject {
  return { policy: name, createdAt: shownTime(createdAt), updatedAt: shownTime(updatedAt) }
}

export function shownTokenKey({ id, state, createdAt }: TokenKeyInfo): JsonObject {
  return { id, state, createdAt: shownTime(createdAt) }
}
