/** Row 64, by the job that everybody can see: a bucket that is being emptied in the background. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { raises } from '../support/raises.js'
import { assertBodiless, assertEnvelope, BUCKET, childOf, DIALECTS, rowsServer } from './rows-server.js'

const VERSIONING = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'

for (const dialect of DIALECTS) {
  const inDialect = `in ${dialect === 'cos' ? 'COS' : 'S3'}`

  test(`${raises('OperationAborted', 'a bucket that is being emptied')}, made anew, configured, deleted or written to, ${inDialect}`, async () => {
    await using server = await rowsServer()
    const { core } = server.exchange
    await server.must(dialect, { method: 'PUT', bucket: BUCKET })
    await server.must(dialect, { method: 'PUT', bucket: BUCKET, key: 'key', body: 'body' })
    const bucket = (await core.buckets.find(BUCKET)) ?? assert.fail()
    await core.emptying.begin(bucket, { removeBucket: false })

    for (const asked of [
      { method: 'PUT', bucket: BUCKET },
      { method: 'PUT', bucket: BUCKET, key: 'new', body: 'x' },
      { method: 'DELETE', bucket: BUCKET, key: 'key' },
      { method: 'POST', bucket: BUCKET, key: 'new', query: { uploads: '' } },
      { method: 'PUT', bucket: BUCKET, query: { versioning: '' }, body: VERSIONING },
      { method: 'DELETE', bucket: BUCKET },
    ]) {
      const answer = await server.ask(dialect, asked)
      assert.equal(answer.status, 409, `${JSON.stringify(asked)}: ${answer.body}`)
      assertEnvelope(answer, dialect)
      assert.equal(childOf(answer, 'Code'), 'OperationAborted')
      assert.equal(childOf(answer, 'ConflictingOperation'), 'EmptyBucket')
    }
    const read = await server.must(dialect, { method: 'GET', bucket: BUCKET, key: 'key' })
    assert.equal(read.body, 'body', 'readers go on')
    await server.must(dialect, { method: 'GET', bucket: BUCKET })
    while ((await core.emptying.step(100)).more);
    const gone = await server.ask(dialect, { method: 'HEAD', bucket: BUCKET, key: 'key' })
    assertBodiless(gone, dialect, 'NoSuchKey')
    await server.must(dialect, { method: 'PUT', bucket: BUCKET, key: 'new', body: 'x' })
  })

  test(`a bucket that is deleted at the end can be made anew, ${inDialect}`, async () => {
    await using server = await rowsServer()
    const { core } = server.exchange
    await server.must(dialect, { method: 'PUT', bucket: BUCKET })
    await server.must(dialect, { method: 'PUT', bucket: BUCKET, key: 'key', body: 'body' })
    await core.emptying.begin((await core.buckets.find(BUCKET)) ?? assert.fail(), { removeBucket: true })
    while ((await core.emptying.step(100)).more);
    const absent = await server.ask(dialect, { method: 'GET', bucket: BUCKET })
    assert.equal(childOf(absent, 'Code'), 'NoSuchBucket')
    await server.must(dialect, { method: 'PUT', bucket: BUCKET })
  })
}
