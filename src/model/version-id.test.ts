/** Version ids: what is none, the vendor's vector, and order under any clock. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { AssertionError } from '../base/assert.js'
import { encodeVersionId, microsOfSequence, nextSequence, parseVersionId } from './version-id.js'

const MALFORMED: readonly string[] = [
  '',
  'Null',
  'NULL',
  'null ',
  'MTg0NDUxNTc1NjIzMTQ1MDAwODg=',
  'MTg0NDUxNTc1NjIzMTQ1MDAwOD',
  'MTg0NDUxNTc1NjIzMTQ1MDAwODgA',
  'MTg0NDUxNTc1NjIzMTQ1MDAwODh',
  'MTg0NDUxNTc1NjIzMTQ1MDAwODl',
  '18445157562314500088',
  '3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo',
  Buffer.from('1844515756231450008x').toString('base64').slice(0, 27),
  Buffer.from('-8445157562314500088').toString('base64').slice(0, 27),
  Buffer.from('99999999999999999999').toString('base64').slice(0, 27),
  Buffer.from('18446744073709551616').toString('base64').slice(0, 27),
  '../../../../../../../../../',
]

describe('version ids', () => {
  test('what is not ours is refused', () => {
    for (const text of MALFORMED) assert.equal(parseVersionId(text), undefined, text)
  })

  test('any text is an id in its only spelling, or none', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9]{27}$/))
    fc.assert(
      fc.property(text, (id) => {
        const reference = parseVersionId(id)
        if (reference?.kind === 'sequence') assert.equal(encodeVersionId(reference.sequence), id)
      }),
      { seed: 20200410, numRuns: 2000 },
    )
  })

  test('a sequence that is none, or a time before 1970, is our mistake', () => {
    assert.throws(() => encodeVersionId('123'), AssertionError)
    assert.throws(() => nextSequence(-1), AssertionError)
    assert.throws(() => nextSequence(0, '00000000000000000000'), AssertionError)
  })

  test('the id of the specification', () => {
    const id = 'MTg0NDUxNTc1NjIzMTQ1MDAwODg'
    const micros = Date.UTC(2020, 3, 10, 9, 36, 35) * 1000 + 51527
    assert.deepEqual(parseVersionId(id), { kind: 'sequence', sequence: '18445157562314500088' })
    assert.equal(nextSequence(micros), '18445157562314500088')
    assert.equal(encodeVersionId('18445157562314500088'), id)
    assert.equal(microsOfSequence('18445157562314500088'), micros)
  })

  test('null is a version of its own', () => {
    assert.deepEqual(parseVersionId('null'), { kind: 'null' })
  })

  test('the borders', () => {
    assert.equal(nextSequence(0), '18446744073709551615')
    for (const sequence of ['18446744073709551615', '00000000000000000000']) {
      assert.deepEqual(parseVersionId(encodeVersionId(sequence)), { kind: 'sequence', sequence })
    }
  })

  test('a new sequence sorts before the previous one even when the clock stands or runs backward', () => {
    const micros = fc.integer({ min: 1_500_000_000_000_000, max: 1_500_000_000_000_100 })
    fc.assert(
      fc.property(fc.array(micros, { minLength: 2, maxLength: 50 }), (clock) => {
        let newest: string | undefined
        for (const now of clock) {
          const next = nextSequence(now, newest)
          assert.match(next, /^\d{20}$/)
          assert.ok(newest === undefined || next < newest)
          assert.ok(microsOfSequence(next) >= now - 1)
          newest = next
        }
      }),
      { seed: 20200410, numRuns: 300 },
    )
  })
})
