/** An answer that was decided and then cannot be given: the client is told in its own dialect, or sees a cut. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { createService, memoryStores, prepareData } from '../../src/app.js'
import { newMasterKey } from '../../src/base/master-key.js'
import { secret } from '../../src/base/secret.js'
import { silentLog } from '../../src/base/telemetry.js'
import { createFaultyBlobStore } from '../../src/blob/faulty.js'
import { loadSettings } from '../../src/config/load.js'
import { raises } from '../support/raises.js'

const BUCKET = 'open-1250000000'
const BODY = Buffer.alloc(300_000, 'z')

/** A server whose blob store fails a read before its first chunk, or before its second. */
async function failing(chunk: 0 | 1) {
  const stores = memoryStores()
  const faults: unknown[] = []
  const blobs = createFaultyBlobStore(stores.blobs, (call) => {
    if (call.method === 'read' && call.moment === 'chunk' && call.chunk === chunk) throw new Error('the disk is gone')
  })
  const settings = loadSettings({})
  const masterKey = newMasterKey(randomBytes)
  const log = { ...silentLog, error: (...line: readonly unknown[]) => void faults.push(line) }
  const service = await createService({ stores: { meta: stores.meta, blobs }, settings, masterKey, log })
  const key = { secretId: 'AKIDtest', secretKey: secret('a-secret-for-tests') }
  const { account } = await prepareData(service.core, { ...settings, ...key })
  const { region } = settings
  await service.core.buckets.create({ name: BUCKET, accountId: account.id, region, acl: 'public-read-write' })
  const server = service.server()
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 })
  assert.equal((await fetch(`http://127.0.0.1:${port}/${BUCKET}/large`, { method: 'PUT', body: BODY })).status, 200)
  return {
    faults,
    core: service.core,
    get: async (host: string, path: string, line = '') => {
      const socket = connect(port, '127.0.0.1')
      socket.end(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${line}Connection: close\r\n\r\n`)
      return text(socket).catch(() => 'cut')
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

test(
  raises('InternalError', 'a read that fails before its first byte is told in the dialect of the host'),
  async () => {
    await using server = await failing(0)
    const cos = await server.get(`${BUCKET}.cos.ap-guangzhou.myqcloud.com`, '/large')
    assert.match(cos, /^HTTP\/1\.1 500 /)
    assert.match(cos, /^x-cos-request-id: /im)
    assert.doesNotMatch(cos, /x-amz-/i)
    assert.match(cos, /<Code>InternalError<\/Code>[\s\S]*<Resource>open-1250000000\.cos\.[^<]*\/large<\/Resource>/)
    const s3 = await server.get('s3.us-east-1.amazonaws.com', `/${BUCKET}/large`)
    assert.match(s3, /^HTTP\/1\.1 500 /)
    assert.match(s3, /^x-amz-request-id: /im)
    assert.doesNotMatch(s3, /x-cos-/i)
    assert.match(s3, /<Code>InternalError<\/Code>[\s\S]*<Resource>\/open-1250000000\/large<\/Resource>/)
    for (const answer of [cos, s3]) assert.doesNotMatch(answer, /the disk is gone/)
    assert.match(JSON.stringify(server.faults), /internal error/)
  },
)

test('the page that may read the answer may read the failure in its place, and a website tells it as a page', async () => {
  await using server = await failing(0)
  const { buckets, documents } = server.core
  const bucket = await buckets.find(BUCKET)
  assert.ok(bucket)
  await documents.put(bucket, 'cors', () => [[[null, ['http://a.example'], ['GET'], [], [], null]], null])
  const line = 'Origin: http://a.example\r\n'
  const shared = await server.get(`${BUCKET}.cos.ap-guangzhou.myqcloud.com`, '/large', line)
  assert.match(shared, /^HTTP\/1\.1 500 /)
  assert.match(shared, /^access-control-allow-origin: http:\/\/a\.example\r$/im)
  await documents.put(bucket, 'website', () => ['index.html', null, null, null, null])
  const page = await server.get(`${BUCKET}.cos-website.ap-guangzhou.myqcloud.com`, '/large')
  assert.match(page, /^HTTP\/1\.1 500 /)
  assert.match(page, /<li>Code: InternalError<\/li>/)
})

test('a read that fails behind its first byte is cut short, never completed', async () => {
  await using server = await failing(1)
  const answer = await server.get(`${BUCKET}.cos.ap-guangzhou.myqcloud.com`, '/large')
  assert.ok(!answer.endsWith('z'.repeat(BODY.byteLength)), 'the whole body arrived')
  assert.match(answer, /^HTTP\/1\.1 200 |^cut$/)
})
