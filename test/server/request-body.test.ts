/** Bodies: what a reader gets, how reading fails, and what becomes of the connection (errors.md 1.6; rows 10, 13, 70). */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail, isApiError } from '../../src/model/errors/index.js'
import type { WireRequest } from '../../src/wire/request.js'
import type { WireResponse } from '../../src/wire/response.js'
import { raises } from '../support/raises.js'
import { echo, eventually, listening, readAll, text, transportError } from './listening.js'

const HOST = 'Host: a.example\r\n'
const GET = `GET / HTTP/1.1\r\n${HOST}\r\n`

/** As the pipeline does: a failed read becomes the answer. */
async function echoOrTell(request: WireRequest): Promise<WireResponse> {
  try {
    return await echo(request)
  } catch (error) {
    if (!isApiError(error)) throw error
    return transportError(error, { method: request.method, host: request.host, rawTarget: request.rawPath })
  }
}

function refuse(): WireResponse {
  return text('no', 403)
}

const BROKEN: readonly (readonly [what: string, framing: string, body: string, code: string])[] = [
  ['an early end', 'Content-Length: 10', 'hello', 'IncompleteBody'],
  ['an early end between chunks', 'Transfer-Encoding: chunked', '5\r\nhello\r\n', 'IncompleteBody'],
  ['a chunk size that is no number', 'Transfer-Encoding: chunked', 'zz\r\nhello\r\n0\r\n\r\n', 'BadRequest'],
  ['a chunk longer than its size', 'Transfer-Encoding: chunked', '2\r\nhello\r\n0\r\n\r\n', 'BadRequest'],
  ['a chunk size ended by a bare line feed', 'Transfer-Encoding: chunked', '5\nhello\r\n0\r\n\r\n', 'BadRequest'],
  [
    'a chunk extension of 20,000 bytes',
    'Transfer-Encoding: chunked',
    `5;${'a'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`,
    'BadRequest',
  ],
]

for (const [what, framing, body, code] of BROKEN) {
  test(`${what}: reading fails with ${code} and the connection closes`, async () => {
    await using subject = await listening(echoOrTell)
    using client = await subject.client({ allowHalfOpen: true })
    client.socket.end(Buffer.from(`PUT /k HTTP/1.1\r\n${HOST}${framing}\r\n\r\n${body}`, 'latin1'))
    const answer = await client.answer()
    assert.equal(answer.status, 400)
    assert.match(answer.body, new RegExp(`<Code>${code}</Code>`))
    assert.equal(answer.headers.get('connection'), 'close')
    assert.equal(await client.ended(), '')
  })
}

test('an early end says how many bytes were promised and how many came', async () => {
  await using subject = await listening(echoOrTell)
  using client = await subject.client({ allowHalfOpen: true })
  client.socket.end(`PUT /k HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\nhello`)
  const { body } = await client.answer()
  assert.match(body, /<NumberBytesExpected>10<\/NumberBytesExpected><NumberBytesProvided>5<\/NumberBytesProvided>/)
})

test('a stall inside a body is RequestTimeout and the connection closes', async () => {
  await using subject = await listening(echoOrTell, { bodyIdleTimeoutMs: 30 })
  using client = await subject.client()
  client.send(`PUT /k HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\nhello`)
  const answer = await client.answer()
  assert.match(answer.body, /<Code>RequestTimeout<\/Code>/)
  assert.equal(answer.headers.get('connection'), 'close')
  assert.equal(await client.ended(), '')
})

test('a body that keeps moving outlives the idle timeout', async () => {
  await using subject = await listening(echoOrTell, { bodyIdleTimeoutMs: 300 })
  using client = await subject.client()
  client.send(`PUT /k HTTP/1.1\r\n${HOST}Content-Length: 8\r\n\r\n`)
  for (const byte of 'movement') {
    await new Promise((resolve) => setTimeout(resolve, 50))
    client.send(byte)
  }
  assert.equal((await client.answer()).body, 'movement')
})

