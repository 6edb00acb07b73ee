/** Maintenance, standby, and disks that take no more writes (errors.md row 74 and 4.2, InsufficientStorage, Redirect). */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createService } from '../../src/app.js'
import { FAILING_PAUSE_MS } from '../../src/core/store-health.js'
import {
  assertError,
  BUCKET,
  createExchange,
  inBothDialects,
  type Said,
  type Speaker,
  speaker,
} from '../support/exchange.js'
import { raises } from '../support/raises.js'

const HOUR_MS = 3_600_000

/** What may be asked of a bucket with one object. */
const READS: readonly Said[] = [
  { method: 'GET', bucket: BUCKET, key: 'k' },
  { method: 'HEAD', bucket: BUCKET },
  { method: 'GET', bucket: BUCKET },
  { method: 'GET' },
]
const DELETE_LIST = '<Delete><Object><Key>other</Key></Object></Delete>'
const DELETES: readonly Said[] = [
  { method: 'DELETE', bucket: BUCKET, key: 'other' },
  {
    method: 'POST',
    bucket: BUCKET,
    query: { delete: true },
    body: DELETE_LIST,
    headers: { 'content-md5': 'PS4jeFpUJevT5uJtReUEaA==' },
  },
]
const WRITES: readonly Said[] = [
  { method: 'PUT', bucket: BUCKET, key: 'k', body: 'content' },
  { method: 'POST', bucket: BUCKET, key: 'k', query: { uploads: true } },
  { method: 'PUT', bucket: 'another-1250000000' },
]

async function stocked(speak: Speaker): Promise<void> {
  await speak.makeBucket()
  await speak.put('k', 'content')
}

inBothDialects(raises('ServiceUnavailable', 'writes in maintenance that is read-only'), async (speak) => {
  await stocked(speak)
  const { serviceMode } = speak.core
  await serviceMode.begin({ level: 'read-only', until: undefined, message: 'A new disk.' })
  for (const said of [...WRITES, ...DELETES]) {
    const heard = await speak.say(said)
    assertError(heard, 503, 'ServiceUnavailable', { RetryAfterSeconds: '60' })
    assert.equal(heard.headers.get('retry-after'), '60')
    assert.equal(heard.error.message, 'A new disk.')
    assert.equal(heard.bodyRead, false)
  }
  for (const said of READS) assert.equal((await speak.say(said)).status, 200)
  await serviceMode.end()
  assert.equal((await speak.put('k')).status, 200)
})

inBothDialects(raises('ServiceUnavailable', 'everything in maintenance that is closed'), async (speak) => {
  await stocked(speak)
  const until = speak.clock.now() + HOUR_MS
  await speak.core.serviceMode.begin({ level: 'closed', until, message: undefined })
  for (const said of [...WRITES, ...READS, { method: 'GET', as: 'anonymous' } satisfies Said]) {
    const heard = await speak.say(said)
    assertError(heard, 503, 'ServiceUnavailable')
    assert.equal(heard.headers.get('retry-after'), '3600')
  }
  speak.clock.advance(HOUR_MS - 500)
  assert.equal((await speak.say({ method: 'GET' })).headers.get('retry-after'), '1')
  speak.clock.advance(500)
  const late = await speak.say({ method: 'GET' })
  assertError(late, 503, 'ServiceUnavailable')
  assert.equal(late.headers.get('retry-after'), '60', 'it is over when the operator says so')
})

inBothDialects(
  'calls for temporary keys are served while nothing is written, and refused in their own form',
  async (speak) => {
    const call = () =>
      speak.say({
        method: 'POST',
        host: speak.dialect === 'cos' ? 'sts.tencentcloudapi.com' : 'sts.amazonaws.com',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'Action=GetCallerIdentity&Version=2011-06-15',
        as: 'anonymous',
      })
    const { serviceMode } = speak.core
    await serviceMode.begin({ level: 'read-only', until: undefined, message: undefined })
    assert.notEqual((await call()).status, 503)
    await serviceMode.begin({ level: 'closed', until: undefined, message: undefined })
    const refused = await call()
    assert.match(refused.text, speak.dialect === 'cos' ? /"Response"/ : /<ErrorResponse/)
    assert.match(refused.text, /ServiceUnavailable|temporarily unavailable/)
    assert.equal(refused.bodyRead, false)
  },
)

inBothDialects(
  raises('ServiceUnavailable', 'maintenance comes before what is wrong with the target'),
  async (speak) => {
    await speak.core.serviceMode.begin({ level: 'read-only', until: undefined, message: undefined })
    assertError(await speak.say({ method: 'PUT', path: '/B_ad' }), 503, 'ServiceUnavailable')
    assertError(await speak.say({ method: 'PUT', host: 'cos.mars-1.myqcloud.com' }), 503, 'ServiceUnavailable')
    assertError(
      await speak.say({ method: 'PUT', bucket: BUCKET, as: { id: 'nobody', secret: 'x' } }),
      503,
      'ServiceUnavailable',
    )
  },
)

