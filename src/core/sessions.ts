/**
 * Temporary keys. They have no rows: all of a session stands in its token, sealed, and what may end it early is looked at
 * when the token is opened. What its user or role may do is worked out then as well, never frozen.
 */

import { assert } from '../base/assert.js'
import { putBounded } from '../base/bounded-map.js'
import { fail } from '../model/errors/index.js'
import { parsePolicy } from '../model/policy/parse.js'
import type { AttachedPolicy, SignedPrincipal } from '../model/principal.js'
import { newSecret } from './access-keys.js'
import { NONCE_BYTES } from './aes-gcm.js'
import type { CoreDependencies } from './dependencies.js'
import type { IssueRequest, SessionStore, TemporaryCredentials } from './identity-store.js'
import type { Principals } from './principals.js'
import { accessKeyCodec, accessKeyKey, readRow } from './rows.js'
import { createTemporaryIds } from './temporary-ids.js'
import { openToken, readToken, sealToken, type TokenContent, type TokenStandee } from './token.js'
import { createTokenKeys, type TokenKey, type TokenKeys } from './token-keys.js'

const SESSIONS_REMEMBERED_MAX = 500

/** A genuine token, which may be anybody's and over. */
interface Opened {
  readonly content: TokenContent
  readonly policies: readonly (readonly AttachedPolicy[])[]
  readonly key: TokenKey
}

export function createSessions(dependencies: CoreDependencies, principals: Principals): SessionStore {
  const { meta, clock, random, sealing } = dependencies
  const ids = createTemporaryIds(sealing, random)
  const tokenKeys = createTokenKeys(dependencies)
  const openSealed = rememberOpened(tokenKeys)

  /** Undefined: whom the session stands for is gone, whoever has the name now. */
  const standing = async ({ accountId, standee }: TokenContent) => {
    const found = await principals.standing(accountId, standee)
    if (found === undefined || standee.kind === 'root') return found
    return idOf(found) === standee.id ? found : undefined
  }
  const isEnabled = async (issuingKeyId: string) =>
    (await readRow(meta, accessKeyCodec, accessKeyKey(issuingKeyId))).value?.enabled === true

  return {
    isTemporaryId: ids.isOne,
    tokenKeys: tokenKeys.list,
    rotateTokenKey: tokenKeys.rotate,
    retireTokenKey: tokenKeys.retire,
    issue: async (request) => {
      // Not before the last revocation, however close it was and whatever the clock has done since.
      const issuedAt = Math.max(Math.floor(clock.now()), request.role?.sessionsRevokedBefore ?? 0)
      const credentials = {
        accessKeyId: ids.create(request.idPrefix),
        secretKey: newSecret(random),
        issuedAt,
        expiresAt: issuedAt + request.durationSeconds * 1_000,
      }
      const token = sealToken(contentOf(request, credentials), await tokenKeys.current(), random(NONCE_BYTES))
      return token === undefined ? fail('PackedPolicyTooLarge') : { ...credentials, token }
    },
    open: async (accessKeyId, token) => {
      const details = { 'Token-0': token }
      const opened = await openSealed(token)
      if (opened === undefined) return fail('InvalidToken', details)
      const { content, key } = opened
      if (content.accessKeyId !== accessKeyId) fail('InvalidSecurity', {}, { diagnosis: OTHER_KEY })
      if (content.expiresAt <= clock.now()) fail('ExpiredToken', details)
      if (key.state === 'retired') fail('TokenRefreshRequired', details)
      const found = await standing(content)
      if (content.issuedAt < (found?.sessionsRevokedBefore ?? 0)) fail('TokenRefreshRequired', details)
      if (found === undefined || !(await isEnabled(content.issuingKeyId))) {
        return fail('InvalidAccessKeyId', { AccessKeyId: accessKeyId }, { diagnosis: ENDED })
      }
      const { name, kind, issuedAt, expiresAt, issuingKeyId } = content
      const principal: SignedPrincipal = {
        kind: 'account',
        account: found.account,
        accessKeyId,
        identity: found.identity,
        policies: found.policies,
        session: { name, kind, issuedAt, expiresAt, issuingKeyId, policies: opened.policies },
      }
      return { secret: content.secretKey, enabled: true, principal }
    },
  }
}

const OTHER_KEY = 'The session token was issued together with another access key than the one that signs.'
const ENDED = 'The session is over: what it stands for, or the key that it was issued to, is no longer there.'

function idOf({ identity }: { readonly identity: SignedPrincipal['identity'] }): string | undefined {
  return identity.kind === 'root' ? undefined : identity.id
}

function contentOf(
  { issuer, kind, name, role, policies }: IssueRequest,
  credentials: Omit<TemporaryCredentials, 'token'>,
): TokenContent {
  assert((kind === 'role') === (role !== undefined), 'a role comes with sessions of roles')
  return {
    ...credentials,
    accountId: role?.accountId ?? issuer.account.id,
    standee: role === undefined ? standeeOf(issuer) : { kind: 'role', id: role.id, name: role.name, sessionName: name },
    kind,
    name,
    policies,
    issuingKeyId: issuer.session?.issuingKeyId ?? issuer.accessKeyId,
  }
}

function standeeOf({ identity }: SignedPrincipal): TokenStandee {
  if (identity.kind === 'root') return { kind: 'root' }
  assert(identity.kind === 'user', 'temporary keys of roles may only assume roles')
  return { kind: 'user', id: identity.id, name: identity.name }
}

/**
 * Every request of a session brings its token. The same text under the same key says the same; only genuine ones are
 * kept, so garbage pushes nothing out. The state of its key is read each time.
 */
function rememberOpened(tokenKeys: TokenKeys): (token: string) => Promise<Opened | undefined> {
  const known = new Map<string, Omit<Opened, 'key'>>()
  return async (token) => {
    const sealed = readToken(token)
    const key = sealed && (await tokenKeys.find(sealed.keyNumber))
    if (sealed === undefined || key === undefined) return undefined
    const remembered = known.get(token)
    if (remembered !== undefined) return { ...remembered, key }
    const content = openToken(sealed, key.secret)
    if (content === undefined) return undefined
    const opened = { content, policies: content.policies.map(parseSessionPolicy) }
    putBounded(known, SESSIONS_REMEMBERED_MAX, token, opened)
    return { ...opened, key }
  }
}

/** It was parsed before it was sealed: that it does not parse now is nothing that a client could correct. */
function parseSessionPolicy(text: string, index: number): readonly AttachedPolicy[] {
  try {
    return [{ label: `session policy ${index + 1}`, document: parsePolicy(text, 'session') }]
  } catch (cause) {
    throw new Error('the policy of a session does not parse', { cause })
  }
}