test(raises('ClientDisconnected', 'a client that vanishes inside a body'), async () => {
  let caught: unknown
  let readBytes = 0
  await using subject = await listening(async (request) => {
    try {
      for await (const chunk of request.body.bytes()) readBytes += chunk.byteLength
      return text('whole')
    } catch (error) {
      caught = error
      throw error
    }
  })
  using client = await subject.client()
  client.send(`PUT /k HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\nhello`)
  await eventually(() => readBytes === 5)
  client.socket.resetAndDestroy()
  await eventually(() => caught !== undefined)
  assert(isApiError(caught, 'ClientDisconnected'))
  assert.deepEqual(subject.faults, [])
})

test('an empty body has no bytes, whether or not a length says so', async () => {
  await using subject = await listening(echo)
  using client = await subject.client()
  for (const framing of ['', 'Content-Length: 0\r\n', 'Transfer-Encoding: chunked\r\n']) {
    client.send(`PUT /k HTTP/1.1\r\n${HOST}${framing}\r\n${framing.startsWith('T') ? '0\r\n\r\n' : ''}`)
    assert.equal((await client.answer()).body, '')
  }
})

test('a large body arrives whole through a slow reader, and little of it is held', async () => {
  const sizeBytes = 8 * 1024 * 1024
  let sentBytes = 0
  let aheadBytesMax = 0
  await using subject = await listening(async (request) => {
    let readBytes = 0
    for await (const chunk of request.body.bytes()) {
      readBytes += chunk.byteLength
      aheadBytesMax = Math.max(aheadBytesMax, sentBytes - readBytes)
      await new Promise((resolve) => setImmediate(resolve))
    }
    return text(String(readBytes))
  })
  using client = await subject.client()
  client.send(`PUT /k HTTP/1.1\r\n${HOST}Content-Length: ${sizeBytes}\r\n\r\n`)
  const block = Buffer.alloc(256 * 1024, 'x')
  while (sentBytes < sizeBytes) {
    sentBytes += block.byteLength
    if (!client.socket.write(block)) await new Promise((resolve) => client.socket.once('drain', resolve))
  }
  assert.equal((await client.answer()).body, String(sizeBytes))
})

test('a body is read once', async () => {
  await using subject = await listening(async (request) => {
    request.body.bytes()
    assert.throws(() => request.body.bytes(), /once/)
    return text('ok')
  })
  using client = await subject.client()
  client.send(`PUT /k HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\nab`)
  assert.equal((await client.answer()).body, 'ok')
})

const WAITING = (framing: string, more = '') =>
  `PUT /k HTTP/1.1\r\n${HOST}Expect: 100-continue\r\n${framing}\r\n${more}\r\n`

test('100 Continue goes out when the body is asked for, and not before', async () => {
  let asked = false
  await using subject = await listening(async (request) => {
    const chunks = request.body.bytes()
    await new Promise((resolve) => setImmediate(resolve))
    asked = true
    return text(await readAll(chunks))
  })
  using client = await subject.client()
  client.send(WAITING('Content-Length: 5'))
  assert.equal((await client.answer()).status, 100)
  assert.equal(asked, true)
  client.send('hello')
  assert.equal((await client.answer()).body, 'hello')
  client.send(GET)
  assert.equal((await client.answer()).status, 200)
})

for (const framing of [
  'Content-Length: 123',
  `Content-Length: ${1024 * 1024}`,
  'Transfer-Encoding: chunked',
  'Content-Length: 0',
]) {
  test(`a refused expectation (${framing}) gets its answer alone and the connection serves on`, async () => {
    await using subject = await listening((request) => (request.method === 'PUT' ? refuse() : text('next')))
    using client = await subject.client()
    for (let round = 0; round < 3; round++) {
      client.send(WAITING(framing))
      assert.equal((await client.answer()).status, 403)
      client.send(GET)
      assert.equal((await client.answer()).body, 'next')
    }
  })
}

