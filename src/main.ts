#!/usr/bin/env node
/** The process: commands, signals, workers, exit code. Importing it runs it. */

import cluster, { type Worker } from 'node:cluster'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { text as readAll } from 'node:stream/consumers'
import { type AdminServer, createAdminServer } from './admin/admin-server.js'
import type { AdminApi } from './admin/api.js'
import { createMetrics, type MetricsRegistry, type MetricsSnapshot, mergeSnapshots } from './admin/metrics.js'
import {
  closeStores,
  createService,
  missingFolders,
  openAdminApi,
  openMasterKey,
  openStores,
  prepareData,
  readTls,
  type Service,
  type Stores,
  startJobs,
} from './app.js'
import { systemClock } from './base/clock.js'
import { MasterKeyRefused } from './base/master-key.js'
import { createLog, type Log, type Metrics } from './base/telemetry.js'
import { createCommands } from './cli/commands.js'
import { explainCode, nearCodes } from './cli/explain-code.js'
import { welcomeText } from './cli/welcome.js'
import { formatAddress, type ListenAddress } from './config/kinds.js'
import { SeedMistakes } from './config/seed.js'
import type { Settings } from './config/settings.js'
import type { RootKey } from './core/seeding.js'
import { createRequestIds } from './wire/request-ids.js'
import type { HttpServer } from './wire/server/index.js'

// LMDB commits and file syncs share libuv's threads; four would let a few large uploads delay every commit.
process.env['UV_THREADPOOL_SIZE'] ??= '16'

/** From the nearest package.json above this file: the one of this package. */
function packageVersion(folder = new URL('.', import.meta.url)): string {
  const path = new URL('package.json', folder)
  if (!existsSync(path)) {
    const above = new URL('..', folder)
    return above.href === folder.href ? 'unknown' : packageVersion(above)
  }
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
}

const print = (text: string) => {
  process.stdout.write(text)
}

function logOf({ log: { level, format } }: Settings): Log {
  const chosen = format === 'auto' ? (process.stderr.isTTY ? 'text' : 'json') : format
  return createLog({ level, format: chosen, clock: systemClock, write: (line) => process.stderr.write(line) })
}

/** npm hands on what the terminal has sent to us already: a signal this soon after the first is the same one. */
const SAME_SIGNAL_MS = 500

/**
 * Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. A worker leaves that to the primary:
 * it is told by both the terminal and the primary, and its end is bounded by the time to drain.
 */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    let askedAt: number | undefined
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        const repeated = askedAt !== undefined && systemClock.now() - askedAt > SAME_SIGNAL_MS
        if (repeated && !cluster.isWorker) process.exit(1)
        askedAt ??= systemClock.now()
        resolve(signal)
      })
    }
  })
}

interface Listening {
  readonly servers: readonly HttpServer[]
  readonly plain: ListenAddress
  readonly secure: ListenAddress | undefined
}

async function listen(service: Service, settings: Settings): Promise<Listening> {
  const server = service.server()
  const plain = await server.listen(settings.listen)
  const tls = await readTls(settings)
  if (tls === undefined || settings.tlsListen === undefined) return { servers: [server], plain, secure: undefined }
  const tlsServer = service.server(service.pipeline, tls)
  return { servers: [server, tlsServer], plain, secure: await tlsServer.listen(settings.tlsListen) }
}

async function drain(service: Service, servers: readonly HttpServer[], { drainMs }: Settings): Promise<number> {
  service.admission.beginDrain(Math.max(1, Math.ceil(drainMs / 1000)))
  const cut = await Promise.all(servers.map((server) => server.drain(drainMs)))
  return cut.reduce((sum, { requestsCut }) => sum + requestsCut, 0)
}

function welcome(
  settings: Settings,
  root: RootKey,
  admin: ListenAddress,
  plain: ListenAddress,
  secure: ListenAddress | undefined,
): string {
  return welcomeText({
    endpoint: `http://${formatAddress(plain)}`,
    secureEndpoint: secure === undefined ? undefined : `https://${formatAddress(secure)}`,
    adminEndpoint: `http://${formatAddress(admin)}`,
    region: settings.region,
    furtherRegions: settings.regions.map(({ name }) => name),
    dataDirectory: settings.meta.engine === 'memory' ? undefined : settings.data,
    appid: root.account.appId,
    secretId: root.accessKeyId,
    generatedSecretKey: root.generated ? root.secretKey : undefined,
  })
}

async function serve(settings: Settings): Promise<number> {
  const workers = settings.workers === 'auto' ? availableParallelism() : settings.workers
  if (cluster.isWorker) return serveAsWorker(settings)
  return workers > 1 ? serveWithWorkers(settings, workers) : serveAlone(settings)
}

