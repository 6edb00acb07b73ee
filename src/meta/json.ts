/** Typed reading of record JSON. A surprise here is damage or a bug, never a client's doing: it is an assertion. */

import { assert } from '../base/assert.js'
import type { Json } from './record.js'

export function asList(json: Json | undefined): readonly Json[] {
  assert(Array.isArray(json), 'record field is a list')
  return json
}

export function asText(json: Json | undefined): string {
  assert(typeof json === 'string', 'record field is a string')
  return json
}

export function asTexts(json: Json | undefined): readonly string[] {
  return asList(json).map(asText)
}

/** The members of an object. */
export function asMembers(json: Json): Readonly<Record<string, Json | undefined>> {
  assert(typeof json === 'object' && json !== null && !Array.isArray(json), 'record field is an object')
  return Object.fromEntries(Object.entries<Json>(json))
}

export function asNumber(json: Json | undefined): number {
  assert(typeof json === 'number', 'record field is a number')
  return json
}

export function asOptionalText(json: Json | undefined): string | undefined {
  return json === null || json === undefined ? undefined : asText(json)
}

export function asOptionalNumber(json: Json | undefined): number | undefined {
  return json === null || json === undefined ? undefined : asNumber(json)
}

/** One of `values`, by which the type is narrowed. */
export function asOneOf<const V extends string>(json: Json | undefined, values: readonly V[]): V {
  const found = values.find((value) => value === json)
  assert(found !== undefined, `record field is one of ${values.join(', ')}`)
  return found
}
