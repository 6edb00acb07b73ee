/** The API for temporary keys in process: what is a call for it, what it refuses, and how long what it gives lasts. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { v1Signature } from '../../../src/dialects/cos/api-signature.js'
import { stsActions } from '../../../src/operations/sts/actions.js'
import type { Credentials } from '../../../src/tries/signing.js'
import { createExchange, type Exchange, OTHER, OWNER, speaker } from '../../support/exchange.js'

const HOST = 'sts.tencentcloudapi.com'
const POLICY = {
  version: '2.0',
  statement: [{ effect: 'allow', action: ['name/cos:GetObject'], resource: ['*'] }],
}
const TRUST = (principal: unknown, condition?: object) =>
  JSON.stringify({
    version: '2.0',
    statement: [{ effect: 'allow', action: 'name/sts:AssumeRole', principal, ...(condition && { condition }) }],
  })

type Answer = { readonly [name: string]: Answer } & {
  readonly Error?: { readonly Code: string; readonly Message: string }
}

/** Signed as qcloud-cos-sts signs, but for the policy, whose second encoding is up to the caller. */
async function call(
  exchange: Exchange,
  change: Readonly<Record<string, string>>,
  as: Credentials = OWNER,
  host = HOST,
) {
  const parameters: Record<string, string> = {
    Action: 'GetFederationToken',
    DurationSeconds: '1800',
    Name: 'tester',
    Nonce: '12345',
    Policy: encodeURIComponent(JSON.stringify(POLICY)),
    Region: 'ap-beijing',
    SecretId: as.id,
    Timestamp: String(Math.floor(exchange.clock.now() / 1000)),
    Version: '2018-08-13',
    ...change,
  }
  for (const [name, value] of Object.entries(parameters)) if (value === '') delete parameters[name]
  const pairs = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1))
  const text = `POST${host}/?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`
  const Signature = v1Signature('sha1', as.secret, text)
  const body = new URLSearchParams({ ...parameters, Signature }).toString()
  const heard = await speaker(exchange, 'cos').say({
    method: 'POST',
    host,
    as: 'anonymous',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  })
  assert.equal(heard.status, 200, heard.text)
  const answer: { readonly Response: Answer } = JSON.parse(heard.text)
  return answer.Response
}

const credentialsOf = ({ Credentials: { TmpSecretId, TmpSecretKey, Token } = {} as never }: Answer) => ({
  id: String(TmpSecretId),
  secret: String(TmpSecretKey),
  token: String(Token),
})

async function readWith(exchange: Exchange, keys: ReturnType<typeof credentialsOf>, key = 'k', method = 'GET') {
  const speak = speaker(exchange, 'cos')
  return speak.say({ method, bucket: speak.bucket, key, as: keys, headers: { 'x-cos-security-token': keys.token } })
}

async function prepared(): Promise<Exchange> {
  const exchange = await createExchange()
  const speak = speaker(exchange, 'cos')
  await speak.makeBucket()
  await speak.put('k')
  return exchange
}

test('keys that a call gives work, do what the policy says, and end when they say', async () => {
  const exchange = await prepared()
  const answer = await call(exchange, {})
  const keys = credentialsOf(answer)
  assert.equal(Number(answer['ExpiredTime']) * 1000, Math.floor(exchange.clock.now() / 1000) * 1000 + 1_800_000)
  assert.equal((await readWith(exchange, keys)).status, 200)
  assert.equal((await readWith(exchange, keys, 'k', 'DELETE')).status, 403)
  exchange.clock.advance(1_801_000)
  assert.equal((await readWith(exchange, keys)).error.code, 'ExpiredToken')
})

