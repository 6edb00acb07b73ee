/** Access logging through the official SDKs, each reading what the other has set. */

import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import {
  CreateBucketCommand,
  GetBucketLoggingCommand,
  PutBucketAclCommand,
  PutBucketLoggingCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import type COS from 'cos-nodejs-sdk-v5'
import { startServer, type TestServer } from '../../src/testing.js'
import { cosFailureOf, cosThroughProxy, failureOf, REGION, s3PathStyle } from './clients.js'

const Bucket = 'logged-1250000000'
const TargetBucket = 'logs-1250000000'
const at = { Bucket, Region: REGION }

let server: TestServer
let cos: COS
let s3: S3Client

before(async () => {
  server = await startServer({ memory: true })
  cos = cosThroughProxy(server)
  s3 = s3PathStyle(server)
  for (const name of [Bucket, TargetBucket]) await s3.send(new CreateBucketCommand({ Bucket: name }))
})
after(async () => {
  s3.destroy()
  await server.close()
})

const put = (prefix: string) => {
  const LoggingEnabled = { TargetBucket, TargetPrefix: prefix }
  return s3.send(new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: { LoggingEnabled } }))
}

test('logging put by one SDK is read and switched off by the other', async () => {
  const enabled = { TargetBucket, TargetPrefix: 'cos/' }
  await cos.putBucketLogging({ ...at, BucketLoggingStatus: { LoggingEnabled: enabled } })
  assert.deepEqual((await s3.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled, enabled)
  await s3.send(new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: {} }))
  const { BucketLoggingStatus } = await cos.getBucketLogging(at)
  assert.equal(BucketLoggingStatus?.LoggingEnabled, undefined)
})

test('the AWS SDK is told that its target must let log delivery write, and goes on once it may', async () => {
  const refused = await failureOf(put('s3/'), S3ServiceException)
  assert.equal(refused.name, 'InvalidTargetBucketForLogging')
  const grants = 'uri="http://acs.amazonaws.com/groups/s3/LogDelivery"'
  await s3.send(new PutBucketAclCommand({ Bucket: TargetBucket, GrantWrite: grants, GrantReadACP: grants }))
  await put('s3/')
  const found = await cos.getBucketLogging(at)
  assert.deepEqual(found.BucketLoggingStatus.LoggingEnabled, { TargetBucket, TargetPrefix: 's3/' })
})

test('the COS SDK is told of a target that is not there', async () => {
  const BucketLoggingStatus = { LoggingEnabled: { TargetBucket: 'nope-1250000000', TargetPrefix: '' } }
  const error = await cosFailureOf(cos.putBucketLogging({ ...at, BucketLoggingStatus }))
  assert.deepEqual([error.statusCode, error.code], [400, 'InvalidTargetBucketForLogging'])
})
