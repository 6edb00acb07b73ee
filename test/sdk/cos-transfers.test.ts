/** Multipart uploads, resumed ones, downloads and copies in slices, and clocks that are wrong, through cos-nodejs-sdk-v5. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { after, before, describe } from 'node:test'
import type COS from 'cos-nodejs-sdk-v5'
import type { TestServer } from '../../src/testing.js'
import { raises } from '../support/raises.js'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.js'
import { cosFailureOf, cosThroughProxy, ENGINES, fetchPlainly, patterned, REGION } from './clients.js'

const MIB = 1024 * 1024

/** Part numbers in the order in which the SDK sends them. */
function watchParts(cos: COS, onPart: (partNumber: number) => void = () => {}): readonly number[] {
  const sent: number[] = []
  cos.on('before-send', (options?: { readonly method: string; readonly qs?: { readonly partNumber?: number } }) => {
    const partNumber = Number(options?.qs?.partNumber)
    if (options?.method !== 'PUT' || Number.isNaN(partNumber)) return
    sent.push(partNumber)
    onPart(partNumber)
  })
  return sent
}

/** What the SDK has learnt about its clock; its types do not show it. */
function clockOffsetMs(cos: COS): number {
  return Number(Reflect.get(Object(Reflect.get(cos, 'options')), 'SystemClockOffset'))
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex')
}

function etagOfParts(bytes: Buffer, partSizeBytes: number): string {
  const digests: Buffer[] = []
  for (let at = 0; at < bytes.length; at += partSizeBytes) {
    digests.push(Buffer.from(md5(bytes.subarray(at, at + partSizeBytes)), 'hex'))
  }
  return `"${md5(Buffer.concat(digests))}-${digests.length}"`
}

