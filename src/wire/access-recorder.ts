/**
 * Writes down what a bucket with access logging was asked and answered: before the answer goes out, with what is planned
 * by then, and again when its stream ended in another way. A bucket that logs nothing costs nothing; only a refusal that
 * came before its bucket was known costs a look for it. Nothing here makes an answer fail.
 */

import type { Bytes } from '../base/bytes.js'
import type { Millis } from '../base/clock.js'
import type { Log, Metrics } from '../base/telemetry.js'
import type { AccessRecord } from '../core/access-log-rows.js'
import type { Core } from '../core/core.js'
import type { LoggingConfiguration } from '../model/access-log.js'
import type { Bucket } from '../model/bucket.js'
import { type ApiError, apiError, type Condition, spellingOfError } from '../model/errors/index.js'
import { ANONYMOUS, type Principal } from '../model/principal.js'
import { type AnsweredRequest, accessLogLine } from './access-log.js'
import type { Address } from './address.js'
import type { AuthKind, FormAuthKind } from './authentication.js'
import type { ClientAddresses } from './client-address.js'
import type { Dialect } from './dialect.js'
import type { Operation } from './operation.js'
import type { WireRequest } from './request.js'
import type { DialectSeen, RequestIds } from './request-ids.js'
import type { WireResponse } from './response.js'

/** What the pipeline knows of a request when it is answered. */
export interface Known {
  readonly seen: DialectSeen
  readonly dialect: Dialect | undefined
  readonly address: Address | undefined
  readonly operation: Operation | undefined
  readonly preflight: boolean
  readonly bucket: Bucket | undefined
  /** Undefined until it was recognised: others have only claimed to be somebody. */
  readonly principal: Principal | undefined
  readonly claim: { readonly kind: AuthKind | FormAuthKind; readonly accessKeyId: string } | undefined
  readonly requestIds: RequestIds
  readonly startedAt: Millis
}

interface Answering extends Known {
  readonly request: WireRequest
  readonly error: ApiError | undefined
}

export interface AccessRecorder {
  /** The answer to send: the same, or one whose stream is followed. */
  record(
    known: Known,
    request: WireRequest,
    error: ApiError | undefined,
    response: WireResponse,
  ): WireResponse | Promise<WireResponse>
}

export interface AccessRecorderOptions {
  readonly core: Pick<Core, 'accessLog' | 'buckets' | 'identities'>
  readonly clock: { now(): Millis }
  readonly clientAddresses: ClientAddresses
  readonly log: Log
  readonly metrics: Pick<Metrics, 'accessRecords'>
}

/** Refusals for load: whatever else they would cost is what they are to save. */
const UNRECORDED: ReadonlySet<Condition> = new Set<Condition>(['SlowDown', 'ServiceUnavailable'])

export function createAccessRecorder(options: AccessRecorderOptions): AccessRecorder {
  const { core, log, metrics } = options
  const failed = (error: unknown) => {
    metrics.accessRecords({ outcome: 'lost', count: 1 })
    log.error('access record lost', { error })
  }
  return {
    record: (known, request, error, response) => {
      const { bucket, preflight, address } = known
      const recordedFor = (source: Bucket) => recorded(options, { ...known, request, error }, response, source)
      if (bucket !== undefined) {
        if (!bucket.documents.includes('logging')) return response
        return recordedFor(bucket).catch((reason: unknown) => {
          failed(reason)
          return response
        })
      }
      const name = address?.bucketName
      if (name === undefined || (error === undefined && !preflight)) return response
      if (error !== undefined && UNRECORDED.has(error.condition)) return response
      return core.buckets
        .find(name)
        .then((found) => (found === undefined ? response : recordedFor(found)))
        .catch((reason: unknown) => {
          failed(reason)
          return response
        })
    },
  }

  async function recorded(
    { clock }: AccessRecorderOptions,
    answering: Answering,
    response: WireResponse,
    bucket: Bucket,
  ): Promise<WireResponse> {
    const configuration = await core.accessLog.configurationOf(bucket)
    if (configuration === undefined) return response
    const owner = await core.identities.findAccount(bucket.accountId)
    const { receivedAt } = answering.request
    const answered = answeredRequest(options, answering, response, bucket)
    const planned: AnsweredRequest = { ...answered, owner }
    const recordOf = (actual: AnsweredRequest): AccessRecord =>
      recordFor(bucket, configuration, owner?.uin ?? '', actual)
    const id = await core.accessLog.append(bucket, recordOf(planned))
    const { body } = response
    if (body.kind !== 'stream') return response
    const chunks = followed(body.chunks, async ({ sentBytes, whole, failure }) => {
      const totalMs = clock.now() - receivedAt
      if (whole && sentBytes === planned.sentBytes && totalMs - planned.totalMs < CORRECTED_MS) return
      const actual = { ...planned, sentBytes, totalMs, ...(failure && sentBytes === 0 ? UNBEGUN : {}) }
      await core.accessLog.correct(bucket, id, recordOf(actual)).catch(failed)
    })
    return { ...response, body: { ...body, chunks } }
  }
}

