/**
 * A WireResponse onto Node's ServerResponse. Head and small body leave in one write. Once the head is out nothing can
 * become another answer: a stream that then fails, falls short or runs over destroys the connection, so that the
 * client sees a short read (errors.md 1.5).
 */

import type { ServerResponse } from 'node:http'
import { STATUS_CODES } from 'node:http'
import { assert } from '../../base/assert.js'
import type { Bytes } from '../../base/bytes.js'
import { asBuffer } from '../../base/bytes.js'
import type { WireResponse } from '../response.js'

export interface Framing {
  /** The value of `Date`. */
  readonly date: string
  /** `default`: Node decides from the request. */
  readonly connection: 'default' | 'close' | 'keep-alive'
}

/** Statuses whose message ends with its head (RFC 9110 6.4.1). */
function endsWithHead(status: number): boolean {
  return status === 204 || status === 304 || status < 200
}

/** Fails, with nothing sent, when a header holds a control character: that would be ours, never the client's doing. */
export function writeHead(outgoing: ServerResponse, response: WireResponse, framing: Framing): void {
  const lines: string[] = []
  for (const [name, value] of response.headers) lines.push(name, value)
  lines.push('Date', framing.date)
  const sizeBytes = announcedBytes(response)
  if (sizeBytes !== undefined) lines.push('Content-Length', String(sizeBytes))
  if (framing.connection !== 'default') lines.push('Connection', framing.connection)
  outgoing.writeHead(response.status, lines)
}

function announcedBytes(response: WireResponse): number | undefined {
  const { body } = response
  if (body.kind === 'bytes') return body.bytes.byteLength
  if (body.kind === 'stream') return body.sizeBytes
  return body.sizeBytes ?? (endsWithHead(response.status) ? undefined : 0)
}

export interface OutgoingStream {
  readonly outgoing: ServerResponse
  readonly iterator: AsyncIterator<Bytes>
  /** Pulled before the head was written, so that its failure could still be answered. */
  readonly first: IteratorResult<Bytes>
  readonly sizeBytes: number | undefined
  /** Resolves when the socket takes more or is gone. */
  readonly drained: () => Promise<void>
  readonly gone: () => boolean
}

/** Resolves when all chunks were handed over, or when the client went away; rejects when the stream failed. */
export async function writeStream(stream: OutgoingStream): Promise<void> {
  const { outgoing, iterator, sizeBytes, gone } = stream
  let sentBytes = 0
  for (let step = stream.first; step.done !== true; step = await iterator.next()) {
    if (gone()) return
    sentBytes += step.value.byteLength
    assert(sizeBytes === undefined || sentBytes <= sizeBytes, 'a response stream is not longer than announced')
    if (!outgoing.write(step.value)) await stream.drained()
  }
  assert(sizeBytes === undefined || sentBytes === sizeBytes, 'a response stream is not shorter than announced')
  if (!gone()) outgoing.end()
}

/** For a socket on which Node has no response to offer: parser errors and refused connections. Always the last answer. */
export function renderRaw(response: WireResponse, date: string, bodiless: boolean): Buffer {
  const { body } = response
  assert(body.kind !== 'stream', 'a refusal has its body in hand')
  const bytes = body.kind === 'bytes' ? asBuffer(body.bytes) : Buffer.alloc(0)
  const lines = response.headers.map(([name, value]) => `${name}: ${value}`)
  assert(!lines.some((line) => /[\r\n]/.test(line)), 'a header is one line')
  const head = [
    `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ''}`,
    ...lines,
    `Date: ${date}`,
    `Content-Length: ${bytes.byteLength}`,
    'Connection: close',
    '\r\n',
  ].join('\r\n')
  const headBytes = Buffer.from(head, 'latin1')
  return bodiless ? headBytes : Buffer.concat([headBytes, bytes])
}
