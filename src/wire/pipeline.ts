/**
 * One function from request to response, its stages called in the order of errors.md 4.1; the first failure answers.
 * It needs no socket. Everything up to the object's state is decided before a body byte is asked for.
 */

import type { DigestFactory } from '../base/digests.js'
import type { Log } from '../base/telemetry.js'
import type { Bucket } from '../model/bucket.js'
import { type ApiError, asApiError, catalogue, fail } from '../model/errors/index.js'
import { bucketNamePossible, checkBucketName, checkObjectKey } from '../model/names.js'
import { ANONYMOUS, type Principal } from '../model/principal.js'
import { checkAccelerateAddress } from './acceleration.js'
import type { AccessRecorder } from './access-recorder.js'
import type { Address } from './address.js'
import type { Admission } from './admission.js'
import { type AuthenticationOptions, authenticate, authFacts, presented } from './authenticate.js'
import type { AuthFacts, PayloadContract } from './authentication.js'
import { type CrossOrigin, type HeaderLines, sharedLines } from './cors.js'
import type { CustomDomains } from './custom-domain.js'
import type { Dialect, DialectName } from './dialect.js'
import { type Entry, enter, isRequesterCharged, type SignatureFacts } from './entrance.js'
import { type ErrorFacts, renderError } from './error-body.js'
import { renderErrorPage } from './error-page.js'
import type { ChecksumSubject, FormUpload } from './field.js'
import { receiveForm } from './form.js'
import {
  checkForm,
  checkFormHead,
  claimOfForm,
  dialectOfForm,
  draftForm,
  requestOfForm,
  uploadOfForm,
} from './form-upload.js'
import { type HttpsRules, requireHttps } from './https-policy.js'
import { documentBytes, objectSource } from './incoming-body.js'
import { admitHolder, findHolder } from './key-holder.js'
import type { Operation, Services } from './operation.js'
import { parseQuery } from './query.js'
import { isQueryCall, type QueryApi, type QueryProgress, serveQueryCall } from './query-api.js'
import { type QueryView, queryView } from './query-view.js'
import { refusedBehindReferer } from './referer.js'
import { requireKnownRegion } from './regions.js'
import type { QueryParameter, WireRequest } from './request.js'
import { identityHeaders, type RequestIds } from './request-ids.js'
import { checkShape } from './request-shape.js'
import type { WireResponse } from './response.js'
import type { Level, Router } from './router.js'
import type { ServiceGate } from './service-gate.js'
import { asStoreError } from './store-error.js'
import { checkPageRequest, showPage, type Websites } from './website.js'

export interface PipelineOptions extends AuthenticationOptions, HttpsRules {
  readonly digests: DigestFactory
  readonly log: Log
  readonly admission: Admission
  readonly addressing: (host: string, rawPath: string) => Address
  readonly detect: (
    request: WireRequest,
    query: readonly QueryParameter[],
    hostDialect: DialectName | undefined,
  ) => { readonly dialect: Dialect; readonly seen: DialectName | 'unknown' }
  readonly gate: ServiceGate
  readonly router: Router
  readonly queryApi: QueryApi
  readonly crossOrigin: CrossOrigin
  readonly websites: Websites
  readonly customDomains: CustomDomains
  readonly requestIds: () => RequestIds
  readonly xmlSizeBytesMax: number
  /** Old-style bucket names are names too. */
  readonly legacyNames: boolean
  /** Called once per answer, before its body is sent. */
  readonly observe: (observation: Observation) => void
  readonly accessRecorder: AccessRecorder
}

export interface Observation {
  /** Undefined when the request did not get as far as an operation. */
  readonly operation: string | undefined
  readonly dialect: DialectName | 'unknown'
  readonly status: number
  readonly error: ApiError | undefined
  readonly requestId: string
  readonly durationMs: number
  readonly receivedBytes: number
  readonly sentBytes: number
}

export type Pipeline = (request: WireRequest) => Promise<WireResponse>

