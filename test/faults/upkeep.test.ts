/** Upkeep, with time moved by hand: bytes go when nothing names them and their time is over, and never before. */

import assert from 'node:assert/strict'
import test from 'node:test'
import type { BlobId } from '../../src/blob/blob-store.js'
import type { Core } from '../../src/core/core.js'
import { asBlobId } from '../../src/core/stored-bytes.js'
import { reclaimJob, scrubJob } from '../../src/jobs/upkeep.js'
import { isApiError } from '../../src/model/errors/index.js'
import {
  assertSound,
  createWorld,
  inspect,
  large,
  makeBucket,
  put,
  putInParts,
  read,
  remove,
  sourceOf,
  type World,
} from './world.js'

const TRASH_DELAY_MS = 15 * 60_000
const SCRUB_AGE_MS = 3_600_000
const NAME = 'upkeep-1250000000'

async function reclaim(core: Core): Promise<void> {
  const job = reclaimJob(core)
  while ((await job.step(undefined)).more);
}

async function scrub(core: Core): Promise<void> {
  const job = scrubJob(core, 1)
  for (let outcome = await job.step(undefined); outcome.more; outcome = await job.step(outcome.cursor));
}

async function blobCount({ blobs }: World): Promise<number> {
  return (await blobs.list(undefined, 1_000)).length
}

/** What a crash between the blob and its row leaves. */
async function orphan({ blobs, clock }: World, serial: number): Promise<BlobId> {
  const id = asBlobId(clock.now().toString(16).padStart(12, '0') + serial.toString(16).padStart(16, '0'))
  await blobs.write(id, sourceOf(large('orphan')).chunks(), { signal: new AbortController().signal })
  return id
}

test('the bytes of a removed object go after the trash delay, and not before', async () => {
  const world = createWorld()
  const core = world.start()
  const bucket = await makeBucket(core, NAME)
  await put(core, bucket, 'key', large('body'))
  await remove(core, bucket, 'key')
  world.clock.advance(TRASH_DELAY_MS - 1)
  await reclaim(core)
  assert.equal(await blobCount(world), 1)
  world.clock.advance(1)
  await reclaim(core)
  assert.equal(await blobCount(world), 0)
  await assertSound(world)
})

test('scrub leaves bytes to the trash that are there already, however old they are', async () => {
  const world = createWorld()
  const core = world.start()
  const bucket = await makeBucket(core, NAME)
  await put(core, bucket, 'key', large('body'))
  world.clock.advance(2 * SCRUB_AGE_MS)
  await remove(core, bucket, 'key')
  await scrub(core)
  world.clock.advance(TRASH_DELAY_MS - 1)
  await reclaim(core)
  assert.equal(await blobCount(world), 1)
  await assertSound(world)
})

test('a reader that is at an early piece gets the late ones, small ones too, although the object is gone', async () => {
  const world = createWorld()
  const core = world.start()
  const bucket = await makeBucket(core, NAME)
  const parts = [large('one'), 'a small end']
  await putInParts(core, bucket, 'key', parts)
  const { body } = await core.objects.open({ bucket, key: 'key', reference: undefined }, ({ version }) => ({
    range: { startBytes: 0, endBytes: version.sizeBytes },
  }))
  assert.ok(!(body instanceof Uint8Array))
  const chunks: Uint8Array[] = []
  for await (const chunk of body) {
    if (chunks.length === 0) {
      await remove(core, bucket, 'key')
      world.clock.advance(TRASH_DELAY_MS - 1)
      await reclaim(core)
    }
    chunks.push(chunk)
  }
  assert.equal(Buffer.concat(chunks).toString(), parts.join(''))
  await assertSound(world)
})

