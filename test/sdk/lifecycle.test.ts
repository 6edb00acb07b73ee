/** Lifecycle rules through the official SDKs, each reading what the other has set, and what becomes of objects by them. */

import assert from 'node:assert/strict'
import test, { afterEach, beforeEach } from 'node:test'
import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import type COS from 'cos-nodejs-sdk-v5'
import { DAY_MS, runLifecycle } from '../faults/lifecycle-world.js'
import { OWNER, type RowsServer, rowsServer } from '../rows/rows-server.js'
import { cosFailureOf, cosThroughProxy, failureOf, patterned, REGION, s3PathStyle } from './clients.js'

const Bucket = 'lifecycle-1250000000'
const at = { Bucket, Region: REGION }

let server: RowsServer
let cos: COS
let s3: S3Client

beforeEach(async () => {
  server = await rowsServer()
  const credentials = { secretId: OWNER.id, secretKey: OWNER.secret }
  const reachable = { endpoint: `http://127.0.0.1:${server.port}`, credentials }
  cos = cosThroughProxy(reachable)
  s3 = s3PathStyle(reachable)
  await cos.putBucket(at)
})
afterEach(async () => {
  s3.destroy()
  await server[Symbol.asyncDispose]()
})

/** Ask for something with a body next: the SDK for COS corrects its clock by the body of the error. */
async function later(days: number): Promise<void> {
  server.exchange.clock.advance(days * DAY_MS)
  await runLifecycle(server.exchange.core)
}

const setByS3 = (...Rules: readonly LifecycleRule[]) =>
  s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [...Rules] } }))
const readByS3 = () => s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))

test('COS: rules are put, read and deleted', async () => {
  assert.deepEqual((await cos.getBucketLifecycle(at)).Rules, [])
  const Rules: COS.LifecycleRule[] = [
    {
      ID: 'old',
      Status: 'Enabled',
      Filter: { Prefix: 'old/' },
      Transition: { Days: '30', StorageClass: 'STANDARD_IA' },
      Expiration: { Days: '365' },
    },
    {
      ID: 'tagged',
      Status: 'Disabled',
      Filter: { And: { Prefix: 'p/', Tag: [{ Key: 'a', Value: '1' }] } },
      Expiration: { Date: '2018-01-01T00:00:00+08:00' },
    },
  ]
  assert.equal((await cos.putBucketLifecycle({ ...at, Rules })).statusCode, 200)
  const kept = (await cos.getBucketLifecycle(at)).Rules
  assert.deepEqual(kept[0], Rules[0])
  assert.deepEqual(kept[1], { ...Rules[1], Filter: { And: { Prefix: 'p/', Tag: { Key: 'a', Value: '1' } } } })
  const seen = (await readByS3()).Rules?.map(({ ID, Status }) => [ID, Status])
  assert.deepEqual(seen, [
    ['old', 'Enabled'],
    ['tagged', 'Disabled'],
  ])
  assert.equal((await cos.deleteBucketLifecycle(at)).statusCode, 204)
  assert.deepEqual((await cos.getBucketLifecycle(at)).Rules, [])
  const wrong = await cosFailureOf(cos.putBucketLifecycle({ ...at, Rules: [] }))
  assert.deepEqual([wrong.statusCode, wrong.code], [400, 'MalformedXML'])
})

test('S3: rules are put, read and deleted', async () => {
  assert.equal((await failureOf(readByS3(), S3ServiceException)).name, 'NoSuchLifecycleConfiguration')
  const rules: LifecycleRule[] = [
    {
      ID: 'everything',
      Status: 'Enabled',
      Filter: { And: { Prefix: 'p/', Tags: [{ Key: 'a', Value: '1' }], ObjectSizeGreaterThan: 5 } },
      Transitions: [{ Days: 30, StorageClass: 'STANDARD_IA' }],
      Expiration: { Days: 60 },
      NoncurrentVersionTransitions: [{ NoncurrentDays: 0, NewerNoncurrentVersions: 2, StorageClass: 'GLACIER' }],
      NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 5 },
    },
    {
      ID: 'uploads',
      Status: 'Enabled',
      Filter: { Prefix: '' },
      Expiration: { ExpiredObjectDeleteMarker: true },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    },
    { ID: 'date', Status: 'Disabled', Prefix: 'old/', Expiration: { Date: new Date('2026-02-01T00:00:00Z') } },
  ]
  const put = await setByS3(...rules)
  assert.equal(put.TransitionDefaultMinimumObjectSize, 'all_storage_classes_128K')
  const kept = await readByS3()
  assert.deepEqual(kept.Rules, rules)
  assert.equal(kept.TransitionDefaultMinimumObjectSize, 'all_storage_classes_128K')
  assert.equal((await cos.getBucketLifecycle(at)).Rules.length, 3)
  await s3.send(new DeleteBucketLifecycleCommand({ Bucket }))
  assert.equal((await failureOf(readByS3(), S3ServiceException)).name, 'NoSuchLifecycleConfiguration')
  const wrong = setByS3({ Status: 'Enabled', Filter: {}, Transitions: [{ Days: 29, StorageClass: 'ONEZONE_IA' }] })
  assert.equal((await failureOf(wrong, S3ServiceException)).name, 'InvalidArgument')
})

test('COS: an object says when it expires, and is gone then', async () => {
  const Expiration = { Days: '1' }
  await cos.putBucketLifecycle({
    ...at,
    Rules: [{ ID: 'a', Status: 'Enabled', Filter: { Prefix: 'old/' }, Expiration }],
  })
  const put = await cos.putObject({ ...at, Key: 'old/k', Body: 'x' })
  const wanted = 'expiry-date="Sun, 04 Jan 2026 00:00:00 GMT", rule-id="a"'
  assert.equal(put.headers?.['x-cos-expiration'], wanted)
  await cos.putObject({ ...at, Key: 'new/k', Body: 'x' })
  await later(1)
  assert.equal((await cos.getObject({ ...at, Key: 'old/k' })).headers?.['x-cos-expiration'], wanted)
  await later(1)
  assert.equal((await cosFailureOf(cos.getObject({ ...at, Key: 'old/k' }))).statusCode, 404)
  assert.equal((await cos.getObject({ ...at, Key: 'new/k' })).statusCode, 200)
})

test('S3: an object changes class, says when it expires, and is gone then', async () => {
  const Body = patterned(130 * 1024)
  await setByS3({
    ID: 'a',
    Status: 'Enabled',
    Filter: { Prefix: '' },
    Transitions: [{ Days: 30, StorageClass: 'STANDARD_IA' }],
    Expiration: { Days: 40 },
  })
  const put = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body }))
  assert.equal(put.Expiration, 'expiry-date="Thu, 12 Feb 2026 00:00:00 GMT", rule-id="a"')
  const before = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))
  await later(31)
  const found = await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }))
  assert.equal(found.StorageClass, 'STANDARD_IA')
  assert.deepEqual(found.LastModified, before.LastModified)
  assert.deepEqual(Buffer.from((await found.Body?.transformToByteArray()) ?? []), Body)
  await later(10)
  const gone = await failureOf(s3.send(new GetObjectCommand({ Bucket, Key: 'k' })), S3ServiceException)
  assert.equal(gone.name, 'NoSuchKey')
})
