/**
 * A small store in memory for tests that stop, fail and interleave: everything that differs between two runs is seeded,
 * so that a run can be repeated call by call. Sizes are tiny: 64 bytes fit inline, a chunk has 50.
 */

import assert from 'node:assert/strict'
import type { Bytes } from '../../src/base/bytes.js'
import { type ManualClock, manualClock } from '../../src/base/clock.js'
import { loadDigests } from '../../src/base/digests.js'
import { type CallCounter, createCallCounter, type FaultHook } from '../../src/base/faults.js'
import type { RandomBytes } from '../../src/base/ids.js'
import { newMasterKey } from '../../src/base/master-key.js'
import type { BlobStore } from '../../src/blob/blob-store.js'
import { createFaultyBlobStore } from '../../src/blob/faulty.js'
import { createMemoryBlobStore } from '../../src/blob/memory.js'
import { piecesOf } from '../../src/core/changes.js'
import { NO_WRITE_CONDITIONS, type WriteConditions } from '../../src/core/conditions.js'
import { type Core, createCore } from '../../src/core/core.js'
import { defaultCoreLimits } from '../../src/core/dependencies.js'
import { type Inspection, inspectStores } from '../../src/core/inspection.js'
import type { ObjectSource } from '../../src/core/object-source.js'
import { bucketCodec, decodeVersion, kinds, partCodec, rangeOf, scanAll, uploadCodec } from '../../src/core/rows.js'
import { createSealing } from '../../src/core/sealing.js'
import { readStored } from '../../src/core/stored-bytes.js'
import { createFaultyMetaStore } from '../../src/meta/faulty.js'
import { keyParts } from '../../src/meta/key.js'
import { createMemoryMetaStore } from '../../src/meta/memory.js'
import type { MetaStore } from '../../src/meta/meta-store.js'
import type { Bucket, Versioning } from '../../src/model/bucket.js'
import type { Acl } from '../../src/model/grants.js'
import type { ObjectHeaders, Piece } from '../../src/model/version.js'

const digests = await loadDigests()
const DAY_MS = 86_400_000
const START_MS = Date.UTC(2025, 0, 1)
export const ACCOUNT_ID = 'account'

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function seededBytes(seed: number): RandomBytes {
  const next = seededNumbers(seed)
  return (sizeBytes) => Buffer.from(Array.from({ length: sizeBytes }, () => Math.floor(next() * 256)))
}

export interface World {
  readonly meta: MetaStore
  readonly blobs: BlobStore
  readonly clock: ManualClock
  /** A process over the same stores. Its calls go through the hook. */
  start(hook?: FaultHook, counter?: CallCounter): Core
}

export function createWorld(seed = 1): World {
  const meta = createMemoryMetaStore()
  const blobs = createMemoryBlobStore()
  const clock = manualClock(START_MS)
  const random = seededBytes(seed)
  const sealing = createSealing(newMasterKey(seededBytes(seed)), seededBytes(seed + 1))
  return {
    meta,
    blobs,
    clock,
    start: (hook = () => undefined, counter = createCallCounter()) =>
      createCore({
        meta: createFaultyMetaStore(meta, hook, counter),
        blobs: createFaultyBlobStore(blobs, hook, counter),
        clock,
        random,
        sealing,
        digests,
        limits: { ...defaultCoreLimits, inlineSizeBytesMax: 64 },
      }),
  }
}

// --- operations, as short as tests want them ------------------------------------------------------------------

export const HEADERS: ObjectHeaders = {
  contentType: 'text/plain',
  cacheControl: undefined,
  contentDisposition: undefined,
  contentEncoding: undefined,
  contentLanguage: undefined,
  expires: undefined,
  userMetadata: [],
}
const ATTRIBUTES = {
  headers: HEADERS,
  storageClass: 'STANDARD',
  accountId: ACCOUNT_ID,
  acl: undefined,
  tags: [],
  extras: {},
}
const CHUNK_SIZE_BYTES = 50

/** Longer than what is kept inline, and different for each word. */
export function large(word: string): string {
  return `${word} `.repeat(200).slice(0, 180)
}

