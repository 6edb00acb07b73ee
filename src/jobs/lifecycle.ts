/**
 * The job that lets lifecycle rules take effect: bucket by bucket in the order of names, a page of rows in each step.
 * A bucket whose rows cannot be read is left for the next run and stops no other.
 */

import type { Log } from '../base/telemetry.js'
import type { Core } from '../core/core.js'
import { lifecycleFormat } from '../core/lifecycle-record.js'
import {
  LIFECYCLE_PHASES,
  type LifecycleCounts,
  type LifecyclePosition,
  lifecycleStep,
  type Newer,
} from '../core/lifecycle-work.js'
import { bucketCodec, bucketKey, kinds, rangeOf } from '../core/rows.js'
import { asList, asNumber, asOneOf, asOptionalText, asText } from '../meta/json.js'
import { isCollapsed } from '../meta/meta-store.js'
import type { Json } from '../meta/record.js'
import type { Bucket } from '../model/bucket.js'
import type { Job, StepOutcome } from './job.js'

const ROWS_PER_STEP = 100
const BUCKETS_PER_STEP = 100
const INTERVAL_MS_MIN = 1_000
const RUNS_PER_DAY = 24

/** In `bucketName`, or after it where there is no position. */
interface Cursor {
  readonly bucketName: string
  readonly position: LifecyclePosition | undefined
}

export function lifecycleJob(core: Core, log: Log): Job {
  const { dayMs } = core.dependencies.limits
  return {
    name: 'lifecycle',
    intervalMs: Math.max(INTERVAL_MS_MIN, Math.floor(dayMs / RUNS_PER_DAY)),
    step: async (text) => {
      const cursor = text === undefined ? undefined : readCursor(text)
      return cursor?.position === undefined
        ? findBucket(core, cursor?.bucketName)
        : workInBucket(core, log, cursor.bucketName, cursor.position)
    },
  }
}

/** The next bucket that has rules. */
async function findBucket({ dependencies: { meta } }: Core, after: string | undefined): Promise<StepOutcome> {
  const { from, to } = rangeOf(Buffer.of(kinds.bucket))
  const start = after === undefined ? from : Buffer.concat([bucketKey(after), Buffer.of(0)])
  const page = await meta.scan({ from: start, to }, { limit: BUCKETS_PER_STEP })
  let last: string | undefined
  for (const entry of page) {
    if (isCollapsed(entry)) continue
    const bucket: Bucket = bucketCodec.decode(entry.value)
    last = bucket.name
    if (bucket.state === 'active' && bucket.documents.includes(lifecycleFormat.kind)) {
      return goOn(bucket.name, { phase: LIFECYCLE_PHASES[0], after: undefined, newer: undefined })
    }
  }
  return last === undefined || page.length < BUCKETS_PER_STEP ? { cursor: undefined, more: false } : goOn(last)
}

async function workInBucket(
  core: Core,
  log: Log,
  bucketName: string,
  position: LifecyclePosition,
): Promise<StepOutcome> {
  const counts: LifecycleCounts = { expired: 0, removed: 0, transitioned: 0, aborted: 0, refused: 0 }
  const { dependencies, buckets, documents } = core
  const bucket = await buckets.find(bucketName)
  const lifecycle = bucket === undefined ? undefined : await documents.find(bucket, lifecycleFormat)
  if (bucket === undefined || lifecycle === undefined) return goOn(bucketName)
  try {
    const next = await lifecycleStep({ dependencies, bucket, lifecycle, counts }, position, ROWS_PER_STEP)
    if (Object.values(counts).some((count) => count > 0)) log.info('lifecycle', { bucket: bucketName, ...counts })
    if (next !== undefined) return goOn(bucketName, next)
    const phase = LIFECYCLE_PHASES[LIFECYCLE_PHASES.indexOf(position.phase) + 1]
    return phase === undefined ? goOn(bucketName) : goOn(bucketName, { phase, after: undefined, newer: undefined })
  } catch (error) {
    log.error('lifecycle of a bucket failed', { bucket: bucketName, phase: position.phase, error })
    return goOn(bucketName)
  }
}

function goOn(bucketName: string, position?: LifecyclePosition): StepOutcome {
  return { cursor: writeCursor({ bucketName, position }), more: true }
}

function writeCursor({ bucketName, position }: Cursor): string {
  if (position === undefined) return JSON.stringify([bucketName])
  const { phase, after, newer } = position
  const place = after === undefined ? null : Buffer.from(after).toString('base64')
  return JSON.stringify([bucketName, phase, place, newer ? [newer.name, newer.modifiedAt, newer.count] : null])
}

function readCursor(text: string): Cursor {
  const json: Json = JSON.parse(text)
  const [bucketName, phase, after, newer] = asList(json)
  if (phase === undefined) return { bucketName: asText(bucketName), position: undefined }
  const place = asOptionalText(after)
  return {
    bucketName: asText(bucketName),
    position: {
      phase: asOneOf(phase, LIFECYCLE_PHASES),
      after: place === undefined ? undefined : Buffer.from(place, 'base64'),
      newer: newer === null || newer === undefined ? undefined : readNewer(asList(newer)),
    },
  }
}

function readNewer([name, modifiedAt, count]: readonly Json[]): Newer {
  return { name: asText(name), modifiedAt: asNumber(modifiedAt), count: asNumber(count) }
}
