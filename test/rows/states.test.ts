/** Rows that need a state of the server or of its data: faults, limits, a drain, versions, a bucket on its way out. */

import assert from 'node:assert/strict'
import { readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer } from '../../src/testing.js'
import { connectRaw } from '../../src/tries/raw-client.js'
import { encode } from '../../src/tries/signing.js'
import { raises } from '../support/raises.js'
import { temporaryDirectory } from '../support/temporary-directory.js'
import { place } from './placements.js'
import {
  answerOf,
  assertBodiless,
  assertEnvelope,
  BUCKET,
  childOf,
  DIALECTS,
  type Expected,
  prefixOf,
  REGION,
  rowsServer,
} from './rows-server.js'

const LARGE = 'x'.repeat(200_000)
const key = (method: string, name: string) => ({ method, bucket: BUCKET, key: name })

for (const dialect of DIALECTS) {
  const inDialect = `in ${dialect === 'cos' ? 'COS' : 'S3'}`
  const prefix = prefixOf(dialect)

  for (const [what, body, store] of [
    ['a disk that cannot be read', LARGE, 'blob'],
    ['an index that cannot be read', 'small', 'meta'],
  ] as const) {
    test(`${raises('InternalError', 'a store that fails')}: ${what}, ${inDialect}`, async () => {
      await using server = await rowsServer()
      await server.must(dialect, { method: 'PUT', bucket: BUCKET })
      await server.must(dialect, { ...key('PUT', 'key'), body })
      server.exchange.fault((call) => {
        if (call.store === store && (store === 'blob' ? call.method === 'read' : call.method === 'get'))
          throw new Error('EIO: /var/lib/secret/place')
      })
      const answer = await server.ask(dialect, key('GET', 'key'))
      assert.equal(answer.status, 500)
      assertEnvelope(answer, dialect)
      assert.equal(childOf(answer, 'Code'), 'InternalError')
      assert.ok(!answer.body.includes('secret') && !answer.body.includes('EIO'), answer.body)
      server.exchange.fault(undefined)
      assert.equal((await server.ask(dialect, key('GET', 'key'))).status, 200, 'it was the store and not the object')
    })
  }

  test(`${raises('SlowDown', 'more requests in a second than were configured')}, ${inDialect}`, async () => {
    await using server = await rowsServer({ requestsPerSecondMax: 1 })
    await server.must(dialect, { method: 'PUT', bucket: BUCKET })
    const answer = await server.ask(dialect, { method: 'GET', bucket: BUCKET })
    assert.equal(answer.status, 503)
    assertEnvelope(answer, dialect)
    assert.equal(childOf(answer, 'Code'), 'SlowDown')
    assert.equal(answer.headers.get('retry-after'), '1')
    server.exchange.clock.advance(1000)
    assert.equal((await server.ask(dialect, { method: 'GET', bucket: BUCKET })).status, 200, 'as it was told')
  })

  test(`${raises('ServiceUnavailable', 'a server that is stopping')}, ${inDialect}`, async () => {
    await using server = await rowsServer()
    server.exchange.service.admission.beginDrain(7)
    const answer = await server.ask(dialect, { method: 'GET', bucket: BUCKET })
    assert.equal(answer.status, 503)
    assertEnvelope(answer, dialect)
    assert.equal(childOf(answer, 'Code'), 'ServiceUnavailable')
    assert.equal(childOf(answer, 'RetryAfterSeconds'), '7')
    assert.equal(answer.headers.get('retry-after'), '7')
    using client = await server.connect()
    client.send(server.head(dialect, { method: 'HEAD', bucket: BUCKET }))
    assertBodiless(await client.answer({ bodiless: true }), dialect, 'ServiceUnavailable')
  })

  test(`${raises('TooManyBuckets', 'one more bucket than an account may own')}, ${inDialect}`, async () => {
    await using server = await rowsServer({ bucketsMax: 1 })
    await server.must(dialect, { method: 'PUT', bucket: BUCKET })
    const answer = await server.ask(dialect, { method: 'PUT', bucket: 'second-1250000000' })
    assert.equal(answer.status, 400)
    assertEnvelope(answer, dialect)
    assert.equal(childOf(answer, 'Code'), 'TooManyBuckets')
    assert.equal(childOf(answer, 'MaxBuckets'), '1')
  })

  test(`${raises('OperationAborted', 'a bucket made anew while it is being deleted')}, ${inDialect}`, async () => {
    await using server = await rowsServer()
    await server.must(dialect, { method: 'PUT', bucket: BUCKET })
    const { promise: looked, resolve: goOn } = withResolvers()
    const { promise: looking, resolve: atWork } = withResolvers()
    server.exchange.fault((call) => {
      // The look for objects, between the closing of the bucket and its removal.
      if (call.method !== 'scan' || call.moment !== 'before') return undefined
      atWork()
      return looked
    })
    const deletion = server.ask(dialect, { method: 'DELETE', bucket: BUCKET })
    await looking
    const answer = await server.ask(dialect, { method: 'PUT', bucket: BUCKET })
    goOn()
    assert.equal(answer.status, 409, answer.body)
    assertEnvelope(answer, dialect)
    assert.equal(childOf(answer, 'Code'), 'OperationAborted')
    assert.equal(childOf(answer, 'ConflictingOperation'), 'DeleteBucket')
    assert.equal((await deletion).status, 204)
  })

  test(`${raises('DeleteMarkerNamed', 'the marker of a deleted object, by its version')}, ${inDialect}`, async () => {
    await using server = await rowsServer()
    await server.must(dialect, { method: 'PUT', bucket: BUCKET })
    const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
    await server.must(dialect, { method: 'PUT', bucket: BUCKET, query: { versioning: '' }, body })
    await server.must(dialect, { ...key('PUT', 'key'), body: 'x' })
    const deleted = await server.must(dialect, key('DELETE', 'key'))
    const versionId = deleted.headers.get(`${prefix}version-id`) ?? ''
    assert.equal(deleted.headers.get(`${prefix}delete-marker`), 'true')

    const current = await server.ask(dialect, key('GET', 'key'))
    assertEnvelope(current, dialect)
    assert.deepEqual([current.status, childOf(current, 'Code')], [404, 'NoSuchKey'])
    assert.equal(current.headers.get(`${prefix}delete-marker`), 'true')

    const named = await server.ask(dialect, { ...key('GET', 'key'), query: { versionId } })
    assertEnvelope(named, dialect)
    const expected: Expected =
      dialect === 's3' ? { status: 405, code: 'MethodNotAllowed' } : { status: 404, code: 'NoSuchKey' }
    assert.deepEqual({ status: named.status, code: childOf(named, 'Code') }, expected, named.body)
    assert.equal(named.headers.get(`${prefix}delete-marker`), 'true')
    assert.equal(named.headers.get('allow'), dialect === 's3' ? 'DELETE' : undefined)

    const source = dialect === 'cos' ? `${BUCKET}.cos.${REGION}.myqcloud.com/key` : `/${BUCKET}/key`
    const headers = { [`${prefix}copy-source`]: `${source}?versionId=${encode(versionId)}` }
    const copied = await server.ask(dialect, { ...key('PUT', 'copy'), headers })
    assertEnvelope(copied, dialect)
    assert.equal(childOf(copied, 'Code'), dialect === 's3' ? 'InvalidRequest' : 'InvalidCopySource')
  })

  test(`${raises('BucketNotEmpty', 'a bucket whose objects are deleted and whose versions are not')}, ${inDialect}`, async () => {
    await using server = await rowsServer()
    await server.must(dialect, { method: 'PUT', bucket: BUCKET })
    const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
    await server.must(dialect, { method: 'PUT', bucket: BUCKET, query: { versioning: '' }, body })
    await server.must(dialect, { ...key('PUT', 'key'), body: 'x' })
    await server.must(dialect, key('DELETE', 'key'))
    const answer = await server.ask(dialect, { method: 'DELETE', bucket: BUCKET })
    assertEnvelope(answer, dialect)
    assert.deepEqual([answer.status, childOf(answer, 'Code')], [409, 'BucketNotEmpty'])
    assert.match(childOf(answer, 'Message'), /all versions/)
  })
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

test(raises('CopySourceIsDeleteMarker', 'a copy of a delete marker by its version'), async () => {
  await using server = await rowsServer()
  await server.must('s3', { method: 'PUT', bucket: BUCKET })
  const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
  await server.must('s3', { method: 'PUT', bucket: BUCKET, query: { versioning: '' }, body })
  const versionId = (await server.must('s3', key('DELETE', 'key'))).headers.get('x-amz-version-id') ?? ''
  const headers = { 'x-amz-copy-source': `/${BUCKET}/key?versionId=${encode(versionId)}` }
  const answer = await server.ask('s3', { ...key('PUT', 'copy'), headers })
  assertEnvelope(answer, 's3')
  assert.deepEqual([answer.status, childOf(answer, 'Code')], [400, 'InvalidRequest'])
})

test(raises('InternalError', 'a blob that was cut short on the disk'), async () => {
  await using directory = await temporaryDirectory()
  await using server = await startServer({ data: directory.path })
  const { credentials, port, region } = server
  const ask = async (method: string, rawPath: string, body = '') => {
    const sketch = { method, rawPath, query: [], host: `127.0.0.1:${port}`, body: Buffer.from(body), now: Date.now() }
    const signable = { ...sketch, headers: new Map([['content-length', String(body.length)]]) }
    const as = { id: credentials.secretId, secret: credentials.secretKey }
    const { headers } = place('s3-v4-header', signable, as, region)
    const lines = [...headers].map(([name, value]) => `${name}: ${value}`)
    using client = await connectRaw(port)
    client.send([`${method} ${rawPath} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...lines, '', body].join('\r\n'))
    return answerOf(await client.answer())
  }
  assert.equal((await ask('PUT', '/bucket')).status, 200)
  assert.equal((await ask('PUT', '/bucket/key', LARGE)).status, 200)
  const blobs = filesBelow(join(directory.path, 'blobs')).filter((path) => statSync(path).size >= LARGE.length)
  assert.equal(blobs.length, 1)
  for (const path of blobs) truncateSync(path, 1000)
  const answer = await ask('GET', '/bucket/key')
  assert.equal(answer.status, 500, answer.head)
  assert.equal(childOf(answer, 'Code'), 'InternalError')
  assert.ok(!answer.body.includes(directory.path), answer.body)
  assert.equal((await ask('GET', '/bucket')).status, 200, 'the rest is served')
})

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
