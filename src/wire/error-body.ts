/**
 * An error as a response: the one writer for the pipeline and for refusals on the raw socket. Whatever was raised, the
 * body has a Code, a Message, a Resource and the request's ids, none of them empty, and its extra elements are flat:
 * the parsers of the SDKs take less for no error at all (errors.md 1.1 to 1.4).
 */

import type { Millis } from '../base/clock.js'
import { sha256Hex } from '../base/hmac.js'
import { escapeXmlText, percentEncodeForbidden } from '../base/xml.js'
import type { ApiError, Condition, DetailValue, Spelling } from '../model/errors/index.js'
import { catalogue, spellingOfError } from '../model/errors/index.js'
import type { DialectName } from './dialect.js'
import type { DialectSeen, HeaderLine, RequestIds } from './request-ids.js'
import { identityHeaders } from './request-ids.js'
import type { WireResponse } from './response.js'

export interface ErrorFacts {
  /** `unknown` before anything of the request could be read: both families of headers and ids are sent. */
  readonly dialect: DialectSeen
  /** Upper case; empty when the request line could not be read. */
  readonly method: string
  /** What the request addressed, in each dialect's form: `host/key`, and `/bucket/key`. */
  readonly resource: Readonly<Record<DialectName, string>>
  readonly requestIds: RequestIds
  /** When it came; absent where nothing could be read that a clock matters for. */
  readonly receivedAt?: Millis
}

export function renderError(error: ApiError, facts: ErrorFacts): WireResponse {
  const spelling = spellingOfError(error, spellingDialect(facts.dialect))
  const typed = spelling.status !== 304 || (facts.dialect === 'cos' && facts.method === 'HEAD')
  const headers = [
    ...(typed ? [XML_TYPE] : []),
    ...identityHeaders(facts.dialect, facts.requestIds, true),
    ...derivedHeaders(error, facts.dialect, spelling),
    ...givenHeaders(error, facts.dialect, spelling.status).filter(([name]) => !typed || name !== 'Content-Type'),
  ]
  const close = CLOSING.has(error.condition) ? { close: true } : {}
  if (spelling.status === 304) return { status: 304, headers, body: notModifiedBody(facts.dialect), ...close }
  if (facts.method === 'HEAD') {
    headers.push(['x-cos-error-code', spelling.code])
    return { status: spelling.status, headers, body: { kind: 'none' }, ...close }
  }
  const bytes = Buffer.from(renderErrorDocument(error, facts), 'utf8')
  return { status: spelling.status, headers, body: { kind: 'bytes', bytes }, ...close }
}

/** COS announces the length of a 304: its Python SDK takes an answer to GET without one for a broken connection. */
function notModifiedBody(dialect: DialectSeen): WireResponse['body'] {
  return dialect === 'cos' ? { kind: 'none', sizeBytes: 0 } : { kind: 'none' }
}

/** With the XML declaration. */
export function renderErrorDocument(error: ApiError, facts: ErrorFacts): string {
  return DECLARATIONS[facts.dialect] + renderErrorElement(error, facts)
}

/** Without the declaration: for a failure behind a 200 whose declaration has gone out already (errors.md 1.5). */
export function renderErrorElement(error: ApiError, facts: ErrorFacts): string {
  const { open, close } = LAYOUTS[facts.dialect]
  let children = ''
  for (const [name, value] of errorChildren(error, facts)) {
    if (value !== '') children += `${open}<${name}>${escapeXmlText(percentEncodeForbidden(value))}</${name}>`
  }
  return `<Error>${children}${close}</Error>`
}

type Element = readonly [name: string, value: string]

export function errorChildren(error: ApiError, facts: ErrorFacts): readonly Element[] {
  const dialect = spellingDialect(facts.dialect)
  const { code, message } = spellingOfError(error, dialect)
  const { cos, trace, amz, amzId2 } = facts.requestIds
  const tail: Readonly<Record<DialectSeen, readonly Element[]>> = {
    cos: [
      ['RequestId', cos],
      ['TraceId', trace],
    ],
    s3: [
      ['RequestId', amz],
      ['HostId', amzId2],
    ],
    unknown: [
      ['RequestId', cos],
      ['TraceId', trace],
      ['HostId', amzId2],
    ],
  }
  return [
    ['Code', code],
    ['Message', message === '' ? code : message],
    ...extraElements(error, dialect),
    ...serverTime(error, facts),
    ['Diagnosis', error.options.diagnosis ?? ''],
    ['Resource', facts.resource[dialect] || '/'],
    ...tail[facts.dialect],
  ]
}

