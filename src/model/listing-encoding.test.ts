/** `encoding-type=url`: every client's decoder gets the key back. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeForListing } from './listing-encoding.js'

test('everything but unreserved characters and the slash is encoded', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['', ''],
    ['a/b-c._~9', 'a/b-c._~9'],
    ['foo+1/bar', 'foo%2B1/bar'],
    ['quux ab/thud', 'quux%20ab/thud'],
    ["!'()*", '%21%27%28%29%2A'],
    ['%2F', '%252F'],
    ['\u0000\u001b\n', '%00%1B%0A'],
    ['中😀', '%E4%B8%AD%F0%9F%98%80'],
    ['<&>"', '%3C%26%3E%22'],
    ['\ud800', '%EF%BF%BD'],
  ]
  for (const [text, encoded] of rows) assert.equal(encodeForListing(text), encoded)
})

test('any text is decoded back, and the encoded form is plain', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const encoded = encodeForListing(text)
      assert.equal(decodeURIComponent(encoded), text)
      assert.match(encoded, /^[A-Za-z0-9\-._~/%]*$/)
    }),
    { seed: 20200410, numRuns: 1000 },
  )
})
