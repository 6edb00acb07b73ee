/** Many at once: connections that say nothing, readers that do not read, uploads of no length, clients that go away. */

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import type { RawClient } from '../../src/tries/raw-client.js'
import { raises } from '../support/raises.js'
import { eventually, hostileServer, request } from './hostile-server.js'

const MEBIBYTE = 1024 * 1024

function codeOf({ body }: { readonly body: string }): string | undefined {
  return /<Code>([^<]*)<\/Code>/.exec(body)?.[1]
}

test(raises('ServiceUnavailable', 'two thousand idle connections where fifteen hundred are allowed'), async () => {
  await using server = await hostileServer({
    STOWAGE_CONNECTIONS_MAX: '1500',
    STOWAGE_CONNECTIONS_PER_ADDRESS_MAX: '5000',
  })
  const before = server.openFiles()
  const clients: RawClient[] = []
  for (let round = 0; round < 20; round++) {
    clients.push(...(await Promise.all(Array.from({ length: 100 }, () => server.client()))))
  }
  const refused = clients.slice(1500)
  const told = await Promise.all(refused.map(async (client) => client.ended()))
  const answers = told.filter((text) => text !== '')
  assert.ok(answers.length >= 100, `${answers.length} of ${refused.length} were told why`)
  for (const text of answers) {
    assert.match(text, /^HTTP\/1\.1 503 /)
    assert.match(text, /Retry-After: 1\r\n/)
    assert.match(text, /x-cos-request-id: .*\r\n/)
    assert.match(text, /x-amz-request-id: .*\r\n/)
    assert.match(text, /<Code>ServiceUnavailable<\/Code>/)
  }
  for (const client of [clients[0], clients[1499]]) {
    client?.send(request('GET', '/nope'))
    assert.equal((await client?.answer())?.status, 404, 'those who were let in are served')
  }
  for (const client of clients) client[Symbol.dispose]()
  await eventually('the descriptors are given back', () => server.openFiles() <= before)
  await server.stillServes()
})

test(raises('SlowDown', 'more connections than one address may have'), async () => {
  await using server = await hostileServer({ STOWAGE_CONNECTIONS_PER_ADDRESS_MAX: '10' })
  const clients = await Promise.all(Array.from({ length: 10 }, () => server.client()))
  using late = await server.client()
  const answer = await late.answer()
  assert.equal(answer.status, 503)
  assert.equal(codeOf(answer), 'SlowDown')
  for (const client of clients) client[Symbol.dispose]()
})

test('a hundred readers that do not read a large object hold little of it in memory', async () => {
  await using server = await hostileServer()
  const sizeBytes = 32 * MEBIBYTE
  using writer = await server.client()
  writer.send(request('PUT', '/large', `Content-Length: ${sizeBytes}`, '', ''))
  const block = Buffer.alloc(MEBIBYTE, 'x')
  for (let sent = 0; sent < sizeBytes; sent += MEBIBYTE) writer.send(block)
  assert.equal((await writer.answer()).status, 200)
  const before = server.openFiles()
  const readers = await Promise.all(Array.from({ length: 100 }, () => server.client()))
  for (const reader of readers) {
    reader.socket.pause()
    reader.send(request('GET', '/large'))
  }
  // Each has its connection and the blob open; nothing more can happen until somebody reads.
  await eventually('all of them are being served', () => server.openFiles() >= before + 200)
  await server.stillServes()
  for (const reader of readers) reader.socket.destroy()
  await eventually('the descriptors are given back', () => server.openFiles() <= before)
  await server.stillServes()
})

test('downloads that are broken off give back what they held', async () => {
  await using server = await hostileServer()
  using writer = await server.client()
  const sizeBytes = 8 * MEBIBYTE
  writer.send(request('PUT', '/large', `Content-Length: ${sizeBytes}`, '', ''))
  writer.send(Buffer.alloc(sizeBytes, 'x'))
  assert.equal((await writer.answer()).status, 200)
  const before = server.openFiles()
  for (let round = 0; round < 5; round++) {
    const readers = await Promise.all(Array.from({ length: 40 }, () => server.client()))
    for (const reader of readers) reader.send(request('GET', '/large'))
    await Promise.all(
      readers.map(async (reader) => {
        await new Promise((resolve) => reader.socket.once('data', resolve))
        reader.socket.resetAndDestroy()
      }),
    )
  }
  await eventually('the descriptors are given back', () => server.openFiles() <= before)
  await server.stillServes()
})

test('two hundred objects of unknown length at once are stored whole, within the bound', async () => {
  await using server = await hostileServer()
  const before = server.openFiles()
  const blocks = 8
  const block = 64 * 1024
  const clients = await Promise.all(Array.from({ length: 200 }, () => server.client()))
  for (const [index, client] of clients.entries()) {
    client.send(request('PUT', `/parallel-${index}`, 'Transfer-Encoding: chunked', '', ''))
  }
  for (let sent = 0; sent < blocks; sent++) {
    for (const [index, client] of clients.entries()) {
      client.send(`10000\r\n${String.fromCharCode(97 + (index % 26)).repeat(block)}\r\n`)
    }
  }
  for (const client of clients) client.send('0\r\n\r\n')
  const answers = await Promise.all(clients.map((client) => client.answer()))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
  for (const [index, client] of clients.entries()) {
    if (index % 20 !== 0) continue
    client.send(request('GET', `/parallel-${index}`))
    const { body } = await client.answer()
    assert.equal(body.length, blocks * block)
    assert.ok(body === String.fromCharCode(97 + (index % 26)).repeat(blocks * block))
  }
  for (const client of clients) client[Symbol.dispose]()
  await eventually('the descriptors are given back', () => server.openFiles() <= before)
  await server.stillServes()
})

test('no file of the data directory has a name that came from a client', async () => {
  await using server = await hostileServer()
  using client = await server.client()
  const names = ['..', '../../escape', 'a//b', 'CON', 'nul.txt', 'secret-name', '%2e%2e', '.hidden', 'x'.repeat(800)]
  for (const name of names) {
    for (const sizeBytes of [1, 100_000]) {
      const target = `/${encodeURIComponent(name)}`
      client.send(request('PUT', target, `Content-Length: ${sizeBytes}`, '', 'x'.repeat(sizeBytes)))
      assert.equal((await client.answer()).status, 200, name)
    }
  }
  const entries = readdirSync(server.data, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  assert.ok(files.length >= names.length)
  for (const file of files) assert.match(file, /^(?:[0-9a-f]{28}|data\.mdb|lock\.mdb|master\.key)$/)
  assert.doesNotMatch(entries.map(({ name }) => name).join('\n'), /secret|escape|hidden|CON|nul|open-/)
})
