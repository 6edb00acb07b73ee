/**
 * A whole service inside a test, without a socket: memory stores, a clock that stands still, random bytes from a seed.
 * A test says what a client sends and reads what it gets; the same test speaks both dialects. Every answer is checked
 * for what holds of all of them: request ids, exact lengths, no body where none may be.
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  createService,
  memoryStores,
  type Service,
  type ServiceOptions,
  type ServiceSettings,
  type Stores,
} from '../../src/app.js'
import type { Bytes } from '../../src/base/bytes.js'
import { type ManualClock, manualClock } from '../../src/base/clock.js'
import { type CallCounter, createCallCounter, type FaultHook } from '../../src/base/faults.js'
import { newMasterKey } from '../../src/base/master-key.js'
import { silentLog } from '../../src/base/telemetry.js'
import { parseXml, type XmlElement } from '../../src/base/xml.js'
import { createFaultyBlobStore } from '../../src/blob/faulty.js'
import { loadSettings } from '../../src/config/load.js'
import type { Core } from '../../src/core/core.js'
import { ensureRoot } from '../../src/core/seeding.js'
import { createFaultyMetaStore } from '../../src/meta/faulty.js'
import type { Account } from '../../src/model/principal.js'
import type { WireRequest } from '../../src/wire/request.js'
import type { WireResponse } from '../../src/wire/response.js'
import { type Credentials, encode, signCos, signS3 } from './signing.js'

export const REGION = 'ap-guangzhou'
/** Valid in both dialects: the owner's APPID is its end. */
export const BUCKET = 'examplebucket-1250000000'
/** 2026-01-02T03:04:05.678Z */
export const START = Date.UTC(2026, 0, 2, 3, 4, 5, 678)

export const OWNER: Credentials & { readonly appId: string } = {
  appId: '1250000000',
  id: 'AKIDownerOWNERownerOWNERownerOWNER01',
  secret: 'ownerSecretKEYownerSecretKEY0001',
}
export const OTHER: typeof OWNER = {
  appId: '1250000001',
  id: 'AKIDotherOTHERotherOTHERotherOTHER02',
  secret: 'otherSecretKEYotherSecretKEY0002',
}

export interface Exchange {
  readonly service: Service
  /** For another process over the same stores. */
  readonly serviceOptions: ServiceOptions
  readonly core: Core
  /** The stores as the service sees them, faults included. */
  readonly meta: Stores['meta']
  readonly blobs: Stores['blobs']
  readonly clock: ManualClock
  /** What the name service says; nobody asks the real one. */
  readonly textRecords: Map<string, readonly string[]>
  /** Numbers the calls of both stores. */
  readonly calls: CallCounter
  readonly owner: Account
  readonly other: Account
  /** Asked at every call of a store from now on; undefined: no faults. */
  fault(hook: FaultHook | undefined): void
  send(request: WireRequest): Promise<WireResponse>
}

export async function createExchange(
  settings: Partial<ServiceSettings> = {},
  disk: Pick<Stores, 'freeBytes'> = {},
): Promise<Exchange> {
  let hook: FaultHook | undefined
  const calls = createCallCounter()
  const inner = memoryStores()
  const stores: Stores = {
    meta: createFaultyMetaStore(inner.meta, (call) => hook?.(call), calls),
    blobs: createFaultyBlobStore(inner.blobs, (call) => hook?.(call), calls),
  }
  const clock = manualClock(START)
  const textRecords = new Map<string, readonly string[]>()
  const serviceOptions: ServiceOptions = {
    stores: { ...stores, ...disk },
    settings: { ...loadSettings({ STOWAGE_REGION: REGION }), ...settings },
    log: silentLog,
    masterKey: newMasterKey(seededRandom()),
    clock,
    random: seededRandom(),
    textRecords: async (name) => textRecords.get(name) ?? [],
  }
  const service = await createService(serviceOptions)
  const { core, pipeline } = service
  const { account: owner } = await ensureRoot(core, { appId: OWNER.appId, given: OWNER })
  const other = await core.identities.ensureAccount({ appId: OTHER.appId, displayName: 'other' })
  await core.identities.ensureKey({
    id: OTHER.id,
    secret: OTHER.secret,
    accountId: other.id,
    enabled: true,
    root: true,
  })
  const fault = (next: FaultHook | undefined) => {
    hook = next
  }
  return { service, serviceOptions, core, ...stores, clock, textRecords, calls, owner, other, fault, send: pipeline }
}

