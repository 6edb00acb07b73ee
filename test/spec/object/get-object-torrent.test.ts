/**
 * Torrents: who gets one, and what is in it. A decoder of its own reads them and compares every piece with the bytes
 * that the web seed gives.
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { HASHED_AT_ONCE_BYTES_MAX } from '../../../src/core/torrents.js'
import { assertError, inBothDialects, inS3, OTHER, type Speaker } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

type Decoded = Buffer | number | readonly Decoded[] | ReadonlyMap<string, Decoded>

/** Strict, after BEP 3: shortest numbers, sorted keys, nothing left over. */
function decode(bytes: Buffer): Decoded {
  let at = 0
  const number = (end: string): number => {
    const stop = bytes.indexOf(end, at)
    const text = bytes.toString('latin1', at, stop)
    assert.match(text, /^(?:0|-?[1-9]\d*)$/)
    at = stop + 1
    return Number(text)
  }
  const text = (): Buffer => {
    const size = number(':')
    at += size
    assert.ok(at <= bytes.byteLength)
    return bytes.subarray(at - size, at)
  }
  const value = (): Decoded => {
    const kind = String.fromCharCode(bytes[at] ?? 0)
    if (/\d/.test(kind)) return text()
    at++
    if (kind === 'i') return number('e')
    if (kind === 'l') {
      const list: Decoded[] = []
      while (bytes[at] !== 0x65) list.push(value())
      at++
      return list
    }
    assert.equal(kind, 'd')
    const members = new Map<string, Decoded>()
    let last: Buffer | undefined
    while (bytes[at] !== 0x65) {
      const key = text()
      assert.ok(last === undefined || Buffer.compare(last, key) < 0, 'keys are sorted')
      last = key
      members.set(key.toString(), value())
    }
    at++
    return members
  }
  const decoded = value()
  assert.equal(at, bytes.byteLength, 'nothing follows')
  return decoded
}

function members(value: Decoded | undefined): ReadonlyMap<string, Decoded> {
  assert.ok(value instanceof Map)
  return value
}

function bytesIn(map: ReadonlyMap<string, Decoded>, name: string): Buffer {
  const value = map.get(name)
  assert.ok(Buffer.isBuffer(value), name)
  return value
}

function numberIn(map: ReadonlyMap<string, Decoded>, name: string): number {
  const value = map.get(name)
  assert.ok(typeof value === 'number', name)
  return value
}

/** The torrent's facts, once each piece was found to be what the content has there. */
function checkTorrent(file: Buffer, content: Buffer) {
  const torrent = members(decode(file))
  const info = members(torrent.get('info'))
  const size = numberIn(info, 'piece length')
  const pieces = bytesIn(info, 'pieces')
  assert.equal(numberIn(info, 'length'), content.byteLength)
  assert.equal(pieces.byteLength, Math.ceil(content.byteLength / size) * 20)
  for (let piece = 0; piece * 20 < pieces.byteLength; piece++) {
    const expected = createHash('sha1')
      .update(content.subarray(piece * size, (piece + 1) * size))
      .digest('hex')
    assert.equal(pieces.toString('hex', piece * 20, piece * 20 + 20), expected, `piece ${piece}`)
  }
  assert.deepEqual([...info.keys()], ['length', 'name', 'piece length', 'pieces'])
  return {
    name: bytesIn(info, 'name').toString(),
    url: bytesIn(torrent, 'url-list').toString(),
    pieceCount: pieces.byteLength / 20,
    createdAt: numberIn(torrent, 'creation date'),
  }
}

const ask = (speak: Speaker, key: string, query: Readonly<Record<string, string>> = {}) =>
  speak.say({ method: 'GET', bucket: speak.bucket, key, query: { torrent: true, ...query } })

const open = ({ prefix }: Speaker) => ({ [`${prefix}acl`]: 'public-read' })

function patterned(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes)
  for (let at = 0; at < sizeBytes; at += 4)
    bytes.writeUInt32BE(Math.imul(at, 2_654_435_761) >>> 0, Math.min(at, sizeBytes - 4))
  return bytes
}

inBothDialects('there is none of what only some may read, not even for its owner', async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  const heard = await ask(speak, 'k')
  assertError(heard, 403, 'AccessDenied')
  assert.match(heard.text, /everybody may read/)
})

