/** The job that lets lifecycle rules take effect, with time moved by hand: what goes, what stays, and what comes between. */

import assert from 'node:assert/strict'
import test from 'node:test'
import type { Log, LogFields } from '../../src/base/telemetry.js'
import { silentLog } from '../../src/base/telemetry.js'
import { NO_WRITE_CONDITIONS } from '../../src/core/conditions.js'
import type { Core } from '../../src/core/core.js'
import { bucketKey, documentKey, objectKey } from '../../src/core/rows.js'
import { lifecycleJob } from '../../src/jobs/lifecycle.js'
import type { Bucket, Versioning } from '../../src/model/bucket.js'
import type { ObjectLock } from '../../src/model/version-extras.js'
import {
  ABORT,
  ARCHIVE,
  counted,
  DAY_MS,
  EXPIRE,
  REMOVE_OLD,
  runLifecycle,
  setRules,
} from '../faults/lifecycle-world.js'
import {
  ACCOUNT_ID,
  assertSound,
  createWorld,
  HEADERS,
  initiate,
  large,
  makeBucket,
  put,
  putPart,
  read,
  remove,
  removeVersion,
  sourceOf,
  type World,
} from '../faults/world.js'

const NAME = 'lifecycle-1250000000'

interface Scene {
  readonly world: World
  readonly core: Core
  readonly bucket: Bucket
}

async function scene(versioning: Versioning = 'unset'): Promise<Scene> {
  const world = createWorld()
  const core = world.start()
  return { world, core, bucket: await makeBucket(core, NAME, versioning) }
}

async function later({ world, core }: Scene, days: number): Promise<Readonly<Record<string, number>>> {
  world.clock.advance(days * DAY_MS)
  await runLifecycle(core)
  return counted(world)
}

/** Lines with their fields. */
function recordedLog(): { readonly log: Log; readonly lines: (LogFields & { readonly message: string })[] } {
  const lines: (LogFields & { readonly message: string })[] = []
  const take = (message: string, fields: LogFields = {}) => void lines.push({ message, ...fields })
  return { lines, log: { ...silentLog, error: take, info: take } }
}

const find = ({ core, bucket }: Scene, key: string) => core.objects.find({ bucket, key, reference: undefined })

function putLocked({ core, bucket }: Scene, key: string, lock: ObjectLock) {
  return core.objects.put({
    bucket,
    key,
    headers: HEADERS,
    storageClass: 'STANDARD',
    accountId: ACCOUNT_ID,
    acl: undefined,
    tags: [],
    extras: { lock },
    conditions: NO_WRITE_CONDITIONS,
    source: sourceOf(large(key)),
  })
}

test('without versions an expired object is gone, bytes and all', async () => {
  const here = await scene()
  await put(here.core, here.bucket, 'key', large('body'))
  await setRules(here.core, here.bucket, EXPIRE)
  here.world.clock.advance(DAY_MS - 1)
  assert.deepEqual(await later(here, 0), { current: 1 })
  here.world.clock.advance(1)
  assert.deepEqual(await later(here, 0), {})
  await assertSound(here.world)
})

test('with versions a marker covers what expired; then old versions go, then the marker', async () => {
  const here = await scene('enabled')
  await put(here.core, here.bucket, 'key', large('first'))
  await put(here.core, here.bucket, 'key', 'second')
  const markers = { expiration: { days: undefined, date: undefined, markers: true } }
  await setRules(here.core, here.bucket, EXPIRE, { noncurrentExpiration: { days: 2, newer: undefined } }, markers)
  assert.deepEqual(await later(here, 1), { marker: 1, older: 2 })
  assert.deepEqual(await later(here, 1), { marker: 1, older: 1 }, 'the first one was followed a day earlier')
  assert.deepEqual(await later(here, 1), {}, 'a marker that covers nothing goes with the last version')
  await assertSound(here.world)
})

test('where versioning is suspended the marker takes the place of the null version', async () => {
  const here = await scene('enabled')
  await put(here.core, here.bucket, 'key', 'numbered')
  const bucket = await here.core.buckets.setVersioning(here.bucket, 'suspended')
  await put(here.core, bucket, 'key', large('null'))
  await setRules(here.core, bucket, EXPIRE)
  assert.deepEqual(await later(here, 1), { marker: 1, older: 1 })
  await assertSound(here.world)
})

test('a date lets go whatever is there from then on', async () => {
  const here = await scene()
  const expiration = { days: undefined, date: '2025-02-01T00:00:00+08:00', markers: undefined }
  await put(here.core, here.bucket, 'key', 'early')
  await setRules(here.core, here.bucket, { expiration })
  assert.deepEqual(await later(here, 30), { current: 1 })
  assert.deepEqual(await later(here, 1), {})
  await put(here.core, here.bucket, 'key', 'late')
  assert.deepEqual(await later(here, 0), {})
})

