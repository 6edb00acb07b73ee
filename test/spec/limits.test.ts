/** Request rates: who is counted with whom, and where in the order of checks each limit stands. */

import assert from 'node:assert/strict'
import { assertError, elementsOf, inBothDialects, OTHER, OWNER, type Speaker } from '../support/exchange.js'
import { raises } from '../support/raises.js'

const get = (speak: Speaker) => ({ method: 'GET', bucket: speak.bucket, key: 'k' })
const WRONG = { id: OWNER.id, secret: 'another' }

async function prepare(speak: Speaker): Promise<void> {
  await speak.makeBucket()
  speak.clock.advance(10_000)
  await speak.put('k')
  speak.clock.advance(10_000)
}

inBothDialects(
  raises('SlowDown', 'more requests than the keys of an account may sign'),
  async (speak) => {
    await prepare(speak)
    assert.equal((await speak.say(get(speak))).status, 200)
    assertError(await speak.say(get(speak)), 503, 'SlowDown', { RetryAfterSeconds: '1', BucketName: speak.bucket })
    assertError(await speak.say({ ...get(speak), as: OTHER }), 403, 'AccessDenied')
    assertError(
      await speak.say({ ...get(speak), as: 'anonymous', headers: { [`${speak.prefix}meta-a`]: '1' } }),
      403,
      'AccessDenied',
    )
  },
  { accountRequestsPerSecondMax: 1 },
)

inBothDialects(
  'a wrong signature is no request of the account, and is told before its limit is',
  async (speak) => {
    await prepare(speak)
    for (let i = 0; i < 3; i++) assertError(await speak.say({ ...get(speak), as: WRONG }), 403, 'SignatureDoesNotMatch')
    assert.equal((await speak.say(get(speak))).status, 200)
    assertError(await speak.say({ ...get(speak), as: WRONG }), 403, 'SignatureDoesNotMatch')
    assertError(await speak.say(get(speak)), 503, 'SlowDown')
  },
  { accountRequestsPerSecondMax: 1 },
)

inBothDialects(
  'the rate of one account goes before that of the settings',
  async (speak) => {
    await prepare(speak)
    await speak.core.limits.setOfAccount(speak.owner.id, { requestsPerSecondMax: 3 })
    for (let i = 0; i < 3; i++) assert.equal((await speak.say(get(speak))).status, 200)
    assertError(await speak.say(get(speak)), 503, 'SlowDown')
  },
  { accountRequestsPerSecondMax: 1 },
)

inBothDialects(
  'the rate of a bucket counts everybody, and other buckets have their own',
  async (speak) => {
    await prepare(speak)
    await speak.makeBucket('another-1250000000')
    speak.clock.advance(10_000)
    assert.equal((await speak.say(get(speak))).status, 200)
    assertError(await speak.say({ ...get(speak), as: OTHER }), 503, 'SlowDown', { BucketName: speak.bucket })
    assert.equal((await speak.say({ method: 'HEAD', bucket: 'another-1250000000' })).status, 200)
    assertError(await speak.say({ ...get(speak), as: WRONG }), 403, 'SignatureDoesNotMatch')
  },
  { bucketRequestsPerSecondMax: 1 },
)

inBothDialects('a refused upload costs no byte of its body', async (speak) => {
  await prepare(speak)
  const bucket = (await speak.core.buckets.find(speak.bucket)) ?? assert.fail()
  await speak.core.limits.setOfBucket(bucket, { requestsPerSecondMax: 1 })
  await speak.say(get(speak))
  const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'new', body: 'content' })
  assertError(heard, 503, 'SlowDown', { RetryAfterSeconds: '1' })
  assert.equal(heard.bodyRead, false)
})

inBothDialects(raises('QuotaExceeded', 'an object or a part for which there is no room'), async (speak) => {
  await prepare(speak)
  const bucket = (await speak.core.buckets.find(speak.bucket)) ?? assert.fail()
  const upload = { bucket: speak.bucket, key: 'upload' }
  const initiated = await speak.say({ ...upload, method: 'POST', query: { uploads: true } })
  const [uploadId = ''] = elementsOf(initiated.xml, 'UploadId').map(({ text }) => text)
  await speak.core.limits.setOfBucket(bucket, { sizeBytesMax: 20 })
  for (const said of [
    { method: 'PUT', bucket: speak.bucket, key: 'new', body: 'x'.repeat(14) },
    { method: 'PUT', ...upload, query: { partNumber: 1, uploadId }, body: 'x'.repeat(14) },
  ]) {
    const heard = await speak.say(said)
    assertError(heard, 403, 'QuotaExceeded', { BucketName: speak.bucket, MaxSizeAllowed: '20' })
    assert.equal(heard.bodyRead, false, 'no byte of the body is asked for')
  }
  assert.equal((await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', body: 'x'.repeat(20) })).status, 200)
  assertError(
    await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', body: 'x'.repeat(21) }),
    403,
    'QuotaExceeded',
  )
})

inBothDialects(
  'the rate of an address comes before everything that a request says',
  async (speak) => {
    await prepare(speak)
    assert.equal((await speak.say(get(speak))).status, 200)
    assertError(await speak.say({ ...get(speak), as: WRONG }), 503, 'SlowDown')
    const undecodable = {
      method: 'GET',
      path: '/%ff',
      as: 'anonymous',
      headers: { [`${speak.prefix}meta-a`]: '1' },
    } as const
    assertError(await speak.say(undecodable), 503, 'SlowDown')
  },
  { addressRequestsPerSecondMax: 1 },
)
