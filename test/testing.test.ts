/** The embedding for other people's tests, used as its documentation says. */

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import test from 'node:test'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  NoSuchBucket,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { manualClock, startServer } from '../src/testing.js'
import { cosThroughProxy, failureOf, fetchPlainly, REGION, s3PathStyle } from './sdk/clients.js'
import { temporaryDirectory } from './support/temporary-directory.js'

const at = { Bucket: 'examplebucket-1250000000', Region: REGION }

async function isListening(endpoint: string): Promise<boolean> {
  return fetch(endpoint).then(
    async (response) => {
      await response.arrayBuffer()
      return true
    },
    () => false,
  )
}

test('a server lives as long as its scope, and gives what a client needs', async () => {
  let endpoint = ''
  {
    await using server = await startServer({ memory: true })
    endpoint = server.endpoint
    assert.equal(endpoint, `http://${server.host}:${server.port}`)
    assert.equal(server.host, '127.0.0.1')
    assert.equal(server.region, 'ap-guangzhou')
    assert.equal(server.appid, '1250000000')
    await cosThroughProxy(server).putBucket(at)
    assert.ok(await isListening(endpoint))
  }
  assert.equal(await isListening(endpoint), false)
})

test('credentials are random unless given', async () => {
  await using one = await startServer({ memory: true })
  await using other = await startServer({ memory: true })
  assert.notEqual(one.credentials.secretId, other.credentials.secretId)
  assert.notEqual(one.credentials.secretKey, other.credentials.secretKey)
  const given = { secretId: 'AKIDexample', secretKey: 'example-secret' }
  await using third = await startServer({ memory: true, ...given, region: 'ap-shanghai', appid: '1299999999' })
  assert.deepEqual([third.credentials, third.region, third.appid], [given, 'ap-shanghai', '1299999999'])
  const shanghai = { Bucket: 'b-1299999999', Region: 'ap-shanghai' }
  const cos = cosThroughProxy(third)
  await cos.putBucket(shanghai)
  assert.equal((await cos.getBucketLocation(shanghai)).LocationConstraint, 'ap-shanghai')
})

test('several servers in one process know nothing of each other', async () => {
  const servers = await Promise.all(Array.from({ length: 4 }, () => startServer({ memory: true })))
  try {
    assert.equal(new Set(servers.map(({ port }) => port)).size, servers.length)
    for (const [index, server] of servers.entries()) {
      const cos = cosThroughProxy(server)
      await cos.putBucket(at)
      await cos.putObject({ ...at, Key: `key-${index}`, Body: String(index) })
    }
    for (const [index, server] of servers.entries()) {
      const { Contents } = await cosThroughProxy(server).getBucket(at)
      assert.deepEqual(
        Contents.map(({ Key }) => Key),
        [`key-${index}`],
      )
    }
  } finally {
    await Promise.all(servers.map((server) => server.close()))
  }
})

test('closing twice, or at once, is closing once', async () => {
  const server = await startServer({ memory: true })
  await Promise.all([server.close(), server.close()])
  await server.close()
  await server[Symbol.asyncDispose]()
  assert.equal(await isListening(server.endpoint), false)
})

test('closing does not wait for idle connections that clients keep', async () => {
  const server = await startServer({ memory: true })
  const agent = new Agent({ keepAlive: true })
  await new Promise((resolve, reject) => {
    request(server.endpoint, { agent }, (response) => response.resume().on('end', resolve))
      .on('error', reject)
      .end()
  })
  await server.close()
  agent.destroy()
})

test('a reset empties the server and keeps its address and credentials', async () => {
  await using server = await startServer({ memory: true })
  const cos = cosThroughProxy(server)
  await cos.putBucket(at)
  await cos.putObject({ ...at, Key: 'x', Body: 'x' })
  const { endpoint, credentials } = server
  await server.reset()
  assert.deepEqual([server.endpoint, server.credentials], [endpoint, credentials])
  assert.deepEqual((await cos.getService({})).Buckets, [])
  await cos.putBucket(at)
  assert.deepEqual((await cos.getBucket(at)).Contents, [])
})

test('a server over a directory keeps its data and refuses a reset', async () => {
  await using directory = await temporaryDirectory()
  const data = join(directory.path, 'data')
  const given = { data, secretId: 'AKIDexample', secretKey: 'example-secret' }
  {
    await using server = await startServer(given)
    const cos = cosThroughProxy(server)
    await cos.putBucket(at)
    await cos.putObject({ ...at, Key: 'x', Body: 'kept' })
    await cos.putObject({ ...at, Key: 'large', Body: Buffer.alloc(200_000, 7) })
    await assert.rejects(server.reset(), /only a server in memory/)
  }
  await using server = await startServer(given)
  const cos = cosThroughProxy(server)
  assert.equal((await cos.getObject({ ...at, Key: 'x' })).Body.toString(), 'kept')
  assert.deepEqual((await cos.getObject({ ...at, Key: 'large' })).Body, Buffer.alloc(200_000, 7))
})

