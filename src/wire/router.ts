/**
 * From method, target and query to one operation. A row matches when all that it requires is there; the row with the
 * most requirements wins, so the order of the table means nothing, and two equal rows are refused when the router is
 * made. A reserved sub-resource that the winner does not claim is an error, never a fall-through: `DELETE /b?tagging`
 * must not remove the bucket.
 */

import { assert } from '../base/assert.js'
import { fail } from '../model/errors/index.js'
import type { DialectName } from './dialect.js'
import type { Method, Operation, TargetKind } from './operation.js'
import type { QueryView } from './query-view.js'
import type { Headers } from './request.js'

/** Known to the dialect, not served yet: refused by name. */
export interface UnservedOperation {
  readonly name: string
  readonly method: Method
  readonly target: Level
  readonly query: readonly string[]
  readonly dialects: readonly DialectName[]
}

export type Level = 'service' | 'bucket' | 'object'

export interface RouteRequest {
  readonly method: string
  readonly level: Level
  readonly query: QueryView
  readonly headers: Headers
  readonly vendorPrefix: string
  readonly dialect: DialectName
  /** For the error bodies. */
  readonly key: string | undefined
  readonly bucketName: string | undefined
}

export type Router = (request: RouteRequest) => Operation

interface Row {
  readonly operation: Operation
  readonly queryNames: readonly string[]
  /** Query names that it requires or reads. */
  readonly claims: ReadonlySet<string>
  readonly weight: number
}

export function createRouter(
  operations: readonly Operation[],
  unserved: readonly UnservedOperation[],
  reserved: Readonly<Record<DialectName, readonly string[]>>,
): Router {
  const rows = operations.map(rowOf)
  refuseEqualRows(rows)
  const index = new Map<string, readonly Row[]>()
  for (const dialect of ['cos', 's3'] as const) {
    for (const level of ['service', 'bucket', 'object'] as const) {
      for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'] as const) {
        const fitting = rows.filter(
          ({ operation }) =>
            operation.method === method &&
            levelOf(operation.match.target) === level &&
            operation.dialects.includes(dialect),
        )
        index.set(
          `${dialect} ${level} ${method}`,
          fitting.sort((a, b) => b.weight - a.weight),
        )
      }
    }
  }
  const reservedNames = { cos: new Set(reserved.cos), s3: new Set(reserved.s3) }

  return (request) => {
    const { query, headers, dialect } = request
    const candidates = index.get(`${dialect} ${request.level} ${request.method}`) ?? []
    const winner = candidates.find(
      ({ operation, queryNames }) =>
        queryNames.every((name) => query.has(name)) &&
        operation.match.vendorHeaders.every((name) => (headers.get(request.vendorPrefix + name) ?? '') !== ''),
    )
    for (const { name } of query.parameters) {
      if (!reservedNames[dialect].has(name) || winner?.claims.has(name) === true) continue
      refuseConflict(request, reservedNames[dialect], rows, unserved)
      return refuseSubResource(name, request, rows, unserved)
    }
    return winner === undefined ? refuseMethod(request, rows, unserved) : winner.operation
  }
}

function rowOf(operation: Operation): Row {
  const read = operation.places.input.filter((place) => place.startsWith('?')).map((place) => place.slice(1))
  return {
    operation,
    queryNames: operation.match.query,
    claims: new Set([...operation.match.query, ...read]),
    weight: operation.match.query.length + operation.match.vendorHeaders.length,
  }
}

export function levelOf(target: TargetKind): Level {
  return target === 'bucket-name' ? 'bucket' : target
}

function refuseEqualRows(rows: readonly Row[]): void {
  const seen = new Map<string, string>()
  for (const { operation } of rows) {
    const { match, method, dialects, name } = operation
    for (const dialect of dialects) {
      const requirements = [...match.query, ...match.vendorHeaders.map((header) => `${header}:`)].sort().join('&')
      const signature = `${dialect} ${method} ${levelOf(match.target)} ${requirements}`
      const other = seen.get(signature)
      assert(other === undefined, `${name} and ${other} match the same requests: ${signature}`)
      seen.set(signature, name)
    }
  }
}

