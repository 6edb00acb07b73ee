/**
 * Temporary keys: a key, its secret and a token that belongs to it, wherever a signature may stand (errors.md 4.1, stage
 * 5f). Bad input first. Whatever ends a session ends it at the next request, and the first reason in the order answers.
 */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { IssueRequest, TemporaryCredentials } from '../../src/core/identity-store.js'
import { isApiError } from '../../src/model/errors/index.js'
import type { Role } from '../../src/model/identity.js'
import {
  contentType,
  cosSignatureFields,
  fieldParts,
  filePart,
  formBytes,
  s3SignatureFields,
} from '../../src/tries/form.js'
import { place } from '../rows/placements.js'
import { assertError, type Heard, inBothDialects, OTHER, OWNER, REGION, type Speaker } from '../support/exchange.js'
import { raises } from '../support/raises.js'

const HOUR_SECONDS = 3_600
const EVERYTHING = '{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
const TRUST = '{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'

interface Bearer {
  readonly id: string
  readonly secret: string
  readonly token?: string | undefined
}

type Way = 'header' | 'query' | 'form'
const WAYS: readonly Way[] = ['header', 'query', 'form']

const bearerOf = ({ accessKeyId, secretKey, token }: TemporaryCredentials): Bearer => ({
  id: accessKeyId,
  secret: secretKey,
  token,
})

/** A temporary key of the owner's root, or as `change` says. */
async function issue(speak: Speaker, change: Partial<IssueRequest> = {}): Promise<TemporaryCredentials> {
  const issuer = await speak.core.identities.principalOf(OWNER.id)
  assert.ok(issuer)
  return speak.core.sessions.issue({
    issuer,
    kind: 'session',
    name: 'tester',
    policies: [],
    durationSeconds: HOUR_SECONDS,
    idPrefix: speak.dialect === 'cos' ? 'AKID' : 'ASIA',
    ...change,
  })
}

async function makeRole(speak: Speaker): Promise<Role> {
  const { identities } = speak.core
  const role = await identities.createRole(speak.owner.id, { name: 'backup', trust: TRUST })
  await identities.putPolicy(speak.owner.id, 'everything', EVERYTHING)
  await identities.setAttached(speak.owner.id, { kind: 'role', name: role.name }, ['everything'])
  return role
}

const ask: Readonly<Record<Way, (speak: Speaker, bearer: Bearer) => Promise<Heard>>> = {
  header: (speak, { token, ...as }) =>
    speak.say({
      method: 'GET',
      bucket: speak.bucket,
      as,
      headers: token === undefined ? {} : { [`${speak.prefix}security-token`]: token },
    }),
  query: (speak, { token, ...as }) => {
    const name = speak.dialect === 'cos' ? 'x-cos-security-token' : 'X-Amz-Security-Token'
    const signable = {
      method: 'GET',
      rawPath: '/',
      query: token === undefined ? [] : [[name, token] as const],
      host: speak.host(speak.bucket),
      headers: new Map(),
      body: new Uint8Array(0),
      now: speak.clock.now(),
    }
    const { rawQuery } = place(speak.dialect === 'cos' ? 'cos-query' : 's3-v4-query', signable, as, REGION)
    return speak.say({ method: 'GET', bucket: speak.bucket, as: 'anonymous', query: rawQuery })
  },
  form: (speak, { token, ...credentials }) => {
    const fields = { key: 'k', ...(token === undefined ? {} : { [`${speak.prefix}security-token`]: token }) }
    const conditions = Object.entries(fields).map(([name, value]) => ({ [name]: value }))
    const signing = { credentials, now: speak.clock.now(), conditions }
    const signature = speak.dialect === 'cos' ? cosSignatureFields(signing) : s3SignatureFields(signing)
    return speak.say({
      method: 'POST',
      bucket: speak.bucket,
      as: 'anonymous',
      headers: { 'content-type': contentType() },
      body: formBytes([...fieldParts({ ...fields, ...signature }), filePart('content')]),
    })
  },
}

// --- what is refused --------------------------------------------------------------------------------------------

interface Refusal {
  readonly title: string
  readonly status: number
  readonly says: string | Readonly<Record<'cos' | 's3', string>>
  /** What the client brings, after whatever was done to it or to the server. */
  readonly bearer: (speak: Speaker) => Promise<Bearer>
}

const wrongSecret = (bearer: Bearer): Bearer => ({ ...bearer, secret: 'notTheSecretOfAnybody0000' })

