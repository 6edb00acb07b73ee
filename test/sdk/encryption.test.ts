/** Encryption through the official SDKs, and what of it stands on the disk. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetBucketEncryptionCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { startServer } from '../../src/testing.js'
import { temporaryDirectory } from '../support/temporary-directory.js'
import { cosThroughProxy, REGION, s3PathStyle } from './clients.js'

const Bucket = 'sealed-1250000000'
const KEY = Buffer.from('0123456789ABCDEF0123456789ABCDEF')
const CUSTOMER = {
  SSECustomerAlgorithm: 'AES256',
  SSECustomerKey: KEY.toString('base64'),
  SSECustomerKeyMD5: createHash('md5').update(KEY).digest('base64'),
}
const SOURCE = {
  CopySourceSSECustomerAlgorithm: CUSTOMER.SSECustomerAlgorithm,
  CopySourceSSECustomerKey: CUSTOMER.SSECustomerKey,
  CopySourceSSECustomerKeyMD5: CUSTOMER.SSECustomerKeyMD5,
}
const PART_BYTES = 5 * 1024 ** 2
const large = (mark: string) => Buffer.from(mark.repeat(Math.ceil(PART_BYTES / mark.length)).slice(0, PART_BYTES))

function filesUnder(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
}

test('nothing of an encrypted object stands on the disk in clear, whatever its size and key', async () => {
  await using directory = await temporaryDirectory()
  await using server = await startServer({ data: directory.path })
  const s3 = s3PathStyle(server)
  const cos = cosThroughProxy(server)
  await cos.putBucket({ Bucket, Region: REGION })
  for (const [mark, kind] of [
    ['CONTROL-mark', {}],
    ['SERVER-mark!', { ServerSideEncryption: 'AES256' }],
    ['CUSTOMER-mark', CUSTOMER],
  ] as const) {
    await s3.send(new PutObjectCommand({ Bucket, Key: `${mark}-small`, Body: `${mark} small`, ...kind }))
    await s3.send(new PutObjectCommand({ Bucket, Key: mark, Body: large(mark), ...kind }))
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: `${mark}-parts`, ...kind }))
    const customer = mark === 'CUSTOMER-mark' ? CUSTOMER : {}
    const upload = { Bucket, Key: `${mark}-parts`, UploadId, ...customer }
    const first = await s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: large(mark) }))
    const source = { CopySource: `${Bucket}/${mark}`, ...(mark === 'CUSTOMER-mark' ? SOURCE : {}) }
    const second = await s3.send(
      new UploadPartCopyCommand({ ...upload, ...source, PartNumber: 2, CopySourceRange: 'bytes=70000-199999' }),
    )
    const Parts = [
      { PartNumber: 1, ETag: first.ETag },
      { PartNumber: 2, ETag: second.CopyPartResult?.ETag },
    ]
    await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
    const range = `bytes=${PART_BYTES - 10}-${PART_BYTES + 9}`
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: `${mark}-parts`, Range: range, ...customer }))
    const expected = Buffer.concat([large(mark).subarray(-10), large(mark).subarray(70_000, 70_010)])
    assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), expected)
  }
  s3.destroy()
  const found = (mark: string) =>
    filesUnder(directory.path).filter(
      (path) => readFileSync(path).includes(`${mark} small`) || readFileSync(path).includes(mark + mark),
    )
  assert.ok(found('CONTROL-mark').length >= 2, 'the control is found in the metadata and in blobs')
  assert.deepEqual(found('SERVER-mark!'), [])
  assert.deepEqual(found('CUSTOMER-mark'), [])
})

test('each SDK reads what the other has encrypted, and the default of the bucket', async () => {
  await using server = await startServer({ memory: true })
  const s3 = s3PathStyle(server)
  const cos = cosThroughProxy(server)
  const at = { Bucket, Region: REGION }
  await cos.putBucket(at)
  await cos.putObject({ ...at, Key: 'k', Body: 'text', ServerSideEncryption: 'AES256' })
  assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).ServerSideEncryption, 'AES256')
  const sse = {
    SSECustomerAlgorithm: 'AES256',
    SSECustomerKey: CUSTOMER.SSECustomerKey,
    SSECustomerKeyMD5: CUSTOMER.SSECustomerKeyMD5,
  }
  const copied = await s3.send(new CopyObjectCommand({ Bucket, Key: 'c', CopySource: `${Bucket}/k`, ...CUSTOMER }))
  assert.equal(copied.SSECustomerKeyMD5, sse.SSECustomerKeyMD5)
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'c', ...sse }))
  assert.equal(await got.Body?.transformToString(), 'text')
  await cos.putBucketEncryption({
    ...at,
    ServerSideEncryptionConfiguration: { Rule: [{ ApplySideEncryptionConfiguration: { SSEAlgorithm: 'AES256' } }] },
  })
  const shown = await s3.send(new GetBucketEncryptionCommand({ Bucket }))
  const [rule] = shown.ServerSideEncryptionConfiguration?.Rules ?? []
  assert.equal(rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm, 'AES256')
  s3.destroy()
})
