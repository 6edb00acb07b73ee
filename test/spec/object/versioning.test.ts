/**
 * Versioning against a reference model: random writes, deletes, copies and completed uploads under changing versioning
 * states leave exactly the versions that a plain list per key predicts, and nothing at all once everything is deleted.
 */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ManualClock, manualClock } from '../../../src/base/clock.js'
import { loadDigests } from '../../../src/base/digests.js'
import { newMasterKey } from '../../../src/base/master-key.js'
import { collectBytes, oneChunk } from '../../../src/base/streams.js'
import { createMemoryBlobStore } from '../../../src/blob/memory.js'
import { NO_WRITE_CONDITIONS } from '../../../src/core/conditions.js'
import { type Core, createCore } from '../../../src/core/core.js'
import { defaultCoreLimits } from '../../../src/core/dependencies.js'
import type { ObjectSource } from '../../../src/core/object-source.js'
import { versionIdOf } from '../../../src/core/objects.js'
import { kinds } from '../../../src/core/rows.js'
import { createSealing } from '../../../src/core/sealing.js'
import { createMemoryMetaStore } from '../../../src/meta/memory.js'
import type { Bucket, Versioning } from '../../../src/model/bucket.js'
import { isApiError } from '../../../src/model/errors/index.js'
import type { AnyVersion } from '../../../src/model/version.js'
import { encodeVersionId, parseVersionId, type VersionReference } from '../../../src/model/version-id.js'

const KEYS = ['a', 'a/b', 'é'] as const
type Key = (typeof KEYS)[number]

type Step =
  | { readonly kind: 'versioning'; readonly to: Exclude<Versioning, 'unset'> }
  | { readonly kind: 'put'; readonly key: Key; readonly sizeBytes: number }
  | { readonly kind: 'delete'; readonly key: Key }
  | { readonly kind: 'delete-version'; readonly key: Key; readonly at: number }
  | { readonly kind: 'copy'; readonly from: Key; readonly at: number | undefined; readonly key: Key }
  | { readonly kind: 'complete'; readonly key: Key; readonly sizesBytes: readonly number[]; readonly copied: boolean }

const key: fc.Arbitrary<Key> = fc.constantFrom('a', 'a', 'a', ...KEYS)
/** Empty, inline and blob: the limit between the latter two is 16 bytes here. */
const sizeBytes = fc.constantFrom(0, 5, 16, 17, 40)
const at = fc.nat({ max: 5 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('versioning'), to: fc.constantFrom('enabled', 'suspended') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put'), key, sizeBytes }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete'), key }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete-version'), key, at }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('copy'), from: key, at: fc.option(at, { nil: undefined }), key }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('complete'),
      key,
      sizesBytes: fc.array(sizeBytes, { minLength: 1, maxLength: 3 }),
      copied: fc.boolean(),
    }),
  },
)

/** `max`: the library's own measure of length would stop at ten steps, where few states are reached. */
const steps = fc.array(step, { minLength: 1, maxLength: 40, size: 'max' })

interface ModelVersion {
  readonly id: string
  /** Undefined for a delete marker. */
  readonly bytes: Buffer | undefined
}

/** Newest first. */
type Model = Map<Key, ModelVersion[]>

interface World {
  readonly core: Core
  readonly clock: ManualClock
  readonly model: Model
  versioning: Versioning
  /** Ids that keys have had; none but `null` may come back. */
  readonly used: Set<string>
}

const ACCOUNT = 'account'
const TRASH_DELAY_MS = 1000

async function createWorld(): Promise<World> {
  const clock = manualClock(1_700_000_000_000)
  const core = createCore({
    meta: createMemoryMetaStore(),
    blobs: createMemoryBlobStore(),
    clock,
    random: randomBytes,
    digests: await loadDigests(),
    sealing: createSealing(newMasterKey(randomBytes), randomBytes),
    limits: { ...defaultCoreLimits, inlineSizeBytesMax: 16, trashDelayMs: TRASH_DELAY_MS },
  })
  await core.buckets.create({ name: 'bucket', accountId: ACCOUNT, region: 'r', acl: 'private' })
  return { core, clock, model: new Map(), versioning: 'unset', used: new Set() }
}

async function bucketOf({ core }: World): Promise<Bucket> {
  const bucket = await core.buckets.find('bucket')
  assert.ok(bucket)
  return bucket
}

function sourceOf(bytes: Buffer): ObjectSource {
  return { sizeBytes: bytes.byteLength, digests: [], chunks: () => oneChunk(bytes), conclude: () => undefined }
}

function versionsOf({ model }: World, name: Key): readonly ModelVersion[] {
  return model.get(name) ?? []
}

/** What S3 and COS say of a new current version. */
function push(world: World, name: Key, written: AnyVersion, bytes: Buffer | undefined): void {
  const id = versionIdOf(written)
  assert.equal(id === 'null', world.versioning !== 'enabled')
  if (id !== 'null') {
    assert.ok(!world.used.has(name + id), 'version ids are not used again')
    world.used.add(name + id)
  }
  const kept = versionsOf(world, name).filter((version) => id !== 'null' || version.id !== 'null')
  world.model.set(name, [{ id, bytes }, ...kept])
}

