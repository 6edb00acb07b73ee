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
  PutBucketEncryptionCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import type COS from 'cos-nodejs-sdk-v5'
import { closeStores, createService, openMasterKey, openStores } from '../../src/app.js'
import { silentLog } from '../../src/base/telemetry.js'
import { loadSettings } from '../../src/config/load.js'
import { piecesOf } from '../../src/core/changes.js'
import { kmsKeyVersionCodec } from '../../src/core/kms-rows.js'
import { decodeVersion, kinds, rangeOf, scanAll } from '../../src/core/rows.js'
import { keyParts } from '../../src/meta/key.js'
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
    ['SERVICE-mark', { ServerSideEncryption: 'aws:kms' }],
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
  await server.close()
  const files = filesUnder(directory.path).map((path) => ({ path, bytes: readFileSync(path) }))
  const found = (mark: string) =>
    files.filter(({ bytes }) => bytes.includes(`${mark} small`) || bytes.includes(mark + mark)).map(({ path }) => path)
  assert.ok(found('CONTROL-mark').length >= 2, 'the control is found in the metadata and in blobs')
  for (const mark of ['SERVER-mark!', 'CUSTOMER-mark', 'SERVICE-mark']) assert.deepEqual(found(mark), [])
  const secrets = await secretsOf(directory.path)
  assert.deepEqual([...new Set(secrets.map(({ name }) => name))], SECRETS)
  for (const { name, bytes: secret } of [...secrets, { name: 'customer key', bytes: KEY }]) {
    for (const form of [secret, ...(['base64', 'hex'] as const).map((word) => Buffer.from(secret.toString(word)))]) {
      const where = files.filter(({ path, bytes }) => !path.endsWith('master.key') && bytes.includes(form))
      assert.deepEqual(where, [], name)
    }
  }
})

const SECRETS = ['key of the server', 'version of a key', 'data key']

/** What opens the objects of a data directory, opened with its master key. */
async function secretsOf(directory: string): Promise<readonly { name: string; bytes: Buffer }[]> {
  const settings = loadSettings({ STOWAGE_DATA: directory })
  const stores = await openStores(settings)
  const masterKey = await openMasterKey(stores, settings)
  const { core } = await createService({ stores, settings, masterKey, log: silentLog })
  const { meta, serverKeys, keyService, sealing } = core.dependencies
  const { key: serverKey } = await serverKeys.current()
  const secrets: { name: string; bytes: Buffer }[] = [{ name: SECRETS[0] ?? '', bytes: serverKey.export() }]
  for await (const { key, value } of scanAll(meta, rangeOf(Buffer.of(kinds.kmsKeyVersion)))) {
    const { secret } = kmsKeyVersionCodec.decode(value)
    secrets.push({ name: SECRETS[1] ?? '', bytes: Buffer.from(sealing.unseal(secret, key), 'base64') })
  }
  for await (const { key, value } of scanAll(meta, rangeOf(Buffer.of(kinds.object)))) {
    const version = decodeVersion(String(keyParts(key, 2)[1]), value)
    const encryption = version.kind === 'object' ? version.extras.encryption : undefined
    if (version.kind !== 'object' || encryption?.kind !== 'kms') continue
    for (const { blob, seal } of await piecesOf(meta, version.content)) {
      const wrapped = Buffer.from(seal?.wrappedKey ?? '', 'base64')
      const bytes = await keyService.unwrap(encryption.keyId, { 'stowage:blob': blob }, wrapped)
      secrets.push({ name: SECRETS[2] ?? '', bytes })
    }
  }
  await closeStores(stores)
  return secrets
}

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

