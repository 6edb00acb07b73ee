/** Quotas by commands against a running server, held by every worker of it. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { serverProcess, stowage } from '../support/server-process.js'
import { temporaryDirectory } from '../support/temporary-directory.js'

const PAIR = { STOWAGE_SECRET_ID: 'AKIDgiven', STOWAGE_SECRET_KEY: 'given-secret-0123456789' }
const Bucket = 'example-1250000000'

for (const workers of ['1', '2']) {
  test(`a quota is set by a command, holds for writers at once, and its use is shown (workers: ${workers})`, async () => {
    await using directory = await temporaryDirectory()
    await using server = await serverProcess(join(directory.path, 'data'), { ...PAIR, STOWAGE_WORKERS: workers })
    const run = async (line: string) => {
      await using command = stowage([...line.split(' '), '--admin', server.admin.origin], PAIR)
      const { code, stdout, stderr } = await command.exited
      assert.deepEqual([code, stderr], [0, ''], line)
      return stdout
    }
    const credentials = { accessKeyId: PAIR.STOWAGE_SECRET_ID, secretAccessKey: PAIR.STOWAGE_SECRET_KEY }
    const place = { endpoint: server.endpoint.origin, region: 'us-east-1', forcePathStyle: true }
    const s3 = new S3Client({ ...place, credentials, maxAttempts: 1 })
    const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'ten bytes!' }))
    await s3.send(new CreateBucketCommand({ Bucket }))
    for (const key of ['a', 'b', 'c']) await put(key)
    assert.match(await run(`bucket usage ${Bucket}`), /^state +uncounted$/m)
    assert.match(await run(`bucket set-limits ${Bucket} --size-bytes-max 100`), /^size bytes max +100$/m)
    assert.match(await run(`bucket usage ${Bucket}`), /^state +counted\nsize bytes +30\nobjects +3$/m)

    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => put(`more ${index}`)))
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.deepEqual([...new Set(refused.map(({ reason }) => reason.name))], ['QuotaExceeded'])
    assert.equal(outcomes.length - refused.length, 7)
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }))
    await put('again')
    assert.match(await run(`bucket usage ${Bucket}`), /^size bytes +100\nobjects +10$/m)
    assert.match(await run('account usage'), /^size bytes +100\nobjects +10$/m)

    await run('account set-limits 1250000000 --buckets-max 1')
    assert.match(await run('account limits'), /^buckets max +1$/m)
    const another = s3.send(new CreateBucketCommand({ Bucket: 'another-1250000000' }))
    await assert.rejects(another, { name: 'TooManyBuckets' })
    s3.destroy()
  })
}
