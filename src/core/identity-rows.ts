/**
 * The rows of those who stand in an account, and of the keys that seal tokens. All of an account's are changed under a
 * check of the account's row, so that a reader who finds that row unchanged has read what belongs together.
 */

import type { Bytes } from '../base/bytes.js'
import type { Millis } from '../base/clock.js'
import { asList, asNumber, asOneOf, asOptionalNumber, asOptionalText, asText, asTexts } from '../meta/json.js'
import { key, keyPrefix } from '../meta/key.js'
import { codec } from '../meta/record.js'
import type { Group, Role, StoredPolicy, User } from '../model/identity.js'
import type { TokenKeyInfo } from './identity-store.js'
import { kinds } from './rows.js'

/** The value of each index that leads to an account. */
export const accountIdCodec = codec<string>({ name: 'account-id', version: 1, toJson: (id) => id, fromJson: asText })

export const userCodec = codec<User>({
  name: 'user',
  version: 1,
  toJson: ({ id, accountId, name, number, groups, policies, createdAt }) => [
    id,
    accountId,
    name,
    number,
    groups,
    policies,
    createdAt,
  ],
  fromJson: (json) => {
    const [id, accountId, name, number, groups, policies, createdAt] = asList(json)
    return {
      id: asText(id),
      accountId: asText(accountId),
      name: asText(name),
      number: asText(number),
      groups: asTexts(groups),
      policies: asTexts(policies),
      createdAt: asNumber(createdAt),
    }
  },
})

export const groupCodec = codec<Group>({
  name: 'group',
  version: 1,
  toJson: ({ id, accountId, name, policies, createdAt }) => [id, accountId, name, policies, createdAt],
  fromJson: (json) => {
    const [id, accountId, name, policies, createdAt] = asList(json)
    return {
      id: asText(id),
      accountId: asText(accountId),
      name: asText(name),
      policies: asTexts(policies),
      createdAt: asNumber(createdAt),
    }
  },
})

export const roleCodec = codec<Role>({
  name: 'role',
  version: 1,
  toJson: ({ id, accountId, name, trust, policies, sessionSecondsMax, sessionsRevokedBefore, createdAt }) => [
    id,
    accountId,
    name,
    trust,
    policies,
    sessionSecondsMax,
    sessionsRevokedBefore ?? null,
    createdAt,
  ],
  fromJson: (json) => {
    const [id, accountId, name, trust, policies, sessionSecondsMax, revokedBefore, createdAt] = asList(json)
    return {
      id: asText(id),
      accountId: asText(accountId),
      name: asText(name),
      trust: asText(trust),
      policies: asTexts(policies),
      sessionSecondsMax: asNumber(sessionSecondsMax),
      sessionsRevokedBefore: asOptionalNumber(revokedBefore),
      createdAt: asNumber(createdAt),
    }
  },
})

export const policyCodec = codec<StoredPolicy>({
  name: 'policy',
  version: 1,
  toJson: ({ accountId, name, text, createdAt, updatedAt }) => [accountId, name, text, createdAt, updatedAt],
  fromJson: (json) => {
    const [accountId, name, text, createdAt, updatedAt] = asList(json)
    return {
      accountId: asText(accountId),
      name: asText(name),
      text: asText(text),
      createdAt: asNumber(createdAt),
      updatedAt: asNumber(updatedAt),
    }
  },
})

export const userKey = (accountId: string, name: string) => key(kinds.user, accountId, name)
export const userPrefix = (accountId: string) => keyPrefix(kinds.user, accountId)
export const groupKey = (accountId: string, name: string) => key(kinds.group, accountId, name)
export const groupPrefix = (accountId: string) => keyPrefix(kinds.group, accountId)
export const roleKey = (accountId: string, name: string) => key(kinds.role, accountId, name)
export const rolePrefix = (accountId: string) => keyPrefix(kinds.role, accountId)
export const policyKey = (accountId: string, name: string) => key(kinds.policy, accountId, name)
export const policyPrefix = (accountId: string) => keyPrefix(kinds.policy, accountId)

/** Whose number it is, so that no two have the same one, in whatever accounts. */
export interface NumberHolder {
  readonly accountId: string
  /** Undefined: the account's own. */
  readonly userName: string | undefined
}

export const userNumberCodec = codec<NumberHolder>({
  name: 'user-number',
  version: 1,
  toJson: ({ accountId, userName }) => [accountId, userName ?? null],
  fromJson: (json) => {
    const [accountId, userName] = asList(json)
    return { accountId: asText(accountId), userName: asOptionalText(userName) }
  },
})
export const userNumberKey = (number: string) => key(kinds.userNumber, number)

/** When a key was last used, to the minute. A row of its own: the key's is read by every request, this by nobody's. */
export const keyUseCodec = codec<Millis>({ name: 'key-use', version: 1, toJson: (at) => at, fromJson: asNumber })
export const keyUseKey = (accessKeyId: string) => key(kinds.keyUse, accessKeyId)

export interface StoredTokenKey extends TokenKeyInfo {
  /** Sealed under the master key. */
  readonly secret: string
}

export const tokenKeyCodec = codec<StoredTokenKey>({
  name: 'token-key',
  version: 1,
  toJson: ({ id, secret, createdAt, state }) => [id, secret, createdAt, state],
  fromJson: (json) => {
    const [id, secret, createdAt, state] = asList(json)
    return {
      id: asText(id),
      secret: asText(secret),
      createdAt: asNumber(createdAt),
      state: asOneOf(state, ['current', 'accepted', 'retired']),
    }
  },
})

const TOKEN_KEY_DIGITS = 10
/** Ids count from 1, and rows stand in their order. */
export const tokenKeyKey = (id: string): Bytes => key(kinds.tokenKey, id.padStart(TOKEN_KEY_DIGITS, '0'))
export const tokenKeyPrefix = () => Buffer.of(kinds.tokenKey)