function reference(id: string): VersionReference {
  const parsed = parseVersionId(id)
  assert.ok(parsed)
  return parsed
}

const ABSENT_ID = encodeVersionId('18000000000000000000')
const ATTRIBUTES = {
  accountId: ACCOUNT,
  acl: undefined,
  tags: [],
  extras: {},
  storageClass: 'STANDARD',
  conditions: NO_WRITE_CONDITIONS,
  headers: {
    contentType: undefined,
    cacheControl: undefined,
    contentDisposition: undefined,
    contentEncoding: undefined,
    contentLanguage: undefined,
    expires: undefined,
    userMetadata: [],
  },
}

async function take(world: World, taken: Step): Promise<void> {
  const { core, clock } = world
  clock.advance(1)
  const bucket = await bucketOf(world)
  switch (taken.kind) {
    case 'versioning':
      await core.buckets.setVersioning(bucket, taken.to)
      world.versioning = taken.to
      return
    case 'put': {
      const bytes = randomBytes(taken.sizeBytes)
      const { version } = await core.objects.put({ ...ATTRIBUTES, bucket, key: taken.key, source: sourceOf(bytes) })
      return push(world, taken.key, version, bytes)
    }
    case 'delete':
      return takeDelete(world, bucket, taken.key)
    case 'delete-version': {
      const versions = versionsOf(world, taken.key)
      const named = versions[taken.at]
      const outcome = await core.objects.delete(
        { bucket, key: taken.key, reference: reference(named?.id ?? ABSENT_ID) },
        ACCOUNT,
      )
      assert.equal(outcome.removed === undefined, named === undefined)
      world.model.set(
        taken.key,
        versions.filter((version) => version !== named),
      )
      return
    }
    case 'copy':
      return takeCopy(world, bucket, taken)
    case 'complete':
      return takeComplete(world, bucket, taken)
  }
}

async function takeDelete(world: World, bucket: Bucket, name: Key): Promise<void> {
  const outcome = await world.core.objects.delete({ bucket, key: name, reference: undefined }, ACCOUNT)
  if (world.versioning === 'unset') {
    assert.equal(outcome.marker, undefined)
    world.model.set(name, [])
    return
  }
  assert.ok(outcome.marker)
  push(world, name, outcome.marker, undefined)
}

async function takeCopy(world: World, bucket: Bucket, taken: Extract<Step, { kind: 'copy' }>): Promise<void> {
  const versions = versionsOf(world, taken.from)
  const named = taken.at === undefined ? versions[0] : versions[taken.at]
  const copied = world.core.objects.copy({
    ...ATTRIBUTES,
    bucket,
    key: taken.key,
    source: {
      bucket,
      key: taken.from,
      reference: taken.at === undefined ? undefined : reference(named?.id ?? ABSENT_ID),
    },
    describe: ({ version }) => ({
      headers: version.headers,
      storageClass: 'STANDARD',
      checksum: undefined,
      tags: [],
      extras: {},
    }),
  })
  if (named?.bytes !== undefined) return push(world, taken.key, (await copied).version, named.bytes)
  const expected = taken.at === undefined ? 'NoSuchKey' : named === undefined ? 'NoSuchVersion' : 'DeleteMarkerNamed'
  await assert.rejects(copied, (error) => isApiError(error, expected))
}

/** Part 1 may be a copied range of the current object; a part that is not listed is uploaded as well. */
async function takeComplete(world: World, bucket: Bucket, taken: Extract<Step, { kind: 'complete' }>): Promise<void> {
  const { multipart } = world.core
  const { id: uploadId } = await multipart.initiate({ ...ATTRIBUTES, bucket, key: taken.key, checksum: undefined })
  const name = { bucket, key: taken.key, uploadId }
  const parts: { number: number; etag: string; checksum: undefined }[] = []
  const bytes: Buffer[] = []
  const current = versionsOf(world, taken.key)[0]?.bytes
  for (const [index, size] of taken.sizesBytes.entries()) {
    const number = index + 1
    if (taken.copied && index === 0 && current !== undefined) {
      const source = { bucket, key: taken.key, reference: undefined }
      const range = { startBytes: Math.min(1, current.byteLength), endBytes: current.byteLength }
      const { part } = await multipart.copyPart({ ...name, number, source, choose: () => range })
      bytes.push(current.subarray(range.startBytes))
      parts.push({ number, etag: part.etag, checksum: undefined })
      continue
    }
    const body = randomBytes(size)
    await multipart.putPart(name, number, sourceOf(randomBytes(20)))
    const part = await multipart.putPart(name, number, sourceOf(body))
    bytes.push(body)
    parts.push({ number, etag: part.etag, checksum: undefined })
  }
  await multipart.putPart(name, 99, sourceOf(randomBytes(20)))
  const { version } = await multipart.complete({
    ...name,
    accountId: ACCOUNT,
    parts,
    partSizeBytesMin: 0,
    partNumbersContinuous: true,
    conditions: NO_WRITE_CONDITIONS,
    expectedChecksum: undefined,
    expectedSizeBytes: undefined,
  })
  push(world, taken.key, version, Buffer.concat(bytes))
}

