/** The router alone: equal rows are refused, the most specific row wins in any order, and nothing reserved falls through. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isApiError } from '../model/errors/index.js'
import type { DialectName } from './dialect.js'
import { anyText, query } from './field.js'
import { type Match, type Method, type Operation, operation } from './operation.js'
import { parseQuery } from './query.js'
import { queryView } from './query-view.js'
import { createRouter, type Level, type RouteRequest, type UnservedOperation } from './router.js'

interface Sketch extends Match {
  readonly dialects?: readonly DialectName[]
  /** Query names that it reads without requiring them. */
  readonly reads?: readonly string[]
}

function row(name: string, method: Method, { dialects, reads = [], ...match }: Sketch): Operation {
  return operation({
    name,
    summary: name,
    method,
    match,
    permission: 'GetBucket',
    ...(dialects === undefined ? {} : { dialects }),
    input: Object.fromEntries(reads.map((read) => [read, query(read, anyText)])),
    output: {},
    handle: async () => ({}),
  })
}

const TABLE: readonly Operation[] = [
  row('Service', 'GET', { target: 'service' }),
  row('Create', 'PUT', { target: 'bucket-name' }),
  row('Head', 'HEAD', { target: 'bucket' }),
  row('List', 'GET', { target: 'bucket' }),
  row('ListTwo', 'GET', { target: 'bucket', query: ['list-type'], dialects: ['s3'] }),
  row('Delete', 'DELETE', { target: 'bucket' }),
  row('Location', 'GET', { target: 'bucket', query: ['location'] }),
  row('Put', 'PUT', { target: 'object' }),
  row('Copy', 'PUT', { target: 'object', vendorHeaders: ['copy-source'] }),
  row('Part', 'PUT', { target: 'object', query: ['partNumber', 'uploadId'] }),
  row('PartCopy', 'PUT', { target: 'object', query: ['partNumber', 'uploadId'], vendorHeaders: ['copy-source'] }),
  row('Get', 'GET', { target: 'object', reads: ['partNumber'], dialects: ['s3'] }),
]

const UNSERVED: readonly UnservedOperation[] = [
  { name: 'GetTags', method: 'GET', target: 'bucket', query: ['tagging'], dialects: ['cos', 's3'] },
  { name: 'PutTags', method: 'PUT', target: 'bucket', query: ['tagging'], dialects: ['cos', 's3'] },
  { name: 'Form', method: 'POST', target: 'bucket', query: [], dialects: ['cos', 's3'] },
]

const SHARED = ['location', 'tagging', 'partNumber', 'uploadId', 'logging', 'torrent', 'acl']
const RESERVED = { cos: [...SHARED, 'symlink'], s3: [...SHARED, 'session'] }

interface Asked {
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly dialect?: DialectName
}

function request(
  method: string,
  level: Level,
  { query: raw = '', headers = {}, dialect = 'cos' }: Asked,
): RouteRequest {
  return {
    method,
    level,
    query: queryView(parseQuery(raw)),
    headers: new Map(Object.entries(headers)),
    vendorPrefix: dialect === 'cos' ? 'x-cos-' : 'x-amz-',
    dialect,
    key: level === 'object' ? 'k' : undefined,
    bucketName: level === 'service' ? undefined : 'b',
  }
}

const COPY = { 'x-cos-copy-source': 's', 'x-amz-copy-source': 's' }

test('two rows that match the same requests are refused when the router is made', () => {
  const pairs: readonly (readonly [Operation, Operation])[] = [
    [row('A', 'GET', { target: 'bucket' }), row('B', 'GET', { target: 'bucket' })],
    [row('A', 'PUT', { target: 'bucket' }), row('B', 'PUT', { target: 'bucket-name' })],
    [
      row('A', 'GET', { target: 'object', query: ['a', 'b'] }),
      row('B', 'GET', { target: 'object', query: ['b', 'a'] }),
    ],
    [row('A', 'GET', { target: 'bucket' }), row('B', 'GET', { target: 'bucket', dialects: ['s3'] })],
    [
      row('A', 'PUT', { target: 'object', vendorHeaders: ['x'] }),
      row('B', 'PUT', { target: 'object', vendorHeaders: ['x'] }),
    ],
  ]
  for (const pair of pairs) assert.throws(() => createRouter(pair, [], RESERVED), /match the same requests/)
})

