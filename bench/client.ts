/**
 * The client's process. Requests are written as prepared bytes on plain sockets, and of answers only status and length
 * are looked at, so that on a machine with few cores the client takes little from whom it measures.
 */

import { connect, type Socket } from 'node:net'
import { serveJobs } from './jobs.js'
import { type Credentials, requestHead, type Signing } from './signing.js'

export interface Target {
  readonly port: number
  readonly signing: Signing
  readonly credentials: Credentials
}

export interface LoadParameters extends Target {
  readonly method: 'GET' | 'PUT'
  /** One request for each path; GETs begin again after the last, PUTs end there. */
  readonly paths: readonly string[]
  readonly bodySizeBytes?: number
  readonly connections: number
  readonly durationMs: number
}

export interface LoadResult {
  readonly requests: number
  readonly seconds: number
}

export interface ListParameters extends Target {
  readonly bucket: string
  readonly pagesMax: number
  readonly delimiter?: string
}

export interface ListResult {
  readonly rows: number
  readonly seconds: number
  readonly pageMs: readonly number[]
}

interface Answer {
  /** Empty unless it was asked for. */
  readonly body: Buffer
  readonly sizeBytes: number
}

/** One keep-alive connection with one request under way at a time. */
interface Lane {
  send(parts: readonly Buffer[], keepBody: boolean, then: (answer: Answer) => void): void
  close(): void
}

const HEAD_END = Buffer.from('\r\n\r\n', 'latin1')
const LENGTH = /\r\ncontent-length: (\d+)/i

async function openLane(port: number, fail: (error: Error) => void): Promise<Lane> {
  const socket = await opened(port)
  let early: Buffer | undefined
  let left = -1
  let sizeBytes = 0
  let kept: Buffer[] | undefined
  let then: ((answer: Answer) => void) | undefined
  const finish = () => {
    const answered = then
    left = -1
    then = undefined
    answered?.({ body: Buffer.concat(kept ?? []), sizeBytes })
  }
  const onHead = (chunk: Buffer) => {
    const bytes = early === undefined ? chunk : Buffer.concat([early, chunk])
    const end = bytes.indexOf(HEAD_END)
    early = end === -1 ? bytes : undefined
    if (end === -1) return
    const head = bytes.toString('latin1', 0, end)
    if (!head.startsWith('HTTP/1.1 200')) return fail(new Error(`${head}\n\n${bytes.toString('utf8', end)}`))
    const rest = bytes.subarray(end + HEAD_END.byteLength)
    sizeBytes = Number(LENGTH.exec(head)?.[1] ?? 0)
    left = sizeBytes - rest.byteLength
    if (rest.byteLength > 0) kept?.push(rest)
    if (left === 0) finish()
  }
  socket.on('data', (chunk) => {
    if (left === -1) return onHead(chunk)
    left -= chunk.byteLength
    kept?.push(chunk)
    if (left === 0) finish()
  })
  socket.on('error', fail)
  return {
    send: (parts, keepBody, answered) => {
      then = answered
      kept = keepBody ? [] : undefined
      socket.cork()
      for (const part of parts) socket.write(part)
      socket.uncork()
    },
    close: () => socket.destroy(),
  }
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => resolve(socket.off('error', reject)))
  })
}

const seconds = (since: number) => (performance.now() - since) / 1_000

/** As many requests as the connections bring through in the time. Everything is signed before the clock starts. */
async function load({ port, connections, durationMs, ...parameters }: LoadParameters): Promise<LoadResult> {
  const { signing, credentials, method, paths, bodySizeBytes } = parameters
  const host = `127.0.0.1:${port}`
  const size = bodySizeBytes === undefined ? {} : { bodySizeBytes }
  const heads = paths.map((path) => requestHead(signing, { method, host, path, ...size }, credentials))
  const body = bodySizeBytes === undefined ? [] : [bodyOf(bodySizeBytes)]
  const { promise: failed, reject: fail } = withReject()
  const lanes = await Promise.all(Array.from({ length: connections }, () => openLane(port, fail)))
  let sent = 0
  let answered = 0
  const startedAt = performance.now()
  const run = (lane: Lane) =>
    new Promise<void>((resolve) => {
      const next = () => {
        const head = method === 'GET' ? heads[sent % heads.length] : heads[sent]
        if (head === undefined || performance.now() - startedAt >= durationMs) return resolve()
        sent++
        lane.send([head, ...body], false, () => {
          answered++
          next()
        })
      }
      next()
    })
  await Promise.race([Promise.all(lanes.map(run)), failed])
  const result = { requests: answered, seconds: seconds(startedAt) }
  for (const lane of lanes) lane.close()
  return result
}

/** Incompressible and the same each time. */
function bodyOf(sizeBytes: number): Buffer {
  const body = Buffer.allocUnsafe(sizeBytes)
  let state = 1
  for (let at = 0; at + 4 <= sizeBytes; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    body.writeUInt32LE(state, at)
  }
  return body
}

function withReject(): { readonly promise: Promise<never>; readonly reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<never>((_, rejected) => {
    reject = rejected
  })
  return { promise, reject }
}

const ROW = /<Contents>|<CommonPrefixes>/g
const TOKEN = /<NextContinuationToken>([^<]*)</
const MARKER = /<NextMarker>([^<]*)</

/** Page after page, as a client goes: the next one is asked for with what the last one said. */
async function list({ port, signing, credentials, bucket, pagesMax, delimiter }: ListParameters): Promise<ListResult> {
  const { promise: failed, reject: fail } = withReject()
  const lane = await openLane(port, fail)
  const pages: { readonly ms: number; readonly body: Buffer }[] = []
  const fixed: Record<string, string> = delimiter === undefined ? {} : { delimiter }
  if (signing === 's3') fixed['list-type'] = '2'
  let after: Record<string, string> | undefined = {}
  const startedAt = performance.now()
  while (after !== undefined && pages.length < pagesMax) {
    const query: Record<string, string> = { ...fixed, ...after }
    const unsigned = { method: 'GET', host: `127.0.0.1:${port}`, path: `/${bucket}`, query }
    const askedAt = performance.now()
    const head = requestHead(signing, unsigned, credentials)
    const answer = new Promise<Answer>((resolve) => lane.send([head], true, resolve))
    const { body } = await Promise.race([answer, failed])
    pages.push({ ms: performance.now() - askedAt, body })
    after = nextPage(body)
  }
  const elapsed = seconds(startedAt)
  lane.close()
  const rows = pages.reduce((sum, { body }) => sum + (body.toString('latin1').match(ROW)?.length ?? 0), 0)
  return { rows, seconds: elapsed, pageMs: pages.map(({ ms }) => ms) }
}

/** Both stand before the rows or behind them; nowhere else has to be looked. */
function nextPage(body: Buffer): Record<string, string> | undefined {
  const ends = body.toString('latin1', 0, 2_000) + body.toString('latin1', Math.max(0, body.byteLength - 2_000))
  const token = TOKEN.exec(ends)?.[1]
  if (token !== undefined) return { 'continuation-token': token }
  const marker = MARKER.exec(ends)?.[1]
  return marker === undefined ? undefined : { marker }
}

const jobs = { load, list }

export type ClientJobs = typeof jobs

serveJobs(jobs)
