/** The four switches of a public access block: each alone does its part, and reads back as it was set. */

import assert from 'node:assert/strict'
import { assertError, inBothDialects, inS3, type Speaker } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const SWITCHES = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const
type Switch = (typeof SWITCHES)[number]

const block = (speak: Speaker, ...on: readonly Switch[]) =>
  speak.core.buckets.find(speak.bucket).then(async (bucket) => {
    assert.ok(bucket)
    const json = SWITCHES.map((name) => on.includes(name))
    await speak.core.documents.put(bucket, 'public-access-block', () => json)
  })

const configuration = (...on: readonly Switch[]) =>
  `<PublicAccessBlockConfiguration>${on.map((name) => `<${name}>true</${name}>`).join('')}</PublicAccessBlockConfiguration>`

const PUBLIC = (bucket: string, action = 's3:GetObject') =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: action, Resource: `arn:aws:s3:::${bucket}/*` }],
  })

inS3(raises('NoSuchPublicAccessBlockConfiguration', 'until one is set, and after it is deleted'), async (speak) => {
  await speak.makeBucket()
  const ask = (method: string, body?: string) =>
    speak.say({
      method,
      bucket: speak.bucket,
      query: { publicAccessBlock: true },
      ...(body === undefined ? {} : { body }),
    })
  assertError(await ask('GET'), 404, 'NoSuchPublicAccessBlockConfiguration', { BucketName: speak.bucket })
  assert.equal((await ask('PUT', configuration('IgnorePublicAcls'))).status, 200)
  const heard = await ask('GET')
  for (const name of SWITCHES)
    assert.ok(heard.text.includes(`<${name}>${name === 'IgnorePublicAcls'}</${name}>`), heard.text)
  assert.equal((await ask('DELETE')).status, 204)
  assertError(await ask('GET'), 404, 'NoSuchPublicAccessBlockConfiguration')
  assertError(await ask('PUT', '<PublicAccessBlockConfiguration><BlockPublicAcls>x'), 400, 'MalformedXML')
})

inBothDialects(raises('AccessDenied', 'BlockPublicAcls: an ACL that lets everybody in'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  await block(speak, 'BlockPublicAcls')
  const acl = (word: string) => ({ [`${speak.prefix}acl`]: word })
  const at = { bucket: speak.bucket, query: { acl: true } as const }
  for (const word of ['public-read', 'authenticated-read']) {
    assertError(await speak.say({ ...at, method: 'PUT', headers: acl(word) }), 403, 'AccessDenied')
    assertError(await speak.say({ ...at, method: 'PUT', key: 'k', headers: acl(word) }), 403, 'AccessDenied')
    assertError(
      await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'n', body: 'x', headers: acl(word) }),
      403,
      'AccessDenied',
    )
  }
  assert.equal((await speak.say({ ...at, method: 'PUT', headers: acl('private') })).status, 200)
  assert.equal(
    (await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'n', body: 'x', headers: acl('private') })).status,
    200,
  )
})

inBothDialects(
  'IgnorePublicAcls: what an ACL gives to groups is nothing, what it gives to an account stays',
  async (speak) => {
    await speak.makeBucket(speak.bucket, { [`${speak.prefix}acl`]: 'public-read' })
    await speak.put('k')
    const get = () => speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', as: 'other' })
    assert.equal((await get()).status, 200)
    await block(speak, 'IgnorePublicAcls')
    assertError(await get(), 403, 'AccessDenied')
    const bucket = (await speak.core.buckets.find(speak.bucket)) ?? assert.fail()
    const { uin } = speak.other
    await speak.core.buckets.setAcl(bucket, [{ grantee: { kind: 'user', uin, subUin: uin }, permission: 'READ' }])
    assert.equal((await get()).status, 200)
  },
)

inBothDialects(raises('AccessDenied', 'BlockPublicPolicy: a policy that lets everybody in'), async (speak) => {
  await speak.makeBucket()
  await block(speak, 'BlockPublicPolicy')
  const put = (body: string) => speak.say({ method: 'PUT', bucket: speak.bucket, query: { policy: true }, body })
  assertError(await put(PUBLIC(speak.bucket)), 403, 'AccessDenied')
  const named = PUBLIC(speak.bucket).replace('"Principal":"*"', '"Principal":{"AWS":"arn:aws:iam::100000000002:root"}')
  assert.equal((await put(named)).status, 204)
})

inBothDialects('RestrictPublicBuckets: a public policy serves the side of the owner only', async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  await speak.say({ method: 'PUT', bucket: speak.bucket, query: { policy: true }, body: PUBLIC(speak.bucket) })
  const get = (as: 'other' | 'owner') => speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', as })
  assert.equal((await get('other')).status, 200)
  await block(speak, 'RestrictPublicBuckets')
  assertError(await get('other'), 403, 'AccessDenied')
  assert.equal((await get('owner')).status, 200)
  const { identities } = speak.core
  await identities.createUser(speak.owner.id, 'alice')
  const { info, secret } = await identities.createKey({ accountId: speak.owner.id, userName: 'alice' })
  const byUser = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', as: { id: info.id, secret } })
  assert.equal(byUser.status, 200, 'a user of the owner, to whom the policy gives what it gives to everybody')
})
