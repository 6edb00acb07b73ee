import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  assertError,
  type Heard,
  inBothDialects,
  inCos,
  inS3,
  type Said,
  type Speaker,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'
import { putInParts } from '../multipart/upload.js'

const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const METHODS = ['GET', 'HEAD'] as const

/** The same question as GET and as HEAD; HEAD tells only status and code. */
async function both(speak: Speaker, said: Omit<Said, 'method'>): Promise<readonly Heard[]> {
  const heard: Heard[] = []
  for (const method of METHODS) heard.push(await speak.say({ bucket: speak.bucket, ...said, method }))
  return heard
}

async function assertBothFail(
  speak: Speaker,
  said: Omit<Said, 'method'>,
  status: number,
  code: string,
  details: Record<string, string> = {},
): Promise<readonly Heard[]> {
  const [get, head] = await both(speak, said)
  assert.ok(get && head)
  assertError(get, status, code, details)
  assertError(head, status, code)
  return [get, head]
}

async function deleteKey(speak: Speaker, key: string): Promise<string> {
  const heard = await speak.say({ method: 'DELETE', bucket: speak.bucket, key })
  return heard.headers.get(`${speak.prefix}version-id`) ?? ''
}

async function putVersion(speak: Speaker, key: string, body: string): Promise<string> {
  speak.clock.advance(1)
  return (await speak.put(key, body)).headers.get(`${speak.prefix}version-id`) ?? ''
}

// --- absent ------------------------------------------------------------------------------------------------------

inBothDialects(raises('NoSuchKey', 'a key that was never put, or was deleted'), async (speak) => {
  await speak.makeBucket()
  await assertBothFail(speak, { key: 'k' }, 404, 'NoSuchKey', { Key: 'k' })
  await speak.put('k')
  await deleteKey(speak, 'k')
  const heard = await assertBothFail(speak, { key: 'k' }, 404, 'NoSuchKey', { Key: 'k' })
  for (const { headers } of heard) assert.equal(headers.has(`${speak.prefix}delete-marker`), false)
})

inBothDialects('under a delete marker the key is absent, and the marker is named in the headers', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  await speak.put('k')
  const marker = await deleteKey(speak, 'k')
  for (const { headers } of await assertBothFail(speak, { key: 'k' }, 404, 'NoSuchKey', { Key: 'k' })) {
    assert.equal(headers.get(`${speak.prefix}delete-marker`), 'true')
    assert.equal(headers.get(`${speak.prefix}version-id`), marker)
  }
})

inS3(raises('DeleteMarkerNamed', 'a delete marker named by its version id is 405 in S3'), async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  const versionId = await deleteKey(speak, 'k')
  const said = { key: 'k', query: { versionId } }
  for (const { headers } of await assertBothFail(speak, said, 405, 'MethodNotAllowed', {
    ResourceType: 'DeleteMarker',
  })) {
    assert.equal(headers.get('allow'), 'DELETE')
    assert.equal(headers.get('x-amz-delete-marker'), 'true')
    assert.equal(headers.get('x-amz-version-id'), versionId)
    assert.equal(headers.get('last-modified'), 'Fri, 02 Jan 2026 03:04:05 GMT')
  }
})

inCos(raises('DeleteMarkerNamed', 'a delete marker named by its version id is NoSuchKey in COS'), async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  const versionId = await deleteKey(speak, 'k')
  for (const { headers } of await assertBothFail(speak, { key: 'k', query: { versionId } }, 404, 'NoSuchKey')) {
    assert.equal(headers.get('x-cos-delete-marker'), 'true')
    assert.equal(headers.has('allow'), false)
  }
})

const ABSENT_ID = Buffer.from('18000000000000000000').toString('base64').slice(0, 27)

inBothDialects(raises('NoSuchVersion', 'a version id that the key does not have'), async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  // Ids are a key's own: at one moment two keys may get the same.
  const other = await putVersion(speak, 'other', 'x')
  await putVersion(speak, 'k', 'x')
  for (const versionId of [ABSENT_ID, 'null', other]) {
    await assertBothFail(speak, { key: 'k', query: { versionId } }, 404, 'NoSuchVersion', {
      Key: 'k',
      VersionId: versionId,
    })
  }
})

inBothDialects(raises('InvalidArgument', 'a version id that is none'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  for (const versionId of [
    'x',
    'NULL',
    ABSENT_ID.slice(1),
    `${ABSENT_ID}=`,
    Buffer.from('9'.repeat(20)).toString('base64').slice(0, 27),
  ]) {
    const details = { ArgumentName: 'versionId', ArgumentValue: versionId }
    await assertBothFail(speak, { key: 'k', query: { versionId } }, 400, 'InvalidArgument', details)
  }
})

