/**
 * CRCs of joined bytes from the CRCs of the pieces (cos-object.md 3.1): the first sum is moved over the length of what
 * follows, by one multiplication with x^(8 * length) modulo the polynomial, and the second is added. Sums are as in
 * digests.ts: big-endian bytes of a reflected CRC whose initial and final value are all ones.
 */

import { assert } from './assert.js'
import type { Bytes } from './bytes.js'
import { DIGEST_SIZE_BYTES } from './digests.js'

export type CombinableName = 'crc32' | 'crc32c' | 'crc64nvme' | 'crc64ecma'

export interface CrcPiece {
  readonly sum: Bytes
  readonly sizeBytes: number
}

/** The CRC of all pieces joined in order; of nothing, that of the empty string. About 1 us per piece of equal size. */
export function combineCrcs(name: CombinableName, pieces: Iterable<CrcPiece>): Buffer {
  const field = FIELDS[name]
  let joined: Word = ZERO
  let shift: { sizeBytes: number; power: Word } | undefined
  for (const { sum, sizeBytes } of pieces) {
    assert(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0, 'a piece has a size')
    if (shift?.sizeBytes !== sizeBytes) shift = { sizeBytes, power: powerOfBytes(field, sizeBytes) }
    joined = plus(times(field, joined, shift.power), wordOf(name, sum))
  }
  return bytesOf(name, joined)
}

/** A polynomial of degree below 64 with its x^0 in the top bit of `high`; a CRC-32 lives in `high` alone. */
interface Word {
  readonly high: number
  readonly low: number
}

interface Field {
  /** Reflected, without the leading term. */
  readonly polynomial: Word
  readonly degree: 32 | 64
  /** x^(2^k), k = 0 to 55: enough for 8 times every safe integer. */
  readonly powers: readonly Word[]
}

const ZERO: Word = { high: 0, low: 0 }
const ONE: Word = { high: 0x80000000 | 0, low: 0 }
const X: Word = { high: 0x40000000, low: 0 }
const POWERS = 56

const FIELDS: Readonly<Record<CombinableName, Field>> = {
  crc32: fieldOf(32, 0xedb88320, 0),
  crc32c: fieldOf(32, 0x82f63b78, 0),
  crc64nvme: fieldOf(64, 0x9a6c9329, 0xac4bc9b5),
  crc64ecma: fieldOf(64, 0xc96c5795, 0xd7870f42),
}

function fieldOf(degree: 32 | 64, high: number, low: number): Field {
  const powers: Word[] = []
  const field: Field = { degree, polynomial: { high: high | 0, low: low | 0 }, powers }
  let power = X
  for (let k = 0; k < POWERS; k++) {
    powers.push(power)
    power = times(field, power, power)
  }
  return field
}

/** x^(8 * sizeBytes): the product of the squares that the bits of the size name, three steps up for the factor 8. */
function powerOfBytes(field: Field, sizeBytes: number): Word {
  let product = ONE
  let rest = sizeBytes
  for (let k = 3; rest > 0; k++) {
    if (rest % 2 === 1) product = times(field, product, field.powers[k] ?? ONE)
    rest = Math.floor(rest / 2)
  }
  return product
}

/** a * b modulo the polynomial: for every term of a, from x^0 on, b has been multiplied by x once more. */
function times({ degree, polynomial }: Field, a: Word, b: Word): Word {
  let high = 0
  let low = 0
  let shiftedHigh = b.high
  let shiftedLow = b.low
  for (let term = 0; term < degree; term++) {
    const bit = term < 32 ? (a.high >>> (31 - term)) & 1 : (a.low >>> (63 - term)) & 1
    high ^= shiftedHigh & -bit
    low ^= shiftedLow & -bit
    const carry = -((degree === 32 ? shiftedHigh : shiftedLow) & 1)
    shiftedLow = degree === 32 ? 0 : ((shiftedLow >>> 1) | (shiftedHigh << 31)) ^ (polynomial.low & carry)
    shiftedHigh = (shiftedHigh >>> 1) ^ (polynomial.high & carry)
  }
  return { high, low }
}

function plus(a: Word, b: Word): Word {
  return { high: a.high ^ b.high, low: a.low ^ b.low }
}

function wordOf(name: CombinableName, sum: Bytes): Word {
  assert(sum.byteLength === DIGEST_SIZE_BYTES[name], `a ${name} has ${DIGEST_SIZE_BYTES[name]} bytes`)
  const view = new DataView(sum.buffer, sum.byteOffset, sum.byteLength)
  return { high: view.getInt32(0), low: sum.byteLength === 8 ? view.getInt32(4) : 0 }
}

function bytesOf(name: CombinableName, { high, low }: Word): Buffer {
  const sum = Buffer.alloc(DIGEST_SIZE_BYTES[name])
  sum.writeInt32BE(high, 0)
  if (sum.byteLength === 8) sum.writeInt32BE(low, 4)
  return sum
}
