/** Amazon's query API for temporary keys: what each action gives, who is refused, and the form of its errors. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createExchange,
  type Exchange,
  type Heard,
  OTHER,
  OWNER,
  type Said,
  speaker,
  textsOf,
} from '../../support/exchange.js'
import { signedByAmazon, signedByVersion1, type TemporaryKey } from '../../support/query-signing.js'
import { raises } from '../../support/raises.js'

const HOST = 'sts.amazonaws.com'
const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/'
const READ = policyOf({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::*' })

type Parameters = Readonly<Record<string, string | undefined>>

interface Conversation extends Exchange {
  readonly bucket: string
  say(said: Said): Promise<Heard>
  ask(parameters: Parameters, as?: TemporaryKey): Promise<Heard>
  /** Fails unless the call succeeds. */
  keys(parameters: Parameters, as?: TemporaryKey): Promise<Required<TemporaryKey>>
  /** The status of a request for the object, or the code of its error. */
  read(as: TemporaryKey, method?: 'GET' | 'DELETE'): Promise<number | string>
  /** Makes a user with a key, and the policies of that text. */
  user(name: string, ...policies: readonly string[]): Promise<TemporaryKey>
  role(name: string, trust: string, secondsMax?: number): Promise<string>
}

function policyOf(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}

function trustOf(principal: unknown): string {
  return policyOf({ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' })
}

async function converse(): Promise<Conversation> {
  const exchange = await createExchange()
  const speak = speaker(exchange, 's3')
  await speak.makeBucket()
  await speak.put('k')
  const { identities } = exchange.core
  const { id: accountId, uin } = exchange.owner
  const ask: Conversation['ask'] = (parameters, as = OWNER) =>
    speak.say(signedByAmazon({ parameters, host: HOST, now: exchange.clock.now() }, as))
  return {
    ...exchange,
    bucket: speak.bucket,
    say: speak.say,
    ask,
    keys: async (parameters, as = OWNER) => {
      const { status, text, xml } = await ask(parameters, as)
      assert.equal(status, 200, text)
      const [id = '', secret = '', token = ''] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map(
        (name) => textsOf(xml, name)[0],
      )
      return { id, secret, token }
    },
    read: async (as, method = 'GET') => {
      const headers = as.token === undefined ? {} : { 'x-amz-security-token': as.token }
      const heard = await speak.say({ method, bucket: speak.bucket, key: 'k', as, headers })
      return heard.status < 300 ? heard.status : heard.error.code
    },
    user: async (name, ...policies) => {
      await identities.createUser(accountId, name)
      for (const [at, text] of policies.entries()) await identities.putPolicy(accountId, `${name}-${at}`, text)
      const attached = policies.map((_, at) => `${name}-${at}`)
      await identities.setAttached(accountId, { kind: 'user', name }, attached)
      const { info, secret } = await identities.createKey({ accountId, userName: name })
      return { id: info.id, secret }
    },
    role: async (name, trust, sessionSecondsMax) => {
      await identities.createRole(accountId, { name, trust, sessionSecondsMax })
      await identities.putPolicy(accountId, 'read', READ)
      await identities.setAttached(accountId, { kind: 'role', name }, ['read'])
      return `arn:aws:iam::${uin}:role/${name}`
    },
  }
}

/** The error document of these APIs, which no other answer has. */
function assertRefused(heard: Heard, status: number, code: string, message?: RegExp): void {
  const { xml, text } = heard
  assert.equal(xml.name, 'ErrorResponse', text)
  assert.ok(text.startsWith(`<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type>`), text)
  assert.deepEqual([heard.status, textsOf(xml, 'Code')[0]], [status, code], text)
  assert.deepEqual(textsOf(xml, 'RequestId'), [heard.headers.get('x-amz-request-id')])
  if (message !== undefined) assert.match(textsOf(xml, 'Message')[0] ?? '', message)
}

test('an answer stands in the namespace of the API, with its result and the id of the request', async () => {
  const { ask, owner } = await converse()
  const heard = await ask({ Action: 'GetCallerIdentity' })
  const id = heard.headers.get('x-amz-request-id')
  const result = `<Arn>arn:aws:iam::${owner.uin}:root</Arn><UserId>${owner.uin}</UserId><Account>${owner.uin}</Account>`
  assert.equal(
    heard.text,
    `<GetCallerIdentityResponse xmlns="${NAMESPACE}"><GetCallerIdentityResult>${result}</GetCallerIdentityResult><ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
  )
  assert.equal(heard.headers.get('content-type'), 'text/xml')
})

test('GetCallerIdentity names users, sessions, federated users and roles as Amazon does', async () => {
  const { ask, keys, user, role, owner } = await converse()
  const { uin } = owner
  const alice = await user('alice', READ)
  const RoleArn = await role('night', trustOf('*'))
  const arn = async (as: TemporaryKey) => textsOf((await ask({ Action: 'GetCallerIdentity' }, as)).xml, 'Arn')[0]
  assert.equal(await arn(alice), `arn:aws:iam::${uin}:user/alice`)
  assert.equal(await arn(await keys({ Action: 'GetSessionToken' }, alice)), `arn:aws:iam::${uin}:user/alice`)
  const guest = await keys({ Action: 'GetFederationToken', Name: 'guest', Policy: READ }, alice)
  assert.equal(await arn(guest), `arn:aws:sts::${uin}:federated-user/guest`)
  const assumed = await keys({ Action: 'AssumeRole', RoleArn, RoleSessionName: 'ward' }, alice)
  assert.equal(await arn(assumed), `arn:aws:sts::${uin}:assumed-role/night/ward`)
})

test('keys of a session do what the permanent key does, until their time is over', async () => {
  const { keys, read, user, clock } = await converse()
  const session = await keys({ Action: 'GetSessionToken', DurationSeconds: '900' })
  assert.deepEqual([await read(session), session.id.slice(0, 4)], [200, 'ASIA'])
  const limited = await keys({ Action: 'GetSessionToken' }, await user('alice', READ))
  assert.deepEqual([await read(limited), await read(limited, 'DELETE')], [200, 'AccessDenied'])
  clock.advance(901_000)
  assert.deepEqual([await read(session), await read(limited)], ['ExpiredToken', 200])
})

test('a federated user may do what the caller and the policy both allow', async () => {
  const { keys, read, user } = await converse()
  const all = policyOf({ Effect: 'Allow', Action: 's3:*', Resource: '*' })
  const federated = (Policy: string | undefined, as?: TemporaryKey) =>
    keys({ Action: 'GetFederationToken', Name: 'guest', Policy }, as)
  const alice = await user('alice', READ)
  for (const [what, as, get, remove] of [
    ['the policy narrows the root', await federated(READ), 200, 'AccessDenied'],
    ['the policy gives nothing that the caller has not', await federated(all, alice), 200, 'AccessDenied'],
    ['without a policy', await federated(undefined), 'AccessDenied', 'AccessDenied'],
  ] as const) {
    assert.deepEqual([await read(as), await read(as, 'DELETE')], [get, remove], what)
  }
})

test('temporary keys neither prolong themselves nor, as a federated user, become a role', async () => {
  const { ask, keys, role } = await converse()
  const RoleArn = await role('night', trustOf('*'))
  const everything = policyOf({ Effect: 'Allow', Action: '*', Resource: '*' })
  const federated = { Action: 'GetFederationToken', Name: 'guest', Policy: everything }
  const assume = { Action: 'AssumeRole', RoleArn, RoleSessionName: 'ward' }
  const guest = await keys(federated)
  const session = await keys({ Action: 'GetSessionToken' })
  for (const as of [guest, session, await keys(assume)]) {
    assertRefused(await ask({ Action: 'GetSessionToken' }, as), 403, 'AccessDenied')
    assertRefused(await ask(federated, as), 403, 'AccessDenied')
  }
  assertRefused(await ask(assume, guest), 403, 'AccessDenied')
  assert.equal((await ask(assume, session)).status, 200)
})

test('a role of another account needs its trust and, for users of that account, their own policies', async () => {
  const { ask, keys, read, role, core, other, owner } = await converse()
  const RoleArn = await role('guests', trustOf(`arn:aws:iam::${other.uin}:root`))
  const assume = { Action: 'AssumeRole', RoleArn, RoleSessionName: 'ward' }
  await core.identities.createUser(other.id, 'bob')
  const { info, secret } = await core.identities.createKey({ accountId: other.id, userName: 'bob' })
  const bob = { id: info.id, secret }
  assertRefused(await ask(assume, OWNER), 403, 'AccessDenied', /sts:AssumeRole/)
  assertRefused(await ask(assume, bob), 403, 'AccessDenied')
  assert.equal(await read(await keys(assume, OTHER)), 200)
  const may = policyOf({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: RoleArn })
  await core.identities.putPolicy(other.id, 'may', may)
  await core.identities.setAttached(other.id, { kind: 'user', name: 'bob' }, ['may'])
  assert.equal(await read(await keys(assume, bob)), 200)
  const absent = `arn:aws:iam::${owner.uin}:role/absent`
  assertRefused(await ask({ ...assume, RoleArn: absent }, OTHER), 403, 'AccessDenied', /^Access Denied$/)
})

test('nobody need be allowed to make a federated user, and a policy may forbid it, by name and by service', async () => {
  const { ask, user } = await converse()
  const federated = { Action: 'GetFederationToken', Name: 'guest', Policy: READ }
  const deny = (Action: string, Resource: string) => policyOf({ Effect: 'Deny', Action, Resource })
  assert.equal((await ask(federated, await user('free', READ))).status, 200)
  const denied = await user('denied', READ, deny('sts:Get*', 'arn:aws:sts::*:federated-user/g*'))
  assertRefused(await ask(federated, denied), 403, 'AccessDenied', /sts:GetFederationToken/)
  assert.equal((await ask({ ...federated, Name: 'other' }, denied)).status, 200)
  const cam = { effect: 'deny', action: 'name/sts:GetFederationToken', resource: '*' }
  const tencent = await user('tencent', READ, JSON.stringify({ version: '2.0', statement: [cam] }))
  assertRefused(await ask(federated, tencent), 403, 'AccessDenied')
})

test('a user whom a trust names is still bound by what its own policies deny', async () => {
  const { ask, user, role, owner } = await converse()
  const deny = policyOf({ Effect: 'Deny', Action: 'sts:*', Resource: '*' })
  const RoleArn = await role(
    'night',
    trustOf([`arn:aws:iam::${owner.uin}:user/alice`, `arn:aws:iam::${owner.uin}:user/eve`]),
  )
  const assume = { Action: 'AssumeRole', RoleArn, RoleSessionName: 'ward' }
  assert.equal((await ask(assume, await user('alice'))).status, 200)
  assertRefused(await ask(assume, await user('eve', deny)), 403, 'AccessDenied')
})

test('a policy given to AssumeRole narrows the role, and its size is told', async () => {
  const { ask, keys, read, role } = await converse()
  const assume = { Action: 'AssumeRole', RoleArn: await role('night', trustOf('*')), RoleSessionName: 'ward' }
  const nothing = policyOf({ Effect: 'Allow', Action: 's3:ListBucket', Resource: '*' })
  assert.equal(await read(await keys(assume)), 200)
  assert.equal(await read(await keys({ ...assume, Policy: nothing })), 'AccessDenied')
  const { xml } = await ask({ ...assume, Policy: nothing })
  assert.deepEqual(textsOf(xml, 'PackedPolicySize'), [String(Math.ceil((nothing.length * 100) / 2048))])
})

test(raises('DurationOutOfRange', 'each action has bounds, the role as well, and a chain of roles'), async () => {
  const { ask, keys, role, user, clock } = await converse()
  const alice = await user('alice', READ)
  const RoleArn = await role('night', trustOf('*'), 7_200)
  const assume = { Action: 'AssumeRole', RoleArn, RoleSessionName: 'ward' }
  const assumed = await keys(assume)
  const session = { Action: 'GetSessionToken' }
  for (const [what, parameters, as] of [
    ['below 15 minutes', session, 899],
    ['beyond 36 hours', session, 129_601],
    ['below 15 minutes', assume, 899],
    ['beyond what the role allows', assume, 7_201],
  ] as const) {
    const refused = await ask({ ...parameters, DurationSeconds: String(as) }, alice)
    assertRefused(refused, 400, 'ValidationError', /^DurationSeconds must be from 900 to \d+/)
    assert.ok(what)
  }
  assertRefused(await ask({ ...assume, DurationSeconds: '3601' }, assumed), 400, 'ValidationError')
  const seconds = async (parameters: Parameters, as?: TemporaryKey) => {
    const [text = ''] = textsOf((await ask(parameters, as)).xml, 'Expiration')
    return Math.round((Date.parse(text) - clock.now()) / 1000)
  }
  assert.equal(await seconds({ ...session, DurationSeconds: '129600' }, alice), 129_600 - 1)
  assert.equal(await seconds(session, alice), 43_200 - 1)
  assert.equal(await seconds({ ...session, DurationSeconds: '129600' }), 3_600 - 1, 'of the root, shortened')
  assert.equal(await seconds(assume, alice), 3_600 - 1)
  assert.equal(await seconds({ ...assume, DurationSeconds: '7200' }, alice), 7_200 - 1)
})

test(raises('MissingAction', 'a call that asks for nothing'), async () => {
  const { ask } = await converse()
  assertRefused(await ask({}), 400, 'MissingAction')
})

test(raises('InvalidAction', 'a call that asks for what there is not, in this dialect'), async () => {
  const { ask } = await converse()
  assertRefused(await ask({ Action: 'MakeCoffee' }), 400, 'InvalidAction', /MakeCoffee/)
})

test(raises('InvalidActionVersion', 'a call of another version of the API'), async () => {
  const { ask } = await converse()
  assertRefused(await ask({ Action: 'GetCallerIdentity', Version: '2010-01-01' }), 400, 'InvalidAction', /2011-06-15/)
})

test(raises('ActionParameterMissing', 'a call without what its action needs'), async () => {
  const { ask } = await converse()
  assertRefused(await ask({ Action: 'AssumeRole', RoleSessionName: 'ward' }), 400, 'ValidationError', /RoleArn/)
  assertRefused(await ask({ Action: 'GetFederationToken', Name: '' }), 400, 'ValidationError', /Name/)
})

test(raises('ValidationError', 'parameters beyond their limits'), async () => {
  const { ask, role } = await converse()
  const RoleArn = await role('night', trustOf('*'))
  for (const [name, parameters] of [
    ['Name', { Action: 'GetFederationToken', Name: 'a' }],
    ['Name', { Action: 'GetFederationToken', Name: 'a'.repeat(33) }],
    ['RoleSessionName', { Action: 'AssumeRole', RoleArn, RoleSessionName: 'two words' }],
    ['RoleArn', { Action: 'AssumeRole', RoleArn: 'arn:aws:iam::x:role/y', RoleSessionName: 'ward' }],
    ['ExternalId', { Action: 'AssumeRole', RoleArn, RoleSessionName: 'ward', ExternalId: 'a b' }],
    ['DurationSeconds', { Action: 'GetSessionToken', DurationSeconds: '900.5' }],
    ['DurationSeconds', { Action: 'GetSessionToken', DurationSeconds: '-900' }],
  ] as const) {
    assertRefused(await ask(parameters), 400, 'ValidationError', new RegExp(name))
  }
})

test('a policy is refused that is none, that names principals, or that is too long', async () => {
  const { ask } = await converse()
  const federated = (Policy: string) => ask({ Action: 'GetFederationToken', Name: 'guest', Policy })
  const named = policyOf({ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' })
  for (const text of ['{', 'none', '{}', named, '%zz']) {
    assertRefused(await federated(text), 400, 'MalformedPolicyDocument')
  }
  const long = policyOf({ Effect: 'Allow', Action: 's3:*', Resource: `arn:aws:s3:::${'b'.repeat(2_048)}/*` })
  assertRefused(await federated(long), 400, 'PackedPolicyTooLarge')
})

test(raises('RoleNotFound', 'a role that the own account does not have'), async () => {
  const { ask, owner } = await converse()
  const RoleArn = `arn:aws:iam::${owner.uin}:role/absent`
  assertRefused(await ask({ Action: 'AssumeRole', RoleArn, RoleSessionName: 'ward' }), 403, 'AccessDenied')
})

test('what is known and not served is refused, where passing over it would give away more', async () => {
  const { ask } = await converse()
  const refused = async (parameters: Parameters) => {
    const { status, xml, text } = await ask(parameters)
    assert.deepEqual(
      [status, textsOf(xml, 'Code')[0], textsOf(xml, 'Type')[0]],
      [501, 'NotImplemented', 'Receiver'],
      text,
    )
  }
  await refused({ Action: 'AssumeRoleWithWebIdentity' })
  await refused({ Action: 'GetFederationToken', Name: 'guest', 'PolicyArns.member.1.arn': 'arn:aws:iam::1:policy/p' })
  await refused({ Action: 'GetSessionToken', SerialNumber: 'device', TokenCode: '123456' })
})

test(raises('MissingAuthenticationToken', 'a call that nobody signed'), async () => {
  const { say } = await converse()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const unsigned = { method: 'POST', host: HOST, as: 'anonymous', headers } as const
  const body = 'Action=GetCallerIdentity&Version=2011-06-15'
  assertRefused(await say({ ...unsigned, body }), 403, 'MissingAuthenticationToken')
  assertRefused(await say({ ...unsigned, body, host: 'localhost' }), 403, 'MissingAuthenticationToken')
})

test('what does not prove who calls is refused, in the words of the API', async () => {
  const { say, clock, keys } = await converse()
  const parameters = { Action: 'GetCallerIdentity' }
  const sketch = { parameters, host: HOST, now: clock.now() }
  const signed = signedByAmazon(sketch, OWNER)
  const session = await keys({ Action: 'GetSessionToken', DurationSeconds: '900' })
  const stale = signedByAmazon({ ...sketch, now: clock.now() - 901_000 }, OWNER)
  const words = (word: string) => signedByAmazon(sketch, OWNER, { headers: { 'x-amz-content-sha256': word } })
  for (const [what, said, status, code] of [
    ['an altered body', { ...signed, body: `${String(signed.body)}&Name=x` }, 403, 'SignatureDoesNotMatch'],
    ['a wrong secret', signedByAmazon(sketch, { ...OWNER, secret: 'wrong' }), 403, 'SignatureDoesNotMatch'],
    ['an unknown key', signedByAmazon(sketch, { ...OWNER, id: 'AKIDnobody' }), 403, 'InvalidClientTokenId'],
    ['an old signature', stale, 403, 'SignatureDoesNotMatch'],
    ['another service', signedByAmazon(sketch, OWNER, { service: 's3' }), 400, 'IncompleteSignature'],
    ['another region', signedByAmazon(sketch, OWNER, { region: 'mars-1' }), 400, 'IncompleteSignature'],
    ['a body that is not covered', words('UNSIGNED-PAYLOAD'), 400, 'ValidationError'],
    ['the hash of another body', words('0'.repeat(64)), 403, 'SignatureDoesNotMatch'],
    [
      'a temporary key alone',
      signedByAmazon(sketch, { id: session.id, secret: session.secret }),
      403,
      'InvalidClientTokenId',
    ],
    ['a token that is none', signedByAmazon(sketch, { ...session, token: 'none' }), 403, 'InvalidClientTokenId'],
    ["another key's token", signedByAmazon(sketch, { ...OWNER, token: session.token }), 403, 'InvalidClientTokenId'],
  ] as const) {
    const heard = await say(said)
    assert.ok(what)
    assertRefused(heard, status, code)
  }
  clock.advance(901_000)
  assertRefused(await say(signedByAmazon({ ...sketch, now: clock.now() }, session)), 403, 'ExpiredToken')
})

test('two signatures on one call are one too many', async () => {
  const { say, clock } = await converse()
  const sketch = { parameters: { Action: 'GetCallerIdentity' }, host: HOST, now: clock.now() }
  const { headers } = signedByAmazon(sketch, OWNER)
  const heard = await say({ ...signedByVersion1(sketch, OWNER), headers: headers ?? {} })
  assert.match(heard.text, /^\{"Response":\{"Error":\{"Code":"AuthFailure.InvalidAuthorization"/)
})

test('accounts that may not act get no keys', async () => {
  const { ask, core, owner } = await converse()
  for (const state of ['invited', 'suspended'] as const) {
    await core.identities.changeAccount(owner.id, { state })
    assertRefused(await ask({ Action: 'GetSessionToken' }), 403, 'OptInRequired')
  }
})

test('a bucket named like the hosts of this API is reached by its path', async () => {
  const { say } = await converse()
  assert.equal((await say({ method: 'PUT', bucket: 'sts', host: 'localhost', pathStyle: true })).status, 200)
  const call = await say({ method: 'GET', host: 'sts.localhost', path: '/k' })
  assertRefused(call, 400, 'InvalidURI')
})

test('a method that the API does not have is refused, and HEAD without a body', async () => {
  const { say } = await converse()
  assertRefused(await say({ method: 'DELETE', host: HOST }), 405, 'MethodNotAllowed')
  assert.equal((await say({ method: 'HEAD', host: HOST })).status, 405)
})
