/** Transfer acceleration: its switch, and what the accelerate hosts serve once it is on. */

import assert from 'node:assert/strict'
import {
  assertError,
  childText,
  type Heard,
  inBothDialects,
  inCos,
  inS3,
  type Said,
  type Speaker,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const configuration = (status: string) =>
  `<AccelerateConfiguration><Status>${status}</Status></AccelerateConfiguration>`

const set = (speak: Speaker, body: string): Promise<Heard> =>
  speak.say({ method: 'PUT', bucket: speak.bucket, query: { accelerate: true }, body })

const hosts = (dialect: 'cos' | 's3', bucket: string): readonly string[] =>
  dialect === 'cos'
    ? [
        `${bucket}.cos.accelerate.myqcloud.com`,
        `${bucket}.cos-internal.accelerate.tencentcos.cn`,
        `${bucket}.cos.accelerate.localhost`,
      ]
    : [
        `${bucket}.s3-accelerate.amazonaws.com`,
        `${bucket}.s3-accelerate.dualstack.amazonaws.com`,
        `${bucket}.s3-accelerate.localhost`,
      ]

const host = (speak: Speaker) => hosts(speak.dialect, speak.bucket)[0] ?? ''

for (const [what, body] of [
  ['no status', '<AccelerateConfiguration/>'],
  ['another status', configuration('Disabled')],
  ['another root', '<Acceleration><Status>Enabled</Status></Acceleration>'],
] as const) {
  inBothDialects(`${what} is MalformedXML`, async (speak) => {
    await speak.makeBucket()
    assertError(await set(speak, body), 400, 'MalformedXML')
  })
}

inCos('another type is MalformedXML', async (speak) => {
  await speak.makeBucket()
  const body = '<AccelerateConfiguration><Status>Enabled</Status><Type>CDN</Type></AccelerateConfiguration>'
  assertError(await set(speak, body), 400, 'MalformedXML')
})

inBothDialects('it cannot be removed', async (speak) => {
  await speak.makeBucket()
  const heard = await speak.say({ method: 'DELETE', bucket: speak.bucket, query: { accelerate: true } })
  assertError(heard, 405, 'MethodNotAllowed')
  assert.equal((await speak.say({ method: 'HEAD', bucket: speak.bucket })).status, 200, 'the bucket is still there')
})

inBothDialects('what was never configured has no status, and what was set reads back', async (speak) => {
  await speak.makeBucket()
  const ask = async () => (await speak.say({ method: 'GET', bucket: speak.bucket, query: { accelerate: true } })).xml
  assert.deepEqual([(await ask()).name, (await ask()).children.length], ['AccelerateConfiguration', 0])
  for (const status of ['Suspended', 'Enabled', 'Suspended']) {
    const heard = await set(speak, configuration(status))
    assert.deepEqual([heard.status, heard.text], [200, ''])
    assert.equal(childText(await ask(), 'Status'), status)
    assert.equal(childText(await ask(), 'Type'), speak.dialect === 'cos' ? 'COS' : undefined)
  }
})

inBothDialects('the accelerate hosts serve an enabled bucket, with signatures over their own names', async (speak) => {
  await speak.makeBucket()
  await set(speak, configuration('Enabled'))
  for (const [index, name] of hosts(speak.dialect, speak.bucket).entries()) {
    const at = { bucket: speak.bucket, host: name }
    const key = `a/${index}`
    assert.equal((await speak.say({ ...at, method: 'PUT', key, body: 'content' })).status, 200)
    assert.equal((await speak.say({ ...at, method: 'GET', key })).text, 'content')
    assert.equal((await speak.say({ ...at, method: 'HEAD', key })).status, 200)
    assertError(await speak.say({ ...at, method: 'GET', key, as: 'anonymous' }), 403, 'AccessDenied')
    const wrong = { id: 'AKIDownerOWNERownerOWNERownerOWNER01', secret: 'another' }
    assertError(await speak.say({ ...at, method: 'GET', key, as: wrong }), 403, 'SignatureDoesNotMatch')
  }
})

inBothDialects('a bucket that was never accelerated, and one that is suspended, are told apart', async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  const get = () => speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', host: host(speak) })
  assertError(await get(), 400, 'InvalidRequest', { BucketName: speak.bucket })
  assert.match((await get()).error.message, /not configured/)
  await set(speak, configuration('Suspended'))
  assertError(await get(), 400, 'InvalidRequest', { BucketName: speak.bucket, AccelerateStatus: 'Suspended' })
  await set(speak, configuration('Enabled'))
  assert.equal((await get()).status, 200)
})

