/** The bytes of error answers, as errors.md 1.1 to 1.4 fix them and the parsers of the SDKs need them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseXml } from '../base/xml.js'
import type { Condition } from '../model/errors/index.js'
import { ApiError, apiError, asApiError, catalogue } from '../model/errors/index.js'
import type { ErrorFacts } from './error-body.js'
import { renderError, renderErrorElement } from './error-body.js'
import type { DialectSeen } from './request-ids.js'
import type { WireResponse } from './response.js'

const requestIds = { cos: 'COSID', trace: 'TRACE', amz: 'AMZID', amzId2: 'AMZ2' }

function facts(dialect: DialectSeen, changes: Partial<ErrorFacts> = {}): ErrorFacts {
  const resource = { cos: 'examplebucket-1250000000.cos.ap-beijing.myqcloud.com/a', s3: '/examplebucket-1250000000/a' }
  return { dialect, method: 'GET', resource, requestIds, ...changes }
}

function bodyOf(response: WireResponse): string {
  assert.equal(response.body.kind, 'bytes')
  return response.body.kind === 'bytes' ? Buffer.from(response.body.bytes).toString('utf8') : ''
}

function body(error: ApiError, dialect: DialectSeen, changes?: Partial<ErrorFacts>): string {
  return bodyOf(renderError(error, facts(dialect, changes)))
}

function header(response: WireResponse, name: string): string | undefined {
  return response.headers.find(([given]) => given.toLowerCase() === name)?.[1]
}

const names = (response: WireResponse) => response.headers.map(([name]) => name.toLowerCase())

test('a COS error has single quotes, tabs and TraceId, byte for byte', () => {
  assert.equal(
    body(apiError('NoSuchBucket', { BucketName: 'b' }), 'cos'),
    "<?xml version='1.0' encoding='utf-8' ?>\n<Error>\n\t<Code>NoSuchBucket</Code>\n" +
      '\t<Message>The specified bucket does not exist.</Message>\n\t<BucketName>b</BucketName>\n' +
      '\t<Resource>examplebucket-1250000000.cos.ap-beijing.myqcloud.com/a</Resource>\n' +
      '\t<RequestId>COSID</RequestId>\n\t<TraceId>TRACE</TraceId>\n</Error>',
  )
})

test('an S3 error has double quotes, no white space and HostId, byte for byte', () => {
  assert.equal(
    body(apiError('NoSuchKey', { Key: 'a' }), 's3'),
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>' +
      '<Message>The specified key does not exist.</Message><Key>a</Key><Resource>/examplebucket-1250000000/a</Resource>' +
      '<RequestId>AMZID</RequestId><HostId>AMZ2</HostId></Error>',
  )
})

test('before the dialect is known, both families of ids go out', () => {
  const response = renderError(apiError('BadRequest'), facts('unknown', { method: '', resource: { cos: '', s3: '' } }))
  assert.match(
    bodyOf(response),
    /<Resource>\/<\/Resource><RequestId>COSID<\/RequestId><TraceId>TRACE<\/TraceId><HostId>AMZ2/,
  )
  for (const name of ['x-cos-request-id', 'x-cos-trace-id', 'x-amz-request-id', 'x-amz-id-2']) {
    assert.notEqual(header(response, name), undefined, name)
  }
})

test('each dialect sends its own family of headers only', () => {
  const error = apiError('NoSuchKey', { Key: 'k' }, { vendorHeaders: { 'delete-marker': 'true' } })
  assert.deepEqual(names(renderError(error, facts('cos'))), [
    'content-type',
    'x-cos-request-id',
    'x-cos-trace-id',
    'server',
    'x-cos-delete-marker',
  ])
  assert.deepEqual(names(renderError(error, facts('s3'))), [
    'content-type',
    'x-amz-request-id',
    'x-amz-id-2',
    'server',
    'x-amz-delete-marker',
  ])
})

test('HEAD errors have no body and name the code in a header, in both dialects; others never do', () => {
  for (const dialect of ['cos', 's3'] as const) {
    const response = renderError(apiError('NoSuchKey', { Key: 'k' }), facts(dialect, { method: 'HEAD' }))
    assert.deepEqual(response.body, { kind: 'none' })
    assert.equal(response.status, 404)
    assert.equal(header(response, 'x-cos-error-code'), 'NoSuchKey')
    assert.equal(header(response, 'content-type'), 'application/xml')
    assert.equal(
      header(renderError(apiError('NoSuchKey', { Key: 'k' }), facts(dialect)), 'x-cos-error-code'),
      undefined,
    )
  }
})

test('304 has ids and the headers given; in COS also a length, and on HEAD the type of an error', () => {
  const unchanged = (dialect: 'cos' | 's3', method: string) =>
    renderError(
      apiError('NotModified', {}, { headers: { ETag: '"e"', 'Content-Type': 'text/css' } }),
      facts(dialect, { method }),
    )
  const got = unchanged('cos', 'GET')
  assert.deepEqual(names(got), ['x-cos-request-id', 'x-cos-trace-id', 'server', 'etag', 'content-type'])
  assert.deepEqual(got.body, { kind: 'none', sizeBytes: 0 })
  const headed = unchanged('cos', 'HEAD')
  assert.deepEqual(names(headed), ['content-type', 'x-cos-request-id', 'x-cos-trace-id', 'server', 'etag'])
  assert.ok(headed.headers.some(([name, value]) => name === 'Content-Type' && value === 'application/xml'))
  assert.deepEqual(unchanged('s3', 'GET').body, { kind: 'none' })
})

test('empty and absent extras are left out, and nothing is ever nested or empty', () => {
  const error = apiError('InvalidArgument', { ArgumentName: 'max-keys', ArgumentValue: '' }, { diagnosis: '' })
  const text = body(error, 's3')
  assert.doesNotMatch(text, /ArgumentValue|Diagnosis|<(\w+)><\/\1>/)
  assert.match(text, /<ArgumentName>max-keys<\/ArgumentName>/)
  assert.doesNotMatch(body(apiError('NoSuchKey', { Key: 'k', VersionId: undefined }), 's3'), /VersionId/)
  assert.match(body(apiError('AccessDenied', {}, { message: '' }), 'cos'), /<Message>AccessDenied<\/Message>/)
})

const escapes: readonly (readonly [string, string, string])[] = [
  ['markup is escaped', 'a<b>&c', 'a&lt;b&gt;&amp;c'],
  ['quotes and apostrophes stay, because a reader splits text at entities', `'"`, `'"`],
  ['characters that XML forbids are percent-encoded', 'a\u0000b\u001f\uffff', 'a%00b%1F%EF%BF%BF'],
  ['what XML allows stays', 'a\t\n\u007f中😀', 'a\t\n\u007f中😀'],
  ['half a surrogate pair becomes the replacement character', 'a\ud800', 'a\ufffd'],
]

for (const [sentence, key, written] of escapes) {
  test(sentence, () => {
    const text = body(apiError('NoSuchKey', { Key: key }), 's3', { resource: { cos: key, s3: `/${key}` } })
    assert.ok(text.includes(`<Key>${written}</Key><Resource>/${written}</Resource>`), text)
    parseXml(text)
  })
}

test('a token is masked: eight characters and a hash', () => {
  const token = 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789'
  const text = body(apiError('InvalidToken', { 'Token-0': token }), 'cos')
  assert.match(text, /<Token-0>AbCdEfGh\.\.\.sha256:[0-9a-f]{16}<\/Token-0>/)
  assert.doesNotMatch(body(apiError('InvalidToken', { 'Token-0': 'short' }), 'cos'), /short/)
})

test('the same condition is spelled as each dialect spells it', () => {
  const tooLong = apiError('KeyTooLong', { Size: 900, MaxSizeAllowed: 850 })
  assert.match(body(tooLong, 'cos'), /<Code>KeyTooLong<\/Code>/)
  assert.match(body(tooLong, 's3'), /<Code>KeyTooLongError<\/Code>/)
  const unknownKey = apiError('InvalidAccessKeyId', { AccessKeyId: 'AKID' })
  assert.match(body(unknownKey, 'cos'), /<SecretId>AKID<\/SecretId>/)
  assert.match(body(unknownKey, 's3'), /<AWSAccessKeyId>AKID<\/AWSAccessKeyId>/)
})

test('a delete marker named by its version is 405 with Allow in S3 and plain absence in COS', () => {
  const details = { Method: 'GET', ResourceType: 'DeleteMarker', Key: 'k' }
  const error = apiError('DeleteMarkerNamed', details, { headers: { Allow: 'DELETE' } })
  const s3 = renderError(error, facts('s3'))
  assert.deepEqual([s3.status, header(s3, 'allow')], [405, 'DELETE'])
  assert.match(bodyOf(s3), /<Code>MethodNotAllowed<\/Code>.*<ResourceType>DeleteMarker</)
  const cos = renderError(error, facts('cos'))
  assert.deepEqual([cos.status, header(cos, 'allow')], [404, undefined])
  assert.doesNotMatch(bodyOf(cos), /Method/)
})

test('Location stands on 307 in both dialects and on 301 in COS only', () => {
  const details = { Endpoint: 'e', Bucket: 'b' }
  const options = { headers: { Location: 'http://e/k' } }
  const cases = [
    ['PermanentRedirect', 'cos', 'http://e/k'],
    ['PermanentRedirect', 's3', undefined],
    ['TemporaryRedirect', 's3', 'http://e/k'],
  ] as const
  for (const [condition, dialect, location] of cases) {
    assert.equal(header(renderError(apiError(condition, details, options), facts(dialect)), 'location'), location)
  }
})

const derived: readonly (readonly [string, ApiError, DialectSeen, string, string | undefined])[] = [
  [
    '416',
    apiError('InvalidRange', { ActualObjectSize: 10, RangeRequested: 'bytes=10-' }),
    's3',
    'content-range',
    'bytes */10',
  ],
  ['503', apiError('SlowDown', { RetryAfterSeconds: 3 }), 'cos', 'retry-after', '3'],
  ['503 without a time', apiError('ServiceUnavailable'), 'cos', 'retry-after', undefined],
  ['archive', apiError('InvalidObjectState', { StorageClass: 'ARCHIVE' }), 'cos', 'x-cos-storage-class', 'ARCHIVE'],
  [
    'archive in S3',
    apiError('InvalidObjectState', { StorageClass: 'GLACIER' }),
    's3',
    'x-cos-storage-class',
    undefined,
  ],
]

