/** The actions that begin, show and cancel the emptying of a bucket. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { NO_WRITE_CONDITIONS } from '../../src/core/conditions.js'
import { HEADERS, sourceOf } from '../faults/world.js'
import { OTHER, OWNER } from '../support/exchange.js'
import { raises } from '../support/raises.js'
import { type AdminWorld, assertDone, assertRefused, createAdminWorld } from './admin-world.js'

const BUCKET = 'examplebucket-1250000000'
const NOW = '2026-01-02T03:04:05.678Z'

/** A bucket of the operator's account with two objects. */
async function worldWithBucket(): Promise<AdminWorld> {
  const world = await createAdminWorld()
  const { core } = world.service
  const accountId = (await core.identities.findKey(OWNER.id))?.principal.account.id ?? assert.fail()
  const bucket = await core.buckets.create({ name: BUCKET, accountId, region: 'ap-guangzhou', acl: 'private' })
  for (const key of ['a', 'b']) {
    const attributes = { headers: HEADERS, storageClass: 'STANDARD', accountId, acl: undefined, tags: [], extras: {} }
    await core.objects.put({ ...attributes, bucket, key, conditions: NO_WRITE_CONDITIONS, source: sourceOf(key) })
  }
  return world
}

test('bucket empty begins, bucket emptying shows how far it is, and the bucket stays', async () => {
  await using world = await worldWithBucket()
  const none = { objects: 0, markers: 0, uploads: 0, refused: 0, lastError: null }
  const begun = { bucket: BUCKET, state: 'running', deleteAtEnd: false, ...none, begunAt: NOW, endedAt: null }
  assert.deepEqual(assertDone(await world.call('bucket empty', { bucket: BUCKET })), begun)
  assert.deepEqual(assertDone(await world.call('bucket emptying', { bucket: BUCKET })), begun)
  world.clock.advance(1_000)
  while ((await world.service.core.emptying.step(100)).more);
  assert.deepEqual(assertDone(await world.call('bucket emptying', { bucket: BUCKET })), {
    ...{ ...begun, state: 'done', objects: 2, endedAt: '2026-01-02T03:04:06.678Z' },
  })
  assert.equal((await world.service.core.buckets.find(BUCKET))?.state, 'active')
})

test('bucket empty with delete takes the bucket as well', async () => {
  await using world = await worldWithBucket()
  const begun = assertDone(await world.call('bucket empty', { bucket: BUCKET, delete: true }))
  assert.equal(begun['deleteAtEnd'], true)
  while ((await world.service.core.emptying.step(100)).more);
  assertRefused(await world.call('bucket emptying', { bucket: BUCKET }), 404, 'NoSuchBucket')
})

test(raises('OperationAborted', 'an emptying that is begun twice'), async () => {
  await using world = await worldWithBucket()
  assertDone(await world.call('bucket empty', { bucket: BUCKET }))
  assertRefused(await world.call('bucket empty', { bucket: BUCKET, delete: true }), 409, 'OperationAborted')
})

test('bucket cancel-emptying opens the bucket, and once only', async () => {
  await using world = await worldWithBucket()
  assertRefused(await world.call('bucket cancel-emptying', { bucket: BUCKET }), 409, 'InvalidBucketState')
  assertDone(await world.call('bucket empty', { bucket: BUCKET }))
  const cancelled = assertDone(await world.call('bucket cancel-emptying', { bucket: BUCKET }))
  assert.deepEqual([cancelled['state'], cancelled['endedAt']], ['cancelled', NOW])
  assert.equal((await world.service.core.buckets.find(BUCKET))?.state, 'active')
  assertRefused(await world.call('bucket cancel-emptying', { bucket: BUCKET }), 409, 'InvalidBucketState')
})

test('a bucket that was never emptied has nothing to show, and that of another account is not there', async () => {
  await using world = await worldWithBucket()
  assertRefused(await world.call('bucket emptying', { bucket: BUCKET }), 404, 'NoSuchEntity')
  for (const action of ['bucket empty', 'bucket emptying', 'bucket cancel-emptying']) {
    assertRefused(await world.call(action, { bucket: BUCKET }, OTHER), 404, 'NoSuchBucket')
    assertRefused(await world.call(action, {}), 400, 'InvalidParameterValue')
  }
  assert.equal((await world.service.core.buckets.find(BUCKET))?.state, 'active')
})