inS3('what is public under conditions, or at the expense of its readers, has none', async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  const set = (query: string, body: string) => speak.say({ method: 'PUT', bucket: speak.bucket, query, body })
  const policy = (Condition?: object) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: '*',
          Action: 's3:GetObject',
          Resource: `arn:aws:s3:::${speak.bucket}/*`,
          ...(Condition === undefined ? {} : { Condition }),
        },
      ],
    })
  for (const condition of [
    { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } },
    { StringLike: { 'aws:Referer': '*' } },
    { DateLessThan: { 'aws:CurrentTime': '2030-01-01T00:00:00Z' } },
  ]) {
    assert.equal((await set('policy', policy(condition))).status, 204)
    assertError(await ask(speak, 'k'), 403, 'AccessDenied')
  }
  assert.equal((await set('policy', policy())).status, 204)
  assert.equal((await ask(speak, 'k')).status, 200)
  await set('requestPayment', '<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>')
  assertError(await ask(speak, 'k'), 403, 'AccessDenied')
})

inBothDialects('there is none of what is not there', async (speak) => {
  await speak.makeBucket(speak.bucket, open(speak))
  assertError(await ask(speak, 'absent'), 404, 'NoSuchKey')
  for (const method of ['PUT', 'DELETE', 'POST']) {
    const heard = await speak.say({ method, bucket: speak.bucket, key: 'k', query: { torrent: true } })
    assertError(heard, 405, 'MethodNotAllowed')
  }
})

inBothDialects(raises('RequestTorrentOfBucketError', 'there is none of a bucket'), async (speak) => {
  await speak.makeBucket()
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, query: { torrent: true } })
  assertError(heard, 400, 'RequestTorrentOfBucketError', { BucketName: speak.bucket })
})

inBothDialects('everybody gets one of a public object, and its pieces are what the seed gives', async (speak) => {
  await speak.makeBucket()
  const content = patterned(700_001)
  await speak.put('releases/程序 1.0.iso', content, open(speak))
  for (const as of ['owner', OTHER, 'anonymous'] as const) {
    const headers: Readonly<Record<string, string>> = as === 'anonymous' ? { [`${speak.prefix}meta-a`]: '1' } : {}
    const heard = await speak.say({
      method: 'GET',
      bucket: speak.bucket,
      key: 'releases/程序 1.0.iso',
      query: { torrent: true },
      as,
      headers,
    })
    assert.equal(heard.status, 200, heard.text)
    assert.equal(heard.headers.get('content-type'), 'application/x-bittorrent')
    const { name, url, pieceCount } = checkTorrent(heard.bytes, content)
    assert.equal(name, '程序 1.0.iso')
    assert.equal(pieceCount, 3)
    assert.equal(url, `http://${speak.host(speak.bucket)}/releases/${encodeURIComponent('程序 1.0.iso')}`)
    const { host, pathname } = new URL(url)
    const seed = await speak.say({
      method: 'GET',
      host,
      path: pathname,
      as: 'anonymous',
      headers: { [`${speak.prefix}meta-a`]: '1' },
    })
    assert.ok(seed.bytes.equals(content))
  }
})

inBothDialects('an empty object has a torrent without pieces', async (speak) => {
  await speak.makeBucket(speak.bucket, open(speak))
  await speak.put('empty', '')
  const heard = await ask(speak, 'empty')
  assert.equal(checkTorrent(heard.bytes, Buffer.alloc(0)).pieceCount, 0)
})

inS3('an object that was replaced has another torrent, and older versions keep theirs', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  const first = await speak.put('k', 'first', open(speak))
  const versionId = first.headers.get('x-amz-version-id') ?? ''
  checkTorrent((await ask(speak, 'k')).bytes, Buffer.from('first'))
  await speak.put('k', 'the second', open(speak))
  checkTorrent((await ask(speak, 'k')).bytes, Buffer.from('the second'))
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObjectVersion',
      Resource: `arn:aws:s3:::${speak.bucket}/*`,
    },
  })
  await speak.say({ method: 'PUT', bucket: speak.bucket, query: { policy: true }, body: policy })
  const { url } = checkTorrent((await ask(speak, 'k', { versionId })).bytes, Buffer.from('first'))
  assert.ok(url.endsWith(`/k?versionId=${encodeURIComponent(versionId)}`), url)
})

