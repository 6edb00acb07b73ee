/**
 * Delivery of access records, one batch of one source bucket at a time. The batch is planned in a row with the key of
 * its object first, then put, then its rows are removed: a crash in between repeats it onto the same key, with whatever
 * has joined its range, so that every record is delivered at least once. What cannot be delivered is kept up to a limit.
 */

import { afterPrefix } from '../base/bytes.js'
import { randomHex } from '../base/ids.js'
import { oneChunk } from '../base/streams.js'
import { isCollapsed } from '../meta/meta-store.js'
import {
  LOG_FORM_RULES,
  LOG_UNIQUE_DIGITS,
  type LogDestination,
  type LoggingConfiguration,
  logDayOf,
  logObjectKey,
} from '../model/access-log.js'
import type { Bucket } from '../model/bucket.js'
import { isApiError } from '../model/errors/index.js'
import type { Acl } from '../model/grants.js'
import { takesLogs } from '../model/policy/log-delivery.js'
import { NO_EXTRAS } from '../model/version-extras.js'
import { rulesFor } from './access.js'
import {
  type AccessRecord,
  accessRecordCodec,
  accessRecordId,
  accessRecordKey,
  accessRecordPrefix,
  accessRecordSource,
  accessRecordsPrefix,
  type LogBatch,
  logBatchCodec,
  logBatchKey,
  loggingFormat,
} from './access-log-rows.js'
import { NO_WRITE_CONDITIONS } from './conditions.js'
import type { Core } from './core.js'
import { encryptionByDefault } from './default-encryption.js'
import { trustedSource } from './object-source.js'
import { checkOf, putOf, type Row, rangeOf, readRow } from './rows.js'

export interface LogDeliveryLimits {
  /** Of one log object. */
  readonly recordsMax: number
  readonly sizeBytesMax: number
  /** Of one source, that cannot be delivered. */
  readonly keptRecordsMax: number
}

export interface LogDeliveryOutcome {
  /** Undefined: no source has records behind the one that was named. */
  readonly source: string | undefined
  /** Records are left that could go at once. */
  readonly more: boolean
  readonly delivered: number
  /** Beyond the limit of what is kept. */
  readonly dropped: number
  /** Why nothing was delivered. */
  readonly refusal: string | undefined
}

export interface LogDelivery {
  /** The next batch of the first source behind this one. */
  step(afterSource: string | undefined): Promise<LogDeliveryOutcome>
}

type DeliveryCore = Pick<Core, 'accessLog' | 'buckets' | 'bucketAccess' | 'objects' | 'identities' | 'dependencies'>

export function createLogDelivery(core: DeliveryCore, limits: LogDeliveryLimits): LogDelivery {
  return {
    step: async (afterSource) => {
      const source = await nextSource(core, afterSource)
      const idle = { source, more: false, delivered: 0, dropped: 0, refusal: undefined }
      if (source === undefined) return idle
      const batch = (await readRow(core.dependencies.meta, logBatchCodec, logBatchKey(source))).value
      if (batch === undefined) {
        const planned = await planBatch(core, limits, source)
        return { ...idle, ...(await deliver(core, limits, source, planned)) }
      }
      return { ...idle, ...(await deliver(core, limits, source, batch)) }
    },
  }
}

async function nextSource({ dependencies: { meta } }: DeliveryCore, after: string | undefined) {
  const { from, to } = rangeOf(accessRecordsPrefix())
  const start = after === undefined ? from : (afterPrefix(accessRecordPrefix(after)) ?? to)
  const [row] = await meta.scan({ from: start, to }, { limit: 1 })
  return row === undefined || isCollapsed(row) ? undefined : accessRecordSource(row.key)
}

// --- batches ----------------------------------------------------------------------------------------------------

const PAGE_ROWS = 500

type RecordRow = Row<AccessRecord>

interface Found {
  readonly rows: readonly RecordRow[]
  /** More lie in the range than the limits let in. */
  readonly cut: boolean
}

