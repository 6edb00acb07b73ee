/** Fields of requests and answers: text outside a type is InvalidArgument and says where it stood; empty is not given. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cosDialect } from '../dialects/cos/dialect.js'
import { createS3Dialect } from '../dialects/s3/dialect.js'
import { isApiError } from '../model/errors/index.js'
import { createClientAddresses } from './client-address.js'
import type { Dialect } from './dialect.js'
import { document, optional, record, text } from './document.js'
import {
  anyText,
  choice,
  header,
  headField,
  type InputSource,
  query,
  type ResponseDraft,
  showEtag,
  showHeader,
  showHeaders,
  showStatus,
  showVendorHeader,
  showXml,
  vendorHeader,
  wholeNumber,
  xmlBody,
} from './field.js'
import { parseQuery } from './query.js'
import { queryView } from './query-view.js'

const s3Dialect = createS3Dialect()

interface Given {
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly dialect?: Dialect
}

function source({ query: rawQuery = '', headers = {}, dialect = cosDialect }: Given): InputSource {
  const none = (): never => assert.fail('a field of the head does not touch the body')
  return {
    request: {
      method: 'GET',
      rawPath: '/',
      rawQuery,
      host: 'localhost',
      headers: new Map(Object.entries(headers)),
      secure: false,
      remoteAddress: '127.0.0.1',
      receivedAt: 0,
      body: { sizeBytes: undefined, chunked: false, bytes: none },
    },
    query: queryView(parseQuery(rawQuery)),
    dialect,
    clientAddresses: createClientAddresses([]),
    objectSource: none,
  }
}

const refuses = (read: () => unknown, details: Record<string, string>) =>
  assert.throws(read, (error) => {
    assert.ok(isApiError(error, 'InvalidArgument'))
    assert.deepEqual({ ...error.details }, details)
    return true
  })

test('text that is no number of the range is refused, and larger ones are cut where that is the rule', () => {
  const strict = query('n', wholeNumber({ min: 1, max: 100 }))
  const clamped = query('n', wholeNumber({ min: 1, max: 100, clamp: true }))
  for (const raw of ['0', '-1', '+1', '1.0', '1e1', '0x1', 'x', '１', '9'.repeat(16)]) {
    const given = source({ query: `n=${encodeURIComponent(raw)}` })
    for (const field of [strict, clamped]) refuses(() => field.read(given), { ArgumentName: 'n', ArgumentValue: raw })
  }
  refuses(() => strict.read(source({ query: 'n=101' })), { ArgumentName: 'n', ArgumentValue: '101' })
  assert.equal(clamped.read(source({ query: 'n=101' })), 100)
  for (const [raw, value] of [
    ['1', 1],
    ['100', 100],
    ['007', 7],
  ] as const) {
    assert.equal(strict.read(source({ query: `n=${raw}` })), value)
  }
})

test('a word is one of those listed, in its own case', () => {
  const field = query('type', choice(['url', 'none']))
  assert.equal(field.read(source({ query: 'type=url' })), 'url')
  for (const raw of ['URL', 'ur', 'toString', 'url ']) {
    const given = source({ query: `type=${encodeURIComponent(raw)}` })
    refuses(() => field.read(given), { ArgumentName: 'type', ArgumentValue: raw })
  }
})

test('what is absent or empty is not given', () => {
  const fields = [query('n', wholeNumber({ min: 1, max: 9 })), header('N', wholeNumber({ min: 1, max: 9 }))]
  const absent = [source({}), source({ query: 'n' }), source({ query: 'n=' }), source({ headers: { n: '' } })]
  for (const field of fields) {
    for (const given of absent) {
      assert.equal(field.read(given), undefined)
      assert.equal(field.default(5).read(given), 5)
    }
  }
  refuses(
    () =>
      query('n', anyText)
        .required()
        .read(source({ query: 'n=' })),
    { ArgumentName: 'n' },
  )
  refuses(() => header('N', anyText).required().read(source({})), { ArgumentName: 'N' })
})

test('a wrong value is refused also where there is a default', () => {
  const field = query('n', wholeNumber({ min: 1, max: 9 })).default(5)
  refuses(() => field.read(source({ query: 'n=x' })), { ArgumentName: 'n', ArgumentValue: 'x' })
})

test('a vendor header has the prefix of the dialect, and errors name it so', () => {
  const field = vendorHeader('acl', choice(['private']))
  const headers = { 'x-cos-acl': 'private', 'x-amz-acl': 'open' }
  assert.equal(field.read(source({ headers })), 'private')
  const details = { ArgumentName: 'x-amz-acl', ArgumentValue: 'open' }
  refuses(() => field.read(source({ headers, dialect: s3Dialect })), details)
  assert.equal(field.place, 'x-*-acl')
})

test('of a repeated parameter the first counts', () => {
  assert.equal(query('a', anyText).read(source({ query: 'a=1&a=2' })), '1')
})

test('a field with rules of its own reads what it likes', () => {
  const field = headField('?a and ?b', ({ query: view }) => `${view.get('a')} ${view.get('b')}`)
  assert.equal(field.read(source({ query: 'b=2&a=1' })), '1 2')
})

test('an empty body is missing, unless it has a meaning', () => {
  const configuration = document('A', record({ b: optional('B', text) }))
  const empty = Buffer.alloc(0)
  assert.throws(
    () => xmlBody(configuration).read(empty, cosDialect),
    (error) => isApiError(error, 'MissingRequestBodyError'),
  )
  const lenient = xmlBody(configuration, { absent: () => ({ b: 'none' }) })
  assert.deepEqual(lenient.read(empty, cosDialect), { b: 'none' })
  assert.deepEqual(lenient.read(Buffer.from('<A><B>x</B></A>'), cosDialect), { b: 'x' })
  assert.equal(xmlBody(configuration).sizeBytesMax, 64 * 1024)
})

test('outputs write what they are given and leave out what is undefined', () => {
  const draft: ResponseDraft = { status: 200, headers: [], body: { kind: 'none' } }
  showHeader('Location').write(undefined, draft, cosDialect)
  showVendorHeader('version-id').write(undefined, draft, cosDialect)
  showEtag.write(undefined, draft, cosDialect)
  assert.deepEqual(draft, { status: 200, headers: [], body: { kind: 'none' } })
  showHeader('Location').write('/b', draft, cosDialect)
  showVendorHeader('version-id').write('v', draft, cosDialect)
  showVendorHeader('version-id').write('v', draft, s3Dialect)
  showEtag.write('abc', draft, cosDialect)
  showHeaders.write([['x-cos-meta-a', '1']], draft, cosDialect)
  showStatus.write(204, draft, cosDialect)
  assert.equal(draft.status, 204)
  assert.deepEqual(draft.headers, [
    ['Location', '/b'],
    ['x-cos-version-id', 'v'],
    ['x-amz-version-id', 'v'],
    ['ETag', '"abc"'],
    ['x-cos-meta-a', '1'],
  ])
})

test('a document is printed with the declaration of its dialect', () => {
  const shown = showXml(document('A', record({ b: optional('B', text) })))
  for (const dialect of [cosDialect, s3Dialect]) {
    const draft: ResponseDraft = { status: 200, headers: [], body: { kind: 'none' } }
    shown.write({ b: 'é' }, draft, dialect)
    assert.deepEqual(draft.headers, [['Content-Type', 'application/xml']])
    assert.ok(draft.body.kind === 'bytes')
    const printed = Buffer.from(draft.body.bytes).toString('utf8')
    assert.equal(printed, `${dialect.traits.xmlDeclaration}<A><B>é</B></A>`)
  }
})