/** What is known so far, for whoever has to answer; each stage adds to it. */
interface Progress {
  readonly requestIds: RequestIds
  readonly startedAt: number
  seen: DialectName | 'unknown'
  operation: Operation | undefined
  address: Address | undefined
  /** Set once the request is known to be a call for temporary keys. */
  call: QueryProgress | undefined
  preflight: boolean
  /** Once it was recognised. */
  principal: Principal | undefined
  claim: SignatureFacts | undefined
  /** Once it was entered. */
  bucket: Bucket | undefined
  dialect: Dialect | undefined
  /** What a page of another origin may read of the answer, where the request may take away the rules that say so. */
  shared: HeaderLines | undefined
}

export function createPipeline(options: PipelineOptions): Pipeline {
  return async (request) => {
    const progress: Progress = {
      requestIds: options.requestIds(),
      startedAt: options.clock.now(),
      seen: 'unknown',
      operation: undefined,
      address: undefined,
      call: undefined,
      preflight: false,
      principal: undefined,
      claim: undefined,
      bucket: undefined,
      dialect: undefined,
      shared: undefined,
    }
    let answer: WireResponse
    let error: ApiError | undefined
    try {
      const response = await serve(options, request, progress)
      const shared = await crossOriginHeaders(options, request, progress)
      // A website shows its error document with the status of the error.
      const failed = response.status >= 400
      const headers = identityHeaders(progress.seen, progress.requestIds, failed).concat(response.headers, shared)
      observe(options, request, progress, response, undefined)
      answer = { ...response, headers }
    } catch (thrown) {
      error = asStoreError(thrown)
      const response = refusal(error, request, progress)
      const shared = await crossOriginHeaders(options, request, progress)
      observe(options, request, progress, response, error)
      answer = shared.length === 0 ? response : { ...response, headers: [...response.headers, ...shared] }
    }
    return recordAccess(options, request, progress, answer, error)
  }
}

function recordAccess(
  { accessRecorder }: PipelineOptions,
  request: WireRequest,
  progress: Progress,
  response: WireResponse,
  error: ApiError | undefined,
): WireResponse | Promise<WireResponse> {
  return progress.call === undefined ? accessRecorder.record(progress, request, error, response) : response
}

/** An answer is not lost because a page could not be told that it may read it. */
async function crossOriginHeaders({ crossOrigin }: PipelineOptions, request: WireRequest, progress: Progress) {
  const { address, dialect, bucket, preflight } = progress
  if (preflight || !dialect) return []
  if (progress.shared !== undefined) return progress.shared
  try {
    return await crossOrigin.headers(request, address, dialect, bucket)
  } catch {
    return []
  }
}

/** Calls for temporary keys are refused in the form that their clients read. */
function refusal(error: ApiError, request: WireRequest, progress: Progress): WireResponse {
  const { call, requestIds } = progress
  if (call === undefined) return rendererFor(progress.address)(error, errorFacts(request, progress))
  const response = call.dialect.queryApi.refuse(error, requestIds)
  const headers = identityHeaders(call.dialect.name, requestIds, true).concat(response.headers)
  return { ...response, headers, ...(request.method === 'HEAD' ? { body: { kind: 'none' } } : {}) }
}

/**
 * The answer when a response that was already decided could not be begun: its stream failed before its first chunk, or
 * a defect rejected. Everything that the answer needs is read from the request again, so that nothing is kept for it.
 */
export function createFailedAnswer(
  options: PipelineOptions,
): (error: unknown, request: WireRequest, decided?: WireResponse) => WireResponse {
  return (thrown, request, decided) => {
    const requestIds = options.requestIds()
    const error = asApiError(thrown)
    if (error.condition === 'InternalError') {
      options.log.error('internal error', { requestId: requestIds.cos, cause: describeCause(error.cause) })
    }
    const known = addressed(options, request)
    const answer = rendererFor(known.address)(error, errorFacts(request, { requestIds, ...known }))
    return decided === undefined ? answer : { ...answer, headers: [...answer.headers, ...sharedLines(decided)] }
  }
}

/** Readers of a website get pages. */
function rendererFor(address: Address | undefined): typeof renderError {
  return address?.entrance === 'website' ? renderErrorPage : renderError
}

function addressed(options: PipelineOptions, request: WireRequest): Pick<Progress, 'seen' | 'address'> {
  try {
    const address = options.addressing(request.host, request.rawPath)
    return { address, seen: options.detect(request, parseQuery(request.rawQuery), address.dialect).seen }
  } catch {
    return { address: undefined, seen: options.detect(request, [], undefined).seen }
  }
}

