/** One server, two SDKs: whatever one of them makes, the other sees as its own. */

import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type COS from 'cos-nodejs-sdk-v5'
import { startServer, type TestServer } from '../../src/testing.js'
import { cosFailureOf, cosThroughProxy, patterned, REGION, s3PathStyle } from './clients.js'

const MIB = 1024 * 1024
const Bucket = 'shared-1250000000'
const at = { Bucket, Region: REGION }

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

test('buckets of both are listed by both, made once and removed by either', async () => {
  await s3.send(new CreateBucketCommand({ Bucket: 'from-s3-1250000000' }))
  const fromS3 = { Bucket: 'from-s3-1250000000', Region: REGION }
  const names = ['from-s3-1250000000', Bucket]
  const { Buckets } = await s3.send(new ListBucketsCommand({}))
  assert.deepEqual(
    Buckets?.map(({ Name }) => Name),
    names,
  )
  assert.deepEqual(
    (await cos.getService({})).Buckets.map(({ Name }) => Name),
    names,
  )
  assert.equal((await cosFailureOf(cos.putBucket(fromS3))).code, 'BucketAlreadyOwnedByYou')
  await assert.rejects(s3.send(new CreateBucketCommand({ Bucket })), { name: 'BucketAlreadyOwnedByYou' })
  await cos.deleteBucket(fromS3)
  await assert.rejects(s3.send(new ListObjectsV2Command({ Bucket: fromS3.Bucket })), { name: 'NoSuchBucket' })
})

test('an object has one body, one ETag, one set of metadata', async () => {
  const Key = "目录/a b+c'(1).txt"
  const written = [
    async () => {
      const Headers = { 'x-cos-meta-kind': 'of cos', 'Content-Language': 'zh-CN' }
      return (await cos.putObject({ ...at, Key, Body: 'cos', ContentType: 'text/x-own', Headers })).ETag
    },
    async () => {
      const Metadata = { kind: 'of cos' }
      const put = { Bucket, Key, Body: 'cos', ContentType: 'text/x-own', ContentLanguage: 'zh-CN', Metadata }
      return (await s3.send(new PutObjectCommand(put))).ETag
    },
  ]
  for (const write of written) {
    const etag = await write()
    const seenByS3 = await s3.send(new GetObjectCommand({ Bucket, Key }))
    const seenByCos = await cos.getObject({ ...at, Key })
    assert.deepEqual([seenByS3.ETag, seenByCos.ETag], [etag, etag])
    assert.equal(await seenByS3.Body?.transformToString(), 'cos')
    assert.equal(seenByCos.Body.toString(), 'cos')
    assert.deepEqual(seenByS3.Metadata, { kind: 'of cos' })
    assert.equal(seenByCos.headers?.['x-cos-meta-kind'], 'of cos')
    assert.deepEqual([seenByS3.ContentType, seenByCos.headers?.['content-type']], ['text/x-own', 'text/x-own'])
    assert.deepEqual([seenByS3.ContentLanguage, seenByCos.headers?.['content-language']], ['zh-CN', 'zh-CN'])
    assert.match(seenByCos.headers?.['x-cos-hash-crc64ecma'], /^\d+$/)
    const foreign = Object.keys(seenByCos.headers ?? {}).filter((name) => name.startsWith('x-amz-'))
    assert.deepEqual(foreign, [])
  }
})

test('both list the same keys in the same order', async () => {
  await cos.putObject({ ...at, Key: 'list/1', Body: '1' })
  await s3.send(new PutObjectCommand({ Bucket, Key: 'list/2', Body: '22' }))
  await cos.putObject({ ...at, Key: 'list/深/3', Body: '333' })
  const byS3 = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', Delimiter: '/' }))
  const byCos = await cos.getBucket({ ...at, Prefix: 'list/', Delimiter: '/' })
  assert.deepEqual(
    byS3.Contents?.map(({ Key, Size, ETag }) => [Key, String(Size), ETag]),
    byCos.Contents.map(({ Key, Size, ETag }) => [Key, Size, ETag]),
  )
  assert.deepEqual(
    byS3.CommonPrefixes?.map(({ Prefix }) => Prefix),
    byCos.CommonPrefixes.map(({ Prefix }) => Prefix),
  )
})

