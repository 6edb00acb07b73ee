/**
 * The listener for operators: liveness, readiness, metrics and the admin API, apart from the object API so that it can
 * stay private and keeps answering while the object API drains. It holds no state: what it says is injected.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Clock } from '../base/clock.js'
import { collectBytes, TooLong } from '../base/streams.js'
import type { Log } from '../base/telemetry.js'
import { ADMIN_API_PATH } from '../model/admin-actions.js'
import { asApiError } from '../model/errors/index.js'
import type { WireRequest } from '../wire/request.js'
import { readHead } from '../wire/server/request-head.js'
import { type AdminAnswer, type AdminApi, refusal, unavailable } from './api.js'
import { METRICS_CONTENT_TYPE } from './metrics.js'
import { BODY_BYTES_MAX } from './parameters.js'

export interface AdminServerDependencies {
  readonly log: Log
  /** `reasons` says what is missing, in words, when `ok` is false. */
  readonly ready: () => { readonly ok: boolean; readonly reasons: readonly string[] }
  /** The page that Prometheus reads. */
  readonly metrics: () => Promise<string>
  /** Undefined while the server starts or stops. */
  readonly api: () => AdminApi | undefined
  readonly clock: Clock
  readonly requestId: () => string
}

export interface AdminServer extends AsyncDisposable {
  /** Resolves with the address that was bound. Rejects with the system's error, such as EADDRINUSE. */
  listen(address: { readonly host: string; readonly port: number }): Promise<{ host: string; port: number }>
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

type Route = (dependencies: AdminServerDependencies) => Answer | Promise<Answer>

const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/health/live', () => json(200, { status: 'live' })],
  [
    '/health/ready',
    ({ ready }) => {
      const { ok, reasons } = ready()
      return ok ? json(200, { status: 'ready' }) : json(503, { status: 'not ready', reasons })
    },
  ],
  ['/metrics', async ({ metrics }) => ({ status: 200, type: METRICS_CONTENT_TYPE, body: await metrics() })],
])

const HEADERS_TIMEOUT_MS = 5_000
const CONNECTIONS_MAX = 100
const ENDING_MS = 1_000
const HEAD_LIMITS = { headerBytesMax: 8_192, headersCountMax: 100 }

export function createAdminServer(dependencies: AdminServerDependencies): AdminServer {
  const running = new Set<Promise<void>>()
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: HEADERS_TIMEOUT_MS / 5,
    },
    (incoming, outgoing) => {
      const isAction = (incoming.url ?? '').startsWith(`${ADMIN_API_PATH}/`)
      // Elsewhere a body is never read: the answer does not depend on it, and the connection ends with the answer.
      const answer = isAction ? answerFromApi(incoming, dependencies) : answerTo(incoming, dependencies)
      const sent = answer.then((ready) => send(outgoing, ready)).finally(() => running.delete(sent))
      running.add(sent)
    },
  )
  server.maxConnections = CONNECTIONS_MAX
  return {
    listen: ({ host, port }) =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host, () => {
          server.off('error', reject)
          const bound = server.address()
          resolve({ host, port: typeof bound === 'object' && bound !== null ? bound.port : port })
        })
      }),
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // An action that runs may tell how it ended; one whose body is still on its way is cut off.
      await Promise.race([Promise.all(running), dependencies.clock.sleep(ENDING_MS)])
      server.closeAllConnections()
      // Whoever closes the stores next must not close them under an action.
      await Promise.all(running)
      await closed
    },
  }
}

async function answerTo(incoming: IncomingMessage, dependencies: AdminServerDependencies): Promise<Answer> {
  const path = (incoming.url ?? '').split('?', 1)[0] ?? ''
  const route = ROUTES.get(path)
  if (route === undefined) return json(404, { error: 'not found', paths: [...ROUTES.keys()] })
  if (incoming.method !== 'GET' && incoming.method !== 'HEAD') {
    return { ...json(405, { error: 'method not allowed' }), headers: { Allow: 'GET, HEAD' } }
  }
  try {
    return await route(dependencies)
  } catch (error) {
    dependencies.log.error('the admin listener failed', { path, error })
    return json(500, { error: 'internal error' })
  }
}

async function answerFromApi(
  incoming: IncomingMessage,
  { api, clock, requestId, log }: AdminServerDependencies,
): Promise<Answer> {
  const run = api()
  if (run === undefined) return answerOf(unavailable(requestId()))
  try {
    const { method, rawPath, rawQuery, host, headers, sizeBytes, chunked } = readHead(incoming, HEAD_LIMITS)
    const bytes = () => incoming
    const request: WireRequest = {
      ...{ method, rawPath, rawQuery, host, headers, body: { sizeBytes, chunked, bytes } },
      secure: false,
      remoteAddress: incoming.socket.remoteAddress ?? '',
      receivedAt: clock.now(),
    }
    return answerOf(await run(request, await bodyOf(incoming)))
  } catch (error) {
    log.debug('an admin request could not be read', { error })
    return answerOf(refusal(asApiError(error), requestId()))
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer | undefined> {
  try {
    // Destroying what is left would take the connection with it, before it could be answered.
    return await collectBytes(incoming.iterator({ destroyOnReturn: false }), BODY_BYTES_MAX)
  } catch (error) {
    if (!(error instanceof TooLong)) throw error
    incoming.resume()
    return undefined
  }
}

function answerOf({ status, headers, value }: AdminAnswer): Answer {
  return { ...json(status, value), headers }
}

function json(status: number, value: unknown): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n` }
}

function send(outgoing: ServerResponse, { status, type, body, headers = {} }: Answer): void {
  outgoing.writeHead(status, {
    ...headers,
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    Connection: 'close',
  })
  outgoing.end(outgoing.req.method === 'HEAD' ? undefined : body)
}
