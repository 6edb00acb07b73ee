/** Jobs in maintenance. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Maintenance } from '../model/service-mode.js'
import { restingInMaintenance } from './resting.js'

test('in maintenance a job does nothing, and goes on afterwards where it was', async () => {
  const cursors: unknown[] = []
  const step = async (cursor: string | undefined) => {
    cursors.push(cursor)
    return { cursor: 'next', more: true }
  }
  let maintenance: Maintenance | undefined
  const job = restingInMaintenance({ name: 'any', intervalMs: 1_000, step }, { maintenance: () => maintenance })
  assert.deepEqual(await job.step('here'), { cursor: 'next', more: true })
  maintenance = { level: 'read-only', since: 0, until: undefined, message: undefined }
  assert.deepEqual(await job.step('there'), { cursor: 'there', more: false })
  maintenance = undefined
  await job.step('there')
  assert.deepEqual(cursors, ['here', 'there'])
})
