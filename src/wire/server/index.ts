/** HTTP over sockets: the one part of the wire that knows node:http. */

export type { RequestHandlers } from './connection.js'
export type { HttpServer, HttpServerLimits, HttpServerOptions, ListenAddress, ListenOptions } from './http-server.js'
export { createHttpServer, DEFAULT_LIMITS } from './http-server.js'
export type { TransportFacts } from './parser-error.js'
