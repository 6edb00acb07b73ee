/** Rows that only a connection can raise: how long it is silent, where it ends, and what is asked before a body. */

import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { raises } from '../support/raises.js'
import {
  type Asked,
  answerOf,
  assertEnvelope,
  BUCKET,
  childOf,
  DIALECTS,
  OTHER,
  OWNER,
  type RowsServer,
  rowsServer,
} from './rows-server.js'

const GIBIBYTE = 1024 ** 3

let server: RowsServer
before(async () => {
  server = await rowsServer({ bodyIdleMs: 100, headersMs: 200 })
  await server.must('s3', { method: 'PUT', bucket: BUCKET })
  await server.must('s3', { method: 'PUT', bucket: BUCKET, key: 'key', body: '0123456789' })
})
after(() => server[Symbol.asyncDispose]())

/** A PUT that announces a body and sends none of it: nobody can hash what is to come. */
const announce = (sizeBytes: number, more: Readonly<Record<string, string>> = {}, key = 'announced'): Asked => ({
  method: 'PUT',
  bucket: BUCKET,
  key,
  headers: { 'content-length': String(sizeBytes), 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...more },
})

/** An `x-amz-` header means nothing in COS. */
function heads(dialect: 'cos' | 's3', asked: Asked): string {
  const { 'x-amz-content-sha256': payload, ...headers } = asked.headers ?? {}
  const kept = dialect === 's3' && payload !== undefined ? { ...headers, 'x-amz-content-sha256': payload } : headers
  return server.head(dialect, { ...asked, headers: kept })
}

for (const dialect of DIALECTS) {
  const inDialect = `in ${dialect === 'cos' ? 'COS' : 'S3'}`

  test(`${raises('EntityTooLarge', 'five gibibytes and one, told before a byte of them is sent')}, ${inDialect}`, async () => {
    using client = await server.connect()
    client.send(heads(dialect, announce(5 * GIBIBYTE + 1, { expect: '100-continue' })))
    const answer = answerOf(await client.answer())
    assert.equal(answer.status, 400, answer.body)
    assertEnvelope(answer, dialect)
    assert.equal(childOf(answer, 'Code'), 'EntityTooLarge')
    assert.equal(childOf(answer, 'ProposedSize'), String(5 * GIBIBYTE + 1))
    assert.equal(childOf(answer, 'MaxSizeAllowed'), String(5 * GIBIBYTE))
  })

  /** [code, status, request]: refused on the head alone, and the connection carries the next request. */
  const refusals: readonly (readonly [code: string, status: number, asked: Asked])[] = [
    ['AccessDenied', 403, { ...announce(5, { expect: '100-continue' }), as: OTHER }],
    ['NoSuchBucket', 404, { ...announce(5, { expect: '100-continue' }), bucket: 'nope-1250000000' }],
    ['InvalidDigest', 400, announce(5, { expect: '100-continue', 'content-md5': 'x' })],
    ['PreconditionFailed', 412, announce(5, { expect: '100-continue', 'if-none-match': '*' }, 'key')],
    ['NoSuchUpload', 404, { ...announce(5, { expect: '100-continue' }), query: { partNumber: '1', uploadId: 'nope' } }],
  ]
  for (const [code, status, asked] of refusals) {
    test(`a client that waits to be asked for its body hears ${code} instead, and goes on, ${inDialect}`, async () => {
      using client = await server.connect()
      client.send(heads(dialect, asked))
      const answer = answerOf(await client.answer())
      assert.deepEqual({ status: answer.status, code: childOf(answer, 'Code') }, { status, code }, answer.body)
      client.send(heads(dialect, { method: 'GET', bucket: BUCKET, key: 'key' }))
      assert.equal((await client.answer()).body, '0123456789')
    })
  }

  test(`a client that waits is asked for its body once everything else is right, ${inDialect}`, async () => {
    using client = await server.connect()
    client.send(heads(dialect, announce(5, { expect: '100-continue' }, 'continued')))
    assert.equal((await client.answer()).status, 100)
    client.send('hello')
    assert.equal((await client.answer()).status, 200)
  })

  test(`${raises('IncompleteBody', 'a client that ends its side in the middle of a body')}, ${inDialect}`, async () => {
    using client = await server.connect({ allowHalfOpen: true })
    client.send(heads(dialect, announce(10, {}, 'half')))
    client.send('01234')
    client.socket.end()
    const answer = answerOf(await client.answer())
    assert.equal(answer.status, 400, answer.body)
    assertEnvelope(answer, dialect)
    assert.equal(childOf(answer, 'Code'), 'IncompleteBody')
    assert.equal(childOf(answer, 'NumberBytesExpected'), '10')
    assert.equal(childOf(answer, 'NumberBytesProvided'), '5')
    assert.equal(answer.headers.get('connection'), 'close')
    assert.equal((await server.ask(dialect, { method: 'GET', bucket: BUCKET, key: 'half' })).status, 404)
  })

  test(`${raises('RequestTimeout', 'a body that stands still')}, ${inDialect}`, async () => {
    using client = await server.connect()
    client.send(heads(dialect, announce(10, {}, 'still')))
    client.send('01234')
    const answer = answerOf(await client.answer())
    assert.equal(answer.status, 400, answer.body)
    assertEnvelope(answer, dialect)
    assert.equal(childOf(answer, 'Code'), 'RequestTimeout')
    assert.equal(answer.headers.get('connection'), 'close')
    assert.equal(await client.ended(), '')
    assert.equal((await server.ask(dialect, { method: 'GET', bucket: BUCKET, key: 'still' })).status, 404)
  })

  test(`${raises('MissingContentLength', 'an object of no length and no chunks')}, ${inDialect}`, async () => {
    const answer = await server.ask(dialect, { method: 'PUT', bucket: BUCKET, key: 'lengthless' })
    assert.equal(answer.status, 411, answer.body)
    assertEnvelope(answer, dialect)
    assert.equal(childOf(answer, 'Code'), 'MissingContentLength')
  })
}