inBothDialects('an empty version id means none, and each version is read by its own', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'unversioned')
  await speak.setVersioning('Enabled')
  const first = await putVersion(speak, 'k', 'first')
  const second = await putVersion(speak, 'k', 'second')
  for (const [versionId, text, shown] of [
    ['', 'second', second],
    [second, 'second', second],
    [first, 'first', first],
    ['null', 'unversioned', 'null'],
  ] as const) {
    for (const heard of await both(speak, { key: 'k', query: { versionId } })) {
      assert.equal(heard.status, 200)
      assert.equal(heard.headers.get('etag'), `"${md5(text)}"`)
      assert.equal(heard.headers.get(`${speak.prefix}version-id`), shown)
    }
  }
})

// --- rights --------------------------------------------------------------------------------------------------------

inBothDialects(raises('AccessDenied', 'reading what is private, there or not'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  for (const as of ['anonymous', 'other'] as const) {
    for (const key of ['k', 'absent']) {
      for (const heard of await both(speak, { key, as })) assert.equal(heard.status, 403)
    }
  }
})

inBothDialects(raises('UnexpectedContent', 'a read that brings a body'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', body: 'x' })
  assertError(heard, 400, 'UnexpectedContent')
})

// --- the answer ----------------------------------------------------------------------------------------------------

inBothDialects('GET and HEAD show the same headers, the bytes only GET', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'hello', { 'content-type': 'text/plain', [`${speak.prefix}meta-a`]: 'b' })
  const [get, head] = await both(speak, { key: 'k' })
  assert.ok(get && head)
  const ids = [`${speak.prefix}request-id`, 'x-amz-id-2']
  const shown = ({ headers }: Heard) => [...headers].filter(([name]) => !ids.includes(name))
  assert.deepEqual(shown(get), shown(head))
  assert.deepEqual(
    { status: get.status, text: get.text, sizeBytes: get.sizeBytes },
    { status: 200, text: 'hello', sizeBytes: 5 },
  )
  assert.deepEqual(
    { status: head.status, text: head.text, sizeBytes: head.sizeBytes },
    { status: 200, text: '', sizeBytes: 5 },
  )
  const shared = {
    'content-type': 'text/plain',
    etag: '"5d41402abc4b2a76b9719d911017c592"',
    'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT',
    'accept-ranges': 'bytes',
    [`${speak.prefix}meta-a`]: 'b',
  }
  const own = { 'x-cos-hash-crc64ecma': '11177612005948864433', 'x-cos-object-type': 'normal' }
  const ofDialect = speak.dialect === 'cos' ? { server: 'tencent-cos', ...own } : {}
  for (const [name, value] of Object.entries({ ...shared, ...ofDialect }))
    assert.equal(get.headers.get(name), value, name)
  for (const absent of ['content-range', 'storage-class', 'version-id', 'delete-marker']) {
    assert.equal(get.headers.has(`${speak.prefix}${absent}`), false)
  }
})

inBothDialects('a body beyond the inline limit is streamed whole', async (speak) => {
  await speak.makeBucket()
  const body = 'x'.repeat(700_000)
  await speak.put('k', body)
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })
  assert.equal(heard.text, body)
  assert.equal(heard.sizeBytes, 700_000)
})

// --- overrides -----------------------------------------------------------------------------------------------------

const OVERRIDES = {
  'response-content-type': 'text/html',
  'response-cache-control': 'no-cache',
  'response-content-disposition': 'attachment; filename="ж.txt"',
  'response-content-encoding': 'br',
  'response-content-language': 'fr',
  'response-expires': 'never',
}

inBothDialects('response-* parameters replace the headers of the answer', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'x', { 'content-type': 'text/plain', 'cache-control': 'max-age=1' })
  for (const heard of await both(speak, { key: 'k', query: OVERRIDES })) {
    assert.equal(heard.status, 200)
    for (const [name, value] of Object.entries(OVERRIDES)) {
      const got = heard.headers.get(name.slice('response-'.length)) ?? ''
      assert.equal(Buffer.from(got, 'latin1').toString('utf8'), value)
    }
  }
  const [plain] = await both(speak, { key: 'k', query: { 'response-content-type': '' } })
  assert.equal(plain?.headers.get('content-type'), 'text/plain')
})

