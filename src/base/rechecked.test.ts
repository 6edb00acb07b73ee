/** A value that others change: how old it may be, and how often it is read. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from './clock.js'
import { createRechecked } from './rechecked.js'

function stage() {
  const clock = manualClock(1_000_000)
  const reads: ((outcome: number | Error) => void)[] = []
  const read = () =>
    new Promise<number>((resolve, reject) => {
      reads.push((outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)))
    })
  return { clock, reads, value: createRechecked({ clock, intervalMs: 1_000, initial: 0, read }) }
}

test('it is read when it is first asked for, and again when an interval has passed, once for all who ask', async () => {
  const { clock, reads, value } = stage()
  const both = [value.now(), value.now()]
  reads[0]?.(1)
  assert.deepEqual(await Promise.all(both), [1, 1])
  clock.advance(999)
  assert.equal(value.now(), 1)
  clock.advance(1)
  const again = value.now()
  assert.equal(reads.length, 2)
  reads[1]?.(2)
  assert.equal(await again, 2)
})

test('what cannot be read stays as it was, and is not tried again at once', async () => {
  const { clock, reads, value } = stage()
  const failed = value.now()
  reads[0]?.(new Error('gone'))
  assert.equal(await failed, 0)
  assert.equal(value.now(), 0)
  clock.advance(1_000)
  const again = value.now()
  reads[1]?.(3)
  assert.equal(await again, 3)
})

test('what is set counts at once, also while an older value is being read', async () => {
  const { reads, value } = stage()
  const asked = value.now()
  value.set(7)
  assert.equal(value.now(), 7)
  reads[0]?.(1)
  assert.equal(await asked, 7)
  assert.equal(value.now(), 7)
})
