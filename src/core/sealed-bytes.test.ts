/** Encrypted bodies: what opens, how little of them is read for a range, and that damage never opens. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { Bytes } from '../base/bytes.js'
import { systemClock } from '../base/clock.js'
import { newMasterKey } from '../base/master-key.js'
import { secret } from '../base/secret.js'
import { createMemoryMetaStore } from '../meta/memory.js'
import type { Piece, PieceSeal } from '../model/version.js'
import { defaultCoreLimits } from './dependencies.js'
import { createKeyRing } from './key-ring.js'
import {
  createSealedBody,
  openSegments,
  type Protection,
  SEGMENT_BYTES,
  sealedSizeBytes,
  storedRange,
} from './sealed-bytes.js'
import { createSealing } from './sealing.js'
import { createServerKeys } from './server-keys.js'

const given = {
  meta: createMemoryMetaStore(),
  clock: systemClock,
  random: randomBytes,
  sealing: createSealing(newMasterKey(randomBytes), randomBytes),
  limits: defaultCoreLimits,
}
const keys = { ...given, serverKeys: createServerKeys(given), keyService: createKeyRing(given) }
const BLOB = '019e0000000000112233445566ab'
const CUSTOMER = secret(Buffer.alloc(32, 1).toString('base64'))
const damaged = (finding: string) => new Error(`damaged: ${finding}`)

async function bytesOf(source: AsyncIterable<Bytes>): Promise<Buffer> {
  const chunks: Bytes[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* once(bytes: Bytes): AsyncGenerator<Bytes> {
  yield bytes
}

async function sealed(body: Buffer, protection: Protection = { kind: 'server' }) {
  const made = await createSealedBody(keys, BLOB, protection)
  return { stored: await bytesOf(made.segments([body])), seal: made.seal(body.byteLength) }
}

const SERVER: Protection = { kind: 'server' }
const OF_CUSTOMER: Protection = { kind: 'customer', key: CUSTOMER }

function open(stored: Buffer, seal: PieceSeal, offsetBytes: number, sizeBytes: number, by = SERVER, blob = BLOB) {
  const piece: Piece = { blob, offsetBytes, sizeBytes, inline: false, seal }
  const { startBytes, endBytes } = storedRange(piece, seal)
  return bytesOf(openSegments(keys, piece, seal, by, once(stored.subarray(startBytes, endBytes)), damaged))
}

test('bodies of any size open again, whole and in ranges, from the segments that the range touches', async () => {
  for (const sizeBytes of [1, SEGMENT_BYTES - 1, SEGMENT_BYTES, SEGMENT_BYTES + 1, 3 * SEGMENT_BYTES]) {
    const body = randomBytes(sizeBytes)
    const { stored, seal } = await sealed(body)
    assert.equal(stored.byteLength, sealedSizeBytes(sizeBytes))
    assert.deepEqual(await open(stored, seal, 0, sizeBytes), body)
    const half = Math.floor(sizeBytes / 2)
    assert.deepEqual(await open(stored, seal, half, sizeBytes - half), body.subarray(half))
  }
  const { seal } = await sealed(randomBytes(10 * SEGMENT_BYTES))
  const piece: Piece = { blob: BLOB, offsetBytes: 5 * SEGMENT_BYTES - 1, sizeBytes: 2, inline: false }
  const { startBytes, endBytes } = storedRange(piece, seal)
  assert.equal(endBytes - startBytes, sealedSizeBytes(2 * SEGMENT_BYTES), 'two segments of ten')
})

test('what is altered, cut off, moved, or of another body does not open', async () => {
  const body = randomBytes(2 * SEGMENT_BYTES)
  const { stored, seal } = await sealed(body)
  const half = stored.byteLength / 2
  const altered = Buffer.from(stored)
  altered.writeUInt8(altered.readUInt8(70_000) ^ 1, 70_000)
  const swapped = Buffer.concat([stored.subarray(half), stored.subarray(0, half)])
  for (const other of [altered, swapped, stored.subarray(0, half), stored.subarray(0, -1)]) {
    await assert.rejects(open(other, seal, 0, body.byteLength), /damaged/)
  }
  const shorter = { ...seal, wholeSizeBytes: SEGMENT_BYTES }
  await assert.rejects(open(stored.subarray(0, half), shorter, 0, SEGMENT_BYTES), /damaged/)
  await assert.rejects(open(stored, seal, 0, 1, SERVER, BLOB.replace('ab', 'ac')), /damaged/)
})

test('the seal says which key of the server wrapped the data key, and no other version opens it', async () => {
  const { stored, seal } = await sealed(Buffer.from('text'))
  assert.equal(seal.keyVersion, 1)
  const next = await keys.serverKeys.rotate()
  assert.equal(next.version, 2)
  assert.equal((await open(stored, seal, 0, 4)).toString(), 'text', 'what an older version wrapped opens')
  assert.equal((await sealed(Buffer.from('text'))).seal.keyVersion, 2)
  for (const keyVersion of [2, 3]) await assert.rejects(open(stored, { ...seal, keyVersion }, 0, 4), /damaged/)
})

test('another customer key opens nothing, and neither does a key of another kind', async () => {
  const { stored, seal } = await sealed(Buffer.from('text'), OF_CUSTOMER)
  assert.equal((await open(stored, seal, 0, 4, OF_CUSTOMER)).toString(), 'text')
  const other: Protection = { kind: 'customer', key: secret(Buffer.alloc(32, 2).toString('base64')) }
  for (const by of [other, SERVER]) await assert.rejects(open(stored, seal, 0, 4, by), /damaged/)
})

test('under a key of the key service a body opens in its context only, and is no other body', async () => {
  const { id: keyId } = await keys.keyService.defaultKey({ accountId: 'a', region: 'r' })
  const of = (context: string | undefined): Protection => ({ kind: 'kms', keyId, context })
  const { stored, seal } = await sealed(Buffer.from('text'), of('{"a":"1"}'))
  assert.equal((await open(stored, seal, 0, 4, of('{"a":"1"}'))).toString(), 'text')
  for (const context of [undefined, '{"a":"2"}']) await assert.rejects(open(stored, seal, 0, 4, of(context)), /damaged/)
  await assert.rejects(open(stored, seal, 0, 4, of('{"a":"1"}'), BLOB.replace('ab', 'ac')), /damaged/)
})
