/** Lifecycle rules, and their job run to its end, as short as tests want them. */

import type { Log } from '../../src/base/telemetry.js'
import { silentLog } from '../../src/base/telemetry.js'
import type { Core } from '../../src/core/core.js'
import { lifecycleFormat } from '../../src/core/lifecycle-record.js'
import { decodeVersion, kinds, rangeOf, scanAll } from '../../src/core/rows.js'
import { lifecycleJob } from '../../src/jobs/lifecycle.js'
import type { Bucket } from '../../src/model/bucket.js'
import type { LifecycleRule } from '../../src/model/lifecycle.js'
import { visible, type World } from './world.js'

export const DAY_MS = 86_400_000

const RULE: LifecycleRule = {
  id: 'a',
  enabled: true,
  form: 'filter',
  filter: {
    prefix: undefined,
    tags: [],
    prefixNotEquals: undefined,
    sizeBytesAbove: undefined,
    sizeBytesBelow: undefined,
  },
  transitions: [],
  expiration: undefined,
  noncurrentTransitions: [],
  noncurrentExpiration: undefined,
  abortDays: undefined,
}

export const EXPIRE: Partial<LifecycleRule> = { expiration: { days: 1, date: undefined, markers: undefined } }
export const ARCHIVE: Partial<LifecycleRule> = {
  transitions: [{ days: 1, date: undefined, storageClass: 'ARCHIVE' }],
}
export const REMOVE_OLD: Partial<LifecycleRule> = { noncurrentExpiration: { days: 1, newer: undefined } }
export const ABORT: Partial<LifecycleRule> = { abortDays: 1 }

export function setRules(core: Core, bucket: Bucket, ...rules: readonly Partial<LifecycleRule>[]): Promise<Bucket> {
  const whole = rules.map((rule, at) => ({ ...RULE, id: `r${at}`, ...rule }))
  return core.documents.put(bucket, 'lifecycle', () => lifecycleFormat.toJson({ rules: whole, minimumSize: undefined }))
}

/** From the first bucket to the last. */
export async function runLifecycle(core: Core, log: Log = silentLog): Promise<void> {
  const job = lifecycleJob(core, log)
  let cursor: string | undefined
  for (let more = true; more; ) ({ cursor, more } = await job.step(cursor))
}

/**
 * What is there, as far as two runs agree on it: everything that can be seen but the ids of markers, which depend on how
 * often chance was asked; and the class of each version.
 */
export async function comparable(world: World): Promise<readonly string[]> {
  const lines = (await visible(world)).map((line) => line.replace(/^(marker \S+ \S+) \S+/, '$1'))
  for (const kind of [kinds.object, kinds.version]) {
    for await (const { value } of scanAll(world.meta, rangeOf(Buffer.of(kind)))) {
      const version = decodeVersion('', value)
      if (version.kind === 'object') lines.push(`class ${version.sequence} ${version.storageClass}`)
    }
  }
  return lines
}

/** How many lines of each kind can be seen: `current`, `older`, `marker`, `upload`, `part`. */
export async function counted(world: World): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  for (const line of await visible(world)) {
    const [word = ''] = line.split(' ')
    if (word !== 'bucket') counts[word] = (counts[word] ?? 0) + 1
  }
  return counts
}