/** The same bytes in every run, never the same twice in one. */
function seededRandom(): (sizeBytes: number) => Buffer {
  let count = 0
  return (sizeBytes) => {
    const blocks = Array.from({ length: Math.ceil(sizeBytes / 32) }, () =>
      createHash('sha256').update(`random ${count++}`).digest(),
    )
    return Buffer.concat(blocks).subarray(0, sizeBytes)
  }
}

export type Caller = 'owner' | 'other' | 'anonymous' | Credentials

export interface Said {
  readonly method: string
  /** Undefined: the service itself. */
  readonly bucket?: string
  /** Plain text; encoded here. */
  readonly key?: string
  /** The raw path, in place of the one made of bucket and key. */
  readonly path?: string
  /** `true`: the bare name. Text: as it stands behind the question mark. */
  readonly query?: Readonly<Record<string, string | number | true>> | string
  /** Values as text; sent as UTF-8. All are signed. */
  readonly headers?: Readonly<Record<string, string>>
  /** Sent with its length. Chunks: sent without one, in chunks. Absent: no body, no length. */
  readonly body?: string | Uint8Array | AsyncIterable<Bytes>
  /** The owner when absent. */
  readonly as?: Caller
  /** Verbatim; the dialect's own virtual host when absent. */
  readonly host?: string
  /** `/bucket/key` on the dialect's regional host. */
  readonly pathStyle?: boolean
  /** That an S3 signature is made for; the usual one when absent. */
  readonly region?: string
  /** Over TLS. */
  readonly secure?: boolean
}

export interface HeardError {
  readonly code: string
  readonly message: string
  /** The flat children of the body but Code and Message. */
  readonly details: Readonly<Record<string, string>>
}

export interface Heard {
  readonly status: number
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>
  readonly bytes: Buffer
  readonly text: string
  /** Of the answer: also announced by HEAD. */
  readonly sizeBytes: number | undefined
  /** Whether the service asked for the body of the request. */
  readonly bodyRead: boolean
  /** The root element; fails when the body is no XML. */
  readonly xml: XmlElement
  /** Of an error answer; of HEAD what its header says. Fails when the answer is none. */
  readonly error: HeardError
}

export interface Speaker extends Exchange {
  readonly dialect: 'cos' | 's3'
  readonly prefix: 'x-cos-' | 'x-amz-'
  /** What stands before the root element of a result. */
  readonly declaration: string
  readonly bucket: string
  /** The virtual host of a bucket, or the regional host. */
  host(bucket?: string): string
  say(said: Said): Promise<Heard>
  /** Makes the bucket (the usual one when not named) and fails when that fails. */
  makeBucket(name?: string, headers?: Readonly<Record<string, string>>): Promise<void>
  setVersioning(status: 'Enabled' | 'Suspended', bucket?: string): Promise<void>
  /** Puts into the usual bucket and fails when that fails. */
  put(key: string, body?: string | Uint8Array, headers?: Readonly<Record<string, string>>): Promise<Heard>
}

const HOSTS = { cos: `cos.${REGION}.myqcloud.com`, s3: `s3.${REGION}.amazonaws.com` } as const
const DECLARATIONS = {
  cos: "<?xml version='1.0' encoding='utf-8' ?>\n",
  s3: '<?xml version="1.0" encoding="UTF-8"?>\n',
} as const

