/** Sections a to c: requests under load and large bodies, each against what the machine gives without us. */

import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClientJobs, LoadResult } from './client.js'
import type { Workshop } from './jobs.js'
import type { ReferenceJobs } from './reference.js'
import { compared, type Finding, rounds } from './report.js'
import { APPID, CREDENTIALS, startServer, temporaryFolder } from './server.js'
import type { Signing } from './signing.js'

export interface Bench {
  readonly client: Workshop<ClientJobs>
  readonly reference: Workshop<ReferenceJobs>
  readonly quick: boolean
  readonly progress: (sentence: string) => void
}

const SMALL_BYTES = 4 * 1024
const LARGE_BYTES = 64 * 1024 * 1024
const CONNECTIONS = 32
/** As many objects as the GETs are spread over. */
const OBJECTS = 256
/** Signed ahead of each round of PUTs: no machine of ours stores as many in a second. */
const PUTS_PER_SECOND_MAX = 40_000

const DIALECTS = [
  { signing: 's3', name: 'SigV4', bucket: 'bench' },
  { signing: 'cos', name: 'q-sign', bucket: `bench-${APPID}` },
] as const

/** Until the compiler of the engine has settled. */
const WARM_UP_MS = 2_000

const perSecond = ({ requests, seconds }: LoadResult) => requests / seconds

/** One server for all three, with a bucket for each dialect. */
export async function measureTraffic(bench: Bench, sections: ReadonlySet<string>): Promise<readonly Finding[]> {
  await using folder = await temporaryFolder()
  await using server = await startServer(join(folder.path, 'data'))
  const file = join(folder.path, 'large')
  await writeFile(file, randomBytes(LARGE_BYTES))
  const referencePort = await bench.reference.call('serveHttp', { bodySizeBytes: SMALL_BYTES, file })
  const target = { port: server.port, credentials: CREDENTIALS }
  for (const { signing, bucket } of DIALECTS) {
    await bench.client.call('load', { ...target, signing, method: 'PUT', paths: [`/${bucket}`], ...once(0) })
  }
  const place: Place = { ...target, referencePort, lmdbPath: join(folder.path, 'lmdb') }
  const findings: Finding[] = []
  if (sections.has('a')) findings.push(...(await smallReads(bench, place)))
  if (sections.has('b')) findings.push(...(await smallWrites(bench, place)))
  if (sections.has('c')) findings.push(...(await largeBodies(bench, place)))
  return findings
}

interface Place {
  readonly port: number
  readonly credentials: typeof CREDENTIALS
  readonly referencePort: number
  readonly lmdbPath: string
}

const ENDLESS_MS = 600_000

function once(bodySizeBytes: number) {
  return { bodySizeBytes, connections: 1, durationMs: ENDLESS_MS }
}

async function smallReads({ client, quick, progress }: Bench, place: Place): Promise<readonly Finding[]> {
  const { port, credentials, referencePort } = place
  const durationMs = quick ? 400 : 1_000
  const findings: Finding[] = []
  for (const { signing, name, bucket } of DIALECTS) {
    progress(`a: signed GET of 4 KiB, ${name}`)
    const paths = Array.from({ length: OBJECTS }, (_, index) => `/${bucket}/folder/object-${index}`)
    const shared = { signing, credentials, paths, connections: CONNECTIONS } as const
    await client.call('load', { ...shared, port, method: 'PUT', bodySizeBytes: SMALL_BYTES, durationMs: ENDLESS_MS })
    const get = async (onPort: number, forMs = durationMs) =>
      perSecond(await client.call('load', { ...shared, port: onPort, method: 'GET', durationMs: forMs }))
    await get(port, WARM_UP_MS)
    await get(referencePort, WARM_UP_MS)
    const done = await rounds(
      quick ? 3 : 9,
      () => get(port),
      () => get(referencePort),
    )
    findings.push(compared('a', `signed GET 4 KiB, ${name}`, '/s', 'node:http, same bytes', 0.35, done))
  }
  return findings
}

async function smallWrites({ client, reference, quick, progress }: Bench, place: Place): Promise<readonly Finding[]> {
  const { port, credentials, lmdbPath } = place
  const durationMs = quick ? 400 : 1_000
  const count = (PUTS_PER_SECOND_MAX * durationMs) / 1_000
  const findings: Finding[] = []
  for (const { signing, name, bucket } of DIALECTS) {
    progress(`b: durable PUT of 4 KiB, ${name}`)
    const put = async (round: number | string) => {
      const paths = Array.from({ length: count }, (_, index) => `/${bucket}/put/${round}/object-${index}`)
      const size = { connections: CONNECTIONS, bodySizeBytes: SMALL_BYTES, durationMs }
      return perSecond(await client.call('load', { port, credentials, signing, method: 'PUT', paths, ...size }))
    }
    const commit = async (round: number | string) => {
      const size = { writers: CONNECTIONS, bodySizeBytes: SMALL_BYTES, durationMs, commitsMax: count }
      const prefix = `put/${name}/${round}/object-`
      return perSecond(await reference.call('commits', { path: lmdbPath, prefix, ...size }))
    }
    await put('warm')
    await commit('warm')
    const done = await rounds(quick ? 3 : 9, put, commit)
    findings.push(compared('b', `durable PUT 4 KiB, ${name}`, '/s', 'raw LMDB, same rows', 0.5, done))
  }
  return findings
}

const MEBIBYTE = 2 ** 20

async function largeBodies({ client, reference, quick, progress }: Bench, place: Place): Promise<readonly Finding[]> {
  const { port, credentials, referencePort } = place
  const count = quick ? 3 : 9
  const rate = ({ requests, seconds }: LoadResult) => (requests * LARGE_BYTES) / MEBIBYTE / seconds
  const findings: Finding[] = []
  for (const { signing, name, bucket } of DIALECTS) {
    progress(`c: 64 MiB, ${name}`)
    const put = async (round: number | string) => {
      const paths = [`/${bucket}/large/${round}`]
      return rate(await client.call('load', { port, credentials, signing, method: 'PUT', paths, ...once(LARGE_BYTES) }))
    }
    const digest = async () =>
      LARGE_BYTES / MEBIBYTE / (await reference.call('digest', { sizeBytes: LARGE_BYTES, chunkSizeBytes: 64 * 1024 }))
    await put('warm')
    const puts = await rounds(count, put, digest)
    findings.push(compared('c', `PUT 64 MiB, ${name}`, 'MiB/s', 'serial MD5 + CRC-64', 0.8, puts))
    const get = (onPort: number, path: string, as: Signing) => async () => {
      const shared = { port: onPort, credentials, signing: as, method: 'GET', paths: [path] } as const
      return rate(await client.call('load', { ...shared, connections: 1, durationMs: 300 }))
    }
    const subject = get(port, `/${bucket}/large/warm`, signing)
    const piped = get(referencePort, '/file', 'none')
    await subject()
    await piped()
    const gets = await rounds(count, subject, piped)
    findings.push(compared('c', `GET 64 MiB, ${name}`, 'MiB/s', 'node:http piping a file', 0.6, gets))
  }
  return findings
}
