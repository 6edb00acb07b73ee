/**
 * The syntax of multipart/form-data (RFC 7578, RFC 2046 5.1), read strictly and as a stream: what is not exactly a part,
 * a delimiter or the end is MalformedPOSTRequest, because a form that two readers read differently is an attack. Nothing
 * is held but a part's head and one chunk. Text is latin-1, one character per byte, as everywhere on the wire.
 */

import { assert } from '../base/assert.js'
import { asBuffer, type Bytes } from '../base/bytes.js'
import { fail } from '../model/errors/index.js'
import { percentDecode } from './percent.js'

export interface PartHead {
  readonly name: string
  /** Undefined for a text field. A file that was not chosen has an empty one. */
  readonly filename: string | undefined
}

/** Bytes that may be taken from now on, and what it means to want more. */
export interface Budget {
  readonly sizeBytesMax: number
  readonly exceeded: () => never
}

export interface MultipartReader {
  /** Reads past what is left of the part before. Undefined after the last part. */
  nextPart(): Promise<PartHead | undefined>
  /** Of the part whose head was read last; once. */
  content(): AsyncGenerator<Bytes>
  /** Counts from here. Undefined: no limit but what is held at a time. */
  limit(budget: Budget | undefined): void
  /** Reads the body to its end, so that one that is cut short is found. */
  finish(): Promise<void>
  /** The rest is not wanted. */
  close(): Promise<void>
}

