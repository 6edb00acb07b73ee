/** The wiring: the only file that names an engine. A service is one process' share of the server. */

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { type AdminApi, createAdminApi } from './admin/api.js'
import { createAuthentication } from './admin/authentication.js'
import { type Clock, systemClock } from './base/clock.js'
import { loadDigests } from './base/digests.js'
import { MasterKeyRefused, newMasterKey } from './base/master-key.js'
import type { Secret } from './base/secret.js'
import { type Log, type Metrics, silentLog, silentMetrics } from './base/telemetry.js'
import { textRecords } from './base/text-records.js'
import type { BlobStore } from './blob/blob-store.js'
import { openFilesBlobStore } from './blob/files.js'
import { createMemoryBlobStore } from './blob/memory.js'
import { createMeteredBlobStore } from './blob/metered.js'
import { createWatchedBlobStore } from './blob/watched.js'
import type { BlobEngine, MetaEngine } from './config/kinds.js'
import { createMasterKeyFile, masterKeyPath, readMasterKeyFile } from './config/master-key-file.js'
import type { Settings } from './config/settings.js'
import { type Core, createCore } from './core/core.js'
import { type DomainProof, defaultCoreLimits, type TextRecords } from './core/dependencies.js'
import { explainAccess } from './core/explain-access.js'
import type { KeyService } from './core/key-service.js'
import { admitMasterKey, createSealing, hasMasterKeyMarker } from './core/sealing.js'
import { applySeed, ensureRoot, type RootKey } from './core/seeding.js'
import { createStoreHealth, type StoreHealth } from './core/store-health.js'
import { cosDialect } from './dialects/cos/dialect.js'
import { createDetect } from './dialects/detect.js'
import { createS3Dialect } from './dialects/s3/dialect.js'
import { bucketMovesJob } from './jobs/bucket-moves.js'
import { countUsageJob } from './jobs/count-usage.js'
import { emptyingJob } from './jobs/emptying.js'
import { kmsKeyDeletionJob } from './jobs/kms-keys.js'
import { lifecycleJob } from './jobs/lifecycle.js'
import { logDeliveryJob } from './jobs/log-delivery.js'
import { restingInMaintenance } from './jobs/resting.js'
import { createRunner, type Runner } from './jobs/runner.js'
import { torrentHashJob, torrentSweepJob } from './jobs/torrents.js'
import { reclaimJob, scrubJob } from './jobs/upkeep.js'
import { openLmdbMetaStore } from './meta/lmdb.js'
import { createMemoryMetaStore } from './meta/memory.js'
import type { MetaStore } from './meta/meta-store.js'
import { createMeteredMetaStore } from './meta/metered.js'
import { createWatchedMetaStore } from './meta/watched.js'
import type { Account } from './model/principal.js'
import { createRegions } from './model/regions.js'
import { stsActions, unservedStsActions } from './operations/sts/actions.js'
import { operations } from './operations/table.js'
import { reservedNames, unservedOperations } from './operations/unsupported.js'
import { createAccessRecorder } from './wire/access-recorder.js'
import { createAddressing, createHostMover } from './wire/address.js'
import { type Admission, createAdmission } from './wire/admission.js'
import { createClientAddresses } from './wire/client-address.js'
import { createCrossOrigin } from './wire/cors.js'
import { createCustomDomains } from './wire/custom-domain.js'
import { renderError } from './wire/error-body.js'
import {
  createFailedAnswer,
  createPipeline,
  faultOf,
  type Observation,
  type Pipeline,
  type PipelineOptions,
} from './wire/pipeline.js'
import { createRateLimits } from './wire/rate-limits.js'
import { createRequestIds } from './wire/request-ids.js'
import { createRouter } from './wire/router.js'
import { createHttpServer, type HttpServer } from './wire/server/index.js'
import { createServiceGate } from './wire/service-gate.js'
import { createWebsites } from './wire/website.js'

export interface Stores {
  readonly meta: MetaStore
  readonly blobs: BlobStore
  /** Room on the disk that has less of it; absent where there is no disk. */
  readonly freeBytes?: () => Promise<number>
}

/** What of the settings a service is built from; tests give these without a whole environment. */
export type ServiceSettings = Pick<
  Settings,
  | 'region'
  | 'regions'
  | 'regionAliases'
  | 'moveRedirectMs'
  | 'https'
  | 'primaryUrl'
  | 'reserveBytes'
  | 'domain'
  | 'dialect'
  | 'bucketsMax'
  | 'legacyNames'
  | 'acceleratedRegions'
  | 'acceleratedBucketsMax'
  | 'accountRequestsPerSecondMax'
  | 'bucketRequestsPerSecondMax'
  | 'addressRequestsPerSecondMax'
  | 'trustedProxies'
  | 'sigv2'
  | 'requestsPerSecondMax'
  | 'connectionsMax'
  | 'connectionsPerAddressMax'
  | 'headerBytesMax'
  | 'xmlBytesMax'
  | 'signUpUrl'
  | 'headersMs'
  | 'bodyIdleMs'
  | 'keepAliveMs'
  | 'inlineBytesMax'
  | 'trashDelayMs'
  | 'dayMs'
  | 'domainProof'
  | 'appid'
