/** Tencent Cloud's API for temporary keys by each of its signatures: in the body, in the query, and in the header. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createExchange, type Exchange, type Heard, inCos, OWNER, type Said, speaker } from '../../support/exchange.js'
import { type QueryCallSketch, signedByTc3, signedByVersion1, type TemporaryKey } from '../../support/query-signing.js'
import { raises } from '../../support/raises.js'

const HOST = 'sts.tencentcloudapi.com'
const POLICY = JSON.stringify({
  version: '2.0',
  statement: [{ effect: 'allow', action: 'name/cos:GetObject', resource: '*' }],
})
const FEDERATED = { Action: 'GetFederationToken', Name: 'tester', Policy: encodeURIComponent(POLICY) }

interface Answer {
  readonly Response: Readonly<Record<string, unknown>> & {
    readonly Credentials?: { readonly TmpSecretId: string; readonly TmpSecretKey: string; readonly Token: string }
    readonly Error?: { readonly Code: string; readonly Message: string }
    readonly RequestId: string
  }
}

/** Everything is answered with 200 and JSON, and names the request. */
function responseOf(heard: Heard): Answer['Response'] {
  assert.deepEqual([heard.status, heard.headers.get('content-type')], [200, 'application/json'], heard.text)
  const { Response }: Answer = JSON.parse(heard.text)
  assert.equal(Response.RequestId, heard.headers.get('x-cos-request-id'))
  return Response
}

async function ask(exchange: Exchange, said: Said): Promise<Answer['Response']> {
  return responseOf(await speaker(exchange, 'cos').say(said))
}

const codeOf = async (exchange: Exchange, said: Said) => (await ask(exchange, said)).Error?.Code

type Sign = (sketch: QueryCallSketch, as: TemporaryKey) => Said

const WAYS: readonly (readonly [way: string, sign: Sign])[] = [
  ['version 1 in the body', (sketch, as) => signedByVersion1(sketch, as)],
  ['version 1 in the query', (sketch, as) => signedByVersion1(sketch, as, { method: 'GET' })],
  ['version 1 with SHA-256', (sketch, as) => signedByVersion1(sketch, as, { digest: 'sha256' })],
  ['TC3', (sketch, as) => signedByTc3(sketch, as)],
]

for (const [way, sign] of WAYS) {
  test(`${way}: keys are given that work, and say when they end`, async () => {
    const exchange = await createExchange()
    const speak = speaker(exchange, 'cos')
    await speak.makeBucket()
    await speak.put('k')
    const sketch = { parameters: FEDERATED, host: HOST, now: exchange.clock.now() }
    const { Credentials: given, ExpiredTime, Expiration } = await ask(exchange, sign(sketch, OWNER))
    assert.ok(given)
    assert.match(given.TmpSecretId, /^AKID/)
    assert.match(given.Token, /^[\w-]+$/, 'safe in a query string')
    assert.equal(ExpiredTime, Math.floor(sketch.now / 1000) + 1_800)
    assert.equal(Expiration, `${new Date(Number(ExpiredTime) * 1000).toISOString().slice(0, 19)}Z`)
    const as = { id: given.TmpSecretId, secret: given.TmpSecretKey }
    const headers = { 'x-cos-security-token': given.Token }
    const get = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', as, headers })
    assert.equal(get.status, 200, get.text)
  })

  test(`${way}: who cannot prove to be the key gets none`, async () => {
    const exchange = await createExchange()
    const now = exchange.clock.now()
    const sketch = { parameters: FEDERATED, host: HOST, now }
    assert.equal(await codeOf(exchange, sign(sketch, { ...OWNER, secret: 'x' })), 'AuthFailure.SignatureFailure')
    assert.equal(await codeOf(exchange, sign(sketch, { ...OWNER, id: 'AKIDx' })), 'AuthFailure.SecretIdNotFound')
    assert.equal(await codeOf(exchange, sign(sketch, { ...OWNER, token: 'x' })), 'AuthFailure.TokenFailure')
    for (const skewMs of [-301_000, 301_000]) {
      const skewed = sign({ ...sketch, now: now + skewMs }, OWNER)
      assert.equal(await codeOf(exchange, skewed), 'AuthFailure.SignatureExpire')
    }
    const elsewhere = { ...sign(sketch, OWNER), host: 'sts.ap-guangzhou.tencentcloudapi.com' }
    assert.equal(await codeOf(exchange, elsewhere), 'AuthFailure.SignatureFailure')
  })

  test(`${way}: temporary keys may ask who they are, and for no more keys`, async () => {
    const exchange = await createExchange()
    const sketch = { parameters: FEDERATED, host: HOST, now: exchange.clock.now() }
    const { Credentials: given } = await ask(exchange, sign(sketch, OWNER))
    assert.ok(given)
    const as = { id: given.TmpSecretId, secret: given.TmpSecretKey, token: given.Token }
    assert.equal(await codeOf(exchange, sign(sketch, as)), 'UnauthorizedOperation')
    const { UserId } = await ask(exchange, sign({ ...sketch, parameters: { Action: 'GetCallerIdentity' } }, as))
    assert.equal(UserId, `${exchange.owner.uin}:tester`)
  })
}

