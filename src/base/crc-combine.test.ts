/** CRCs of joined bytes: the vectors of cos-object.md 3.1, then every split of arbitrary bytes. */

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import fc from 'fast-check'
import { AssertionError } from './assert.js'
import { type CombinableName, combineCrcs } from './crc-combine.js'
import { crc64Decimal, type DigestFactory, loadDigests } from './digests.js'

const NAMES: readonly CombinableName[] = ['crc32', 'crc32c', 'crc64nvme', 'crc64ecma']

const VECTORS: readonly (readonly [string, readonly Buffer[], string])[] = [
  ['nothing', [], '0'],
  ['hello world', [Buffer.from('hello'), Buffer.from(' world')], '5981764153023615706'],
  ['three single bytes', [Buffer.from('a'), Buffer.from('b'), Buffer.from('c')], '3231342946509354535'],
  ['1 MiB of zeros and 123 ones', [Buffer.alloc(1024 * 1024), Buffer.alloc(123, 1)], '2067497680289918696'],
  [
    'an empty piece in the middle',
    [Buffer.from('hello'), Buffer.alloc(0), Buffer.from(' world')],
    '5981764153023615706',
  ],
]

describe('CRC combination', () => {
  let digests: DigestFactory
  before(async () => {
    digests = await loadDigests()
  })

  test('a sum of the wrong size or a size that is none is our mistake', () => {
    assert.throws(() => combineCrcs('crc64ecma', [{ sum: Buffer.alloc(4), sizeBytes: 1 }]), AssertionError)
    for (const sizeBytes of [-1, 0.5, Number.NaN, 2 ** 53]) {
      assert.throws(() => combineCrcs('crc32', [{ sum: Buffer.alloc(4), sizeBytes }]), AssertionError)
    }
  })

  test('the vectors of the specification', () => {
    for (const [title, pieces, decimal] of VECTORS) {
      const sums = pieces.map((bytes) => ({ sum: digests.of('crc64ecma', bytes), sizeBytes: bytes.byteLength }))
      assert.equal(crc64Decimal(combineCrcs('crc64ecma', sums)), decimal, title)
    }
  })

  test('any split of any bytes gives the sum of the whole, for every polynomial', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), (pieces) => {
        for (const name of NAMES) {
          const sums = pieces.map((bytes) => ({ sum: digests.of(name, bytes), sizeBytes: bytes.byteLength }))
          assert.deepEqual(combineCrcs(name, sums), digests.of(name, Buffer.concat(pieces)), name)
        }
      }),
      { seed: 20200410, numRuns: 200 },
    )
  })

  test('sizes beyond 32 bits: shifting by 4 TiB at once equals shifting in steps', () => {
    const zeros = (sizeBytes: number, name: CombinableName): Buffer => {
      if (sizeBytes === 1) return digests.of(name, Buffer.alloc(1))
      const half = zeros(sizeBytes / 2, name)
      return combineCrcs(name, [
        { sum: half, sizeBytes: sizeBytes / 2 },
        { sum: half, sizeBytes: sizeBytes / 2 },
      ])
    }
    for (const name of NAMES) {
      const first = { sum: digests.of(name, Buffer.from('123456789')), sizeBytes: 9 }
      const step = { sum: zeros(2 ** 40, name), sizeBytes: 2 ** 40 }
      const once = { sum: zeros(2 ** 42, name), sizeBytes: 2 ** 42 }
      assert.deepEqual(combineCrcs(name, [first, once]), combineCrcs(name, [first, step, step, step, step]), name)
    }
  })
})