export function sourceOf(text: string): ObjectSource {
  const bytes = Buffer.from(text)
  return {
    sizeBytes: bytes.byteLength,
    digests: [],
    conclude: () => undefined,
    chunks: async function* (): AsyncGenerator<Bytes> {
      for (let at = 0; at < bytes.byteLength; at += CHUNK_SIZE_BYTES) yield bytes.subarray(at, at + CHUNK_SIZE_BYTES)
    },
  }
}

export const when = (conditions: WriteConditions['conditions']): WriteConditions => ({
  ...NO_WRITE_CONDITIONS,
  conditions,
})

export async function makeBucket(core: Core, name: string, versioning: Versioning = 'unset'): Promise<Bucket> {
  const bucket = await core.buckets.create({ name, accountId: ACCOUNT_ID, region: 'local', acl: 'private' })
  return versioning === 'unset' ? bucket : core.buckets.setVersioning(bucket, versioning)
}

export async function bucketNamed(core: Core, name: string): Promise<Bucket> {
  const bucket = await core.buckets.find(name)
  assert.ok(bucket !== undefined, `there is a bucket ${name}`)
  return bucket
}

export function put(core: Core, bucket: Bucket, key: string, text: string, conditions = NO_WRITE_CONDITIONS) {
  return core.objects.put({ ...ATTRIBUTES, bucket, key, conditions, source: sourceOf(text) })
}

export function remove(core: Core, bucket: Bucket, key: string) {
  return core.objects.delete({ bucket, key, reference: undefined }, ACCOUNT_ID)
}

export function removeVersion(core: Core, bucket: Bucket, key: string, sequence: string | 'null') {
  const reference = sequence === 'null' ? { kind: 'null' as const } : { kind: 'sequence' as const, sequence }
  return core.objects.delete({ bucket, key, reference }, ACCOUNT_ID)
}

export function copy(core: Core, bucket: Bucket, from: string, to: string, headers: ObjectHeaders = HEADERS) {
  return core.objects.copy({
    bucket,
    key: to,
    accountId: ACCOUNT_ID,
    acl: undefined,
    conditions: NO_WRITE_CONDITIONS,
    source: { bucket, key: from, reference: undefined },
    describe: ({ version: { storageClass, checksum, tags } }) => ({
      headers,
      storageClass,
      checksum,
      tags,
      extras: {},
    }),
  })
}

export function setAcl(core: Core, bucket: Bucket, key: string, acl: Acl, sequence?: string) {
  const reference = sequence === undefined ? undefined : { kind: 'sequence' as const, sequence }
  return core.objects.setAcl({ bucket, key, reference }, acl, () => undefined)
}

export async function initiate(core: Core, bucket: Bucket, key: string): Promise<string> {
  return (await core.multipart.initiate({ ...ATTRIBUTES, bucket, key, checksum: undefined })).id
}

export function putPart(core: Core, bucket: Bucket, key: string, uploadId: string, number: number, text: string) {
  return core.multipart.putPart({ bucket, key, uploadId }, number, sourceOf(text))
}

export function copyPart(core: Core, bucket: Bucket, key: string, uploadId: string, number: number, from: string) {
  return core.multipart.copyPart({
    bucket,
    key,
    uploadId,
    number,
    source: { bucket, key: from, reference: undefined },
    choose: ({ version }) => ({ startBytes: 1, endBytes: version.sizeBytes }),
  })
}

/** With all parts that are there, or those named. */
export async function complete(core: Core, bucket: Bucket, key: string, uploadId: string, numbers?: readonly number[]) {
  const { parts } = await core.multipart.listParts({ bucket, key, uploadId }, 0, 1_000)
  const chosen = parts.filter(({ number }) => numbers === undefined || numbers.includes(number))
  return core.multipart.complete({
    bucket,
    key,
    uploadId,
    accountId: ACCOUNT_ID,
    parts: chosen.map(({ number, etag }) => ({ number, etag, checksum: undefined })),
    partSizeBytesMin: 1,
    partNumbersContinuous: false,
    conditions: NO_WRITE_CONDITIONS,
    expectedChecksum: undefined,
    expectedSizeBytes: undefined,
  })
}

