/** Request heads made to hurt: too many, too long, ambiguous, or carrying what must not come out elsewhere. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { place } from '../rows/placements.js'
import { raises } from '../support/raises.js'
import { BUCKET, type HostileServer, hostileServer, request } from './hostile-server.js'

let server: HostileServer
before(async () => {
  server = await hostileServer()
})
after(async () => {
  await server.stillServes()
  await server[Symbol.asyncDispose]()
})

/** What one connection gets for these bytes, until the server has closed it or answered `count` times. */
async function answersTo(bytes: string, count = 1) {
  using client = await server.client()
  client.send(bytes)
  const answers: Awaited<ReturnType<typeof client.answer>>[] = []
  while (answers.length < count) answers.push(await client.answer())
  return answers
}

function codeOf({ body }: { readonly body: string }): string | undefined {
  return /<Code>([^<]*)<\/Code>/.exec(body)?.[1]
}

test(raises('RequestHeaderSectionTooLarge', 'a hundred thousand headers are refused, and cost no memory'), async () => {
  const headers = Array.from({ length: 100_000 }, (_, index) => `x-h${index}: 1`)
  const [answer] = await answersTo(request('GET', '/key', ...headers))
  assert.equal(answer?.status, 400)
  assert.equal(codeOf(answer), 'RequestHeaderSectionTooLarge')
  assert.ok(answer.headers.has('x-cos-request-id') && answer.headers.has('x-amz-request-id'))
  assert.ok(answer.headers.has('date'))
})

test('a hundred thousand parameters are refused', async () => {
  const query = Array.from({ length: 100_000 }, (_, index) => `p${index}`).join('&')
  const [answer] = await answersTo(request('GET', `/key?${query}`))
  assert.equal(answer?.status, 400)
  assert.match(codeOf(answer) ?? '', /^(?:RequestHeaderSectionTooLarge|InvalidURI)$/)
})

test('as many parameters as fit into a head are read in no time', async () => {
  const query = Array.from({ length: 3_000 }, () => 'a').join('&')
  const [answer] = await answersTo(request('GET', `/key?${query}`))
  assert.match(codeOf(answer ?? { body: '' }) ?? '', /^(?:NoSuchKey|InvalidURI)$/)
})

