/** Acceleration through the official SDKs: the switch by either, and transfers by their own accelerate hosts. */

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import type { LookupFunction } from 'node:net'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import {
  GetBucketAccelerateConfigurationCommand,
  GetObjectCommand,
  GetObjectTorrentCommand,
  ListBucketsCommand,
  PutBucketAccelerateConfigurationCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type COS from 'cos-nodejs-sdk-v5'
import { startServer, type TestServer } from '../../src/testing.js'
import { temporaryDirectory } from '../support/temporary-directory.js'
import { cosAtOwnDomain, cosFailureOf, cosThroughProxy, failureOf, patterned, REGION, s3PathStyle } from './clients.js'

const Bucket = 'fast-1250000000'
const at = { Bucket, Region: REGION }
const LARGE = patterned(6 * 1024 * 1024)

let server: TestServer
let cos: COS
let s3: S3Client
let accelerated: S3Client

/** Amazon's own host names, all of them on this machine's port. */
function s3Accelerated({ port, credentials }: TestServer, useDualstackEndpoint = false): S3Client {
  const lookup: LookupFunction = (_host, options, answer) =>
    options.all === true ? answer(null, [{ address: '127.0.0.1', family: 4 }]) : answer(null, '127.0.0.1', 4)
  const client = new S3Client({
    region: 'us-east-1',
    useAccelerateEndpoint: true,
    useDualstackEndpoint,
    tls: false,
    credentials: { accessKeyId: credentials.secretId, secretAccessKey: credentials.secretKey },
    requestHandler: { httpAgent: new Agent({ lookup }) },
  })
  client.middlewareStack.add(
    (next) => (given) => {
      const { request } = given
      if (typeof request === 'object' && request !== null) Object.assign(request, { port, protocol: 'http:' })
      return next(given)
    },
    { step: 'finalizeRequest', priority: 'low' },
  )
  return client
}

before(async () => {
  server = await startServer({ memory: true, region: REGION })
  cos = cosThroughProxy(server)
  s3 = s3PathStyle(server)
  accelerated = s3Accelerated(server)
  await cos.putBucket(at)
})
after(async () => {
  s3.destroy()
  accelerated.destroy()
  await server.close()
})

async function switchTo(Status: 'Enabled' | 'Suspended'): Promise<void> {
  await s3.send(new PutBucketAccelerateConfigurationCommand({ Bucket, AccelerateConfiguration: { Status } }))
}

test('the switch: set by one SDK, read by the other', async () => {
  assert.equal((await s3.send(new GetBucketAccelerateConfigurationCommand({ Bucket }))).Status, undefined)
  assert.deepEqual(configurationIn(await cos.getBucketAccelerate(at)), {})
  await cos.putBucketAccelerate({ ...at, AccelerateConfiguration: { Status: 'Enabled' } })
  assert.equal((await s3.send(new GetBucketAccelerateConfigurationCommand({ Bucket }))).Status, 'Enabled')
  await switchTo('Suspended')
  const shown = configurationIn(await cos.getBucketAccelerate(at))
  assert.deepEqual(shown, { Status: 'Suspended', Type: 'COS' })
})

/** The types of the SDK call it otherwise than the SDK does. */
function configurationIn(result: object): unknown {
  return 'AccelerateConfiguration' in result ? result.AccelerateConfiguration : undefined
}

test('the AWS SDK transfers by useAccelerateEndpoint, whole and in parts, on both of its hosts', async () => {
  await switchTo('Enabled')
  for (const client of [accelerated, s3Accelerated(server, true)]) {
    await client.send(new PutObjectCommand({ Bucket, Key: 'a/你好 +.txt', Body: 'content' }))
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'a/你好 +.txt' }))
    assert.equal(await got.Body?.transformToString(), 'content')
    await new Upload({ client, params: { Bucket, Key: 'large', Body: LARGE } }).done()
    const large = await client.send(new GetObjectCommand({ Bucket, Key: 'large' }))
    assert.ok(Buffer.from((await large.Body?.transformToByteArray()) ?? []).equals(LARGE))
    // Buckets are not listed there: the SDK itself goes to the regional host for that.
    assert.equal((await client.send(new ListBucketsCommand({}))).Buckets?.length, 1)
  }
})

test('the AWS SDK is told that acceleration is suspended', async () => {
  await switchTo('Suspended')
  const failure = await failureOf(accelerated.send(new GetObjectCommand({ Bucket, Key: 'large' })), S3ServiceException)
  assert.equal(failure.name, 'InvalidRequest')
  assert.match(failure.message, /disabled on this bucket/)
})

test('the COS SDK transfers by UseAccelerate, through a proxy and at an own domain', async () => {
  await switchTo('Enabled')
  await using directory = await temporaryDirectory()
  const FilePath = join(directory.path, 'large')
  await writeFile(FilePath, LARGE)
  const own = { Domain: `{Bucket}.cos.accelerate.localhost:${server.port}` }
  for (const client of [cosThroughProxy(server, { UseAccelerate: true }), cosAtOwnDomain(server, own)]) {
    await client.putObject({ ...at, Key: 'b/你好.txt', Body: 'content' })
    assert.equal(String((await client.getObject({ ...at, Key: 'b/你好.txt' })).Body), 'content')
    await client.sliceUploadFile({ ...at, Key: 'parts', FilePath, ChunkSize: 1024 * 1024 })
    assert.ok((await client.getObject({ ...at, Key: 'parts' })).Body.equals(LARGE))
    const refused = await cosFailureOf(client.deleteObject({ ...at, Key: 'parts' }))
    assert.deepEqual([refused.statusCode, refused.code], [400, 'InvalidRequest'])
  }
})

test('the AWS SDK gets a torrent of a public object', async () => {
  await cos.putObject({ ...at, Key: 'public', Body: 'content', ACL: 'public-read' })
  const { Body } = await s3.send(new GetObjectTorrentCommand({ Bucket, Key: 'public' }))
  const file = await Body?.transformToString('latin1')
  assert.match(
    file ?? '',
    new RegExp(`^d10:created by7:Stowage.*8:url-list\\d+:${server.endpoint}/${Bucket}/publice$`, 's'),
  )
})
