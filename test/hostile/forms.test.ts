/** Forms made to hurt: endless, slow, in a thousand parts, or framed to be misread; by anyone, on a public bucket. */

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { BOUNDARY, contentType, fieldParts, filePart, formBytes } from '../../src/tries/form.js'
import { raises } from '../support/raises.js'
import { BUCKET, eventually, type HostileServer, hostileServer, request } from './hostile-server.js'

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

function head(framing: string, type = contentType()): string {
  return request('POST', '', `Content-Type: ${type}`, framing)
}

function whole(body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(head(`Content-Length: ${body.byteLength}`), 'latin1'), body])
}

const opening = `--${BOUNDARY}\r\nContent-Disposition: form-data; name=`
const key = `${opening}"key"\r\n\r\nk\r\n`

/** What comes again and again, for as long as it is let in. */
const ENDLESS: readonly (readonly [title: string, first: string, repeated: string])[] = [
  ['a preamble', '', 'x'.repeat(1000)],
  ['a head of a part', `${opening}"a"\r\nX: `, 'y'.repeat(1000)],
  ['heads of a part', `${opening}"a"\r\n`, 'X: y\r\n'.repeat(100)],
  ['a field', `${opening}"a"\r\n\r\n`, 'z'.repeat(1000)],
  ['parts', '', `${opening}"a"\r\n\r\n\r\n`],
  ['white space behind a boundary', `--${BOUNDARY}`, ' '.repeat(1000)],
  ['beginnings of boundaries', `${opening}"a"\r\n\r\n`, `\r\n--${BOUNDARY.slice(0, -1)}`.repeat(10)],
]

for (const [title, first, repeated] of ENDLESS) {
  test(`${title} without an end: refused after 20 KiB, however much is announced`, async () => {
    using client = await server.client()
    client.send(head(`Content-Length: ${1024 ** 3}`) + first)
    let sentBytes = 0
    while (sentBytes < 200_000) {
      client.send(repeated)
      sentBytes += repeated.length
    }
    assert.match(codeOf(await client.answer()) ?? '', /^(MaxPostPreDataLengthExceeded(Error)?|InvalidArgument)$/)
  })
}

test('fields behind the file without an end are refused, and the file is not kept', async () => {
  using client = await server.client()
  const form = formBytes([...fieldParts({ key: 'behind' }), filePart('x'.repeat(300_000))])
  const end = Buffer.byteLength(`--${BOUNDARY}--\r\n`)
  client.send(head(`Content-Length: ${1024 ** 3}`))
  client.send(form.subarray(0, form.byteLength - end))
  const part = `${opening}"a"\r\n\r\n${'z'.repeat(50_000)}\r\n`
  for (let count = 0; count < 24; count++) client.send(part)
  assert.equal(codeOf(await client.answer()), 'MalformedPOSTRequest')
  const listing = await answerTo(request('GET', '?prefix=behind'))
  assert.doesNotMatch(listing.body, /<Key>/)
})

async function answerTo(bytes: string | Buffer) {
  using client = await server.client()
  client.send(bytes)
  return await client.answer()
}

test(
  raises('RequestTimeout', 'forms that stand still, in their fields and in their file, while others are served'),
  async () => {
    const clients = await Promise.all(Array.from({ length: 60 }, () => server.client()))
    const stops = [
      key,
      `${key}${opening}"file"; filename="a"\r\n`,
      `${key}${opening}"file"; filename="a"\r\n\r\ncontent\r\n--`,
    ]
    for (const [index, client] of clients.entries()) {
      client.send(head('Content-Length: 1000000') + (stops[index % stops.length] ?? ''))
    }
    await server.stillServes()
    for (const client of clients) {
      assert.equal(codeOf(await client.answer()), 'RequestTimeout')
      client[Symbol.dispose]()
    }
  },
)

test('a form that comes a byte at a time is stored whole', async () => {
  using client = await server.client()
  const form = formBytes([...fieldParts({ key: 'trickle' }), filePart(`a\r\n--${BOUNDARY.slice(0, -2)}b`)])
  client.send(head(`Content-Length: ${form.byteLength}`))
  for (const byte of form) {
    client.send(Uint8Array.of(byte))
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal((await client.answer()).status, 204)
  assert.equal((await answerTo(request('GET', '/trickle'))).body, `a\r\n--${BOUNDARY.slice(0, -2)}b`)
})

test('forms cut short in their file store nothing and leave no files behind', async () => {
  const temporary = join(server.data, 'blobs', 'tmp')
  const form = formBytes([...fieldParts({ key: 'cut' }), filePart('x'.repeat(2_000_000))])
  const clients = await Promise.all(Array.from({ length: 20 }, () => server.client()))
  for (const client of clients) client.send(whole(form).subarray(0, 1_500_000))
  await eventually('the uploads are on their way to the disk', () => readdirSync(temporary).length >= 10)
  for (const client of clients) client.socket.resetAndDestroy()
  await eventually('nothing half-written is left', () => readdirSync(temporary).length === 0)
  assert.equal((await answerTo(request('GET', '/cut'))).status, 404)
})

test('what follows a form on its connection is the next request, and nothing of the form', async () => {
  using client = await server.client()
  const smuggled = `GET /${BUCKET}/secret HTTP/1.1\r\nHost: a\r\n\r\n`
  const form = formBytes([...fieldParts({ key: 'first' }), filePart(smuggled)])
  client.send(Buffer.concat([whole(form), Buffer.from(request('GET', '/first'), 'latin1')]))
  assert.equal((await client.answer()).status, 204)
  assert.equal((await client.answer()).body, smuggled)
})

test('a refused form whose rest is small leaves its connection usable', async () => {
  using client = await server.client()
  const form = formBytes([filePart('no key, and a file behind it')])
  client.send(Buffer.concat([whole(form), Buffer.from(request('GET', '?location'), 'latin1')]))
  assert.equal((await client.answer()).status, 400)
  assert.ok((await client.answer()).status > 0)
})

test('a client that waits for leave is refused before it sends the form', async () => {
  using client = await server.client()
  const waiting = (type: string) => head('Content-Length: 1000\r\nExpect: 100-continue', type)
  client.send(waiting('text/plain'))
  assert.equal(codeOf(await client.answer()), 'RequestIsNotMultiPartContent')
  client.send(waiting('multipart/form-data'))
  assert.equal(codeOf(await client.answer()), 'MalformedPOSTRequest')
  const form = formBytes([...fieldParts({ key: 'waited' }), filePart('sent')])
  client.send(head(`Content-Length: ${form.byteLength}\r\nExpect: 100-continue`))
  assert.equal((await client.answer({ bodiless: true })).status, 100)
  client.send(form)
  assert.equal((await client.answer()).status, 204)
})
