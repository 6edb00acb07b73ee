/** What every answer carries, whatever its status, and whether or not the dialect of its request is known. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { raises } from '../support/raises.js'
import {
  type Asked,
  answerOf,
  assertBodiless,
  assertEnvelope,
  assertIdentified,
  BUCKET,
  childOf,
  DIALECTS,
  MISTAKEN,
  NOBODY,
  OTHER,
  prefixOf,
  type RowsServer,
  rowsServer,
} from './rows-server.js'

let server: RowsServer
before(async () => {
  server = await rowsServer()
  await server.must('s3', { method: 'PUT', bucket: BUCKET })
  await server.must('s3', { method: 'PUT', bucket: BUCKET, key: 'key', body: '0123456789' })
})
after(() => server[Symbol.asyncDispose]())

const at = (method: string, key: string, more: Partial<Asked> = {}): Asked => ({ method, bucket: BUCKET, key, ...more })

/** [what, status, request]: all of them succeed. */
const SUCCESSES: readonly (readonly [what: string, status: number, asked: Asked])[] = [
  ['a read', 200, at('GET', 'key')],
  ['a range', 206, at('GET', 'key', { headers: { range: 'bytes=0-1' } })],
  ['a HEAD', 200, at('HEAD', 'key')],
  ['a HEAD of the bucket', 200, at('HEAD', '')],
  ['a listing', 200, at('GET', '')],
  ['a write', 200, at('PUT', 'written', { body: 'x' })],
  ['a delete of nothing', 204, at('DELETE', 'nothing')],
]

for (const dialect of DIALECTS) {
  for (const [what, status, asked] of SUCCESSES) {
    test(`${what} in ${dialect} carries a date, its request ids and no code of an error`, async () => {
      const answer = await server.ask(dialect, asked)
      assert.equal(answer.status, status, answer.body)
      assertIdentified(answer, dialect)
      assert.ok(!answer.headers.has('x-cos-error-code') && !answer.headers.has('x-cos-trace-id'))
      if (status === 204) assert.ok(!answer.headers.has('content-length') && answer.body === '')
      else assert.match(answer.headers.get('content-length') ?? '', /^\d+$/)
    })
  }

  test(`${raises('NotModified', 'a condition that the cache meets')}, in ${dialect}: 304 with ids and without a body`, async () => {
    const etag = (await server.ask(dialect, at('HEAD', 'key'))).headers.get('etag') ?? ''
    using client = await server.connect()
    for (const method of ['GET', 'HEAD']) {
      client.send(server.head(dialect, at(method, 'key', { headers: { 'if-none-match': etag } })))
      const answer = await client.answer({ bodiless: true })
      assert.equal(answer.status, 304)
      assertIdentified(answer, dialect)
      assert.equal(answer.headers.get('etag'), etag)
      assert.ok(answer.headers.has('last-modified'))
      // COS announces the type and a length of 0 with it (cos-object.md 7); S3 neither.
      if (dialect === 's3') assert.ok(!answer.headers.has('content-type') && !answer.headers.has('content-length'))
    }
    client.send(server.head(dialect, at('GET', 'key')))
    assert.equal((await client.answer()).body, '0123456789', 'the connection goes on where the 304 ended')
  })

  /** [code, status, request]. */
  const headErrors: readonly (readonly [code: string, status: number, asked: Asked])[] = [
    ['NoSuchKey', 404, at('HEAD', 'nope')],
    ['NoSuchBucket', 404, { method: 'HEAD', bucket: 'nope-1250000000' }],
    ['AccessDenied', 403, at('HEAD', 'key', { as: OTHER })],
    ['InvalidAccessKeyId', 403, at('HEAD', 'key', { as: NOBODY })],
    ['SignatureDoesNotMatch', 403, at('HEAD', 'key', { as: MISTAKEN })],
    ['PreconditionFailed', 412, at('HEAD', 'key', { headers: { 'if-match': '"zz"' } })],
    ['MethodNotAllowed', 405, at('HEAD', '', { query: { uploads: '' } })],
    ['InvalidURI', 400, at('HEAD', '%zz', { as: 'anonymous', headers: { [`${prefixOf(dialect)}meta-a`]: '1' } })],
  ]
  for (const [code, status, asked] of headErrors) {
    test(`HEAD in ${dialect} says ${code} in its head, and nothing behind it`, async () => {
      using client = await server.connect()
      client.send(server.head(dialect, asked))
      const answer = await client.answer({ bodiless: true })
      assert.equal(answer.status, status, answer.head)
      assertBodiless(answer, dialect, code)
      client.send(server.head(dialect, at('GET', 'key')))
      assert.equal((await client.answer()).body, '0123456789', 'the connection goes on where the head ended')
    })
  }
}