test('the SDK of AWS drives the key service: objects, copies, uploads in parts, defaults', async () => {
  await using server = await startServer({ memory: true })
  const s3 = s3PathStyle(server)
  await cosThroughProxy(server).putBucket({ Bucket, Region: REGION })
  const wanted = { ServerSideEncryption: 'aws:kms' } as const
  const context = Buffer.from('{"project":"a"}').toString('base64')
  const first = await s3.send(
    new PutObjectCommand({ Bucket, Key: 'k', Body: 'text', ...wanted, SSEKMSEncryptionContext: context }),
  )
  const { SSEKMSKeyId } = first
  assert.match(SSEKMSKeyId ?? '', /^arn:aws:kms:[a-z0-9-]+:\d+:key\/[0-9a-f-]{36}$/)
  assert.equal(first.SSEKMSEncryptionContext, context)
  const named = { ...wanted, SSEKMSKeyId, BucketKeyEnabled: true }
  const copied = await s3.send(new CopyObjectCommand({ Bucket, Key: 'c', CopySource: `${Bucket}/k`, ...named }))
  assert.deepEqual([copied.SSEKMSKeyId, copied.BucketKeyEnabled], [SSEKMSKeyId, true])
  for (const Key of ['k', 'c']) {
    const got = await s3.send(new GetObjectCommand({ Bucket, Key }))
    assert.equal(await got.Body?.transformToString(), 'text')
    assert.deepEqual([got.ServerSideEncryption, got.SSEKMSKeyId], ['aws:kms', SSEKMSKeyId])
  }
  const { UploadId, ...begun } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'p', ...named }))
  assert.equal(begun.SSEKMSKeyId, SSEKMSKeyId)
  const upload = { Bucket, Key: 'p', UploadId }
  const Body = large('part')
  const part = await s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body }))
  assert.equal(part.SSEKMSKeyId, SSEKMSKeyId)
  const source = { CopySource: `${Bucket}/k`, PartNumber: 2 }
  const { CopyPartResult } = await s3.send(new UploadPartCopyCommand({ ...upload, ...source }))
  const Parts = [
    { PartNumber: 1, ETag: part.ETag },
    { PartNumber: 2, ETag: CopyPartResult?.ETag },
  ]
  const done = await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
  assert.deepEqual([done.ServerSideEncryption, done.SSEKMSKeyId], ['aws:kms', SSEKMSKeyId])
  const whole = await s3.send(new GetObjectCommand({ Bucket, Key: 'p' }))
  assert.ok(
    Buffer.from((await whole.Body?.transformToByteArray()) ?? []).equals(Buffer.concat([Body, Buffer.from('text')])),
  )

  const rule = {
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: SSEKMSKeyId },
    BucketKeyEnabled: true,
  } as const
  const ServerSideEncryptionConfiguration = { Rules: [rule] }
  await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }))
  const shown = await s3.send(new GetBucketEncryptionCommand({ Bucket }))
  assert.deepEqual(shown.ServerSideEncryptionConfiguration?.Rules, [rule])
  await s3.send(new PutObjectCommand({ Bucket, Key: 'd', Body: 'text' }))
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'd' }))
  assert.deepEqual([head.SSEKMSKeyId, head.BucketKeyEnabled], [SSEKMSKeyId, true])
  const absent = new PutObjectCommand({ Bucket, Key: 'x', Body: 'text', ...wanted, SSEKMSKeyId: 'none' })
  await assert.rejects(s3.send(absent), { name: 'KMS.NotFoundException' })
  s3.destroy()
})

test('the SDK of COS drives the key service: objects, copies, uploads in parts, defaults', async () => {
  await using server = await startServer({ memory: true })
  const cos = cosThroughProxy(server)
  const s3 = s3PathStyle(server)
  const at = { Bucket, Region: REGION }
  await cos.putBucket(at)
  const kms = { ServerSideEncryption: 'cos/kms' }
  const keyIdOf = ({ headers }: { headers?: COS.Headers }) =>
    String(headers?.['x-cos-server-side-encryption-cos-kms-key-id'])
  const SSEKMSKeyId = keyIdOf(await cos.putObject({ ...at, Key: 'k', Body: 'text', ...kms }))
  assert.match(SSEKMSKeyId, /^[0-9a-f-]{36}$/)
  const named = { ...kms, SSEKMSKeyId }
  const CopySource = `${Bucket}.cos.${REGION}.myqcloud.com/k`
  assert.equal(keyIdOf(await cos.putObjectCopy({ ...at, Key: 'c', CopySource, ...kms })), SSEKMSKeyId)
  const got = await cos.getObject({ ...at, Key: 'c' })
  assert.equal(got.Body.toString(), 'text')
  assert.equal(keyIdOf(got), SSEKMSKeyId)
  const { UploadId } = await cos.multipartInit({ ...at, Key: 'p', ...named })
  const { ETag } = await cos.multipartUpload({ ...at, Key: 'p', UploadId, PartNumber: 1, Body: 'part' })
  await cos.multipartComplete({ ...at, Key: 'p', UploadId, Parts: [{ PartNumber: 1, ETag }] })
  const seen = await s3.send(new GetObjectCommand({ Bucket, Key: 'p' }))
  assert.equal(await seen.Body?.transformToString(), 'part')
  assert.ok(seen.SSEKMSKeyId?.endsWith(`key/${SSEKMSKeyId}`))

  // Its types know AES256 only; what it sends is what it is given.
  const rule = { ApplySideEncryptionConfiguration: { SSEAlgorithm: 'AES256' as const } }
  Object.assign(rule.ApplySideEncryptionConfiguration, { SSEAlgorithm: 'KMS', KMSMasterKeyID: SSEKMSKeyId })
  await cos.putBucketEncryption({ ...at, ServerSideEncryptionConfiguration: { Rule: [rule] } })
  assert.equal(keyIdOf(await cos.putObject({ ...at, Key: 'd', Body: 'text' })), SSEKMSKeyId)
  const shown = await s3.send(new GetBucketEncryptionCommand({ Bucket }))
  const [shownRule] = shown.ServerSideEncryptionConfiguration?.Rules ?? []
  assert.equal(shownRule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm, 'aws:kms')
  const absent = cos.putObject({ ...at, Key: 'x', Body: 'text', ...kms, SSEKMSKeyId: 'none' })
  await assert.rejects(absent, ({ code }) => code === 'KmsKeyNotExist')
  s3.destroy()
})
