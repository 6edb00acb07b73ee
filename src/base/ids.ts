/** Random and time-ordered identifiers. The random source is injected so that tests can repeat a run. */

import type { Millis } from './clock.js'

/** Fills and returns `sizeBytes` random bytes. */
export type RandomBytes = (sizeBytes: number) => Buffer

export function randomHex(random: RandomBytes, sizeBytes: number): string {
  return random(sizeBytes).toString('hex')
}

/**
 * 12 hex digits of milliseconds, then 16 random ones: byte order is time order, to the millisecond.
 * 64 random bits per millisecond make a repeat in one store implausible.
 */
export function timeOrderedId(now: Millis, random: RandomBytes): string {
  return Math.floor(now).toString(16).padStart(12, '0') + random(8).toString('hex')
}

/** The time at which `timeOrderedId` made this id. */
export function timeOfId(id: string): Millis {
  return Number.parseInt(id.slice(0, 12), 16)
}
