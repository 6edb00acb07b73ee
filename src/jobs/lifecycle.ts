/**
 * The job that lets lifecycle rules take effect: bucket by bucket in the order of names, a page of rows in each step.
 * A bucket whose rows cannot be read is left for the next run and stops no other.
 */

import type { Bytes } from '../base/bytes.js'
import type { Log } from '../base/telemetry.js'
import type { Core } from '../core/core.js'
import { lifecycleFormat } from '../core/lifecycle-record.js'
import {
  LIFECYCLE_PHASES,
  type LifecycleCounts,
  type LifecyclePhase,
  type LifecyclePosition,
  lifecycleStep,
  type Newer,
} from '../core/lifecycle-work.js'
import { bucketCodec, bucketKey, kinds, rangeOf } from '../core/rows.js'
import { asList, asNumber, asOneOf, asOptionalText, asText } from '../meta/json.js'
import { keyParts } from '../meta/key.js'
import { isCollapsed } from '../meta/meta-store.js'
import type { Json } from '../meta/record.js'
import type { Job, StepOutcome } from './job.js'

const [FIRST_PHASE] = LIFECYCLE_PHASES
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
        ? findBucket(core, log, cursor?.bucketName)
        : workInBucket(core, log, cursor.bucketName, cursor.position)
    },
  }
}

/** The next bucket that has rules. */
async function findBucket({ dependencies: { meta } }: Core, log: Log, after: string | undefined): Promise<StepOutcome> {
  const { from, to } = rangeOf(Buffer.of(kinds.bucket))
  const start = after === undefined ? from : Buffer.concat([bucketKey(after), Buffer.of(0)])
  const page = await meta.scan({ from: start, to }, { limit: BUCKETS_PER_STEP })
  let last: string | undefined
  for (const entry of page) {
    if (isCollapsed(entry)) continue
    last = keyParts(entry.key, 1)[0]?.toString('utf8') ?? ''
    try {
      const { state, documents } = bucketCodec.decode(entry.value)
      if (state === 'active' && documents.includes(lifecycleFormat.kind)) return goOn(last, beginningOf(FIRST_PHASE))
    } catch (error) {
      log.error('lifecycle cannot read a bucket', { bucket: last, error })
    }
  }
  return last === undefined || page.length < BUCKETS_PER_STEP ? { cursor: undefined, more: false } : goOn(last)
}

/** What fails here is left for the next run. Only the rows of buckets themselves hold up the whole job. */
async function workInBucket(
  core: Core,
  log: Log,
  bucketName: string,
  position: LifecyclePosition,
): Promise<StepOutcome> {
  const { phase } = position
  const counts: LifecycleCounts = { expired: 0, removed: 0, transitioned: 0, aborted: 0, refused: 0 }
  const failed = (key: Bytes, error: unknown) =>
    log.error('lifecycle of a row failed', { bucket: bucketName, phase, row: Buffer.from(key).toString('hex'), error })
  try {
    const { dependencies, buckets, documents } = core
    const bucket = await buckets.find(bucketName)
    const lifecycle = bucket && (await documents.find(bucket, lifecycleFormat))
    if (bucket === undefined || lifecycle === undefined) return goOn(bucketName)
    const next = await lifecycleStep({ dependencies, bucket, lifecycle, counts, failed }, position, ROWS_PER_STEP)
    if (Object.values(counts).some((count) => count > 0))
      log.info('lifecycle', { bucket: bucketName, phase, ...counts })
    if (next !== undefined) return goOn(bucketName, next)
    const following = LIFECYCLE_PHASES[LIFECYCLE_PHASES.indexOf(phase) + 1]
    return goOn(bucketName, following && beginningOf(following))
  } catch (error) {
    log.error('lifecycle of a bucket failed', { bucket: bucketName, phase, error })
    return goOn(bucketName)
  }
}

function beginningOf(phase: LifecyclePhase): LifecyclePosition {
  return { phase, after: undefined, newer: undefined }
}

function goOn(bucketName: string, position?: LifecyclePosition): StepOutcome {
  return { cursor: writeCursor({ bucketName, position }), more: true }
}

function writeCursor({ bucketName, position }: Cursor): string {
  if (position === undefined) return JSON.stringify([bucketName])
  const { phase, after, newer } = position
  const place = after === undefined ? null : Buffer.from(after).toString('base64')
  return JSON.stringify([
    bucketName,
    phase,
    place,
    newer ? [newer.name, newer.sequence, newer.modifiedAt, newer.count] : null,
  ])
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

function readNewer([name, sequence, modifiedAt, count]: readonly Json[]): Newer {
  return { name: asText(name), sequence: asText(sequence), modifiedAt: asNumber(modifiedAt), count: asNumber(count) }
}