inBothDialects(raises('InvalidRequest', 'response-* parameters of nobody known'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'x', { [`${speak.prefix}acl`]: 'public-read' })
  for (const [name, value] of Object.entries(OVERRIDES)) {
    await assertBothFail(speak, { key: 'k', query: { [name]: value }, as: 'anonymous' }, 400, 'InvalidRequest')
  }
  const [plain] = await both(speak, { key: 'k', as: 'anonymous' })
  assert.equal(plain?.status, 200)
})

inBothDialects('an override cannot split the head of the answer', async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  for (const value of ['a\r\nx: y', 'a\nb', 'a\rb']) {
    await assertBothFail(speak, { key: 'k', query: { 'response-content-type': value } }, 400, 'InvalidArgument')
  }
})

// --- conditions ----------------------------------------------------------------------------------------------------

const ETAG = `"${md5('hello')}"`
const AT = 'Fri, 02 Jan 2026 03:04:05 GMT'
const BEFORE = 'Fri, 02 Jan 2026 03:04:04 GMT'
const AFTER = 'Fri, 02 Jan 2026 03:04:06 GMT'

const PROCEEDS: readonly Record<string, string>[] = [
  { 'if-match': ETAG },
  { 'if-match': md5('hello') },
  { 'if-match': '*' },
  { 'if-match': `"x", ${ETAG}` },
  { 'if-match': '' },
  { 'if-none-match': '"x"' },
  { 'if-none-match': '"x","y"' },
  { 'if-modified-since': BEFORE },
  { 'if-modified-since': 'yesterday' },
  { 'if-unmodified-since': AT },
  { 'if-unmodified-since': AFTER },
  { 'if-unmodified-since': 'tomorrow' },
  // The ETag shadows the date (errors.md 4.2).
  { 'if-match': ETAG, 'if-unmodified-since': BEFORE },
  { 'if-none-match': '"x"', 'if-modified-since': AFTER },
]

const NOT_MODIFIED: readonly Record<string, string>[] = [
  { 'if-none-match': ETAG },
  { 'if-none-match': `W/${ETAG}` },
  { 'if-none-match': md5('hello') },
  { 'if-none-match': '*' },
  { 'if-none-match': `"x", ${ETAG}` },
  { 'if-modified-since': AT },
  { 'if-modified-since': AFTER },
  { 'if-none-match': ETAG, 'if-modified-since': BEFORE },
  { 'if-match': ETAG, 'if-none-match': ETAG },
  // A condition is answered before a range that cannot be.
  { 'if-none-match': ETAG, range: 'bytes=100-' },
]

const FAILS: readonly [Record<string, string>, string][] = [
  [{ 'if-match': '"x"' }, 'If-Match'],
  [{ 'if-match': `W/${ETAG}` }, 'If-Match'],
  [{ 'if-unmodified-since': BEFORE }, 'If-Unmodified-Since'],
  [{ 'if-match': '"x"', 'if-unmodified-since': AFTER }, 'If-Match'],
  [{ 'if-match': '"x"', 'if-none-match': ETAG }, 'If-Match'],
  [{ 'if-match': '"x"', range: 'bytes=100-' }, 'If-Match'],
]

inBothDialects(raises('PreconditionFailed', 'a read whose condition does not hold'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'hello')
  for (const [headers, Condition] of FAILS) {
    await assertBothFail(speak, { key: 'k', headers }, 412, 'PreconditionFailed', { Condition })
  }
})

inBothDialects(raises('NotModified', 'a reader who has the object already'), async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  const kept = { 'cache-control': 'max-age=60', expires: 'Fri, 02 Jan 2026 04:00:00 GMT' }
  const versionId = (await speak.put('k', 'hello', kept)).headers.get(`${speak.prefix}version-id`)
  for (const headers of NOT_MODIFIED) {
    for (const heard of await both(speak, { key: 'k', headers })) {
      assert.equal(heard.status, 304, JSON.stringify(headers))
      assert.equal(heard.text, '')
      assert.equal(heard.headers.get('etag'), ETAG)
      assert.equal(heard.headers.get('last-modified'), AT)
      assert.equal(heard.headers.get('cache-control'), kept['cache-control'])
      assert.equal(heard.headers.get('expires'), kept.expires)
      assert.equal(heard.headers.get(`${speak.prefix}version-id`), versionId)
    }
  }
})

inBothDialects('a read whose conditions hold is served', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'hello')
  for (const headers of PROCEEDS) {
    for (const heard of await both(speak, { key: 'k', headers }))
      assert.equal(heard.status, 200, JSON.stringify(headers))
  }
})

