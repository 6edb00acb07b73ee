/**
 * Decodes `aws-chunked` bodies as they stream. Payload is handed on before the signature of its chunk can be known, so
 * that memory stays bounded whatever size a chunk claims; in return the stream fails before it ends unless every
 * signature, the terminating chunk, the declared length and the trailer were right. Publish nothing before its end.
 */

import { createHash } from 'node:crypto'
import { assert } from '../../base/assert.js'
import { asBuffer, type Bytes } from '../../base/bytes.js'
import { EMPTY_SHA256, equalSecrets, hmacSha256Hex, sha256Hex } from '../../base/hmac.js'
import { fail } from '../../model/errors/index.js'
import type { PayloadContract } from '../../wire/authentication.js'

export type ChunkedContract = Extract<PayloadContract, { kind: 'aws-chunked' }>

export interface DecodedBody {
  /** Once. Views of the source's memory. */
  readonly chunks: AsyncIterable<Bytes>
  /** Lower-case name to value, after the end of `chunks`; empty without a trailer section. */
  trailers(): ReadonlyMap<string, string>
}

/** Of all chunks but the last, when they are signed. */
const CHUNK_SIZE_BYTES_MIN = 8192
const CHUNK_HEADER_BYTES_MAX = 1024
const TRAILER_BYTES_MAX = 8192
const TRAILER_SIGNATURE = 'x-amz-trailer-signature'

export function decodeChunkedBody(source: AsyncIterable<Bytes>, contract: ChunkedContract): DecodedBody {
  let trailers: ReadonlyMap<string, string> | undefined
  return {
    chunks: decode(source, contract, (found) => {
      trailers = found
    }),
    trailers: () => {
      assert(trailers !== undefined, 'trailers are known when the chunks have been read to their end')
      return trailers
    },
  }
}

async function* decode(
  source: AsyncIterable<Bytes>,
  contract: ChunkedContract,
  finish: (trailers: ReadonlyMap<string, string>) => void,
): AsyncIterable<Bytes> {
  const reader = createReader(source)
  const count = createCount(contract)
  const signer = createSigner(contract.signing)
  try {
    for (;;) {
      const header = await readChunkHeader(reader, contract, count)
      count.begin(header.sizeBytes)
      signer.begin()
      let left = header.sizeBytes
      while (left > 0) {
        const piece = (await reader.some(left)) ?? count.short()
        left -= piece.byteLength
        count.add(piece.byteLength)
        signer.update(piece)
        yield piece
      }
      if (header.sizeBytes > 0 && (await reader.line(2)) !== '') count.broken('a chunk is not followed by a line break')
      signer.end(header.signature, count.chunkNumber())
      if (header.sizeBytes === 0) break
    }
    count.end()
    finish(await readTrailer(reader, contract.trailer, signer))
  } finally {
    await reader.close()
  }
}

interface ChunkHeader {
  readonly sizeBytes: number
  /** Empty in unsigned bodies. */
  readonly signature: string
}

/** Thirteen hexadecimal digits are more than any object has, and still an exact number. */
const CHUNK_HEADER = /^([0-9a-fA-F]{1,13})(?:[ \t]*;(.*))?$/
const CHUNK_SIGNATURE = /(?:^|;)\s*chunk-signature=([0-9a-f]{64})\s*(?:;|$)/

async function readChunkHeader(reader: Reader, { signing }: ChunkedContract, count: Count): Promise<ChunkHeader> {
  const line = (await reader.line(CHUNK_HEADER_BYTES_MAX)) ?? count.short()
  if (line === TOO_LONG) return count.broken('the header of a chunk is too long')
  const match = CHUNK_HEADER.exec(line) ?? count.broken('a chunk does not begin with its size')
  const sizeBytes = Number.parseInt(match[1] ?? '', 16)
  if (signing === undefined) return { sizeBytes, signature: '' }
  const signature = CHUNK_SIGNATURE.exec(match[2] ?? '')?.[1]
  return { sizeBytes, signature: signature ?? count.broken('a chunk carries no signature') }
}

interface Count {
  begin(chunkSizeBytes: number): void
  add(sizeBytes: number): void
  /** From 1. */
  chunkNumber(): number
  /** After the terminating chunk. */
  end(): void
  /** The source ended too early. */
  short(): never
  broken(reason: string): never
}

/** Keeps the decoded length and the sizes of the chunks within what the request declared. */
function createCount({ decodedSizeBytes, signing }: ChunkedContract): Count {
  let provided = 0
  let chunks = 0
  let lastSizeBytes = CHUNK_SIZE_BYTES_MIN
  const incomplete = (numberBytesProvided: number, message?: string): never =>
    fail(
      'IncompleteBody',
      { NumberBytesExpected: decodedSizeBytes, NumberBytesProvided: numberBytesProvided },
      { message },
    )
  return {
    begin: (sizeBytes) => {
      if (signing !== undefined && sizeBytes > 0 && lastSizeBytes < CHUNK_SIZE_BYTES_MIN) {
        fail('InvalidChunkSizeError', { Chunk: chunks, BadChunkSize: lastSizeBytes })
      }
      chunks++
      lastSizeBytes = sizeBytes
      if (sizeBytes > decodedSizeBytes - provided) incomplete(provided + sizeBytes)
    },
    add: (sizeBytes) => {
      provided += sizeBytes
    },
    chunkNumber: () => chunks,
    end: () => {
      if (provided !== decodedSizeBytes) incomplete(provided)
    },
    short: () => incomplete(provided),
    broken: (reason) => incomplete(provided, `The aws-chunked encoding of the body is broken: ${reason}.`),
  }
}