async function expired(speak: Speaker): Promise<Bearer> {
  const bearer = bearerOf(await issue(speak))
  speak.clock.advance(HOUR_SECONDS * 1_000)
  return bearer
}

async function ofRetiredKey(speak: Speaker): Promise<Bearer> {
  const bearer = bearerOf(await issue(speak))
  const { sessions } = speak.core
  const [key] = await sessions.tokenKeys()
  assert.ok(key)
  await sessions.rotateTokenKey()
  await sessions.retireTokenKey(key.id)
  return bearer
}

/** Issued to a key of the owner's that `end` then does something to. */
async function issuedTo(speak: Speaker, end: (accessKeyId: string) => Promise<unknown>): Promise<Bearer> {
  const { identities } = speak.core
  const { info } = await identities.createKey({ accountId: speak.owner.id, userName: undefined })
  const issuer = await identities.principalOf(info.id)
  assert.ok(issuer)
  const bearer = bearerOf(await issue(speak, { issuer }))
  await end(info.id)
  return bearer
}

async function ofRole(speak: Speaker, end: (role: Role) => Promise<unknown>): Promise<Bearer> {
  const role = await makeRole(speak)
  const bearer = bearerOf(await issue(speak, { kind: 'role', role }))
  await end(role)
  return bearer
}