>

export interface Tls {
  readonly key: Buffer
  readonly cert: Buffer
}

export interface ServiceOptions {
  readonly stores: Stores
  readonly settings: ServiceSettings
  /** The one that these stores are sealed under, or claimed for now. */
  readonly masterKey: Secret
  readonly log: Log
  readonly metrics?: Metrics
  readonly clock?: Clock
  readonly random?: (sizeBytes: number) => Buffer
  /** In the place of the keys in these stores. */
  readonly keyService?: KeyService
  /** In the place of the name service. */
  readonly textRecords?: TextRecords
}

export interface Service {
  readonly core: Core
  readonly pipeline: Pipeline
  readonly admission: Admission
  /** A listener for the pipeline, or for a handler in front of it. */
  readonly server: (handle?: Pipeline, tls?: Tls) => HttpServer
}

export async function openStores(settings: Pick<Settings, 'data' | 'meta' | 'blob' | 'metaMapBytes'>): Promise<Stores> {
  const { data, meta, blob, metaMapBytes } = settings
  const stores: Stores = { meta: await openMeta(meta, data, metaMapBytes), blobs: await openBlobs(blob, data) }
  const folders = storeFolders(settings)
  return folders.length === 0 ? stores : { ...stores, freeBytes: () => freeBytesOf(folders) }
}

/** What is left for processes without privileges. */
async function freeBytesOf(folders: readonly string[]): Promise<number> {
  const disks = await Promise.all(folders.map((folder) => statfs(folder)))
  return Math.min(...disks.map(({ bavail, bsize }) => bavail * bsize))
}

/**
 * From the settings, from the file in the data directory, or made now. What lives in memory is sealed as well, under a
 * key that nobody needs to keep. Throws MasterKeyRefused.
 */
export async function openMasterKey(
  { meta }: Pick<Stores, 'meta'>,
  settings: Pick<Settings, 'data' | 'meta' | 'masterKey'>,
): Promise<Secret> {
  if (settings.masterKey !== undefined) return settings.masterKey
  if (settings.meta.engine === 'memory') return newMasterKey(randomBytes)
  const path = masterKeyPath(settings.data)
  // In this order: whoever has marked the store has made the file before, so one that is missing now is lost.
  const marked = await hasMasterKeyMarker(meta)
  const present = await readMasterKeyFile(path)
  if (present !== undefined) return present
  if (!marked) return createMasterKeyFile(path, randomBytes)
  throw new MasterKeyRefused(
    `the secrets in this store are sealed, but there is no ${path}: put it back, or set STOWAGE_MASTER_KEY`,
  )
}

/** Where the stores of these settings would lie and nothing is yet: opening would make them, empty. */
export function missingFolders(settings: Pick<Settings, 'data' | 'meta' | 'blob'>): readonly string[] {
  return storeFolders(settings).filter((folder) => !existsSync(folder))
}

function storeFolders({ data, meta, blob }: Pick<Settings, 'data' | 'meta' | 'blob'>): readonly string[] {
  return [
    ...(meta.engine === 'memory' ? [] : [meta.path ?? join(data, 'meta')]),
    ...(blob.engine === 'memory' ? [] : [blob.path ?? join(data, 'blobs')]),
  ]
}

export async function closeStores({ meta, blobs }: Stores): Promise<void> {
  await blobs[Symbol.asyncDispose]()
  await meta[Symbol.asyncDispose]()
}

export function memoryStores(): Stores {
  return { meta: createMemoryMetaStore(), blobs: createMemoryBlobStore() }
}

function meteredStores({ meta, blobs }: Stores, metrics: Metrics): Stores {
  const now = () => performance.now()
  return {
    meta: createMeteredMetaStore(meta, {
      now,
      record: ({ method, outcome, durationMs }) =>
        metrics.storeCall({ store: 'meta', call: method, outcome, durationMs }),
    }),
    blobs: createMeteredBlobStore(blobs, {
      now,
      // A reader that leaves early, such as a client that has seen enough, is not a failure of the store.
      record: ({ method, outcome, durationMs }) =>
        metrics.storeCall({ store: 'blob', call: method, outcome: outcome === 'ended' ? 'ok' : outcome, durationMs }),
    }),
  }
}

