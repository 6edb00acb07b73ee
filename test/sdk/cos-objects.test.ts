/** Buckets and objects through cos-nodejs-sdk-v5, as a proxy for production host names and at an own domain. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import test, { after, before, describe } from 'node:test'
import type COS from 'cos-nodejs-sdk-v5'
import { startServer, type TestServer } from '../../src/testing.js'
import { raises } from '../support/raises.js'
import {
  cosAtOwnDomain,
  cosAtShortDomain,
  cosByAddress,
  cosFailureOf,
  cosThroughProxy,
  fetchPlainly,
  patterned,
  REGION,
} from './clients.js'

const AWKWARD_KEYS = [
  "a b+c&中文'(1)*.txt",
  'a//b',
  'a/../b',
  './x/.',
  'trailing/',
  '%2e%2e/%41',
  'question?mark=1#fragment',
  '=;,:@$~^|<>"`{}[]\\',
  'emoji 😀 é é',
  'a&amp;b<c>]]>',
]

const WAYS = [
  { way: 'as a proxy for production hosts', connect: cosThroughProxy },
  { way: 'at an own domain', connect: cosAtOwnDomain },
  { way: 'at an own domain without a region', connect: cosAtShortDomain },
  { way: 'at production hosts by address', connect: cosByAddress },
] as const

for (const { way, connect } of WAYS) {
  describe(`the COS SDK ${way}`, () => {
    let server: TestServer
    let cos: COS
    const at = { Bucket: 'examplebucket-1250000000', Region: REGION }

    before(async () => {
      server = await startServer({ memory: true })
      cos = connect(server)
      await cos.putBucket(at)
    })
    after(async () => {
      await server.close()
    })

    test('a bucket is made, found, listed, located and removed', async () => {
      const bucket = { Bucket: 'second-1250000000', Region: REGION }
      const made = await cos.putBucket(bucket)
      assert.equal(made.statusCode, 200)
      assert.equal((await cos.headBucket(bucket)).statusCode, 200)
      const { Buckets, Owner } = await cos.getService({})
      assert.deepEqual(
        Buckets.map(({ Name, Location }) => [Name, Location]),
        [
          ['examplebucket-1250000000', REGION],
          ['second-1250000000', REGION],
        ],
      )
      assert.match(Owner.ID, /^qcs::cam::uin\/\d+:uin\/\d+$/)
      assert.equal((await cos.getBucketLocation(bucket)).LocationConstraint, REGION)
      assert.equal((await cos.deleteBucket(bucket)).statusCode, 204)
      assert.equal((await cosFailureOf(cos.headBucket(bucket))).statusCode, 404)
    })

    test('versioning is off, on, and suspended', async () => {
      const bucket = { Bucket: 'versioning-1250000000', Region: REGION }
      await cos.putBucket(bucket)
      assert.equal((await cos.getBucketVersioning(bucket)).VersioningConfiguration.Status, undefined)
      for (const Status of ['Enabled', 'Suspended'] as const) {
        await cos.putBucketVersioning({ ...bucket, VersioningConfiguration: { Status } })
        assert.equal((await cos.getBucketVersioning(bucket)).VersioningConfiguration.Status, Status)
      }
    })

    test('a body comes back as it was sent, from a buffer, text, a stream, or nothing', async () => {
      const large = patterned(300_000)
      const bodies = [
        ['buffer', Buffer.from('bytes'), Buffer.from('bytes')],
        ['text', '中文 text', Buffer.from('中文 text')],
        ['stream', Readable.from([large.subarray(0, 100_000), large.subarray(100_000)]), large],
        ['empty', Buffer.alloc(0), Buffer.alloc(0)],
      ] as const
      for (const [Key, Body, expected] of bodies) {
        const length = typeof Body === 'object' && Body instanceof Readable ? { ContentLength: expected.length } : {}
        const put = await cos.putObject({ ...at, Key, Body, ...length })
        const etag = `"${createHash('md5').update(expected).digest('hex')}"`
        assert.equal(put.ETag, etag, Key)
        const got = await cos.getObject({ ...at, Key })
        assert.deepEqual(got.Body, expected, Key)
        assert.equal(got.ETag, etag, Key)
        assert.match(got.headers?.['x-cos-hash-crc64ecma'], /^\d+$/)
        assert.match(String(got.RequestId), /\S/)
      }
    })

    test('a stream of unknown length is stored whole', async () => {
      const body = patterned(200_000, 7)
      await cos.putObject({ ...at, Key: 'chunked', Body: Readable.from([body.subarray(0, 9), body.subarray(9)]) })
      assert.deepEqual((await cos.getObject({ ...at, Key: 'chunked' })).Body, body)
    })

    test('awkward keys are written, read, listed and removed under their own names', async () => {
      const bucket = { Bucket: 'awkward-1250000000', Region: REGION }
      await cos.putBucket(bucket)
      for (const Key of AWKWARD_KEYS) await cos.putObject({ ...bucket, Key, Body: `body of ${Key}` })
      for (const Key of AWKWARD_KEYS) {
        assert.equal((await cos.getObject({ ...bucket, Key })).Body.toString(), `body of ${Key}`)
        assert.equal((await cos.headObject({ ...bucket, Key })).statusCode, 200)
      }
      const expected = [...AWKWARD_KEYS].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      const plain = await cos.getBucket(bucket)
      assert.deepEqual(
        plain.Contents.map(({ Key }) => Key),
        expected,
      )
      const encoded = await cos.getBucket({ ...bucket, EncodingType: 'url' })
      assert.equal(encoded.EncodingType, 'url')
      assert.deepEqual(
        encoded.Contents.map(({ Key }) => decodeURIComponent(Key)),
        expected,
      )
      const removed = await cos.deleteMultipleObject({ ...bucket, Objects: AWKWARD_KEYS.map((Key) => ({ Key })) })
      assert.deepEqual(removed.Error ?? [], [])
      assert.deepEqual(removed.Deleted.map(({ Key }) => Key).sort(), [...AWKWARD_KEYS].sort())
      await cos.deleteBucket(bucket)
    })

    test('metadata, standard headers and the storage class come back', async () => {
      const Key = 'with/headers.txt'
      await cos.putObject({
        ...at,
        Key,
        Body: 'x',
        ContentType: 'text/x-own',
        CacheControl: 'max-age=7',
        ContentDisposition: 'attachment; filename="x.txt"',
        ContentEncoding: 'identity',
        Expires: 'Thu, 01 Dec 2033 16:00:00 GMT',
        StorageClass: 'STANDARD_IA',
        Headers: { 'x-cos-meta-Author': 'someone', 'x-cos-meta-note': '%E4%B8%AD' },
      })
      const { headers, ETag } = await cos.headObject({ ...at, Key })
      const expected = {
        'content-type': 'text/x-own',
        'cache-control': 'max-age=7',
        'content-disposition': 'attachment; filename="x.txt"',
        'content-encoding': 'identity',
        expires: 'Thu, 01 Dec 2033 16:00:00 GMT',
        'x-cos-storage-class': 'STANDARD_IA',
        'x-cos-meta-author': 'someone',
        'x-cos-meta-note': '%E4%B8%AD',
        'content-length': '1',
        // CRC-64/XZ of "x".
        'x-cos-hash-crc64ecma': headers?.['x-cos-hash-crc64ecma'],
      }
      for (const [name, value] of Object.entries(expected)) assert.equal(headers?.[name], value, name)
      assert.equal(ETag, `"${createHash('md5').update('x').digest('hex')}"`)
    })

    test('the CRC-64 of the check string is the published one', async () => {
      await cos.putObject({ ...at, Key: 'check', Body: '123456789' })
      const { headers } = await cos.headObject({ ...at, Key: 'check' })
      assert.equal(headers?.['x-cos-hash-crc64ecma'], '11051210869376104954')
    })

    test('ranges and response overrides', async () => {
      await cos.putObject({ ...at, Key: 'range', Body: '0123456789' })
      const ranges = [
        ['bytes=2-4', '234', 'bytes 2-4/10'],
        ['bytes=7-', '789', 'bytes 7-9/10'],
        ['bytes=-3', '789', 'bytes 7-9/10'],
        ['bytes=8-99', '89', 'bytes 8-9/10'],
      ] as const
      for (const [Range, text, contentRange] of ranges) {
        const got = await cos.getObject({ ...at, Key: 'range', Range })
        assert.equal(got.statusCode, 206, Range)
        assert.equal(got.Body.toString(), text, Range)
        assert.equal(got.headers?.['content-range'], contentRange, Range)
      }
      const got = await cos.getObject({
        ...at,
        Key: 'range',
        ResponseContentType: 'text/x-other',
        ResponseContentLanguage: 'zh-CN',
        ResponseExpires: 'Thu, 01 Dec 2033 16:00:00 GMT',
        ResponseCacheControl: 'no-store',
        ResponseContentDisposition: 'attachment; filename="中.txt"'.replace('中', '%E4%B8%AD'),
        ResponseContentEncoding: 'identity',
      })
      assert.equal(got.headers?.['content-type'], 'text/x-other')
      assert.equal(got.headers?.['content-language'], 'zh-CN')
      assert.equal(got.headers?.['expires'], 'Thu, 01 Dec 2033 16:00:00 GMT')
      assert.equal(got.headers?.['cache-control'], 'no-store')
      assert.equal(got.headers?.['content-disposition'], 'attachment; filename="%E4%B8%AD.txt"')
      assert.equal(got.headers?.['content-encoding'], 'identity')
    })

    test('conditions on reads', async () => {
      const { ETag } = await cos.putObject({ ...at, Key: 'conditional', Body: 'x' })
      const Key = 'conditional'
      const past = 'Thu, 01 Jan 2015 00:00:00 GMT'
      const { headers } = await cos.headObject({ ...at, Key })
      const modified = String(headers?.['last-modified'])
      assert.equal((await cos.getObject({ ...at, Key, IfMatch: ETag })).statusCode, 200)
      assert.equal((await cosFailureOf(cos.getObject({ ...at, Key, IfMatch: '"0"' }))).code, 'PreconditionFailed')
      assert.equal((await cosFailureOf(cos.getObject({ ...at, Key, IfNoneMatch: ETag }))).statusCode, 304)
      const unmodified: unknown = await cos.getObject({ ...at, Key, IfModifiedSince: modified })
      assert.deepEqual(unmodified, { NotModified: true })
      const refused = await cosFailureOf(cos.getObject({ ...at, Key, IfUnmodifiedSince: past }))
      assert.equal(refused.statusCode, 412)
    })

    test('an object goes straight into a stream', async () => {
      const body = patterned(400_000, 3)
      await cos.putObject({ ...at, Key: 'streamed', Body: body })
      const chunks: Buffer[] = []
      const stream = cos.getObjectStream({ ...at, Key: 'streamed' })
      await once(
        stream.on('data', (chunk: Buffer) => chunks.push(chunk)),
        'end',
      )
      assert.deepEqual(Buffer.concat(chunks), body)
    })

    test('delete answers 204 whether or not there was an object', async () => {
      await cos.putObject({ ...at, Key: 'gone', Body: 'x' })
      for (let round = 0; round < 2; round++) {
        assert.equal((await cos.deleteObject({ ...at, Key: 'gone' })).statusCode, 204)
      }
      assert.equal((await cosFailureOf(cos.getObject({ ...at, Key: 'gone' }))).code, 'NoSuchKey')
    })

    test('listings page through keys and folded prefixes', async () => {
      const bucket = { Bucket: 'listing-1250000000', Region: REGION }
      await cos.putBucket(bucket)
      const keys = ['a', 'b/1', 'b/2', 'c/1', 'd', '中/1', '中/2', '文']
      for (const Key of keys) await cos.putObject({ ...bucket, Key, Body: Key })
      const folded: string[] = []
      const whole: string[] = []
      for (const [into, delimiter] of [
        [whole, {}],
        [folded, { Delimiter: '/' }],
      ] as const) {
        let Marker = ''
        for (let page = 0; page < 10; page++) {
          const listing = await cos.getBucket({ ...bucket, ...delimiter, Marker, MaxKeys: 2 })
          const names = [
            ...listing.Contents.map(({ Key }) => Key),
            ...listing.CommonPrefixes.map(({ Prefix }) => Prefix),
          ]
          assert.ok(names.length <= 2)
          into.push(...names)
          if (listing.IsTruncated === 'false') break
          Marker = String(listing.NextMarker)
        }
      }
      assert.deepEqual(whole, keys)
      assert.deepEqual([...folded].sort(), ['a', 'b/', 'c/', 'd', '中/', '文'].sort())
      const below = await cos.getBucket({ ...bucket, Prefix: '中/' })
      assert.deepEqual(
        below.Contents.map(({ Key, Size, StorageClass }) => [Key, Size, StorageClass]),
        [
          ['中/1', '5', 'STANDARD'],
          ['中/2', '5', 'STANDARD'],
        ],
      )
      const refused = await cosFailureOf(cos.deleteBucket(bucket))
      assert.deepEqual([refused.statusCode, refused.code], [409, 'BucketNotEmpty'])
    })

    test('versions are listed, read, copied and removed one by one', async () => {
      const bucket = { Bucket: 'versions-1250000000', Region: REGION }
      await cos.putBucket(bucket)
      await cos.putBucketVersioning({ ...bucket, VersioningConfiguration: { Status: 'Enabled' } })
      const Key = '版本.txt'
      const first = await cos.putObject({ ...bucket, Key, Body: 'first' })
      const second = await cos.putObject({ ...bucket, Key, Body: 'second' })
      const marker = await cos.deleteObject({ ...bucket, Key })
      assert.equal(String(marker.headers?.['x-cos-delete-marker']), 'true')
      const hidden = await cosFailureOf(cos.getObject({ ...bucket, Key }))
      assert.deepEqual([hidden.statusCode, hidden.headers?.['x-cos-delete-marker']], [404, 'true'])
      const VersionId = String(first.headers?.['x-cos-version-id'])
      assert.equal((await cos.getObject({ ...bucket, Key, VersionId })).Body.toString(), 'first')
      const listing = await cos.listObjectVersions(bucket)
      assert.deepEqual(
        listing.Versions.map((version) => [version.Key, version.VersionId, version.IsLatest]),
        [
          [Key, second.headers?.['x-cos-version-id'], 'false'],
          [Key, VersionId, 'false'],
        ],
      )
      assert.deepEqual(
        listing.DeleteMarkers.map((each) => [each.Key, each.VersionId, each.IsLatest]),
        [[Key, marker.headers?.['x-cos-version-id'], 'true']],
      )
      const page = await cos.listObjectVersions({ ...bucket, MaxKeys: '1', EncodingType: 'url' })
      assert.equal(page.IsTruncated, 'true')
      assert.equal(decodeURIComponent(String(page.NextMarker ?? Reflect.get(page, 'NextKeyMarker'))), Key)
      await cos.deleteObject({ ...bucket, Key, ...{ VersionId: String(marker.headers?.['x-cos-version-id']) } })
      assert.equal((await cos.getObject({ ...bucket, Key })).Body.toString(), 'second')
      await cos.deleteMultipleObject({
        ...bucket,
        Objects: [
          { Key, VersionId },
          { Key, VersionId: String(second.headers?.['x-cos-version-id']) },
        ],
      })
      assert.equal((await cos.deleteBucket(bucket)).statusCode, 204)
    })

    test('presigned URLs of both forms read and write without the SDK', async () => {
      const Key = "签 名+(1)'.txt"
      await cos.putObject({ ...at, Key, Body: 'signed' })
      const sync = cos.getObjectUrl({ ...at, Key, Sign: true, Expires: 60 }, () => {})
      const later = await new Promise<string>((resolve, reject) => {
        cos.getObjectUrl({ ...at, Key, Sign: true, Query: { 'response-content-type': 'text/x-y' } }, (error, data) =>
          error ? reject(error) : resolve(data.Url),
        )
      })
      const plain = await fetchPlainly(server, sync)
      assert.deepEqual([plain.status, plain.text], [200, 'signed'])
      const overridden = await fetchPlainly(server, later)
      assert.deepEqual([overridden.status, overridden.headers['content-type']], [200, 'text/x-y'])
      const upload = cos.getObjectUrl({ ...at, Key: 'put by url', Sign: true, Method: 'PUT' }, () => {})
      assert.equal((await fetchPlainly(server, upload, { method: 'PUT', body: 'new' })).status, 200)
      assert.equal((await cos.getObject({ ...at, Key: 'put by url' })).Body.toString(), 'new')
      const unsigned = cos.getObjectUrl({ ...at, Key, Sign: false }, () => {})
      assert.equal((await fetchPlainly(server, unsigned)).status, 403)
    })

    test('a copy takes metadata along or replaces it', async () => {
      const source = '来源 +.txt'
      await cos.putObject({ ...at, Key: source, Body: 'copied', Headers: { 'x-cos-meta-kind': 'old' } })
      const CopySource = `${at.Bucket}.cos.${REGION}.myqcloud.com/${encodeURIComponent(source)}`
      const copied = await cos.putObjectCopy({ ...at, Key: 'copy', CopySource })
      assert.match(copied.ETag, /^"[0-9a-f]{32}"$/)
      const replaced = { 'x-cos-meta-kind': 'new' }
      await cos.putObjectCopy({ ...at, Key: 'other', CopySource, MetadataDirective: 'Replaced', Headers: replaced })
      assert.equal((await cos.getObject({ ...at, Key: 'copy' })).Body.toString(), 'copied')
      const kinds = []
      for (const Key of ['copy', 'other'])
        kinds.push((await cos.headObject({ ...at, Key })).headers?.['x-cos-meta-kind'])
      assert.deepEqual(kinds, ['old', 'new'])
    })
  })
}

describe('errors as the COS SDK sees them', () => {
  let server: TestServer
  let cos: COS
  const at = { Bucket: 'examplebucket-1250000000', Region: REGION }

  before(async () => {
    server = await startServer({ memory: true })
    cos = cosThroughProxy(server)
    await cos.putBucket(at)
  })
  after(async () => {
    await server.close()
  })

  const missing = { Bucket: 'missing-1250000000', Region: REGION }
  const cases: readonly (readonly [code: string, status: number, title: string, call: () => Promise<unknown>])[] = [
    ['NoSuchKey', 404, 'reading a key that is not there', () => cos.getObject({ ...at, Key: 'missing' })],
    ['NoSuchBucket', 404, 'reading from a bucket that is not there', () => cos.getObject({ ...missing, Key: 'x' })],
    ['NoSuchBucket', 404, 'listing a bucket that is not there', () => cos.getBucket(missing)],
    [
      'SignatureDoesNotMatch',
      403,
      'signing with a wrong secret',
      () => cosThroughProxy(server, { SecretKey: 'wrong' }).getObject({ ...at, Key: 'x' }),
    ],
    [
      'InvalidAccessKeyId',
      403,
      'signing with an unknown key id',
      () => cosThroughProxy(server, { SecretId: 'AKIDunknown' }).getBucket(at),
    ],
    ['BucketAlreadyOwnedByYou', 409, 'making a bucket twice', () => cos.putBucket(at)],
    [
      'NoSuchUpload',
      404,
      'completing an upload that is not there',
      () =>
        cos.multipartComplete({ ...at, Key: 'x', UploadId: '1'.repeat(32), Parts: [{ PartNumber: 1, ETag: '"0"' }] }),
    ],
    [
      'InvalidRange',
      416,
      'a range beyond the end',
      async () => {
        await cos.putObject({ ...at, Key: 'short', Body: 'x' })
        return cos.getObject({ ...at, Key: 'short', Range: 'bytes=9-' })
      },
    ],
    [
      'BadDigest',
      400,
      'a digest of other bytes',
      () => cos.putObject({ ...at, Key: 'x', Body: 'x', Headers: { 'Content-MD5': 'XrY7u+Ae7tCTyyK7j1rNww==' } }),
    ],
  ]
  for (const [code, status, title, call] of cases) {
    test(`${code}: ${title}`, async () => {
      const error = await cosFailureOf(call())
      assert.deepEqual([error.code, error.statusCode], [code, status])
      assert.match(String(error.RequestId), /\S/)
      assert.equal(Reflect.get(Object(error.error), 'RequestId'), error.RequestId)
      assert.notEqual(error.message, '')
    })
  }

  test(raises('AccessDenied', 'an anonymous read of a private bucket'), async () => {
    const url = cos.getObjectUrl({ ...at, Key: 'x', Sign: false }, () => {})
    const { status, text, headers } = await fetchPlainly(server, url)
    assert.equal(status, 403)
    assert.match(text, /<Code>AccessDenied<\/Code>/)
    assert.match(String(headers['x-cos-request-id']), /\S/)
  })
})
