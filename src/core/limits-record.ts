/** Limits as they stand in rows: only what is set, by name (docs/data-format.md). */

import { asMembers, asOptionalNumber } from '../meta/json.js'
import type { Json } from '../meta/record.js'
import { LIMIT_NAMES, type Limits } from '../model/limits.js'
import type { DocumentFormat } from './documents.js'

export function limitsToJson(limits: Limits): Json {
  const { accelerationLocked, ...numbers } = limits
  return { ...numbers, ...(accelerationLocked === true ? { accelerationLocked } : {}) }
}

export function limitsFromJson(json: Json): Limits {
  const members = asMembers(json)
  const numbers = LIMIT_NAMES.flatMap((name) => {
    const value = asOptionalNumber(members[name] ?? null)
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    ...Object.fromEntries(numbers),
    ...(members['accelerationLocked'] === true ? { accelerationLocked: true } : {}),
  }
}

/** Of a bucket. */
export const limitsFormat: DocumentFormat<Limits> = { kind: 'limits', toJson: limitsToJson, fromJson: limitsFromJson }