inBothDialects(
  'a wrong signature and a bucket that is not there come before the state, which comes before rights',
  async (speak) => {
    await speak.makeBucket()
    const at = { method: 'GET', bucket: speak.bucket, key: 'k', host: host(speak) }
    const wrong = { id: 'AKIDownerOWNERownerOWNERownerOWNER01', secret: 'another' }
    assertError(await speak.say({ ...at, as: wrong }), 403, 'SignatureDoesNotMatch')
    assertError(await speak.say({ ...at, as: 'other' }), 400, 'InvalidRequest', { BucketName: speak.bucket })
    assertError(
      await speak.say({ ...at, bucket: 'absent-1250000000', host: at.host.replace(speak.bucket, 'absent-1250000000') }),
      404,
      'NoSuchBucket',
    )
  },
)

inCos(raises('AccelerateNotSupported', 'what the accelerate host of COS does not serve'), async (speak) => {
  await speak.makeBucket()
  await set(speak, configuration('Enabled'))
  await speak.put('k')
  const at = { bucket: speak.bucket, host: host(speak) }
  const REFUSED: readonly Said[] = [
    { ...at, method: 'GET' },
    { ...at, method: 'HEAD' },
    { ...at, method: 'DELETE', key: 'k' },
    { ...at, method: 'GET', query: { accelerate: true } },
    { ...at, method: 'GET', key: 'k', query: { acl: true } },
  ]
  for (const said of REFUSED) {
    assertError(
      await speak.say(said),
      400,
      'InvalidRequest',
      said.method === 'HEAD' ? {} : { BucketName: speak.bucket, Region: 'ap-guangzhou' },
    )
  }
  for (const query of [{ uploads: true }] as const)
    assert.equal((await speak.say({ ...at, method: 'GET', query })).status, 200)
})

inS3('the accelerate host of S3 serves everything but the list, the making and the end of buckets', async (speak) => {
  await speak.makeBucket()
  await set(speak, configuration('Enabled'))
  await speak.put('k')
  const at = { bucket: speak.bucket, host: host(speak) }
  assert.equal((await speak.say({ ...at, method: 'GET', query: { 'list-type': 2 } })).status, 200)
  assert.equal((await speak.say({ ...at, method: 'DELETE', key: 'k' })).status, 204)
  assertError(await speak.say({ ...at, method: 'DELETE' }), 400, 'InvalidRequest', { BucketName: speak.bucket })
  assertError(
    await speak.say({ method: 'PUT', bucket: 'new-bucket', host: 'new-bucket.s3-accelerate.amazonaws.com' }),
    400,
    'InvalidRequest',
    { BucketName: 'new-bucket' },
  )
  const listed = await speak.say({ method: 'GET', host: 's3-accelerate.amazonaws.com' })
  assertError(listed, 400, 'InvalidRequest')
  assert.match(listed.error.message, /not supported/)
})

inBothDialects(
  'as many buckets as the quota says are accelerated; suspending and deleting one makes room',
  async (speak) => {
    const names = ['one-1250000000', 'two-1250000000', 'three-1250000000']
    for (const name of names) await speak.makeBucket(name)
    const status = async (name: string, state: string) =>
      (await speak.say({ method: 'PUT', bucket: name, query: { accelerate: true }, body: configuration(state) })).status
    const [one = '', two = '', three = ''] = names
    assert.deepEqual(
      [await status(one, 'Enabled'), await status(one, 'Enabled'), await status(two, 'Enabled')],
      [200, 200, 200],
    )
    assert.equal(await status(three, 'Enabled'), 400)
    assert.equal(await status(three, 'Suspended'), 200, 'which needs no room')
    assert.equal(await status(one, 'Suspended'), 200)
    assert.equal(await status(three, 'Enabled'), 200)
    assert.equal(await status(one, 'Enabled'), 400)
    assert.equal((await speak.say({ method: 'DELETE', bucket: two })).status, 204)
    assert.equal(await status(one, 'Enabled'), 200)
  },
  { acceleratedBucketsMax: 2 },
)

inS3(
  'old-style names are made and used where the setting lets them in, and accelerated nowhere',
  async (speak) => {
    const at = { bucket: 'Old_Bucket', pathStyle: true }
    assert.equal((await speak.say({ ...at, method: 'PUT' })).status, 200)
    assert.equal((await speak.say({ ...at, method: 'PUT', key: 'k', body: 'x' })).status, 200)
    assert.equal((await speak.say({ ...at, method: 'GET', key: 'k' })).text, 'x')
    for (const name of ['a', 'A/b', '_a', 'A'.repeat(256)]) {
      const heard = await speak.say({ method: 'PUT', path: `/${encodeURIComponent(name)}` })
      assertError(heard, 400, 'InvalidBucketName')
    }
    assert.equal((await speak.say({ ...at, method: 'DELETE', key: 'k' })).status, 204)
    assert.equal((await speak.say({ ...at, method: 'DELETE' })).status, 204)
  },
  { legacyNames: 'on' },
)

inS3('old-style names are refused by default', async (speak) => {
  assertError(await speak.say({ method: 'PUT', bucket: 'Old_Bucket', pathStyle: true }), 400, 'InvalidBucketName')
})
