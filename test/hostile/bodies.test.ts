/** Bodies made to hurt: slow, cut short, nested, exploding, or framed to be misread. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { raises } from '../support/raises.js'
import { eventually, type HostileServer, hostileServer, request } from './hostile-server.js'

const BODY_IDLE_MS = 500

let server: HostileServer
before(async () => {
  server = await hostileServer({ STOWAGE_BODY_IDLE_MS: String(BODY_IDLE_MS) })
})
after(async () => {
  await server.stillServes()
  await server[Symbol.asyncDispose]()
})

function codeOf({ body }: { readonly body: string }): string | undefined {
  return /<Code>([^<]*)<\/Code>/.exec(body)?.[1]
}

async function answerTo(bytes: string) {
  using client = await server.client()
  client.send(bytes)
  return await client.answer()
}

test(raises('RequestTimeout', 'two hundred bodies that stand still, while others are served'), async () => {
  const clients = await Promise.all(Array.from({ length: 200 }, () => server.client()))
  for (const client of clients) client.send(request('PUT', '/slow', 'Content-Length: 1000000', '', 'a'))
  await server.stillServes()
  for (const client of clients) {
    const answer = await client.answer()
    assert.equal(codeOf(answer), 'RequestTimeout')
    client[Symbol.dispose]()
  }
  assert.equal((await answerTo(request('GET', '/slow'))).status, 404)
})

test('a body that comes a byte at a time is stored whole, as long as it comes', async () => {
  using client = await server.client()
  client.send(request('PUT', '/trickle', 'Content-Length: 20', '', ''))
  for (let count = 0; count < 20; count++) {
    client.send('t')
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal((await client.answer()).status, 200)
  assert.equal((await answerTo(request('GET', '/trickle'))).body, 't'.repeat(20))
})

/** Larger than an inline body, so that there is a file to be cut. */
const LARGE_BYTES = 1024 * 1024

test('bodies cut short store nothing, and leave neither files nor descriptors behind', async () => {
  // Whatever a first large upload makes the process keep, such as threads, is no leak.
  const whole = request('PUT', '/whole', `Content-Length: ${2 * LARGE_BYTES}`, '', 'x'.repeat(2 * LARGE_BYTES))
  await Promise.all(Array.from({ length: 4 }, () => answerTo(whole)))
  const before = server.openFiles()
  const temporary = join(server.data, 'blobs', 'tmp')
  for (const framing of [`Content-Length: ${2 * LARGE_BYTES}`, 'Transfer-Encoding: chunked']) {
    const clients = await Promise.all(Array.from({ length: 40 }, () => server.client()))
    const body = framing.startsWith('C') ? 'x'.repeat(LARGE_BYTES) : `200000\r\n${'x'.repeat(LARGE_BYTES)}`
    for (const [index, client] of clients.entries()) client.send(request('PUT', `/cut-${index}`, framing, '', body))
    await eventually('the uploads are on their way to the disk', () => readdirSync(temporary).length >= 20)
    for (const [index, client] of clients.entries()) {
      if (index % 2 === 0) client.socket.destroy()
      else client.socket.resetAndDestroy()
    }
    await eventually('nothing half-written is left', () => readdirSync(temporary).length === 0)
  }
  await eventually(`${server.openFiles()} descriptors sink to ${before}`, () => server.openFiles() <= before)
  const page = await answerTo(request('GET', '?prefix=cut-'))
  assert.doesNotMatch(page.body, /<Key>/)
})

const post = (xml: string) => {
  const digest = createHash('md5').update(xml).digest('base64')
  return request('POST', '?delete', `Content-MD5: ${digest}`, `Content-Length: ${Buffer.byteLength(xml)}`, '', xml)
}