interface Signer {
  begin(): void
  update(piece: Buffer): void
  end(signature: string, chunkNumber: number): void
  /** Of the canonical trailer; true in unsigned bodies. */
  verifyTrailer(canonical: string, signature: string | undefined): void
}

const UNSIGNED: Signer = { begin: () => {}, update: () => {}, end: () => {}, verifyTrailer: () => {} }

/** Each signature covers the one before it, from the seed in the request's header on. */
function createSigner(signing: ChunkedContract['signing']): Signer {
  if (signing === undefined) return UNSIGNED
  const { signingKey, timestamp, scope } = signing
  let previous = signing.seedSignature
  let hash = createHash('sha256')
  const verify = (kind: string, hashes: string, provided: string, what: string): void => {
    const text = `AWS4-HMAC-SHA256-${kind}\n${timestamp}\n${scope}\n${previous}\n${hashes}`
    if (!equalSecrets(hmacSha256Hex(signingKey, text), provided)) {
      const diagnosis = `The signature of the request is right, but the signature of ${what} is not: its bytes were altered on the way, or it was signed with another key or after another chunk.`
      fail('SignatureDoesNotMatch', { StringToSign: text, SignatureProvided: provided }, { diagnosis })
    }
    previous = provided
  }
  return {
    begin: () => {
      hash = createHash('sha256')
    },
    update: (piece) => {
      hash.update(piece)
    },
    end: (signature, number) =>
      verify('PAYLOAD', `${EMPTY_SHA256}\n${hash.digest('hex')}`, signature, `chunk ${number}`),
    verifyTrailer: (canonical, signature) => {
      if (signature === undefined) malformed(`it lacks ${TRAILER_SIGNATURE}`)
      else verify('TRAILER', sha256Hex(canonical, 'latin1'), signature, 'the trailer')
    },
  }
}

async function readTrailer(reader: Reader, trailer: boolean, signer: Signer): Promise<ReadonlyMap<string, string>> {
  const lines = await readLines(reader)
  if (!trailer) {
    if (lines.length > 0) malformed('there is one, but x-amz-content-sha256 announces none')
    return new Map()
  }
  const trailers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim().toLowerCase()
    if (colon < 1 || name === '') malformed('a line of it is not name:value')
    if (trailers.has(name)) malformed(`${name} is repeated`)
    trailers.set(name, line.slice(colon + 1).trim())
  }
  const signature = trailers.get(TRAILER_SIGNATURE)
  trailers.delete(TRAILER_SIGNATURE)
  signer.verifyTrailer([...trailers].map(([name, value]) => `${name}:${value}\n`).join(''), signature)
  return trailers
}

/** To the end of the source. Blank lines divide the parts of a trailer differently from client to client. */
async function readLines(reader: Reader): Promise<readonly string[]> {
  const lines: string[] = []
  for (let left = TRAILER_BYTES_MAX; ; ) {
    const line = await reader.line(left)
    if (line === undefined) break
    if (line === TOO_LONG) return malformed('it is too long')
    left -= line.length + 2
    if (left < 0) malformed('it is too long')
    if (line.trim() !== '') lines.push(line)
  }
  if (reader.cut()) malformed('its last line has no end')
  return lines
}

function malformed(reason: string): never {
  return fail('MalformedTrailerError', {}, { message: `The trailer of the body is not well-formed: ${reason}.` })
}

const TOO_LONG = Symbol('line too long')

interface Reader {
  /** Without its line break; undefined at the end of the source, whatever stood there without a line break. */
  line(bytesMax: number): Promise<string | typeof TOO_LONG | undefined>
  /** A view of 1 to `bytesMax` bytes; undefined at the end of the source. */
  some(bytesMax: number): Promise<Buffer | undefined>
  /** The source ended with bytes that no line break followed. */
  cut(): boolean
  close(): Promise<void>
}

const LINE_FEED = 0x0a
const NOTHING = Buffer.alloc(0)

/** Holds at most one piece of the source, and joins pieces only for a line that lies across their border. */
function createReader(source: AsyncIterable<Bytes>): Reader {
  const iterator = source[Symbol.asyncIterator]()
  let buffer: Buffer = NOTHING
  const more = async (): Promise<boolean> => {
    const next = await iterator.next()
    if (next.done) return false
    buffer = buffer.byteLength === 0 ? asBuffer(next.value) : Buffer.concat([buffer, next.value])
    return true
  }
  return {
    line: async (bytesMax) => {
      for (;;) {
        const end = buffer.subarray(0, bytesMax + 1).indexOf(LINE_FEED)
        if (end === -1 && buffer.byteLength > bytesMax) return TOO_LONG
        if (end !== -1) {
          const line = buffer.toString('latin1', 0, end).replace(/\r$/, '')
          buffer = buffer.subarray(end + 1)
          return line
        }
        if (!(await more())) return undefined
      }
    },
    some: async (bytesMax) => {
      while (buffer.byteLength === 0) if (!(await more())) return undefined
      const piece = buffer.subarray(0, bytesMax)
      buffer = buffer.subarray(piece.byteLength)
      return piece
    },
    cut: () => buffer.byteLength > 0,
    close: async () => {
      await iterator.return?.()
    },
  }
}