test('versions and delete markers of one are those of the other', async () => {
  const bucket = { Bucket: 'versions-1250000000', Region: REGION }
  const there = { Bucket: bucket.Bucket }
  await cos.putBucket(bucket)
  await cos.putBucketVersioning({ ...bucket, VersioningConfiguration: { Status: 'Enabled' } })
  assert.equal((await s3.send(new GetBucketVersioningCommand(there))).Status, 'Enabled')
  const first = String((await cos.putObject({ ...bucket, Key: 'k', Body: 'first' })).headers?.['x-cos-version-id'])
  const second = (await s3.send(new PutObjectCommand({ ...there, Key: 'k', Body: 'second' }))).VersionId
  const marker = (await s3.send(new DeleteObjectCommand({ ...there, Key: 'k' }))).VersionId
  const byS3 = await s3.send(new ListObjectVersionsCommand(there))
  const byCos = await cos.listObjectVersions(bucket)
  assert.deepEqual(
    byS3.Versions?.map(({ VersionId }) => VersionId),
    [second, first],
  )
  assert.deepEqual(
    byCos.Versions.map(({ VersionId }) => VersionId),
    [second, first],
  )
  assert.deepEqual([byS3.DeleteMarkers?.[0]?.VersionId, byCos.DeleteMarkers[0]?.VersionId], [marker, marker])
  const old = await s3.send(new GetObjectCommand({ ...there, Key: 'k', VersionId: first }))
  assert.equal(await old.Body?.transformToString(), 'first')
  assert.equal((await cos.getObject({ ...bucket, Key: 'k', VersionId: String(second) })).Body.toString(), 'second')
  const VersioningConfiguration = { Status: 'Suspended' } as const
  await s3.send(new PutBucketVersioningCommand({ ...there, VersioningConfiguration }))
  assert.equal((await cos.getBucketVersioning(bucket)).VersioningConfiguration.Status, 'Suspended')
  const Objects = [first, second, marker].map((VersionId) => ({ Key: 'k', VersionId: String(VersionId) }))
  await cos.deleteMultipleObject({ ...bucket, Objects })
  await s3.send(new DeleteBucketCommand(there))
})

test('an upload that one begins the other carries on and completes', async () => {
  const bytes = patterned(6 * MIB, 21)
  const [half, rest] = [bytes.subarray(0, 5 * MIB), bytes.subarray(5 * MIB)]
  const { UploadId } = await cos.multipartInit({ ...at, Key: 'begun by cos' })
  const byCos = { Bucket, Key: 'begun by cos', UploadId }
  const one = await s3.send(new UploadPartCommand({ ...byCos, PartNumber: 1, Body: half }))
  const two = await cos.multipartUpload({ ...at, ...byCos, PartNumber: 2, Body: rest })
  const listed = await s3.send(new ListPartsCommand(byCos))
  assert.deepEqual(
    listed.Parts?.map(({ ETag }) => ETag),
    [one.ETag, two.ETag],
  )
  const Parts = [
    { PartNumber: 1, ETag: String(one.ETag) },
    { PartNumber: 2, ETag: two.ETag },
  ]
  const completed = await cos.multipartComplete({ ...at, ...byCos, Parts })
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: byCos.Key }))
  assert.equal(head.ETag, completed.ETag)
  assert.deepEqual((await cos.getObject({ ...at, Key: byCos.Key })).Body, bytes)

  const begun = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'begun by s3' }))
  const byS3 = { Bucket, Key: 'begun by s3', UploadId: String(begun.UploadId) }
  const uploads = await cos.multipartList({ ...at, Prefix: 'begun', Delimiter: '' })
  assert.deepEqual(
    uploads.Upload.map((upload) => upload.UploadId),
    [byS3.UploadId],
  )
  const only = await cos.multipartUpload({ ...at, ...byS3, PartNumber: 1, Body: bytes })
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: only.ETag }] }
  await s3.send(new CompleteMultipartUploadCommand({ ...byS3, MultipartUpload }))
  assert.deepEqual((await cos.getObject({ ...at, Key: byS3.Key })).Body, bytes)

  const given = await cos.multipartInit({ ...at, Key: 'given up' })
  await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'given up', UploadId: given.UploadId }))
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }))
  assert.deepEqual(Uploads, [])
})

test('each copies what the other wrote', async () => {
  await cos.putObject({ ...at, Key: 'of cos', Body: 'cos', Headers: { 'x-cos-meta-kind': 'k' } })
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'copied by s3', CopySource: `${Bucket}/of%20cos` }))
  const CopySource = `${Bucket}.cos.${REGION}.myqcloud.com/copied%20by%20s3`
  await cos.putObjectCopy({ ...at, Key: 'copied back', CopySource })
  const { Body, headers } = await cos.getObject({ ...at, Key: 'copied back' })
  assert.equal(Body.toString(), 'cos')
  assert.equal(headers?.['x-cos-meta-kind'], 'k')
})