test(raises('RequestTimeout', 'a head that never ends'), async () => {
  using client = await server.connect()
  client.send('GET / HTTP/1.1\r\nHost: a\r\n')
  const answer = answerOf(await client.answer())
  assert.equal(answer.status, 400)
  assertEnvelope(answer, 'unknown')
  assert.equal(childOf(answer, 'Code'), 'RequestTimeout')
})

const STREAMED = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'

/** [condition, decoded length, what stands on the wire]. */
const CHUNKED: readonly (readonly [title: string, code: string, decodedBytes: number, body: string])[] = [
  [
    raises('IncompleteBody', 'chunks that decode to less than was declared'),
    'IncompleteBody',
    10,
    '5\r\nhello\r\n0\r\n\r\n',
  ],
  [
    raises('IncompleteBody', 'chunks that decode to more than was declared'),
    'IncompleteBody',
    3,
    '5\r\nhello\r\n0\r\n\r\n',
  ],
  [raises('IncompleteBody', 'chunks that never end'), 'IncompleteBody', 5, '5\r\nhello\r\n'],
  [
    raises('IncompleteBody', 'a chunk that does not begin with its size'),
    'IncompleteBody',
    5,
    'zz\r\nhello\r\n0\r\n\r\n',
  ],
  [
    raises('MalformedTrailerError', 'a trailer that is no header'),
    'MalformedTrailerError',
    5,
    '5\r\nhello\r\n0\r\nnothing\r\n\r\n',
  ],
  [
    raises('MalformedTrailerError', 'a trailer that was announced and is not there'),
    'MalformedTrailerError',
    5,
    '5\r\nhello\r\n0\r\n\r\n',
  ],
  [
    raises('BadDigest', 'a trailer of another checksum'),
    'BadDigest',
    5,
    '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n',
  ],
]

for (const [title, code, decodedBytes, body] of CHUNKED) {
  test(title, async () => {
    const answer = await server.ask('s3', {
      method: 'PUT',
      bucket: BUCKET,
      key: 'chunked',
      headers: {
        'x-amz-content-sha256': STREAMED,
        'x-amz-decoded-content-length': String(decodedBytes),
        'x-amz-trailer': 'x-amz-checksum-crc32',
      },
      body,
    })
    assert.equal(answer.status, 400, answer.body)
    assertEnvelope(answer, 's3')
    assert.equal(childOf(answer, 'Code'), code, answer.body)
    assert.equal((await server.ask('s3', { method: 'GET', bucket: BUCKET, key: 'chunked' })).status, 404)
  })
}

test(raises('MissingContentLength', 'chunks without their decoded length'), async () => {
  const headers = { 'x-amz-content-sha256': STREAMED }
  const answer = await server.ask('s3', { method: 'PUT', bucket: BUCKET, key: 'chunked', headers, body: '0\r\n\r\n' })
  assert.equal(answer.status, 411, answer.body)
  assertEnvelope(answer, 's3')
})

test(raises('InvalidChunkSizeError', 'a signed chunk that is not the last and below eight kibibytes'), async () => {
  const headers = {
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'x-amz-decoded-content-length': '10',
  }
  using client = await server.connect()
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const asked = { method: 'PUT', bucket: BUCKET, key: 'small-chunks', headers: { ...headers, 'content-length': '190' } }
  const head = server.head('s3', asked)
  const scope = /Credential=[^/]+\/([^,]+),/.exec(head)?.[1] ?? ''
  const timestamp = /x-amz-date: (\S+)/.exec(head)?.[1] ?? ''
  let previous = /Signature=([0-9a-f]{64})/.exec(head)?.[1] ?? ''
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${OWNER.secret}`)
  const chunk = (text: string) => {
    const signed = ['AWS4-HMAC-SHA256-PAYLOAD', timestamp, scope, previous, sha256(''), sha256(text)].join('\n')
    previous = hmac(key, signed).toString('hex')
    return `${text.length.toString(16)};chunk-signature=${previous}\r\n${text}\r\n`
  }
  client.send(head + chunk('01234') + chunk('56789'))
  const answer = answerOf(await client.answer())
  assert.equal(childOf(answer, 'Code'), 'InvalidChunkSizeError', answer.body)
  assert.equal(childOf(answer, 'BadChunkSize'), '5')
  assertEnvelope(answer, 's3')
})
