/**
 * Bytes in and out of the two stores. Small bodies become an inline row that the caller commits with its version row;
 * larger ones a blob that is durable before any row names it. Digests are computed in the same pass, and `conclude`
 * has its say before anything is published.
 */

import { crc32 } from 'node:zlib'
import { assert } from '../base/assert.js'
import { asBuffer, type Bytes, concatBytes } from '../base/bytes.js'
import { crc64Decimal, type DigestName, type DigestValues, digestValue } from '../base/digests.js'
import { timeOrderedId } from '../base/ids.js'
import { collectBytes } from '../base/streams.js'
import type { BlobId } from '../blob/blob-store.js'
import { BlobDamaged, BlobMissing } from '../blob/blob-store.js'
import type { MetaStore, Put } from '../meta/meta-store.js'
import type { ByteRange } from '../model/byte-range.js'
import { fail, isApiError } from '../model/errors/index.js'
import type { Piece, StoredChecksum } from '../model/version.js'
import type { CoreDependencies } from './dependencies.js'
import type { ObjectSource } from './object-source.js'
import { inlineKey } from './rows.js'
import {
  createSealedBody,
  type Keys,
  openSegments,
  type Protection,
  sealedSizeBytes,
  storedRange,
} from './sealed-bytes.js'

export interface StoredBytes {
  readonly sizeBytes: number
  /** Lower-case hex. */
  readonly md5: string
  readonly crc64: string
  readonly checksum: StoredChecksum | undefined
  /** Undefined for an empty body. */
  readonly piece: Piece | undefined
  /** The row of an inline body, to go into the commit that publishes it. */
  readonly inlineRow: Put | undefined
}

export function asBlobId(id: string): BlobId {
  assert(/^[0-9a-f]{28}$/.test(id), 'a blob id is 28 hex digits')
  return id as BlobId
}

/** Digests and sizes are those of the bytes given, whatever protects them. */
export async function storeBytes(
  dependencies: CoreDependencies,
  source: ObjectSource,
  protection?: Protection,
): Promise<StoredBytes> {
  const { blobs, clock, random, digests: factory, limits } = dependencies
  const names: readonly DigestName[] = ['md5', 'crc64ecma', ...source.digests]
  const blob = asBlobId(timeOrderedId(clock.now(), random))
  const sealed = protection === undefined ? undefined : await createSealedBody(dependencies, blob, protection)
  const reader = source.chunks()[Symbol.asyncIterator]()
  const head = await readUpTo(reader, limits.inlineSizeBytesMax)
  if (head.ended) {
    const body = head.chunks.length === 1 ? (head.chunks[0] ?? concatBytes([])) : concatBytes(head.chunks)
    const digests = factory.create(names)
    digests.update(body)
    const finished = digests.finish()
    const plain: Piece = { blob, offsetBytes: 0, sizeBytes: body.byteLength, inline: true }
    const described = describe(body.byteLength, finished, source.conclude(finished))
    if (body.byteLength === 0) return { ...described, piece: undefined, inlineRow: undefined }
    const piece = sealed === undefined ? plain : { ...plain, seal: sealed.seal(body.byteLength) }
    const kept =
      sealed === undefined ? body : await collectBytes(sealed.segments([body]), sealedSizeBytes(body.byteLength))
    return { ...described, piece, inlineRow: { key: inlineKey(blob), value: inlineValue(kept) } }
  }
  let described: ReturnType<typeof describe> | undefined
  const isLong = source.sizeBytes !== undefined && source.sizeBytes >= LONG_BYTES_MIN
  const digests = isLong ? factory.createLong(names) : factory.create(names)
  const sized = async function* () {
    let sizeBytes = 0
    for await (const chunk of rejoined(head.chunks, reader)) {
      sizeBytes += chunk.byteLength
      if (sizeBytes > limits.putSizeBytesMax) {
        fail('EntityTooLarge', { ProposedSize: sizeBytes, MaxSizeAllowed: limits.putSizeBytesMax })
      }
      const room = digests.update(chunk)
      if (room !== undefined) await room
      yield chunk
    }
    const finished = await digests.finish()
    described = describe(sizeBytes, finished, source.conclude(finished))
  }
  const abandon = () => ('abandon' in digests ? digests.abandon() : undefined)
  const written = sealed === undefined ? sized() : sealed.segments(sized())
  const { sizeBytes: keptBytes } = await blobs.write(blob, written, { signal: neverAborted() }).finally(abandon)
  assert(described !== undefined, 'a blob that was written was read to its end')
  const { sizeBytes } = described
  const expectedBytes = sealed === undefined ? sizeBytes : sealedSizeBytes(sizeBytes)
  assert(expectedBytes === keptBytes, 'the blob store kept as many bytes as it was given')
  const plain: Piece = { blob, offsetBytes: 0, sizeBytes, inline: false }
  const piece = sealed === undefined ? plain : { ...plain, seal: sealed.seal(sizeBytes) }
  return { ...described, piece, inlineRow: undefined }
}

/** From here on a thread for the hash saves more than it costs. */
const LONG_BYTES_MIN = 2 ** 20

