/** Nothing in the core takes a locked version away: every path that could is run against one, alone and at random. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { manualClock } from '../../src/base/clock.js'
import { loadDigests } from '../../src/base/digests.js'
import { newMasterKey } from '../../src/base/master-key.js'
import { collectBytes, oneChunk } from '../../src/base/streams.js'
import { createMemoryBlobStore } from '../../src/blob/memory.js'
import { NO_WRITE_CONDITIONS } from '../../src/core/conditions.js'
import { createCore } from '../../src/core/core.js'
import { defaultCoreLimits } from '../../src/core/dependencies.js'
import { lockFormat } from '../../src/core/lock-record.js'
import { createSealing } from '../../src/core/sealing.js'
import { createMemoryMetaStore } from '../../src/meta/memory.js'
import { isApiError } from '../../src/model/errors/index.js'
import { type Bypass, NO_BYPASS } from '../../src/model/object-lock.js'
import type { ObjectLock, RetentionMode } from '../../src/model/version-extras.js'
import type { VersionReference } from '../../src/model/version-id.js'

const ACCOUNT = 'account'
const START = 1_700_000_000_000
const HOUR_MS = 3_600_000
const key = 'key'
const NULL: VersionReference = { kind: 'null' }
const NO_HEADERS = {
  contentType: undefined,
  cacheControl: undefined,
  contentDisposition: undefined,
  contentEncoding: undefined,
  contentLanguage: undefined,
  expires: undefined,
  userMetadata: [],
}
const MAY_BYPASS: Bypass = { governance: () => undefined, legalHold: false }
const retained = (mode: RetentionMode, until = START + HOUR_MS): ObjectLock => ({
  retention: { mode, retainUntil: until },
  legalHold: undefined,
})

const sourceOf = (text: string) => ({
  sizeBytes: text.length,
  digests: [],
  chunks: () => oneChunk(Buffer.from(text)),
  conclude: () => undefined,
})

async function createWorld(lock: ObjectLock | undefined) {
  const clock = manualClock(START)
  const core = createCore({
    meta: createMemoryMetaStore(),
    blobs: createMemoryBlobStore(),
    clock,
    random: randomBytes,
    digests: await loadDigests(),
    sealing: createSealing(newMasterKey(randomBytes), randomBytes),
    limits: { ...defaultCoreLimits, inlineSizeBytesMax: 4, trashDelayMs: 1 },
  })
  const request = { name: 'bucket', accountId: ACCOUNT, region: 'r', acl: 'private' } as const
  const bucket = await core.buckets.create(request)
  const put = async (text: string, extras = {}, name = key, source = sourceOf(text)) =>
    core.objects.put({
      bucket: (await core.buckets.find('bucket')) ?? assert.fail(),
      key: name,
      accountId: ACCOUNT,
      headers: NO_HEADERS,
      storageClass: 'STANDARD',
      acl: undefined,
      tags: [],
      extras,
      conditions: NO_WRITE_CONDITIONS,
      source,
    })
  await put('locked bytes', lock === undefined ? {} : { lock })
  const named = async (reference: VersionReference | undefined) => ({
    bucket: (await core.buckets.find('bucket')) ?? assert.fail(),
    key,
    reference,
  })
  const remove = async (reference: VersionReference | undefined, bypass = NO_BYPASS) =>
    core.objects.delete(await named(reference), ACCOUNT, undefined, bypass)
  const setLock = async (next: ObjectLock | undefined, bypass = NO_BYPASS) =>
    core.objects.setLock(await named(NULL), bypass, () => next)
  const copy = async (from = key) =>
    core.objects.copy({
      ...(await named(undefined)),
      accountId: ACCOUNT,
      acl: undefined,
      conditions: NO_WRITE_CONDITIONS,
      source: { ...(await named(from === key ? NULL : undefined)), key: from },
      describe: () => ({ headers: NO_HEADERS, storageClass: 'STANDARD', checksum: undefined, tags: [], extras: {} }),
    })
  const complete = async () => {
    const { bucket } = await named(undefined)
    const attributes = { accountId: ACCOUNT, headers: NO_HEADERS, storageClass: 'STANDARD', tags: [], extras: {} }
    const { multipart } = core
    const { id } = await multipart.initiate({ bucket, key, ...attributes, checksum: undefined, acl: undefined })
    const name = { bucket, key, uploadId: id }
    const { etag } = await multipart.putPart(name, 1, sourceOf('bytes of a part'))
    return multipart.complete({
      ...name,
      accountId: ACCOUNT,
      parts: [{ number: 1, etag, checksum: undefined }],
      partSizeBytesMin: 1,
      partNumbersContinuous: true,
      conditions: NO_WRITE_CONDITIONS,
      expectedChecksum: undefined,
      expectedSizeBytes: undefined,
    })
  }
  const read = async () => {
    const range = { startBytes: 0, endBytes: 12 }
    const { version } = await core.objects.find(await named(NULL))
    return (await collectBytes(core.objects.bytesOf(version, range), 100)).toString()
  }
  return { core, clock, bucket, put, remove, setLock, copy, complete, named, read }
}

type World = Awaited<ReturnType<typeof createWorld>>

/** What puts a version of other bytes on top. */
const WRITERS: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  put: ({ put }) => put('other bytes'),
  'a copy of other bytes': async ({ put, copy }) => {
    await put('other bytes', {}, 'source')
    return copy('source')
  },
  'the completion of an upload': ({ complete }) => complete(),
}
const OVER_NULL: typeof WRITERS = { ...WRITERS, 'a delete': ({ remove }) => remove(undefined) }