test('who am I: as the vendor writes accounts, users and roles', async () => {
  const exchange = await createExchange()
  const { identities } = exchange.core
  const { id: accountId, uin } = exchange.owner
  const { number } = await identities.createUser(accountId, 'alice')
  const { info, secret } = await identities.createKey({ accountId, userName: 'alice' })
  const trust = JSON.stringify({
    version: '2.0',
    statement: [{ effect: 'allow', action: 'name/sts:AssumeRole', principal: { qcs: '*' } }],
  })
  const role = await identities.createRole(accountId, { name: 'night', trust })
  const sketch = (parameters: QueryCallSketch['parameters']) => ({ parameters, host: HOST, now: exchange.clock.now() })
  const who = async (as: TemporaryKey) => {
    const { RequestId, ...shown } = await ask(exchange, signedByTc3(sketch({ Action: 'GetCallerIdentity' }), as))
    assert.ok(RequestId)
    return shown
  }
  assert.deepEqual(await who(OWNER), {
    Arn: `qcs::cam:${uin}:uin/${uin}`,
    AccountId: uin,
    UserId: uin,
    PrincipalId: uin,
    Type: 'CAMUser',
  })
  const alice = { id: info.id, secret }
  assert.deepEqual(await who(alice), {
    Arn: `qcs::cam:${uin}:uin/${number}`,
    AccountId: uin,
    UserId: number,
    PrincipalId: number,
    Type: 'CAMUser',
  })
  for (const RoleArn of [`qcs::cam::uin/${uin}:roleName/night`, `qcs::cam::uin/${uin}:role/${role.id}`]) {
    const assume = { Action: 'AssumeRole', RoleArn, RoleSessionName: 'ward' }
    const { Credentials: given } = await ask(exchange, signedByTc3(sketch(assume), alice))
    assert.ok(given)
    assert.deepEqual(await who({ id: given.TmpSecretId, secret: given.TmpSecretKey, token: given.Token }), {
      Arn: `qcs::sts:${uin}:assumed-role/${role.id}`,
      AccountId: uin,
      UserId: `${role.id}:ward`,
      PrincipalId: uin,
      Type: 'CAMRole',
    })
  }
})

test(raises('InvalidClientTokenId', 'a key that is unknown, or disabled'), async () => {
  const exchange = await createExchange()
  const sketch = { parameters: FEDERATED, host: HOST, now: exchange.clock.now() }
  assert.equal(await codeOf(exchange, signedByTc3(sketch, { ...OWNER, id: 'AKIDx' })), 'AuthFailure.SecretIdNotFound')
  const { info, secret } = await exchange.core.identities.createKey({
    accountId: exchange.owner.id,
    userName: undefined,
  })
  const further = signedByTc3(sketch, { id: info.id, secret })
  assert.equal(await codeOf(exchange, further), undefined)
  await exchange.core.identities.setKeyEnabled(info.id, false)
  assert.equal(await codeOf(exchange, further), 'AuthFailure.SecretIdNotFound')
})

