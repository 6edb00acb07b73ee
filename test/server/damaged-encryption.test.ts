/**
 * Encrypted bodies that were altered where they are stored, under every kind of key: over a socket the reader gets an
 * error or a cut, never a byte that was not written. What the stores find out by their own checksums is left aside: the
 * checksums are made to fit.
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { kinds, rangeOf, scanAll } from '../../src/core/rows.js'
import type { DialectName } from '../../src/wire/dialect.js'
import { type Asked, BUCKET, DIALECTS, type RowsServer, rowsServer } from '../rows/rows-server.js'

const SEGMENT = 64 * 1024
const STORED_SEGMENT = SEGMENT + 16
const LARGE = Buffer.from(Array.from({ length: 4 * SEGMENT - 100 }, (_, at) => 97 + ((at * 31) % 26)))
const CUSTOMER_KEY = Buffer.alloc(32, 7)

const customer = (prefix: string) => ({
  [`${prefix}server-side-encryption-customer-algorithm`]: 'AES256',
  [`${prefix}server-side-encryption-customer-key`]: CUSTOMER_KEY.toString('base64'),
  [`${prefix}server-side-encryption-customer-key-md5`]: createHash('md5').update(CUSTOMER_KEY).digest('base64'),
})

interface Kind {
  readonly put: Readonly<Record<string, string>>
  readonly read: Readonly<Record<string, string>>
}

function kindsOf(dialect: DialectName): readonly (readonly [name: string, kind: Kind])[] {
  const prefix = dialect === 'cos' ? 'x-cos-' : 'x-amz-'
  const algorithm = `${prefix}server-side-encryption`
  return [
    ['the server’s', { put: { [algorithm]: 'AES256' }, read: {} }],
    ['the customer’s', { put: customer(prefix), read: customer(prefix) }],
    ['the key service’s', { put: { [algorithm]: dialect === 'cos' ? 'cos/kms' : 'aws:kms' }, read: {} }],
  ]
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Alters the only blob. */
async function alterBlob({ exchange: { blobs } }: RowsServer, alter: (stored: Buffer) => Buffer): Promise<void> {
  const [blob] = await blobs.list(undefined, 10)
  assert.ok(blob !== undefined)
  const { id } = blob
  const idle = () => ({ signal: new AbortController().signal })
  const range = { startBytes: 0, endBytes: 4 * STORED_SEGMENT - 100 }
  const stored = await collect(blobs.read(id, range, idle()))
  await blobs.remove([id])
  await blobs.write(
    id,
    (async function* () {
      yield alter(stored)
    })(),
    idle(),
  )
}

/** Alters the only inline body, with a checksum that fits. */
async function alterInline({ exchange: { meta } }: RowsServer, alter: (stored: Buffer) => Buffer): Promise<void> {
  for await (const { key, value } of scanAll(meta, rangeOf(Buffer.of(kinds.inline)))) {
    const body = alter(Buffer.from(value).subarray(4))
    const checksum = Buffer.alloc(4)
    checksum.writeUInt32BE(crc32(body))
    await meta.commit({ puts: [{ key, value: Buffer.concat([checksum, body]) }] })
  }
}

const flip = (at: number) => (stored: Buffer) => {
  const altered = Buffer.from(stored)
  altered.writeUInt8(altered.readUInt8(at) ^ 1, at)
  return altered
}

/** What came before the connection ended, as it came. */
async function hear(server: RowsServer, dialect: DialectName, asked: Asked) {
  const socket = connect(server.port, '127.0.0.1')
  socket.end(server.head(dialect, { ...asked, headers: { ...asked.headers, connection: 'close' } }))
  const all = await buffer(socket).catch(() => Buffer.alloc(0))
  const [head = ''] = all.toString('latin1').split('\r\n\r\n')
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0), body: all.subarray(head.length + 4) }
}

function assertNothingWrong({ status, body }: { status: number; body: Buffer }, written: Buffer, where: string): void {
  if (status === 500) assert.match(body.toString(), /<Code>InternalError<\/Code>/, where)
  else {
    assert.ok(body.byteLength < written.byteLength, `${where}: it ends early`)
    assert.ok(written.subarray(0, body.byteLength).equals(body), `${where}: what came was written`)
  }
}

for (const dialect of DIALECTS) {
  for (const [name, { put, read }] of kindsOf(dialect)) {
    test(`${dialect}: altered blobs under ${name} key give no byte that was not written`, async () => {
      for (const [what, alter, first] of [
        ['first segment', flip(5), 500],
        ['tag of the first', flip(STORED_SEGMENT - 1), 500],
        ['third segment', flip(2 * STORED_SEGMENT + 9), 200],
        ['last byte', flip(4 * STORED_SEGMENT - 101), 200],
      ] as const) {
        await using server = await rowsServer()
        await server.must(dialect, { method: 'PUT', bucket: BUCKET })
        const object = { bucket: BUCKET, key: 'k' }
        await server.must(dialect, { ...object, method: 'PUT', headers: put, body: LARGE.toString() })
        const whole = { ...object, method: 'GET', headers: read }
        assert.ok((await hear(server, dialect, whole)).body.equals(LARGE))
        await alterBlob(server, alter)
        const heard = await hear(server, dialect, whole)
        assert.equal(heard.status, first, what)
        assertNothingWrong(heard, LARGE, what)
        const aside = { ...whole, headers: { ...read, range: `bytes=${SEGMENT}-${SEGMENT + 9}` } }
        const range = await hear(server, dialect, aside)
        assert.equal(range.status, 206, what)
        assert.ok(range.body.equals(LARGE.subarray(SEGMENT, SEGMENT + 10)), 'a range aside of the damage is whole')
      }
    })

    test(`${dialect}: altered inline bodies under ${name} key are an error`, async () => {
      await using server = await rowsServer()
      await server.must(dialect, { method: 'PUT', bucket: BUCKET })
      const object = { bucket: BUCKET, key: 'k' }
      await server.must(dialect, { ...object, method: 'PUT', headers: put, body: 'small body' })
      const whole = { ...object, method: 'GET', headers: read }
      assert.equal((await hear(server, dialect, whole)).body.toString(), 'small body')
      for (const alter of [flip(0), flip(20), (stored: Buffer) => stored.subarray(0, 10)]) {
        await alterInline(server, alter)
        const heard = await hear(server, dialect, whole)
        assert.equal(heard.status, 500)
        assertNothingWrong(heard, Buffer.from('small body'), 'inline')
        assert.ok(!heard.body.includes('small'))
      }
    })
  }
}
