/** Buckets, objects, versions and listings through @aws-sdk/client-s3, in path style and at virtual hosts. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test, { after, before, describe } from 'node:test'
import {
  BucketAlreadyOwnedByYou,
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  NoSuchBucket,
  NoSuchKey,
  NotFound,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { type Clock, systemClock } from '../../src/base/clock.js'
import { startServer, type TestServer } from '../../src/testing.js'
import { raises } from '../support/raises.js'
import { failureOf, fetchPlainly, patterned, s3PathStyle, s3VirtualHost } from './clients.js'

const AWKWARD_KEYS = [
  "a b+c&中文'(1)*.txt",
  'a//b',
  'a/../b',
  '../up',
  './x/.',
  'trailing/',
  '%2e%2e/%41',
  'question?mark=1#fragment',
  '=;,:@$~^|<>"`{}[]\\',
  'emoji 😀 é é',
  'a&amp;b<c>]]>',
  'new\nline',
]

const inByteOrder = (names: readonly string[]) =>
  [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))

async function textOf(client: S3Client, input: ConstructorParameters<typeof GetObjectCommand>[0]): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand(input))
  return (await Body?.transformToString()) ?? ''
}

const STYLES = [
  { style: 'in path style', connect: s3PathStyle },
  { style: 'at virtual hosts', connect: s3VirtualHost },
] as const

for (const { style, connect } of STYLES) {
  describe(`the S3 SDK ${style}`, () => {
    let server: TestServer
    let s3: S3Client
    const Bucket = 'examplebucket'

    before(async () => {
      server = await startServer({ memory: true })
      s3 = connect(server)
      await s3.send(new CreateBucketCommand({ Bucket }))
    })
    after(async () => {
      s3.destroy()
      await server.close()
    })

    test('a bucket is made, found, listed, located and removed', async () => {
      const second = { Bucket: 'second.with.dots' }
      await s3.send(new CreateBucketCommand(second))
      await s3.send(new HeadBucketCommand(second))
      const { Buckets = [], Owner } = await s3.send(new ListBucketsCommand({}))
      assert.deepEqual(
        Buckets.map(({ Name }) => Name),
        [Bucket, 'second.with.dots'],
      )
      assert.match(String(Owner?.ID), /\S/)
      assert.equal((await s3.send(new GetBucketLocationCommand(second))).LocationConstraint, 'ap-guangzhou')
      await s3.send(new DeleteBucketCommand(second))
      await failureOf(s3.send(new HeadBucketCommand(second)), NotFound)
    })

    test('buckets are listed in pages', async () => {
      const names = ['paged-1', 'paged-2', 'paged-3']
      for (const name of names) await s3.send(new CreateBucketCommand({ Bucket: name }))
      const first = await s3.send(new ListBucketsCommand({ Prefix: 'paged-', MaxBuckets: 2 }))
      const rest = await s3.send(
        new ListBucketsCommand({ Prefix: 'paged-', ContinuationToken: first.ContinuationToken }),
      )
      assert.deepEqual(
        [first, rest].map(({ Buckets }) => Buckets?.map(({ Name }) => Name)),
        [['paged-1', 'paged-2'], ['paged-3']],
      )
      for (const name of names) await s3.send(new DeleteBucketCommand({ Bucket: name }))
    })

    test('a body comes back as it was sent, with metadata and headers', async () => {
      const body = patterned(200_000)
      const put = await s3.send(
        new PutObjectCommand({
          Bucket,
          Key: 'headers',
          Body: body,
          ContentType: 'text/x-own',
          CacheControl: 'max-age=7',
          ContentDisposition: 'attachment',
          ContentEncoding: 'br',
          ContentLanguage: 'zh-CN',
          Expires: new Date('2033-12-01T16:00:00Z'),
          StorageClass: 'STANDARD_IA',
          Metadata: { Kind: 'a b', other: 'x' },
        }),
      )
      const etag = `"${createHash('md5').update(body).digest('hex')}"`
      assert.equal(put.ETag, etag)
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'headers' }))
      assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), body)
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'headers' }))
      for (const answer of [got, head]) {
        assert.equal(answer.ETag, etag)
        assert.equal(answer.ContentLength, body.length)
        assert.equal(answer.ContentType, 'text/x-own')
        assert.equal(answer.CacheControl, 'max-age=7')
        assert.equal(answer.ContentDisposition, 'attachment')
        assert.equal(answer.ContentEncoding, 'br')
        assert.equal(answer.ContentLanguage, 'zh-CN')
        assert.equal(answer.ExpiresString, 'Thu, 01 Dec 2033 16:00:00 GMT')
        assert.equal(answer.StorageClass, 'STANDARD_IA')
        assert.deepEqual(answer.Metadata, { kind: 'a b', other: 'x' })
        assert.equal(answer.AcceptRanges, 'bytes')
        assert.ok(answer.LastModified instanceof Date)
        assert.match(String(answer.$metadata.requestId), /\S/)
      }
    })

    test('an empty object is an object', async () => {
      await s3.send(new PutObjectCommand({ Bucket, Key: 'empty' }))
      assert.equal(await textOf(s3, { Bucket, Key: 'empty' }), '')
      assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: 'empty' }))).ContentLength, 0)
    })

    test('awkward keys are written, read, listed and removed under their own names', async () => {
      await s3.send(new CreateBucketCommand({ Bucket: 'awkward' }))
      const at = { Bucket: 'awkward' }
      for (const Key of AWKWARD_KEYS) await s3.send(new PutObjectCommand({ ...at, Key, Body: `body of ${Key}` }))
      for (const Key of AWKWARD_KEYS) assert.equal(await textOf(s3, { ...at, Key }), `body of ${Key}`)
      const expected = inByteOrder(AWKWARD_KEYS)
      const plain = await s3.send(new ListObjectsV2Command(at))
      const encoded = await s3.send(new ListObjectsV2Command({ ...at, EncodingType: 'url' }))
      const first = await s3.send(new ListObjectsCommand({ ...at, EncodingType: 'url' }))
      const decoded = (key = '') => decodeURIComponent(key.replaceAll('+', ' '))
      assert.deepEqual(
        plain.Contents?.map(({ Key }) => Key),
        expected,
      )
      for (const { Contents } of [encoded, first]) {
        assert.deepEqual(
          Contents?.map(({ Key }) => decoded(Key)),
          expected,
        )
      }
      const removed = await s3.send(
        new DeleteObjectsCommand({ ...at, Delete: { Objects: AWKWARD_KEYS.map((Key) => ({ Key })) } }),
      )
      assert.equal(removed.Errors, undefined)
      assert.deepEqual(inByteOrder(removed.Deleted?.map(({ Key = '' }) => Key) ?? []), expected)
      await s3.send(new DeleteBucketCommand(at))
    })

    test('ranges and response overrides', async () => {
      await s3.send(new PutObjectCommand({ Bucket, Key: 'range', Body: '0123456789' }))
      const ranges = [
        ['bytes=2-4', '234', 'bytes 2-4/10'],
        ['bytes=-3', '789', 'bytes 7-9/10'],
        ['bytes=8-99', '89', 'bytes 8-9/10'],
      ] as const
      for (const [Range, text, contentRange] of ranges) {
        const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'range', Range }))
        assert.equal(await got.Body?.transformToString(), text)
        assert.deepEqual([got.ContentRange, got.$metadata.httpStatusCode], [contentRange, 206])
      }
      const got = await s3.send(
        new GetObjectCommand({
          Bucket,
          Key: 'range',
          ResponseContentType: 'text/x-other',
          ResponseCacheControl: 'no-store',
          ResponseContentDisposition: 'attachment; filename="x y.txt"',
          ResponseExpires: new Date('2033-12-01T16:00:00Z'),
        }),
      )
      assert.deepEqual(
        [got.ContentType, got.CacheControl, got.ContentDisposition, got.ExpiresString],
        ['text/x-other', 'no-store', 'attachment; filename="x y.txt"', 'Thu, 01 Dec 2033 16:00:00 GMT'],
      )
    })

    test('listings of both kinds page through keys and folded prefixes', async () => {
      const at = { Bucket: 'listing' }
      await s3.send(new CreateBucketCommand(at))
      const keys = ['a', 'b/1', 'b/2', 'c/1', 'd', '中/1', '中/2', '文', '\u{ffee}', '😀']
      for (const Key of keys) await s3.send(new PutObjectCommand({ ...at, Key, Body: Key }))
      for (const [Delimiter, expected] of [
        [undefined, inByteOrder(keys)],
        ['/', inByteOrder(['a', 'b/', 'c/', 'd', '中/', '文', '\u{ffee}', '😀'])],
      ] as const) {
        const second: string[] = []
        let token: string | undefined
        do {
          const page = await s3.send(
            new ListObjectsV2Command({ ...at, Delimiter, MaxKeys: 2, ContinuationToken: token }),
          )
          const names = [...(page.Contents ?? []).map(({ Key }) => Key), ...prefixesOf(page.CommonPrefixes)]
          assert.equal(page.KeyCount, names.length)
          second.push(...names.map(String))
          token = page.NextContinuationToken
          assert.equal(page.IsTruncated, token !== undefined)
        } while (token !== undefined)
        assert.deepEqual(inByteOrder(second), expected)
        const first: string[] = []
        let Marker: string | undefined
        for (let more = true; more; ) {
          const page = await s3.send(new ListObjectsCommand({ ...at, Delimiter, MaxKeys: 2, Marker }))
          first.push(...(page.Contents ?? []).map(({ Key }) => String(Key)), ...prefixesOf(page.CommonPrefixes))
          more = page.IsTruncated === true
          // S3 names the next marker only when it folds.
          Marker = page.NextMarker ?? page.Contents?.at(-1)?.Key
          assert.equal(page.NextMarker !== undefined, more && Delimiter !== undefined)
        }
        assert.deepEqual(inByteOrder(first), expected)
      }
      const after = await s3.send(new ListObjectsV2Command({ ...at, StartAfter: 'd', Prefix: '', FetchOwner: true }))
      assert.deepEqual(
        after.Contents?.map(({ Key }) => Key),
        inByteOrder(keys).slice(5),
      )
      assert.ok(after.Contents?.every(({ Owner }) => Owner?.ID !== undefined))
      const error = await failureOf(s3.send(new DeleteBucketCommand(at)), S3ServiceException)
      assert.deepEqual([error.name, error.$metadata.httpStatusCode], ['BucketNotEmpty', 409])
    })

    test('versions, delete markers and their removal', async () => {
      const at = { Bucket: 'versions' }
      await s3.send(new CreateBucketCommand(at))
      assert.equal((await s3.send(new GetBucketVersioningCommand(at))).Status, undefined)
      await s3.send(new PutObjectCommand({ ...at, Key: 'k', Body: 'null version' }))
      const VersioningConfiguration = { Status: 'Enabled' } as const
      await s3.send(new PutBucketVersioningCommand({ ...at, VersioningConfiguration }))
      assert.equal((await s3.send(new GetBucketVersioningCommand(at))).Status, 'Enabled')
      const first = await s3.send(new PutObjectCommand({ ...at, Key: 'k', Body: 'first' }))
      const marker = await s3.send(new DeleteObjectCommand({ ...at, Key: 'k' }))
      assert.equal(marker.DeleteMarker, true)
      await failureOf(s3.send(new GetObjectCommand({ ...at, Key: 'k' })), NoSuchKey)
      const onMarker = s3.send(new GetObjectCommand({ ...at, Key: 'k', VersionId: marker.VersionId }))
      assert.equal((await failureOf(onMarker, S3ServiceException)).name, 'MethodNotAllowed')
      const listing = await s3.send(new ListObjectVersionsCommand(at))
      assert.deepEqual(
        listing.Versions?.map(({ VersionId, IsLatest, Size }) => [VersionId, IsLatest, Size]),
        [
          [first.VersionId, false, 5],
          ['null', false, 12],
        ],
      )
      assert.deepEqual(
        listing.DeleteMarkers?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest]),
        [[marker.VersionId, true]],
      )
      const seen: string[] = []
      let KeyMarker: string | undefined
      let VersionIdMarker: string | undefined
      for (let more = true; more; ) {
        const page = await s3.send(new ListObjectVersionsCommand({ ...at, MaxKeys: 1, KeyMarker, VersionIdMarker }))
        seen.push(...[...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map((each) => String(each.VersionId)))
        more = page.IsTruncated === true
        KeyMarker = page.NextKeyMarker
        VersionIdMarker = page.NextVersionIdMarker
      }
      assert.deepEqual(seen, [marker.VersionId, first.VersionId, 'null'])
      const CopySource = `versions/k?versionId=${first.VersionId}`
      const copied = await s3.send(new CopyObjectCommand({ ...at, Key: 'copy', CopySource }))
      assert.equal(copied.CopySourceVersionId, first.VersionId)
      assert.equal(await textOf(s3, { ...at, Key: 'copy' }), 'first')
      const gone = await s3.send(new DeleteObjectCommand({ ...at, Key: 'k', VersionId: marker.VersionId }))
      assert.deepEqual([gone.DeleteMarker, gone.VersionId], [true, marker.VersionId])
      assert.equal(await textOf(s3, { ...at, Key: 'k' }), 'first')
      const Objects = [
        { Key: 'k', VersionId: first.VersionId },
        { Key: 'k', VersionId: 'null' },
        { Key: 'copy', VersionId: copied.VersionId },
      ]
      const removed = await s3.send(new DeleteObjectsCommand({ ...at, Delete: { Objects, Quiet: true } }))
      assert.deepEqual([removed.Deleted, removed.Errors], [undefined, undefined])
      await s3.send(new DeleteBucketCommand(at))
    })

    test('a multi-delete reports what it could not do', async () => {
      const Delete = { Objects: [{ Key: 'never there' }, { Key: 'x', VersionId: 'not-a-version' }] }
      const { Deleted = [], Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete }))
      assert.deepEqual(
        Deleted.map(({ Key }) => Key),
        ['never there'],
      )
      assert.equal(Errors.length, 1)
      assert.equal(Errors[0]?.Key, 'x')
    })

    test('a copy takes metadata along or replaces it', async () => {
      const Key = '来源 +.txt'
      await s3.send(
        new PutObjectCommand({ Bucket, Key, Body: 'x', Metadata: { kind: 'old' }, ContentType: 'text/x-a' }),
      )
      const CopySource = encodeURIComponent(`${Bucket}/${Key}`)
      const copied = await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }))
      assert.match(String(copied.CopyObjectResult?.ETag), /^"[0-9a-f]{32}"$/)
      assert.ok(copied.CopyObjectResult?.LastModified instanceof Date)
      const replaced = { MetadataDirective: 'REPLACE', Metadata: { kind: 'new' }, ContentType: 'text/x-b' } as const
      await s3.send(new CopyObjectCommand({ Bucket, Key: 'other', CopySource, ...replaced }))
      for (const [copy, kind, type] of [
        ['copy', 'old', 'text/x-a'],
        ['other', 'new', 'text/x-b'],
      ]) {
        const head = await s3.send(new HeadObjectCommand({ Bucket, Key: copy }))
        assert.deepEqual([head.Metadata, head.ContentType], [{ kind }, type])
      }
      const self = { Bucket, Key: 'copy', CopySource: `${Bucket}/copy` }
      const refused = await failureOf(s3.send(new CopyObjectCommand(self)), S3ServiceException)
      assert.deepEqual([refused.name, refused.$metadata.httpStatusCode], ['InvalidRequest', 400])
      await s3.send(new CopyObjectCommand({ ...self, ...replaced }))
      const stale = { ...self, ...replaced, CopySourceIfMatch: '"0"' }
      const failed = await failureOf(s3.send(new CopyObjectCommand(stale)), S3ServiceException)
      assert.deepEqual([failed.name, failed.$metadata.httpStatusCode], ['PreconditionFailed', 412])
    })

    test('attributes of an object', async () => {
      await s3.send(new PutObjectCommand({ Bucket, Key: 'attributes', Body: 'x', ChecksumAlgorithm: 'SHA256' }))
      const attributes = await s3.send(
        new GetObjectAttributesCommand({
          Bucket,
          Key: 'attributes',
          ObjectAttributes: ['ETag', 'Checksum', 'ObjectSize', 'StorageClass'],
        }),
      )
      assert.equal(attributes.ETag, createHash('md5').update('x').digest('hex'))
      assert.equal(attributes.ObjectSize, 1)
      assert.equal(attributes.StorageClass, 'STANDARD')
      assert.equal(attributes.Checksum?.ChecksumSHA256, createHash('sha256').update('x').digest('base64'))
    })

    test('presigned URLs read and write without the SDK', async () => {
      const Key = '签 名+(1).txt'
      const upload = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key }), { expiresIn: 60 })
      const put = await fetchPlainly(server, upload, { method: 'PUT', body: 'signed' })
      assert.equal(put.status, 200, put.text)
      const command = new GetObjectCommand({ Bucket, Key, ResponseContentType: 'text/x-y' })
      const url = await getSignedUrl(s3, command, { expiresIn: 60 })
      const got = await fetchPlainly(server, url)
      assert.deepEqual([got.status, got.text, got.headers['content-type']], [200, 'signed', 'text/x-y'])
      const typed = new PutObjectCommand({ Bucket, Key: 'typed', ContentType: 'text/plain', Metadata: { kind: 'k' } })
      const typedUrl = await getSignedUrl(s3, typed, { signableHeaders: new Set(['content-type']) })
      const wrong = await fetchPlainly(server, typedUrl, {
        method: 'PUT',
        body: 'x',
        headers: { 'content-type': 'a/b' },
      })
      assert.equal(wrong.status, 403)
      const right = { 'content-type': 'text/plain' }
      const stored = await fetchPlainly(server, typedUrl, { method: 'PUT', body: 'x', headers: right })
      assert.equal(stored.status, 200, stored.text)
      const changed = await fetchPlainly(server, url.replace('text%2Fx-y', 'text%2Fx-z'))
      assert.match(changed.text, /<Code>SignatureDoesNotMatch<\/Code>/)
      const old = await getSignedUrl(s3, command, { expiresIn: 60, signingDate: new Date(Date.now() - 3_600_000) })
      assert.match((await fetchPlainly(server, old)).text, /<Code>AccessDenied<\/Code>/)
    })

    test('a public-read bucket is listed by anyone, its public-read objects are read, and its owner writes', async () => {
      const at = { Bucket: 'public' }
      await s3.send(new CreateBucketCommand({ ...at, ACL: 'public-read' }))
      await s3.send(new PutObjectCommand({ ...at, Key: 'page', Body: 'open', ACL: 'public-read' }))
      const anonymous = connect(server, { signer: { sign: async (request) => request } })
      assert.equal(await textOf(anonymous, { ...at, Key: 'page' }), 'open')
      assert.equal((await anonymous.send(new ListObjectsV2Command(at))).KeyCount, 1)
      const write = anonymous.send(new PutObjectCommand({ ...at, Key: 'page', Body: 'x' }))
      assert.equal((await failureOf(write, S3ServiceException)).name, 'AccessDenied')
      const secret = anonymous.send(new GetObjectCommand({ Bucket, Key: 'headers' }))
      assert.equal((await failureOf(secret, S3ServiceException)).name, 'AccessDenied')
      anonymous.destroy()
    })

    test('errors are the classes that the SDK declares', async () => {
      await failureOf(s3.send(new GetObjectCommand({ Bucket, Key: 'missing' })), NoSuchKey)
      await failureOf(s3.send(new HeadObjectCommand({ Bucket, Key: 'missing' })), NotFound)
      await failureOf(s3.send(new ListObjectsV2Command({ Bucket: 'missing-bucket' })), NoSuchBucket)
      const owned = await failureOf(s3.send(new CreateBucketCommand({ Bucket })), BucketAlreadyOwnedByYou)
      assert.equal(owned.$metadata.httpStatusCode, 409)
      const range = s3.send(new GetObjectCommand({ Bucket, Key: 'range', Range: 'bytes=99-' }))
      assert.deepEqual(
        ((error) => [error.name, error.$metadata.httpStatusCode])(await failureOf(range, S3ServiceException)),
        ['InvalidRange', 416],
      )
    })
  })
}

function prefixesOf(prefixes: readonly { readonly Prefix?: string | undefined }[] = []): string[] {
  return prefixes.map(({ Prefix }) => String(Prefix))
}

describe('credentials and clocks of the S3 SDK', () => {
  let server: TestServer
  before(async () => {
    server = await startServer({ memory: true })
  })
  after(async () => {
    await server.close()
  })

  test(raises('SignatureDoesNotMatch', 'the S3 SDK with a wrong secret'), async () => {
    const credentials = { accessKeyId: server.credentials.secretId, secretAccessKey: 'wrong' }
    const s3 = s3PathStyle(server, { credentials })
    const error = await failureOf(s3.send(new ListBucketsCommand({})), S3ServiceException)
    assert.deepEqual([error.name, error.$metadata.httpStatusCode], ['SignatureDoesNotMatch', 403])
    assert.match(String(Reflect.get(error, 'Diagnosis')), /secret/i)
    s3.destroy()
  })

  test(raises('InvalidAccessKeyId', 'the S3 SDK with an unknown key id'), async () => {
    const s3 = s3PathStyle(server, { credentials: { accessKeyId: 'AKIDunknown', secretAccessKey: 'x' } })
    assert.equal((await failureOf(s3.send(new ListBucketsCommand({})), S3ServiceException)).name, 'InvalidAccessKeyId')
    s3.destroy()
  })

  for (const [title, offsetMs] of [
    ['behind', 7_200_000],
    ['ahead', -7_200_000],
  ] as const) {
    test(`a clock that is two hours ${title} of the server's is corrected by the answer`, async () => {
      const clock: Clock = { ...systemClock, now: () => systemClock.now() + offsetMs }
      await using other = await startServer({ memory: true, clock })
      const s3 = s3PathStyle(other)
      await s3.send(new ListBucketsCommand({}))
      assert.ok(Math.abs(s3.config.systemClockOffset - offsetMs) < 60_000)
      s3.destroy()
    })
  }

  test('a location constraint is the region of the server', async () => {
    await using other = await startServer({ memory: true, region: 'eu-west-1' })
    const s3 = s3PathStyle(other, { region: 'eu-west-1' })
    const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' } as const
    await s3.send(new CreateBucketCommand({ Bucket: 'located', CreateBucketConfiguration }))
    const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket: 'located' }))
    assert.equal(LocationConstraint, 'eu-west-1')
    const elsewhere = { LocationConstraint: 'eu-west-2' } as const
    const call = s3.send(new CreateBucketCommand({ Bucket: 'elsewhere', CreateBucketConfiguration: elsewhere }))
    assert.match((await failureOf(call, S3ServiceException)).name, /LocationConstraint/)
    s3.destroy()
  })

  test('the region of the server and the default of AWS tools are both accepted', async () => {
    for (const region of ['us-east-1', 'ap-guangzhou']) {
      const s3 = s3PathStyle(server, { region })
      await s3.send(new ListBucketsCommand({}))
      s3.destroy()
    }
  })
})
