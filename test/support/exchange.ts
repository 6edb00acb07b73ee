/**
 * A whole service inside a test, without a socket: memory stores, a clock that stands still, random bytes from a seed.
 * A test says what a client sends and reads what it gets; the same test speaks both dialects. Every answer is checked
 * for what holds of all of them: request ids, exact lengths, no body where none may be.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServiceSettings, Stores } from '../../src/app.js'
import type { Bytes } from '../../src/base/bytes.js'
import { parseXml, type XmlElement } from '../../src/base/xml.js'
import { loadSettings } from '../../src/config/load.js'
import { regionalHost } from '../../src/tries/request.js'
import { type Credentials, encode, signCos, signS3 } from '../../src/tries/signing.js'
import { BUCKET, createWorld, OTHER, OWNER, REGION, START, type World } from '../../src/tries/world.js'
import type { WireRequest } from '../../src/wire/request.js'
import type { WireResponse } from '../../src/wire/response.js'

export { BUCKET, OTHER, OWNER, REGION, START }

export interface Exchange extends World {
  send(request: WireRequest): Promise<WireResponse>
}

export async function createExchange(
  settings: Partial<ServiceSettings> = {},
  disk: Pick<Stores, 'freeBytes'> = {},
): Promise<Exchange> {
  const world = await createWorld({ settings: { ...loadSettings({ STOWAGE_REGION: REGION }), ...settings }, disk })
  return { ...world, send: world.service.pipeline }
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
  /** Address of the peer; this machine when absent. */
  readonly from?: string
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

const DECLARATIONS = {
  cos: "<?xml version='1.0' encoding='utf-8' ?>\n",
  s3: '<?xml version="1.0" encoding="UTF-8"?>\n',
} as const

export function speaker(exchange: Exchange, dialect: 'cos' | 's3'): Speaker {
  const host = (bucket?: string) => regionalHost(dialect, REGION, bucket)
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
    remoteAddress: said.from ?? '127.0.0.1',
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