/** A stream that took no longer than this ended as it was planned, as far as a log is concerned. */
const CORRECTED_MS = 1_000

/** Its failure is answered in its place (see createFailedAnswer). */
const UNBEGUN = (() => {
  const { code, message, status } = spellingOfError(apiError('InternalError'), 's3')
  return { status, error: { code, message } }
})()

function recordFor(
  bucket: Bucket,
  configuration: LoggingConfiguration,
  uin: string,
  answered: AnsweredRequest,
): AccessRecord {
  const { name: bucketName, region, accountId } = bucket
  return {
    at: answered.request.receivedAt,
    line: accessLogLine(configuration.form, answered),
    destination: { configuration, source: { bucketName, region, accountId, uin } },
  }
}

function answeredRequest(
  { clock, clientAddresses }: AccessRecorderOptions,
  answering: Answering,
  { status, headers, body }: WireResponse,
  bucket: Bucket,
): Omit<AnsweredRequest, 'owner'> {
  const { request, seen, dialect, error, requestIds, principal = ANONYMOUS, claim, startedAt } = answering
  const spelling = error && spellingOfError(error, seen === 's3' ? 's3' : 'cos')
  const now = clock.now()
  const sizeBytes = body.kind === 'bytes' ? body.bytes.byteLength : body.sizeBytes
  const shown = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]))
  if (sizeBytes !== undefined && !shown.has('content-length')) shown.set('content-length', String(sizeBytes))
  return {
    request,
    remoteAddress: clientAddresses(request).address,
    bucket,
    key: answering.address?.key || undefined,
    requestId: seen === 's3' ? requestIds.amz : requestIds.cos,
    hostId: seen === 's3' ? requestIds.amzId2 : undefined,
    operation: answering.operation,
    preflight: answering.preflight,
    principal,
    signature: claim,
    vendorPrefix: dialect?.vendorPrefix ?? 'x-amz-',
    versionId: /(?:^|&)versionid=([^&]+)/i.exec(request.rawQuery)?.[1],
    headers: shown,
    status,
    error: spelling && { code: spelling.code, message: spelling.message || spelling.code },
    receivedBytes: request.body.sizeBytes ?? 0,
    sentBytes: request.method === 'HEAD' || body.kind === 'none' ? 0 : (sizeBytes ?? 0),
    turnAroundMs: now - startedAt,
    totalMs: now - request.receivedAt,
  }
}

interface StreamEnd {
  /** Of the chunks after which another was asked for, or the stream was over. */
  readonly sentBytes: number
  readonly whole: boolean
  readonly failure: boolean
}

/** The same chunks. Whoever stops reading early, or meets a failure, ends it all the same. */
async function* followed(
  chunks: AsyncIterable<Bytes>,
  ended: (end: StreamEnd) => Promise<void>,
): AsyncGenerator<Bytes> {
  let sentBytes = 0
  let whole = false
  let failure = false
  try {
    for await (const chunk of chunks) {
      yield chunk
      sentBytes += chunk.byteLength
    }
    whole = true
  } catch (error) {
    failure = true
    throw error
  } finally {
    await ended({ sentBytes, whole, failure })
  }
}