function extraElements(error: ApiError, dialect: DialectName): Element[] {
  const names = catalogue[error.condition][dialect]?.names
  const elements: Element[] = []
  for (const [name, value] of Object.entries(error.details)) {
    const spelled = names?.[name] ?? name
    if (value === undefined || spelled === '') continue
    elements.push([spelled, name === TOKEN ? maskToken(String(value)) : String(value)])
  }
  return elements
}

/** COS tells its time with whatever may be a matter of clocks, so that SDKs can correct theirs (errors.md 1.4). */
function serverTime({ condition, details }: ApiError, { dialect, receivedAt }: ErrorFacts): readonly Element[] {
  const told = Object.entries(details).some(([name, value]) => name === 'ServerTime' && value !== undefined)
  if (dialect !== 'cos' || receivedAt === undefined || told) return []
  if (!catalogue[condition].details.includes('ServerTime?')) return []
  return [['ServerTime', new Date(receivedAt).toISOString().replace(/\.\d+Z$/, 'Z')]]
}

/** Tokens end up in logs and tickets: enough to tell two apart, too little to use one (errors.md 1.2). */
function maskToken(token: string): string {
  const shownCharacters = Math.min(8, Math.floor(token.length / 4))
  return `${token.slice(0, shownCharacters)}...sha256:${sha256Hex(token).slice(0, 16)}`
}

/** Headers that follow from a detail, so that no raiser has to repeat itself. */
function derivedHeaders(error: ApiError, dialect: DialectSeen, spelling: Spelling): readonly HeaderLine[] {
  const { RetryAfterSeconds, ActualObjectSize, StorageClass } = error.details
  const lines: [string, DetailValue | undefined][] = []
  if (spelling.status === 503) lines.push(['Retry-After', RetryAfterSeconds])
  if (spelling.code === 'InvalidRange') lines.push(['Content-Range', `bytes */${ActualObjectSize}`])
  if (spelling.code === 'InvalidObjectState' && dialect === 'cos') lines.push(['x-cos-storage-class', StorageClass])
  return lines.flatMap(([name, value]): HeaderLine[] => (value === undefined ? [] : [[name, String(value)]]))
}

function givenHeaders(error: ApiError, dialect: DialectSeen, status: number): readonly HeaderLine[] {
  const { headers = {}, vendorHeaders = {} } = error.options
  const lines: HeaderLine[] = Object.entries(headers).filter(([name]) => fits(name.toLowerCase(), dialect, status))
  for (const [name, value] of Object.entries(vendorHeaders)) {
    for (const prefix of VENDOR_PREFIXES[dialect]) lines.push([prefix + name, value])
  }
  return lines
}

/** A raiser gives the headers of either dialect's answer; these two belong to one status only. */
function fits(name: string, dialect: DialectSeen, status: number): boolean {
  if (name === 'allow') return status === 405
  // S3's clients sign anew for the region named in the body; a Location would make them repeat the old signature.
  if (name === 'location') return status !== 301 || dialect !== 's3'
  return true
}

function spellingDialect(dialect: DialectSeen): DialectName {
  return dialect === 's3' ? 's3' : 'cos'
}

const TOKEN = 'Token-0'
const XML_TYPE: HeaderLine = ['Content-Type', 'application/xml']
const VENDOR_PREFIXES: Readonly<Record<DialectSeen, readonly string[]>> = {
  cos: ['x-cos-'],
  s3: ['x-amz-'],
  unknown: ['x-cos-', 'x-amz-'],
}
const DECLARATIONS: Readonly<Record<DialectSeen, string>> = {
  cos: "<?xml version='1.0' encoding='utf-8' ?>\n",
  s3: '<?xml version="1.0" encoding="UTF-8"?>\n',
  unknown: '<?xml version="1.0" encoding="UTF-8"?>\n',
}
const LAYOUTS: Readonly<Record<DialectSeen, { readonly open: string; readonly close: string }>> = {
  cos: { open: '\n\t', close: '\n' },
  s3: { open: '', close: '' },
  unknown: { open: '', close: '' },
}

/** After these nobody knows where in the stream of bytes the next request would begin. */
const CLOSING: ReadonlySet<Condition> = new Set<Condition>([
  'IncompleteBody',
  'InvalidChunkSizeError',
  'MalformedTrailerError',
  'RequestTimeout',
])