/** From this id on, as many as one object may hold. `lastId`: and none behind it, whatever the limits. */
async function readRecords(
  { dependencies: { meta } }: DeliveryCore,
  limits: LogDeliveryLimits,
  source: string,
  { firstId, lastId }: Partial<Pick<LogBatch, 'firstId' | 'lastId'>>,
): Promise<Found> {
  const range = rangeOf(accessRecordPrefix(source))
  const to = lastId === undefined ? range.to : Buffer.concat([accessRecordKey(source, lastId), Buffer.of(0)])
  let from = firstId === undefined ? range.from : accessRecordKey(source, firstId)
  const rows: RecordRow[] = []
  let sizeBytes = 0
  for (;;) {
    const page = await meta.scan({ from, to }, { limit: PAGE_ROWS })
    for (const entry of page) {
      if (isCollapsed(entry)) continue
      const row = { key: entry.key, value: accessRecordCodec.decode(entry.value), version: entry.version }
      sizeBytes += Buffer.byteLength(row.value.line) + 1
      const full = rows.length === limits.recordsMax || (sizeBytes > limits.sizeBytesMax && rows.length > 0)
      if (full && lastId === undefined) return { rows, cut: true }
      rows.push(row)
      from = Buffer.concat([entry.key, Buffer.of(0)])
    }
    if (page.length < PAGE_ROWS) return { rows, cut: false }
  }
}

/** Records with one destination, and of one day where the destination wants that, share an object. */
function shareOf({ destination, at }: AccessRecord): string {
  return JSON.stringify([destination, logDayOf(destination.configuration, at) ?? null])
}

/** The records that come first and whatever may stand beside them. Written down before anything is put. */
async function planBatch(core: DeliveryCore, limits: LogDeliveryLimits, source: string): Promise<LogBatch | undefined> {
  const { meta, clock, random } = core.dependencies
  const { rows } = await readRecords(core, limits, source, {})
  const [first] = rows
  if (first === undefined) return undefined
  const share = shareOf(first.value)
  const last = rows.findLast((row) => shareOf(row.value) === share) ?? first
  const { destination, at } = first.value
  const unique = randomHex(random, LOG_UNIQUE_DIGITS / 2)
  const objectKey = logObjectKey(destination, clock.now(), logDayOf(destination.configuration, at), unique)
  const batch = { objectKey, firstId: accessRecordId(first.key), lastId: accessRecordId(last.key), share }
  const rowKey = logBatchKey(source)
  const checks = [{ key: rowKey, version: undefined }]
  const committed = await meta.commit({ checks, puts: [putOf(logBatchCodec, rowKey, batch)] })
  // Another process holds the job now, and has planned.
  return committed.ok ? batch : undefined
}

type Delivered = Pick<LogDeliveryOutcome, 'more' | 'delivered' | 'dropped' | 'refusal'>

async function deliver(
  core: DeliveryCore,
  limits: LogDeliveryLimits,
  source: string,
  batch: LogBatch | undefined,
): Promise<Delivered> {
  const again = { more: true, delivered: 0, dropped: 0, refusal: undefined }
  if (batch === undefined) return again
  const { rows } = await readRecords(core, limits, source, batch)
  const own = rows.filter((row) => shareOf(row.value) === batch.share)
  const refusal = own[0] === undefined ? undefined : await putLogObject(core, batch, own, own[0].value.destination)
  if (refusal !== undefined && own[0] !== undefined) return keep(core, limits, source, own, refusal)
  const { meta } = core.dependencies
  const row = await readRow(meta, logBatchCodec, logBatchKey(source))
  if (row.value?.objectKey !== batch.objectKey) return again
  // A record that was corrected since it was read stays, and with it the batch: both are put once more.
  const removes = [row.key, ...own.map(({ key }) => key)]
  const committed = await meta.commit({ checks: [checkOf(row), ...own.map(checkOf)], removes })
  if (!committed.ok) return again
  const left = await meta.scan(rangeOf(accessRecordPrefix(source)), { limit: 1 })
  return { ...again, more: left.length > 0, delivered: own.length }
}

/** Answers why it could not be put. */
async function putLogObject(
  core: DeliveryCore,
  { objectKey }: LogBatch,
  rows: readonly RecordRow[],
  destination: LogDestination,
): Promise<string | undefined> {
  const { grants, targetBucket } = destination.configuration
  const target = await findTarget(core, destination)
  const refusal = await refusalOf(core, target, destination, objectKey)
  if (target === undefined || refusal !== undefined) return refusal
  const acl: Acl | undefined =
    grants.length === 0 ? undefined : [{ grantee: { kind: 'owner' }, permission: 'FULL_CONTROL' }, ...grants]
  const lines = Buffer.from(rows.map(({ value }) => `${value.line}\n`).join(''), 'utf8')
  try {
    const encryption = await encryptionByDefault(core.dependencies, target, () => destination.source.uin)
    await core.objects.put({
      bucket: target,
      key: objectKey,
      accountId: target.accountId,
      storageClass: 'STANDARD',
      headers: LOG_HEADERS,
      acl,
      tags: [],
      extras: encryption === undefined ? NO_EXTRAS : { encryption },
      conditions: NO_WRITE_CONDITIONS,
      source: trustedSource(lines.byteLength, () => oneChunk(lines)),
    })
    return undefined
  } catch (error) {
    if (!isApiError(error) || error.condition === 'InternalError') throw error
    return `the target bucket ${targetBucket} refuses: ${error.condition}`
  }
}

