/** Rates by name: bursts, refills, and what is forgotten. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { manualClock } from '../base/clock.js'
import { createTokenBuckets } from './token-buckets.js'

test('a second of requests at once, then one for each part of a second that passes', () => {
  const clock = manualClock(0)
  const { take } = createTokenBuckets(clock)
  for (let i = 0; i < 4; i++) assert.equal(take('a', 4), 0)
  assert.equal(take('a', 4), 250)
  assert.equal(take('b', 4), 0, 'names do not share')
  clock.advance(250)
  assert.equal(take('a', 4), 0)
  assert.ok(take('a', 4) > 0)
  clock.advance(60_000)
  for (let i = 0; i < 4; i++) assert.equal(take('a', 4), 0)
  assert.ok(take('a', 4) > 0, 'a long rest fills one second, not sixty')
})

test('a clock that goes back takes nothing away and gives nothing', () => {
  const clock = manualClock(10_000)
  const { take } = createTokenBuckets(clock)
  assert.equal(take('a', 1), 0)
  clock.advance(-5_000)
  assert.equal(take('a', 1), 1000)
})

test('a lower rate holds at once', () => {
  const { take } = createTokenBuckets(manualClock(0))
  assert.equal(take('a', 100), 0)
  assert.equal(take('a', 1), 0)
  assert.ok(take('a', 1) > 0)
})

test('a name that keeps coming is never forgotten, however many others come', () => {
  const { take } = createTokenBuckets(manualClock(0), 10)
  assert.equal(take('busy', 1), 0)
  for (let i = 0; i < 1_000; i++) {
    take(`other ${i}`, 1)
    assert.ok(take('busy', 1) > 0, `after ${i} others`)
  }
})
