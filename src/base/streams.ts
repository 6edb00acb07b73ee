/** Byte streams as async iterables. Whoever stops early ends the source, because `for await` returns it. */

import type { Bytes } from './bytes.js'
import { asBuffer } from './bytes.js'

/** The source has more bytes than the limit; what it means to a client is the caller's to say. */
export class TooLong extends Error {
  override readonly name = 'TooLong'
  readonly sizeBytesMax: number
  constructor(sizeBytesMax: number) {
    super(`the stream is longer than ${sizeBytesMax} bytes`)
    this.sizeBytesMax = sizeBytesMax
  }
}

/** All bytes in one piece; fails with TooLong as soon as there are more than `sizeBytesMax`, holding no more than that. */
export async function collectBytes(source: AsyncIterable<Bytes>, sizeBytesMax: number): Promise<Buffer> {
  const chunks: Bytes[] = []
  let sizeBytes = 0
  for await (const chunk of source) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > sizeBytesMax) throw new TooLong(sizeBytesMax)
    chunks.push(chunk)
  }
  const [only] = chunks
  return chunks.length === 1 && only !== undefined ? asBuffer(only) : Buffer.concat(chunks, sizeBytes)
}

/** A stream of these bytes; of no chunk at all when there are none. */
export async function* oneChunk(bytes: Bytes): AsyncGenerator<Bytes> {
  if (bytes.byteLength > 0) yield bytes
}

/** The bytes [startBytes, endBytes) of the source, which is read no further than needed. */
export async function* sliceStream(
  source: AsyncIterable<Bytes>,
  startBytes: number,
  endBytes: number,
): AsyncGenerator<Bytes> {
  if (startBytes >= endBytes) return
  let offsetBytes = 0
  for await (const chunk of source) {
    const from = Math.max(0, startBytes - offsetBytes)
    const to = Math.min(chunk.byteLength, endBytes - offsetBytes)
    if (from < to) yield chunk.subarray(from, to)
    offsetBytes += chunk.byteLength
    if (offsetBytes >= endBytes) return
  }
}