const LOCAL = 'Host: 127.0.0.1'

/** Nothing of them tells a dialect: both families of ids, so that either kind of client finds its own. */
const UNKNOWN: readonly (readonly [what: string, code: string, status: number, bytes: string])[] = [
  ['nobody on the service', 'AccessDenied', 403, `GET / HTTP/1.1\r\n${LOCAL}\r\n\r\n`],
  ['nobody on a missing bucket', 'NoSuchBucket', 404, `GET /nope HTTP/1.1\r\n${LOCAL}\r\n\r\n`],
  ['an illegal bucket', 'InvalidBucketName', 400, `GET /No_Bucket HTTP/1.1\r\n${LOCAL}\r\n\r\n`],
  ['a target that cannot be read', 'InvalidURI', 400, `GET /%zz HTTP/1.1\r\n${LOCAL}\r\n\r\n`],
  ['a target of another scheme', 'InvalidURI', 400, `GET ftp://a/b HTTP/1.1\r\n${LOCAL}\r\n\r\n`],
  [
    'an unknown scheme of authorization',
    'InvalidArgument',
    400,
    `GET / HTTP/1.1\r\n${LOCAL}\r\nAuthorization: Basic eA==\r\n\r\n`,
  ],
  ['no host', 'MissingHost', 400, 'GET / HTTP/1.1\r\n\r\n'],
  ['no HTTP', 'BadRequest', 400, 'hello, is anybody there?\r\n\r\n'],
  ['a header that is none', 'BadRequest', 400, `GET / HTTP/1.1\r\n${LOCAL}\r\nno colon\r\n\r\n`],
  [
    'both lengths',
    'BadRequest',
    400,
    `PUT /a/b HTTP/1.1\r\n${LOCAL}\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
  ],
  [
    'a coding that nobody knows',
    'NotImplemented',
    501,
    `PUT /a/b HTTP/1.1\r\n${LOCAL}\r\nTransfer-Encoding: gzip\r\n\r\n`,
  ],
  [
    'a head too long',
    'RequestHeaderSectionTooLarge',
    400,
    `GET /a HTTP/1.1\r\n${LOCAL}\r\nx-a: ${'a'.repeat(9_000)}\r\n\r\n`,
  ],
  [
    'a head far too long',
    'RequestHeaderSectionTooLarge',
    400,
    `GET /a HTTP/1.1\r\n${LOCAL}\r\nx-a: ${'a'.repeat(90_000)}\r\n\r\n`,
  ],
  ['a tunnel', 'MethodNotAllowed', 405, `CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n`],
]

for (const [what, code, status, bytes] of UNKNOWN) {
  test(`${what}: ${code}, in the envelope and with the ids of both dialects`, async () => {
    using client = await server.connect()
    client.send(bytes)
    const answer = answerOf(await client.answer())
    assert.equal(answer.status, status, answer.head + answer.body)
    assertEnvelope(answer, 'unknown')
    assert.equal(childOf(answer, 'Code'), code, answer.body)
    assert.ok(answer.headers.has('x-cos-trace-id'))
  })
}

test(raises('MissingHost', 'a request that names no host'), async () => {
  using client = await server.connect()
  client.send('GET / HTTP/1.0\r\n\r\n')
  const answer = answerOf(await client.answer())
  assert.equal(childOf(answer, 'Code'), 'MissingHost')
  assertEnvelope(answer, 'unknown')
})

test('two requests never share an id', async () => {
  const ids = new Set<string>()
  for (let count = 0; count < 20; count++) {
    const { headers } = await server.ask('s3', at('GET', 'nope'))
    ids.add(headers.get('x-amz-request-id') ?? '').add(headers.get('x-amz-id-2') ?? '')
  }
  assert.equal(ids.size, 40)
})

test('the id of a COS request tells the second of the server’s clock in which it came', async () => {
  const { headers } = await server.ask('cos', at('GET', 'nope'))
  const [seconds = ''] = Buffer.from(headers.get('x-cos-request-id') ?? '', 'base64')
    .toString('latin1')
    .split('_')
  assert.equal(Number.parseInt(seconds, 16), Math.floor(server.exchange.clock.now() / 1000))
  assert.equal(headers.get('date'), new Date(server.exchange.clock.now()).toUTCString())
})