async function openService(
  settings: Settings,
  log: Log,
  metrics: Metrics,
): Promise<{ stores: Stores; service: Service }> {
  const stores = await openStores(settings)
  const masterKey = await openMasterKey(stores, settings)
  return { stores, service: await createService({ stores, settings, masterKey, log, metrics }) }
}

async function serveAlone(settings: Settings): Promise<number> {
  const log = logOf(settings)
  const stopping = stopSignal()
  let ready = false
  let listeners: readonly HttpServer[] = []
  let api: AdminApi | undefined
  const metrics = await createMetrics({ processMetrics: true })
  const admin = adminServer(
    log,
    () => ready,
    () => {
      countConnections(metrics, listeners)
      return metrics.page()
    },
    () => (ready ? api : undefined),
  )
  const adminAddress = await admin.listen(settings.adminListen)
  const { stores, service } = await openService(settings, log, metrics)
  const root = await prepareData(service.core, settings, log)
  const { servers, plain, secure } = await listen(service, settings)
  listeners = servers
  const jobs = startJobs(service.core, settings, log, metrics)
  api = openAdminApi(service, settings, log)
  ready = true
  print(welcome(settings, root, adminAddress, plain, secure))
  log.info('stopping', { signal: await stopping })
  ready = false
  const requestsCut = await drain(service, servers, settings)
  await jobs[Symbol.asyncDispose]()
  await admin[Symbol.asyncDispose]()
  await closeStores(stores)
  log.info('stopped', { requestsCut })
  return 0
}

function adminServer(
  log: Log,
  ready: () => boolean,
  metrics: () => Promise<string>,
  api: () => AdminApi | undefined,
): AdminServer {
  const requestIds = createRequestIds({ random: randomBytes, now: () => systemClock.now() })
  return createAdminServer({
    log,
    ready: () => (ready() ? { ok: true, reasons: [] } : { ok: false, reasons: ['starting or stopping'] }),
    metrics,
    api,
    clock: systemClock,
    requestId: () => requestIds().amz,
  })
}

function countConnections(metrics: Metrics, servers: readonly HttpServer[]): void {
  metrics.connections(servers.reduce((sum, server) => sum + server.openConnections(), 0))
}

// --- workers --------------------------------------------------------------------------------------------------

type Message =
  | { readonly kind: 'listening'; readonly plain: ListenAddress; readonly secure: ListenAddress | undefined }
  | { readonly kind: 'metrics'; readonly snapshot: MetricsSnapshot }
  | { readonly kind: 'ask-metrics' }

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'kind' in value
}

/** The reason stands above it on standard error. */
class StartFailed extends Error {
  override readonly name = 'StartFailed'
}

const METRICS_WAIT_MS = 2_000
/** A worker that dies young is started again no faster than this. */
const RESTART_PAUSE_MS = 1_000

async function serveWithWorkers(settings: Settings, count: number): Promise<number> {
  const log = logOf(settings)
  const stopping = stopSignal()
  let draining = false
  const listening = new Map<Worker, Extract<Message, { kind: 'listening' }>>()
  const metrics = await createMetrics({ processMetrics: true })
  const ready = () => !draining && listening.size === count
  let api: AdminApi | undefined
  const admin = adminServer(
    log,
    ready,
    () => mergedMetrics(metrics, [...listening.keys()]),
    () => (ready() ? api : undefined),
  )
  const adminAddress = await admin.listen(settings.adminListen)
  const { stores, service } = await openService(settings, log, metrics)
  const root = await prepareData(service.core, settings, log)
  const jobs = startJobs(service.core, settings, log, metrics)
  const first = startWorkers(count, listening, log, () => draining)
  const { plain, secure } = await first
  api = openAdminApi(service, settings, log)
  print(welcome(settings, root, adminAddress, plain, secure))
  log.info('stopping', { signal: await stopping })
  draining = true
  await stopWorkers()
  await jobs[Symbol.asyncDispose]()
  await admin[Symbol.asyncDispose]()
  await closeStores(stores)
  log.info('stopped')
  return 0
}

/** Resolves when all of them listen. From then on a worker that ends is replaced until the server is stopping. */
function startWorkers(
  count: number,
  listening: Map<Worker, Extract<Message, { kind: 'listening' }>>,
  log: Log,
  draining: () => boolean,
): Promise<Extract<Message, { kind: 'listening' }>> {
  return new Promise((resolve, reject) => {
    let started = false
    const start = () => {
      const worker = cluster.fork()
      worker.on('message', (message: unknown) => {
        if (!isMessage(message) || message.kind !== 'listening') return
        listening.set(worker, message)
        log.info('a worker serves', { pid: worker.process.pid })
        if (listening.size < count) return
        started = true
        resolve(message)
      })
      worker.on('exit', (code, signal) => {
        listening.delete(worker)
        if (draining()) return
        // It has said why. Another would fail in the same way.
        if (!started) return reject(new StartFailed('a worker ended before it could serve'))
        log.error('a worker ended and is replaced', { pid: worker.process.pid, code, signal })
        systemClock.sleep(RESTART_PAUSE_MS).then(() => {
          if (!draining()) start()
        })
      })
    }
    for (let index = 0; index < count; index++) start()
  })
}

