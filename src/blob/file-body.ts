/**
 * The bytes of one blob file on their way in and out. Writes gather chunks to large ones without copying them, keep one
 * write under way while the next is gathered, and let the disk begin early so that the last sync is short. Reads check
 * whole blocks before anything of them is handed out, and read ahead.
 */

import type { FileHandle } from 'node:fs/promises'
import type { Bytes } from '../base/bytes.js'
import { BlobDamaged, type BlobId, type BlobRange } from './blob-store.js'
import { BLOCK_SIZE_BYTES, checkBlocks, checkFooter, dataSizeOf } from './file-format.js'

const WRITE_SIZE_BYTES = 1024 * 1024
/** The largest number of pieces that one system call takes. */
const WRITE_PIECES_MAX = 1_024
/** How much may be written before the disk is told to begin. */
const EARLY_SYNC_BYTES = 8 * 1024 * 1024
/** A reader whose client stalls holds three of these: twice the size reads a tenth faster and holds twice as much. */
const READ_SIZE_BYTES = 4 * BLOCK_SIZE_BYTES
const READS_AHEAD = 2

export interface BodyWriter {
  /** Takes the chunk, which must not change any more. Waits while two writes' worth is on its way. */
  push(chunk: Bytes): Promise<void>
  /** Resolves when everything pushed is on disk. */
  finish(): Promise<void>
  /** Resolves, never rejects, when nothing is under way any more. */
  settle(): Promise<void>
}

export function createBodyWriter(file: FileHandle): BodyWriter {
  let pieces: Bytes[] = []
  let gatheredBytes = 0
  let positionBytes = 0
  let syncedBytes = 0
  let writing: Promise<void> = Promise.resolve()
  let syncing: Promise<void> | undefined
  // A failed sync is reported to its caller only: the next one may succeed over lost bytes.
  let syncFailure: { readonly error: unknown } | undefined

  const flush = async () => {
    await writing
    if (pieces.length === 0) return
    writing = writeAll(file, pieces, positionBytes)
    writing.catch(() => {})
    positionBytes += gatheredBytes
    pieces = []
    gatheredBytes = 0
  }
  const syncEarly = () => {
    if (syncing !== undefined || positionBytes - syncedBytes < EARLY_SYNC_BYTES) return
    syncedBytes = positionBytes
    syncing = file.datasync().then(
      () => {
        syncing = undefined
      },
      (error: unknown) => {
        syncFailure = { error }
        syncing = undefined
      },
    )
  }
  return {
    async push(chunk) {
      pieces.push(chunk)
      gatheredBytes += chunk.byteLength
      if (gatheredBytes < WRITE_SIZE_BYTES && pieces.length < WRITE_PIECES_MAX) return
      await flush()
      syncEarly()
    },
    async finish() {
      await flush()
      await writing
      await syncing
      if (syncFailure !== undefined) throw syncFailure.error
      await file.datasync()
    },
    async settle() {
      await Promise.allSettled([writing, syncing])
    },
  }
}

async function writeAll(file: FileHandle, pieces: readonly Bytes[], positionBytes: number): Promise<void> {
  let left = pieces
  let at = positionBytes
  while (left.length > 0) {
    const { bytesWritten } = await file.writev(left, at)
    at += bytesWritten
    left = without(left, bytesWritten)
  }
}

/** What remains of the pieces after `count` bytes of them. */
function without(pieces: readonly Bytes[], count: number): readonly Bytes[] {
  let skipBytes = count
  for (const [i, piece] of pieces.entries()) {
    if (skipBytes < piece.byteLength) return [piece.subarray(skipBytes), ...pieces.slice(i + 1)]
    skipBytes -= piece.byteLength
  }
  return []
}

/** The bytes of the range, each block checked. Throws BlobDamaged before the first chunk when the blob is too short. */
export async function* readBody(
  file: FileHandle,
  id: BlobId,
  { startBytes, endBytes }: BlobRange,
  signal: AbortSignal,
): AsyncGenerator<Bytes> {
  const fileSizeBytes = (await file.stat()).size
  const dataSizeBytes = dataSizeOf(fileSizeBytes)
  if (dataSizeBytes === undefined) throw new BlobDamaged(id, `no blob makes a file of ${fileSizeBytes} bytes`)
  if (endBytes > dataSizeBytes) throw new BlobDamaged(id, `it ends at ${dataSizeBytes}, before ${endBytes}`)

  const from = startBytes - (startBytes % BLOCK_SIZE_BYTES)
  const to = Math.min(dataSizeBytes, Math.ceil(endBytes / BLOCK_SIZE_BYTES) * BLOCK_SIZE_BYTES)
  const reads: Promise<Buffer>[] = []
  let ahead = startBytes === endBytes ? to : from
  const readAhead = () => {
    while (reads.length < READS_AHEAD && ahead < to) {
      const sizeBytes = Math.min(READ_SIZE_BYTES, to - ahead)
      const read = readExactly(file, id, ahead, sizeBytes)
      read.catch(() => {})
      reads.push(read)
      ahead += sizeBytes
    }
  }
  try {
    readAhead()
    const footer = await readExactly(file, id, dataSizeBytes, fileSizeBytes - dataSizeBytes)
    checkFooter(id, footer, dataSizeBytes)
    for (let at = from; reads.length > 0; ) {
      const data = await reads.shift()
      if (data === undefined) return
      readAhead()
      signal.throwIfAborted()
      checkBlocks(id, data, at, footer)
      yield data.subarray(Math.max(0, startBytes - at), Math.min(data.byteLength, endBytes - at))
      at += data.byteLength
      signal.throwIfAborted()
    }
  } finally {
    // The file is closed next, and no read may be under way then.
    await Promise.allSettled(reads)
  }
}

async function readExactly(file: FileHandle, id: BlobId, startBytes: number, sizeBytes: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(sizeBytes)
  let filled = 0
  while (filled < sizeBytes) {
    const { bytesRead } = await file.read(bytes, filled, sizeBytes - filled, startBytes + filled)
    if (bytesRead === 0) throw new BlobDamaged(id, `it ends at ${startBytes + filled}`)
    filled += bytesRead
  }
  return bytes
}