test('a policy may come as plain JSON, once encoded, or with the legacy form of resources', async () => {
  const exchange = await prepared()
  const legacy = 'qcs::cos:ap-guangzhou:uid/1250000000:prefix//1250000000/examplebucket/*'
  const policies = [
    JSON.stringify(POLICY),
    JSON.stringify({ ...POLICY, statement: { ...POLICY.statement[0], resource: legacy, principal: { qcs: '*' } } }),
  ]
  for (const Policy of policies) {
    assert.equal((await readWith(exchange, credentialsOf(await call(exchange, { Policy })))).status, 200, Policy)
  }
  const elsewhere = legacy.replace('/examplebucket/', '/another/')
  const Policy = JSON.stringify({ ...POLICY, statement: { ...POLICY.statement[0], resource: elsewhere } })
  assert.equal((await readWith(exchange, credentialsOf(await call(exchange, { Policy })))).status, 403)
})

const REFUSED: readonly (readonly [what: string, change: Readonly<Record<string, string>>, code: RegExp])[] = [
  ['no action', { Action: '' }, /^MissingParameter$/],
  ['an unknown action', { Action: 'MakeCoffee' }, /^InvalidAction$/],
  ['another version', { Version: '2011-01-01' }, /^NoSuchVersion$/],
  ['no policy', { Policy: '' }, /^MissingParameter$/],
  ['a policy that is none', { Policy: '{}' }, /^InvalidParameter\./],
  ['no name', { Name: '' }, /^MissingParameter$/],
  ['a name with a space', { Name: 'a b' }, /^InvalidParameter\./],
  ['too long for a root key', { DurationSeconds: '7201' }, /^InvalidParameter\./],
  ['a duration that is none', { DurationSeconds: 'long' }, /^InvalidParameter\./],
  ['an old time', { Timestamp: '1000000000' }, /^AuthFailure\.SignatureExpire$/],
  [
    'a role that is not there',
    { Action: 'AssumeRole', RoleArn: 'qcs::cam::uin/1:roleName/r', RoleSessionName: 'abc' },
    /^(?:UnauthorizedOperation|ResourceNotFound\.RoleNotFound)$/,
  ],
  [
    'a role that is no name of one',
    { Action: 'AssumeRole', RoleArn: 'somebody or other', RoleSessionName: 'abc' },
    /^InvalidParameter\./,
  ],
]

for (const [what, change, code] of REFUSED) {
  test(`a call with ${what} is refused`, async () => {
    const refused = await call(await prepared(), change)
    assert.match(refused.Error?.Code ?? '', code)
  })
}

test('wrong and unknown keys, and bodies beyond 64 KiB, are refused', async () => {
  const exchange = await prepared()
  const code = async (as: Credentials) => (await call(exchange, {}, as)).Error?.Code
  assert.equal(await code({ id: OWNER.id, secret: 'wrong wrong wrong' }), 'AuthFailure.SignatureFailure')
  assert.equal(await code({ id: 'AKIDnobody', secret: OWNER.secret }), 'AuthFailure.SecretIdNotFound')
  const tooLong = await call(exchange, { Filler: 'x'.repeat(70_000) })
  assert.equal(tooLong.Error?.Code, 'RequestSizeLimitExceeded')
})

test('temporary keys do not prolong themselves', async () => {
  const exchange = await prepared()
  const { token, ...keys } = credentialsOf(await call(exchange, {}))
  assert.equal((await call(exchange, { Token: token }, keys)).Error?.Code, 'UnauthorizedOperation')
  assert.equal((await call(exchange, {}, keys)).Error?.Code, 'AuthFailure.TokenFailure')
})

test('a suspended account gets no keys, and those it has are worth nothing', async () => {
  const exchange = await prepared()
  const keys = credentialsOf(await call(exchange, {}))
  await exchange.core.identities.changeAccount(exchange.owner.id, { state: 'suspended' })
  assert.notEqual((await call(exchange, {})).Error, undefined)
  assert.equal((await readWith(exchange, keys)).error.code, 'AccountProblem')
})

