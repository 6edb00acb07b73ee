/**
 * A call of a query API as it arrived: its parameters, from the form or the JSON object in the body, or from the query
 * string of a GET. Each is decoded once and stands under one name; nested values of JSON become `Outer.0.Inner`, the
 * spelling that forms have for them.
 */

import type { Bytes } from '../base/bytes.js'
import { collectBytes, TooLong } from '../base/streams.js'
import { fail, isApiError } from '../model/errors/index.js'
import { parseQuery } from './query.js'
import type { QueryParameter, WireRequest } from './request.js'

export const QUERY_CALL_BYTES_MAX = 65_536
const PARAMETERS_MAX = 200
const JSON_DEPTH_MAX = 5

export interface QueryCall {
  readonly request: WireRequest
  /** Of the query string. */
  readonly query: readonly QueryParameter[]
  /** The whole of it. */
  readonly body: Bytes
  readonly parameters: ReadonlyMap<string, string>
}

export async function readQueryCall(request: WireRequest, query: readonly QueryParameter[]): Promise<QueryCall> {
  const body = await readBody(request)
  return { request, query, body, parameters: parametersOf(request, query, body) }
}

async function readBody({ method, body }: WireRequest): Promise<Bytes> {
  if (method !== 'POST') return new Uint8Array(0)
  const tooLong = () => fail('MaxMessageLengthExceeded', { MaxMessageLengthBytes: QUERY_CALL_BYTES_MAX })
  if ((body.sizeBytes ?? 0) > QUERY_CALL_BYTES_MAX) tooLong()
  return collectBytes(body.bytes(), QUERY_CALL_BYTES_MAX).catch((error: unknown) => {
    if (error instanceof TooLong) return tooLong()
    throw error
  })
}

function parametersOf(
  { headers }: WireRequest,
  query: readonly QueryParameter[],
  body: Bytes,
): ReadonlyMap<string, string> {
  if (body.byteLength === 0) return uniquely(query.map(({ name, value }) => [name, value]))
  if (/^application\/(?:[a-z.-]+\+)?json\b/i.test(headers.get('content-type') ?? '')) return uniquely(jsonPairs(body))
  return uniquely(formPairs(body))
}

function formPairs(body: Bytes): readonly Pair[] {
  try {
    return parseQuery(Buffer.from(body).toString('latin1')).map(({ name, value }) => [name, value])
  } catch (error) {
    if (isApiError(error, 'InvalidURI')) return malformed('it is no well-formed form')
    throw error
  }
}

type Pair = readonly [name: string, value: string]

function uniquely(pairs: readonly Pair[]): ReadonlyMap<string, string> {
  if (pairs.length > PARAMETERS_MAX) malformed(`it has more than ${PARAMETERS_MAX} parameters`)
  const parameters = new Map(pairs)
  if (parameters.size !== pairs.length) malformed('a parameter is given twice')
  return parameters
}

function jsonPairs(body: Bytes): readonly Pair[] {
  const pairs: Pair[] = []
  const flatten = (name: string, value: unknown, depth: number): void => {
    if (pairs.length > PARAMETERS_MAX || depth > JSON_DEPTH_MAX) malformed('it has too many values')
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      pairs.push([name, String(value)])
    else if (typeof value === 'object' && value !== null) {
      for (const [inner, each] of Object.entries(value)) flatten(`${name}.${inner}`, each, depth + 1)
    }
  }
  for (const [name, value] of Object.entries(jsonObject(body))) flatten(name, value, 1)
  return pairs
}

function jsonObject(body: Bytes): object {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error
  }
  return malformed('it is no JSON object')
}

function malformed(reason: string): never {
  return fail('ValidationError', {}, { message: `The body of the request cannot be read: ${reason}.` })
}