inBothDialects('a condition on an absent key is a missing key', async (speak) => {
  await speak.makeBucket()
  for (const headers of [{ 'if-match': ETAG }, { 'if-none-match': '*' }]) {
    await assertBothFail(speak, { key: 'k', headers }, 404, 'NoSuchKey')
  }
})

// --- ranges --------------------------------------------------------------------------------------------------------

const TEN = '0123456789'
const RANGES: readonly [range: string, text: string, contentRange: string][] = [
  ['bytes=0-0', '0', 'bytes 0-0/10'],
  ['bytes=2-5', '2345', 'bytes 2-5/10'],
  ['bytes=0-9', TEN, 'bytes 0-9/10'],
  ['bytes=5-', '56789', 'bytes 5-9/10'],
  ['bytes=9-100', '9', 'bytes 9-9/10'],
  ['bytes=-3', '789', 'bytes 7-9/10'],
  ['bytes=-10', TEN, 'bytes 0-9/10'],
  ['bytes=-100', TEN, 'bytes 0-9/10'],
  ['BYTES=1-1', '1', 'bytes 1-1/10'],
]
const WHOLE = [
  '',
  'bytes=',
  'bytes=-',
  'bytes=a-b',
  'bytes=5-2',
  'bytes=0-1,3-4',
  'items=0-1',
  '0-1',
  'bytes 0-1',
  'bytes=1',
]
const UNSATISFIABLE = ['bytes=10-', 'bytes=10-20', 'bytes=100-200', 'bytes=-0']

inBothDialects(raises('InvalidRange', 'a range that lies outside the object'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k', TEN)
  await speak.put('empty', '')
  const cases = [
    ...UNSATISFIABLE.map((range) => ['k', range, '10'] as const),
    ...['bytes=0-0', 'bytes=0-', 'bytes=-1', 'bytes=-0'].map((range) => ['empty', range, '0'] as const),
  ]
  for (const [key, range, size] of cases) {
    const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key, headers: { range } })
    assertError(heard, 416, 'InvalidRange', { ActualObjectSize: size, RangeRequested: range })
    assert.equal(heard.headers.get('content-range'), `bytes */${size}`)
  }
})

inBothDialects(
  'a range is answered with 206 and its bytes; ETag and CRC stay those of the whole object',
  async (speak) => {
    await speak.makeBucket()
    await speak.put('k', TEN)
    const whole = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })
    for (const [range, text, contentRange] of RANGES) {
      const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', headers: { range } })
      assert.equal(heard.status, 206, range)
      assert.equal(heard.text, text)
      assert.equal(heard.sizeBytes, text.length)
      assert.equal(heard.headers.get('content-range'), contentRange)
      for (const name of ['etag', 'x-cos-hash-crc64ecma', 'last-modified', 'accept-ranges']) {
        assert.equal(heard.headers.get(name), whole.headers.get(name))
      }
    }
  },
)

inBothDialects('a range of a large object reads across chunks', async (speak) => {
  await speak.makeBucket()
  const body = Array.from({ length: 100_000 }, (_, index) => String(index).padStart(7, '0')).join('')
  await speak.put('k', body)
  for (const [first, last] of [
    [0, 699_999],
    [262_143, 262_145],
    [500_000, 699_999],
  ] as const) {
    const headers = { range: `bytes=${first}-${last}` }
    const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', headers })
    assert.equal(heard.status, 206)
    assert.ok(heard.text === body.slice(first, last + 1))
  }
})

inBothDialects('a malformed range, a backward one or several are the whole object', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', TEN)
  for (const range of WHOLE) {
    const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', headers: { range } })
    assert.deepEqual({ status: heard.status, text: heard.text }, { status: 200, text: TEN }, range)
    assert.equal(heard.headers.has('content-range'), false)
  }
})

inBothDialects('HEAD ignores a range in COS and answers it in S3', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', TEN)
  const heard = await speak.say({ method: 'HEAD', bucket: speak.bucket, key: 'k', headers: { range: 'bytes=2-5' } })
  const got = { status: heard.status, sizeBytes: heard.sizeBytes, range: heard.headers.get('content-range') }
  const expected =
    speak.dialect === 'cos'
      ? { status: 200, sizeBytes: 10, range: undefined }
      : { status: 206, sizeBytes: 4, range: 'bytes 2-5/10' }
  assert.deepEqual(got, expected)
})

// --- parts ---------------------------------------------------------------------------------------------------------

const FIRST = 'f'.repeat(5 * 1024 * 1024)