const CLOSED_EXPECTATIONS: readonly (readonly [what: string, request: string])[] = [
  ['for 5 GiB and a byte', WAITING('Content-Length: 5368709121')],
  ['through a proxy, where the next bytes may be another client’s', WAITING('Content-Length: 5', 'Via: 1.1 p\r\n')],
  [
    'of a client that misreads what follows',
    WAITING('Content-Length: 5', 'User-Agent: Boto3/1.34.0 md/Botocore#1.34.0\r\n'),
  ],
]

for (const [what, request] of CLOSED_EXPECTATIONS) {
  test(`a refused expectation ${what} closes the connection`, async () => {
    await using subject = await listening(refuse)
    using client = await subject.client()
    client.send(request)
    const answer = await client.answer()
    assert.deepEqual([answer.status, answer.headers.get('connection')], [403, 'close'])
    assert.equal(await client.ended(), '')
  })
}

test('a refused client that did not wait is drained like any other', async () => {
  await using subject = await listening((request) => (request.method === 'PUT' ? refuse() : text('next')))
  using client = await subject.client()
  client.send(`${WAITING('Content-Length: 5')}hello${GET}`)
  assert.equal((await client.answer()).status, 403)
  assert.equal((await client.answer()).body, 'next')
})

test('an unread rest of 64 KiB is drained and the connection serves on', async () => {
  await using subject = await listening((request) => (request.method === 'PUT' ? refuse() : text('next')))
  using client = await subject.client()
  client.send(`PUT /k HTTP/1.1\r\n${HOST}Content-Length: 65536\r\n\r\n`)
  const answer = await client.answer()
  assert.deepEqual([answer.status, answer.headers.get('connection')], [403, 'keep-alive'])
  client.send(`${'x'.repeat(65536)}${GET}`)
  assert.equal((await client.answer()).body, 'next')
})

test('a reader that leaves early does not block the rest of the connection', async () => {
  let left = false
  let release: (() => void) | undefined
  await using subject = await listening(async (request) => {
    if (request.method !== 'PUT') return text('next')
    for await (const chunk of request.body.bytes()) if (chunk.byteLength > 0) break
    left = true
    await new Promise<void>((resolve) => {
      release = resolve
    })
    return text('enough')
  })
  using client = await subject.client()
  using other = await subject.client()
  client.send(`PUT /k HTTP/1.1\r\n${HOST}Content-Length: 122000\r\n\r\n${'x'.repeat(100)}`)
  await eventually(() => left)
  client.send('x'.repeat(71_900))
  // Requests of another client: by then what was sent has filled the message.
  for (let i = 0; i < 3; i++) {
    other.send(GET)
    await other.answer()
  }
  release?.()
  assert.equal((await client.answer()).body, 'enough')
  client.send(`${'x'.repeat(50_000)}${GET}`)
  assert.equal((await client.answer()).body, 'next')
})

for (const framing of ['Content-Length: 1000000', 'Transfer-Encoding: chunked']) {
  test(`an unread body beyond that (${framing}): the answer arrives whole, then the connection closes`, async () => {
    await using subject = await listening(refuse, { lingerMs: 2_000 })
    using client = await subject.client({ allowHalfOpen: true })
    client.send(`PUT /k HTTP/1.1\r\n${HOST}${framing}\r\n\r\n`)
    for (let i = 0; i < 8; i++) client.send('x'.repeat(10_000))
    const answer = await client.answer()
    assert.deepEqual([answer.status, answer.body, answer.headers.get('connection')], [403, 'no', 'close'])
    assert.equal(await client.ended(), '')
    // Had the server closed both ways, what is still being sent would meet a reset.
    for (let i = 0; i < 8; i++) await new Promise((resolve) => client.socket.write('x'.repeat(10_000), resolve))
    assert.equal(client.socket.errored, null)
    client.socket.end()
    await eventually(() => subject.server.openConnections() === 0)
  })
}

test('an error raised by the handler itself is answered, not left hanging', async () => {
  await using subject = await listening(() => fail('EntityTooLarge', { ProposedSize: 2, MaxSizeAllowed: 1 }))
  using client = await subject.client()
  client.send(GET)
  assert.match((await client.answer()).body, /<Code>EntityTooLarge<\/Code>/)
})