const REFUSALS: readonly Refusal[] = [
  {
    title: raises('TemporaryKeyWithoutToken', 'a temporary key without its token'),
    status: 403,
    says: { cos: 'InvalidSecurity', s3: 'InvalidAccessKeyId' },
    bearer: async (speak) => ({ ...bearerOf(await issue(speak)), token: undefined }),
  },
  {
    title: raises('InvalidToken', 'a temporary key with a token that nobody issued'),
    status: 400,
    says: 'InvalidToken',
    bearer: async (speak) => ({ ...bearerOf(await issue(speak)), token: 'garbage' }),
  },
  {
    title: raises('InvalidToken', 'a token with a character changed, its signature right'),
    status: 400,
    says: 'InvalidToken',
    bearer: async (speak) => {
      const { token, ...key } = await issue(speak)
      const at = token.length - 10
      const altered = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      return bearerOf({ ...key, token: altered })
    },
  },
  {
    title: raises('InvalidSecurity', 'a temporary key with the token of another one'),
    status: 403,
    says: 'InvalidSecurity',
    bearer: async (speak) => ({ ...bearerOf(await issue(speak)), token: (await issue(speak)).token }),
  },
  {
    title: raises('InvalidSecurity', 'a permanent key with a genuine token'),
    status: 403,
    says: 'InvalidSecurity',
    bearer: async (speak) => ({ ...OWNER, token: (await issue(speak)).token }),
  },
  {
    title: raises('InvalidSecurity', 'a permanent key with a token that is over, whose own key it is not'),
    status: 403,
    says: 'InvalidSecurity',
    bearer: async (speak) => ({ ...OWNER, token: (await expired(speak)).token }),
  },
  {
    title: raises('InvalidToken', 'a permanent key with garbage for a token'),
    status: 400,
    says: 'InvalidToken',
    bearer: async () => ({ ...OWNER, token: 'garbage' }),
  },
  {
    title: 'an unknown key with a genuine token',
    status: 403,
    says: 'InvalidAccessKeyId',
    bearer: async (speak) => ({ ...bearerOf(await issue(speak)), id: 'AKIDnobody' }),
  },
  {
    title: 'a key id that only looks like a temporary one',
    status: 403,
    says: 'InvalidAccessKeyId',
    bearer: async (speak) => {
      const { id, ...rest } = bearerOf(await issue(speak))
      return { ...rest, id: id.slice(0, -1) + (id.endsWith('A') ? 'B' : 'A') }
    },
  },
  {
    title: raises('ExpiredToken', 'a token whose time is over'),
    status: 400,
    says: 'ExpiredToken',
    bearer: expired,
  },
  {
    title: 'a token whose time is over, and a bad signature',
    status: 400,
    says: 'ExpiredToken',
    bearer: async (speak) => wrongSecret(await expired(speak)),
  },
  {
    title: 'a token whose time is over, sealed by a key that was retired',
    status: 400,
    says: 'ExpiredToken',
    bearer: async (speak) => {
      const bearer = await ofRetiredKey(speak)
      speak.clock.advance(HOUR_SECONDS * 1_000)
      return bearer
    },
  },
  {
    title: raises('TokenRefreshRequired', 'a token sealed by a key that was retired'),
    status: 400,
    says: 'TokenRefreshRequired',
    bearer: ofRetiredKey,
  },
  {
    title: raises('TokenRefreshRequired', 'the session of a role whose sessions were revoked'),
    status: 400,
    says: 'TokenRefreshRequired',
    bearer: (speak) =>
      ofRole(speak, ({ accountId, name }) => speak.core.identities.revokeRoleSessions(accountId, name)),
  },
  {
    title: 'the session of a role whose sessions were revoked, issued to a key that is disabled',
    status: 400,
    says: 'TokenRefreshRequired',
    bearer: async (speak) => {
      const { identities } = speak.core
      const role = await makeRole(speak)
      const { info } = await identities.createKey({ accountId: speak.owner.id, userName: undefined })
      const issuer = await identities.principalOf(info.id)
      assert.ok(issuer)
      const bearer = bearerOf(await issue(speak, { issuer, kind: 'role', role }))
      await identities.revokeRoleSessions(role.accountId, role.name)
      await identities.setKeyEnabled(info.id, false)
      return bearer
    },
  },
  {
    title: 'the session of a role that is gone',
    status: 403,
    says: 'InvalidAccessKeyId',
    bearer: (speak) => ofRole(speak, ({ accountId, name }) => speak.core.identities.deleteRole(accountId, name)),
  },
  {
    title: 'the session of a role in whose place stands another of its name',
    status: 403,
    says: 'InvalidAccessKeyId',
    bearer: (speak) =>
      ofRole(speak, async ({ accountId, name }) => {
        await speak.core.identities.deleteRole(accountId, name)
        await makeRole(speak)
      }),
  },
  {
    title: 'a session whose issuing key was disabled',
    status: 403,
    says: 'InvalidAccessKeyId',
    bearer: (speak) => issuedTo(speak, (id) => speak.core.identities.setKeyEnabled(id, false)),
  },
  {
    title: 'a session whose issuing key was deleted',
    status: 403,
    says: 'InvalidAccessKeyId',
    bearer: (speak) => issuedTo(speak, (id) => speak.core.identities.deleteKey(id)),
  },
  {
    title: 'the session of a role, assumed by one that was assumed by a key that is disabled now',
    status: 403,
    says: 'InvalidAccessKeyId',
    bearer: async (speak) => {
      const { identities, sessions } = speak.core
      const role = await makeRole(speak)
      const { info } = await identities.createKey({ accountId: speak.owner.id, userName: undefined })
      const issuer = await identities.principalOf(info.id)
      assert.ok(issuer)
      const first = await issue(speak, { issuer, kind: 'role', role })
      const { principal } = await sessions.open(first.accessKeyId, first.token)
      const second = bearerOf(await issue(speak, { issuer: principal, kind: 'role', role }))
      assert.equal((await ask.header(speak, second)).status, 200)
      await identities.setKeyEnabled(info.id, false)
      return second
    },
  },
  {
    title: 'a user who is gone, of whom a session was issued to a key that is gone as well',
    status: 403,
    says: 'InvalidAccessKeyId',
    bearer: async (speak) => {
      const { identities } = speak.core
      await identities.createUser(speak.owner.id, 'reader')
      const { info } = await identities.createKey({ accountId: speak.owner.id, userName: 'reader' })
      const issuer = await identities.principalOf(info.id)
      assert.ok(issuer)
      const bearer = bearerOf(await issue(speak, { issuer }))
      await identities.deleteKey(info.id)
      await identities.deleteUser(speak.owner.id, 'reader')
      return bearer
    },
  },
  {
    title: 'a temporary key with a wrong secret',
    status: 403,
    says: 'SignatureDoesNotMatch',
    bearer: async (speak) => wrongSecret(bearerOf(await issue(speak))),
  },
]

const TOKEN_SHOWN = ['InvalidToken', 'ExpiredToken', 'TokenRefreshRequired']

for (const { title, status, says, bearer } of REFUSALS) {
  inBothDialects(title, async (speak) => {
    await speak.makeBucket()
    const brought = await bearer(speak)
    for (const way of WAYS) {
      const heard = await ask[way](speak, brought)
      assertError(heard, status, typeof says === 'string' ? says : says[speak.dialect])
      // A canonical form has it, as it was signed; nobody can use it without the secret.
      const shown = heard.error.details['Token-0']
      if (shown !== undefined) assert.ok(!heard.text.includes(brought.token ?? ''), `${way}: the token is masked`)
      assert.equal(shown !== undefined, TOKEN_SHOWN.includes(heard.error.code), way)
    }
    assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })).status, 404, 'nothing is stored')
  })
}

