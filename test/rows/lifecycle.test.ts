/** Row 58 over a socket: no lifecycle rules are an answer of their own, and deleting none is no error. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { raises } from '../support/raises.js'
import { BUCKET, DIALECTS, type RowsServer, rowsServer, testRows } from './rows-server.js'

let server: RowsServer
const lifecycle = (method: string) => ({ method, bucket: BUCKET, query: { lifecycle: '' } })

before(async () => {
  server = await rowsServer()
  await server.must('s3', { method: 'PUT', bucket: BUCKET })
})
after(() => server[Symbol.asyncDispose]())

testRows(
  [
    {
      title: raises('NoSuchLifecycleConfiguration', 'rules of a bucket that has none'),
      both: { status: 404, code: 'NoSuchLifecycleConfiguration' },
      request: () => lifecycle('GET'),
      extras: { BucketName: BUCKET },
    },
  ],
  () => server,
)

for (const dialect of DIALECTS) {
  test(`rules that are not there are deleted without an error, in ${dialect}`, async () => {
    assert.equal((await server.ask(dialect, lifecycle('DELETE'))).status, 204)
  })
}
