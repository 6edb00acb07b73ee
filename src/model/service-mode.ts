/** Maintenance: what the object API serves while the operator works on the installation. */

import type { Millis } from '../base/clock.js'

/** read-only: reads are served. closed: nothing is. */
export const MAINTENANCE_LEVELS = ['read-only', 'closed'] as const

export type MaintenanceLevel = (typeof MAINTENANCE_LEVELS)[number]

export interface Maintenance {
  readonly level: MaintenanceLevel
  readonly since: Millis
  /** When it is expected to be over. It ends when the operator says so, and not by itself. */
  readonly until: Millis | undefined
  /** For those who are refused. */
  readonly message: string | undefined
}

export function isMaintenanceLevel(word: string): word is MaintenanceLevel {
  return MAINTENANCE_LEVELS.some((level) => level === word)
}

/** Where nobody has said when it is over, or was wrong about it. */
const RETRY_AFTER_SECONDS = 60

export function retryAfterSeconds({ until }: Pick<Maintenance, 'until'>, now: Millis): number {
  return until === undefined || until <= now ? RETRY_AFTER_SECONDS : Math.ceil((until - now) / 1000)
}
