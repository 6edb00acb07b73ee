/**
 * Archived objects through the official SDKs: restored by one, read by the other, on a clock that the test moves. A day
 * has 24 seconds, as a developer would have it; the SDKs find out by themselves that the server's clock is not theirs.
 */

import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  InvalidObjectState,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ObjectAlreadyInActiveTierError,
  PutObjectCommand,
  RestoreObjectCommand,
  type RestoreRequest,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type COS from 'cos-nodejs-sdk-v5'
import { type ManualClock, manualClock } from '../../src/base/clock.js'
import { startServer, type TestServer } from '../../src/testing.js'
import { cosFailureOf, cosThroughProxy, failureOf, patterned, REGION, s3PathStyle } from './clients.js'

const Bucket = 'archive-1250000000'
const at = { Bucket, Region: REGION }
/** Of a day with 24 seconds. */
const HOUR_MS = 1_000

let server: TestServer
let clock: ManualClock
let cos: COS
let s3: S3Client

before(async () => {
  clock = manualClock(Date.UTC(2026, 0, 2, 3, 4, 5))
  server = await startServer({ memory: true, clock, settings: { STOWAGE_DAY_MS: String(24 * HOUR_MS) } })
  cos = cosThroughProxy(server)
  s3 = s3PathStyle(server)
  await cos.putBucket(at)
})
after(async () => {
  s3.destroy()
  await server.close()
})

const restore = (Key: string, RestoreRequest: RestoreRequest) =>
  s3.send(new RestoreObjectCommand({ Bucket, Key, RestoreRequest }))
const speed = (Tier: 'Expedited' | 'Standard' | 'Bulk', Days = 1) => ({ Days, GlacierJobParameters: { Tier } })
const cosRestore = (Key: string, Tier: 'Expedited' | 'Standard' | 'Bulk', Days = 1) =>
  cos.restoreObject({ ...at, Key, RestoreRequest: { Days, CASJobParameters: { Tier } } })
const s3Text = async (Key: string) =>
  (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString() ?? ''
const cosText = async (Key: string) => (await cos.getObject({ ...at, Key })).Body.toString()

test('the COS SDK archives, restores and reads', async () => {
  await cos.putObject({ ...at, Key: 'cos', Body: 'cold', StorageClass: 'ARCHIVE' })
  const refused = await cosFailureOf(cos.getObject({ ...at, Key: 'cos' }))
  assert.deepEqual([refused.statusCode, refused.code], [403, 'InvalidObjectState'])
  assert.equal(refused.headers?.['x-cos-storage-class'], 'ARCHIVE')

  assert.equal((await cosRestore('cos', 'Standard')).statusCode, 202)
  const ongoing = (await cos.headObject({ ...at, Key: 'cos' })).headers
  assert.equal(ongoing?.['x-cos-restore'], 'ongoing-request="true"')
  assert.match(
    ongoing?.['x-cos-restore-status'] ?? '',
    /^tier="standard"; request-date="Fri, 02 Jan 2026 03:04:0\d GMT"$/,
  )
  const again = await cosFailureOf(cosRestore('cos', 'Bulk'))
  assert.deepEqual([again.statusCode, again.code], [409, 'RestoreAlreadyInProgress'])
  assert.equal((await cosFailureOf(cos.getObject({ ...at, Key: 'cos' }))).code, 'InvalidObjectState')

  clock.advance(5 * HOUR_MS)
  assert.equal(await cosText('cos'), 'cold')
  assert.equal(await s3Text('cos'), 'cold')
  assert.match(
    (await cos.headObject({ ...at, Key: 'cos' })).headers?.['x-cos-restore'] ?? '',
    /^ongoing-request="false"/,
  )
  const renewed = await cosRestore('cos', 'Bulk', 3)
  assert.equal(renewed.statusCode, 200)
  clock.advance(5 * 24 * HOUR_MS)
  assert.equal((await cosFailureOf(cos.getObject({ ...at, Key: 'cos' }))).code, 'InvalidObjectState')
})

test('the COS SDK tells that there is nothing to restore', async () => {
  await cos.putObject({ ...at, Key: 'plain', Body: 'warm' })
  const refused = await cosFailureOf(cosRestore('plain', 'Standard'))
  assert.deepEqual([refused.statusCode, refused.code], [405, 'RestoreNonArchiveObject'])
})

test('the AWS SDK archives, restores faster and reads', async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: 's3', Body: 'cold', StorageClass: 'GLACIER' }))
  const refused = await failureOf(s3Text('s3'), InvalidObjectState)
  assert.deepEqual([refused.StorageClass, refused.AccessTier], ['GLACIER', 'ARCHIVE_ACCESS'])

  assert.equal((await restore('s3', speed('Bulk', 2))).$metadata.httpStatusCode, 202)
  const again = await failureOf(restore('s3', speed('Bulk', 2)), S3ServiceException)
  assert.deepEqual([again.name, again.$metadata.httpStatusCode], ['RestoreAlreadyInProgress', 409])
  assert.equal((await restore('s3', speed('Standard', 2))).$metadata.httpStatusCode, 202)
  const head = () => s3.send(new HeadObjectCommand({ Bucket, Key: 's3' }))
  assert.equal((await head()).Restore, 'ongoing-request="true"')
  clock.advance(5 * HOUR_MS)
  assert.equal(await s3Text('s3'), 'cold')
  assert.equal(await cosText('s3'), 'cold')
  const { Restore, StorageClass } = await head()
  assert.match(Restore ?? '', /^ongoing-request="false", expiry-date="Fri, 02 Jan 2026 /)
  assert.equal(StorageClass, 'GLACIER')
  assert.equal((await restore('s3', { Days: 1 })).$metadata.httpStatusCode, 200)
})