/** Each may fail with the refusal and with nothing else. */
const PATHS: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  ...WRITERS,
  copy: ({ copy }) => copy(),
  delete: ({ remove }) => remove(undefined),
  'delete the null version': ({ remove }) => remove(NULL),
  tags: async ({ core, named }) => core.objects.setTags(await named(NULL), [], () => undefined),
  acl: async ({ core, named }) => core.objects.setAcl(await named(NULL), 'private', () => undefined),
  'no lock': ({ setLock }) => setLock(undefined),
  'no lock, with a bypass': ({ setLock }) => setLock(undefined, MAY_BYPASS),
  'delete with a bypass': ({ remove }) => remove(NULL, MAY_BYPASS),
  governance: ({ setLock }) => setLock(retained('GOVERNANCE', START + 9 * HOUR_MS), MAY_BYPASS),
  shorter: ({ setLock }) => setLock(retained('COMPLIANCE', START + 1), MAY_BYPASS),
  enabled: async ({ core, bucket }) => core.buckets.setVersioning(bucket, 'enabled'),
  suspended: async ({ core, bucket }) => core.buckets.setVersioning(bucket, 'suspended'),
  'delete the bucket': async ({ core, bucket }) => core.buckets.delete(bucket, { uploadsCount: true }),
  reclaim: async ({ core, clock }) => {
    clock.advance(10)
    await core.reclaim.reclaimStep(100)
    await core.reclaim.scrubStep(undefined, 100, 0)
  },
}
const REFUSALS = ['ObjectLocked', 'InvalidLockedTime', 'BucketNotEmpty', 'NoSuchKey'] as const

async function attempt(path: string, world: World): Promise<void> {
  try {
    await PATHS[path]?.(world)
  } catch (error) {
    assert.ok(
      REFUSALS.some((each) => isApiError(error, each)),
      `${path}: ${error}`,
    )
  }
}

for (const path of Object.keys(PATHS)) {
  test(`a version under compliance survives: ${path}`, async () => {
    for (const versioning of ['unset', 'suspended'] as const) {
      const world = await createWorld(retained('COMPLIANCE'))
      if (versioning !== 'unset') await world.core.buckets.setVersioning(world.bucket, versioning)
      await attempt(path, world)
      assert.equal(await world.read(), 'locked bytes')
    }
  })
}

test('a version under compliance survives whatever is tried in whatever order', async () => {
  const sequences = fc.array(fc.constantFrom(...Object.keys(PATHS)), { minLength: 1, maxLength: 25, size: 'max' })
  await fc.assert(
    fc.asyncProperty(sequences, async (paths) => {
      const world = await createWorld(retained('COMPLIANCE'))
      for (const path of paths) await attempt(path, world)
      assert.equal(await world.read(), 'locked bytes')
      const { version } = await world.core.objects.find(await world.named(NULL))
      assert.deepEqual(version.extras.lock, retained('COMPLIANCE'))
    }),
    { numRuns: 60 },
  )
})

