/** Checksums, conditional writes and multipart uploads through @aws-sdk/client-s3 and @aws-sdk/lib-storage. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import test, { after, before, describe } from 'node:test'
import {
  AbortMultipartUploadCommand,
  type ChecksumAlgorithm,
  type ChecksumType,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  NoSuchUpload,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { TestServer } from '../../src/testing.js'
import { raises } from '../support/raises.js'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.js'
import { ENGINES, failureOf, patterned, s3PathStyle } from './clients.js'

const MIB = 1024 * 1024
const Bucket = 'examplebucket'

/** What is kept of "123456789", in base64: the check values of the CRC catalogue and of the hash functions. */
const CHECK_VALUES = {
  CRC32: 'y/Q5Jg==',
  CRC32C: '4waSgw==',
  CRC64NVME: 'rosUhgp5mIg=',
  SHA1: createHash('sha1').update('123456789').digest('base64'),
  SHA256: createHash('sha256').update('123456789').digest('base64'),
} as const
type Algorithm = keyof typeof CHECK_VALUES
const ALGORITHMS: readonly Algorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256']

const field = (algorithm: Algorithm) => `Checksum${algorithm}` as const

async function namesOf(call: Promise<unknown>): Promise<readonly [string, number | undefined]> {
  const error = await failureOf(call, S3ServiceException)
  return [error.name, error.$metadata.httpStatusCode]
}

/** The rejection of one call of several, or undefined. */
async function errorNameOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call
    return undefined
  } catch (error) {
    assert.ok(error instanceof Error)
    return error.name
  }
}

