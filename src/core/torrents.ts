/**
 * Hashes of the pieces of public objects. Small objects are hashed while the client waits, larger ones by a job that
 * keeps each step's hashes. A version never changes its bytes, so a row that is ready stays right for as long as the
 * version is there; rows of versions that are gone are swept later, and nobody can ask for them.
 */

import { createHash } from 'node:crypto'
import { type Entry, isCollapsed, type MetaStore } from '../meta/meta-store.js'
import { PIECE_HASH_BYTES, pieceSizeOf, type TorrentPieces } from '../model/torrent.js'
import type { ObjectVersion } from '../model/version.js'
import type { CoreDependencies } from './dependencies.js'
import type { FoundObject, ObjectStore } from './objects.js'
import { decodeVersion, noncurrentKey, objectKey, pageBehind, putOf, rangeOf, readRow } from './rows.js'
import { torrentCodec, torrentKey, torrentPlace, torrentPrefix, type VersionPlace } from './torrent-rows.js'

export type PreparedTorrent =
  | { readonly kind: 'ready'; readonly pieces: TorrentPieces }
  | { readonly kind: 'pending'; readonly retryAfterSeconds: number }

export interface TorrentStore {
  /** Of a version that was read just now; hashes it or has it hashed. */
  prepare(object: FoundObject): Promise<PreparedTorrent>
  /** Hashes the next stretch of an object that waits. Answers whether there is more to do. */
  hashStep(): Promise<boolean>
  /** Removes rows of versions that are gone; `cursor` as answered the last time. */
  sweepStep(cursor: string | undefined): Promise<{ readonly cursor: string | undefined }>
}

const MEBIBYTE = 1024 * 1024
export const HASHED_AT_ONCE_BYTES_MAX = 8 * MEBIBYTE
const STEP_BYTES = 64 * MEBIBYTE
const SWEEP_ROWS = 200
/** How long the job may rest before it begins, and how fast it then is at least. */
const REST_SECONDS = 10
const HASHED_BYTES_PER_SECOND = 100 * MEBIBYTE

type Objects = Pick<ObjectStore, 'bytesOf'>

export function createTorrents({ meta }: CoreDependencies, objects: Objects): TorrentStore {
  return {
    prepare: async ({ version, bucket }) => {
      const place = { bucketId: bucket.id, name: version.key, sequence: version.sequence }
      const ready = await readRow(meta, torrentCodec, torrentKey('ready', place))
      if (ready.value !== undefined) return { kind: 'ready', pieces: ready.value }
      if (version.sizeBytes <= HASHED_AT_ONCE_BYTES_MAX) {
        const pieces = await hashPieces(objects, version, unhashed(version), version.sizeBytes)
        await meta.commit({ puts: [putOf(torrentCodec, ready.key, pieces)] })
        return { kind: 'ready', pieces }
      }
      const key = torrentKey('pending', place)
      const pending = await readRow(meta, torrentCodec, key)
      const pieces = pending.value ?? unhashed(version)
      // Who comes second finds the row; both wait for the same.
      if (pending.value === undefined) {
        await meta.commit({ checks: [{ key, version: undefined }], puts: [putOf(torrentCodec, key, pieces)] })
      }
      const leftBytes = version.sizeBytes - hashedBytes(pieces)
      return { kind: 'pending', retryAfterSeconds: REST_SECONDS + Math.ceil(leftBytes / HASHED_BYTES_PER_SECOND) }
    },
    hashStep: () => hashStep(meta, objects),
    sweepStep: (cursor) => sweepStep(meta, cursor),
  }
}

function unhashed({ sizeBytes }: ObjectVersion): TorrentPieces {
  return { sizeBytes, pieceSizeBytes: pieceSizeOf(sizeBytes), hashes: Buffer.alloc(0) }
}

function hashedBytes({ sizeBytes, pieceSizeBytes, hashes }: TorrentPieces): number {
  return Math.min(sizeBytes, (hashes.byteLength / PIECE_HASH_BYTES) * pieceSizeBytes)
}

/** The same with so many bytes more hashed, in whole pieces, and one piece at least. */
async function hashPieces(
  objects: Objects,
  version: ObjectVersion,
  before: TorrentPieces,
  bytesMax: number,
): Promise<TorrentPieces> {
  const { sizeBytes, pieceSizeBytes } = before
  const startBytes = hashedBytes(before)
  const stretch = Math.max(1, Math.ceil(bytesMax / pieceSizeBytes)) * pieceSizeBytes
  const endBytes = Math.min(sizeBytes, startBytes + stretch)
  if (startBytes === endBytes) return before
  const hashes = [before.hashes]
  let hash = createHash('sha1')
  let room = pieceSizeBytes
  const close = () => {
    hashes.push(hash.digest())
    hash = createHash('sha1')
    room = pieceSizeBytes
  }
  for await (const chunk of objects.bytesOf(version, { startBytes, endBytes })) {
    let rest = chunk
    while (rest.byteLength > 0) {
      const taken = rest.subarray(0, room)
      hash.update(taken)
      room -= taken.byteLength
      rest = rest.subarray(taken.byteLength)
      if (room === 0) close()
    }
  }
  if (room < pieceSizeBytes) close()
  return { sizeBytes, pieceSizeBytes, hashes: Buffer.concat(hashes) }
}

async function hashStep(meta: MetaStore, objects: Objects): Promise<boolean> {
  const [first] = await meta.scan(rangeOf(torrentPrefix('pending')), { limit: 1 })
  if (first === undefined || isCollapsed(first)) return false
  const check = { key: first.key, version: first.version }
  const place = torrentPlace(first.key)
  const version = await findVersion(meta, place)
  const pieces = version && (await hashOrForget(meta, objects, version, first))
  if (pieces === undefined) await meta.commit({ checks: [check], removes: [first.key] })
  else if (hashedBytes(pieces) < pieces.sizeBytes) {
    await meta.commit({ checks: [check], puts: [putOf(torrentCodec, first.key, pieces)] })
  } else {
    const puts = [putOf(torrentCodec, torrentKey('ready', place), pieces)]
    await meta.commit({ checks: [check], puts, removes: [first.key] })
  }
  return true
}

/** An object that cannot be read must not keep the others waiting: whoever asks for it again brings it back. */
async function hashOrForget(
  meta: MetaStore,
  objects: Objects,
  version: ObjectVersion,
  { key, value }: Entry,
): Promise<TorrentPieces> {
  try {
    return await hashPieces(objects, version, torrentCodec.decode(value), STEP_BYTES)
  } catch (error) {
    await meta.commit({ removes: [key] })
    throw error
  }
}

async function findVersion(
  meta: MetaStore,
  { bucketId, name, sequence }: VersionPlace,
): Promise<ObjectVersion | undefined> {
  const entries = await meta.getMany([objectKey(bucketId, name), noncurrentKey(bucketId, name, sequence)])
  for (const entry of entries) {
    const version = entry && decodeVersion(name, entry.value)
    if (version?.kind === 'object' && version.sequence === sequence) return version
  }
  return undefined
}

async function sweepStep(meta: MetaStore, cursor: string | undefined) {
  const { entries, next } = await pageBehind(meta, rangeOf(torrentPrefix('ready')), cursor, SWEEP_ROWS)
  const gone: Uint8Array[] = []
  for (const { key } of entries) if ((await findVersion(meta, torrentPlace(key))) === undefined) gone.push(key)
  // A version does not come back, so nothing needs to be checked.
  if (gone.length > 0) await meta.commit({ removes: gone })
  return { cursor: next }
}