inBothDialects(
  'a large object is hashed in the background, step by step, and the answer says when to come again',
  async (speak) => {
    await speak.makeBucket(speak.bucket, open(speak))
    const content = patterned(HASHED_AT_ONCE_BYTES_MAX + 70_000_001)
    await speak.put('large', content)
    for (let i = 0; i < 2; i++) {
      const heard = await ask(speak, 'large')
      assertError(heard, 503, 'ServiceUnavailable', { RetryAfterSeconds: '11' })
      assert.equal(heard.headers.get('retry-after'), '11')
    }
    const { torrents } = speak.core
    let steps = 0
    while (await torrents.hashStep()) steps++
    assert.equal(steps, 2, 'in more than one step')
    const heard = await ask(speak, 'large')
    assert.equal(heard.status, 200, heard.text)
    checkTorrent(heard.bytes, content)
  },
)

inBothDialects('what is deleted while it waits is given up, and hashes of what is gone are swept', async (speak) => {
  await speak.makeBucket(speak.bucket, open(speak))
  await speak.put('large', Buffer.alloc(HASHED_AT_ONCE_BYTES_MAX + 1))
  await speak.put('small')
  await speak.put('stays')
  for (const key of ['large', 'small', 'stays']) await ask(speak, key)
  for (const key of ['large', 'small']) await speak.say({ method: 'DELETE', bucket: speak.bucket, key })
  const { torrents } = speak.core
  assert.equal(await torrents.hashStep(), true)
  assert.equal(await torrents.hashStep(), false)
  assert.deepEqual(await torrents.sweepStep(undefined), { cursor: undefined })
  const rows = await speak.meta.scan({ from: Buffer.of(0x71), to: Buffer.of(0x72) }, { limit: 10 })
  assert.equal(rows.length, 1, 'of the object that stays')
})

inBothDialects('an object whose bytes are lost does not keep others waiting', async (speak) => {
  await speak.makeBucket(speak.bucket, open(speak))
  for (const key of ['a', 'b']) {
    await speak.put(key, Buffer.alloc(HASHED_AT_ONCE_BYTES_MAX + 1, key))
    await ask(speak, key)
  }
  let failures = 0
  speak.fault((call) => {
    if (call.store === 'blob' && call.method === 'read' && failures++ === 0) throw new Error('EIO')
  })
  await assert.rejects(speak.core.torrents.hashStep(), /EIO/)
  speak.fault(undefined)
  while (await speak.core.torrents.hashStep());
  assert.equal((await ask(speak, 'b')).status, 200)
  assertError(await ask(speak, 'a'), 503, 'ServiceUnavailable')
})

inBothDialects(
  'there is none of an archived object until it is restored, or of one that not everybody can decrypt',
  async (speak) => {
    await speak.makeBucket(speak.bucket, open(speak))
    await speak.put('archived', 'x', {
      [`${speak.prefix}storage-class`]: speak.dialect === 'cos' ? 'ARCHIVE' : 'GLACIER',
    })
    assertError(await ask(speak, 'archived'), 403, 'InvalidObjectState')
    const body = '<RestoreRequest><Days>1</Days></RestoreRequest>'
    await speak.say({ method: 'POST', bucket: speak.bucket, key: 'archived', query: { restore: true }, body })
    speak.clock.advance(12 * 3_600_000)
    assert.equal((await ask(speak, 'archived')).status, 200)
    await speak.put('sealed', 'x', { [`${speak.prefix}server-side-encryption`]: 'AES256' })
    const sealed = await ask(speak, 'sealed')
    if (speak.dialect === 'cos') assertError(sealed, 403, 'AccessDenied')
    else assert.equal(sealed.status, 200)
    const customer = `${speak.prefix}server-side-encryption-customer-`
    const key = Buffer.alloc(32, 7)
    await speak.put('secret', 'x', {
      [`${customer}algorithm`]: 'AES256',
      [`${customer}key`]: key.toString('base64'),
      [`${customer}key-md5`]: createHash('md5').update(key).digest('base64'),
    })
    const heard = await ask(speak, 'secret')
    assertError(heard, 400, 'InvalidRequest')
    assert.match(heard.error.message, /key of the customer/)
  },
)
