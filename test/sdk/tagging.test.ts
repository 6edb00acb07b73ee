/** Tags through the official SDKs, each reading what the other has set. */

import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import {
  CopyObjectCommand,
  DeleteBucketTaggingCommand,
  DeleteObjectTaggingCommand,
  GetBucketTaggingCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
  S3ServiceException,
  type Tag,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type COS from 'cos-nodejs-sdk-v5'
import { startServer, type TestServer } from '../../src/testing.js'
import { cosFailureOf, cosThroughProxy, failureOf, patterned, REGION, s3PathStyle } from './clients.js'

const Bucket = 'tags-1250000000'
const at = { Bucket, Region: REGION }
const tag = (Key: string, Value = ''): Tag & COS.Tag => ({ Key, Value })
const TAGS = [tag('team', 'red'), tag('城市', '深圳 1'), tag('empty')]

let server: TestServer
let cos: COS
let s3: S3Client

before(async () => {
  server = await startServer({ memory: true })
  cos = cosThroughProxy(server)
  s3 = s3PathStyle(server)
  await cos.putBucket(at)
})
after(async () => {
  s3.destroy()
  await server.close()
})

const s3Tags = async (Key: string) => (await s3.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet
const cosTags = async (Key: string) => (await cos.getObjectTagging({ ...at, Key })).Tags

test('tags of a bucket: put by one SDK, read and removed by the other', async () => {
  assert.deepEqual((await cos.getBucketTagging(at)).Tags, [])
  const absent = await failureOf(s3.send(new GetBucketTaggingCommand({ Bucket })), S3ServiceException)
  assert.equal(absent.name, 'NoSuchTagSet')

  assert.equal((await cos.putBucketTagging({ ...at, Tags: TAGS })).statusCode, 204)
  assert.deepEqual((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet, TAGS)
  await s3.send(new DeleteBucketTaggingCommand({ Bucket }))
  assert.deepEqual((await cos.getBucketTagging(at)).Tags, [])

  await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: TAGS } }))
  assert.deepEqual((await cos.getBucketTagging(at)).Tags, TAGS)
  assert.equal((await cos.deleteBucketTagging(at)).statusCode, 204)
})

test('tags of an object: put by one SDK, read and removed by the other', async () => {
  await cos.putObject({ ...at, Key: 'k', Body: 'content' })
  assert.deepEqual(await cosTags('k'), [])
  assert.deepEqual(await s3Tags('k'), [])
  await s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'k', Tagging: { TagSet: TAGS } }))
  assert.deepEqual(await cosTags('k'), TAGS)
  const head = await cos.headObject({ ...at, Key: 'k' })
  assert.equal(head.headers?.['x-cos-tagging-count'], '3')
  assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).TagCount, 3)

  await cos.putObjectTagging({ ...at, Key: 'k', Tags: [tag('other', '1')] })
  assert.deepEqual(await s3Tags('k'), [tag('other', '1')])
  await s3.send(new DeleteObjectTaggingCommand({ Bucket, Key: 'k' }))
  assert.deepEqual(await cosTags('k'), [])
  assert.equal((await cos.deleteObjectTagging({ ...at, Key: 'k' })).statusCode, 204)
})

test('tags given with the object, by PUT, multipart upload and copy', async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: 'put', Body: 'x', Tagging: 'team=red&city=%E6%B7%B1%E5%9C%B3' }))
  assert.deepEqual(await cosTags('put'), [tag('team', 'red'), tag('city', '深圳')])

  const params = { Bucket, Key: 'upload', Body: patterned(6 * 1024 * 1024), Tagging: 'parts=2' }
  await new Upload({ client: s3, params }).done()
  assert.deepEqual(await s3Tags('upload'), [tag('parts', '2')])

  const source = { Bucket, CopySource: `${Bucket}/put` }
  await s3.send(new CopyObjectCommand({ ...source, Key: 'copy' }))
  assert.deepEqual(await s3Tags('copy'), await s3Tags('put'))
  await s3.send(new CopyObjectCommand({ ...source, Key: 'copy', TaggingDirective: 'REPLACE', Tagging: 'new=1' }))
  assert.deepEqual(await s3Tags('copy'), [tag('new', '1')])

  await cos.putObject({ ...at, Key: 'cos', Body: 'x', Headers: { 'x-cos-tagging': 'a=1' } })
  assert.deepEqual(await cosTags('cos'), [tag('a', '1')])
  const CopySource = `${Bucket}.cos.${REGION}.myqcloud.com/put`
  await cos.putObjectCopy({ ...at, Key: 'cos', CopySource })
  assert.deepEqual(await s3Tags('cos'), await s3Tags('put'))
})

test('the SDKs tell what is wrong with a tag', async () => {
  await cos.putObject({ ...at, Key: 'k', Body: 'content' })
  const twice = [tag('a', '1'), tag('a', '2')]
  const cosError = await cosFailureOf(cos.putObjectTagging({ ...at, Key: 'k', Tags: twice }))
  assert.deepEqual([cosError.statusCode, cosError.code], [400, 'InvalidTag'])
  const put = new PutObjectTaggingCommand({ Bucket, Key: 'k', Tagging: { TagSet: [tag('aws:a')] } })
  assert.equal((await failureOf(s3.send(put), S3ServiceException)).name, 'InvalidTag')
  const TagSet = Array.from({ length: 11 }, (_, index) => tag(`k${index}`))
  const excessive = new PutObjectTaggingCommand({ Bucket, Key: 'k', Tagging: { TagSet } })
  assert.equal((await failureOf(s3.send(excessive), S3ServiceException)).name, 'BadRequest')
})