for (const { engine, start } of ENGINES) {
  describe(`transfers with the COS SDK ${engine}`, () => {
    let server: TestServer
    let directory: TemporaryDirectory
    let cos: COS
    const at = { Bucket: 'transfers-1250000000', Region: REGION }
    const bytes = patterned(4 * MIB + 12_345, 11)
    const connect = (options: COS.COSOptions = {}) => cosThroughProxy(server, { ConfCwd: directory.path, ...options })
    const fileOf = async (name: string) => {
      const path = join(directory.path, name)
      await writeFile(path, bytes)
      return path
    }

    before(async () => {
      directory = await temporaryDirectory()
      server = await start(directory.path)
      cos = connect()
      await cos.putBucket(at)
    })
    after(async () => {
      await server.close()
      await directory[Symbol.asyncDispose]()
    })

    test('an upload goes from initiation over listings to completion', async () => {
      const Key = '分块/a b+c.bin'
      const { UploadId } = await cos.multipartInit({ ...at, Key, Headers: { 'x-cos-meta-kind': 'parts' } })
      const parts = [bytes.subarray(0, MIB), bytes.subarray(MIB, 2 * MIB), bytes.subarray(2 * MIB, 2 * MIB + 5)]
      const Parts: COS.Part[] = []
      for (const [index, Body] of parts.entries()) {
        const { ETag } = await cos.multipartUpload({ ...at, Key, UploadId, PartNumber: index + 1, Body })
        assert.equal(ETag, `"${md5(Body)}"`)
        Parts.push({ PartNumber: index + 1, ETag })
      }
      const uploads = await cos.multipartList({ ...at, Prefix: '分块/', Delimiter: '' })
      assert.deepEqual(
        uploads.Upload.map((upload) => [upload.Key, upload.UploadId]),
        [[Key, UploadId]],
      )
      const first = await cos.multipartListPart({ ...at, Key, UploadId, MaxParts: 2 })
      assert.deepEqual([first.Part.map(({ PartNumber }) => PartNumber), first.IsTruncated], [['1', '2'], 'true'])
      const rest = await cos.multipartListPart({
        ...at,
        Key,
        UploadId,
        PartNumberMarker: String(first.NextPartNumberMarker),
      })
      assert.deepEqual(
        rest.Part.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag]),
        [['3', '5', Parts[2]?.ETag]],
      )
      const whole = bytes.subarray(0, 2 * MIB + 5)
      const completed = await cos.multipartComplete({ ...at, Key, UploadId, Parts })
      assert.equal(completed.ETag, etagOfParts(whole, MIB))
      assert.equal(
        decodeURIComponent(completed.Location.replace(/^https?:\/\//, '')),
        `${at.Bucket}.cos.${REGION}.myqcloud.com/${Key}`,
      )
      const { headers, Body } = await cos.getObject({ ...at, Key })
      assert.deepEqual(Body, whole)
      assert.equal(headers?.['x-cos-meta-kind'], 'parts')
      await cos.putObject({ ...at, Key: 'same', Body: whole })
      const same = await cos.headObject({ ...at, Key: 'same' })
      assert.equal(headers?.['x-cos-hash-crc64ecma'], same.headers?.['x-cos-hash-crc64ecma'])
    })

    test(raises('NoSuchUpload', 'an upload that was aborted'), async () => {
      const Key = 'aborted'
      const { UploadId } = await cos.multipartInit({ ...at, Key })
      await cos.multipartUpload({ ...at, Key, UploadId, PartNumber: 1, Body: 'x' })
      assert.equal((await cos.multipartAbort({ ...at, Key, UploadId })).statusCode, 204)
      const error = await cosFailureOf(cos.multipartUpload({ ...at, Key, UploadId, PartNumber: 2, Body: 'x' }))
      assert.deepEqual([error.statusCode, error.code], [404, 'NoSuchUpload'])
      assert.deepEqual((await cos.multipartList({ ...at, Prefix: Key, Delimiter: '' })).Upload, [])
    })

    test('abortUploadTask removes every upload of a bucket', async () => {
      const bucket = { Bucket: 'aborting-1250000000', Region: REGION }
      await cos.putBucket(bucket)
      for (const Key of ['a', 'b', 'b']) await cos.multipartInit({ ...bucket, Key })
      await cos.abortUploadTask({ ...bucket, Key: '', Level: 'bucket', UploadId: '' })
      assert.deepEqual((await cos.multipartList({ ...bucket, Prefix: '', Delimiter: '' })).Upload, [])
      await cos.deleteBucket(bucket)
    })

    test('uploadFile sends a small file in one piece and a large one in slices', async () => {
      const FilePath = await fileOf('large.bin')
      const sent = watchParts(cos)
      const small = await cos.uploadFile({ ...at, Key: 'one-piece', FilePath, SliceSize: 64 * MIB })
      assert.equal(small.ETag, `"${md5(bytes)}"`)
      assert.deepEqual(sent, [])
      const large = await cos.uploadFile({ ...at, Key: 'slices', FilePath, SliceSize: MIB, ChunkSize: MIB })
      assert.equal(large.ETag, etagOfParts(bytes, MIB))
      assert.deepEqual([...sent].sort(), [1, 2, 3, 4, 5])
      assert.deepEqual((await cos.getObject({ ...at, Key: 'slices' })).Body, bytes)
    })

    test('a cancelled upload goes on where it stopped', async () => {
      const FilePath = await fileOf('cancelled.bin')
      const Key = 'cancelled'
      const first = connect({ ChunkParallelLimit: 1 })
      await new Promise<void>((resolve, reject) => {
        let task = ''
        watchParts(first, (partNumber) => {
          if (partNumber !== 3) return
          first.cancelTask(task)
          resolve()
        })
        const params = { ...at, Key, FilePath, onTaskReady: (id: string) => (task = id) }
        first.sliceUploadFile(params, (error) => reject(error ?? new Error('was not cancelled')))
      })
      const again = connect()
      const sent = watchParts(again)
      const { ETag } = await again.sliceUploadFile({ ...at, Key, FilePath })
      assert.equal(ETag, etagOfParts(bytes, MIB))
      // The third part was under way when the task was cancelled: the server may have it or not.
      assert.deepEqual(sent.filter((partNumber) => partNumber !== 3).sort(), [4, 5])
      assert.deepEqual((await again.getObject({ ...at, Key })).Body, bytes)
      assert.deepEqual((await again.multipartList({ ...at, Prefix: Key, Delimiter: '' })).Upload, [])
    })

    test('an upload that another program began is found by its parts and finished', async () => {
      const FilePath = await fileOf('found.bin')
      const Key = 'found 中'
      const { UploadId } = await cos.multipartInit({ ...at, Key })
      for (const PartNumber of [1, 3]) {
        const Body = bytes.subarray((PartNumber - 1) * MIB, PartNumber * MIB)
        await cos.multipartUpload({ ...at, Key, UploadId, PartNumber, Body })
      }
      const again = connect()
      const sent = watchParts(again)
      const finished = await again.uploadFile({ ...at, Key, FilePath, SliceSize: MIB })
      assert.deepEqual([...sent].sort(), [2, 4, 5])
      assert.equal(Reflect.get(finished, 'UploadId'), UploadId)
      assert.deepEqual((await again.getObject({ ...at, Key })).Body, bytes)
    })

    test('an upload with other bytes is left alone', async () => {
      const FilePath = await fileOf('other.bin')
      const Key = 'other'
      const { UploadId } = await cos.multipartInit({ ...at, Key })
      await cos.multipartUpload({ ...at, Key, UploadId, PartNumber: 1, Body: patterned(MIB, 99) })
      const again = connect()
      const sent = watchParts(again)
      await again.sliceUploadFile({ ...at, Key, FilePath })
      assert.deepEqual([...sent].sort(), [1, 2, 3, 4, 5])
      const { Upload } = await again.multipartList({ ...at, Prefix: Key, Delimiter: '' })
      assert.deepEqual(
        Upload.map((upload) => upload.UploadId),
        [UploadId],
      )
    })

    test('uploadFiles takes several files at once', async () => {
      const FilePath = await fileOf('several.bin')
      const { files } = await cos.uploadFiles({
        files: ['several/1', 'several/2', 'several/3'].map((Key) => ({ ...at, Key, FilePath })),
        SliceSize: 2 * MIB,
      })
      assert.deepEqual(
        files.map(({ error }) => error),
        [null, null, null],
      )
      const { Contents } = await cos.getBucket({ ...at, Prefix: 'several/' })
      assert.deepEqual(
        Contents.map(({ Size }) => Size),
        Array.from({ length: 3 }, () => String(bytes.length)),
      )
    })

    test('downloadFile fetches a file in ranges', async () => {
      await cos.putObject({ ...at, Key: 'download', Body: bytes })
      const FilePath = join(directory.path, 'downloaded.bin')
      await cos.downloadFile({ ...at, Key: 'download', FilePath, ChunkSize: MIB, ParallelLimit: 3 })
      assert.deepEqual(await readFile(FilePath), bytes)
    })

    test('sliceCopyFile copies small objects at once and large ones by parts', async () => {
      const source = '源/a b+c.bin'
      await cos.putObject({ ...at, Key: source, Body: bytes, Headers: { 'x-cos-meta-kind': 'source' } })
      const CopySource = `${at.Bucket}.cos.${REGION}.myqcloud.com/${encodeURIComponent(source).replaceAll('%2F', '/')}`
      const sent = watchParts(cos)
      await cos.sliceCopyFile({ ...at, Key: 'copied at once', CopySource })
      assert.deepEqual(sent, [])
      await cos.sliceCopyFile({ ...at, Key: 'copied by parts', CopySource, CopySliceSize: MIB, CopyChunkSize: 2 * MIB })
      assert.deepEqual([...sent].sort(), [1, 2, 3])
      for (const Key of ['copied at once', 'copied by parts']) {
        const { Body, headers } = await cos.getObject({ ...at, Key })
        assert.deepEqual(Body, bytes, Key)
        assert.equal(headers?.['x-cos-meta-kind'], 'source', Key)
      }
    })

    for (const [title, SystemClockOffset] of [
      ['behind', -7_200_000],
      ['ahead', 7_200_000],
    ] as const) {
      test(`a clock that is two hours ${title} is corrected by the answer`, async () => {
        const late = connect({ SystemClockOffset })
        await late.putObject({ ...at, Key: 'late', Body: 'x' })
        assert.ok(Math.abs(clockOffsetMs(late)) < 60_000)
        assert.equal((await late.getObject({ ...at, Key: 'late' })).Body.toString(), 'x')
      })
      test(`a clock that is two hours ${title} is an error when it may not be corrected`, async () => {
        const late = connect({ SystemClockOffset, CorrectClockSkew: false })
        const { statusCode, code, headers } = await cosFailureOf(late.getBucket(at))
        assert.deepEqual([statusCode, code], [403, title === 'ahead' ? 'RequestTimeTooSkewed' : 'AccessDenied'])
        assert.ok(Math.abs(Date.parse(headers?.['date']) - Date.now()) < 60_000)
      })
    }

    test('a presigned URL ends', async () => {
      await cos.putObject({ ...at, Key: 'ends', Body: 'x' })
      const old = connect({ SystemClockOffset: -7_200_000 })
      const url = old.getObjectUrl({ ...at, Key: 'ends', Sign: true, Expires: 60 }, () => {})
      const { status, text } = await fetchPlainly(server, url)
      assert.equal(status, 403)
      assert.match(text, /<Code>AccessDenied<\/Code>\s*<Message>Request has expired<\/Message>/)
    })
  })
}