test('scrub condemns old orphans, reclaim removes them; young ones and named ones stay', async () => {
  const world = createWorld()
  const core = world.start()
  const bucket = await makeBucket(core, NAME)
  await put(core, bucket, 'key', large('body'))
  for (let serial = 0; serial < 3; serial++) await orphan(world, serial)
  world.clock.advance(SCRUB_AGE_MS - 1)
  await scrub(core)
  world.clock.advance(TRASH_DELAY_MS)
  const young = await orphan(world, 9)
  await reclaim(core)
  assert.equal(await blobCount(world), 5, 'none was old enough')
  await scrub(core)
  assert.equal(await blobCount(world), 5, 'condemned, and still there')
  world.clock.advance(TRASH_DELAY_MS)
  await reclaim(core)
  const left = (await world.blobs.list(undefined, 10)).map(({ id }) => id)
  assert.equal(left.length, 2)
  assert.ok(left.includes(young))
  assert.equal(await read(core, bucket, 'key'), large('body'))
  await assertSound(world)
})

/** Runs `meanwhile` when the body is stored and its row is not yet committed, an hour and more after it began. */
async function slowPut(
  world: World,
  meanwhile: (core: Core) => Promise<void>,
): Promise<{ readonly put: unknown; readonly body: string }> {
  const core = world.start()
  const bucket = await makeBucket(core, NAME)
  const body = large('slow')
  let written = false
  const slow = world.start(async ({ store, method, moment }) => {
    if (store !== 'blob' || method !== 'write' || moment !== 'after' || written) return
    written = true
    world.clock.advance(SCRUB_AGE_MS)
    await meanwhile(core)
  })
  const outcome = await put(slow, bucket, 'key', body).catch((error: unknown) => error)
  return { put: outcome, body }
}

test('a body that was an hour on its way is committed when scrub has not seen it', async () => {
  const world = createWorld()
  const { put: outcome, body } = await slowPut(world, async () => undefined)
  assert.ok(!(outcome instanceof Error))
  const core = world.start()
  await scrub(core)
  const bucket = await core.buckets.find(NAME)
  assert.ok(bucket !== undefined)
  assert.equal(await read(core, bucket, 'key'), body)
  await assertSound(world)
})

test('a body that scrub condemned before its commit is refused, even if scrub and reclaim come again', async () => {
  const world = createWorld()
  const { put: outcome } = await slowPut(world, async (core) => {
    await scrub(core)
    await reclaim(core)
    world.clock.advance(TRASH_DELAY_MS - 1)
    await scrub(core)
    await reclaim(core)
  })
  assert.ok(isApiError(outcome, 'OperationAborted'), String(outcome))
  await assertSound(world)
})

test('scrub that is overtaken by the commit removes nothing', async () => {
  const world = createWorld()
  const core = world.start()
  const bucket = await makeBucket(core, NAME)
  const begun = world.clock.now()
  let going: Promise<unknown> | undefined
  const body = large('in between')
  // Scrub has read that nothing owns the blob; the put commits before scrub can condemn it.
  let finishPut: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    finishPut = resolve
  })
  const putting = world.start(async ({ store, method, moment }) => {
    if (store === 'blob' && method === 'write' && moment === 'after') await held
  })
  going = put(putting, bucket, 'key', body)
  while ((await blobCount(world)) === 0) await new Promise<void>((resolve) => setImmediate(resolve))
  world.clock.advance(SCRUB_AGE_MS)
  let reads = 0
  const scrubbing = world.start(async ({ method, moment }) => {
    if (method !== 'getMany' || moment !== 'after' || reads++ > 0) return
    finishPut()
    await going
  })
  await scrub(scrubbing)
  assert.equal(reads, 1)
  world.clock.advance(TRASH_DELAY_MS)
  await reclaim(core)
  assert.equal(await read(core, bucket, 'key'), body)
  assert.ok(world.clock.now() > begun)
  assert.deepEqual((await inspect(world)).findings, [])
})

test('scrub walks in pages from its cursor and sees every blob', async () => {
  const world = createWorld()
  const core = world.start()
  for (let serial = 0; serial < 7; serial++) await orphan(world, serial)
  world.clock.advance(SCRUB_AGE_MS)
  let cursor: BlobId | undefined
  const condemned: number[] = []
  for (;;) {
    const step = await core.reclaim.scrubStep(cursor, 3, SCRUB_AGE_MS)
    condemned.push(step.condemned)
    if (!step.more) break
    cursor = step.cursor
  }
  assert.deepEqual(condemned, [3, 3, 1])
  await assertSound(world)
})
