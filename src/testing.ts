/**
 * A server inside a test: `await using server = await startServer({ memory: true })`. Each call is a server of its own,
 * on a port of its own, with nothing shared; `reset` empties it.
 */

import { randomBytes } from 'node:crypto'
import {
  closeStores,
  createService,
  memoryStores,
  openMasterKey,
  openStores,
  prepareData,
  type Service,
  type Stores,
  startJobs,
} from './app.js'
import { type Clock, type ManualClock, manualClock } from './base/clock.js'
import { newMasterKey } from './base/master-key.js'
import { secret } from './base/secret.js'
import { silentLog, silentMetrics } from './base/telemetry.js'
import { loadSettings } from './config/load.js'
import type { Runner } from './jobs/runner.js'

export { type Clock, type ManualClock, manualClock }

export interface StartOptions {
  /** Everything in memory; the only kind so far without a `data` directory. */
  readonly memory?: true
  /** A directory to keep the data in; made when absent. */
  readonly data?: string
  /** 0: any free port. */
  readonly port?: number
  readonly region?: string
  readonly appid?: string
  /** Generated when not given. */
  readonly secretId?: string
  readonly secretKey?: string
  /** YAML file with accounts, keys, buckets and objects. */
  readonly seed?: string
  /** Time, for tests that move it, such as `manualClock(Date.now())`: jobs wait by it as well. */
  readonly clock?: Clock
  /** Further settings by their environment names, as text: `{ STOWAGE_BUCKETS_MAX: '1' }`. */
  readonly settings?: Readonly<Record<`STOWAGE_${string}`, string>>
}

export interface TestServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string
  readonly host: string
  readonly port: number
  readonly region: string
  readonly appid: string
  readonly credentials: { readonly secretId: string; readonly secretKey: string }
  /** Removes all buckets, objects and uploads; only for a server in memory. Credentials and seed are there again. */
  reset(): Promise<void>
  close(): Promise<void>
}

export async function startServer(options: StartOptions = {}): Promise<TestServer> {
  const secretId = options.secretId ?? `AKID${randomBytes(12).toString('hex')}`
  const secretKey = options.secretKey ?? randomBytes(16).toString('hex')
  const settings = loadSettings({ ...options.settings, ...environmentOf(options) })
  const identity = { ...settings, secretId, secretKey: secret(secretKey) }
  const start = async (): Promise<Running> => {
    const stores = options.data === undefined ? memoryStores() : await openStores(settings)
    const clock = options.clock === undefined ? {} : { clock: options.clock }
    const inMemory = () => settings.masterKey ?? newMasterKey(randomBytes)
    const masterKey = options.data === undefined ? inMemory() : await openMasterKey(stores, settings)
    const service = await createService({ stores, settings, masterKey, log: silentLog, ...clock })
    await prepareData(service.core, identity)
    // As a server by itself: rules take effect, logs are delivered, buckets are emptied.
    return { stores, service, jobs: startJobs(service.core, settings, silentLog, silentMetrics) }
  }
  let current = await start()
  // Requests go to whatever is current: a reset swaps the stores and keeps the port.
  const listener = current.service.server((request) => current.service.pipeline(request))
  const { host, port } = await listener.listen({ host: '127.0.0.1', port: options.port ?? 0 })
  let closed: Promise<void> | undefined
  const close = async () => {
    await listener[Symbol.asyncDispose]()
    await end(current)
  }
  const closeOnce = () => {
    closed ??= close()
    return closed
  }
  return {
    endpoint: `http://${host}:${port}`,
    host,
    port,
    region: settings.region,
    appid: settings.appid,
    credentials: { secretId, secretKey },
    reset: async () => {
      if (options.data !== undefined) throw new Error('only a server in memory can be reset')
      const old = current
      current = await start()
      await end(old)
    },
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  }
}

interface Running {
  readonly stores: Stores
  readonly service: Service
  readonly jobs: Runner
}

async function end({ jobs, stores }: Running): Promise<void> {
  await jobs[Symbol.asyncDispose]()
  await closeStores(stores)
}

function environmentOf({ data, region, appid, seed }: StartOptions): Record<string, string> {
  const entries: readonly (readonly [string, string | undefined])[] = [
    ['STOWAGE_DATA', data],
    ['STOWAGE_REGION', region],
    ['STOWAGE_APPID', appid],
    ['STOWAGE_SEED', seed],
  ]
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