function workersAlive(): readonly Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
}

async function stopWorkers(): Promise<void> {
  const ends = workersAlive().map((worker) => new Promise<void>((resolve) => worker.once('exit', () => resolve())))
  for (const worker of workersAlive()) worker.process.kill('SIGTERM')
  await Promise.all(ends)
}

async function mergedMetrics(own: MetricsRegistry, workers: readonly Worker[]): Promise<string> {
  const snapshots = await Promise.all(workers.map(askMetrics))
  return mergeSnapshots([await own.snapshot(), ...snapshots.filter((snapshot) => snapshot !== undefined)])
}

/** Undefined when the worker does not answer in time. */
function askMetrics(worker: Worker): Promise<MetricsSnapshot | undefined> {
  return new Promise((resolve) => {
    const end = (snapshot: MetricsSnapshot | undefined) => {
      clearTimeout(timer)
      worker.off('message', onMessage)
      resolve(snapshot)
    }
    const onMessage = (message: unknown) => {
      if (isMessage(message) && message.kind === 'metrics') end(message.snapshot)
    }
    const timer = setTimeout(() => end(undefined), METRICS_WAIT_MS)
    worker.on('message', onMessage)
    worker.send({ kind: 'ask-metrics' })
  })
}

async function serveAsWorker(settings: Settings): Promise<number> {
  const log = logOf(settings)
  const stopping = stopSignal()
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  const metrics = await createMetrics({ processMetrics: false })
  const { stores, service } = await openService(settings, log, metrics)
  const { servers, plain, secure } = await listen(service, settings)
  process.on('message', (message: unknown) => {
    if (!isMessage(message) || message.kind !== 'ask-metrics') return
    countConnections(metrics, servers)
    void metrics.snapshot().then((snapshot) => process.send?.({ kind: 'metrics', snapshot }))
  })
  process.send?.({ kind: 'listening', plain, secure })
  await stopping
  await drain(service, servers, settings)
  await closeStores(stores)
  return 0
}

// --- commands -------------------------------------------------------------------------------------------------

// What a server that serves has no use for is loaded by its commands, so that it begins sooner.
const commands = createCommands({
  version: packageVersion(),
  environment: process.env,
  print,
  complain: (text) => {
    process.stderr.write(text)
  },
  serve,
  doctor: async (settings, { json }) => {
    const missing = missingFolders(settings)
    if (missing.length > 0) {
      process.stderr.write(`there is no ${missing.join(' and no ')}: name the data directory with --data\n`)
      return 1
    }
    const stores = await openStores(settings)
    const { runDoctor } = await import('./cli/doctor.js')
    const { healthy, report } = await runDoctor(stores, { json })
    await closeStores(stores)
    print(report)
    return healthy ? 0 : 1
  },
  explainCode,
  tryCode: async (code, how) => (await import('./tries/try-code.js')).tryCode(code, how),
  tryList: async (lang) => (await import('./tries/try-code.js')).tryList(lang),
  nearCodes,
  callAdmin: async (call) =>
    (await import('./cli/admin-client.js')).callAdmin(call, { clock: systemClock, random: randomBytes }),
  readText: (source) => (source === '-' ? readAll(process.stdin) : readFile(source, 'utf8')),
  explainRequest: async (source, { secretId, secretKey }, { region }) => {
    const raw = source === '-' ? await readAll(process.stdin) : await readFile(source, 'latin1')
    const { explainRequest } = await import('./cli/explain-request.js')
    return explainRequest(raw, { accessKeyId: secretId, secretKey, region })
  },
})

commands.run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
    // Nothing may keep a finished process: idle sockets and timers of libraries included.
    process.exit(code)
  },
  (error: unknown) => {
    process.stderr.write(`stowage: ${complaintOf(error)}\n`)
    process.exit(error instanceof SeedMistakes || error instanceof MasterKeyRefused ? 2 : 1)
  },
)

/** What the operator's files and ports cause needs no stack. */
function complaintOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const fromOutside =
    error instanceof SeedMistakes ||
    error instanceof MasterKeyRefused ||
    error instanceof StartFailed ||
    ('syscall' in error && 'code' in error)
  return fromOutside ? error.message : (error.stack ?? error.message)
}