const nested = (depth: number) => '<Delete>'.repeat(depth) + '</Delete>'.repeat(depth)
const laughs = Array.from({ length: 30 }, (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`).join(
  '',
)

/** Each is an answer at once, and none is an error of the server. */
const DOCUMENTS: readonly (readonly [title: string, xml: string])[] = [
  [raises('MalformedXML', 'two hundred thousand elements within each other'), nested(200_000)],
  [raises('MalformedXML', 'a million elements that never end'), '<a>'.repeat(1_000_000)],
  [raises('MalformedXML', 'four hundred thousand empty elements'), `<Delete>${'<Object/>'.repeat(400_000)}</Delete>`],
  [
    raises('MalformedXML', 'entities that grow tenfold thirty times'),
    `<!DOCTYPE Delete [<!ENTITY l0 "ha">${laughs}]><Delete>&l30;</Delete>`,
  ],
  [
    raises('MalformedXML', 'an entity that is a file'),
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Delete><Object><Key>&x;</Key></Object></Delete>',
  ],
  [
    raises('MalformedXML', 'a document type and nothing else'),
    '<!DOCTYPE Delete SYSTEM "http://127.0.0.1/x.dtd"><Delete/>',
  ],
  [raises('MalformedXML', 'an entity that nobody declared'), '<Delete><Object><Key>&nbsp;</Key></Object></Delete>'],
  [
    raises('MalformedXML', 'a hundred thousand attributes'),
    `<Delete ${Array.from({ length: 100_000 }, (_, index) => `a${index}="1"`).join(' ')}/>`,
  ],
  [raises('MalformedXML', 'an attribute twice'), '<Delete a="1" a="2"/>'],
  [raises('MalformedXML', 'a comment of three megabytes that does not end'), `<Delete><!--${'-x'.repeat(1_500_000)}`],
  [raises('MalformedXML', 'a character that XML does not have'), '<Delete><Object><Key>&#0;</Key></Object></Delete>'],
  [raises('MalformedXML', 'bytes that are no text'), '<Delete><Object><Key>\xff\xfe</Key></Object></Delete>'],
  [raises('MalformedXML', 'half of a pair of surrogates'), '<Delete><Object><Key>&#xD800;</Key></Object></Delete>'],
  [raises('MalformedXML', 'text in place of a document'), 'x'.repeat(3_000_000)],
]

for (const [title, xml] of DOCUMENTS) {
  test(title, async () => {
    using client = await server.client()
    // Bytes and not text: one of the documents is no UTF-8.
    const bytes = Buffer.from(xml, 'latin1')
    const digest = createHash('md5').update(bytes).digest('base64')
    client.send(request('POST', '?delete', `Content-MD5: ${digest}`, `Content-Length: ${bytes.byteLength}`, '', ''))
    client.send(bytes)
    const answer = await client.answer()
    assert.equal(answer.status, 400, answer.body)
    assert.equal(codeOf(answer), 'MalformedXML')
    assert.doesNotMatch(answer.body, /root:|passwd/)
  })
}

test('a document of the greatest size that is allowed is read, and one byte more is not', async () => {
  const limit = 4 * 1024 * 1024
  const keys = Array.from({ length: 1_000 }, (_, index) => `<Object><Key>big-${index}</Key></Object>`).join('')
  const empty = `<Delete><Quiet>true</Quiet>${keys}<!----></Delete>`
  const xml = empty.replace('<!---->', `<!--${' '.repeat(limit - empty.length)}-->`)
  assert.equal(xml.length, limit)
  assert.equal((await answerTo(post(xml))).status, 200)
  const answer = await answerTo(post(xml.replace('<!--', '<!-- ')))
  assert.equal(codeOf(answer), 'MaxMessageLengthExceeded')
})

test(raises('MaxMessageLengthExceeded', 'a document without a length that does not end'), async () => {
  using client = await server.client()
  client.send(request('POST', '?delete', 'Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==', 'Transfer-Encoding: chunked', '', ''))
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
  for (let count = 0; count < 80; count++) client.send(chunk)
  assert.equal(codeOf(await client.answer()), 'MaxMessageLengthExceeded')
})

const STREAMING = ['x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'x-amz-decoded-content-length: 5']

/** [what, the body in chunks of chunks]. */
const FRAMES: readonly (readonly [what: string, body: string])[] = [
  ['an extension of a megabyte', `5;${'x'.repeat(1_000_000)}\r\nhello\r\n0\r\n\r\n`],
  ['a size of a megabyte of zeros', `${'0'.repeat(1_000_000)}5\r\nhello\r\n0\r\n\r\n`],
  ['a size beyond all objects', 'fffffffffffff\r\nhello\r\n0\r\n\r\n'],
  ['a negative size', '-5\r\nhello\r\n0\r\n\r\n'],
  ['a trailer of a megabyte', `5\r\nhello\r\n0\r\nx-amz-checksum-crc32:${'A'.repeat(1_000_000)}\r\n\r\n`],
  ['a hundred thousand trailers', `5\r\nhello\r\n0\r\n${'a:b\r\n'.repeat(100_000)}\r\n`],
  ['a million empty lines for a trailer', `5\r\nhello\r\n0\r\n${'\r\n'.repeat(1_000_000)}`],
  ['no line break anywhere', 'x'.repeat(1_000_000)],
]

for (const [what, body] of FRAMES) {
  test(`aws-chunked with ${what} is refused and stores nothing`, async () => {
    const answer = await answerTo(request('PUT', '/framed', ...STREAMING, `Content-Length: ${body.length}`, '', body))
    assert.equal(answer.status, 400, answer.body)
    assert.match(codeOf(answer) ?? '', /^(?:IncompleteBody|MalformedTrailerError)$/)
    assert.equal((await answerTo(request('GET', '/framed'))).status, 404)
  })
}

test('extensions of HTTP chunks cost no memory either', async () => {
  using client = await server.client()
  client.send(
    request('PUT', '/extended', 'Transfer-Encoding: chunked', '', `5;${'x'.repeat(1_000_000)}\r\nhello\r\n0\r\n\r\n`),
  )
  const answer = await client.answer()
  assert.equal(answer.status, 400, answer.body)
  assert.equal((await answerTo(request('GET', '/extended'))).status, 404)
})

test('an object of a million one-byte chunks is stored whole', async () => {
  using client = await server.client()
  client.send(request('PUT', '/grains', 'Transfer-Encoding: chunked', '', ''))
  for (let count = 0; count < 100; count++) client.send('1\r\nx\r\n'.repeat(10_000))
  client.send('0\r\n\r\n')
  assert.equal((await client.answer()).status, 200)
  using reader = await server.client()
  reader.send(request('HEAD', '/grains'))
  assert.equal((await reader.answer({ bodiless: true })).headers.get('content-length'), '1000000')
})