async function serve(options: PipelineOptions, request: WireRequest, progress: Progress): Promise<WireResponse> {
  // What is usually there at once is not waited for: each wait costs each request.
  const found = options.customDomains(request.host, request.rawPath)
  const bound = found === undefined ? undefined : await found
  const { query, address, dialect } = identify(options, request, progress, bound)
  if (isQueryCall(request, address)) progress.call = { dialect, action: undefined }
  const { call } = progress
  const admitted = options.gate.admit(request, address, call !== undefined)
  if (admitted !== undefined) await admitted
  if (call !== undefined)
    return serveCall(options, request, authFacts(options, request, query, address), call, progress)
  checkEntrance(options, address)
  if (request.method === 'OPTIONS') {
    progress.preflight = true
    return options.crossOrigin.preflight(request, address, dialect)
  }
  if (address.entrance === 'website') return serveWebsite(options, request, address, dialect, query, progress)
  const view = queryView(query)
  const operation = target(options, request, address, dialect, view)
  progress.operation = operation
  const taken = options.gate.admitWrite(operation, request)
  if (taken !== undefined) await taken
  const arrival = { options, request, address, dialect, query, view, operation }
  if (operation.body === 'form') return serveForm(arrival, progress)
  const { principal, payload, claim } = await admit(arrival)
  progress.principal = principal
  progress.claim = claim
  const entry = await enter(options, { request, address, dialect, operation, query: view, principal, claim })
  progress.bucket = entry.bucket
  const removes = operation.method === 'DELETE' && operation.match.target === 'bucket'
  if (removes) progress.shared = await crossOriginHeaders(options, request, progress)
  return run(arrival, principal, entry, payload)
}

/** Stages 4 to 7: the referer rule, which is read with the bucket later, comes before what is refused here. */
async function admit(arrival: Arrival) {
  const { options, request, address, dialect, query, operation } = arrival
  try {
    const admitted = await authenticate(options, request, address, dialect, query)
    checkShape(options, request, dialect, operation, admitted.payload)
    return admitted
  } catch (error) {
    await refusedBehindReferer(options.core, request, presented(options, request, query)[0]?.kind, address.bucketName)
    throw error
  }
}

/** Hosts that serve anonymous readers only. */
async function serveWebsite(
  options: PipelineOptions,
  request: WireRequest,
  address: Address,
  dialect: Dialect,
  query: readonly QueryParameter[],
  progress: Progress,
): Promise<WireResponse> {
  checkPageRequest(request, presented(options, request, query).length > 0)
  const { bucket, configuration } = await options.websites.open(address)
  progress.bucket = bucket
  const read = (key: string, asked: WireRequest) => readPage(options, asked, { ...address, key }, dialect, progress)
  const { secure } = options.clientAddresses(request)
  return showPage(configuration, { request, key: address.key ?? '', dialect, secure, read })
}

async function readPage(
  options: PipelineOptions,
  request: WireRequest,
  address: Address,
  dialect: Dialect,
  progress: Progress,
): Promise<WireResponse> {
  // Without a key the request would be one about the bucket.
  if (address.key === '') fail('NoSuchKey', { Key: '/' })
  const view = queryView([])
  const operation = target(options, request, address, dialect, view)
  progress.operation = operation
  const payload: PayloadContract = { kind: 'unsigned' }
  checkShape(options, request, dialect, operation, payload)
  const visit = { request, address, dialect, operation, query: view, principal: ANONYMOUS, claim: undefined }
  const entry = await enter(options, visit)
  return run({ options, request, address, dialect, query: [], view, operation }, ANONYMOUS, entry, payload)
}

/** Temporary keys: an API of its own behind the same listener. */
function serveCall(
  options: PipelineOptions,
  request: WireRequest,
  facts: AuthFacts,
  call: QueryProgress,
  { requestIds }: Progress,
): Promise<WireResponse> {
  const { core, dialects, queryApi, clientAddresses, rateLimits, signUpUrl } = options
  const api = { ...queryApi, core, dialects, clientAddresses, rateLimits, signUpUrl }
  return serveQueryCall(api, request, facts, requestIds, call)
}

