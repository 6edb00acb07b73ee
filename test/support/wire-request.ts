/** A WireRequest built by hand, as the server would make it from a socket: text becomes latin-1, one character per byte. */

import type { Bytes } from '../../src/base/bytes.js'
import type { WireRequest } from '../../src/wire/request.js'

export interface RequestSketch {
  readonly method: string
  /** Path and query as they stand in the request line. */
  readonly target: string
  readonly host: string
  readonly headers?: Readonly<Record<string, string>>
}

export function wireRequest({ method, target, host, headers = {} }: RequestSketch): WireRequest {
  const question = target.indexOf('?')
  const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), latin1(value)] as const)
  return {
    method,
    rawPath: latin1(question === -1 ? target : target.slice(0, question)),
    rawQuery: latin1(question === -1 ? '' : target.slice(question + 1)),
    host,
    headers: new Map([['host', host], ...lowered]),
    secure: false,
    remoteAddress: '127.0.0.1',
    receivedAt: 0,
    body: { sizeBytes: undefined, chunked: false, bytes: noBytes },
  }
}

async function* noBytes(): AsyncIterable<Bytes> {}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