function watchedStores({ meta, blobs }: Stores, health: StoreHealth): Stores {
  return {
    meta: createWatchedMetaStore(meta, (error) => health.ended('meta', error)),
    blobs: createWatchedBlobStore(blobs, (error) => health.ended('blob', error)),
  }
}

async function openMeta(engine: MetaEngine, data: string, mapSizeBytes: number | undefined): Promise<MetaStore> {
  if (engine.engine === 'memory') return createMemoryMetaStore()
  return openLmdbMetaStore({
    path: engine.path ?? join(data, 'meta'),
    ...(mapSizeBytes === undefined ? {} : { mapSizeBytes }),
  })
}

async function openBlobs(engine: BlobEngine, data: string): Promise<BlobStore> {
  return engine.engine === 'memory'
    ? createMemoryBlobStore()
    : openFilesBlobStore({ path: engine.path ?? join(data, 'blobs') })
}

/** Whoever has the root account has the installation, and with it the names that lead there. */
function domainProofOf({ domainProof, appid }: ServiceSettings, records: TextRecords): DomainProof {
  const requiredOf = ({ appId }: Account) => domainProof === 'all' || (domainProof === 'others' && appId !== appid)
  return { requiredOf, textRecords: records }
}

/** Throws MasterKeyRefused when the stores are sealed under another master key. */
export async function createService(options: ServiceOptions): Promise<Service> {
  const { settings, log, metrics = silentMetrics, clock = systemClock, random = randomBytes } = options
  const digests = await loadDigests()
  const { freeBytes } = options.stores
  const health = createStoreHealth({ clock, log, freeBytes, reserveBytes: settings.reserveBytes })
  const watched = watchedStores(options.stores, health)
  const core = createCore({
    ...(metrics === silentMetrics ? watched : meteredStores(watched, metrics)),
    clock,
    random,
    digests,
    sealing: createSealing(options.masterKey, random),
    keyService: options.keyService,
    domainProof: domainProofOf(settings, options.textRecords ?? textRecords),
    limits: {
      ...defaultCoreLimits,
      inlineSizeBytesMax: settings.inlineBytesMax,
      bucketsPerAccountMax: settings.bucketsMax,
      acceleratedBucketsMax: settings.acceleratedBucketsMax,
      acceleratedRegions: settings.acceleratedRegions,
      trashDelayMs: settings.trashDelayMs,
      dayMs: settings.dayMs,
      moveRedirectMs: settings.moveRedirectMs,
    },
  })
  await admitMasterKey(core.dependencies)
  const dialects = { cos: cosDialect, s3: createS3Dialect() }
  const admission = createAdmission(clock, settings.requestsPerSecondMax)
  const clientAddresses = createClientAddresses(settings.trustedProxies ?? [])
  const rateLimits = createRateLimits({
    clock,
    limits: core.limits,
    clientAddresses,
    addressRequestsMax: settings.addressRequestsPerSecondMax,
    accountRequestsMax: settings.accountRequestsPerSecondMax,
    bucketRequestsMax: settings.bucketRequestsPerSecondMax,
  })
  const requestIds = createRequestIds({ random, now: () => clock.now() })
  const regions = createRegions(settings)
  const { primaryUrl, domain: ownSuffixes } = settings
  let secureServer: HttpServer | undefined
  const pipelineOptions: PipelineOptions = {
    core,
    clock,
    digests,
    log,
    admission,
    rateLimits,
    addressing: createAddressing({ ownSuffixes, regions }),
    moveHost: createHostMover({ ownSuffixes, regions }),
    https: settings.https,
    securePort: () => secureServer?.address()?.port,
    gate: createServiceGate({ serviceMode: core.serviceMode, health, primaryUrl, now: () => clock.now() }),
    detect: createDetect(dialects, settings.dialect),
    dialects: [dialects.cos, dialects.s3],
    clientAddresses,
    router: createRouter(operations, unservedOperations, reservedNames),
    crossOrigin: createCrossOrigin(core),
    websites: createWebsites(core),
    customDomains: createCustomDomains(core.domains, settings.domain),
    acceptsSignatureV2: (secure) => ['all', secure ? 'tls' : 'plain'].includes(settings.sigv2),
    queryApi: { actions: stsActions, unserved: unservedStsActions },
    requestIds,
    regions,
    xmlSizeBytesMax: settings.xmlBytesMax,
    legacyNames: settings.legacyNames === 'on',
    signUpUrl: settings.signUpUrl,
    observe: createObserver(log, metrics),
    accessRecorder: createAccessRecorder({ core, clock, clientAddresses, log, metrics }),
  }
  const pipeline = createPipeline(pipelineOptions)
  const failed = createFailedAnswer(pipelineOptions)
  const server = (handle: Pipeline = pipeline, tls?: Tls) => {
    const made = createHttpServer({
      clock,
      handlers: {
        handle,
        failed,
        transportError: (error, { method, host, rawTarget }) => {
          const place = host === '' ? 'localhost' : host
          const path = rawTarget === '' ? '/' : rawTarget
          const resource = { cos: place + path, s3: path }
          return renderError(error, { dialect: 'unknown', method, resource, requestIds: requestIds() })
        },
      },
      limits: {
        headerBytesMax: settings.headerBytesMax,
        connectionsMax: settings.connectionsMax,
        connectionsPerAddressMax: settings.connectionsPerAddressMax,
        keepAliveTimeoutMs: settings.keepAliveMs,
        headersTimeoutMs: settings.headersMs,
        bodyIdleTimeoutMs: settings.bodyIdleMs,
      },
      ...(tls === undefined ? {} : { tls }),
      onFault: (error) => log.error('connection fault', { error }),
    })
    if (tls !== undefined) secureServer = made
    return made
  }
  return { core, pipeline, admission, server }
}