test('the AWS SDK lists the state of restores where it asks for it', async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: 'listed', Body: 'cold', StorageClass: 'DEEP_ARCHIVE' }))
  await restore('listed', { Days: 1 })
  const asked = { Bucket, Prefix: 'listed' }
  const plain = await s3.send(new ListObjectsV2Command(asked))
  assert.equal(plain.Contents?.[0]?.RestoreStatus, undefined)
  const OptionalObjectAttributes = ['RestoreStatus' as const]
  const list = () => s3.send(new ListObjectsV2Command({ ...asked, OptionalObjectAttributes }))
  assert.deepEqual((await list()).Contents?.[0]?.RestoreStatus, { IsRestoreInProgress: true })
  clock.advance(12 * HOUR_MS)
  const status = (await list()).Contents?.[0]?.RestoreStatus
  assert.equal(status?.IsRestoreInProgress, false)
  assert.ok((status?.RestoreExpiryDate?.getTime() ?? 0) > clock.now())
  const versions = await s3.send(new ListObjectVersionsCommand({ ...asked, OptionalObjectAttributes }))
  assert.deepEqual(versions.Versions?.[0]?.RestoreStatus, status)
})

test('the AWS SDK tells what cannot be restored, by its own classes of errors', async () => {
  const put = (Key: string, StorageClass: 'GLACIER_IR' | 'INTELLIGENT_TIERING' | 'DEEP_ARCHIVE') =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', StorageClass }))
  await put('instant', 'GLACIER_IR')
  const instant = await failureOf(restore('instant', speed('Bulk')), InvalidObjectState)
  assert.equal(instant.StorageClass, 'GLACIER_IR')
  await put('tiered', 'INTELLIGENT_TIERING')
  await failureOf(restore('tiered', { GlacierJobParameters: { Tier: 'Bulk' } }), ObjectAlreadyInActiveTierError)
  await put('deep', 'DEEP_ARCHIVE')
  assert.equal((await failureOf(restore('deep', speed('Expedited')), S3ServiceException)).name, 'InvalidArgument')
  assert.equal((await failureOf(restore('deep', {}), S3ServiceException)).name, 'MalformedXML')
  const select: RestoreRequest = { Type: 'SELECT', Tier: 'Bulk' }
  assert.equal((await failureOf(restore('deep', select), S3ServiceException)).name, 'NotImplemented')
})

test('an upload in parts is archived, restored, and taken out of the archive by a copy onto itself', async () => {
  const Body = patterned(6 * 1024 * 1024, 7)
  await new Upload({ client: s3, params: { Bucket, Key: 'parts', Body, StorageClass: 'DEEP_ARCHIVE' } }).done()
  const CopySource = `${Bucket}/parts`
  const copy = new CopyObjectCommand({ Bucket, Key: 'parts', CopySource, StorageClass: 'STANDARD' })
  await failureOf(s3.send(copy), S3ServiceException)
  await cosRestore('parts', 'Standard')
  clock.advance(12 * HOUR_MS)
  await s3.send(copy)
  clock.advance(30 * 24 * HOUR_MS)
  const read = await cos.getObject({ ...at, Key: 'parts' })
  assert.ok(Buffer.from(read.Body).equals(Body))
  assert.equal(read.headers?.['x-cos-storage-class'], undefined)
})