// --- what is served ---------------------------------------------------------------------------------------------

inBothDialects('a temporary key with its token does what its account may, in header, query and form', async (speak) => {
  await speak.makeBucket()
  for (const idPrefix of ['AKID', 'ASIA'] as const) {
    const credentials = await issue(speak, { idPrefix })
    assert.ok(credentials.accessKeyId.startsWith(idPrefix))
    assert.match(credentials.token, /^[\w-]+$/)
    for (const way of WAYS) {
      const heard = await ask[way](speak, bearerOf(credentials))
      assert.ok(heard.status < 300, `${way}: ${heard.text}`)
    }
  }
})

inBothDialects('a token serves until its last second, and its key may be rotated meanwhile', async (speak) => {
  await speak.makeBucket()
  const bearer = bearerOf(await issue(speak))
  await speak.core.sessions.rotateTokenKey()
  speak.clock.advance(HOUR_SECONDS * 1_000 - 1)
  for (const way of WAYS) assert.ok((await ask[way](speak, bearer)).status < 300, way)
  assert.deepEqual(
    (await speak.core.sessions.tokenKeys()).map(({ id, state }) => [id, state]),
    [
      ['1', 'accepted'],
      ['2', 'current'],
    ],
  )
})

inBothDialects('after a revocation new sessions of the role begin, whatever the clock says', async (speak) => {
  await speak.makeBucket()
  const { identities } = speak.core
  const before = await makeRole(speak)
  const old = bearerOf(await issue(speak, { kind: 'role', role: before }))
  const role = await identities.revokeRoleSessions(before.accountId, before.name)
  assertError(await ask.header(speak, old), 400, 'TokenRefreshRequired')
  assert.equal((await ask.header(speak, bearerOf(await issue(speak, { kind: 'role', role })))).status, 200)
})

inBothDialects(raises('PackedPolicyTooLarge', 'session policies that do not fit into a token'), async (speak) => {
  const policies = [JSON.stringify({ Statement: [], Id: randomBytes(4_000).toString('base64') })]
  await assert.rejects(issue(speak, { policies }), (error) => isApiError(error, 'PackedPolicyTooLarge'))
})

inBothDialects('a session has its policies, and those that its user has now', async (speak) => {
  const { identities, sessions } = speak.core
  const allow = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
  })
  await identities.createUser(speak.owner.id, 'reader')
  await identities.putPolicy(speak.owner.id, 'readers', allow)
  const { info } = await identities.createKey({ accountId: speak.owner.id, userName: 'reader' })
  const issuer = await identities.principalOf(info.id)
  assert.ok(issuer)
  const { accessKeyId, token } = await issue(speak, {
    issuer,
    kind: 'federated',
    name: 'guest',
    policies: [allow, allow],
  })
  const principal = async () => (await sessions.open(accessKeyId, token)).principal
  assert.deepEqual((await principal()).policies, [])
  await identities.setAttached(speak.owner.id, { kind: 'user', name: 'reader' }, ['readers'])
  const { policies, session, identity } = await principal()
  assert.equal(policies.length, 1)
  assert.equal(identity.kind, 'user')
  assert.deepEqual(
    session?.policies.map((list) => list.map(({ document }) => document.statements.map(({ effect }) => effect))),
    [[['allow']], [['allow']]],
  )
  assert.deepEqual([session?.kind, session?.name, session?.issuingKeyId], ['federated', 'guest', info.id])
})

inBothDialects('a session of another account is that account and no other', async (speak) => {
  await speak.makeBucket()
  const issuer = await speak.core.identities.principalOf(OTHER.id)
  assert.ok(issuer)
  const bearer = bearerOf(await issue(speak, { issuer }))
  for (const way of WAYS) assertError(await ask[way](speak, bearer), 403, 'AccessDenied')
})

// --- the state of the account -----------------------------------------------------------------------------------

const SIGN_UP = { signUpUrl: 'https://signup.example.org/?from=stowage&lang=en' }

