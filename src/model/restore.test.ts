/** Restores as tables of moments: how long they take, what a second request does, and when a copy goes. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isApiError } from './errors/index.js'
import { planRestore, restoreState, type WantedRestore } from './restore.js'
import { isArchived, STORAGE_CLASSES } from './storage-class.js'
import { RESTORE_TIERS, type Restore, type RestoreTier } from './version-extras.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Friday, an hour of the day that no rounding meets by chance. */
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678)

const wanted = (tier: RestoreTier, days = 1, midnightHoursAhead = 0): WantedRestore => ({
  tier,
  days,
  midnightHoursAhead,
})
const archived = (restore?: Restore, storageClass = 'ARCHIVE') => ({
  key: 'k',
  storageClass,
  extras: restore === undefined ? {} : { restore },
})

const plan = (tier: RestoreTier, restore?: Restore, at = NOW, days = 1) =>
  planRestore(archived(restore), wanted(tier, days), at, DAY)

describe('restores', () => {
  test('a speed that the class does not have is refused, whatever was restored before', () => {
    const restored: Restore = { tier: 'Bulk', requestedAt: 0, readyAt: NOW - 1, expiresAt: NOW + 1 }
    for (const restore of [undefined, restored]) {
      assert.throws(
        () => planRestore(archived(restore, 'DEEP_ARCHIVE'), wanted('Expedited'), NOW, DAY),
        (error: unknown) => isApiError(error, 'InvalidArgument') && error.details['ArgumentValue'] === 'Expedited',
      )
    }
  })

  test('each archive class has speeds, the faster the shorter, and no other class has any', () => {
    for (const name of Object.keys(STORAGE_CLASSES)) {
      const waits = RESTORE_TIERS.flatMap((tier) => {
        try {
          return [planRestore(archived(undefined, name), wanted(tier), NOW, DAY).restore.readyAt - NOW]
        } catch (error) {
          assert.ok(isApiError(error, 'InvalidArgument'))
          return []
        }
      })
      assert.equal(waits.length > 0, isArchived(name), name)
      assert.deepEqual(
        waits,
        [...new Set(waits)].sort((one, other) => one - other),
      )
    }
  })

  test('how long each takes, and how a shorter day shortens it', () => {
    const rows: readonly (readonly [string, RestoreTier, number])[] = [
      ['ARCHIVE', 'Expedited', 5 * MINUTE],
      ['ARCHIVE', 'Standard', 5 * HOUR],
      ['ARCHIVE', 'Bulk', 12 * HOUR],
      ['DEEP_ARCHIVE', 'Standard', 12 * HOUR],
      ['DEEP_ARCHIVE', 'Bulk', 48 * HOUR],
    ]
    for (const [storageClass, tier, waitMs] of rows) {
      const waitAt = (dayMs: number) => {
        const { restore } = planRestore(archived(undefined, storageClass), wanted(tier), NOW, dayMs)
        assert.equal(restore.requestedAt, NOW)
        return restore.readyAt - NOW
      }
      assert.equal(waitAt(DAY), waitMs, `${storageClass} ${tier}`)
      assert.equal(waitAt(2 * DAY), 2 * waitMs)
      assert.equal(waitAt(24_000), Math.round(waitMs / 3_600))
      assert.ok(waitAt(1) >= 1, 'always long enough to be seen')
    }
  })

  test('a copy expires at the midnight after its days, counted from when it is there', () => {
    const rows: readonly (readonly [readyAt: string, days: number, hoursAhead: number, expiresAt: string])[] = [
      ['2012-10-15T10:30:00.000Z', 3, 0, '2012-10-19T00:00:00.000Z'],
      ['2012-10-15T00:00:00.000Z', 3, 0, '2012-10-18T00:00:00.000Z'],
      ['2012-10-15T00:00:00.001Z', 3, 0, '2012-10-19T00:00:00.000Z'],
      ['2020-04-12T10:00:00.000Z', 1, 8, '2020-04-13T16:00:00.000Z'],
      ['2020-04-12T17:00:00.000Z', 1, 8, '2020-04-14T16:00:00.000Z'],
    ]
    for (const [readyAt, days, hoursAhead, expiresAt] of rows) {
      const now = Date.parse(readyAt) - 5 * HOUR
      const { restore } = planRestore(archived(), wanted('Standard', days, hoursAhead), now, DAY)
      assert.deepEqual(
        [restore.readyAt, restore.expiresAt].map((at) => new Date(at).toISOString()),
        [readyAt, expiresAt],
      )
    }
  })

  test('a shorter day has its own midnights', () => {
    for (const dayMs of [1_000, 1_001, 24_000, 3_600_000]) {
      for (const hoursAhead of [0, 8]) {
        const { restore } = planRestore(archived(), wanted('Bulk', 2, hoursAhead), NOW, dayMs)
        const keptMs = restore.expiresAt - restore.readyAt
        assert.ok(keptMs >= 2 * dayMs - 1 && keptMs <= 3 * dayMs, `${dayMs} ${keptMs}`)
        assert.ok(Number.isSafeInteger(restore.expiresAt) && Number.isSafeInteger(restore.readyAt))
      }
    }
  })

  test('a restore is under way, then there, then gone, at its very moments', () => {
    const restore: Restore = { tier: 'Bulk', requestedAt: NOW, readyAt: NOW + 10, expiresAt: NOW + 20 }
    const rows = [
      [NOW, 'ongoing'],
      [NOW + 9, 'ongoing'],
      [NOW + 10, 'restored'],
      [NOW + 19, 'restored'],
      [NOW + 20, 'none'],
    ] as const
    for (const [now, state] of rows) assert.equal(restoreState(restore, now), state)
    assert.equal(restoreState(undefined, NOW), 'none')
  })

  test('a running restore gives way to a faster one only', () => {
    for (const running of RESTORE_TIERS) {
      const { restore } = plan(running)
      for (const tier of RESTORE_TIERS) {
        const faster = RESTORE_TIERS.indexOf(tier) < RESTORE_TIERS.indexOf(running)
        const again = () => plan(tier, restore, NOW + 1, 3)
        if (faster) {
          const made = again()
          assert.equal(made.renewed, false)
          assert.deepEqual([made.restore.tier, made.restore.requestedAt], [tier, NOW + 1])
          assert.deepEqual(made.restore, plan(tier, undefined, NOW + 1, 3).restore)
        } else {
          assert.throws(again, (error: unknown) => isApiError(error, 'RestoreAlreadyInProgress'))
        }
      }
    }
  })

  test('a faster restore never ends later than the one that it takes over', () => {
    const { restore } = plan('Bulk')
    const shortly = restore.readyAt - MINUTE
    assert.equal(plan('Expedited', restore, shortly).restore.readyAt, restore.readyAt)
  })

  test('a copy that is there stays readable until a later midnight, or an earlier one, and keeps its past', () => {
    const { restore } = plan('Bulk', undefined, NOW, 5)
    const later = restore.readyAt + HOUR
    for (const days of [1, 9]) {
      const again = plan('Expedited', restore, later, days)
      assert.equal(again.renewed, true)
      const { expiresAt, ...kept } = again.restore
      assert.deepEqual(kept, { tier: 'Bulk', requestedAt: NOW, readyAt: restore.readyAt })
      assert.equal(expiresAt, Math.ceil((later + days * DAY) / DAY) * DAY)
    }
  })

  test('a copy that is gone is restored anew', () => {
    const { restore } = plan('Expedited')
    const again = plan('Bulk', restore, restore.expiresAt)
    assert.equal(again.renewed, false)
    assert.equal(again.restore.readyAt, restore.expiresAt + 12 * HOUR)
  })
})