function createObserver(log: Log, metrics: Metrics): (observation: Observation) => void {
  return ({ operation = 'none', dialect, status, error, requestId, durationMs, receivedBytes, sentBytes }) => {
    const fault = faultOf(error)
    metrics.request({ operation, dialect, status, fault, durationMs, receivedBytes, sentBytes })
    if (error !== undefined) log.debug('refused', { requestId, operation, dialect, status, condition: error.condition })
  }
}

/** Sealed secrets, the root account and the seed; whoever serves calls it before it says that it is ready. */
export async function prepareData(
  core: Core,
  settings: Pick<Settings, 'appid' | 'secretId' | 'secretKey' | 'seed' | 'region' | 'regions' | 'regionAliases'>,
  log: Log = silentLog,
): Promise<RootKey> {
  const { appid, secretId, secretKey, seed } = settings
  const given =
    secretId === undefined || secretKey === undefined ? undefined : { id: secretId, secret: secretKey.reveal() }
  await core.buckets.recover()
  const sealedCount = await core.identities.sealClearSecrets()
  if (sealedCount > 0) log.info('sealed secrets that stood in clear', { count: sealedCount })
  const root = await ensureRoot(core, { appId: appid, given })
  if (seed !== undefined) {
    // Loaded only here: reading YAML takes as long to load as a tenth of the rest.
    const { readSeedFile } = await import('./config/seed-file.js')
    await applySeed(core, root.account, createRegions(settings).names, await readSeedFile(seed))
  }
  return root
}

/** The admin API over a service; the process that has the admin listener makes one. */
export function openAdminApi(
  { core }: Pick<Service, 'core'>,
  settings: Pick<Settings, 'appid' | 'region' | 'regions' | 'regionAliases' | 'signUpUrl'>,
  log: Log,
): AdminApi {
  const { identities, sessions, dependencies } = core
  const { clock, random } = dependencies
  const { appid, signUpUrl } = settings
  const regions = createRegions(settings)
  const { region, regionAliases } = regions.signing(undefined)
  const schemes = [...cosDialect.schemes, ...createS3Dialect().schemes]
  const options = { core, schemes, clock, random, region, regionAliases, operatorAppId: appid, signUpUrl }
  const ids = createRequestIds({ random, now: () => clock.now() })
  const authentication = createAuthentication(options)
  return createAdminApi({
    core,
    identities,
    sessions,
    explainAccess: (question) => explainAccess(core, question),
    regions: regions.names,
    log,
    clock,
    authentication,
    requestId: () => ids().amz,
  })
}

export function startJobs(
  core: Core,
  settings: Pick<Settings, 'scrubIntervalMs' | 'logDeliveryMs' | 'primaryUrl'>,
  log: Log,
  metrics: Metrics,
): Runner {
  const { meta, clock, random } = core.dependencies
  const runner = createRunner({ meta, clock, log, metrics, owner: random(8).toString('hex') })
  const jobs = [
    reclaimJob(core),
    scrubJob(core, settings.scrubIntervalMs),
    bucketMovesJob(core),
    emptyingJob(core, log),
    countUsageJob(core),
    torrentHashJob(core),
    torrentSweepJob(core),
    kmsKeyDeletionJob(core),
    lifecycleJob(core, log),
    logDeliveryJob(core, { intervalMs: settings.logDeliveryMs, log, metrics }),
  ]
  // A standby changes nothing by itself.
  if (settings.primaryUrl === undefined) runner.start(jobs.map((job) => restingInMaintenance(job, core.serviceMode)))
  return runner
}

export async function readTls({ tlsKey, tlsCert }: Pick<Settings, 'tlsKey' | 'tlsCert'>): Promise<Tls | undefined> {
  if (tlsKey === undefined || tlsCert === undefined) return undefined
  return { key: await readFile(tlsKey), cert: await readFile(tlsCert) }
}
