/** Object lock through both SDKs: what is locked stays, and a bypass removes what is governed. */

import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { startServer, type TestServer } from '../../src/testing.js'
import { cosFailureOf, cosThroughProxy, failureOf, REGION, s3PathStyle } from './clients.js'

const Bucket = 'locks-1250000000'
const Key = 'key'
const DAY_MS = 86_400_000

let server: TestServer
let s3: S3Client

before(async () => {
  server = await startServer({ memory: true })
  s3 = s3PathStyle(server)
  await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }))
})
after(async () => {
  s3.destroy()
  await server.close()
})

test('a default retention protects what is put, and a bypass removes it', async () => {
  const Rule = { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } as const
  const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule } as const
  await s3.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }))
  const kept = await s3.send(new GetObjectLockConfigurationCommand({ Bucket }))
  assert.deepEqual(kept.ObjectLockConfiguration, ObjectLockConfiguration)
  const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'kept' }))
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key }))
  assert.equal(head.ObjectLockMode, 'GOVERNANCE')
  const refused = await failureOf(s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId })), S3ServiceException)
  assert.equal(refused.name, 'AccessDenied')
  await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId, BypassGovernanceRetention: true }))
})

test('compliance and legal hold stand against a bypass', async () => {
  const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'kept' }))
  const version = { Bucket, Key, VersionId }
  const RetainUntilDate = new Date(Math.floor(Date.now() / 1000) * 1000 + 2 * DAY_MS)
  await s3.send(new PutObjectRetentionCommand({ ...version, Retention: { Mode: 'COMPLIANCE', RetainUntilDate } }))
  const { Retention } = await s3.send(new GetObjectRetentionCommand(version))
  assert.deepEqual(Retention, { Mode: 'COMPLIANCE', RetainUntilDate })
  await s3.send(new PutObjectLegalHoldCommand({ ...version, LegalHold: { Status: 'ON' } }))
  assert.equal((await s3.send(new GetObjectLegalHoldCommand(version))).LegalHold?.Status, 'ON')
  const shorter = { Mode: 'COMPLIANCE', RetainUntilDate: new Date(RetainUntilDate.getTime() - DAY_MS) } as const
  const BypassGovernanceRetention = true
  for (const attempt of [
    s3.send(new DeleteObjectCommand({ ...version, BypassGovernanceRetention })),
    s3.send(new PutObjectRetentionCommand({ ...version, Retention: shorter, BypassGovernanceRetention })),
  ]) {
    assert.equal((await failureOf(attempt, S3ServiceException)).name, 'AccessDenied')
  }
})

/** The COS SDK has no method for object lock: `request` signs and sends what one names. */
test('a COS program locks a bucket, and what it puts is neither overwritten nor deleted', async () => {
  const cos = cosThroughProxy(server)
  const place = { Bucket: 'coslocks-1250000000', Region: REGION }
  const object = { ...place, Key }
  await cos.putBucket(place)
  const Body =
    '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>' +
    '<Rule><DefaultRetention><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>'
  await cos.request({ ...place, Method: 'PUT', Action: 'object-lock', Body })
  await cos.putObject({ ...object, Body: 'kept' })
  const { headers = {} } = await cos.headObject(object)
  assert.equal(headers['x-cos-object-lock-mode'], 'COMPLIANCE')
  for (const attempt of [cos.putObject({ ...object, Body: 'other' }), cos.deleteObject(object)]) {
    assert.equal((await cosFailureOf(attempt)).code, 'ObjectLocked')
  }
  assert.equal((await cos.getObject(object)).Body.toString(), 'kept')
})
