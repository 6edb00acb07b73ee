/**
 * What operators do, as the official SDKs meet it: maintenance, a bucket that is being emptied, a standby, requests
 * without TLS, rates. The operator's part is done on the core; its commands are tested in test/admin.
 */

import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import type COS from 'cos-nodejs-sdk-v5'
import { loadSettings } from '../../src/config/load.js'
import type { Core } from '../../src/core/core.js'
import { createWorld, OWNER } from '../../src/tries/world.js'
import { cosFailureOf, cosThroughProxy, failureOf, REGION, s3PathStyle } from './clients.js'

const Bucket = 'modes-1250000000'
const at = { Bucket, Region: REGION }

interface Scene extends AsyncDisposable {
  readonly core: Core
  readonly cos: COS
  readonly s3: S3Client
  readonly put: (Key: string) => Promise<unknown>
  readonly cosPut: (Key: string) => Promise<unknown>
}

/** Clients whose clock is the server's, and that repeat nothing. */
async function scene(settings: Readonly<Record<`STOWAGE_${string}`, string>> = {}): Promise<Scene> {
  const { service, core, clock } = await createWorld({
    settings: loadSettings({ STOWAGE_REGION: REGION, ...settings }),
  })
  const listener = service.server()
  const { port } = await listener.listen({ host: '127.0.0.1', port: 0 })
  const server = {
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { secretId: OWNER.id, secretKey: OWNER.secret },
  }
  const offsetMs = clock.now() - Date.now()
  const s3 = s3PathStyle(server, { systemClockOffset: offsetMs, maxAttempts: 1 })
  const cos = cosThroughProxy(server, { SystemClockOffset: offsetMs })
  return {
    core,
    cos,
    s3,
    put: (Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' })),
    cosPut: (Key) => cos.putObject({ ...at, Key, Body: 'x' }),
    [Symbol.asyncDispose]: async () => {
      s3.destroy()
      await listener[Symbol.asyncDispose]()
    },
  }
}

async function assertBothFail({ put, cosPut }: Scene, code: string, status: number): Promise<S3ServiceException> {
  const { name, $metadata, $response } = await failureOf(put('k'), S3ServiceException)
  assert.deepEqual([name, $metadata.httpStatusCode], [code, status], String($response?.headers))
  const heard = await cosFailureOf(cosPut('k'))
  assert.deepEqual([heard.code, heard.statusCode], [code, status])
  return failureOf(put('k'), S3ServiceException)
}

test('in maintenance both SDKs are told to come again, reads go on where the level lets them', async () => {
  await using stage = await scene()
  const { core, s3, put } = stage
  await s3.send(new CreateBucketCommand({ Bucket }))
  await put('k')
  await core.serviceMode.begin({ level: 'read-only', until: undefined, message: 'a new disk' })
  const { message, $response } = await assertBothFail(stage, 'ServiceUnavailable', 503)
  assert.equal(message, 'a new disk')
  assert.match(String($response?.headers['retry-after']), /^\d+$/)
  assert.equal(await (await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }))).Body?.transformToString(), 'x')
  await core.serviceMode.end()
  await put('k')
})

test('while a bucket is emptied both SDKs may read it and not write, and afterwards it is theirs again', async () => {
  await using stage = await scene()
  const { core, cos, s3, put } = stage
  await cos.putBucket(at)
  await put('k')
  const bucket = (await core.buckets.find(Bucket)) ?? assert.fail()
  await core.emptying.begin(bucket, { removeBucket: false })
  await assertBothFail(stage, 'OperationAborted', 409)
  assert.equal((await cos.getObject({ ...at, Key: 'k' })).Body.toString(), 'x')
  while ((await core.emptying.step(100)).more);
  await failureOf(s3.send(new GetObjectCommand({ Bucket, Key: 'k' })), S3ServiceException)
  await put('k')
})

test('a standby sends the writes of both SDKs to its primary, which they name', async () => {
  await using stage = await scene({ STOWAGE_PRIMARY_URL: 'http://primary.example.org:9000' })
  const { $response } = await assertBothFail(stage, 'Redirect', 307)
  assert.equal($response?.headers['location'], `http://primary.example.org:9000/${Bucket}/k?x-id=PutObject`)
})

test('a server that requires HTTPS refuses both SDKs without it', async () => {
  await using stage = await scene({ STOWAGE_HTTPS: 'required' })
  await assertBothFail(stage, 'AccessDenied', 403)
})

test('a client that is too fast is told so by the SDK of either vendor', async () => {
  await using stage = await scene({ STOWAGE_ACCOUNT_REQUESTS_PER_SECOND_MAX: '2' })
  const { cos, put } = stage
  await cos.putBucket(at)
  await put('k')
  await assertBothFail(stage, 'SlowDown', 503)
})
