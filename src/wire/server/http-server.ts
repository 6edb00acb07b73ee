/**
 * The listener: node:http or node:https with every limit set, its connections counted, and a graceful end. Connections
 * do the talking (connection.ts); this file decides which of them exist and for how long.
 */

import type { Server as PlainServer, ServerOptions } from 'node:http'
import { createServer as createPlainServer } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Clock, Millis } from '../../base/clock.js'
import type { ApiError } from '../../model/errors/index.js'
import { apiError } from '../../model/errors/index.js'
import type { ConnectionOptions, RequestHandlers } from './connection.js'
import { Connection } from './connection.js'
import type { Admission } from './connection-limits.js'
import { createConnectionLimits, plainAddress } from './connection-limits.js'

export interface HttpServerLimits {
  /** All header lines and the query string of one request. */
  readonly headerBytesMax: number
  readonly headersCountMax: number
  readonly connectionsMax: number
  readonly connectionsPerAddressMax: number
  /** An idle connection between two requests. */
  readonly keepAliveTimeoutMs: number
  /** From the first byte of a request to the end of its headers, and for a connection that never speaks. */
  readonly headersTimeoutMs: number
  /** Without a byte of a body that is being read. */
  readonly bodyIdleTimeoutMs: number
  /** Without a byte of a response accepted by the client. */
  readonly writeIdleTimeoutMs: number
  /** How long a connection that is being closed is still read, so that the last answer arrives. */
  readonly lingerMs: number
}

export const DEFAULT_LIMITS: HttpServerLimits = {
  headerBytesMax: 8192,
  headersCountMax: 1000,
  connectionsMax: 10_000,
  connectionsPerAddressMax: 5_000,
  keepAliveTimeoutMs: 30_000,
  headersTimeoutMs: 20_000,
  bodyIdleTimeoutMs: 20_000,
  writeIdleTimeoutMs: 60_000,
  lingerMs: 2_000,
}

export interface HttpServerOptions {
  readonly handlers: RequestHandlers
  readonly clock: Clock
  readonly limits?: Partial<HttpServerLimits>
  /** PEM. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer }
  /** Failures that can no longer be told to a client, and defects: for the log. */
  readonly onFault?: (error: unknown) => void
}

export interface ListenOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** In a worker: a port of its own instead of one shared with the other workers. */
  readonly exclusive?: boolean
}

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

export interface HttpServer extends AsyncDisposable {
  /** Rejects when the port cannot be had. */
  listen(options: ListenOptions): Promise<ListenAddress>
  /** Undefined unless listening. */
  address(): ListenAddress | undefined
  openConnections(): number
  /**
   * Stops accepting, closes idle connections, lets running requests finish and ends what is left at the deadline.
   * Resolves when no connection is open. Requests that arrive meanwhile on open connections reach the handler and
   * are answered with `Connection: close`.
   */
  drain(deadlineMs: number): Promise<{ readonly requestsCut: number }>
}

/** Connections beyond a limit that are told so; beyond those they are dropped. */
const REFUSALS_MAX = 128
/** The parser also counts the path, which keys of 1,024 percent-encoded bytes make long. */
const TARGET_BYTES_MAX = 8192

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const limits: HttpServerLimits = { ...DEFAULT_LIMITS, ...options.limits }
  const { clock, handlers, tls, onFault = () => {} } = options
  const counted = createConnectionLimits({ ...limits, refusalsMax: REFUSALS_MAX })
  const accepted = new Set<Socket>()
  const connections = new Map<Socket, Connection>()
  let draining = false
  let drained: Promise<{ readonly requestsCut: number }> | undefined

  const connectionOptions: ConnectionOptions = {
    ...limits,
    handlers,
    secure: tls !== undefined,
    now: () => clock.now(),
    httpDate: createHttpDate(() => clock.now()),
    draining: () => draining,
    onFault,
  }

  function admit(socket: Socket): Admission {
    const address = plainAddress(socket.remoteAddress)
    const admission = counted.admit(address)
    accepted.add(socket)
    socket.once('close', () => {
      accepted.delete(socket)
      counted.release(address)
    })
    return admission
  }

  function connect(socket: Socket): Connection {
    const connection = new Connection(socket, plainAddress(socket.remoteAddress), connectionOptions)
    connections.set(socket, connection)
    socket.once('close', () => connections.delete(socket))
    return connection
  }

  function onPlainConnection(socket: Socket): void {
    const admission = admit(socket)
    if (admission === 'overwhelmed') return void socket.destroy()
    const connection = connect(socket)
    if (admission !== 'admitted') connection.refuse(refusalOf(admission))
  }

  /** A refusal could be read only after a handshake, which is the dear part: over a limit there is none. */
  function onTlsConnection(socket: Socket): void {
    if (admit(socket) !== 'admitted') socket.destroy()
  }

  const server =
    tls === undefined ? createPlainServer(nodeOptions(limits)) : createTlsServer({ ...nodeOptions(limits), ...tls })
  configure(server, limits)
  if (tls === undefined) server.on('connection', onPlainConnection)
  else server.on('connection', onTlsConnection).on('secureConnection', connect)
  routeEvents(server, connections)

  async function end(deadlineMs: number): Promise<{ readonly requestsCut: number }> {
    draining = true
    let requestsCut = 0
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const connection of connections.values()) {
      if (connection.idle && connection.socket.bytesRead === 0) connection.socket.destroy()
    }
    const deadline = setTimeout(() => {
      for (const connection of connections.values()) if (!connection.idle) requestsCut++
      for (const socket of accepted) socket.destroy()
    }, deadlineMs)
    await closed
    clearTimeout(deadline)
    return { requestsCut }
  }

  function drain(deadlineMs: number): Promise<{ readonly requestsCut: number }> {
    drained ??= end(deadlineMs)
    return drained
  }

  return {
    listen: (where) => listen(server, where),
    address: () => addressOf(server),
    openConnections: () => counted.openCount,
    drain,
    /** Also cuts a drain short that is under way. */
    [Symbol.asyncDispose]: async () => {
      const ended = drain(0)
      for (const socket of accepted) socket.destroy()
      await ended
    },
  }
}