async function findTarget(core: DeliveryCore, { configuration, source }: LogDestination): Promise<Bucket | undefined> {
  const target = await core.buckets.find(configuration.targetBucket)
  return target?.accountId === source.accountId ? target : undefined
}

/** Held against the target as it is now: much may have changed since the configuration was accepted. */
async function refusalOf(
  core: DeliveryCore,
  target: Bucket | undefined,
  destination: LogDestination,
  objectKey: string,
): Promise<string | undefined> {
  const { configuration, source } = destination
  const named = `the target bucket ${configuration.targetBucket}`
  if (target === undefined) return `${named} is gone`
  if (target.region !== source.region) return `${named} lies in another region`
  const owner = await core.identities.findAccount(target.accountId)
  if (owner?.state !== 'active') return 'the account that owns both buckets is not active'
  if (!LOG_FORM_RULES[configuration.form].grantNeeded) return undefined
  const { bucket: rules } = rulesFor(target, await core.bucketAccess(target), undefined)
  if (rules === undefined) return undefined
  const admitted = takesLogs({ rules, region: target.region, owner }, destination, objectKey)
  return admitted ? undefined : `${named} does not let log delivery write`
}

const LOG_HEADERS = {
  contentType: 'text/plain',
  cacheControl: undefined,
  contentDisposition: undefined,
  contentEncoding: undefined,
  contentLanguage: undefined,
  expires: undefined,
  userMetadata: [],
} as const

// --- what cannot be delivered ----------------------------------------------------------------------------------

/**
 * Records whose bucket logs to another place by now go there. Others wait, in the hope that what refuses them changes;
 * where both buckets are gone, nobody could change it.
 */
async function keep(
  core: DeliveryCore,
  limits: LogDeliveryLimits,
  source: string,
  rows: readonly RecordRow[],
  refusal: string,
): Promise<Delivered> {
  const kept = { more: false, delivered: 0, dropped: 0, refusal }
  const [first] = rows
  if (first === undefined) return kept
  const { destination } = first.value
  const bucket = await core.buckets.find(destination.source.bucketName)
  const present = bucket?.id === source ? bucket : undefined
  const configuration = present && (await core.accessLog.configurationOf(present))
  const instead = configuration && { ...configuration, form: destination.configuration.form }
  if (instead !== undefined && !sameConfiguration(instead, destination.configuration)) {
    await redirect(core, source, rows, { ...destination, configuration: instead })
    return { ...kept, more: true }
  }
  const lost = present === undefined && (await findTarget(core, destination)) === undefined
  const keptRecordsMax = lost ? 0 : limits.keptRecordsMax
  return { ...kept, ...(await dropOldest(core, keptRecordsMax, source)) }
}

function sameConfiguration(one: LoggingConfiguration, other: LoggingConfiguration): boolean {
  return JSON.stringify(loggingFormat.toJson(one)) === JSON.stringify(loggingFormat.toJson(other))
}

async function redirect(core: DeliveryCore, source: string, rows: readonly RecordRow[], destination: LogDestination) {
  const puts = rows.map(({ key, value }) => putOf(accessRecordCodec, key, { ...value, destination }))
  await core.dependencies.meta.commit({ checks: rows.map(checkOf), puts, removes: [logBatchKey(source)] })
}

/** One page beyond the limit goes, the oldest first, and the batch with it: what is left is planned anew. */
async function dropOldest({ dependencies: { meta } }: DeliveryCore, keptRecordsMax: number, source: string) {
  const range = rangeOf(accessRecordPrefix(source))
  let from = range.from
  let kept = 0
  while (kept <= keptRecordsMax + PAGE_ROWS) {
    const page = await meta.scan({ from, to: range.to }, { limit: PAGE_ROWS })
    kept += page.length
    const last = page.at(-1)
    if (page.length < PAGE_ROWS || last === undefined || isCollapsed(last)) break
    from = Buffer.concat([last.key, Buffer.of(0)])
  }
  const excess = Math.min(kept - keptRecordsMax, PAGE_ROWS)
  if (excess <= 0) return { dropped: 0, more: false }
  const oldest = await meta.scan(range, { limit: excess })
  const keys = oldest.flatMap((row) => (isCollapsed(row) ? [] : [row.key]))
  await meta.commit({ removes: [logBatchKey(source), ...keys] })
  return { dropped: keys.length, more: excess === PAGE_ROWS }
}
