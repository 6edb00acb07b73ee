/** Limits of accounts and buckets as the admin API reads and shows them. */

import type { LimitChanges, LimitName, Limits } from '../model/limits.js'
import type { JsonObject } from './action.js'
import { refuseParameter } from './parameters.js'

const LIMIT_MAX = Number.MAX_SAFE_INTEGER

/** InvalidParameterValue for what is neither a number nor `default`. */
export function limitChanges(
  given: { readonly [N in LimitName]?: string | undefined },
  acceleration: string | undefined,
): LimitChanges {
  const numbers = Object.entries(given).map(([name, text]) => [name, text === undefined ? undefined : read(name, text)])
  return { ...Object.fromEntries(numbers), accelerationLocked: readAcceleration(acceleration) }
}

function read(ParameterName: string, text: string): number | 'default' {
  if (text === 'default') return text
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  // A rate of nothing would be a bucket that nobody can use, and has no time after which to come again.
  const min = ParameterName === 'requestsPerSecondMax' ? 1 : 0
  if (value >= min && value <= LIMIT_MAX) return value
  return refuseParameter(
    ParameterName,
    `The parameter ${ParameterName} must be a whole number from ${min}, or default.`,
  )
}

function readAcceleration(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined
  if (text === 'locked' || text === 'open') return text === 'locked'
  return refuseParameter('acceleration', 'The parameter acceleration must be locked or open.')
}

/** Null: the settings say. */
export function shownLimits(limits: Limits, names: readonly LimitName[]): JsonObject {
  const numbers = Object.fromEntries(names.map((name) => [name, limits[name] ?? null]))
  return { ...numbers, acceleration: limits.accelerationLocked === true ? 'locked' : 'open' }
}