test('headers that follow from a detail need no second mention', () => {
  for (const [sentence, error, dialect, name, value] of derived) {
    assert.equal(header(renderError(error, facts(dialect)), name), value, sentence)
  }
})

test('after a body that ended early or stalled the connection closes', () => {
  assert.equal(renderError(apiError('IncompleteBody'), facts('s3')).close, true)
  assert.equal(renderError(apiError('RequestTimeout'), facts('cos')).close, true)
  assert.equal(renderError(apiError('AccessDenied'), facts('cos')).close, undefined)
})

test('an error behind a 200 is the same element without a declaration', () => {
  const error = apiError('InternalError')
  assert.equal(body(error, 's3'), `<?xml version="1.0" encoding="UTF-8"?>\n${renderErrorElement(error, facts('s3'))}`)
})

test('what is not ours to explain is InternalError, and its cause is not shown', () => {
  const error = asApiError(new Error('/var/lib/secret path'))
  assert.equal(renderError(error, facts('cos')).status, 500)
  assert.doesNotMatch(body(error, 'cos'), /secret/)
  assert.ok(error.cause instanceof Error)
  assert.equal(asApiError(error), error)
})

test('every condition renders as well-formed, flat XML with the five elements clients demand', () => {
  const isCondition = (name: string): name is Condition => Object.hasOwn(catalogue, name)
  for (const condition of Object.keys(catalogue).filter(isCondition)) {
    if (catalogue[condition].status === 304) continue
    const details = Object.fromEntries(catalogue[condition].details.map((name) => [name.replace(/\?$/, ''), 'x']))
    const error = new ApiError(condition, details, {})
    for (const dialect of ['cos', 's3', 'unknown'] as const) {
      const root = parseXml(body(error, dialect))
      const children = root.children.map(({ name }) => name)
      assert.equal(new Set(children).size, children.length, condition)
      assert.ok(
        root.children.every(({ text, children: inner }) => text !== '' && inner.length === 0),
        condition,
      )
      const last = {
        cos: ['RequestId', 'TraceId'],
        s3: ['RequestId', 'HostId'],
        unknown: ['RequestId', 'TraceId', 'HostId'],
      }
      assert.deepEqual(children.slice(0, 2), ['Code', 'Message'])
      assert.deepEqual(children.slice(children.indexOf('Resource') + 1), last[dialect])
    }
  }
})