/** Each ends the connection: nobody knows where the next request would begin. */
const AMBIGUOUS: readonly (readonly [what: string, head: string])[] = [
  ['both lengths', request('PUT', '/k', 'Content-Length: 4', 'Transfer-Encoding: chunked', '', '0\r\n\r\n')],
  ['the lengths the other way round', request('PUT', '/k', 'Transfer-Encoding: chunked', 'Content-Length: 4', '', '')],
  ['two different lengths', request('PUT', '/k', 'Content-Length: 4', 'Content-Length: 5', '', 'hello')],
  ['a list of lengths', request('PUT', '/k', 'Content-Length: 4, 5', '', 'hello')],
  ['a negative length', request('PUT', '/k', 'Content-Length: -1', '', '')],
  ['a length with a sign', request('PUT', '/k', 'Content-Length: +4', '', 'hell')],
  ['a hexadecimal length', request('PUT', '/k', 'Content-Length: 0x4', '', 'hell')],
  ['a length beyond all numbers', request('PUT', '/k', `Content-Length: ${'9'.repeat(40)}`, '', '')],
  ['an unknown coding before chunked', request('PUT', '/k', 'Transfer-Encoding: gzip, chunked', '', '0\r\n\r\n')],
  ['chunked twice', request('PUT', '/k', 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked', '', '0\r\n\r\n')],
  ['a coding that only looks chunked', request('PUT', '/k', 'Transfer-Encoding: xchunked', '', '0\r\n\r\n')],
  ['chunked that is not last', request('PUT', '/k', 'Transfer-Encoding: chunked, identity', '', '0\r\n\r\n')],
  ['a space before the colon', request('PUT', '/k', 'Transfer-Encoding : chunked', '', '0\r\n\r\n')],
  ['a folded header', request('PUT', '/k', 'Transfer-Encoding:', ' chunked', '', '0\r\n\r\n')],
  ['a bare line feed in the head', 'GET / HTTP/1.1\nHost: a\n\n'],
  ['two hosts', request('GET', '/k', 'Host: elsewhere')],
  ['no host', `GET /${BUCKET}/k HTTP/1.1\r\n\r\n`],
  ['a host that is markup', `GET /${BUCKET}/k HTTP/1.1\r\nHost: <a>\r\n\r\n`],
  ['chunked in HTTP/1.0', `PUT /${BUCKET}/k HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['a NUL in a header', request('GET', '/k', 'x-a: b\0c')],
  ['a NUL in the target', request('GET', '/k\0')],
  ['a space in the target', request('GET', '/a b')],
]

for (const [what, head] of AMBIGUOUS) {
  test(`${what}: one refusal with ids, and the smuggled request behind it is never served`, async () => {
    using client = await server.client()
    client.send(head + request('PUT', '/smuggled', 'Content-Length: 1', '', 'x'))
    const answer = await client.answer()
    assert.ok([400, 501].includes(answer.status), `${answer.status} ${answer.body}`)
    assert.ok(answer.headers.has('x-cos-request-id') && answer.headers.has('x-amz-request-id'), answer.head)
    assert.ok(answer.headers.has('date') && (codeOf(answer) ?? '') !== '')
    assert.equal(await client.ended(), '')
    const [after] = await answersTo(request('GET', '/smuggled'))
    assert.equal(after?.status, 404)
  })
}

/** The sizes of chunks, as requests are smuggled by them. */
const CHUNK_TRICKS: readonly (readonly [what: string, body: string])[] = [
  ['a size with a prefix', '0x5\r\nhello\r\n0\r\n\r\n'],
  ['a negative size', '-5\r\nhello\r\n0\r\n\r\n'],
  ['a size beyond all numbers', 'fffffffffffffffff\r\nhello\r\n0\r\n\r\n'],
  ['a chunk longer than its size', '3\r\nhello\r\n0\r\n\r\n'],
  ['a size that is empty', '\r\nhello\r\n0\r\n\r\n'],
  ['a space within the size', '5 5\r\nhello\r\n0\r\n\r\n'],
]

for (const [what, body] of CHUNK_TRICKS) {
  test(`${what} in a chunked body is refused, nothing is stored and nothing behind it is served`, async () => {
    using client = await server.client()
    client.send(request('PUT', '/tricked', 'Transfer-Encoding: chunked', '', body))
    client.send(request('PUT', '/smuggled', 'Content-Length: 1', '', 'x'))
    const answer = await client.answer()
    assert.equal(answer.status, 400, answer.body)
    await client.ended()
    for (const key of ['/tricked', '/smuggled']) {
      const [read] = await answersTo(request('GET', key))
      assert.equal(read?.status, 404, key)
    }
  })
}

test('a long chain of pipelined requests is answered in order or cut, never mixed up', async () => {
  using client = await server.client()
  const count = 200
  client.send(request('PUT', '/pipelined', 'Content-Length: 1', '', 'x'))
  for (let index = 0; index < count; index++) client.send(request('GET', `/pipelined-${index}`))
  assert.equal((await client.answer()).status, 200)
  for (let index = 0; index < count; index++) {
    const answer = await client.answer()
    assert.match(answer.body, new RegExp(`<Key>pipelined-${index}</Key>`))
    if (answer.headers.get('connection') === 'close') return
  }
})

/** [what, the key as it stands in the request line, the key that is listed]. */
const ODD_KEYS: readonly (readonly [what: string, raw: string, listed: string])[] = [
  ['two dots', '..', '..'],
  ['a climb', '../../../etc/passwd', '../../../etc/passwd'],
  ['an encoded climb', '%2e%2e/%2e%2e/x', '../../x'],
  ['a twice encoded climb', '%252e%252e/x', '%2e%2e/x'],
  ['a dot', '.', '.'],
  ['two slashes', 'a//b', 'a//b'],
  ['a trailing slash', 'folder/', 'folder/'],
  ['an encoded slash', 'a%2fb', 'a/b'],
  ['a backslash', 'a%5c..%5cb', 'a\\..\\b'],
  ['a plus', 'a+b', 'a+b'],
  ['a line break', 'a%0d%0aX-Injected:%201', 'a\r\nX-Injected: 1'],
  ['markup', '%3Cb%3E%26%22%27', '<b>&"\''],
  ['a character beyond the plane', '%f0%9f%98%80', '\u{1f600}'],
  ['the name of a prototype', '__proto__', '__proto__'],
]

for (const [what, raw, listed] of ODD_KEYS) {
  test(`${what} is a key like any other: written, read back, listed as itself, deleted`, async () => {
    using client = await server.client()
    client.send(request('PUT', `/${raw}`, 'Content-Length: 3', '', 'odd'))
    const written = await client.answer()
    assert.equal(written.status, 200, written.body)
    client.send(request('GET', `/${raw}`))
    const read = await client.answer()
    assert.equal(read.body, 'odd')
    assert.ok(!read.headers.has('x-injected'))
    client.send(request('GET', '?encoding-type=url'))
    const page = await client.answer()
    const keys = [...page.body.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => decodeURIComponent(key))
    assert.ok(keys.includes(listed), `${JSON.stringify(keys)} lacks ${JSON.stringify(listed)}`)
    client.send(request('DELETE', `/${raw}`))
    assert.equal((await client.answer()).status, 204)
    client.send(request('GET', `/${raw}`))
    const gone = await client.answer()
    assert.equal(gone.status, 404)
    assert.ok(!gone.headers.has('x-injected'))
  })
}

/** Not text: nobody could list it again. */
const IMPOSSIBLE_TARGETS = ['/%00', '/a%00b', '/%ff%fe', '/%c0%ae', '/%ed%a0%80', '/%zz', '/%', '/%e4%b8']

for (const target of IMPOSSIBLE_TARGETS) {
  test(raises('InvalidURI', `${target} is no key`), async () => {
    const [answer] = await answersTo(request('PUT', target, 'Content-Length: 1', '', 'x'))
    assert.equal(answer?.status, 400)
    assert.equal(codeOf(answer), 'InvalidURI')
    assert.ok((/<Resource>[^<]+<\/Resource>/.exec(answer.body) ?? []).length > 0, answer.body)
  })
}

test('a bucket of dots in the path is no bucket and no folder', async () => {
  for (const target of ['/..', '/../..', '/%2e%2e', '/%2e%2e/%2e%2e/etc/passwd', '//', '/./x']) {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const [answer] = await answersTo(`${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n`)
      assert.ok([400, 403, 404].includes(answer?.status ?? 0), `${method} ${target}: ${answer?.status} ${answer?.body}`)
    }
  }
})

test('line breaks come neither through metadata nor through response-* into the head of an answer', async () => {
  using client = await server.client()
  const secret = { id: server.credentials.secretId, secret: server.credentials.secretKey }
  client.send(request('PUT', '/meta', 'x-amz-meta-a: =?utf-8?q?=0d=0aX-Injected:_1?=', 'Content-Length: 1', '', 'x'))
  assert.equal((await client.answer()).status, 200)
  client.send(request('GET', '/meta'))
  assert.ok(!(await client.answer()).headers.has('x-injected'))
  const overrides = ['content-type', 'cache-control', 'content-disposition', 'content-encoding', 'expires']
  const statuses = new Set<number>()
  for (const name of [...overrides, 'content-language']) {
    for (const lineBreak of ['\r\n', '\n', '\r', '\u0e0d\u0e0a', '\u010d\u010a', '\u0001', '\u007f']) {
      const { rawQuery } = place(
        's3-v4-query',
        {
          method: 'GET',
          rawPath: `/${BUCKET}/meta`,
          query: [[`response-${name}`, `a${lineBreak}X-Injected: 1`]],
          host: '127.0.0.1',
          headers: new Map(),
          body: new Uint8Array(0),
          now: Date.now(),
        },
        secret,
        'us-east-1',
      )
      client.send(request('GET', `/meta?${rawQuery}`))
      const answer = await client.answer()
      assert.ok(!answer.headers.has('x-injected'), `${name} ${lineBreak}: ${answer.head}`)
      assert.ok(answer.status < 500, `${name} ${JSON.stringify(lineBreak)}: ${answer.status} ${answer.body}`)
      statuses.add(answer.status)
    }
  }
  assert.deepEqual([...statuses].sort(), [200, 400], 'the signature was right: some are refused, some are text')
})

test('a header of control characters is stored nowhere', async () => {
  for (const value of ['a\rb', 'a\x01b', 'a\x7fb']) {
    const [answer] = await answersTo(request('PUT', '/control', `x-amz-meta-a: ${value}`, 'Content-Length: 1', '', 'x'))
    assert.ok([200, 400].includes(answer?.status ?? 0), answer?.body)
    const [read] = await answersTo(request('GET', '/control'))
    assert.ok((read?.status ?? 500) < 500, `${JSON.stringify(value)}: ${read?.status} ${read?.body}`)
  }
})