export async function putInParts(core: Core, bucket: Bucket, key: string, texts: readonly string[]) {
  const uploadId = await initiate(core, bucket, key)
  for (const [index, text] of texts.entries()) await putPart(core, bucket, key, uploadId, index + 1, text)
  return complete(core, bucket, key, uploadId)
}

export async function read(core: Core, bucket: Bucket, key: string): Promise<string> {
  const { body } = await core.objects.open({ bucket, key, reference: undefined }, ({ version }) => ({
    range: { startBytes: 0, endBytes: version.sizeBytes },
  }))
  if (body instanceof Uint8Array) return Buffer.from(body).toString()
  const chunks: Bytes[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

// --- what is there ---------------------------------------------------------------------------------------------

/**
 * Everything that a client can see, one line each: buckets, versions with their bodies, uploads with their parts. Where
 * the bytes lie is left out, and so is whether a bucket is being deleted.
 */
export async function visible({ meta, blobs }: Pick<World, 'meta' | 'blobs'>): Promise<readonly string[]> {
  const lines: string[] = []
  const textOf = async (pieces: readonly Piece[]) => {
    const chunks: Bytes[] = []
    for await (const chunk of readStored({ meta, blobs }, pieces)) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }
  for await (const { value } of scanAll(meta, rangeOf(Buffer.of(kinds.bucket)))) {
    const { id, name, versioning, acl } = bucketCodec.decode(value)
    lines.push(`bucket ${name} ${id} ${versioning} ${acl}`)
  }
  for (const [word, kind] of [
    ['current', kinds.object] as const,
    ['marker', kinds.marker] as const,
    ['older', kinds.version] as const,
  ]) {
    for await (const { key, value } of scanAll(meta, rangeOf(Buffer.of(kind)))) {
      const [bucketId = '', name = ''] = keyParts(key, word === 'older' ? 3 : 2).map(String)
      const version = decodeVersion(name, value)
      const shared = `${word} ${bucketId} ${name} ${version.sequence} ${version.isNull ? 'null' : 'numbered'}`
      if (version.kind === 'marker') lines.push(shared)
      else {
        const body = await textOf(await piecesOf(meta, version.content))
        lines.push(`${shared} ${version.etag} ${version.acl} ${JSON.stringify(version.headers)} ${body}`)
      }
    }
  }
  for await (const { value } of scanAll(meta, rangeOf(Buffer.of(kinds.upload)))) {
    const { id, key } = uploadCodec.decode(value)
    lines.push(`upload ${key} ${id}`)
  }
  for await (const { key, value } of scanAll(meta, rangeOf(Buffer.of(kinds.part)))) {
    const { number, etag, pieces } = partCodec.decode(value)
    lines.push(`part ${keyParts(key, 2)[0]} ${number} ${etag} ${await textOf(pieces)}`)
  }
  return lines
}

export function inspect(world: Pick<World, 'meta' | 'blobs'>): Promise<Inspection> {
  return inspectStores(world, digests)
}

/** Runs upkeep until nothing is left to do, with all delays over. */
export async function upkeep(world: World): Promise<void> {
  const { reclaim } = world.start()
  world.clock.advance(2 * DAY_MS)
  let scrubbed = await reclaim.scrubStep(undefined, 2, DAY_MS)
  while (scrubbed.more) scrubbed = await reclaim.scrubStep(scrubbed.cursor, 2, DAY_MS)
  world.clock.advance(DAY_MS)
  while ((await reclaim.reclaimStep(3)).more);
}

/** Nothing is damaged, and after upkeep nothing is left over: no orphan, no trash, no byte that nobody names. */
export async function assertSound(world: World): Promise<void> {
  const before = await inspect(world)
  assert.deepEqual(
    before.findings.filter(({ severity }) => severity === 'damage'),
    [],
  )
  const seen = await visible(world)
  await upkeep(world)
  assert.deepEqual(await visible(world), seen, 'upkeep changes nothing that a client can see')
  const after = await inspect(world)
  assert.deepEqual(after.findings, [], 'nothing is left over')
  assert.equal(after.counts['trash'] ?? 0, 0, 'the trash is empty')
}
