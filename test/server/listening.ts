/** A listener on a free port around a handler under test, with the error writer that the product uses. */

import { randomBytes } from 'node:crypto'
import type { Bytes } from '../../src/base/bytes.js'
import { systemClock } from '../../src/base/clock.js'
import { connectRaw, type RawClient } from '../../src/tries/raw-client.js'
import { renderError } from '../../src/wire/error-body.js'
import type { WireRequest } from '../../src/wire/request.js'
import { createRequestIds } from '../../src/wire/request-ids.js'
import type { WireResponse } from '../../src/wire/response.js'
import type { HttpServer, HttpServerLimits, HttpServerOptions, RequestHandlers } from '../../src/wire/server/index.js'
import { createHttpServer } from '../../src/wire/server/index.js'

export type Handler = (request: WireRequest) => Promise<WireResponse> | WireResponse

export interface Listening extends AsyncDisposable {
  readonly server: HttpServer
  readonly port: number
  readonly faults: readonly unknown[]
  client(options?: { readonly allowHalfOpen?: boolean }): Promise<RawClient>
}

export function transportError(...[error, facts]: Parameters<RequestHandlers['transportError']>): WireResponse {
  const resource = `${facts.host}${facts.rawTarget}`
  const nextIds = createRequestIds({ random: randomBytes, now: () => systemClock.now() })
  return renderError(error, {
    dialect: 'unknown',
    method: facts.method,
    resource: { cos: resource, s3: resource },
    requestIds: nextIds(),
  })
}

export async function listening(
  handle: Handler,
  limits: Partial<HttpServerLimits> = {},
  more: Partial<HttpServerOptions> = {},
): Promise<Listening> {
  const faults: unknown[] = []
  const server = createHttpServer({
    handlers: { handle: async (request) => handle(request), transportError },
    clock: systemClock,
    limits: { lingerMs: 50, ...limits },
    onFault: (error) => faults.push(error),
    ...more,
  })
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    server,
    port,
    faults,
    client: (options) => connectRaw(port, options),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

export function text(body: string, status = 200): WireResponse {
  return {
    status,
    headers: [['Content-Type', 'text/plain']],
    body: { kind: 'bytes', bytes: Buffer.from(body, 'latin1') },
  }
}

export async function readAll(chunks: AsyncIterable<Bytes>): Promise<string> {
  let read = ''
  for await (const chunk of chunks) read += Buffer.from(chunk).toString('latin1')
  return read
}

/** Answers with the body it got, or with the condition that reading it failed with. */
export async function echo(request: WireRequest): Promise<WireResponse> {
  return text(await readAll(request.body.bytes()))
}

export async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
