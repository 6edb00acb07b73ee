/**
 * The listener for operators: liveness, readiness and metrics, apart from the object API so that it can stay private
 * and keeps answering while the object API drains. It holds no state: what it says is injected.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Log } from '../base/telemetry.js'
import { METRICS_CONTENT_TYPE } from './metrics.js'

export interface AdminServerDependencies {
  readonly log: Log
  /** `reasons` says what is missing, in words, when `ok` is false. */
  readonly ready: () => { readonly ok: boolean; readonly reasons: readonly string[] }
  /** The page that Prometheus reads. */
  readonly metrics: () => Promise<string>
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

export function createAdminServer(dependencies: AdminServerDependencies): AdminServer {
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: HEADERS_TIMEOUT_MS },
    (incoming, outgoing) => {
      // A body is never read: the answer does not depend on it, and the connection ends with the answer.
      void answerTo(incoming, dependencies).then((answer) => send(outgoing, answer))
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
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
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