export function speaker(exchange: Exchange, dialect: 'cos' | 's3'): Speaker {
  const host = (bucket?: string) => (bucket === undefined ? HOSTS[dialect] : `${bucket}.${HOSTS[dialect]}`)
  const say = (said: Said) => converse(exchange, dialect, host, said)
  const must = async (said: Said): Promise<Heard> => {
    const heard = await say(said)
    assert.equal(heard.status, 200, `${said.method} ${said.bucket}/${said.key ?? ''}: ${heard.text}`)
    return heard
  }
  return {
    ...exchange,
    dialect,
    prefix: `x-${dialect === 'cos' ? 'cos' : 'amz'}-`,
    declaration: DECLARATIONS[dialect],
    bucket: BUCKET,
    host,
    say,
    makeBucket: async (name = BUCKET, headers = {}) => {
      await must({ method: 'PUT', bucket: name, headers })
    },
    setVersioning: async (status, bucket = BUCKET) => {
      const body = `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`
      await must({ method: 'PUT', bucket, query: { versioning: true }, body })
    },
    put: (key, body = 'content', headers = {}) => must({ method: 'PUT', bucket: BUCKET, key, body, headers }),
  }
}

/** One test per dialect, each over a service of its own. */
export function inBothDialects(
  title: string,
  body: (speak: Speaker) => Promise<void>,
  settings: Partial<ServiceSettings> = {},
): void {
  inCos(title, body, settings)
  inS3(title, body, settings)
}

export function inCos(title: string, body: (speak: Speaker) => Promise<void>, settings: Partial<ServiceSettings> = {}) {
  test(`COS: ${title}`, async () => body(speaker(await createExchange(settings), 'cos')))
}

export function inS3(title: string, body: (speak: Speaker) => Promise<void>, settings: Partial<ServiceSettings> = {}) {
  test(`S3: ${title}`, async () => body(speaker(await createExchange(settings), 's3')))
}

/** The answer is this error, and says so in the way that errors do. */
export function assertError(heard: Heard, status: number, code: string, details: Record<string, string> = {}): void {
  const { error } = heard
  assert.deepEqual({ status: heard.status, code: error.code }, { status, code }, heard.text)
  for (const [name, value] of Object.entries(details))
    assert.equal(error.details[name], value, `${name}: ${heard.text}`)
}

/** The texts of all elements of one name below an element, in document order. */
export function textsOf(element: XmlElement, name: string): readonly string[] {
  return elementsOf(element, name).map(({ text }) => text)
}

export function elementsOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...elementsOf(child, name)])
}

/** Of the direct child; undefined when there is none. */
export function childText(element: XmlElement, name: string): string | undefined {
  return element.children.find((child) => child.name === name)?.text
}

// --- the conversation ------------------------------------------------------------------------------------------

async function converse(
  exchange: Exchange,
  dialect: 'cos' | 's3',
  hostOf: (bucket?: string) => string,
  said: Said,
): Promise<Heard> {
  const { method, bucket, pathStyle = false, as = 'owner' } = said
  const host = said.host ?? hostOf(pathStyle ? undefined : bucket)
  const key = (said.key ?? '').split('/').map(encode).join('/')
  const rawPath = said.path ?? (pathStyle && bucket !== undefined ? `/${bucket}/${key}` : `/${key}`)
  const rawQuery = queryText(said.query ?? '')
  const body = bodyOf(said.body)
  const headers = new Map(Object.entries(said.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]))
  if (body.sizeBytes !== undefined && !headers.has('content-length'))
    headers.set('content-length', String(body.sizeBytes))
  // Nobody can hash a stream beforehand.
  const streamed = body.sizeBytes === undefined && said.body !== undefined
  if (dialect === 's3' && streamed && !headers.has('x-amz-content-sha256'))
    headers.set('x-amz-content-sha256', 'UNSIGNED-PAYLOAD')
  const signable = {
    method,
    rawPath,
    query: [...new URLSearchParams(rawQuery)],
    host,
    headers,
    body: body.known,
    now: exchange.clock.now(),
  }
  const signed = sign(dialect, signable, as, said.region ?? REGION)
  let bodyRead = false
  const response = await exchange.send({
    method,
    rawPath: latin1(rawPath),
    rawQuery: latin1(rawQuery),
    host,
    headers: new Map([
      ['host', host],
      ...[...headers, ...signed].map(([name, value]) => [name, latin1(value)] as const),
    ]),
    secure: said.secure ?? false,
    remoteAddress: '127.0.0.1',
    receivedAt: exchange.clock.now(),
    body: {
      sizeBytes: body.sizeBytes,
      chunked: streamed,
      bytes: () => {
        assert.equal(bodyRead, false, 'the body is asked for once')
        bodyRead = true
        return body.chunks()
      },
    },
  })
  return hear(method, response, bodyRead)
}

