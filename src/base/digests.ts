/**
 * Digests of a stream, several at once in one pass. Sums of CRCs are big-endian bytes, as every protocol prints them.
 * A WebAssembly instance exists once per CRC; a stream's running state is moved in when its turn comes and saved when
 * another stream needs the instance, so any number of streams may interleave and an abandoned one leaks nothing.
 */

import { createHash, type Hash, hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { createCRC32, createCRC64, type IHasher } from 'hash-wasm'
import { assert } from './assert.js'
import type { Bytes } from './bytes.js'
import { createHashThread, type HashThread } from './hash-thread.js'

export type DigestName = 'md5' | 'sha1' | 'sha256' | 'crc32' | 'crc32c' | 'crc64nvme' | 'crc64ecma'

export const DIGEST_SIZE_BYTES: Readonly<Record<DigestName, number>> = {
  md5: 16,
  sha1: 20,
  sha256: 32,
  crc32: 4,
  crc32c: 4,
  crc64nvme: 8,
  crc64ecma: 8,
}

export type DigestValues = Readonly<Partial<Record<DigestName, Buffer>>>

/** The digests of one stream. Drop it at any time; nothing has to be released. */
export interface Digests {
  /** The bytes are consumed before it returns: the caller may reuse the memory. */
  update(bytes: Bytes): void
  /** Once, after the last update. Holds exactly the names it was created with. */
  finish(): DigestValues
}

/** The digests of one long stream, MD5 in a thread of its own. Ends with `finish` or with `abandon`. */
export interface LongDigests {
  /** The bytes are consumed before it returns; wait for the promise, if there is one, before the next call. */
  update(bytes: Bytes): Promise<void> | undefined
  finish(): Promise<DigestValues>
  /** Harmless after `finish`. */
  abandon(): void
}

export interface DigestFactory {
  /** For bodies of a mebibyte and more: worth a thread, and a mebibyte of memory. */
  createLong(names: Iterable<DigestName>): LongDigests
  /** Names may repeat; each is computed once. */
  create(names: Iterable<DigestName>): Digests
  /** The digest of one piece of memory. */
  of(name: DigestName, bytes: Bytes): Buffer
}

/** Compiles the WebAssembly once (about 10 ms); everything after that is synchronous. */
export async function loadDigests(): Promise<DigestFactory> {
  const [crc32c, crc64nvme, crc64ecma] = await Promise.all([
    createCRC32(0x82f63b78),
    createCRC64('9a6c9329ac4bc9b5'),
    createCRC64('c96c5795d7870f42'),
  ])
  const starts: Readonly<Record<DigestName, () => RunningDigest>> = {
    md5: () => runningHash('md5'),
    sha1: () => runningHash('sha1'),
    sha256: () => runningHash('sha256'),
    crc32: runningCrc32,
    crc32c: sharedHasher(crc32c),
    crc64nvme: sharedHasher(crc64nvme),
    crc64ecma: sharedHasher(crc64ecma),
  }
  const thread = createHashThread()
  return {
    createLong: (names) => createLongDigests(new Set(names), starts, thread),
    create: (names) => createDigests(names, starts),
    of: (name, bytes) => {
      if (name === 'md5' || name === 'sha1' || name === 'sha256') return hash(name, bytes, 'buffer')
      const running = starts[name]()
      running.update(bytes)
      return running.finish()
    },
  }
}

/** The value of one of the names that the digests were created with. */
export function digestValue(values: DigestValues, name: DigestName): Buffer {
  const value = values[name]
  assert(value !== undefined, `the digests were created with ${name}`)
  return value
}

/** `x-cos-hash-crc64ecma`: the eight bytes as an unsigned decimal. */
export function crc64Decimal(sum: Bytes): string {
  assert(sum.byteLength === 8, 'a CRC-64 has eight bytes')
  return Buffer.from(sum.buffer, sum.byteOffset, 8).readBigUInt64BE(0).toString()
}

interface RunningDigest {
  update(bytes: Bytes): void
  finish(): Buffer
}

function createDigests(
  names: Iterable<DigestName>,
  starts: Readonly<Record<DigestName, () => RunningDigest>>,
): Digests {
  const running = new Map<DigestName, RunningDigest>()
  for (const name of names) if (!running.has(name)) running.set(name, starts[name]())
  const each = [...running.values()]
  return {
    update: (bytes) => {
      for (const digest of each) digest.update(bytes)
    },
    finish: () => {
      const values: Partial<Record<DigestName, Buffer>> = {}
      for (const [name, digest] of running) values[name] = digest.finish()
      return values
    },
  }
}

function createLongDigests(
  names: ReadonlySet<DigestName>,
  starts: Readonly<Record<DigestName, () => RunningDigest>>,
  thread: HashThread,
): LongDigests {
  const md5 = names.has('md5') ? thread.start('md5') : undefined
  const rest = createDigests(
    [...names].filter((name) => name !== 'md5'),
    starts,
  )
  return {
    update: (bytes) => {
      // First, so that the thread works while the others are computed here.
      const room = md5?.update(bytes)
      rest.update(bytes)
      return room
    },
    finish: async () => {
      const sum = md5?.finish()
      const values = rest.finish()
      return sum === undefined ? values : { ...values, md5: await sum }
    },
    abandon: () => md5?.abandon(),
  }
}

function runningHash(algorithm: 'md5' | 'sha1' | 'sha256'): RunningDigest {
  const running: Hash = createHash(algorithm)
  return {
    update: (bytes) => {
      running.update(bytes)
    },
    finish: () => running.digest(),
  }
}

function runningCrc32(): RunningDigest {
  let sum = 0
  return {
    update: (bytes) => {
      sum = crc32(bytes, sum)
    },
    finish: () => {
      const value = Buffer.allocUnsafe(4)
      value.writeUInt32BE(sum, 0)
      return value
    },
  }
}

/** One instance for all streams. `owner` is the stream whose state is inside; the others keep theirs saved. */
function sharedHasher(hasher: IHasher): () => RunningDigest {
  let owner: { saved: Uint8Array | undefined } | undefined
  return () => {
    const stream: { saved: Uint8Array | undefined } = { saved: undefined }
    const moveIn = () => {
      if (owner === stream) return
      if (owner !== undefined) owner.saved = hasher.save()
      if (stream.saved === undefined) hasher.init()
      else hasher.load(stream.saved)
      owner = stream
    }
    return {
      update: (bytes) => {
        moveIn()
        hasher.update(bytes)
      },
      finish: () => {
        moveIn()
        owner = undefined
        return Buffer.from(hasher.digest('binary'))
      },
    }
  }
}