test('rows that differ in dialect, method, level or requirements stand side by side', () => {
  const rows = [
    row('A', 'GET', { target: 'bucket', dialects: ['cos'] }),
    row('B', 'GET', { target: 'bucket', dialects: ['s3'] }),
    row('C', 'PUT', { target: 'bucket' }),
    row('D', 'GET', { target: 'object' }),
    row('E', 'GET', { target: 'object', query: ['x'] }),
    row('F', 'GET', { target: 'object', vendorHeaders: ['x'] }),
  ]
  const router = createRouter(rows, [], RESERVED)
  assert.equal(router(request('GET', 'bucket', { dialect: 'cos' })).name, 'A')
  assert.equal(router(request('GET', 'bucket', { dialect: 's3' })).name, 'B')
})

test('the row with the most requirements wins, whatever the order of the table', () => {
  const cases: readonly (readonly [string, Level, Asked, string])[] = [
    ['GET', 'service', {}, 'Service'],
    ['PUT', 'bucket', {}, 'Create'],
    ['HEAD', 'bucket', {}, 'Head'],
    ['GET', 'bucket', {}, 'List'],
    ['GET', 'bucket', { query: 'list-type=2' }, 'List'],
    ['GET', 'bucket', { query: 'list-type=2', dialect: 's3' }, 'ListTwo'],
    ['GET', 'bucket', { query: 'location' }, 'Location'],
    ['GET', 'bucket', { query: 'prefix=a&location=&x' }, 'Location'],
    ['DELETE', 'bucket', { query: 'prefix=a' }, 'Delete'],
    ['PUT', 'object', {}, 'Put'],
    ['PUT', 'object', { headers: COPY }, 'Copy'],
    ['PUT', 'object', { headers: { 'x-cos-copy-source': '' } }, 'Put'],
    ['PUT', 'object', { headers: { 'x-amz-copy-source': 's' } }, 'Put'],
    ['PUT', 'object', { query: 'uploadId=u&partNumber=1' }, 'Part'],
    ['PUT', 'object', { query: 'uploadId=u&partNumber=1', headers: COPY }, 'PartCopy'],
    ['GET', 'object', { query: 'partNumber=1', dialect: 's3' }, 'Get'],
  ]
  for (const table of [TABLE, [...TABLE].reverse()]) {
    const router = createRouter(table, UNSERVED, RESERVED)
    for (const [method, level, asked, name] of cases) {
      assert.equal(router(request(method, level, asked)).name, name, `${method} ${level} ${JSON.stringify(asked)}`)
    }
  }
})

test('what no row takes is refused, by the reason', () => {
  const router = createRouter(TABLE, UNSERVED, RESERVED)
  const cases: readonly (readonly [string, Level, Asked, string, string?])[] = [
    ['DELETE', 'bucket', { query: 'tagging' }, 'MethodNotAllowed', 'GET, PUT'],
    ['GET', 'bucket', { query: 'tagging' }, 'NotImplemented'],
    ['POST', 'bucket', {}, 'NotImplemented'],
    ['DELETE', 'bucket', { query: 'location' }, 'MethodNotAllowed', 'GET'],
    ['DELETE', 'bucket', { query: 'symlink' }, 'MethodNotAllowed', ''],
    ['GET', 'bucket', { query: 'session', dialect: 's3' }, 'MethodNotAllowed', ''],
    ['GET', 'bucket', { query: 'location&tagging' }, 'InvalidArgument'],
    ['HEAD', 'bucket', { query: 'acl&tagging' }, 'InvalidArgument'],
    ['PUT', 'object', { query: 'partNumber=1' }, 'InvalidArgument'],
    ['GET', 'object', { query: 'logging' }, 'NoLoggingStatusForKey'],
    ['GET', 'bucket', { query: 'torrent' }, 'RequestTorrentOfBucketError'],
    ['PATCH', 'bucket', {}, 'MethodNotAllowed', 'DELETE, GET, HEAD, PUT'],
    ['PUT', 'service', {}, 'MethodNotAllowed', 'GET'],
    ['GET', 'object', { dialect: 'cos' }, 'MethodNotAllowed', 'PUT'],
  ]
  for (const [method, level, asked, condition, allowed] of cases) {
    assert.throws(
      () => router(request(method, level, asked)),
      (error) => {
        assert.ok(isApiError(error), String(error))
        assert.equal(error.condition, condition)
        if (condition === 'MethodNotAllowed') assert.equal(error.options.headers?.['Allow'], allowed)
        return true
      },
      `${method} ${level} ${JSON.stringify(asked)}`,
    )
  }
})

test('a missing selector is named', () => {
  const router = createRouter(TABLE, UNSERVED, RESERVED)
  assert.throws(
    () => router(request('PUT', 'object', { query: 'uploadId=u' })),
    (error) => isApiError(error, 'InvalidArgument') && error.details['ArgumentName'] === 'partNumber',
  )
})