function nodeOptions(limits: HttpServerLimits): ServerOptions {
  return {
    maxHeaderSize: limits.headerBytesMax + TARGET_BYTES_MAX,
    headersTimeout: limits.headersTimeoutMs,
    // An upload may take hours; it must only keep moving, which the body's own timer watches.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(5_000, Math.ceil(limits.headersTimeoutMs / 2)),
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    noDelay: true,
    keepAlive: true,
    insecureHTTPParser: false,
    // Answered by stage 0, with a body.
    requireHostHeader: false,
  }
}

function configure(server: PlainServer | TlsServer, limits: HttpServerLimits): void {
  // Node drops headers beyond its own count without a word; ours are counted in request-head.ts.
  server.maxHeadersCount = 0
  server.timeout = limits.writeIdleTimeoutMs
  // A client may end its side once its request is out, and still gets its answer. Not in Node's documentation, but
  // there since 0.6: without it the answer to `printf … | nc -N` is cut off.
  Object.assign(server, { httpAllowHalfOpen: true })
}

function routeEvents(server: PlainServer | TlsServer, connections: ReadonlyMap<unknown, Connection>): void {
  const waiting = { expectsContinue: true }
  const plain = { expectsContinue: false }
  server.on('request', (message, outgoing) => connections.get(message.socket)?.accept(message, outgoing, plain))
  server.on('checkContinue', (message, outgoing) => connections.get(message.socket)?.accept(message, outgoing, waiting))
  // RFC 9110 section 10.1.1 lets a server ignore an expectation that it does not know, as the vendors do.
  server.on('checkExpectation', (message, outgoing) =>
    connections.get(message.socket)?.accept(message, outgoing, plain),
  )
  server.on('connect', (message, socket) => {
    const facts = { method: 'CONNECT', host: message.headers.host ?? '', rawTarget: message.url ?? '' }
    const connection = connections.get(socket)
    if (connection === undefined) socket.destroy()
    else connection.onConnectMethod(connectRefused(), facts)
  })
  server.on('clientError', (error, socket) => {
    const connection = connections.get(socket)
    if (connection === undefined) socket.destroy()
    else connection.onParserFailure(error)
  })
  server.on('timeout', (socket) => {
    if (connections.get(socket)?.busyElsewhere !== true) socket.destroy()
  })
}

function connectRefused(): ApiError {
  const message = 'CONNECT is not served. Send the request itself, with an absolute http:// target.'
  const headers = { Allow: 'GET, HEAD, PUT, POST, DELETE, OPTIONS' }
  return apiError('MethodNotAllowed', { Method: 'CONNECT', ResourceType: 'SERVICE' }, { message, headers })
}

function refusalOf(admission: 'refused-total' | 'refused-address'): ApiError {
  if (admission === 'refused-total') return apiError('ServiceUnavailable', { RetryAfterSeconds: 1 })
  return apiError('SlowDown', { RetryAfterSeconds: 1 })
}

function listen(server: PlainServer, { host, port, exclusive = false }: ListenOptions): Promise<ListenAddress> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, exclusive, backlog: 1024 }, () => {
      server.off('error', reject)
      const address = addressOf(server)
      if (address === undefined) reject(new Error('the listener has no address'))
      else resolve(address)
    })
  })
}

function addressOf(server: PlainServer): ListenAddress | undefined {
  const address = server.address()
  if (address === null || typeof address === 'string') return undefined
  return { host: address.address, port: address.port }
}

/** The text changes once a second and is asked for with every answer. */
function createHttpDate(now: () => Millis): () => string {
  let second = Number.NaN
  let text = ''
  return () => {
    const current = Math.floor(now() / 1000)
    if (current !== second) {
      second = current
      text = new Date(current * 1000).toUTCString()
    }
    return text
  }
}