/** A request that has found its operation. */
interface Arrival {
  readonly options: PipelineOptions
  readonly request: WireRequest
  readonly address: Address
  readonly dialect: Dialect
  readonly query: readonly QueryParameter[]
  readonly view: QueryView
  readonly operation: Operation
  readonly upload?: FormUpload
}

/** The stages of a form upload, in the order of errors.md 4.2: who sends it, and in which dialect, stands in the body. */
async function serveForm(arrival: Arrival, progress: Progress): Promise<WireResponse> {
  const { options, request, address, query, operation } = arrival
  const { dialects, core } = options
  const facts = authFacts(options, request, query, address)
  const boundary = checkFormHead(request, query, dialects, core.dependencies.limits.putSizeBytesMax)
  const form = await receiveForm(request.body.bytes(), boundary)
  try {
    const told = dialectOfForm(form.fields, dialects, progress.seen !== 'unknown')
    if (told !== undefined) progress.seen = told.name
    const dialect = told ?? arrival.dialect
    const draft = draftForm(form, dialect)
    const claim = claimOfForm(draft, request, facts)
    const holder = claim && (await findHolder(core, claim))
    if (holder !== undefined) claim?.verify(holder.secret)
    const sizes = claim && checkForm(draft, claim, address.bucketName ?? '', facts.now)
    const principal = holder === undefined ? ANONYMOUS : admitHolder(core, holder, options.signUpUrl)
    options.rateLimits.admitAccount(principal, address.bucketName)
    progress.principal = principal
    progress.claim = claim
    const visit = { address, dialect, operation, query: arrival.view, principal, claim, formKey: draft.key }
    const entry = await enter(options, { ...visit, request: requestOfForm(draft, request) })
    const upload = uploadOfForm(draft, form, request, sizes)
    progress.bucket = entry.bucket
    return await run({ ...arrival, dialect, ...upload }, principal, entry, { kind: 'unsigned' })
  } finally {
    await form.close()
  }
}

/** Stages 9 to 13. */
async function run(
  { options, request, address, dialect, view, operation, upload }: Arrival,
  principal: Principal,
  { asker, bucket, access }: Entry,
  payload: PayloadContract,
): Promise<WireResponse> {
  const services: Services = {
    core: options.core,
    dialect,
    principal,
    endpoint: { scheme: request.secure ? 'https' : 'http', host: request.host, pathStyle: address.pathStyle },
    region: address.region,
    regions: options.regions,
    addressing: options.addressing,
    access,
    authorize: asker.require,
    authorizeService: asker.requireService,
    authorizeVersion: asker.requireOn,
  }
  const source = (checksumsOf: ChecksumSubject) => objectSource(request, dialect, payload, checksumsOf)
  const response = await runHiding(asker, operation, {
    services,
    request,
    dialect,
    query: view,
    bucketName: address.bucketName,
    bucket,
    key: address.key,
    clientAddresses: options.clientAddresses,
    objectSource: () => source('body'),
    ...(upload === undefined ? {} : { form: upload }),
    documentBytes: (sizeBytesMax, checksumsOf) =>
      documentBytes(source(checksumsOf), options.digests, Math.min(sizeBytesMax, options.xmlSizeBytesMax)),
  })
  if (bucket === undefined || access === undefined || !isRequesterCharged(principal, bucket, access)) return response
  return { ...response, headers: [...response.headers, [`${dialect.vendorPrefix}request-charged`, 'requester']] }
}

/** What is not there is told only to those who may know. */
async function runHiding(asker: Entry['asker'], operation: Operation, call: Parameters<Operation['run']>[0]) {
  try {
    return await operation.run(call)
  } catch (error) {
    asker.hideAbsence(error)
    throw error
  }
}

/**
 * Stages 1 and 2, and the decoding that stage 1 needs: a target that cannot be decoded still tells its dialect by its
 * headers, and still is refused for load before it is refused for what it says.
 */
function identify(options: PipelineOptions, request: WireRequest, progress: Progress, bound: Address | undefined) {
  let failure: unknown
  try {
    const query = parseQuery(request.rawQuery)
    const address = bound ?? options.addressing(request.host, request.rawPath)
    progress.address = address
    const { dialect, seen } = options.detect(request, query, address.dialect)
    progress.seen = seen
    progress.dialect = dialect
    requireHttps(options, options.https, request, address)
    options.admission.admit(address.bucketName)
    options.rateLimits.admitAddress(request, address.bucketName)
    return { query, address, dialect }
  } catch (thrown) {
    failure = thrown
  }
  if (progress.address === undefined) {
    progress.seen = options.detect(request, [], undefined).seen
    options.admission.admit()
    options.rateLimits.admitAddress(request)
  }
  throw failure
}