/** Every version is found by its id with its bytes; the current state is the newest one's; nothing else is found. */
async function compareKey(world: World, name: Key): Promise<void> {
  const { core } = world
  const bucket = await bucketOf(world)
  const versions = versionsOf(world, name)
  const read = async (id: string | undefined) => {
    const named = { bucket, key: name, reference: id === undefined ? undefined : reference(id) }
    const { object, body } = await core.objects.open(named, ({ version }) => ({
      range: { startBytes: 0, endBytes: version.sizeBytes },
    }))
    const bytes = body instanceof Uint8Array ? Buffer.from(body) : await collectBytes(body, 1000)
    return { id: versionIdOf(object.version), bytes }
  }
  const refused = (id: string | undefined, condition: 'NoSuchKey' | 'NoSuchVersion' | 'DeleteMarkerNamed') =>
    assert.rejects(read(id), (error) => isApiError(error, condition), `${name} ${id}`)
  for (const version of versions) {
    if (version.bytes === undefined) await refused(version.id, 'DeleteMarkerNamed')
    else assert.deepEqual(await read(version.id), version)
  }
  const [newest] = versions
  if (newest?.bytes === undefined) await refused(undefined, 'NoSuchKey')
  else assert.deepEqual(await read(undefined), newest)
  await refused(ABSENT_ID, 'NoSuchVersion')
  if (!versions.some(({ id }) => id === 'null')) await refused('null', 'NoSuchVersion')
}

/** ListObjectVersions in pages of `limit`, and ListObjects. */
async function compareListings(world: World, limit: number): Promise<void> {
  const { core } = world
  const bucket = await bucketOf(world)
  const listed: string[] = []
  let after = ''
  let marker: VersionReference | undefined
  for (;;) {
    const request = { bucket, prefix: '', delimiter: '', limit, after, reference: marker }
    const { rows, truncated } = await core.listing.versions(request)
    for (const row of rows) {
      assert.ok(row.kind === 'entry')
      const { version, isLatest } = row.value
      const id = versionIdOf(version)
      listed.push(`${version.key} ${id} ${version.kind} ${isLatest}`)
      after = version.key
      marker = reference(id)
    }
    if (!truncated) break
    assert.equal(rows.length, limit)
  }
  const expected = KEYS.flatMap((name) =>
    versionsOf(world, name).map(
      ({ id, bytes }, index) => `${name} ${id} ${bytes === undefined ? 'marker' : 'object'} ${index === 0}`,
    ),
  )
  assert.deepEqual(listed, expected)
  const objects = await core.listing.objects({ bucket, prefix: '', delimiter: '', limit: 100, after: '' })
  assert.deepEqual(
    objects.rows.map((row) => (row.kind === 'entry' ? row.value.key : row.prefix)),
    KEYS.filter((name) => versionsOf(world, name)[0]?.bytes !== undefined),
  )
}

/** Rows about bytes and uploads, and blobs, that nothing should have left behind. */
async function leftovers({ core }: World): Promise<readonly string[]> {
  const { meta, blobs } = core.dependencies
  const found: string[] = []
  const checked = [
    'object',
    'marker',
    'version',
    'nullVersion',
    'inline',
    'manifest',
    'blob',
    'upload',
    'part',
    'trash',
  ]
  for (const [name, kind] of Object.entries(kinds)) {
    if (!checked.includes(name)) continue
    const rows = await meta.scan({ from: Buffer.of(kind), to: Buffer.of(kind + 1) }, { limit: 100 })
    for (const _ of rows) found.push(name)
  }
  for (const { id } of await blobs.list(undefined, 100)) found.push(`blob ${id}`)
  return found
}

test('any sequence of writes leaves the versions of the reference model, and deleting them leaves nothing', async () => {
  const runs = fc.asyncProperty(steps, fc.integer({ min: 1, max: 4 }), async (sequence, limit) => {
    const world = await createWorld()
    for (const taken of sequence) {
      await take(world, taken)
      if ('key' in taken) await compareKey(world, taken.key)
    }
    for (const name of KEYS) await compareKey(world, name)
    await compareListings(world, limit)

    const bucket = await bucketOf(world)
    for (const name of KEYS) {
      for (const { id } of versionsOf(world, name)) {
        await world.core.objects.delete({ bucket, key: name, reference: reference(id) }, ACCOUNT)
      }
    }
    world.clock.advance(TRASH_DELAY_MS + 1)
    while ((await world.core.reclaim.reclaimStep(100)).more);
    assert.deepEqual(await leftovers(world), [])
    await world.core.buckets.delete(bucket, { uploadsCount: true })
  })
  await fc.assert(runs, { seed: 20_260_101, numRuns: 50 })
})