for (const { engine, start } of ENGINES) {
  describe(`writes with the S3 SDK ${engine}`, () => {
    let server: TestServer
    let directory: TemporaryDirectory
    let s3: S3Client

    const bytesOf = async (Key: string, more: { VersionId?: string; PartNumber?: number } = {}) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }))
      return Buffer.from((await Body?.transformToByteArray()) ?? [])
    }
    const initiate = async (
      Key: string,
      more: {
        ChecksumAlgorithm?: ChecksumAlgorithm
        ChecksumType?: ChecksumType
        Metadata?: Record<string, string>
      } = {},
    ) => {
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))
      return { Bucket, Key, UploadId: String(UploadId) }
    }
    const sendParts = async (
      upload: { Bucket: string; Key: string; UploadId: string },
      bodies: readonly Buffer[],
      more: { ChecksumAlgorithm?: ChecksumAlgorithm } = {},
    ): Promise<CompletedPart[]> => {
      const parts: CompletedPart[] = []
      for (const [index, Body] of bodies.entries()) {
        const PartNumber = index + 1
        const sent = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body, ...more }))
        const checksums = ALGORITHMS.flatMap((each) => (sent[field(each)] ? [[field(each), sent[field(each)]]] : []))
        parts.push({ PartNumber, ETag: sent.ETag, ...Object.fromEntries(checksums) })
      }
      return parts
    }

    before(async () => {
      directory = await temporaryDirectory()
      server = await start(directory.path)
      s3 = s3PathStyle(server)
      await s3.send(new CreateBucketCommand({ Bucket }))
    })
    after(async () => {
      s3.destroy()
      await server.close()
      await directory[Symbol.asyncDispose]()
    })

    for (const algorithm of ALGORITHMS) {
      test(`${algorithm} is verified and kept, as a header and as a trailer`, async () => {
        const value = CHECK_VALUES[algorithm]
        const name = field(algorithm)
        const Key = `checksum/${algorithm}`
        const header = await s3.send(new PutObjectCommand({ Bucket, Key, Body: '123456789', [name]: value }))
        assert.equal(header[name], value)
        assert.equal(header.ChecksumType, 'FULL_OBJECT')
        const counted = await s3.send(
          new PutObjectCommand({ Bucket, Key, Body: '123456789', ChecksumAlgorithm: algorithm }),
        )
        assert.equal(counted[name], value)
        const stream = Readable.from([Buffer.from('1234'), Buffer.from('56789')])
        const trailer = await s3.send(
          new PutObjectCommand({ Bucket, Key, Body: stream, ContentLength: 9, ChecksumAlgorithm: algorithm }),
        )
        assert.equal(trailer[name], value)
        const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
        assert.deepEqual([head[name], head.ChecksumType], [value, 'FULL_OBJECT'])
        const got = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
        assert.equal(got[name], value)
        // Reading to the end makes the SDK verify what it was told.
        assert.equal(await got.Body?.transformToString(), '123456789')
        const wrong = { [name]: Buffer.from(value, 'base64').fill(7).toString('base64') }
        const refused = s3.send(new PutObjectCommand({ Bucket, Key: `${Key}/wrong`, Body: '123456789', ...wrong }))
        assert.deepEqual(await namesOf(refused), ['BadDigest', 400])
        assert.deepEqual(await namesOf(bytesOf(`${Key}/wrong`)), ['NoSuchKey', 404])
      })
    }

    test('a checksum comes along with a copy, or is counted anew', async () => {
      await s3.send(new PutObjectCommand({ Bucket, Key: 'summed', Body: '123456789', ChecksumAlgorithm: 'SHA1' }))
      const CopySource = `${Bucket}/summed`
      const kept = await s3.send(new CopyObjectCommand({ Bucket, Key: 'kept', CopySource }))
      assert.equal(kept.CopyObjectResult?.ChecksumSHA1, CHECK_VALUES.SHA1)
      const other = { Bucket, Key: 'counted', CopySource, ChecksumAlgorithm: 'SHA256' } as const
      const counted = await s3.send(new CopyObjectCommand(other))
      assert.equal(counted.CopyObjectResult?.ChecksumSHA256, CHECK_VALUES.SHA256)
    })

    test('a client that counts nothing is served as well', async () => {
      const plain = s3PathStyle(server, {
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
      })
      await plain.send(new PutObjectCommand({ Bucket, Key: 'plain', Body: 'x' }))
      assert.equal((await bytesOf('plain')).toString(), 'x')
      plain.destroy()
    })

    test(raises('PreconditionFailed', 'one of ten racing creators wins'), async () => {
      for (const Key of ['race 1', 'race 2', 'race 3']) {
        const bodies = Array.from({ length: 10 }, (_, index) => `writer ${index}`)
        const outcomes = await Promise.all(
          bodies.map((Body) => errorNameOf(s3.send(new PutObjectCommand({ Bucket, Key, Body, IfNoneMatch: '*' })))),
        )
        const winners = bodies.filter((_, index) => outcomes[index] === undefined)
        assert.equal(winners.length, 1, outcomes.join())
        for (const outcome of outcomes) {
          assert.ok(
            outcome === undefined || outcome === 'PreconditionFailed' || outcome === 'ConditionalRequestConflict',
          )
        }
        assert.equal((await bytesOf(Key)).toString(), winners[0])
      }
    })

    test('one of ten racing changes of one version wins', async () => {
      const Key = 'counter'
      let { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: '0' }))
      for (let round = 1; round <= 3; round++) {
        const bodies = Array.from({ length: 10 }, (_, index) => `round ${round}, writer ${index}`)
        const outcomes = await Promise.all(
          bodies.map((Body) => errorNameOf(s3.send(new PutObjectCommand({ Bucket, Key, Body, IfMatch: ETag })))),
        )
        const winners = bodies.filter((_, index) => outcomes[index] === undefined)
        assert.equal(winners.length, 1, outcomes.join())
        assert.equal((await bytesOf(Key)).toString(), winners[0])
        ETag = (await s3.send(new HeadObjectCommand({ Bucket, Key }))).ETag
      }
    })

    test('conditions of single writes, deletes and completions', async () => {
      const Key = 'conditional'
      const missing = s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', IfMatch: '"0"' }))
      assert.deepEqual(await namesOf(missing), ['NoSuchKey', 404])
      const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', IfNoneMatch: '*' }))
      const again = s3.send(new PutObjectCommand({ Bucket, Key, Body: 'y', IfNoneMatch: '*' }))
      assert.deepEqual(await namesOf(again), ['PreconditionFailed', 412])
      const stale = s3.send(new PutObjectCommand({ Bucket, Key, Body: 'y', IfMatch: '"0"' }))
      assert.deepEqual(await namesOf(stale), ['PreconditionFailed', 412])
      const removal = s3.send(new DeleteObjectCommand({ Bucket, Key, IfMatch: '"0"' }))
      assert.deepEqual(await namesOf(removal), ['PreconditionFailed', 412])
      const upload = await initiate(Key)
      const Parts = await sendParts(upload, [Buffer.from('parts')])
      const MultipartUpload = { Parts }
      const completion = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload, IfNoneMatch: '*' })
      assert.deepEqual(await namesOf(s3.send(completion)), ['PreconditionFailed', 412])
      await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload, IfMatch: ETag }))
      assert.equal((await bytesOf(Key)).toString(), 'parts')
      const current = (await s3.send(new HeadObjectCommand({ Bucket, Key }))).ETag
      await s3.send(new DeleteObjectCommand({ Bucket, Key, IfMatch: current }))
      assert.deepEqual(await namesOf(bytesOf(Key)), ['NoSuchKey', 404])
    })

    test('conditions of reads', async () => {
      const Key = 'read conditions'
      const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))
      const { LastModified } = await s3.send(new HeadObjectCommand({ Bucket, Key }))
      const past = new Date('2015-01-01T00:00:00Z')
      const future = new Date(Date.now() + 60_000)
      const cases = [
        [{ IfMatch: ETag }, undefined],
        [{ IfMatch: '"0"' }, 412],
        [{ IfNoneMatch: ETag }, 304],
        [{ IfNoneMatch: '"0"' }, undefined],
        [{ IfModifiedSince: past }, undefined],
        [{ IfModifiedSince: LastModified }, 304],
        [{ IfUnmodifiedSince: past }, 412],
        [{ IfUnmodifiedSince: future }, undefined],
        [{ IfMatch: ETag, IfUnmodifiedSince: past }, undefined],
        [{ IfNoneMatch: ETag, IfModifiedSince: past }, 304],
      ] as const
      for (const [conditions, status] of cases) {
        for (const command of [
          new GetObjectCommand({ Bucket, Key, ...conditions }),
          new HeadObjectCommand({ Bucket, Key, ...conditions }),
        ]) {
          const call = command instanceof GetObjectCommand ? s3.send(command) : s3.send(command)
          const title = JSON.stringify(conditions)
          if (status === undefined) assert.equal((await call).$metadata.httpStatusCode, 200, title)
          else assert.equal((await namesOf(call))[1], status, title)
        }
      }
    })

    test('an upload goes from initiation over listings to completion', async () => {
      const bodies = [patterned(5 * MIB, 1), patterned(5 * MIB, 2), patterned(17, 3)]
      const Key = '分块 a+b'
      const upload = await initiate(Key, { Metadata: { kind: 'parts' } })
      const Parts = await sendParts(upload, bodies)
      const { Uploads } = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: '分块' }))
      assert.deepEqual(
        Uploads?.map((each) => [each.Key, each.UploadId]),
        [[Key, upload.UploadId]],
      )
      const first = await s3.send(new ListPartsCommand({ ...upload, MaxParts: 2 }))
      const rest = await s3.send(new ListPartsCommand({ ...upload, PartNumberMarker: first.NextPartNumberMarker }))
      assert.deepEqual([first.IsTruncated, rest.IsTruncated], [true, false])
      assert.deepEqual(
        [...(first.Parts ?? []), ...(rest.Parts ?? [])].map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag]),
        bodies.map((body, index) => [index + 1, body.length, Parts[index]?.ETag]),
      )
      const completed = await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
      const digests = bodies.map((body) => createHash('md5').update(body).digest())
      const etag = `"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-3"`
      assert.deepEqual([completed.Bucket, completed.Key, completed.ETag], [Bucket, Key, etag])
      assert.deepEqual(await bytesOf(Key), Buffer.concat(bodies))
      assert.deepEqual(await bytesOf(Key, { PartNumber: 2 }), bodies[1])
      const second = await s3.send(new HeadObjectCommand({ Bucket, Key, PartNumber: 3 }))
      assert.deepEqual([second.PartsCount, second.ContentLength, second.Metadata], [3, 17, { kind: 'parts' }])
      const beyond = s3.send(new HeadObjectCommand({ Bucket, Key, PartNumber: 4 }))
      assert.equal((await namesOf(beyond))[1], 416)
      const attributes = await s3.send(
        new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ['ObjectParts', 'ObjectSize'] }),
      )
      assert.equal(attributes.ObjectParts?.TotalPartsCount, 3)
      assert.equal(attributes.ObjectSize, 10 * MIB + 17)
    })

    test('checksums of uploads: composite, and over the whole object', async () => {
      const bodies = [patterned(5 * MIB, 4), Buffer.from('123456789')]
      const cases = [
        ...(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const).map((algorithm) => [algorithm, 'COMPOSITE'] as const),
        ...(['CRC32', 'CRC32C', 'CRC64NVME'] as const).map((algorithm) => [algorithm, 'FULL_OBJECT'] as const),
      ]
      for (const [algorithm, ChecksumType] of cases) {
        const Key = `parts/${algorithm}/${ChecksumType}`
        const title = `${algorithm} ${ChecksumType}`
        const upload = await initiate(Key, { ChecksumAlgorithm: algorithm, ChecksumType })
        const Parts = await sendParts(upload, bodies, { ChecksumAlgorithm: algorithm })
        assert.equal(Parts[1]?.[field(algorithm)], CHECK_VALUES[algorithm], title)
        const MultipartUpload = { Parts }
        const completed = await s3.send(
          new CompleteMultipartUploadCommand({ ...upload, MultipartUpload, ChecksumType }),
        )
        const whole = await s3.send(
          new PutObjectCommand({ Bucket, Key: 'whole', Body: Buffer.concat(bodies), ChecksumAlgorithm: algorithm }),
        )
        const value = completed[field(algorithm)]
        if (ChecksumType === 'FULL_OBJECT') assert.equal(value, whole[field(algorithm)], title)
        else assert.match(String(value), /^[A-Za-z0-9+/]+=*-2$/, title)
        assert.equal(completed.ChecksumType, ChecksumType, title)
        const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
        assert.deepEqual([head[field(algorithm)], head.ChecksumType], [value, ChecksumType], title)
        const got = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
        assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), Buffer.concat(bodies), title)
      }
    })

    test('errors of uploads', async () => {
      const upload = await initiate('faulty')
      const [first, second] = await sendParts(upload, [Buffer.from('too small'), Buffer.from('x')])
      assert.ok(first !== undefined && second !== undefined)
      const complete = (Parts: CompletedPart[]) =>
        s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
      assert.deepEqual(await namesOf(complete([first, second])), ['EntityTooSmall', 400])
      assert.deepEqual(await namesOf(complete([second, first])), ['InvalidPartOrder', 400])
      assert.deepEqual(await namesOf(complete([{ ...first, ETag: '"0"' }])), ['InvalidPart', 400])
      await s3.send(new AbortMultipartUploadCommand(upload))
      await failureOf(complete([first]), NoSuchUpload)
      await failureOf(s3.send(new ListPartsCommand(upload)), NoSuchUpload)
    })

    test('parts copied from ranges of an object', async () => {
      const source = patterned(11 * MIB, 5)
      await s3.send(new PutObjectCommand({ Bucket, Key: 'source', Body: source }))
      const upload = await initiate('assembled')
      const CopySource = `${Bucket}/source`
      const ranges = ['bytes=0-5242879', 'bytes=5242880-11534335']
      const Parts: CompletedPart[] = []
      for (const [index, CopySourceRange] of ranges.entries()) {
        const PartNumber = index + 1
        const part = await s3.send(new UploadPartCopyCommand({ ...upload, PartNumber, CopySource, CopySourceRange }))
        Parts.push({ PartNumber, ETag: part.CopyPartResult?.ETag })
      }
      const beyond = { ...upload, PartNumber: 3, CopySource, CopySourceRange: 'bytes=0-99999999' }
      assert.deepEqual(await namesOf(s3.send(new UploadPartCopyCommand(beyond))), ['InvalidArgument', 400])
      await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
      assert.deepEqual(await bytesOf('assembled'), source)
    })

    test('lib-storage uploads a stream of unknown length by parts with trailing checksums', async () => {
      const bytes = patterned(12 * MIB + 3, 6)
      const chunks = Array.from({ length: 13 }, (_, index) => bytes.subarray(index * MIB, (index + 1) * MIB))
      const upload = new Upload({
        client: s3,
        params: { Bucket, Key: 'lib/stream', Body: Readable.from(chunks), ChecksumAlgorithm: 'CRC32C' },
        queueSize: 2,
      })
      const { ETag } = await upload.done()
      assert.match(String(ETag), /-3"$/)
      assert.deepEqual(await bytesOf('lib/stream'), bytes)
      const small = new Upload({ client: s3, params: { Bucket, Key: 'lib/small', Body: Readable.from(['x']) } })
      await small.done()
      assert.equal((await bytesOf('lib/small')).toString(), 'x')
      const defaults = new Upload({ client: s3, params: { Bucket, Key: 'lib/buffer', Body: bytes } })
      await defaults.done()
      assert.deepEqual(await bytesOf('lib/buffer'), bytes)
    })

    test('an aborted lib-storage upload leaves nothing', async () => {
      const endless = async function* () {
        for (;;) yield patterned(MIB, 8)
      }
      const upload = new Upload({
        client: s3,
        params: { Bucket, Key: 'lib/aborted', Body: Readable.from(endless()) },
        queueSize: 1,
      })
      // The upload rejects at once and sends its abort afterwards.
      const aborted = new Promise<void>((resolve) => {
        s3.middlewareStack.add((next, { commandName }) => async (given) => {
          const result = await next(given)
          if (commandName === 'AbortMultipartUploadCommand') resolve()
          return result
        })
      })
      upload.on('httpUploadProgress', ({ part }) => {
        if (part === 2) void upload.abort()
      })
      assert.equal(await errorNameOf(upload.done()), 'AbortError')
      await aborted
      const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'lib/aborted' }))
      assert.deepEqual(Uploads, [])
      assert.deepEqual(await namesOf(bytesOf('lib/aborted')), ['NoSuchKey', 404])
    })
  })
}
