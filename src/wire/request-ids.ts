/**
 * The ids of a request, in the formats of both services: equal in headers, in error bodies and in logs. All four are
 * made at once, because the dialect may never become known. They are names for support, not secrets.
 */

import type { Millis } from '../base/clock.js'
import type { RandomBytes } from '../base/ids.js'
import type { DialectName } from './dialect.js'

export interface RequestIds {
  /** Base64 of `<hex Unix time>_<hex>_<hex>_<hex>`: whoever reads a log can decode the second it happened. */
  readonly cos: string
  /** Long base64; COS shows it on errors. */
  readonly trace: string
  /** 16 upper-case hex digits. */
  readonly amz: string
  /** Long base64. */
  readonly amzId2: string
}

const RANDOM_POOL_BYTES = 16_384
const RANDOM_PER_REQUEST_BYTES = 64

export function createRequestIds(dependencies: {
  readonly random: RandomBytes
  readonly now: () => Millis
}): () => RequestIds {
  const { random, now } = dependencies
  let pool = random(RANDOM_POOL_BYTES)
  let used = 0
  return () => {
    if (used + RANDOM_PER_REQUEST_BYTES > pool.byteLength) {
      pool = random(RANDOM_POOL_BYTES)
      used = 0
    }
    const start = used
    used += RANDOM_PER_REQUEST_BYTES
    return new PooledIds(pool, start, now())
  }
}

/** Each id is spelled when it is asked for, since an answer shows one or two of the four. The pool never changes. */
class PooledIds implements RequestIds {
  readonly #pool: Buffer
  readonly #start: number
  readonly #madeAt: Millis

  constructor(pool: Buffer, start: number, madeAt: Millis) {
    this.#pool = pool
    this.#start = start
    this.#madeAt = madeAt
  }

  get cos(): string {
    const seconds = Math.floor(this.#madeAt / 1000)
    const hex = this.#pool.toString('hex', this.#start, this.#start + 10)
    const fields = `${seconds.toString(16)}_${hex.slice(0, 8)}_${hex.slice(8, 12)}_${hex.slice(12)}`
    return Buffer.from(fields, 'latin1').toString('base64').replaceAll('=', '')
  }

  get trace(): string {
    return this.#pool.toString('base64', this.#start + 4, this.#start + 64)
  }

  get amz(): string {
    return this.#pool.toString('hex', this.#start + 12, this.#start + 20).toUpperCase()
  }

  get amzId2(): string {
    return this.#pool.toString('base64', this.#start + 16, this.#start + 64)
  }
}

export type HeaderLine = readonly [name: string, value: string]

/** What is known of the dialect before anything of the request could be read: nothing. */
export type DialectSeen = DialectName | 'unknown'

/**
 * The headers that every response opens with, refusals of the parser included: a COS SDK takes an error without its
 * request id for a fault of the network and moves to the public domain (errors.md 1.2).
 */
export function identityHeaders(dialect: DialectSeen, ids: RequestIds, failed: boolean): readonly HeaderLine[] {
  const cos: readonly HeaderLine[] = failed
    ? [
        ['x-cos-request-id', ids.cos],
        ['x-cos-trace-id', ids.trace],
      ]
    : [['x-cos-request-id', ids.cos]]
  const s3: readonly HeaderLine[] = [
    ['x-amz-request-id', ids.amz],
    ['x-amz-id-2', ids.amzId2],
  ]
  const server: HeaderLine = ['Server', SERVER_NAMES[dialect]]
  if (dialect === 'unknown') return [...cos, ...s3, server]
  return dialect === 'cos' ? [...cos, server] : [...s3, server]
}

/** COS's documents show its name in this header; Amazon's clients read nothing from theirs. */
const SERVER_NAMES: Readonly<Record<DialectSeen, string>> = { cos: 'tencent-cos', s3: 'Stowage', unknown: 'Stowage' }
