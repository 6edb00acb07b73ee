/** Regions, moves, HTTPS policies and maintenance through the admin API: what is asked for is what requests meet. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { OTHER, OWNER, REGION } from '../support/exchange.js'
import { type AdminWorld, assertDone, assertRefused, createAdminWorld, type Json } from './admin-world.js'

const BUCKET = 'examplebucket-1250000000'
const SECOND = 'ap-beijing'
const DAY_MS = 24 * 3_600_000

async function worldWithBucket(): Promise<AdminWorld> {
  const world = await createAdminWorld({ STOWAGE_REGIONS: `${SECOND},ap-tokyo=tk` })
  const { core } = world.service
  const owner = await core.identities.findAccountByName(OWNER.appId)
  await core.buckets.create({ name: BUCKET, accountId: owner?.id ?? '', region: REGION, acl: 'public-read' })
  return world
}

async function shown(world: AdminWorld): Promise<Json> {
  return assertDone(await world.call('bucket show', { bucket: BUCKET }))
}

/** Unsigned requests to the object API. */
async function statusAt(world: AdminWorld, host: string, method = 'GET'): Promise<number> {
  const body = { sizeBytes: undefined, chunked: false, bytes: async function* () {} }
  const { status } = await world.service.pipeline({
    ...{ method, rawPath: '/', rawQuery: '', host, headers: new Map(), body },
    secure: false,
    remoteAddress: '127.0.0.1',
    receivedAt: world.clock.now(),
  })
  return status
}

const inRegion = (region: string) => `${BUCKET}.cos.${region}.myqcloud.com`

test('a move to a region that is not here, of a bucket that is not here, or by another than the operator is refused', async () => {
  await using world = await worldWithBucket()
  const elsewhere = await world.call('bucket move', { bucket: BUCKET, to: 'mars-1' })
  assertRefused(elsewhere, 400, 'InvalidParameterValue')
  assert.match(String(elsewhere.value['error']?.['message']), /ap-guangzhou, ap-beijing, ap-tokyo/)
  assertRefused(await world.call('bucket move', { bucket: 'absent', to: SECOND }), 404, 'NoSuchBucket')
  assertRefused(await world.call('bucket move', { bucket: BUCKET, to: SECOND }, OTHER), 403, 'AccessDenied')
  assert.equal((await shown(world))['region'], REGION)
})

test('a moved bucket is shown with the regions that it has left, and what their endpoints answer', async () => {
  await using world = await worldWithBucket()
  const before = await shown(world)
  assert.deepEqual([before['region'], before['formerRegions'], before['account']], [REGION, [], OWNER.appId])
  const moved = assertDone(await world.call('bucket move', { bucket: BUCKET, to: SECOND }))
  const leftAt = new Date(world.clock.now()).toISOString()
  const redirectUntil = new Date(world.clock.now() + DAY_MS).toISOString()
  const former = { region: REGION, state: 'redirecting', leftAt, redirectUntil }
  assert.deepEqual([moved['region'], moved['formerRegions']], [SECOND, [former]])
  assert.deepEqual(await shown(world), moved)
  assert.deepEqual(
    assertDone(await world.call('bucket move', { bucket: BUCKET, to: SECOND })),
    moved,
    'again: the same',
  )
  assert.deepEqual([await statusAt(world, inRegion(REGION)), await statusAt(world, inRegion(SECOND))], [307, 200])
  world.clock.advance(DAY_MS)
  assert.deepEqual((await shown(world))['formerRegions'], [{ ...former, state: 'settled' }])
  assert.equal(await statusAt(world, inRegion(REGION)), 301)
})

test('buckets are listed with their regions to the root of their account', async () => {
  await using world = await worldWithBucket()
  const createdAt = new Date(world.clock.now()).toISOString()
  const line = { bucket: BUCKET, region: REGION, https: 'off', versioning: 'unset', createdAt }
  assert.deepEqual(assertDone(await world.call('bucket list')), [line])
  assert.deepEqual(assertDone(await world.call('bucket list', {}, OTHER)), [])
})

test('the HTTPS policy of a bucket is one of three words, and holds from the next request', async () => {
  await using world = await worldWithBucket()
  assertRefused(await world.call('bucket set-https', { bucket: BUCKET, policy: 'on' }), 400, 'InvalidParameterValue')
  for (const [policy, status] of [
    ['redirect', 307],
    ['required', 403],
    ['off', 200],
    ['off', 200],
  ] as const) {
    const answer = assertDone(await world.call('bucket set-https', { bucket: BUCKET, policy }))
    assert.equal(answer['https'], policy)
    assert.equal(await statusAt(world, inRegion(REGION)), status)
  }
})

test('maintenance with a level, an end or a message that cannot be is refused', async () => {
  await using world = await worldWithBucket()
  const past = new Date(world.clock.now()).toISOString()
  for (const given of [
    { level: 'half' },
    { level: 'closed', until: 'tomorrow' },
    { level: 'closed', until: '2026-13-01T00:00:00Z' },
    { level: 'closed', until: past },
  ]) {
    assertRefused(await world.call('maintenance on', given), 400, 'InvalidParameterValue')
  }
  assert.equal(await statusAt(world, inRegion(REGION)), 200)
})

test('maintenance holds from the next request until it is off, and is shown', async () => {
  await using world = await worldWithBucket()
  const off = { maintenance: 'off', since: null, until: null, message: null }
  assert.deepEqual(assertDone(await world.call('maintenance show')), off)
  const since = new Date(world.clock.now()).toISOString()
  const until = new Date(world.clock.now() + DAY_MS).toISOString()
  const readOnly = { maintenance: 'read-only', since, until, message: 'A new disk.' }
  const given = { level: 'read-only', until, message: 'A new disk.' }
  assert.deepEqual(assertDone(await world.call('maintenance on', given)), readOnly)
  assert.deepEqual(assertDone(await world.call('maintenance show')), readOnly)
  const host = inRegion(REGION)
  assert.deepEqual([await statusAt(world, host), await statusAt(world, host, 'PUT')], [200, 503])
  world.clock.advance(1_000)
  assertDone(await world.call('maintenance on', { level: 'closed' }))
  assert.deepEqual([await statusAt(world, host), await statusAt(world, host, 'PUT')], [503, 503])
  assert.deepEqual(assertDone(await world.call('maintenance off')), off)
  assert.equal(await statusAt(world, host), 200)
})
