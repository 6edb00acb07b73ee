/**
 * Records: one byte of format version, then JSON. A codec lists its current format and every older one with the step
 * that lifts it to the next, so that data written by any release is read by every later one. test/golden holds one
 * recorded record per version; a change of the current format without a new version fails there.
 */

import { assert } from '../base/assert.js'
import { putBounded } from '../base/bounded-map.js'
import { asBuffer, type Bytes } from '../base/bytes.js'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

export interface Codec<T> {
  readonly name: string
  readonly version: number
  encode(value: T): Buffer
  decode(bytes: Bytes): T
}

export interface Format<T> {
  readonly name: string
  /** Of the current format, from 1. */
  readonly version: number
  toJson(value: T): Json
  fromJson(json: Json): T
  /** `upgrades[i]` lifts version i + 1 to version i + 2. */
  readonly upgrades?: readonly ((json: Json) => Json)[]
  /**
   * Few rows that every request reads, such as its bucket: this many decoded values are kept by their bytes. The same
   * bytes always are the same value, so there is nothing to invalidate, and parsing them costs eight times the lookup.
   */
  readonly remembered?: number
}

export function codec<T>(format: Format<T>): Codec<T> {
  const upgrades = format.upgrades ?? []
  assert(upgrades.length === format.version - 1, `${format.name} has a step for each older version`)
  const marker = String.fromCharCode(format.version)
  const decode = (bytes: Bytes): T => {
    const version = bytes[0] ?? 0
    if (version < 1 || version > format.version) assert(false, `${format.name} record of version ${version} is known`)
    let json: Json = JSON.parse(asBuffer(bytes).toString('utf8', 1))
    if (version < format.version) for (const upgrade of upgrades.slice(version - 1)) json = upgrade(json)
    return format.fromJson(json)
  }
  return {
    name: format.name,
    version: format.version,
    encode: (value) => Buffer.from(marker + JSON.stringify(format.toJson(value)), 'utf8'),
    decode: format.remembered === undefined ? decode : rememberByBytes(decode, format.remembered),
  }
}

function rememberByBytes<T>(decode: (bytes: Bytes) => T, valuesMax: number): (bytes: Bytes) => T {
  const values = new Map<string, T>()
  return (bytes) => {
    const text = asBuffer(bytes).toString('latin1')
    const known = values.get(text)
    if (known !== undefined) return known
    const value = decode(bytes)
    putBounded(values, valuesMax, text, value)
    return value
  }
}
