/** Which connections exist and for how long: caps, drain, TLS. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { rawClient } from '../../src/tries/raw-client.js'
import type { WireResponse } from '../../src/wire/response.js'
import { TEST_CERTIFICATE } from './certificate.js'
import { echo, eventually, listening, text } from './listening.js'

const HOST = 'Host: a.example\r\n'
const GET = `GET / HTTP/1.1\r\n${HOST}\r\n`

/** A handler whose requests wait until they are let go. */
function gate(): {
  readonly handle: () => Promise<WireResponse>
  readonly waiting: () => number
  readonly open: () => void
} {
  const waiters: (() => void)[] = []
  return {
    handle: () => new Promise((resolve) => waiters.push(() => resolve(text('served')))),
    waiting: () => waiters.length,
    open: () => {
      for (const wake of waiters.splice(0)) wake()
    },
  }
}

for (const [what, limits, code] of [
  ['in all', { connectionsMax: 2 }, 'ServiceUnavailable'],
  ['of one address', { connectionsPerAddressMax: 2 }, 'SlowDown'],
] as const) {
  test(`a connection beyond the limit ${what} is answered ${code} and closed; others go on`, async () => {
    await using subject = await listening(() => text('served'), limits)
    using first = await subject.client()
    using second = await subject.client()
    await eventually(() => subject.server.openConnections() === 2)
    using third = await subject.client()
    third.send(GET)
    const answer = await third.answer()
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '1'])
    assert.match(answer.body, new RegExp(`<Code>${code}</Code>`))
    assert.equal(await third.ended(), '')
    for (const client of [first, second]) {
      client.send(GET)
      assert.equal((await client.answer()).body, 'served')
    }
    first.socket.end()
    third.socket.destroy()
    await eventually(() => subject.server.openConnections() === 1)
    using fourth = await subject.client()
    fourth.send(GET)
    assert.equal((await fourth.answer()).status, 200)
  })
}

test('drain lets running requests finish, closes idle connections and accepts no more', async () => {
  const requests = gate()
  await using subject = await listening((request) => (request.rawPath === '/' ? text('idle') : requests.handle()))
  using silent = await subject.client()
  using idle = await subject.client()
  using running = await subject.client()
  idle.send(GET)
  await idle.answer()
  running.send(`GET /wait HTTP/1.1\r\n${HOST}\r\n`)
  await eventually(() => requests.waiting() === 1)
  const drained = subject.server.drain(5_000)
  assert.deepEqual(await Promise.all([silent.ended(), idle.ended()]), ['', ''])
  await assert.rejects(subject.client(), { code: 'ECONNREFUSED' })
  requests.open()
  const answer = await running.answer()
  assert.deepEqual([answer.body, answer.headers.get('connection')], ['served', 'close'])
  assert.deepEqual(await drained, { requestsCut: 0 })
})

test('drain ends what is left at its deadline', async () => {
  const requests = gate()
  await using subject = await listening(requests.handle)
  using running = await subject.client()
  using half = await subject.client()
  running.send(GET)
  half.send('GET / HTTP/1.1\r\nHo')
  await eventually(() => requests.waiting() === 1)
  assert.deepEqual(await subject.server.drain(20), { requestsCut: 1 })
  assert.deepEqual(await Promise.all([running.ended(), half.ended()]), ['', ''])
})

test('a port that is taken rejects', async () => {
  await using subject = await listening(() => text('served'))
  await using other = await listening(() => text('served'))
  assert.equal(subject.server.address()?.port, subject.port)
  await other.server.drain(0)
  await assert.rejects(other.server.listen({ host: '127.0.0.1', port: subject.port }), { code: 'EADDRINUSE' })
})

test('TLS: requests are secure, bodies, expectations and refusals work alike', async () => {
  await using subject = await listening(
    async (request) =>
      request.method === 'PUT' ? echo(request) : text(String(request.secure), request.method === 'POST' ? 403 : 200),
    { headersTimeoutMs: 5_000 },
    { tls: TEST_CERTIFICATE },
  )
  const open = async () => {
    const socket = connectTls({
      port: subject.port,
      host: '127.0.0.1',
      ca: TEST_CERTIFICATE.cert,
      servername: 'localhost',
    })
    await once(socket, 'secureConnect')
    return rawClient(socket)
  }
  using client = await open()
  client.send(GET)
  assert.equal((await client.answer()).body, 'true')
  client.send(`POST / HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 9\r\n\r\n`)
  assert.equal((await client.answer()).status, 403)
  client.send(`PUT / HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhello`)
  assert.equal((await client.answer()).body, 'hello')
  client.send('GARBAGE\r\n\r\n')
  assert.match((await client.answer()).body, /<Code>BadRequest<\/Code>/)
  assert.equal(await client.ended(), '')
  using large = await open()
  large.send(`POST / HTTP/1.1\r\n${HOST}Content-Length: 1000000\r\n\r\n`)
  const answer = await large.answer()
  assert.deepEqual([answer.status, answer.headers.get('connection')], [403, 'close'])
  assert.equal(await large.ended(), '')
})

test('plain HTTP on a TLS port ends the connection and nothing else', async () => {
  await using subject = await listening(() => text('served'), {}, { tls: TEST_CERTIFICATE })
  using client = await subject.client()
  client.send(GET)
  await client.ended()
  await eventually(() => subject.server.openConnections() === 0)
  assert.deepEqual(subject.faults, [])
})
