/**
 * A value that others change, looked at again when it is asked for and no more often than an interval allows: asking
 * costs a comparison of times, and nobody sees a value that is older than the interval.
 */

import type { Clock } from './clock.js'

export interface Rechecked<T> {
  /** Without a promise while what is known is young enough. Never rejects: what cannot be read stays as it was. */
  now(): T | Promise<T>
  /** What is known now, whoever knows it better. */
  set(value: T): void
  /** The same, read now, however young what is known is. */
  again(): Promise<T>
}

export interface RecheckedOptions<T> {
  readonly clock: Clock
  readonly intervalMs: number
  readonly initial: T
  readonly read: () => Promise<T>
}

/** `initial` is for those whose first look fails. */
export function createRechecked<T>({ clock, intervalMs, initial, read }: RecheckedOptions<T>): Rechecked<T> {
  let value = initial
  let lookedAt = Number.NaN
  let looking: Promise<T> | undefined
  /** A value that was set while it was being read is newer than what was read. */
  let sets = 0

  const look = async (): Promise<T> => {
    const before = sets
    try {
      const found = await read()
      if (sets === before) value = found
    } catch {
      // Whoever asks has a request to serve, and the next look comes soon.
    } finally {
      lookedAt = clock.now()
      looking = undefined
    }
    return value
  }

  const again = () => {
    looking ??= look()
    return looking
  }

  return {
    now: () => (Math.abs(clock.now() - lookedAt) < intervalMs ? value : again()),
    again,
    set: (next) => {
      value = next
      lookedAt = clock.now()
      sets++
    },
  }
}
