/**
 * The form of a blob file: the bytes, the CRC-32 of each 64 KiB block of them, and a trailer of fixed size. The size of
 * the file alone tells where each part begins. Numbers are little-endian. A CRC over checksums and trailer, and the id
 * in it, tell a file that was cut, extended, altered or misplaced. Promised in docs/data-format.md.
 */

import { crc32 } from 'node:zlib'
import type { Bytes } from '../base/bytes.js'
import { BlobDamaged, type BlobId } from './blob-store.js'

export const BLOCK_SIZE_BYTES = 64 * 1024

const CHECKSUM_SIZE_BYTES = 4
const MAGIC = Buffer.from('STOWBLOB', 'latin1')
const FORMAT_VERSION = 1

/** magic 8, format version 4, block size 4, data size 8, id 14, two zeros, CRC-32 of checksums and trailer 4. */
export const TRAILER_SIZE_BYTES = 44
const ID_AT = 24
const CRC_AT = 40

/** Where the parts of a file of this size are; undefined when no blob makes a file of this size. */
export function dataSizeOf(fileSizeBytes: number): number | undefined {
  const rest = fileSizeBytes - TRAILER_SIZE_BYTES
  if (rest < 0) return undefined
  const blocks = Math.ceil(rest / (BLOCK_SIZE_BYTES + CHECKSUM_SIZE_BYTES))
  const dataSizeBytes = rest - blocks * CHECKSUM_SIZE_BYTES
  return dataSizeBytes >= 0 && Math.ceil(dataSizeBytes / BLOCK_SIZE_BYTES) === blocks ? dataSizeBytes : undefined
}

export interface BlockChecksums {
  /** The next bytes of the blob. */
  update(chunk: Bytes): void
  /** Checksums and trailer: all that follows the bytes. */
  footer(id: BlobId): Buffer
  readonly sizeBytes: () => number
}

export function createBlockChecksums(): BlockChecksums {
  const finished: number[] = []
  let current = 0
  let currentSizeBytes = 0
  let sizeBytes = 0
  return {
    update: (chunk) => {
      sizeBytes += chunk.byteLength
      for (let at = 0; at < chunk.byteLength; ) {
        const end = Math.min(chunk.byteLength, at + BLOCK_SIZE_BYTES - currentSizeBytes)
        current = crc32(chunk.subarray(at, end), current)
        currentSizeBytes += end - at
        at = end
        if (currentSizeBytes < BLOCK_SIZE_BYTES) continue
        finished.push(current)
        current = 0
        currentSizeBytes = 0
      }
    },
    footer: (id) => makeFooter(id, sizeBytes, currentSizeBytes > 0 ? [...finished, current] : finished),
    sizeBytes: () => sizeBytes,
  }
}

function makeFooter(id: BlobId, sizeBytes: number, checksums: readonly number[]): Buffer {
  const trailerAt = checksums.length * CHECKSUM_SIZE_BYTES
  const footer = Buffer.alloc(trailerAt + TRAILER_SIZE_BYTES)
  for (const [i, checksum] of checksums.entries()) footer.writeUInt32LE(checksum, i * CHECKSUM_SIZE_BYTES)
  const trailer = footer.subarray(trailerAt)
  MAGIC.copy(trailer, 0)
  trailer.writeUInt32LE(FORMAT_VERSION, 8)
  trailer.writeUInt32LE(BLOCK_SIZE_BYTES, 12)
  trailer.writeBigUInt64LE(BigInt(sizeBytes), 16)
  trailer.write(id, ID_AT, 'hex')
  trailer.writeUInt32LE(crc32(footer.subarray(0, trailerAt + CRC_AT)), CRC_AT)
  return footer
}

/** Throws BlobDamaged unless `footer` is what was written behind `dataSizeBytes` bytes of the blob `id`. */
export function checkFooter(id: BlobId, footer: Buffer, dataSizeBytes: number): void {
  const trailer = footer.subarray(footer.byteLength - TRAILER_SIZE_BYTES)
  const damaged = (finding: string) => new BlobDamaged(id, finding)
  if (!trailer.subarray(0, MAGIC.byteLength).equals(MAGIC)) throw damaged('the trailer is not one')
  const crc = crc32(footer.subarray(0, footer.byteLength - TRAILER_SIZE_BYTES + CRC_AT))
  if (trailer.readUInt32LE(CRC_AT) !== crc) throw damaged('the checksums fail their own checksum')
  if (trailer.readUInt32LE(8) !== FORMAT_VERSION) throw damaged(`its format ${trailer.readUInt32LE(8)} is unknown`)
  const writtenBytes = trailer.readBigUInt64LE(16)
  if (writtenBytes !== BigInt(dataSizeBytes)) throw damaged(`${writtenBytes} bytes were written, ${dataSizeBytes} are`)
  const writtenId = trailer.toString('hex', ID_AT, ID_AT + id.length / 2)
  if (writtenId !== id) throw damaged(`it is blob ${writtenId}`)
}

/** Throws BlobDamaged unless `data`, which begins at a block of the blob, is what was written. */
export function checkBlocks(id: BlobId, data: Buffer, startBytes: number, footer: Buffer): void {
  const first = startBytes / BLOCK_SIZE_BYTES
  for (let at = 0, block = first; at < data.byteLength; at += BLOCK_SIZE_BYTES, block++) {
    const expected = footer.readUInt32LE(block * CHECKSUM_SIZE_BYTES)
    if (crc32(data.subarray(at, at + BLOCK_SIZE_BYTES)) === expected) continue
    throw new BlobDamaged(id, `the block at ${startBytes + at} fails its checksum`)
  }
}
