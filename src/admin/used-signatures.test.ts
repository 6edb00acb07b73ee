/** A signature counts once, for as long as it could be valid, and in bounded room. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { isApiError } from '../model/errors/index.js'
import { createUsedSignatures } from './used-signatures.js'

const signature = (text: string, validUntil = 1_000) => ({ signature: text, signedHeaders: [], validUntil })

test('a signature is refused the second time, until it could no longer be valid', () => {
  const used = createUsedSignatures()
  used.use('AKID', signature('a'), 0)
  assert.throws(
    () => used.use('AKID', signature('a'), 1_000),
    (error) => isApiError(error, 'AccessDenied'),
  )
  used.use('AKID', signature('a'), 1_001)
})

test('when there is no room left the key is slowed down, and only that key, until signatures have ended', () => {
  const used = createUsedSignatures(2)
  used.use('AKID', signature('a', 500), 0)
  used.use('AKID', signature('b'), 0)
  assert.throws(
    () => used.use('AKID', signature('c'), 500),
    (error) => isApiError(error, 'SlowDown'),
  )
  used.use('AKIDOTHER', signature('c'), 500)
  used.use('AKID', signature('c'), 501)
})
