/** Digests against published vectors, and any number of streams over one instance. */

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import fc from 'fast-check'
import { AssertionError } from './assert.js'
import {
  crc64Decimal,
  DIGEST_SIZE_BYTES,
  type DigestFactory,
  type DigestName,
  digestValue,
  loadDigests,
} from './digests.js'

const ALL: readonly DigestName[] = ['md5', 'sha1', 'sha256', 'crc32', 'crc32c', 'crc64nvme', 'crc64ecma']

const CHECK_VALUES: readonly (readonly [DigestName, string])[] = [
  ['md5', '25f9e794323b453885f5181f1b624d0b'],
  ['sha1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  ['sha256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ['crc32', 'cbf43926'],
  ['crc32c', 'e3069283'],
  ['crc64nvme', 'ae8b14860a799888'],
  ['crc64ecma', '995dc9bbdf1939fa'],
]

const CRC64_DECIMALS: readonly (readonly [Buffer, string])[] = [
  [Buffer.alloc(0), '0'],
  [Buffer.from('a'), '3675645893302102789'],
  [Buffer.from('123456789'), '11051210869376104954'],
  [Buffer.from('hello world'), '5981764153023615706'],
  [Buffer.from('[Object Content]'), '16749565679157681890'],
  [Buffer.from('[Object Part]'), '4510578591875220731'],
  [Buffer.alloc(1024 * 1024), '6947770692288575170'],
  [Buffer.alloc(123, 1), '14452743057120652965'],
]

describe('digests', () => {
  let digests: DigestFactory
  before(async () => {
    digests = await loadDigests()
  })

  test('a value that was not asked for is our mistake', () => {
    assert.throws(() => digestValue(digests.create(['md5']).finish(), 'sha1'), AssertionError)
    assert.throws(() => crc64Decimal(Buffer.alloc(4)), AssertionError)
  })

  test('no names, no values', () => {
    const none = digests.create([])
    none.update(Buffer.from('x'))
    assert.deepEqual(none.finish(), {})
  })

  test('every algorithm gives its check value, in one pass and at once', () => {
    const all = digests.create(ALL)
    all.update(Buffer.from('1234'))
    all.update(Buffer.alloc(0))
    all.update(Buffer.from('56789'))
    const values = all.finish()
    for (const [name, hex] of CHECK_VALUES) {
      assert.equal(digestValue(values, name).toString('hex'), hex, name)
      assert.equal(digests.of(name, Buffer.from('123456789')).toString('hex'), hex, name)
      assert.equal(digestValue(values, name).byteLength, DIGEST_SIZE_BYTES[name])
    }
  })

  test('CRC-64 of COS as decimal', () => {
    for (const [bytes, decimal] of CRC64_DECIMALS) assert.equal(crc64Decimal(digests.of('crc64ecma', bytes)), decimal)
  })

  test('a name given twice is computed once', () => {
    const twice = digests.create(['crc32c', 'crc32c'])
    twice.update(Buffer.from('123456789'))
    assert.equal(digestValue(twice.finish(), 'crc32c').toString('hex'), 'e3069283')
  })

  test('the memory of a chunk may be reused after update', () => {
    const chunk = Buffer.from('123456789')
    const running = digests.create(ALL)
    running.update(chunk)
    chunk.fill(0)
    const values = running.finish()
    for (const [name, hex] of CHECK_VALUES) assert.equal(digestValue(values, name).toString('hex'), hex, name)
  })

  test('streams interleave in any order, and an abandoned one disturbs nobody', () => {
    const bytes = fc.uint8Array({ maxLength: 40 })
    const step = fc.record({ stream: fc.nat({ max: 3 }), bytes })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const streams = [0, 1, 2].map(() => ({ running: digests.create(ALL), seen: Buffer.alloc(0) }))
        const abandoned = digests.create(ALL)
        for (const { stream, bytes } of steps) {
          const target = streams[stream]
          if (target === undefined) {
            abandoned.update(bytes)
            continue
          }
          target.running.update(bytes)
          target.seen = Buffer.concat([target.seen, bytes])
        }
        for (const { running, seen } of streams) {
          const values = running.finish()
          for (const name of ALL) assert.deepEqual(digestValue(values, name), digests.of(name, seen), name)
        }
      }),
      { seed: 20200410, numRuns: 200 },
    )
  })

  test('a view into a larger buffer is digested alone', () => {
    const view = new Uint8Array(Buffer.from('..123456789..').buffer.slice(0)).subarray(0, 0)
    assert.equal(digests.of('crc64nvme', view).toString('hex'), '0000000000000000')
    const inner = Buffer.from('..123456789..').subarray(2, 11)
    for (const [name, hex] of CHECK_VALUES) assert.equal(digests.of(name, inner).toString('hex'), hex, name)
  })
})