function sign(
  dialect: 'cos' | 's3',
  signable: Parameters<typeof signCos>[0],
  as: Caller,
  region: string,
): Iterable<readonly [string, string]> {
  if (as === 'anonymous') return []
  const credentials = as === 'owner' ? OWNER : as === 'other' ? OTHER : as
  return dialect === 's3' ? signS3(signable, credentials, region) : [['authorization', signCos(signable, credentials)]]
}

function queryText(query: NonNullable<Said['query']>): string {
  if (typeof query === 'string') return query
  return Object.entries(query)
    .map(([name, value]) => (value === true ? encode(name) : `${encode(name)}=${encode(String(value))}`))
    .join('&')
}

function bodyOf(body: Said['body']) {
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)) {
    return { sizeBytes: undefined, known: new Uint8Array(0), chunks: () => body }
  }
  const known = typeof body === 'string' ? Buffer.from(body, 'utf8') : (body ?? new Uint8Array(0))
  const chunks = async function* () {
    if (known.byteLength > 0) yield known
  }
  return { sizeBytes: body === undefined ? undefined : known.byteLength, known, chunks }
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

async function hear(method: string, response: WireResponse, bodyRead: boolean): Promise<Heard> {
  const { status, body } = response
  const headers = new Map<string, string>()
  for (const [name, value] of response.headers) {
    assert.equal(headers.has(name.toLowerCase()), false, `the header ${name} is sent once`)
    headers.set(name.toLowerCase(), value)
  }
  assert.ok(headers.has('x-cos-request-id') || headers.has('x-amz-request-id'), 'every answer has a request id')
  const chunks: Uint8Array[] = []
  if (body.kind === 'bytes') chunks.push(body.bytes)
  if (body.kind === 'stream') for await (const chunk of body.chunks) chunks.push(Uint8Array.from(chunk))
  const bytes = Buffer.concat(chunks)
  if (method === 'HEAD' || status === 204 || status === 304) assert.equal(bytes.byteLength, 0, 'no body may be here')
  const sizeBytes = body.kind === 'bytes' ? bytes.byteLength : body.sizeBytes
  if (body.kind === 'stream' && sizeBytes !== undefined) assert.equal(bytes.byteLength, sizeBytes)
  const text = bytes.toString('utf8')
  return {
    status,
    headers,
    bytes,
    text,
    sizeBytes,
    bodyRead,
    get xml() {
      return parseXml(text)
    },
    get error() {
      return errorOf(status, headers, text)
    },
  }
}

function errorOf(status: number, headers: ReadonlyMap<string, string>, text: string): HeardError {
  if (text === '') {
    const code = headers.get('x-cos-error-code')
    assert.ok(code !== undefined, `status ${status} without a body is no error`)
    return { code, message: '', details: {} }
  }
  const root = parseXml(text)
  assert.equal(root.name, 'Error', text)
  const children = root.children.map((child): readonly [string, string] => {
    assert.equal(child.children.length, 0, `${child.name} is flat`)
    assert.notEqual(child.text, '', `${child.name} is not empty`)
    return [child.name, child.text]
  })
  const { Code = '', Message = '', ...details } = Object.fromEntries(children)
  return { code: Code, message: Message, details }
}