inBothDialects(
  raises('NotSignedUp', 'an account that was invited and has not come yet, by any key of it'),
  async (speak) => {
    await speak.makeBucket()
    const temporary = bearerOf(await issue(speak))
    await speak.core.identities.changeAccount(speak.owner.id, { state: 'invited' })
    for (const bearer of [OWNER, temporary]) {
      for (const way of WAYS) {
        const expected = { AccountId: speak.owner.uin, SignUpURL: SIGN_UP.signUpUrl }
        assertError(await ask[way](speak, bearer), 403, 'NotSignedUp', expected)
        assertError(await ask[way](speak, wrongSecret(bearer)), 403, 'SignatureDoesNotMatch')
      }
    }
    await speak.core.identities.changeAccount(speak.owner.id, { state: 'active' })
    for (const way of WAYS) assert.ok((await ask[way](speak, temporary)).status < 300)
  },
  SIGN_UP,
)

inBothDialects(raises('AccountProblem', 'an account that is suspended, by any key of it'), async (speak) => {
  await speak.makeBucket()
  const temporary = bearerOf(await issue(speak))
  const { identities } = speak.core
  const since = new Date(speak.clock.now()).toISOString()
  await identities.changeAccount(speak.owner.id, { state: 'suspended' })
  speak.clock.advance(60_000)
  await identities.changeAccount(speak.owner.id, { state: 'suspended' })
  for (const bearer of [OWNER, temporary]) {
    for (const way of WAYS) {
      const expected = { AccountId: speak.owner.uin, AccountState: 'suspended', SuspendedSince: since }
      assertError(await ask[way](speak, bearer), 403, 'AccountProblem', expected)
      assertError(await ask[way](speak, wrongSecret(bearer)), 403, 'SignatureDoesNotMatch')
    }
  }
  assertError(await ask.header(speak, OTHER), 403, 'InvalidPayer')
})

inBothDialects('an invitation without an address names none', async (speak) => {
  await speak.makeBucket()
  await speak.core.identities.changeAccount(speak.owner.id, { state: 'invited' })
  const heard = await ask.header(speak, OWNER)
  assertError(heard, 403, 'NotSignedUp')
  assert.equal(heard.error.details['SignUpURL'], undefined)
})

// --- users ------------------------------------------------------------------------------------------------------

inBothDialects(
  'a key of a user costs as many readings as one of the root, and is served as its account',
  async (speak) => {
    await speak.makeBucket()
    const { identities } = speak.core
    await identities.createUser(speak.owner.id, 'reader')
    await identities.putPolicy(speak.owner.id, 'everything', EVERYTHING)
    await identities.setAttached(speak.owner.id, { kind: 'user', name: 'reader' }, ['everything'])
    const { info, secret } = await identities.createKey({ accountId: speak.owner.id, userName: 'reader' })
    const calls = async (bearer: Bearer) => {
      // The first one notes that the key was used, and what its user may do.
      assert.equal((await ask.header(speak, bearer)).status, 200)
      const before = speak.calls.count()
      assert.equal((await ask.header(speak, bearer)).status, 200)
      return speak.calls.count() - before
    }
    assert.equal(await calls({ id: info.id, secret }), await calls(OWNER))
    await identities.setKeyEnabled(info.id, false)
    for (const way of WAYS) assertError(await ask[way](speak, { id: info.id, secret }), 403, 'InvalidAccessKeyId')
  },
)

inBothDialects('use of a key is noted to the minute, and only after its signature has held', async (speak) => {
  await speak.makeBucket()
  const { identities } = speak.core
  const { info, secret } = await identities.createKey({ accountId: speak.owner.id, userName: undefined })
  const used = async () => (await identities.findKeyInfo(info.id))?.lastUsedAt
  await ask.header(speak, { id: info.id, secret: 'notTheSecretOfAnybody0000' })
  await settle()
  assert.equal(await used(), undefined)
  for (const advanceMs of [0, 59_000, 60_000]) {
    speak.clock.advance(advanceMs)
    await ask.header(speak, { id: info.id, secret })
    await settle()
    assert.equal(await used(), Math.floor(speak.clock.now() / 60_000) * 60_000)
  }
})

inBothDialects('a store that cannot note the use of a key serves the request all the same', async (speak) => {
  await speak.makeBucket()
  speak.clock.advance(60_000)
  speak.fault(({ method }) => {
    if (method === 'commit') throw new Error('the disk is full')
  })
  assert.equal((await ask.header(speak, OWNER)).status, 200)
  await settle()
})

/** What is written beside requests is written by then: memory stores answer within a turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}
