/** What becomes a request and what is refused before one exists: stage 0 of errors.md 4.1, over raw sockets. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listening, text } from './listening.js'

const HOST = 'Host: a.example\r\n'
const CHUNKED = 'Transfer-Encoding: chunked\r\n'

const REFUSED: readonly (readonly [what: string, request: string, status: number, code: string])[] = [
  ['both lengths', `PUT / HTTP/1.1\r\n${HOST}Content-Length: 5\r\n${CHUNKED}\r\n0\r\n\r\n`, 400, 'BadRequest'],
  ['both lengths, turned', `PUT / HTTP/1.1\r\n${HOST}${CHUNKED}Content-Length: 5\r\n\r\n0\r\n\r\n`, 400, 'BadRequest'],
  ['two lengths', `PUT / HTTP/1.1\r\n${HOST}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`, 400, 'BadRequest'],
  ['a list of lengths', `PUT / HTTP/1.1\r\n${HOST}Content-Length: 5, 5\r\n\r\nhello`, 400, 'BadRequest'],
  ['a signed length', `PUT / HTTP/1.1\r\n${HOST}Content-Length: +5\r\n\r\nhello`, 400, 'BadRequest'],
  [
    'a length beyond 64 bits',
    `PUT / HTTP/1.1\r\n${HOST}Content-Length: 99999999999999999999\r\n\r\n`,
    400,
    'BadRequest',
  ],
  ['an unknown coding', `PUT / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip\r\n\r\n`, 501, 'NotImplemented'],
  [
    'an unknown coding first',
    `PUT / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    501,
    'NotImplemented',
  ],
  [
    'an unknown coding last',
    `PUT / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`,
    400,
    'BadRequest',
  ],
  [
    'two coding headers',
    `PUT / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip\r\n${CHUNKED}\r\n0\r\n\r\n`,
    501,
    'NotImplemented',
  ],
  ['an empty coding', `PUT / HTTP/1.1\r\n${HOST}Transfer-Encoding:\r\n\r\n`, 501, 'NotImplemented'],
  ['a coding in HTTP/1.0', `PUT / HTTP/1.0\r\n${HOST}${CHUNKED}\r\n0\r\n\r\n`, 400, 'BadRequest'],
  ['a folded header', `GET / HTTP/1.1\r\n${HOST}A: b\r\n c\r\n\r\n`, 400, 'BadRequest'],
  ['bare line feeds', `GET / HTTP/1.1\nHost: a\n\n`, 400, 'BadRequest'],
  ['a bare line feed in a header', `GET / HTTP/1.1\r\nHost: a\nB: c\r\n\r\n`, 400, 'BadRequest'],
  ['a space before the colon', `GET / HTTP/1.1\r\n${HOST}A : b\r\n\r\n`, 400, 'BadRequest'],
  ['NUL in a header', `GET / HTTP/1.1\r\n${HOST}A: b\0c\r\n\r\n`, 400, 'BadRequest'],
  ['NUL in the path', `GET /a\0b HTTP/1.1\r\n${HOST}\r\n`, 400, 'InvalidURI'],
  ['an unknown method', `FOO / HTTP/1.1\r\n${HOST}\r\n`, 400, 'BadRequest'],
  ['a TLS hello on a plain port', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03', 400, 'BadRequest'],
  ['the HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'BadRequest'],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400, 'MissingHost'],
  ['no Host in HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', 400, 'MissingHost'],
  ['an empty Host', 'GET / HTTP/1.1\r\nHost: \r\n\r\n', 400, 'MissingHost'],
  ['two Hosts', `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`, 400, 'BadRequest'],
  ['a Host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400, 'BadRequest'],
  ['a foreign scheme', `GET ftp://a.example/k HTTP/1.1\r\n${HOST}\r\n`, 400, 'InvalidURI'],
  ['credentials in the target', `GET http://u:p@a.example/k HTTP/1.1\r\n${HOST}\r\n`, 400, 'InvalidURI'],
  ['an asterisk', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, 400, 'InvalidURI'],
  ['CONNECT', `CONNECT a.example:443 HTTP/1.1\r\n${HOST}\r\n`, 405, 'MethodNotAllowed'],
  [
    'a header of 9,000 bytes',
    `GET / HTTP/1.1\r\n${HOST}A: ${'a'.repeat(9000)}\r\n\r\n`,
    400,
    'RequestHeaderSectionTooLarge',
  ],
  [
    'a header of 90,000 bytes',
    `GET / HTTP/1.1\r\n${HOST}A: ${'a'.repeat(90000)}\r\n\r\n`,
    400,
    'RequestHeaderSectionTooLarge',
  ],
  ['a query of 9,000 bytes', `GET /?${'a'.repeat(9000)} HTTP/1.1\r\n${HOST}\r\n`, 400, 'RequestHeaderSectionTooLarge'],
  ['100,000 headers', `GET / HTTP/1.1\r\n${HOST}${'a:b\r\n'.repeat(100_000)}\r\n`, 400, 'RequestHeaderSectionTooLarge'],
  ['1,001 headers', `GET / HTTP/1.1\r\n${HOST}${'a:\r\n'.repeat(1000)}\r\n`, 400, 'BadRequest'],
  ['a request that ends in its headers', 'GET / HTTP/1.1\r\nHo', 400, 'IncompleteBody'],
]

for (const [what, request, status, code] of REFUSED) {
  test(`${what}: ${status} ${code}, with ids, and the connection closes`, async () => {
    let handled = 0
    await using subject = await listening(() => {
      handled++
      return text('served')
    })
    using client = await subject.client({ allowHalfOpen: true })
    client.send(request)
    if (code === 'IncompleteBody') client.socket.end()
    const answer = await client.answer()
    assert.equal(answer.status, status)
    assert.match(answer.body, new RegExp(`<Code>${code}</Code>`))
    for (const name of ['x-cos-request-id', 'x-amz-request-id', 'date']) assert(answer.headers.get(name), name)
    assert.equal(await client.ended(), '')
    assert.equal(handled, 0)
    assert.deepEqual(subject.faults, [])
  })
}

for (const expectation of ['200', '200-ok', '']) {
  test(`an expectation nobody knows, "${expectation}", is ignored and the request served`, async () => {
    await using subject = await listening(() => text('served'))
    using client = await subject.client()
    client.send(`PUT / HTTP/1.1\r\n${HOST}Expect: ${expectation}\r\nContent-Length: 0\r\n\r\n`)
    const answer = await client.answer()
    assert.equal(answer.status, 200)
    assert.equal(answer.body, 'served')
  })
}

test('an unknown coding is named in the answer', async () => {
  await using subject = await listening(() => text('served'))
  using client = await subject.client()
  client.send(`PUT /k HTTP/1.1\r\n${HOST}Transfer-Encoding: br\r\n\r\n`)
  assert.match((await client.answer()).body, /<Header>Transfer-Encoding<\/Header>/)
})

const TARGETS: readonly (readonly [target: string, host: string, rawPath: string, rawQuery: string])[] = [
  ['/', 'a.example', '/', ''],
  ['/k%2f%zz?x=1?y', 'a.example', '/k%2f%zz', 'x=1?y'],
  ['//a//b', 'a.example', '//a//b', ''],
  ['/?', 'a.example', '/', ''],
  [
    'http://b-1250000000.cos.ap-guangzhou.myqcloud.com/k?acl',
    'b-1250000000.cos.ap-guangzhou.myqcloud.com',
    '/k',
    'acl',
  ],
  ['http://b.example:8080', 'b.example:8080', '/', ''],
  ['HTTPS://b.example?list-type=2', 'b.example', '/', 'list-type=2'],
  ['http://[::1]:9000/k', '[::1]:9000', '/k', ''],
]

for (const [target, host, rawPath, rawQuery] of TARGETS) {
  test(`the target ${target} is path ${rawPath} at ${host}`, async () => {
    await using subject = await listening((request) =>
      text(JSON.stringify([request.host, request.rawPath, request.rawQuery, request.remoteAddress, request.secure])),
    )
    using client = await subject.client()
    client.send(`GET ${target} HTTP/1.1\r\n${HOST}\r\n`)
    assert.deepEqual(JSON.parse((await client.answer()).body), [host, rawPath, rawQuery, '127.0.0.1', false])
  })
}

test('header names are lower case, repeats are joined in order, values keep their bytes', async () => {
  await using subject = await listening((request) => text(JSON.stringify([...request.headers])))
  using client = await subject.client()
  client.send(`GET / HTTP/1.1\r\n${HOST}X-A: 1\r\nRange: r\r\nx-a:  \xe4\xb8\x80 \r\n\r\n`)
  assert.deepEqual(JSON.parse((await client.answer()).body), [
    ['host', 'a.example'],
    ['x-a', '1,\xe4\xb8\x80'],
    ['range', 'r'],
  ])
})

test('a connection whose headers do not end is told RequestTimeout and closed', async () => {
  await using subject = await listening(() => text('served'), { headersTimeoutMs: 40 })
  using client = await subject.client()
  client.send(`GET / HTTP/1.1\r\n${HOST}X-`)
  const answer = await client.answer()
  assert.equal(answer.status, 400)
  assert.match(answer.body, /<Code>RequestTimeout<\/Code>/)
  assert.equal(await client.ended(), '')
})

test('a connection that never speaks, or idles between requests, is closed without a word', async () => {
  await using subject = await listening(() => text('served'), { headersTimeoutMs: 40, keepAliveTimeoutMs: 40 })
  using silent = await subject.client()
  using idle = await subject.client()
  idle.send(`GET / HTTP/1.1\r\n${HOST}\r\n`)
  await idle.answer()
  assert.deepEqual(await Promise.all([silent.ended(), idle.ended()]), ['', ''])
})