test('TC3: a body that is no object of JSON, or has too much in it, is refused', async () => {
  const exchange = await createExchange()
  const sketch = { parameters: { Action: 'GetFederationToken' }, host: HOST, now: exchange.clock.now() }
  const deep = `{"a":${'['.repeat(20)}1${']'.repeat(20)}}`
  const many = JSON.stringify(Object.fromEntries(Array.from({ length: 201 }, (_, at) => [`n${at}`, at])))
  for (const body of ['', '[]', 'null', '"x"', '{', '{"Name":}', deep, many]) {
    const code = await codeOf(exchange, signedByTc3(sketch, OWNER, body))
    assert.equal(code, body === '' ? 'MissingParameter' : 'InvalidParameter.ParamError', body.slice(0, 20))
  }
})

test('version 1: a body that is no form, or names a parameter twice, is refused', async () => {
  const exchange = await createExchange()
  const sketch = { parameters: FEDERATED, host: HOST, now: exchange.clock.now() }
  const said = signedByVersion1(sketch, OWNER)
  for (const more of ['&Name=other', '&x=%zz', '&x=%ff', `&${'y&'.repeat(1_001)}`]) {
    const code = await codeOf(exchange, { ...said, body: `${String(said.body)}${more}` })
    assert.equal(code, 'InvalidParameter.ParamError', more.slice(0, 20))
  }
})

test('TC3: a signature for another service or without the host is no signature for this', async () => {
  const exchange = await createExchange()
  const said = signedByTc3({ parameters: FEDERATED, host: HOST, now: exchange.clock.now() }, OWNER)
  const { authorization = '' } = said.headers ?? {}
  for (const changed of [
    authorization.replace('/sts/', '/cvm/'),
    authorization.replace(';host', ''),
    'TC3-HMAC-SHA256',
  ]) {
    const code = await codeOf(exchange, { ...said, headers: { ...said.headers, authorization: changed } })
    assert.equal(code, 'AuthFailure.InvalidAuthorization', changed.slice(0, 60))
  }
})

test('TC3 is taken on any host, at the root only', async () => {
  const exchange = await createExchange()
  const sketch = { parameters: FEDERATED, host: 'localhost:9000', now: exchange.clock.now() }
  assert.ok((await ask(exchange, signedByTc3(sketch, OWNER))).Credentials)
  const heard = await speaker(exchange, 'cos').say({ ...signedByTc3(sketch, OWNER), path: '/bucket/key' })
  assert.equal(heard.xml.name, 'Error')
})

inCos('what the API does not have says so: a session of the same key belongs to the other vendor', async (speak) => {
  const sketch = { parameters: { Action: 'GetSessionToken' }, host: HOST, now: speak.clock.now() }
  assert.equal(await codeOf(speak, signedByTc3(sketch, OWNER)), 'UnsupportedOperation')
  const tagged = { ...FEDERATED, 'Tags.0.Key': 'a', 'Tags.0.Value': 'b' }
  assert.equal(await codeOf(speak, signedByVersion1({ ...sketch, parameters: tagged }, OWNER)), 'UnsupportedOperation')
})

test('a signature that does not match is told what should have been signed, and never the token', async () => {
  const exchange = await createExchange()
  const sketch = { parameters: FEDERATED, host: HOST, now: exchange.clock.now() }
  const { Credentials: given } = await ask(exchange, signedByVersion1(sketch, OWNER))
  assert.ok(given)
  const as = { id: given.TmpSecretId, secret: 'mistaken', token: given.Token }
  const { Error: refused } = await ask(exchange, signedByVersion1(sketch, as))
  assert.match(refused?.Message ?? '', /POSTsts\.tencentcloudapi\.com\/\?Action=GetFederationToken&/)
  assert.ok(refused && !refused.Message.includes(given.Token))
  const spaced = await ask(exchange, signedByVersion1(sketch, { ...OWNER, secret: `${OWNER.secret}\n` }))
  assert.match(spaced.Error?.Message ?? '', /white space/)
})