/** One for each call: every transfer under way listens on its signal, and Node warns of ten listeners on one. */
function neverAborted(): AbortSignal {
  return new AbortController().signal
}

function describe(sizeBytes: number, finished: DigestValues, checksum: StoredChecksum | undefined) {
  return {
    sizeBytes,
    md5: digestValue(finished, 'md5').toString('hex'),
    crc64: crc64Decimal(digestValue(finished, 'crc64ecma')),
    checksum,
  }
}

async function readUpTo(reader: AsyncIterator<Bytes>, sizeBytesMax: number) {
  const chunks: Bytes[] = []
  let sizeBytes = 0
  while (sizeBytes <= sizeBytesMax) {
    const next = await reader.next()
    if (next.done === true) return { chunks, ended: true }
    chunks.push(next.value)
    sizeBytes += next.value.byteLength
  }
  return { chunks, ended: false }
}

async function* rejoined(head: readonly Bytes[], reader: AsyncIterator<Bytes>): AsyncGenerator<Bytes> {
  try {
    yield* head
    for (let next = await reader.next(); next.done !== true; next = await reader.next()) yield next.value
  } finally {
    await reader.return?.()
  }
}

const CRC_SIZE_BYTES = 4

/** CRC-32, big-endian, then the body: damage is found before a byte is handed out. */
function inlineValue(body: Bytes): Buffer {
  const value = Buffer.allocUnsafe(CRC_SIZE_BYTES + body.byteLength)
  value.writeUInt32BE(crc32(body), 0)
  value.set(body, CRC_SIZE_BYTES)
  return value
}

export function inlineBody(blob: string, value: Bytes): Buffer {
  const buffer = asBuffer(value)
  const body = buffer.subarray(CRC_SIZE_BYTES)
  if (buffer.byteLength < CRC_SIZE_BYTES || buffer.readUInt32BE(0) !== crc32(body)) {
    throw new BlobDamaged(asBlobId(blob), 'the checksum of the inline body differs')
  }
  return body
}

/** One inline body, whole. */
export async function readInline(meta: MetaStore, blob: string): Promise<Buffer> {
  const entry = await meta.get(inlineKey(blob))
  if (entry === undefined) throw new BlobMissing(asBlobId(blob))
  return inlineBody(blob, entry.value)
}

/** The pieces that cover a range of the whole, cut to it. */
export function cutPieces(pieces: readonly Piece[], range: ByteRange): readonly Piece[] {
  const cut: Piece[] = []
  let start = 0
  for (const piece of pieces) {
    const end = start + piece.sizeBytes
    const from = Math.max(start, range.startBytes)
    const to = Math.min(end, range.endBytes)
    if (from < to) cut.push({ ...piece, offsetBytes: piece.offsetBytes + from - start, sizeBytes: to - from })
    if (end >= range.endBytes) break
    start = end
  }
  return cut
}

/** The bytes of the pieces, in order; opens one at a time. `protection` is that of the version that they belong to. */
export async function* readPieces(
  dependencies: Pick<CoreDependencies, 'meta' | 'blobs'> & Keys,
  pieces: readonly Piece[],
  protection: Protection | undefined,
): AsyncGenerator<Bytes> {
  for (const piece of pieces) {
    const { seal } = piece
    if (seal === undefined) yield* readStored(dependencies, [piece])
    else {
      const { startBytes, endBytes } = storedRange(piece, seal)
      const stored = readStored(dependencies, [{ ...piece, offsetBytes: startBytes, sizeBytes: endBytes - startBytes }])
      const damaged = (finding: string) => new BlobDamaged(asBlobId(piece.blob), finding)
      yield* openSegments(dependencies, piece, seal, protection, stored, damaged)
    }
  }
}

/** What the stores hold for the pieces, as it stands there. */
export async function* readStored(
  { meta, blobs }: Pick<CoreDependencies, 'meta' | 'blobs'>,
  pieces: readonly Piece[],
): AsyncGenerator<Bytes> {
  for (const { blob, offsetBytes, sizeBytes, inline } of pieces) {
    if (inline) {
      const body = await readInline(meta, blob)
      if (body.byteLength < offsetBytes + sizeBytes) throw new BlobDamaged(asBlobId(blob), 'the inline body is short')
      yield body.subarray(offsetBytes, offsetBytes + sizeBytes)
    } else {
      const range = { startBytes: offsetBytes, endBytes: offsetBytes + sizeBytes }
      yield* blobs.read(asBlobId(blob), range, { signal: neverAborted() })
    }
  }
}

/**
 * Commits the rows that name stored bytes. When the commit is refused the blob is taken back; when its outcome is
 * unknown, because the store failed, the blob stays and scrub decides.
 */
export async function publish<T>(
  { blobs }: Pick<CoreDependencies, 'blobs'>,
  { piece }: StoredBytes,
  commit: () => Promise<T>,
): Promise<T> {
  try {
    return await commit()
  } catch (error) {
    // A failure to remove leaves an orphan, which scrub finds as well.
    if (isApiError(error) && piece?.inline === false) await blobs.remove([asBlobId(piece.blob)]).catch(() => undefined)
    throw error
  }
}