const BOUNDARY_CHARACTERS_MAX = 70
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]*[0-9A-Za-z'()+_,\-./:=?]$/

/** The boundary of a Content-Type; undefined when it is another type. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^\s*multipart\/form-data\s*(;|$)/i.test(contentType)) return undefined
  const boundary = parametersOf(contentType)?.get('boundary')
  if (boundary === undefined) return malformed('The Content-Type has no boundary, or more than one.')
  if (boundary.length > BOUNDARY_CHARACTERS_MAX || !BOUNDARY.test(boundary)) {
    return malformed(`The boundary of the Content-Type is not 1 to ${BOUNDARY_CHARACTERS_MAX} characters of its kind.`)
  }
  return boundary
}

export function malformed(diagnosis: string): never {
  return fail('MalformedPOSTRequest', {}, { diagnosis })
}

const PARAMETER = /\s*;\s*([^\s;="]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/y

/** Of `value; name=token; name="quoted"`. Undefined when it does not parse or repeats a name. */
function parametersOf(header: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>()
  const semicolon = header.indexOf(';')
  let position = semicolon === -1 ? header.length : semicolon
  while (position < header.length) {
    PARAMETER.lastIndex = position
    const found = PARAMETER.exec(header)
    if (found === null) return /^\s*;?\s*$/.test(header.slice(position)) ? parameters : undefined
    const [whole, name = '', quoted, token = ''] = found
    const lower = name.toLowerCase()
    if (parameters.has(lower)) return undefined
    // Only quotes and backslashes are escaped by clients; others send the backslashes of a Windows path as they are.
    parameters.set(lower, quoted === undefined ? token : quoted.replace(/\\(["\\])/g, '$1'))
    position += whole.length
  }
  return parameters
}

const CRLF = Buffer.from('\r\n')
const HEAD_END = Buffer.from('\r\n\r\n')
const HYPHEN = 0x2d
const NOTHING = Buffer.alloc(0)

export function openMultipart(body: AsyncIterable<Bytes>, boundary: string): MultipartReader {
  return new Reader(body, boundary)
}

/** A class, because the body is its resource, to be given back by `close`. */
class Reader implements MultipartReader {
  readonly #source: AsyncIterator<Bytes>
  readonly #delimiter: Buffer
  /** What has arrived and was not taken. A first line break, so that the first delimiter looks like the others. */
  #held: Buffer = CRLF
  #sourceEnded = false
  /** `ready`: behind a delimiter. `content`: inside a part. `over`: behind the last delimiter. */
  #state: 'preamble' | 'ready' | 'content' | 'over' = 'preamble'
  #budget: Budget | undefined
  #takenBytes = -CRLF.byteLength

  constructor(body: AsyncIterable<Bytes>, boundary: string) {
    this.#source = body[Symbol.asyncIterator]()
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  }

  limit(budget: Budget | undefined): void {
    this.#budget = budget
    this.#takenBytes = budget === undefined || this.#state !== 'preamble' ? 0 : -CRLF.byteLength
  }

  async nextPart(): Promise<PartHead | undefined> {
    if (this.#state === 'preamble' || this.#state === 'content') {
      for await (const _ of this.content());
    }
    if (this.#state === 'over') return undefined
    const head = await this.#head()
    await this.#beginContent()
    this.#state = 'content'
    return partHead(head)
  }

  async *content(): AsyncGenerator<Bytes> {
    assert(this.#state === 'preamble' || this.#state === 'content', 'content is read after its head, once')
    while (this.#state === 'preamble' || this.#state === 'content') {
      const at = this.#held.indexOf(this.#delimiter)
      if (at !== -1) {
        const last = this.#take(at)
        if (last.byteLength > 0) yield last
        this.#take(this.#delimiter.byteLength)
        await this.#passDelimiter()
        return
      }
      const free = this.#take(this.#held.byteLength - this.#delimiterBegun())
      if (free.byteLength > 0) yield free
      if (!(await this.#more())) this.#endedEarly()
    }
  }

  async finish(): Promise<void> {
    assert(this.#state === 'over', 'the parts were read before')
    do this.#take(this.#held.byteLength)
    while (await this.#more())
  }

  async close(): Promise<void> {
    this.#held = NOTHING
    await this.#source.return?.()
  }

  /** `--` ends the form; otherwise white space and a line break, and a part begins. */
  async #passDelimiter(): Promise<void> {
    await this.#need(2)
    if (this.#held[0] === HYPHEN && this.#held[1] === HYPHEN) {
      this.#take(2)
      this.#state = 'over'
      return
    }
    for (;;) {
      await this.#need(2)
      if (this.#held[0] === CRLF[0] && this.#held[1] === CRLF[1]) break
      if (this.#held[0] !== 0x20 && this.#held[0] !== 0x09) {
        malformed(
          'The boundary is followed by something else than a line break or --, so it also stands in the content.',
        )
      }
      this.#take(1)
    }
    // The line break stays, so that a part without any header ends its head like the others.
    this.#state = 'ready'
  }

  /**
   * Drops the line break of the empty line. With it the content's first line could be a delimiter as well, of a part
   * without content: there readers differ, and a sender must not use a boundary that begins a line of its content.
   */
  async #beginContent(): Promise<void> {
    while (this.#held.byteLength < this.#delimiter.byteLength && this.#delimiterBegun() === this.#held.byteLength) {
      if (!(await this.#more())) this.#endedEarly()
    }
    if (this.#held.indexOf(this.#delimiter) === 0) malformed('The content of a part begins with the boundary.')
    this.#take(CRLF.byteLength)
  }

  /** The head of a part: a line break, lines, and of the empty line all but its own line break. */
  async #head(): Promise<string> {
    for (let searchedBytes = 0; ; ) {
      const at = this.#held.indexOf(HEAD_END, searchedBytes)
      if (at !== -1) {
        const head = this.#take(at + CRLF.byteLength)
        return head.toString('latin1', CRLF.byteLength, Math.max(CRLF.byteLength, at))
      }
      searchedBytes = Math.max(0, this.#held.byteLength - HEAD_END.byteLength + 1)
      this.#spend(this.#held.byteLength)
      if (!(await this.#more())) this.#endedEarly()
    }
  }

  async #need(sizeBytes: number): Promise<void> {
    while (this.#held.byteLength < sizeBytes) if (!(await this.#more())) this.#endedEarly()
  }

  #endedEarly(): never {
    return malformed(
      this.#state === 'preamble'
        ? 'The boundary of the Content-Type does not stand in the body.'
        : 'The body ends before the last boundary, which is followed by --.',
    )
  }

  async #more(): Promise<boolean> {
    if (this.#sourceEnded) return false
    const next = await this.#source.next()
    if (next.done === true) {
      this.#sourceEnded = true
      return false
    }
    const chunk = asBuffer(next.value)
    this.#held = this.#held.byteLength === 0 ? chunk : Buffer.concat([this.#held, chunk])
    return true
  }

  #take(sizeBytes: number): Buffer {
    const taken = this.#held.subarray(0, sizeBytes)
    this.#held = this.#held.subarray(sizeBytes)
    this.#takenBytes += sizeBytes
    this.#spend(0)
    return taken
  }

  /** Fails when what was taken, and what is held without being whole, is more than may be. */
  #spend(heldBytes: number): void {
    const budget = this.#budget
    if (budget !== undefined && this.#takenBytes + heldBytes > budget.sizeBytesMax) budget.exceeded()
  }

  /** How many bytes at the end of what is held may be the beginning of a delimiter. */
  #delimiterBegun(): number {
    const longest = Math.min(this.#delimiter.byteLength - 1, this.#held.byteLength)
    for (let sizeBytes = longest; sizeBytes > 0; sizeBytes--) {
      const start = this.#held.byteLength - sizeBytes
      if (this.#held[start] !== CRLF[0]) continue
      if (this.#held.compare(this.#delimiter, 0, sizeBytes, start) === 0) return sizeBytes
    }
    return 0
  }
}

/** What a part may say of its content that changes nothing. */
const PLAIN_ENCODINGS = ['7bit', '8bit', 'binary']

/** RFC 9110 5.5: readers differ in what they make of them, of a bare line break above all. */
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/

function partHead(head: string): PartHead {
  const headers = new Map<string, string>()
  for (const line of head === '' ? [] : head.split('\r\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon)).toLowerCase()
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) malformed('A header of a part is none.')
    if (CONTROL.test(line)) malformed('A header of a part has control characters.')
    if (headers.has(name)) malformed(`A part has the header ${name} twice.`)
    headers.set(name, line.slice(colon + 1).trim())
  }
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase() ?? 'binary'
  if (!PLAIN_ENCODINGS.includes(encoding)) malformed('A part has a Content-Transfer-Encoding, which forms do not use.')
  const disposition = headers.get('content-disposition')
  if (disposition === undefined || !/^form-data\s*(;|$)/i.test(disposition)) {
    return malformed('A part has no Content-Disposition of the kind form-data.')
  }
  const parameters = parametersOf(disposition) ?? malformed('The Content-Disposition of a part cannot be read.')
  const name = parameters.get('name') ?? ''
  if (name === '') malformed('A part has no name.')
  return { name, filename: parameters.get('filename') ?? extendedFilename(parameters.get('filename*')) }
}

/** `filename*=UTF-8''…` (RFC 5987), which some libraries send in place of the plain one. */
function extendedFilename(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  const encoded = /^utf-8'[^']*'(.*)$/i.exec(value)?.[1]
  const text = encoded === undefined ? undefined : percentDecode(encoded)
  if (text === undefined) return malformed('The filename* of a part cannot be read.')
  return Buffer.from(text, 'utf8').toString('latin1')
}
