/** Limits and usage through the admin API: what is refused, what is shown, and that it holds at the object API. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { OTHER, OWNER } from '../support/exchange.js'
import { type AdminWorld, assertDone, assertRefused, createAdminWorld, type Json } from './admin-world.js'

const BUCKET = 'bucket-1250000001'

async function makeBucket({ service }: AdminWorld, name = BUCKET): Promise<void> {
  const { buckets, identities } = service.core
  const account = (await identities.findAccountByName(OTHER.appId)) ?? assert.fail()
  await buckets.create({ name, accountId: account.id, region: 'ap-guangzhou', acl: 'private' })
}

const done = async (world: AdminWorld, action: string, parameters: object = {}): Promise<Json> =>
  assertDone(await world.call(action, parameters))

for (const [what, action, parameters] of [
  ['a negative limit', 'bucket set-limits', { bucket: BUCKET, sizeBytesMax: '-1' }],
  ['a limit with a unit', 'bucket set-limits', { bucket: BUCKET, sizeBytesMax: '1G' }],
  ['a rate of nothing', 'bucket set-limits', { bucket: BUCKET, requestsPerSecondMax: '0' }],
  ['a limit beyond whole numbers', 'account set-limits', { account: OTHER.appId, objectsMax: '9007199254740993' }],
  ['a number of buckets for a bucket', 'bucket set-limits', { bucket: BUCKET, bucketsMax: '1' }],
  ['another state of acceleration', 'account set-limits', { account: OTHER.appId, acceleration: 'off' }],
] as const) {
  test(`${what} is refused`, async () => {
    await using world = await createAdminWorld()
    await makeBucket(world)
    assertRefused(await world.call(action, parameters), 400, 'InvalidParameterValue')
  })
}

test('limits of a bucket are set one by one, read by its account, and taken away again', async () => {
  await using world = await createAdminWorld()
  await makeBucket(world)
  const none = {
    bucket: BUCKET,
    requestsPerSecondMax: null,
    sizeBytesMax: null,
    objectsMax: null,
    acceleration: 'open',
  }
  assert.deepEqual(await done(world, 'bucket limits', { bucket: BUCKET }), none)
  await done(world, 'bucket set-limits', { bucket: BUCKET, sizeBytesMax: '1000' })
  const both = await done(world, 'bucket set-limits', { bucket: BUCKET, objectsMax: '5', acceleration: 'locked' })
  const expected = { ...none, sizeBytesMax: 1000, objectsMax: 5, acceleration: 'locked' }
  assert.deepEqual(both, expected)
  assert.deepEqual(assertDone(await world.call('bucket limits', { bucket: BUCKET }, OTHER)), expected)
  assertRefused(await world.call('bucket set-limits', { bucket: BUCKET, objectsMax: '6' }, OTHER), 403, 'AccessDenied')
  const parameters = { bucket: BUCKET, sizeBytesMax: 'default', objectsMax: 'default', acceleration: 'open' }
  assert.deepEqual(await done(world, 'bucket set-limits', parameters), none)
  assertRefused(await world.call('bucket limits', { bucket: 'absent-1250000001' }), 404, 'NoSuchBucket')
})

test('limits of an account are set and read, and hold at once', async () => {
  await using world = await createAdminWorld()
  const account = OTHER.appId
  const set = await done(world, 'account set-limits', { account, bucketsMax: '1', acceleratedBucketsMax: '0' })
  assert.deepEqual(
    [set['appid'], set['bucketsMax'], set['acceleratedBucketsMax'], set['objectsMax']],
    [account, 1, 0, null],
  )
  assert.deepEqual(assertDone(await world.call('account limits', {}, OTHER)), set)
  await makeBucket(world)
  await assert.rejects(makeBucket(world, 'another-1250000001'), { condition: 'TooManyBuckets' })
  await done(world, 'account set-limits', { account, bucketsMax: 'default' })
  await makeBucket(world, 'another-1250000001')
})

test('usage is shown of buckets that are counted, and of their account', async () => {
  await using world = await createAdminWorld()
  await makeBucket(world)
  const usage = () => done(world, 'bucket usage', { bucket: BUCKET })
  assert.deepEqual(await usage(), { bucket: BUCKET, state: 'uncounted', sizeBytes: null, objects: null })
  const counted = { bucket: BUCKET, state: 'counted', sizeBytes: 0, objects: 0 }
  assert.deepEqual(await done(world, 'bucket count', { bucket: BUCKET }), counted)
  assert.deepEqual(assertDone(await world.call('bucket usage', { bucket: BUCKET }, OTHER)), counted)
  const ofAccount = { appid: OTHER.appId, sizeBytes: 0, objects: 0 }
  assert.deepEqual(await done(world, 'account usage', { account: OTHER.appId }), ofAccount)
  assert.equal((await done(world, 'account usage'))['appid'], OWNER.appId)
})
