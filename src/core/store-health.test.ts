/** When writes are refused for the sake of a disk, and when they are taken again. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../base/clock.js'
import { createLog } from '../base/telemetry.js'
import { createStoreHealth, FAILING_PAUSE_MS } from './store-health.js'

function stage(freeBytes?: () => Promise<number>, reserveBytes = 100) {
  const clock = manualClock(1_000_000)
  const lines: string[] = []
  const write = (line: string) => {
    lines.push(line)
  }
  const log = createLog({ level: 'info', format: 'text', clock, write })
  return { clock, lines, health: createStoreHealth({ clock, log, freeBytes, reserveBytes }) }
}

const coded = (code: string) => Object.assign(new Error('write failed'), { code })

test('a write fits when it leaves the reserve, and the disk is asked again when a second has passed', async () => {
  let asked = 0
  let free = 150_000
  const { clock, lines, health } = stage(async () => {
    asked++
    return free
  }, 100_000)
  assert.equal(await health.obstacle(50_001), 'full')
  assert.equal(health.obstacle(20_000), undefined)
  free = 99_999
  assert.equal(health.obstacle(0), undefined)
  assert.equal(asked, 1)
  clock.advance(1_000)
  assert.equal(await health.obstacle(0), 'full')
  assert.equal(health.obstacle(0), 'full')
  free = 100_000
  clock.advance(1_000)
  assert.equal(await health.obstacle(0), undefined)
  assert.equal(asked, 3)
  assert.deepEqual(
    lines.map((line) => /writes are \w+/.exec(line)?.[0]),
    ['writes are refused', 'writes are taken'],
  )
})

test('what was written since the disk was asked counts: it is asked again before the reserve can be gone', async () => {
  let asked = 0
  let free = 1_000_000
  const { health } = stage(async () => {
    asked++
    return free
  }, 500_000)
  for (let at = 0; at < 4; at++) {
    assert.equal(await health.obstacle(100_000), undefined)
    free -= 100_000
  }
  assert.equal(asked, 1)
  assert.equal(await health.obstacle(100_000), undefined)
  free -= 100_000
  assert.equal(asked, 2)
  assert.equal(await health.obstacle(1), 'full')
  assert.equal(asked, 3)
})

test('a store that fails on a disk without room is full, whatever it calls that', async () => {
  let free = 0
  const { clock, health } = stage(async () => free, 0)
  for (let count = 0; count < 3; count++) health.ended('meta', coded('EIO'))
  assert.equal(await health.obstacle(0), 'full')
  free = 2 ** 30
  clock.advance(1_000)
  assert.equal(await health.obstacle(0), 'failing')
})

test('without a reserve, or where nobody can tell, no disk is asked for room', () => {
  const never = () => assert.fail('nobody asked for that')
  assert.equal(stage(never, 0).health.obstacle(2 ** 40), undefined)
  assert.equal(stage().health.obstacle(2 ** 40), undefined)
})

test('three failures of one store in a row refuse writes; after a pause one goes through to find out', () => {
  const { clock, health, lines } = stage()
  for (let count = 0; count < 2; count++) health.ended('meta', coded('EIO'))
  health.ended('meta', undefined)
  for (let count = 0; count < 2; count++) health.ended('meta', coded('EIO'))
  assert.equal(health.obstacle(0), undefined, 'not in a row')
  health.ended('meta', coded('EROFS'))
  health.ended('blob', undefined)
  assert.equal(health.obstacle(0), 'failing', 'the other store does not heal it')
  clock.advance(FAILING_PAUSE_MS)
  assert.equal(health.obstacle(0), undefined)
  assert.equal(health.obstacle(0), 'failing', 'one only')
  health.ended('meta', undefined)
  assert.equal(health.obstacle(0), undefined)
  assert.ok(lines.some((line) => line.includes('the server is read-only')))
  assert.ok(lines.at(-1)?.includes('takes writes again'))
})

test('a disk without room is told as that, and what is not the disk’s fault does not count', () => {
  const { health } = stage()
  for (let count = 0; count < 3; count++) health.ended('blob', coded('ENOSPC'))
  assert.equal(health.obstacle(0), 'full')
  const other = stage().health
  for (let count = 0; count < 9; count++) other.ended('blob', coded('ECONNRESET'))
  assert.equal(other.obstacle(0), undefined)
})