test('another process follows within a second, and looks no more often than that', async () => {
  const exchange = await createExchange()
  const speak = speaker(exchange, 's3')
  await stocked(speak)
  const { core } = await createService(exchange.serviceOptions)
  const gate = core.serviceMode
  assert.equal(await gate.maintenance(), undefined)
  await speak.core.serviceMode.begin({ level: 'closed', until: undefined, message: undefined })
  assert.equal(gate.maintenance(), undefined)
  const before = exchange.calls.count()
  exchange.clock.advance(999)
  assert.equal(gate.maintenance(), undefined)
  assert.equal(exchange.calls.count(), before)
  exchange.clock.advance(1)
  assert.deepEqual(await Promise.all([gate.maintenance(), gate.maintenance()]).then(([a, b]) => [a?.level, a === b]), [
    'closed',
    true,
  ])
  assert.equal(exchange.calls.count(), before + 1)
})

inBothDialects(
  raises('Redirect', 'writes on a standby'),
  async (speak) => {
    const { id } = speak.owner
    const bucket = await speak.core.buckets.create({
      name: BUCKET,
      accountId: id,
      region: 'ap-guangzhou',
      acl: 'private',
    })
    const primary = 'https://primary.example.com:9443'
    const put = await speak.say({ method: 'PUT', bucket: BUCKET, key: 'a b', query: 'x=%2F', body: 'content' })
    assertError(put, 307, 'Redirect', { Endpoint: 'primary.example.com:9443', Bucket: bucket.name })
    assert.equal(put.headers.get('location'), `${primary}/${BUCKET}/a%20b?x=%2F`)
    assert.equal(put.bodyRead, false)
    const inPath = await speak.say({ method: 'PUT', bucket: BUCKET, key: 'k', pathStyle: true, body: 'content' })
    assert.equal(inPath.headers.get('location'), `${primary}/${BUCKET}/k`)
    const made = await speak.say({ method: 'PUT', bucket: 'another-1250000000' })
    assert.equal(made.headers.get('location'), `${primary}/another-1250000000/`)
    for (const said of DELETES) assertError(await speak.say(said), 307, 'Redirect')
    assert.equal((await speak.say({ method: 'GET', bucket: BUCKET })).status, 200)
    assert.equal((await speak.say({ method: 'GET' })).status, 200)
  },
  { primaryUrl: 'https://primary.example.com:9443' },
)

for (const dialect of ['cos', 's3'] as const) {
  test(raises('InsufficientStorage', `a disk that is down to its reserve, in ${dialect}`), async () => {
    let free = 1_000
    const speak = speaker(await createExchange({ reserveBytes: 500 }, { freeBytes: async () => free }), dialect)
    await stocked(speak)
    await speak.put('other')
    const large = await speak.say({ method: 'PUT', bucket: BUCKET, key: 'k', body: 'x'.repeat(501) })
    assertError(large, 507, 'InsufficientStorage')
    assert.equal(large.bodyRead, false)
    await speak.put('k', 'x'.repeat(500))
    free = 499
    speak.clock.advance(1_000)
    for (const said of WRITES) {
      const heard = await speak.say(said)
      assertError(heard, 507, 'InsufficientStorage')
      assert.equal(heard.bodyRead, false)
    }
    for (const said of READS) assert.equal((await speak.say(said)).status, 200)
    for (const said of DELETES) assert.ok((await speak.say(said)).status < 300)
    free = 1_000
    speak.clock.advance(1_000)
    await speak.put('k')
  })

  test(raises('InsufficientStorage', `a store that says that its disk is full, in ${dialect}`), async () => {
    const speak = speaker(await createExchange(), dialect)
    await stocked(speak)
    speak.fault((call) => {
      if (call.method === 'commit') throw Object.assign(new Error('write'), { code: 'ENOSPC' })
    })
    for (let count = 0; count < 4; count++) {
      assertError(
        await speak.say({ method: 'PUT', bucket: BUCKET, key: 'k', body: 'content' }),
        507,
        'InsufficientStorage',
      )
    }
    speak.fault(undefined)
    assertError(await speak.say({ method: 'PUT', bucket: BUCKET, key: 'k', body: 'x' }), 507, 'InsufficientStorage')
    assert.equal((await speak.say({ method: 'DELETE', bucket: BUCKET, key: 'k' })).status, 204)
    await speak.put('k')
  })

  test(raises('ServiceUnavailable', `a store that fails one write after the other, in ${dialect}`), async () => {
    const speak = speaker(await createExchange(), dialect)
    await stocked(speak)
    let tries = 0
    speak.fault((call) => {
      if (call.method !== 'commit') return
      tries++
      throw Object.assign(new Error('write'), { code: 'EIO' })
    })
    const put = () => speak.say({ method: 'PUT', bucket: BUCKET, key: 'k', body: 'content' })
    for (let count = 0; count < 3; count++) assertError(await put(), 500, 'InternalError')
    const tried = tries
    for (const said of [...WRITES, ...DELETES]) {
      assertError(await speak.say(said), 503, 'ServiceUnavailable', { RetryAfterSeconds: '60' })
    }
    assert.equal(tries, tried, 'the store is left alone')
    for (const said of READS) assert.equal((await speak.say(said)).status, 200)

    speak.clock.advance(FAILING_PAUSE_MS)
    assertError(await put(), 500, 'InternalError')
    assertError(await put(), 503, 'ServiceUnavailable')
    speak.fault(undefined)
    speak.clock.advance(FAILING_PAUSE_MS)
    assert.equal((await put()).status, 200)
    assert.equal((await put()).status, 200)
  })
}
