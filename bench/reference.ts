/** What the server is held against, in a process of its own: bare node:http, raw LMDB, and plain digests. */

import { randomBytes } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { open } from 'lmdb'
import { asBuffer } from '../src/base/bytes.js'
import { loadDigests } from '../src/base/digests.js'
import { serveJobs } from './jobs.js'
import { objectRows } from './rows.js'

/** `/file` pipes the file; everything else is answered with the body. */
async function serveHttp({ bodySizeBytes, file }: { bodySizeBytes: number; file: string }): Promise<number> {
  const body = randomBytes(bodySizeBytes)
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/file') !== true) {
      response.writeHead(200, { 'Content-Length': body.byteLength, 'Content-Type': 'application/octet-stream' })
      return response.end(body)
    }
    response.writeHead(200, { 'Content-Length': statSync(file).size })
    return createReadStream(file).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

export interface CommitParameters {
  readonly path: string
  readonly writers: number
  readonly bodySizeBytes: number
  readonly durationMs: number
  /** More than can be written in the time. */
  readonly commitsMax: number
  readonly prefix: string
}

/** Each commit puts an object row and the row of its body; those that wait together share one sync. */
async function commits({ path, writers, bodySizeBytes, durationMs, commitsMax, prefix }: CommitParameters) {
  const database = open<Buffer, Buffer>({ path, ...RAW })
  const body = randomBytes(bodySizeBytes)
  const rows = Array.from({ length: commitsMax }, (_, index) => objectRows('0123456789abcdef', prefix + index, body))
  let next = 0
  let done = 0
  const startedAt = performance.now()
  const write = async () => {
    while (performance.now() - startedAt < durationMs) {
      const pair = rows[next++]
      if (pair === undefined) return
      await database.transaction(() => {
        for (const { key, value } of pair) database.put(asBuffer(key), asBuffer(value), 1)
      })
      done++
    }
  }
  await Promise.all(Array.from({ length: writers }, write))
  const result = { requests: done, seconds: (performance.now() - startedAt) / 1_000 }
  await database.close()
  return result
}

/** Bytes as they are, as the server's own engine stores them. */
const RAW = {
  noSubdir: false,
  mapSize: 64 * 2 ** 30,
  overlappingSync: false,
  useVersions: true,
  cache: false,
  eventTurnBatching: false,
  encoding: 'binary',
  keyEncoding: 'binary',
} as const

/** MD5 and CRC-64, one after the other over each chunk, on one thread. */
async function digest({ sizeBytes, chunkSizeBytes }: { sizeBytes: number; chunkSizeBytes: number }): Promise<number> {
  const factory = await loadDigests()
  const chunk = randomBytes(chunkSizeBytes)
  const startedAt = performance.now()
  const digests = factory.create(['md5', 'crc64ecma'])
  for (let done = 0; done < sizeBytes; done += chunkSizeBytes) digests.update(chunk)
  digests.finish()
  return (performance.now() - startedAt) / 1_000
}

const jobs = { serveHttp, commits, digest }

export type ReferenceJobs = typeof jobs

serveJobs(jobs)
