/** Wrong credentials are counted by address, in bounded room. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { isApiError } from '../model/errors/index.js'
import { createAttempts } from './attempts.js'

const LIMITS = { errorsMax: 2, windowMs: 1_000, addressesMax: 2 }
const slowed = (error: unknown) => isApiError(error, 'SlowDown') && error.details['RetryAfterSeconds'] === 1

test('an address that errs too often waits until its first error is forgiven', () => {
  const attempts = createAttempts(LIMITS)
  attempts.erred('a', 0)
  attempts.admit('a', 0)
  attempts.erred('a', 500)
  assert.throws(() => attempts.admit('a', 999), slowed)
  attempts.admit('b', 999)
  attempts.admit('a', 1_000)
})

test('of too many addresses the one that erred the longest ago is forgotten', () => {
  const attempts = createAttempts(LIMITS)
  for (const address of ['a', 'a', 'b', 'b', 'c', 'c']) attempts.erred(address, 0)
  attempts.admit('a', 0)
  for (const address of ['b', 'c']) assert.throws(() => attempts.admit(address, 0), slowed)
})
