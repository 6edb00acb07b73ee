/** Requests without TLS where TLS is wanted: on the whole listener, or at one bucket (errors.md row 67). */

import assert from 'node:assert/strict'
import { httpsFormat } from '../../src/core/bucket-access.js'
import type { HttpsPolicy } from '../../src/model/https-policy.js'
import { TEST_CERTIFICATE } from '../server/certificate.js'
import { assertError, BUCKET, inBothDialects, inS3, type Speaker } from '../support/exchange.js'
import { raises } from '../support/raises.js'

async function setPolicy({ core }: Speaker, policy: HttpsPolicy): Promise<void> {
  const bucket = (await core.buckets.find(BUCKET)) ?? assert.fail()
  await core.documents.put(bucket, httpsFormat.kind, () => httpsFormat.toJson(policy))
}

inBothDialects(
  raises('Redirect', 'a listener that sends to HTTPS whoever comes without'),
  async (speak) => {
    await speak.say({ method: 'PUT', bucket: BUCKET, secure: true })
    for (const as of ['owner', 'anonymous'] as const) {
      const heard = await speak.say({ method: 'GET', bucket: BUCKET, key: 'a b', query: 'x=%2F', as })
      const Endpoint = speak.host(BUCKET)
      assertError(heard, 307, 'Redirect', { Endpoint, Bucket: BUCKET })
      assert.equal(heard.headers.get('location'), `https://${Endpoint}/a%20b?x=%2F`)
    }
    const put = await speak.say({ method: 'PUT', bucket: BUCKET, key: 'k', body: 'content' })
    assertError(put, 307, 'Redirect')
    assert.equal(put.bodyRead, false)
    const service = await speak.say({ method: 'GET', host: 'localhost:9000', path: '/' })
    assertError(service, 307, 'Redirect', { Endpoint: 'localhost' })
    assert.equal(service.error.details['Bucket'], undefined)
    assert.equal(service.headers.get('location'), 'https://localhost/')
    assertError(await speak.say({ method: 'HEAD', bucket: BUCKET }), 307, 'Redirect')
    assert.equal((await speak.say({ method: 'HEAD', bucket: BUCKET, secure: true })).status, 200)
  },
  { https: 'redirect' },
)

inBothDialects(
  'the address of the redirect has the port of the TLS listener where there is one',
  async (speak) => {
    const server = speak.service.server(undefined, {
      key: Buffer.from(TEST_CERTIFICATE.key),
      cert: Buffer.from(TEST_CERTIFICATE.cert),
    })
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 })
    const heard = await speak.say({ method: 'GET', host: `${BUCKET}.localhost:9000`, path: '/k' })
    await server[Symbol.asyncDispose]()
    assertError(heard, 307, 'Redirect', { Endpoint: `${BUCKET}.localhost:${port}` })
    assert.equal(heard.headers.get('location'), `https://${BUCKET}.localhost:${port}/k`)
  },
  { https: 'redirect' },
)

inBothDialects(
  raises('AccessDenied', 'a listener that refuses whoever comes without TLS'),
  async (speak) => {
    const heard = await speak.say({ method: 'PUT', bucket: BUCKET })
    assertError(heard, 403, 'AccessDenied')
    assert.match(heard.error.details['Diagnosis'] ?? '', /https only/)
    assert.equal((await speak.say({ method: 'PUT', bucket: BUCKET, secure: true })).status, 200)
  },
  { https: 'required' },
)

inBothDialects(
  'what a trusted proxy says about TLS counts, and what others say does not',
  async (speak) => {
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' }
    assert.equal((await speak.say({ method: 'PUT', bucket: BUCKET, headers })).status, 200)
    const plain = await speak.say({ method: 'HEAD', bucket: BUCKET, headers: { 'x-forwarded-proto': 'http' } })
    assertError(plain, 307, 'Redirect')
  },
  { https: 'redirect', trustedProxies: ['127.0.0.1'] },
)

inBothDialects(
  'a header of a stranger is not believed',
  async (speak) => {
    const headers = { 'x-forwarded-proto': 'https' }
    assertError(await speak.say({ method: 'PUT', bucket: BUCKET, headers }), 307, 'Redirect')
  },
  { https: 'redirect' },
)

inBothDialects(raises('Redirect', 'a bucket that sends to HTTPS whoever comes without'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  await setPolicy(speak, 'redirect')
  for (const as of ['owner', 'anonymous', 'other'] as const) {
    const heard = await speak.say({ method: 'GET', bucket: BUCKET, key: 'k', as })
    assertError(heard, 307, 'Redirect', { Endpoint: speak.host(BUCKET), Bucket: BUCKET })
    assert.equal(heard.headers.get('location'), `https://${speak.host(BUCKET)}/k`)
  }
  const put = await speak.say({ method: 'PUT', bucket: BUCKET, key: 'k', body: 'content' })
  assertError(put, 307, 'Redirect')
  assert.equal(put.bodyRead, false)
  assert.equal((await speak.say({ method: 'GET', bucket: BUCKET, key: 'k', secure: true })).status, 200)
  await speak.makeBucket('another-1250000000')
})

inBothDialects(raises('AccessDenied', 'a bucket that refuses whoever comes without TLS'), async (speak) => {
  await speak.makeBucket()
  await setPolicy(speak, 'required')
  const heard = await speak.say({ method: 'HEAD', bucket: BUCKET })
  assertError(heard, 403, 'AccessDenied')
  assert.equal((await speak.say({ method: 'HEAD', bucket: BUCKET, secure: true })).status, 200)
  await setPolicy(speak, 'off')
  assert.equal((await speak.say({ method: 'HEAD', bucket: BUCKET })).status, 200)
})

inS3(
  'the listener’s rule comes before a full house, and after a target that cannot be read',
  async (speak) => {
    assertError(await speak.say({ method: 'GET', path: '/%zz', as: 'anonymous' }), 400, 'InvalidURI')
    for (let count = 0; count < 3; count++) {
      assertError(await speak.say({ method: 'GET', bucket: BUCKET }), 307, 'Redirect')
    }
  },
  { https: 'redirect', requestsPerSecondMax: 1 },
)