test('an object that changed class is the same version, as old as before, with the same bytes', async () => {
  const here = await scene('enabled')
  await put(here.core, here.bucket, 'key', large('old'))
  await put(here.core, here.bucket, 'key', large('body'))
  await setRules(here.core, here.bucket, ARCHIVE)
  const before = (await find(here, 'key')).version
  assert.deepEqual(await later(here, 1), { current: 1, older: 1 })
  assert.deepEqual((await find(here, 'key')).version, { ...before, storageClass: 'ARCHIVE' })
  assert.equal(await read(here.core, here.bucket, 'key'), large('body'))
  const { lines, log } = recordedLog()
  await runLifecycle(here.core, log)
  assert.deepEqual(lines, [], 'there is nothing more to do')
})

test('an upload is aborted with its parts, and one of another key stays', async () => {
  const here = await scene()
  for (const key of ['old/u', 'new/u']) {
    await putPart(here.core, here.bucket, key, await initiate(here.core, here.bucket, key), 1, large(key))
  }
  const filter = {
    prefix: 'old/',
    tags: [],
    prefixNotEquals: undefined,
    sizeBytesAbove: undefined,
    sizeBytesBelow: undefined,
  }
  await setRules(here.core, here.bucket, { ...ABORT, filter })
  assert.deepEqual(await later(here, 0.5), { upload: 2, part: 2 })
  assert.deepEqual(await later(here, 0.5), { upload: 1, part: 1 })
  await assertSound(here.world)
})

test('a locked version stays until its lock is over, whatever the rules say', async () => {
  const here = await scene('enabled')
  const until = here.world.clock.now() + 10 * DAY_MS
  await putLocked(here, 'retained', { retention: { mode: 'COMPLIANCE', retainUntil: until }, legalHold: false })
  await putLocked(here, 'held', { retention: undefined, legalHold: true })
  for (const key of ['retained', 'held']) await put(here.core, here.bucket, key, 'newer')
  await setRules(here.core, here.bucket, REMOVE_OLD)
  assert.deepEqual(await later(here, 9), { current: 2, older: 2 })
  assert.deepEqual(await later(here, 2), { current: 2, older: 1 }, 'retention ends, a legal hold does not')
  await assertSound(here.world)
})

test('without versions a locked object does not expire; with versions a marker covers it', async () => {
  for (const [versioning, wanted] of [
    ['unset', { current: 1 }],
    ['enabled', { marker: 1, older: 1 }],
  ] as const) {
    const here = await scene(versioning)
    await putLocked(here, 'key', { retention: undefined, legalHold: true })
    await setRules(here.core, here.bucket, EXPIRE)
    assert.deepEqual(await later(here, 1), wanted)
  }
})

test('a marker does not take the place of a locked null version', async () => {
  const here = await scene()
  await putLocked(here, 'key', { retention: undefined, legalHold: true })
  const enabled = await here.core.buckets.setVersioning(here.bucket, 'enabled')
  await put(here.core, enabled, 'key', 'numbered')
  const bucket = await here.core.buckets.setVersioning(enabled, 'suspended')
  await setRules(here.core, bucket, EXPIRE)
  assert.deepEqual(await later(here, 1), { current: 1, older: 1 })
})

// --- what comes between ----------------------------------------------------------------------------------------

/** Runs with something happening between the look at a page of rows (the scan of this index) and what is done about it. */
async function disturbed({ world }: Scene, scanIndex: number, meanwhile: () => Promise<unknown>) {
  const { log, lines } = recordedLog()
  let scans = 0
  const core = world.start(async ({ method, moment }) => {
    if (method === 'scan' && moment === 'after' && scans++ === scanIndex) await meanwhile()
  })
  await runLifecycle(core, log)
  assert.equal(lines[0]?.['refused'], 1, JSON.stringify(lines))
  return counted(world)
}

// The first scan finds the bucket; old versions, current ones, markers and uploads follow.
const [VERSIONS, OBJECTS, UPLOADS] = [1, 2, 4]

for (const [what, meanwhile] of [
  ['overwritten', ({ core, bucket }: Scene) => put(core, bucket, 'key', 'newer')],
  ['bereft of its rule', ({ core, bucket }: Scene) => core.documents.remove(bucket, 'lifecycle')],
  ['given another rule', ({ core, bucket }: Scene) => setRules(core, bucket, ARCHIVE)],
] as const) {
  for (const [action, rule] of [
    ['expire', EXPIRE],
    ['change class', ARCHIVE],
  ] as const) {
    test(`an object that is ${what} meanwhile does not ${action}`, async () => {
      const here = await scene()
      await put(here.core, here.bucket, 'key', 'body')
      await setRules(here.core, here.bucket, rule)
      here.world.clock.advance(DAY_MS)
      assert.deepEqual(await disturbed(here, OBJECTS, () => meanwhile(here)), { current: 1 })
      assert.equal((await find(here, 'key')).version.storageClass, 'STANDARD')
    })
  }
}