test('a seed is there when the server is, and again after a reset', async () => {
  await using directory = await temporaryDirectory()
  const seed = join(directory.path, 'seed.yaml')
  await writeFile(join(directory.path, 'page.html'), '<p>page</p>')
  await writeFile(
    seed,
    `accounts:
  - name: second
    appid: 1250000001
    keys:
      - {id: AKIDsecond, secret: second-secret}
buckets:
  - {name: examplebucket-1250000000, acl: public-read, versioning: Enabled}
  - {name: theirs-1250000001, account: second}
objects:
  - {bucket: examplebucket-1250000000, key: 文/a.txt, content: 内容, metadata: {kind: seeded}}
  - {bucket: examplebucket-1250000000, key: page.html, file: page.html}
  - {bucket: theirs-1250000001, key: bytes, base64: AAEC, contentType: application/x-own}
`,
  )
  await using server = await startServer({ memory: true, seed })
  const cos = cosThroughProxy(server)
  const second = cosThroughProxy(server, { SecretId: 'AKIDsecond', SecretKey: 'second-secret' })
  const theirs = { Bucket: 'theirs-1250000001', Region: REGION }
  for (let round = 0; round < 2; round++) {
    const text = await cos.getObject({ ...at, Key: '文/a.txt' })
    assert.equal(text.Body.toString(), '内容')
    assert.equal(text.headers?.['x-cos-meta-kind'], 'seeded')
    assert.equal((await cos.getBucketVersioning(at)).VersioningConfiguration.Status, 'Enabled')
    const page = await fetchPlainly(server, `${server.endpoint}/examplebucket-1250000000/page.html`)
    assert.deepEqual([page.status, page.headers['content-type'], page.text], [200, 'text/html', '<p>page</p>'])
    const bytes = await second.getObject({ ...theirs, Key: 'bytes' })
    assert.deepEqual([...bytes.Body], [0, 1, 2])
    assert.equal(bytes.headers?.['content-type'], 'application/x-own')
    const { Buckets } = await second.getService({})
    assert.deepEqual(
      Buckets.map(({ Name }) => Name),
      [theirs.Bucket],
    )
    await assert.rejects(cos.getObject({ ...theirs, Key: 'bytes' }), { code: 'AccessDenied' })
    await cos.deleteObject({ ...at, Key: '文/a.txt' })
    await server.reset()
  }
})

test('a seed with mistakes is an error that names them', async () => {
  await using directory = await temporaryDirectory()
  const seed = join(directory.path, 'seed.yaml')
  await writeFile(seed, 'buckets:\n  - {acl: public}\n')
  await assert.rejects(startServer({ memory: true, seed }), /line 2: buckets\[0\]/)
})

test('time is what the given clock says: in dates, in signatures and for clients that correct theirs', async () => {
  const clock = manualClock(Date.UTC(2033, 4, 18, 3, 33, 20))
  await using server = await startServer({ memory: true, clock })
  const cos = cosThroughProxy(server)
  await cos.putBucket(at)
  await cos.putObject({ ...at, Key: 'x', Body: 'x' })
  const { headers } = await cos.headObject({ ...at, Key: 'x' })
  assert.equal(headers?.['last-modified'], 'Wed, 18 May 2033 03:33:20 GMT')
  assert.equal(headers?.['date'], 'Wed, 18 May 2033 03:33:20 GMT')
  const s3 = s3PathStyle(server)
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}))
  assert.deepEqual(
    Buckets.map(({ Name, CreationDate }) => [Name, CreationDate?.toISOString()]),
    [[at.Bucket, '2033-05-18T03:33:20.000Z']],
  )
  const url = cos.getObjectUrl({ ...at, Key: 'x', Sign: true, Expires: 60 }, () => {})
  assert.equal((await fetchPlainly(server, url)).status, 200)
  clock.advance(3_600_000)
  assert.equal((await fetchPlainly(server, url)).status, 403)
  s3.destroy()
})

test('jobs run as in a server by itself: with a clock that is moved, a rule takes effect after its days', async () => {
  const clock = manualClock(Date.UTC(2033, 4, 18))
  await using server = await startServer({ memory: true, clock })
  const s3 = s3PathStyle(server, { systemClockOffset: clock.now() - Date.now() })
  const Bucket = at.Bucket
  await s3.send(new CreateBucketCommand({ Bucket }))
  const Rules = [{ ID: 'a', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } } as const]
  await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))
  const keys = async () => (await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount
  assert.equal(await keys(), 1)
  // The SDK learns the new time from the first refusal.
  for (let hours = 0; hours < 100 && (await keys()) !== 0; hours++) clock.advance(3_600_000)
  assert.equal(await keys(), 0)
  s3.destroy()
})

test('further settings go by their environment names', async () => {
  await using server = await startServer({ memory: true, settings: { STOWAGE_BUCKETS_MAX: '1' } })
  const cos = cosThroughProxy(server)
  await cos.putBucket(at)
  await assert.rejects(cos.putBucket({ Bucket: 'second-1250000000', Region: REGION }), { code: 'TooManyBuckets' })
  await assert.rejects(startServer({ memory: true, settings: { STOWAGE_BUCKETS_MAX: 'many' } }), /STOWAGE_BUCKETS_MAX/)
})

test('an error of the S3 SDK is the class that its users catch', async () => {
  await using server = await startServer({ memory: true })
  const s3 = s3PathStyle(server)
  const call = s3.send(new GetObjectCommand({ Bucket: 'missing', Key: 'x' }))
  assert.equal((await failureOf(call, NoSuchBucket)).name, 'NoSuchBucket')
  s3.destroy()
})