/** Stages 3 and 4: kind of host, verb and sub-resource, names. */
function target(
  options: PipelineOptions,
  request: WireRequest,
  address: Address,
  dialect: Dialect,
  query: QueryView,
): Operation {
  const { bucketName, key } = address
  const level: Level = bucketName === undefined ? 'service' : key === undefined || key === '' ? 'bucket' : 'object'
  const operation = options.router({
    method: request.method,
    level,
    query,
    headers: request.headers,
    vendorPrefix: dialect.vendorPrefix,
    dialect: dialect.name,
    key,
    bucketName,
  })
  if (bucketName !== undefined)
    checkBucketAddress(operation, bucketName, dialect, address.region ?? options.regions.home, options.legacyNames)
  if (key !== undefined && key !== '') checkObjectKey(key, dialect.traits)
  return operation
}

/** Hosts that serve less than everything. */
function checkEntrance(options: PipelineOptions, address: Address): void {
  requireKnownRegion(options, address)
  checkAccelerateAddress(address)
  if (address.entrance === 'control')
    fail('NotImplemented', {}, { message: 'Batch jobs are not implemented by this server.' })
}

/** A create is held to its dialect's rule of names; a delete of what cannot exist finds nothing (errors.md row 20). */
function checkBucketAddress(
  { method, match }: Operation,
  bucketName: string,
  { traits }: Dialect,
  region: string,
  legacyNames: boolean,
): void {
  if (match.target === 'bucket-name') {
    const hostSuffix = traits.bucketHostSuffix(region)
    checkBucketName(traits.bucketNameRule, bucketName, { hostSuffix, legacyNames })
    return
  }
  if (bucketNamePossible(bucketName, legacyNames)) return
  if (method === 'DELETE') fail('NoSuchBucket', { BucketName: bucketName })
  fail('InvalidBucketName', { BucketName: bucketName })
}

// --- answering ------------------------------------------------------------------------------------------------

function errorFacts(
  request: WireRequest,
  { seen, address, requestIds }: Pick<Progress, 'seen' | 'address' | 'requestIds'>,
): ErrorFacts {
  const host = request.host === '' ? 'localhost' : request.host
  const { bucketName, key } = address ?? { bucketName: undefined, key: undefined }
  const s3 =
    bucketName === undefined ? '/' : key === undefined || key === '' ? `/${bucketName}` : `/${bucketName}/${key}`
  const cos = address?.pathStyle === true ? `${host}${s3}` : `${host}/${key ?? ''}`
  const undecoded = address === undefined
  return {
    dialect: seen,
    method: request.method,
    resource: undecoded ? { cos: host + request.rawPath, s3: request.rawPath } : { cos, s3 },
    requestIds,
    receivedAt: request.receivedAt,
  }
}

function observe(
  options: PipelineOptions,
  request: WireRequest,
  { operation, call, preflight, seen, requestIds, startedAt }: Progress,
  { status, body }: WireResponse,
  error: ApiError | undefined,
): void {
  const requestId = seen === 's3' ? requestIds.amz : requestIds.cos
  if (error?.condition === 'InternalError') {
    options.log.error('internal error', { requestId, operation: operation?.name, cause: describeCause(error.cause) })
  }
  options.observe({
    operation: call === undefined ? (preflight ? 'OptionsObject' : operation?.name) : `STS.${call.action ?? 'unknown'}`,
    dialect: call === undefined ? seen : call.dialect.name,
    status,
    error,
    requestId,
    durationMs: options.clock.now() - startedAt,
    receivedBytes: request.body.sizeBytes ?? 0,
    sentBytes: body.kind === 'bytes' ? body.bytes.byteLength : (body.sizeBytes ?? 0),
  })
}

function describeCause(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
}

/** The fault class of an answer, for logs and metrics: the founding table's SOAP column. */
export function faultOf(error: ApiError | undefined): 'Client' | 'Server' | undefined {
  return error === undefined ? undefined : catalogue[error.condition].fault
}
