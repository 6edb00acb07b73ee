/** The formats of request ids, and that they do not repeat. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createRequestIds, identityHeaders } from './request-ids.js'

test('ids have the documented formats, and the COS id opens with the Unix time', () => {
  const next = createRequestIds({ random: randomBytes, now: () => 0x5ceaa7f9 * 1000 + 999 })
  const { cos, trace, amz, amzId2 } = next()
  assert.match(Buffer.from(cos, 'base64').toString('latin1'), /^5ceaa7f9_[0-9a-f]{8}_[0-9a-f]{4}_[0-9a-f]{8}$/)
  assert.doesNotMatch(cos, /=/)
  assert.match(trace, /^[A-Za-z0-9+/]{80}$/)
  assert.match(amz, /^[0-9A-F]{16}$/)
  assert.match(amzId2, /^[A-Za-z0-9+/]{64}$/)
})

test('ids do not repeat, also when the pool of random bytes is renewed', () => {
  const next = createRequestIds({ random: randomBytes, now: () => 0 })
  const seen = Array.from({ length: 2000 }, next)
  for (const name of ['cos', 'trace', 'amz', 'amzId2'] as const) {
    assert.equal(new Set(seen.map((ids) => ids[name])).size, 2000, name)
  }
})

test('the trace id is shown on errors only; the request id always', () => {
  const ids = { cos: 'c', trace: 't', amz: 'a', amzId2: '2' }
  const names = (failed: boolean) => identityHeaders('cos', ids, failed).map(([name]) => name)
  assert.deepEqual(names(true), ['x-cos-request-id', 'x-cos-trace-id', 'Server'])
  assert.deepEqual(names(false), ['x-cos-request-id', 'Server'])
})
