/** How answers go out: framing, order, HEAD, streams that fail, clients that leave (errors.md 1.1, 1.3, 1.5). */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../src/base/clock.js'
import { fail } from '../../src/model/errors/index.js'
import type { WireResponse } from '../../src/wire/response.js'
import { eventually, listening, text } from './listening.js'

const HOST = 'Host: a.example\r\n'
const GET = `GET / HTTP/1.1\r\n${HOST}\r\n`

async function* chunksOf(...parts: readonly string[]): AsyncIterable<Buffer> {
  for (const part of parts) yield Buffer.from(part, 'latin1')
}

function stream(chunks: AsyncIterable<Buffer>, sizeBytes?: number): WireResponse {
  return { status: 200, headers: [], body: { kind: 'stream', sizeBytes, chunks } }
}

const FRAMINGS: readonly (readonly [
  what: string,
  response: WireResponse,
  lengthHeader: string | undefined,
  body: string,
])[] = [
  ['bytes', text('hello'), '5', 'hello'],
  ['no body', { status: 200, headers: [], body: { kind: 'none' } }, '0', ''],
  ['204', { status: 204, headers: [], body: { kind: 'none' } }, undefined, ''],
  ['304', { status: 304, headers: [['ETag', '"e"']], body: { kind: 'none' } }, undefined, ''],
  ['a stream of known size', stream(chunksOf('he', '', 'llo'), 5), '5', 'hello'],
  ['an empty stream', stream(chunksOf(), 0), '0', ''],
  ['a stream of unknown size', stream(chunksOf('he', 'llo')), undefined, 'hello'],
]

for (const [what, response, lengthHeader, body] of FRAMINGS) {
  test(`${what}: Content-Length ${lengthHeader ?? 'absent'}, Date present, connection kept`, async () => {
    await using subject = await listening(
      (request) => (request.rawPath === '/x' ? response : text('next')),
      {},
      {
        clock: manualClock(Date.UTC(2026, 0, 2, 3, 4, 5, 678)),
      },
    )
    using client = await subject.client()
    client.send(`GET /x HTTP/1.1\r\n${HOST}\r\n${GET}`)
    const answer = await client.answer()
    assert.equal(answer.status, response.status)
    assert.equal(answer.headers.get('content-length'), lengthHeader)
    assert.equal(answer.headers.get('date'), 'Fri, 02 Jan 2026 03:04:05 GMT')
    assert.equal(answer.body, body)
    assert.equal((await client.answer()).body, 'next')
  })
}

for (const [what, response, lengthHeader] of [
  ['bytes', text('hello'), '5'],
  ['an announced size', { status: 200, headers: [], body: { kind: 'none', sizeBytes: 7 } }, '7'],
  ['a stream', stream(chunksOf('hello'), 5), '5'],
] satisfies readonly (readonly [string, WireResponse, string])[]) {
  test(`HEAD with ${what} sends headers only`, async () => {
    await using subject = await listening((request) => (request.method === 'HEAD' ? response : text('next')))
    using client = await subject.client()
    client.send(`HEAD / HTTP/1.1\r\n${HOST}\r\n${GET}`)
    assert.equal((await client.answer({ bodiless: true })).headers.get('content-length'), lengthHeader)
    assert.equal((await client.answer()).body, 'next')
  })
}

test('headers go out in the order, spelling and bytes given', async () => {
  const headers = [
    ['X-Zed', '1'],
    ['etag', '"e"'],
    ['X-Text', '\xe4\xb8\x80'],
    ['Set-A', '1'],
    ['Set-A', '2'],
  ] as const
  await using subject = await listening(() => ({ status: 200, headers, body: { kind: 'none' } }))
  using client = await subject.client()
  client.send(GET)
  const { head } = await client.answer()
  assert(
    head.startsWith(
      'HTTP/1.1 200 OK\r\nX-Zed: 1\r\netag: "e"\r\nX-Text: \xe4\xb8\x80\r\nSet-A: 1\r\nSet-A: 2\r\nDate: ',
    ),
    head,
  )
})

test('a header that would inject another is InternalError, and a fault is logged', async () => {
  await using subject = await listening(() => ({ ...text('x'), headers: [['X-A', 'b\r\nX-Evil: 1']] }))
  using client = await subject.client()
  client.send(GET)
  const answer = await client.answer()
  assert.equal(answer.status, 500)
  assert.equal(answer.headers.has('x-evil'), false)
  assert.equal(subject.faults.length, 1)
})

test('a handler that throws is InternalError, its cause logged and not shown', async () => {
  const cause = new Error('secret path')
  await using subject = await listening(() => Promise.reject(cause))
  using client = await subject.client()
  client.send(GET)
  const answer = await client.answer()
  assert.equal(answer.status, 500)
  assert.doesNotMatch(answer.body, /secret/)
  assert.deepEqual(subject.faults, [cause])
})

test('a stream that fails before its first chunk is answered as an error', async () => {
  async function* failing(): AsyncIterable<Buffer> {
    yield fail('NoSuchKey', { Key: 'k' })
  }
  await using subject = await listening((request) => (request.rawPath === '/k' ? stream(failing(), 5) : text('next')))
  using client = await subject.client()
  client.send(`GET /k HTTP/1.1\r\n${HOST}\r\n${GET}`)
  assert.match((await client.answer()).body, /<Code>NoSuchKey<\/Code>/)
  assert.equal((await client.answer()).body, 'next')
})