inBothDialects('a part of an object is read by its number', async (speak) => {
  await speak.makeBucket()
  await putInParts(speak, 'k', [FIRST, 'hello'])
  const total = FIRST.length + 5
  for (const [partNumber, sizeBytes, range] of [
    [1, FIRST.length, `bytes 0-${FIRST.length - 1}/${total}`],
    [2, 5, `bytes ${FIRST.length}-${total - 1}/${total}`],
  ] as const) {
    for (const heard of await both(speak, { key: 'k', query: { partNumber } })) {
      assert.equal(heard.status, 206)
      assert.equal(heard.sizeBytes, sizeBytes)
      assert.equal(heard.headers.get('content-range'), range)
      assert.equal(heard.headers.get(`${speak.prefix}mp-parts-count`), '2')
    }
  }
})

inBothDialects('an object put at once is its own first part, also when it is empty', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'hello')
  await speak.put('empty', '')
  for (const [key, status, sizeBytes] of [
    ['k', 206, 5],
    ['empty', 200, 0],
  ] as const) {
    for (const heard of await both(speak, { key, query: { partNumber: 1 } })) {
      assert.deepEqual({ status: heard.status, sizeBytes: heard.sizeBytes }, { status, sizeBytes })
      assert.equal(heard.headers.has(`${speak.prefix}mp-parts-count`), false)
    }
  }
})

inBothDialects(raises('InvalidPartNumber', 'a part beyond those of the object'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'hello')
  await putInParts(speak, 'm', ['hello'])
  const [status, code] =
    speak.dialect === 's3' ? ([416, 'InvalidPartNumber'] as const) : ([400, 'InvalidArgument'] as const)
  for (const key of ['k', 'm']) {
    const details = { PartNumberRequested: '2', ActualPartCount: '1' }
    await assertBothFail(speak, { key, query: { partNumber: 2 } }, status, code, speak.dialect === 's3' ? details : {})
  }
})

inBothDialects('a part number outside 1 to 10000, or beside a range, is refused', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'hello')
  for (const partNumber of ['0', '10001', '-1', 'x', '1.5']) {
    const details = { ArgumentName: 'partNumber', ArgumentValue: partNumber }
    await assertBothFail(speak, { key: 'k', query: { partNumber } }, 400, 'InvalidArgument', details)
  }
  const both = { key: 'k', query: { partNumber: 1 }, headers: { range: 'bytes=0-1' } }
  assertError(await speak.say({ method: 'GET', bucket: speak.bucket, ...both }), 400, 'InvalidRequest')
})

// --- archived ------------------------------------------------------------------------------------------------------

inBothDialects(raises('InvalidObjectState', 'reading an archived object; HEAD works'), async (speak) => {
  await speak.makeBucket()
  const name = `${speak.prefix}storage-class`
  for (const archived of [speak.dialect === 'cos' ? 'ARCHIVE' : 'GLACIER', 'DEEP_ARCHIVE']) {
    const etag = (await speak.put('k', TEN, { [name]: archived })).headers.get('etag') ?? ''
    // Archived is told before a bad range, conditions before either (errors.md 4.2).
    for (const headers of [{}, { range: 'bytes=0-1' }, { range: 'bytes=100-' }]) {
      const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', headers })
      assertError(heard, 403, 'InvalidObjectState', { StorageClass: archived })
      if (speak.dialect === 'cos') assert.equal(heard.headers.get('x-cos-storage-class'), archived)
    }
    const matched = { method: 'GET', bucket: speak.bucket, key: 'k', headers: { 'if-none-match': etag } }
    assert.equal((await speak.say(matched)).status, 304)
    const head = await speak.say({ method: 'HEAD', bucket: speak.bucket, key: 'k' })
    assert.deepEqual({ status: head.status, sizeBytes: head.sizeBytes }, { status: 200, sizeBytes: 10 })
    assert.equal(head.headers.get(name), archived)
  }
})

// --- headers that reads do not take --------------------------------------------------------------------------------

inBothDialects('the header of a speed limit is refused by name', async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  const names = [`${speak.prefix}traffic-limit`]
  for (const name of names) {
    await assertBothFail(speak, { key: 'k', headers: { [name]: 'AES256' } }, 501, 'NotImplemented', { Header: name })
  }
})

inCos(raises('SSEHeaderNotAllowed', 'a read that names an encryption'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  const headers = { 'x-cos-server-side-encryption': 'AES256' }
  await assertBothFail(speak, { key: 'k', headers }, 400, 'SSEHeaderNotAllowed')
})

inS3('a read that names an encryption is refused', async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  const name = 'x-amz-server-side-encryption'
  await assertBothFail(speak, { key: 'k', headers: { [name]: 'AES256' } }, 400, 'InvalidArgument', {
    ArgumentName: name,
  })
})
