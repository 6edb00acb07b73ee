/**
 * Records: one byte of format version, then JSON. A codec lists its current format and every older one with the step
 * that lifts it to the next, so that data written by any release is read by every later one. test/golden holds one
 * recorded record per version; a change of the current format without a new version fails there.
 */

import { assert } from '../base/assert.js'
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
}

export function codec<T>(format: Format<T>): Codec<T> {
  const upgrades = format.upgrades ?? []
  assert(upgrades.length === format.version - 1, `${format.name} has a step for each older version`)
  const marker = String.fromCharCode(format.version)
  return {
    name: format.name,
    version: format.version,
    encode: (value) => Buffer.from(marker + JSON.stringify(format.toJson(value)), 'utf8'),
    decode: (bytes) => {
      const version = bytes[0] ?? 0
      assert(version >= 1 && version <= format.version, `${format.name} record of version ${version} is known`)
      let json: Json = JSON.parse(asBuffer(bytes).toString('utf8', 1))
      for (const upgrade of upgrades.slice(version - 1)) json = upgrade(json)
      return format.fromJson(json)
    },
  }
}
