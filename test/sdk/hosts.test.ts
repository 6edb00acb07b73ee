/** Regions through the official SDKs: buckets made and found in each, redirects followed, and those who do not follow told. */

import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import type { LookupFunction } from 'node:net'
import test, { after, before } from 'node:test'
import {
  CreateBucketCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { startServer, type TestServer } from '../../src/testing.js'
import {
  cosAtOwnDomain,
  cosFailureOf,
  cosThroughProxy,
  failureOf,
  fetchPlainly,
  REGION,
  s3PathStyle,
} from './clients.js'

const SECOND = 'ap-beijing'

let server: TestServer
const clients: S3Client[] = []

function kept(client: S3Client): S3Client {
  clients.push(client)
  return client
}

before(async () => {
  server = await startServer({ memory: true, settings: { STOWAGE_REGIONS: `${SECOND}=bj` } })
})
after(async () => {
  for (const client of clients) client.destroy()
  await server.close()
})

/** Amazon's own host names, which the SDK works out from the region, all of them at this server. */
function s3AtRegion(region: string, followRegionRedirects: boolean): S3Client {
  const lookup: LookupFunction = (_host, options, answer) =>
    options.all === true ? answer(null, [{ address: '127.0.0.1', family: 4 }]) : answer(null, '127.0.0.1', 4)
  const { secretId: accessKeyId, secretKey: secretAccessKey } = server.credentials
  const client = new S3Client({
    region,
    followRegionRedirects,
    credentials: { accessKeyId, secretAccessKey },
    requestHandler: { httpAgent: new Agent({ lookup }) },
  })
  client.middlewareStack.add(
    (next) => (args) => {
      const { request } = args
      // Behind the signature, so that the Host header stays: no name service tells a port.
      if (typeof request === 'object' && request !== null)
        Object.assign(request, { protocol: 'http:', port: server.port })
      return next(args)
    },
    { step: 'finalizeRequest', priority: 'low', name: 'portOfTheTest' },
  )
  return client
}

test('the AWS SDK follows a bucket into its region when it is told to, and says where it is when it is not', async () => {
  const Bucket = 'aws-1250000000'
  const second = kept(s3AtRegion(SECOND, false))
  await second.send(new CreateBucketCommand({ Bucket }))
  assert.equal((await second.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint, SECOND)

  const following = kept(s3AtRegion(REGION, true))
  await following.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'content' }))
  const { Body } = await following.send(new GetObjectCommand({ Bucket, Key: 'k' }))
  assert.equal(await Body?.transformToString(), 'content')
  assert.equal((await following.send(new HeadBucketCommand({ Bucket }))).BucketRegion, SECOND)

  const staying = kept(s3AtRegion(REGION, false))
  const error = await failureOf(staying.send(new GetObjectCommand({ Bucket, Key: 'k' })), S3ServiceException)
  assert.deepEqual([error.name, error.$metadata.httpStatusCode], ['PermanentRedirect', 301])
  assert.equal(error.$response?.headers['x-amz-bucket-region'], SECOND)
})

test('the AWS SDK with one endpoint and path style serves buckets of every region, and makes them where its region is', async () => {
  const Bucket = 'path-1250000000'
  const home = kept(s3PathStyle(server))
  const second = kept(s3PathStyle(server, { region: SECOND }))
  await second.send(new CreateBucketCommand({ Bucket }))
  await home.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'content' }))
  assert.equal((await second.send(new HeadBucketCommand({ Bucket }))).BucketRegion, SECOND)
  const { Buckets } = await home.send(new ListBucketsCommand({ BucketRegion: SECOND }))
  assert.ok(Buckets?.some(({ Name, BucketRegion }) => Name === Bucket && BucketRegion === SECOND))
})

test('the COS SDK makes a bucket in the second region and finds it there and nowhere else', async () => {
  const cos = cosThroughProxy(server)
  const there = { Bucket: 'cos-1250000000', Region: SECOND }
  await cos.putBucket(there)
  await cos.putObject({ ...there, Key: 'k', Body: 'content' })
  assert.equal((await cos.getObject({ ...there, Key: 'k' })).Body.toString(), 'content')
  assert.equal((await cos.getBucketLocation(there)).LocationConstraint, SECOND)
  assert.equal((await cos.headBucket(there)).headers?.['x-cos-bucket-region'], SECOND)

  const failure = await cosFailureOf(cos.getObject({ ...there, Region: REGION, Key: 'k' }))
  assert.deepEqual([failure.statusCode, failure.code], [301, 'PermanentRedirect'])
  assert.equal(failure.headers?.['location'], `http://cos-1250000000.cos.${SECOND}.myqcloud.com/k`)
  const { Buckets } = await cos.getService({ Region: SECOND })
  assert.ok(Buckets.some(({ Name, Location }) => Name === there.Bucket && Location === SECOND))
})

test('the COS SDK reaches a region by its label under an own domain', async () => {
  const cos = cosAtOwnDomain(server)
  const there = { Bucket: 'label-1250000000', Region: 'bj' }
  await cos.putBucket(there)
  assert.equal((await cos.headBucket(there)).headers?.['x-cos-bucket-region'], SECOND)
  const failure = await cosFailureOf(cos.headBucket({ ...there, Region: REGION }))
  assert.equal(failure.statusCode, 301)
  const host = `label-1250000000.cos.${REGION}.localhost:${server.port}`
  const plain = await fetchPlainly(server, `http://${host}/k?x=1`)
  assert.equal(plain.headers.location, `http://label-1250000000.cos.bj.localhost:${server.port}/k?x=1`)
})