/** Each trust, who asks, and whether it is enough. */
test('a role is assumed by whom its trust names; users need their own permission where it names their account', async () => {
  const exchange = await prepared()
  const { identities } = exchange.core
  const { id: accountId, uin } = exchange.owner
  const alice = await identities.createUser(accountId, 'alice')
  const { info, secret } = await identities.createKey({ accountId, userName: 'alice' })
  await identities.putPolicy(accountId, 'read', JSON.stringify(POLICY))
  const user = { id: info.id, secret }
  const assume = async (name: string, as: Credentials, change: Readonly<Record<string, string>> = {}) => {
    const RoleArn = `qcs::cam::uin/${uin}:roleName/${name}`
    return call(
      exchange,
      { Action: 'AssumeRole', RoleArn, RoleSessionName: 'abc', Name: '', Policy: '', ...change },
      as,
    )
  }
  const role = async (name: string, trust: string) => {
    await identities.createRole(accountId, { name, trust })
    await identities.setAttached(accountId, { kind: 'role', name }, ['read'])
  }
  await role('account', TRUST({ qcs: [`qcs::cam::uin/${uin}:root`] }))
  await role('alice', TRUST({ qcs: [`qcs::cam::uin/${uin}:uin/${alice.number}`] }))
  await role('outside', TRUST('*', { string_equal: { 'sts:external_id': 'secret-7' } }))
  assert.equal((await assume('account', OWNER)).Error, undefined)
  assert.equal((await assume('account', user)).Error?.Code, 'UnauthorizedOperation')
  assert.equal((await assume('account', OTHER)).Error?.Code, 'UnauthorizedOperation')
  assert.equal((await assume('alice', OWNER)).Error?.Code, 'UnauthorizedOperation')
  const byAlice = credentialsOf(await assume('alice', user))
  assert.equal((await readWith(exchange, byAlice)).status, 200)
  assert.equal((await readWith(exchange, byAlice, 'k', 'DELETE')).status, 403)
  assert.equal((await assume('outside', OTHER)).Error?.Code, 'UnauthorizedOperation')
  assert.equal((await assume('outside', OTHER, { ExternalId: 'secret-7' })).Error, undefined)
  await identities.putPolicy(
    accountId,
    'assume',
    JSON.stringify({
      version: '2.0',
      statement: [
        { effect: 'allow', action: 'name/sts:AssumeRole', resource: `qcs::cam::uin/${uin}:roleName/account` },
      ],
    }),
  )
  await identities.setAttached(accountId, { kind: 'user', name: 'alice' }, ['assume'])
  assert.equal((await assume('account', user)).Error, undefined)
  await identities.revokeRoleSessions(accountId, 'alice')
  exchange.clock.advance(1_000)
  assert.equal((await readWith(exchange, byAlice)).error.code, 'TokenRefreshRequired')
})

test('who am I: an account, a user, a federated user', async () => {
  const exchange = await prepared()
  const { uin } = exchange.owner
  const asked = { Action: 'GetCallerIdentity', Policy: '', Name: '', DurationSeconds: '' }
  const root = await call(exchange, asked)
  assert.deepEqual([root['AccountId'], root['Type']], [uin, 'CAMUser'])
  const { token, ...keys } = credentialsOf(await call(exchange, {}))
  const federated = await call(exchange, { ...asked, Token: token }, keys)
  assert.match(String(federated['Arn']), /federated-user/)
})

test('a form at the root of any host is a call; anything else at the root is not', async () => {
  const exchange = await prepared()
  assert.equal((await call(exchange, {}, OWNER, 'localhost')).Error, undefined)
  const speak = speaker(exchange, 'cos')
  const list = await speak.say({ method: 'GET' })
  assert.match(list.text, /ListAllMyBucketsResult/)
  const put = await speak.say({ method: 'PUT', host: HOST, as: 'anonymous' })
  const answer: { readonly Response: Answer } = JSON.parse(put.text)
  assert.equal(answer.Response.Error?.Code, 'UnsupportedProtocol')
})

test('every action says which of its parameters it has', () => {
  for (const { name, summary, parameters } of stsActions) {
    assert.ok(summary.endsWith('.'), name)
    assert.equal(new Set(parameters.map((parameter) => parameter.name)).size, parameters.length, name)
  }
})
