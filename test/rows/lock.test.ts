/** Rows of versioning and object lock: 12 and 21. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { raises } from '../support/raises.js'
import { assertEnvelope, BUCKET, childOf, DIALECTS, rowsServer } from './rows-server.js'

const versioning = (inside: string) => ({
  method: 'PUT',
  bucket: BUCKET,
  query: { versioning: '' },
  body: `<VersioningConfiguration>${inside}</VersioningConfiguration>`,
})
const LOCK = '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>'
const lock = { method: 'PUT', bucket: BUCKET, query: { 'object-lock': '' }, body: LOCK }

for (const dialect of DIALECTS) {
  const title = raises('IllegalVersioningConfigurationException', 'a configuration without a status')
  test(`${title}, in ${dialect}`, async () => {
    await using server = await rowsServer()
    await server.must(dialect, { method: 'PUT', bucket: BUCKET })
    const answer = await server.ask(dialect, versioning(''))
    assert.equal(answer.status, 400)
    assertEnvelope(answer, dialect)
    assert.equal(childOf(answer, 'Code'), 'IllegalVersioningConfigurationException')
  })

  test(`${raises('InvalidBucketState', 'versioning suspended under object lock')}, in ${dialect}`, async () => {
    await using server = await rowsServer()
    await server.must(dialect, { method: 'PUT', bucket: BUCKET })
    if (dialect === 's3') await server.must(dialect, versioning('<Status>Enabled</Status>'))
    await server.must(dialect, lock)
    const answer = await server.ask(dialect, versioning('<Status>Suspended</Status>'))
    assert.equal(answer.status, 409)
    assertEnvelope(answer, dialect)
    assert.equal(childOf(answer, 'Code'), 'InvalidBucketState')
    assert.equal(childOf(answer, 'BucketName'), BUCKET)
  })

  test(`${raises('InvalidBucketState', 'a lock that the versioning does not fit')}, in ${dialect}`, async () => {
    await using server = await rowsServer()
    await server.must(dialect, { method: 'PUT', bucket: BUCKET })
    if (dialect === 'cos') await server.must(dialect, versioning('<Status>Enabled</Status>'))
    const answer = await server.ask(dialect, lock)
    assert.equal(answer.status, 409)
    assertEnvelope(answer, dialect)
    assert.equal(childOf(answer, 'BucketName'), BUCKET)
  })
}
