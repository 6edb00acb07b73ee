/** Moments as clients write them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isoMillis } from './iso-date.js'

test('a day that its month does not have is no date', () => {
  assert.equal(isoMillis('2029-02-28'), Date.UTC(2029, 1, 28))
  assert.equal(isoMillis('2028-02-29T00:00:00Z'), Date.UTC(2028, 1, 29))
  assert.equal(isoMillis('2030-01-01T00:00:00+08:00'), Date.UTC(2029, 11, 31, 16))
  for (const text of ['2029-02-30', '2029-02-29T00:00:00Z', '2029-04-31T00:00:00Z', '2029-13-01', '1 May 2029', ''])
    assert.equal(isoMillis(text), undefined, text)
})
