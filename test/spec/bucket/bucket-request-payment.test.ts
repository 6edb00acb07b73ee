/** Who pays: the owner, who then must not be suspended, or whoever asks, who then must say so. */

import assert from 'node:assert/strict'
import { assertError, inBothDialects, inS3, type Said, type Speaker } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const payment = (payer: string) => `<RequestPaymentConfiguration><Payer>${payer}</Payer></RequestPaymentConfiguration>`

async function prepare(speak: Speaker, requesterPays: boolean): Promise<void> {
  await speak.makeBucket(speak.bucket, { [`${speak.prefix}acl`]: 'public-read-write' })
  await speak.put('k')
  const bucket = (await speak.core.buckets.find(speak.bucket)) ?? assert.fail()
  if (requesterPays) await speak.core.documents.put(bucket, 'request-payment', () => 'Requester')
}

const get = (speak: Speaker, said: Partial<Said> = {}) =>
  speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', as: 'other', ...said })

inS3('the owner pays until it says otherwise, and may say it again', async (speak) => {
  await speak.makeBucket()
  const ask = (method: string, body?: string) =>
    speak.say({
      method,
      bucket: speak.bucket,
      query: { requestPayment: true },
      ...(body === undefined ? {} : { body }),
    })
  assert.match((await ask('GET')).text, /<Payer>BucketOwner<\/Payer>/)
  for (const payer of ['Requester', 'BucketOwner']) {
    assert.equal((await ask('PUT', payment(payer))).status, 200)
    assert.ok((await ask('GET')).text.includes(`<Payer>${payer}</Payer>`))
  }
  assertError(await ask('PUT', payment('Somebody')), 400, 'MalformedXML')
})

inBothDialects(raises('AccessDenied', 'a requester who does not say that it pays'), async (speak) => {
  await prepare(speak, true)
  const pays = { [`${speak.prefix}request-payer`]: 'requester' }
  assertError(await get(speak), 403, 'AccessDenied')
  const heard = await get(speak, { headers: pays })
  assert.equal(heard.status, 200)
  assert.equal(heard.headers.get(`${speak.prefix}request-charged`), 'requester')
  assertError(await get(speak, { as: 'anonymous', headers: pays }), 403, 'AccessDenied')
  const own = await get(speak, { as: 'owner' })
  assert.deepEqual([own.status, own.headers.get(`${speak.prefix}request-charged`)], [200, undefined])
  const put = await get(speak, { method: 'PUT', key: 'n', body: 'x' })
  assertError(put, 403, 'AccessDenied')
  assert.equal(put.bodyRead, false)
})

inBothDialects(
  raises('InvalidPayer', 'others on a bucket whose owner is suspended; the owner has an AccountProblem'),
  async (speak) => {
    await prepare(speak, false)
    const { identities } = speak.core
    await identities.changeAccount(speak.owner.id, { state: 'suspended' })
    const mark = { [`${speak.prefix}meta-mark`]: '1' }
    for (const as of ['other', 'anonymous'] as const) {
      const heard = await get(speak, { as, headers: mark })
      assertError(heard, 403, 'InvalidPayer', { BucketName: speak.bucket, Payer: speak.owner.uin })
    }
    assertError(await get(speak, { as: 'owner' }), 403, 'AccountProblem')
    await identities.changeAccount(speak.owner.id, { state: 'active' })
    assert.equal((await get(speak)).status, 200)
  },
)

inBothDialects('where the requester pays, a suspended owner is nobody else’s problem', async (speak) => {
  await prepare(speak, true)
  await speak.core.identities.changeAccount(speak.owner.id, { state: 'suspended' })
  assert.equal((await get(speak, { headers: { [`${speak.prefix}request-payer`]: 'requester' } })).status, 200)
})
