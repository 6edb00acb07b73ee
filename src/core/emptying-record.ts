/**
 * The row that says how far the emptying of a bucket has come. There is one for each bucket that was ever emptied, and it
 * is `running` exactly as long as the bucket's own row is in the state `emptying`: both change in one commit.
 */

import type { Millis } from '../base/clock.js'
import { asList, asNumber, asOneOf, asOptionalNumber, asOptionalText, asText } from '../meta/json.js'
import { key } from '../meta/key.js'
import { codec } from '../meta/record.js'
import { kinds } from './rows.js'

/** done: nothing was left. incomplete: the end was reached, and something would not go. */
export const EMPTYING_STATES = ['running', 'done', 'incomplete', 'cancelled'] as const
export type EmptyingState = (typeof EMPTYING_STATES)[number]

/**
 * What is walked through, in this order. What is not current goes first, so that a removal seldom promotes anything; and
 * markers go after objects, so that what a refused version is promoted to lies behind the walk and is tried once.
 */
export const EMPTYING_PHASES = ['version', 'object', 'marker', 'upload'] as const
export type EmptyingPhase = (typeof EMPTYING_PHASES)[number]

export interface Emptying {
  readonly bucketId: string
  readonly bucketName: string
  readonly state: EmptyingState
  /** The bucket goes as well when nothing is left in it. */
  readonly removeBucket: boolean
  readonly phase: EmptyingPhase
  /** The last row of the phase that was tried, in hex; undefined: none yet. */
  readonly after: string | undefined
  /** What the steps that have ended removed. */
  readonly objects: number
  readonly markers: number
  readonly uploads: number
  /** What may not be removed, and stays. */
  readonly refused: number
  readonly lastError: string | undefined
  readonly begunAt: Millis
  readonly endedAt: Millis | undefined
  /** The last step; of several buckets the one that has waited longest comes next. */
  readonly steppedAt: Millis
}

export const emptyingCodec = codec<Emptying>({
  name: 'emptying',
  version: 1,
  toJson: (emptying) => [
    emptying.bucketId,
    emptying.bucketName,
    emptying.state,
    emptying.removeBucket ? 1 : 0,
    emptying.phase,
    emptying.after ?? null,
    [emptying.objects, emptying.markers, emptying.uploads, emptying.refused],
    emptying.lastError ?? null,
    emptying.begunAt,
    emptying.endedAt ?? null,
    emptying.steppedAt,
  ],
  fromJson: (json) => {
    const [bucketId, bucketName, state, removeBucket, phase, after, counts, lastError, begunAt, endedAt, steppedAt] =
      asList(json)
    const [objects, markers, uploads, refused] = asList(counts)
    return {
      bucketId: asText(bucketId),
      bucketName: asText(bucketName),
      state: asOneOf(state, EMPTYING_STATES),
      removeBucket: removeBucket === 1,
      phase: asOneOf(phase, EMPTYING_PHASES),
      after: asOptionalText(after),
      objects: asNumber(objects),
      markers: asNumber(markers),
      uploads: asNumber(uploads),
      refused: asNumber(refused),
      lastError: asOptionalText(lastError),
      begunAt: asNumber(begunAt),
      endedAt: asOptionalNumber(endedAt),
      steppedAt: asNumber(steppedAt),
    }
  },
})

export const emptyingKey = (bucketId: string) => key(kinds.emptying, bucketId)