test('an upload stays when the rule is deleted meanwhile', async () => {
  const here = await scene()
  await initiate(here.core, here.bucket, 'key')
  await setRules(here.core, here.bucket, ABORT)
  here.world.clock.advance(DAY_MS)
  const left = await disturbed(here, UPLOADS, () => here.core.documents.remove(here.bucket, 'lifecycle'))
  assert.deepEqual(left, { upload: 1 })
})

test('an old version stays when a newer one that it was counted behind goes meanwhile', async () => {
  const here = await scene('enabled')
  const written = []
  for (const text of ['1', '2', '3', '4']) written.push(await put(here.core, here.bucket, 'key', text))
  await setRules(here.core, here.bucket, { noncurrentExpiration: { days: 1, newer: 2 } })
  here.world.clock.advance(DAY_MS)
  const third = written[2]?.version.sequence ?? assert.fail()
  const left = await disturbed(here, VERSIONS, () => removeVersion(here.core, here.bucket, 'key', third))
  assert.deepEqual(left, { current: 1, older: 2 })
})

test('an old version stays when it becomes the current one meanwhile', async () => {
  const here = await scene('enabled')
  await put(here.core, here.bucket, 'key', 'first')
  const { version } = await put(here.core, here.bucket, 'key', 'second')
  await setRules(here.core, here.bucket, REMOVE_OLD)
  here.world.clock.advance(DAY_MS)
  const left = await disturbed(here, VERSIONS, () => removeVersion(here.core, here.bucket, 'key', version.sequence))
  assert.deepEqual(left, { current: 1 })
})

test('versions of one key over several pages are counted through', async () => {
  const here = await scene('enabled')
  for (let at = 0; at < 130; at++) await put(here.core, here.bucket, 'key', `${at}`)
  await put(here.core, here.bucket, 'other', 'x')
  await setRules(here.core, here.bucket, { noncurrentExpiration: { days: 1, newer: 100 } })
  assert.deepEqual(await later(here, 1), { current: 2, older: 100 })
})

// --- what cannot be read ---------------------------------------------------------------------------------------

test('a bucket, rules or a row that cannot be read are said in the log and stop nothing else', async () => {
  const { world, core } = await scene()
  const damaged = Buffer.from([99])
  const names = ['a-row-1250000000', 'b-rules-1250000000', 'c-bucket-1250000000', 'd-sound-1250000000']
  const buckets: Bucket[] = []
  for (const name of names) {
    const bucket = await makeBucket(core, name)
    buckets.push(bucket)
    await put(core, bucket, 'key', 'body')
    await setRules(core, bucket, EXPIRE)
  }
  const [first, second] = buckets
  assert.ok(first && second)
  const keys = [objectKey(first.id, 'damaged'), documentKey(second.id, 'lifecycle'), bucketKey(names[2] ?? '')]
  await world.meta.commit({ puts: keys.map((key) => ({ key, value: damaged })) })
  world.clock.advance(DAY_MS)
  const { log, lines } = recordedLog()
  await runLifecycle(core, log)
  assert.deepEqual(
    lines.map(({ message, bucket, expired }) => [message, bucket, expired]),
    [
      ['lifecycle of a row failed', names[0], undefined],
      ['lifecycle', names[0], 1],
      ['lifecycle of a bucket failed', names[1], undefined],
      ['lifecycle cannot read a bucket', names[2], undefined],
      ['lifecycle', names[3], 1],
    ],
  )
})

test('the log counts what was done in each step', async () => {
  const here = await scene('enabled')
  await put(here.core, here.bucket, 'key', 'first')
  await put(here.core, here.bucket, 'key', 'second')
  await remove(here.core, here.bucket, 'gone')
  await initiate(here.core, here.bucket, 'upload')
  await setRules(here.core, here.bucket, EXPIRE, REMOVE_OLD, ABORT)
  here.world.clock.advance(DAY_MS)
  const { log, lines } = recordedLog()
  await runLifecycle(here.core, log)
  const nothing = {
    message: 'lifecycle',
    bucket: NAME,
    expired: 0,
    removed: 0,
    transitioned: 0,
    aborted: 0,
    refused: 0,
  }
  assert.deepEqual(lines, [
    { ...nothing, phase: 'versions', removed: 1 },
    { ...nothing, phase: 'objects', expired: 1 },
    { ...nothing, phase: 'markers', removed: 1 },
    { ...nothing, phase: 'uploads', aborted: 1 },
  ])
})

test('the job runs 24 times in each day, however short, and not more often than once a second', async () => {
  const { core } = await scene()
  assert.equal(lifecycleJob(core, silentLog).intervalMs, DAY_MS / 24)
  const limits = { ...core.dependencies.limits, dayMs: 1_000 }
  const short = { ...core, dependencies: { ...core.dependencies, limits } }
  assert.equal(lifecycleJob(short, silentLog).intervalMs, 1_000)
})
