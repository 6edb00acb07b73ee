/** A recorded HTTP request as text, read into the value that the signature schemes take. Lenient: people paste. */

import { asBuffer, type Bytes } from '../base/bytes.js'
import type { WireRequest } from '../wire/request.js'

export interface RecordedRequest {
  readonly request: WireRequest
  /** What followed the blank line; undefined when nothing did. */
  readonly body: Bytes | undefined
}

const REQUEST_LINE = /^([A-Z]+) +(\S+)(?: +HTTP\/\d(?:\.\d)?)?$/
const ABSOLUTE = /^(https?):\/\/([^/?#]*)(.*)$/
/** What `curl -v` writes in front of each line. */
const SENT_MARK = /^> ?/

/** Undefined when the first line is no request line. Text may be UTF-8; the wire is bytes. */
export function readRecordedRequest(text: string): RecordedRequest | undefined {
  const [head = '', body] = divide(text)
  const lines = head.split(/\r?\n/)
  const marked = lines.every((line) => line === '' || SENT_MARK.test(line))
  const [first = '', ...rest] = lines.map((line) => latin1(marked ? line.replace(SENT_MARK, '') : line).trim())
  const match = REQUEST_LINE.exec(first)
  if (match === null) return undefined
  const [, method = '', target = ''] = match
  const headers = readHeaders(rest)
  const absolute = ABSOLUTE.exec(target)
  const local = absolute === null ? target : withSlash(absolute[3] ?? '')
  const question = local.indexOf('?')
  return {
    body,
    request: {
      method,
      rawPath: question === -1 ? local : local.slice(0, question),
      rawQuery: question === -1 ? '' : local.slice(question + 1),
      host: absolute?.[2] ?? headers.get('host') ?? '',
      headers,
      secure: absolute?.[1] === 'https',
      remoteAddress: '',
      receivedAt: 0,
      body: { sizeBytes: body?.byteLength, chunked: false, bytes: () => bytesOf(body) },
    },
  }
}

/** At the first blank line. A line break that only ends the text is no body. */
function divide(text: string): readonly [head: string, body: Bytes | undefined] {
  const start = text.replace(/^\s+/, '')
  const blank = /\r?\n(?:> ?)?\r?\n/.exec(start)
  if (blank === null) return [start.trimEnd(), undefined]
  const body = start.slice(blank.index + blank[0].length)
  return [start.slice(0, blank.index), body === '' ? undefined : Buffer.from(body, 'utf8')]
}

function readHeaders(lines: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':', 1)
    if (colon === -1) continue
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    const earlier = headers.get(name)
    headers.set(name, earlier === undefined ? value : `${earlier},${value}`)
  }
  return headers
}

function withSlash(local: string): string {
  return local.startsWith('/') ? local : `/${local}`
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

async function* bytesOf(body: Bytes | undefined): AsyncIterable<Bytes> {
  if (body !== undefined) yield asBuffer(body)
}