const LEVEL_NAMES = { service: 'SERVICE', bucket: 'BUCKET', object: 'OBJECT' } as const

/** Several sub-resources that no operation takes together, whatever the method (errors.md 1.3). */
function refuseConflict(
  { query, level, dialect }: RouteRequest,
  reserved: ReadonlySet<string>,
  rows: readonly Row[],
  unserved: readonly UnservedOperation[],
): void {
  const names = [...new Set(query.parameters.map(({ name }) => name).filter((name) => reserved.has(name)))]
  const [first, second] = names
  if (first === undefined || second === undefined) return
  const taken = [
    ...rows
      .filter(({ operation }) => levelOf(operation.match.target) === level && operation.dialects.includes(dialect))
      .map(({ queryNames }) => queryNames),
    ...unserved.filter((row) => row.target === level && row.dialects.includes(dialect)).map((row) => row.query),
  ]
  if (taken.some((together) => names.every((name) => together.includes(name)))) return
  fail(
    'InvalidArgument',
    { ArgumentName: 'ResourceType', ArgumentValue: first },
    { message: `Conflicting query string parameters: ${names.join(', ')}` },
  )
}

function refuseSubResource(
  name: string,
  request: RouteRequest,
  rows: readonly Row[],
  unserved: readonly UnservedOperation[],
): never {
  const { level, dialect, method } = request
  if (name === 'logging' && level === 'object') fail('NoLoggingStatusForKey', { Key: request.key ?? '/' })
  if (name === 'torrent' && level === 'bucket') {
    fail('RequestTorrentOfBucketError', { BucketName: request.bucketName ?? '/' })
  }
  const unservedHere = unserved.filter(
    (row) => row.target === level && row.dialects.includes(dialect) && row.query.includes(name),
  )
  const servedHere = rows.filter(
    ({ operation }) =>
      levelOf(operation.match.target) === level &&
      operation.dialects.includes(dialect) &&
      operation.match.query.includes(name),
  )
  const refused = unservedHere.find((row) => row.method === method)
  if (refused !== undefined) notServed(refused.name)
  const sameMethod = servedHere.find(({ operation }) => operation.method === method)
  if (sameMethod !== undefined) {
    const missing = sameMethod.queryNames.find((required) => !request.query.has(required)) ?? name
    fail('InvalidArgument', { ArgumentName: missing }, { message: `This request needs the parameter ${missing}.` })
  }
  const methods = [...unservedHere.map((row) => row.method), ...servedHere.map(({ operation }) => operation.method)]
  notAllowed(method, `${LEVEL_NAMES[level]}?${name}`, methods)
}

function refuseMethod(request: RouteRequest, rows: readonly Row[], unserved: readonly UnservedOperation[]): never {
  const { level, dialect, method } = request
  const plain = unserved.find(
    (row) => row.target === level && row.method === method && row.dialects.includes(dialect) && row.query.length === 0,
  )
  if (plain !== undefined) notServed(plain.name)
  const methods = rows
    .filter(({ operation }) => levelOf(operation.match.target) === level && operation.dialects.includes(dialect))
    .filter(({ queryNames }) => queryNames.length === 0)
    .map(({ operation }) => operation.method)
  notAllowed(method, LEVEL_NAMES[level], methods)
}

function notServed(name: string): never {
  return fail('NotImplemented', {}, { message: `${name} is not implemented by this server.` })
}

function notAllowed(method: string, resourceType: string, methods: readonly Method[]): never {
  // RFC 9110 10.2.1: a 405 always has it, and an empty one says that nothing is allowed, as of a key's ?cors.
  const headers = { Allow: [...new Set(methods)].sort().join(', ') }
  return fail('MethodNotAllowed', { Method: method, ResourceType: resourceType }, { headers })
}
