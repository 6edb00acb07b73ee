/** What a job is: one bounded step, safe to repeat from the same cursor. Lease, cursor and back-off are the runner's. */

import type { KeyRange } from '../meta/meta-store.js'

export interface StepOutcome {
  /** Where the next step continues; undefined: from the start, after the interval. */
  readonly cursor: string | undefined
  /** Work is left: go on at once. */
  readonly more: boolean
}

export interface Job {
  /** Names its row, its log lines and its metric. */
  readonly name: string
  readonly intervalMs: number
  /** The rows that its steps work on: while there are none, the runner writes next to nothing. */
  readonly work?: () => KeyRange
  step(cursor: string | undefined): Promise<StepOutcome>
}