async function* breaking(): AsyncIterable<Buffer> {
  yield Buffer.from('hel')
  throw new Error('disk')
}

for (const [what, response] of [
  ['fails after its first chunk', stream(breaking(), 5)],
  ['fails after its first chunk, size unknown', stream(breaking())],
  ['falls short', stream(chunksOf('hel'), 5)],
  ['runs over', stream(chunksOf('hel', 'lo!'), 5)],
] satisfies readonly (readonly [string, WireResponse])[]) {
  test(`a stream that ${what} breaks the connection, so that the client sees a short read`, async () => {
    await using subject = await listening(() => response)
    using client = await subject.client()
    client.send(GET)
    const received = await client.ended()
    const body = received.slice(received.indexOf('\r\n\r\n') + 4)
    assert(body.length < 'hello'.length || !body.includes('\r\n0\r\n'), received)
    assert.doesNotMatch(body, /lo!/)
    assert.equal(subject.faults.length, 1)
  })
}

test('a client that leaves ends the stream, and its source is released', async () => {
  let released = false
  async function* endless(): AsyncIterable<Buffer> {
    try {
      for (;;) yield Buffer.alloc(65536)
    } finally {
      released = true
    }
  }
  await using subject = await listening(() => stream(endless()))
  using client = await subject.client()
  client.send(GET)
  await new Promise((resolve) => client.socket.once('data', resolve))
  client.socket.destroy()
  await eventually(() => released)
  assert.deepEqual(subject.faults, [])
})

test('a client that does not read is cut off, and the source is released', async () => {
  let released = false
  let pulled = 0
  async function* endless(): AsyncIterable<Buffer> {
    try {
      for (;;) {
        pulled++
        yield Buffer.alloc(65536)
      }
    } finally {
      released = true
    }
  }
  await using subject = await listening(() => stream(endless()), { writeIdleTimeoutMs: 60 })
  using client = await subject.client()
  client.socket.pause()
  client.send(GET)
  await eventually(() => released)
  assert(pulled < 1000, 'the source is not read ahead of the client')
})

test('pipelined requests are answered in order, one at a time', async () => {
  let running = 0
  let runningMax = 0
  await using subject = await listening(async (request) => {
    running++
    runningMax = Math.max(runningMax, running)
    for (let i = Number(request.rawPath.slice(1)); i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
    running--
    return text(request.rawPath)
  })
  using client = await subject.client()
  const paths = ['/0', '/1', '/2', '/3', '/4', '/5']
  client.send(paths.map((path) => `PUT ${path} HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\nab`).join(''))
  for (const path of paths) assert.equal((await client.answer()).body, path)
  assert.equal(runningMax, 1)
})

test('garbage behind a pipelined request is refused after its answer', async () => {
  await using subject = await listening(async () => {
    await new Promise((resolve) => setImmediate(resolve))
    return text('served')
  })
  using client = await subject.client()
  client.send(`${GET}GARBAGE\r\n\r\n`)
  assert.equal((await client.answer()).body, 'served')
  assert.match((await client.answer()).body, /<Code>BadRequest<\/Code>/)
  assert.equal(await client.ended(), '')
})

test('requests far ahead of their answers are cut off cleanly', async () => {
  let handled = 0
  await using subject = await listening(async () => {
    handled++
    await new Promise((resolve) => setImmediate(resolve))
    return text('served')
  })
  using client = await subject.client()
  client.send(GET.repeat(3000))
  let last = await client.answer()
  while (last.headers.get('connection') !== 'close') last = await client.answer()
  assert(handled < 100, String(handled))
  await client.ended()
})

test('many requests on one connection leave nothing behind on its socket', async () => {
  const warnings: Error[] = []
  const onWarning = (warning: Error) => void warnings.push(warning)
  process.on('warning', onWarning)
  await using subject = await listening(async (request) => {
    let read = ''
    for await (const chunk of request.body.bytes()) read += Buffer.from(chunk).toString()
    return request.rawPath === '/s' ? stream(chunksOf(read, read)) : text(read)
  })
  using client = await subject.client()
  for (let i = 0; i < 300; i++) {
    client.send(`PUT ${i % 2 === 0 ? '/s' : '/b'} HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\nab`)
    assert.equal((await client.answer()).body, i % 2 === 0 ? 'abab' : 'ab')
  }
  process.off('warning', onWarning)
  assert.deepEqual(warnings, [])
})

test('a client that has ended its side still gets its answer', async () => {
  let release: (() => void) | undefined
  await using subject = await listening(async (request) => {
    if (request.rawPath === '/slow') await new Promise<void>((resolve) => (release = resolve))
    return text('served')
  })
  using client = await subject.client({ allowHalfOpen: true })
  client.socket.end(`GET /slow HTTP/1.1\r\n${HOST}\r\n`)
  await eventually(() => release !== undefined)
  // Requests of another client: by then the end of the first has been seen.
  using other = await subject.client()
  for (let i = 0; i < 3; i++) {
    other.send(GET)
    await other.answer()
  }
  release?.()
  assert.equal((await client.answer()).body, 'served')
  assert.equal(await client.ended(), '')
})

test('HTTP/1.0 is answered and closed', async () => {
  await using subject = await listening(() => stream(chunksOf('hel', 'lo')))
  using client = await subject.client()
  client.send(`GET / HTTP/1.0\r\n${HOST}\r\n`)
  const received = await client.ended()
  assert.match(received, /\r\n\r\nhello$/)
})
