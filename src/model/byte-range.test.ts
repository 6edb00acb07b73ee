/** Range headers: what is ignored, what cannot be satisfied, what is a range. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { contentRange, parseCopySourceRange, parseRange } from './byte-range.js'

const IGNORED: readonly (string | undefined)[] = [
  undefined,
  '',
  ' ',
  'bytes',
  'bytes=',
  'bytes=-',
  'bytes=a-b',
  'bytes=1',
  'bytes=5-2',
  'bytes=0-1,3-4',
  'bytes=0-1,',
  'bytes=--1',
  'bytes=1--2',
  'bytes=+1-2',
  'bytes=0x0-0x1',
  'bytes=1.5-2',
  'bytes 0-1',
  'items=0-1',
  '0-1',
]

const UNSATISFIABLE: readonly (readonly [string, number])[] = [
  ['bytes=10-', 10],
  ['bytes=10-20', 10],
  ['bytes=100-200', 10],
  ['bytes=99999999999999999999999999-', 10],
  ['bytes=-0', 10],
  ['bytes=-0', 0],
  ['bytes=0-', 0],
  ['bytes=0-0', 0],
  ['bytes=-5', 0],
]

const RANGES: readonly (readonly [string, number, number, number])[] = [
  ['bytes=0-0', 10, 0, 1],
  ['bytes=0-9', 10, 0, 10],
  ['bytes=0-', 10, 0, 10],
  ['bytes=4-', 10, 4, 10],
  ['bytes=9-', 10, 9, 10],
  ['bytes=4-99', 10, 4, 10],
  ['bytes=4-99999999999999999999999999', 10, 4, 10],
  ['bytes=-3', 10, 7, 10],
  ['bytes=-10', 10, 0, 10],
  ['bytes=-99999999999999999999999999', 10, 0, 10],
  ['BYTES=2-3', 10, 2, 4],
  [' bytes=2-3 ', 10, 2, 4],
  ['bytes=002-003', 10, 2, 4],
]

describe('parseRange', () => {
  test('a header that is no single range means the whole object, an empty one included', () => {
    for (const header of IGNORED) {
      assert.deepEqual(parseRange(header, 10), { kind: 'whole' }, header)
      assert.deepEqual(parseRange(header, 0), { kind: 'whole' }, header)
    }
  })

  test('a range outside the object cannot be satisfied', () => {
    for (const [header, size] of UNSATISFIABLE) {
      assert.deepEqual(parseRange(header, size), { kind: 'unsatisfiable' }, `${header} of ${size}`)
    }
  })

  test('a range is clipped to the object', () => {
    for (const [header, size, startBytes, endBytes] of RANGES) {
      assert.deepEqual(parseRange(header, size), { kind: 'range', startBytes, endBytes }, `${header} of ${size}`)
    }
  })

  test('whatever the header, a range is not empty and lies inside', () => {
    const header = fc.oneof(fc.string(), fc.stringMatching(/^bytes=[0-9]{0,3}-[0-9]{0,3}$/))
    fc.assert(
      fc.property(header, fc.nat({ max: 200 }), (text, size) => {
        const outcome = parseRange(text, size)
        if (outcome.kind !== 'range') return
        assert.ok(outcome.startBytes >= 0 && outcome.startBytes < outcome.endBytes && outcome.endBytes <= size)
      }),
      { seed: 20200410, numRuns: 2000 },
    )
  })
})

describe('parseCopySourceRange', () => {
  test('anything but first-last in order is refused', () => {
    const refused = [
      '',
      'bytes=',
      'bytes=0-',
      'bytes=-5',
      'bytes=5-2',
      'bytes=0-1,3-4',
      '0-5',
      'bytes=0-5 ',
      'Bytes=0-5',
    ]
    for (const header of [...refused, 'bytes=0-9999999999999999']) {
      assert.equal(parseCopySourceRange(header), undefined, header)
    }
  })

  test('both ends count', () => {
    assert.deepEqual(parseCopySourceRange('bytes=0-0'), { startBytes: 0, endBytes: 1 })
    assert.deepEqual(parseCopySourceRange('bytes=5-9'), { startBytes: 5, endBytes: 10 })
  })
})

test('Content-Range names the last byte', () => {
  assert.equal(contentRange({ startBytes: 2, endBytes: 5 }, 10), 'bytes 2-4/10')
})