for (const [name, write] of Object.entries(OVER_NULL)) {
  test(`a locked null version is not displaced by ${name}`, async () => {
    for (const versioning of ['unset', 'suspended'] as const) {
      const world = await createWorld(retained('COMPLIANCE'))
      if (versioning !== 'unset') await world.core.buckets.setVersioning(world.bucket, versioning)
      await assert.rejects(write(world), (error) => isApiError(error, 'ObjectLocked'))
      assert.equal(await world.read(), 'locked bytes')
    }
  })

  test(`a locked null version that is not current is not dropped by ${name}`, async () => {
    const world = await createWorld(retained('COMPLIANCE'))
    const versioned = await world.core.buckets.setVersioning(world.bucket, 'enabled')
    await world.put('newer bytes')
    await world.core.buckets.setVersioning(versioned, 'suspended')
    await assert.rejects(write(world), (error) => isApiError(error, 'ObjectLocked'))
    assert.equal(await world.read(), 'locked bytes')
  })
}

test('a lock that comes while the body of a put is read stops its commit', async () => {
  const world = await createWorld(undefined)
  const source = {
    ...sourceOf('other bytes'),
    chunks: async function* () {
      await world.setLock(retained('COMPLIANCE'))
      yield Buffer.from('other bytes')
    },
  }
  await assert.rejects(world.put('other bytes', {}, key, source), (error) => isApiError(error, 'ObjectLocked'))
  assert.equal(await world.read(), 'locked bytes')
})

const DAY_TERM = { mode: 'COMPLIANCE', term: { unit: 'days', count: 1 } } as const
const UNVERSIONED = { needsVersioning: false, onlyGrows: true }

for (const [name, write] of Object.entries(WRITERS)) {
  test(`the retention of the bucket comes with ${name}`, async () => {
    const world = await createWorld(undefined)
    await world.core.buckets.putLock(world.bucket, { defaultRetention: DAY_TERM }, UNVERSIONED)
    await write(world)
    const { version } = await world.core.objects.find(await world.named(NULL))
    assert.deepEqual(version.extras.lock, retained('COMPLIANCE', START + 24 * HOUR_MS))
  })
}

test('the lock of a bucket is neither replaced nor removed as a document', async () => {
  const { core, bucket } = await createWorld(undefined)
  const locked = await core.buckets.putLock(bucket, { defaultRetention: DAY_TERM }, UNVERSIONED)
  await assert.rejects(core.documents.put(locked, 'object-lock', () => []))
  await assert.rejects(core.documents.remove(locked, 'object-lock'))
  assert.deepEqual(await core.documents.find(locked, lockFormat), { defaultRetention: DAY_TERM })
})

test('governance gives way to a bypass and to nothing else, and a legal hold not even to that', async () => {
  const governed = await createWorld(retained('GOVERNANCE'))
  await assert.rejects(governed.remove(NULL), (error) => isApiError(error, 'ObjectLocked'))
  await assert.rejects(governed.setLock(undefined), (error) => isApiError(error, 'InvalidLockedTime'))
  await governed.remove(NULL, MAY_BYPASS)
  const held = await createWorld({ retention: undefined, legalHold: true })
  await assert.rejects(held.remove(NULL, MAY_BYPASS), (error) => isApiError(error, 'ObjectLocked'))
  await assert.rejects(held.setLock(undefined, MAY_BYPASS), (error) => isApiError(error, 'ObjectLocked'))
  await held.setLock(undefined, { governance: undefined, legalHold: true })
  await held.remove(NULL)
})

test('a retention ends at its date, may be extended before, and a clock that runs backwards locks again', async () => {
  const world = await createWorld(retained('COMPLIANCE'))
  await world.setLock(retained('COMPLIANCE', START + 2 * HOUR_MS))
  world.clock.advance(2 * HOUR_MS - 1)
  await assert.rejects(world.remove(NULL), (error) => isApiError(error, 'ObjectLocked'))
  world.clock.advance(1)
  world.clock.advance(-1)
  await assert.rejects(world.remove(NULL), (error) => isApiError(error, 'ObjectLocked'))
  world.clock.advance(1)
  await world.remove(NULL)
})
