/** Wildcards against regular expressions, and their cost. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fuzzing } from '../../../test/support/fuzz.js'
import { matchesWildcards } from './wildcards.js'

test('a pattern matches as the regular expression does that says the same', () => {
  const short = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.', '\n'), maxLength: 8 })
  const property = fc.property(short, short, (pattern, text) => {
    const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')
    assert.equal(matchesWildcards(pattern, text), new RegExp(`^${source}$`, 's').test(text))
  })
  fc.assert(property, fuzzing(20_261_131, 3_000))
})

test('a pattern that sends others back and back again is answered', () => {
  assert.equal(matchesWildcards(`${'a*'.repeat(2_000)}b`, 'a'.repeat(10_000)), false)
  assert.equal(matchesWildcards('*'.repeat(2_000), 'a'.repeat(10_000)), true)
  assert.equal(matchesWildcards(`${'*a'.repeat(500)}b`, 'a'.repeat(2_000)), false)
})
