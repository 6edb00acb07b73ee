import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { loadDigests } from '../../../src/base/digests.js'
import { CHECKSUM_ALGORITHMS, CHECKSUMS } from '../../../src/model/checksum.js'
import { assertError, inBothDialects, inCos, inS3, OTHER, type Speaker, speaker } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'
import { wireRequest } from '../../support/wire-request.js'
import { putChunked } from './aws-chunked.js'

const md5 = (text: string) => createHash('md5').update(text).digest('base64')
const hex = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex')
const digests = await loadDigests()
const checksumOf = (algorithm: (typeof CHECKSUM_ALGORITHMS)[number], text: string) =>
  digests.of(CHECKSUMS[algorithm].digest, Buffer.from(text)).toString('base64')

/** Nothing was stored by the refused request before. */
async function assertAbsent(speak: Speaker, key = 'k'): Promise<void> {
  const heard = await speak.say({ method: 'HEAD', bucket: speak.bucket, key })
  assertError(heard, 404, 'NoSuchKey')
}

async function assertNoBlobs(speak: Speaker): Promise<void> {
  assert.deepEqual(await speak.blobs.list(undefined, 10), [])
}

const BIG = 'b'.repeat(200_000)

// --- digests ---------------------------------------------------------------------------------------------------

inBothDialects(
  raises('InvalidDigest', 'a Content-MD5 that is not Base64 of 16 bytes, before the body'),
  async (speak) => {
    await speak.makeBucket()
    const cases = ['000', '', 'x'.repeat(24), hex('md5', 'hello'), Buffer.alloc(15).toString('base64'), 'é']
    for (const given of cases) {
      const heard = await speak.say({
        method: 'PUT',
        bucket: speak.bucket,
        key: 'k',
        body: 'hello',
        headers: { 'content-md5': given },
      })
      assertError(
        heard,
        400,
        'InvalidDigest',
        given === '' ? {} : { 'Content-MD5': Buffer.from(given).toString('latin1') },
      )
      assert.equal(heard.bodyRead, false)
    }
    await assertAbsent(speak)
  },
)

inBothDialects(raises('BadDigest', 'a Content-MD5 of other bytes stores nothing, small or large'), async (speak) => {
  await speak.makeBucket()
  for (const body of ['hello', BIG]) {
    const headers = { 'content-md5': md5('other') }
    const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', body, headers })
    assertError(heard, 400, 'BadDigest', { ExpectedDigest: md5('other'), CalculatedDigest: md5(body) })
    await assertAbsent(speak)
    await assertNoBlobs(speak)
  }
})

inBothDialects('the right Content-MD5 is accepted, and a refused overwrite leaves the old object', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'hello', { 'content-md5': md5('hello') })
  const headers = { 'content-md5': md5('other') }
  await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', body: 'replaced', headers })
  assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })).text, 'hello')
})

inCos(raises('InvalidSha1Digest', 'an x-cos-content-sha1 of other bytes'), async (speak) => {
  await speak.makeBucket()
  for (const given of [hex('sha1', 'other'), 'nonsense']) {
    const headers = { 'x-cos-content-sha1': given }
    const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', body: 'hello', headers })
    assertError(heard, 400, 'InvalidSHA1Digest')
    await assertAbsent(speak)
  }
  await speak.put('k', 'hello', { 'x-cos-content-sha1': hex('sha1', 'hello').toUpperCase() })
})

inS3(raises('XAmzContentSHA256Mismatch', 'a signed hash of other bytes'), async (speak) => {
  await speak.makeBucket()
  const headers = { 'x-amz-content-sha256': hex('sha256', 'other') }
  const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', body: 'hello', headers })
  assertError(heard, 400, 'XAmzContentSHA256Mismatch', {
    ClientComputedContentSHA256: hex('sha256', 'other'),
    S3ComputedContentSHA256: hex('sha256', 'hello'),
  })
  await assertAbsent(speak)
})

inS3('a wrong Content-MD5 is told before a wrong signed hash', async (speak) => {
  await speak.makeBucket()
  const headers = { 'x-amz-content-sha256': hex('sha256', 'other'), 'content-md5': md5('other') }
  const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', body: 'hello', headers })
  assertError(heard, 400, 'BadDigest')
})

inS3(raises('BadDigest', 'a checksum of other bytes, in a header'), async (speak) => {
  await speak.makeBucket()
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const headers = { [`x-amz-checksum-${algorithm.toLowerCase()}`]: checksumOf(algorithm, 'other') }
    const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', body: 'hello', headers })
    assertError(heard, 400, 'BadDigest', { CalculatedDigest: checksumOf(algorithm, 'hello') })
    assert.equal(heard.error.message, `The ${algorithm} you specified did not match the calculated checksum.`)
    await assertAbsent(speak)
  }
})

inS3(
  raises('InvalidRequest', 'checksum headers that are several, ill-formed, unknown or not those announced'),
  async (speak) => {
    await speak.makeBucket()
    const crc32 = checksumOf('CRC32', 'hello')
    const cases: readonly Record<string, string>[] = [
      { 'x-amz-checksum-crc32': crc32, 'x-amz-checksum-sha1': checksumOf('SHA1', 'hello') },
      { 'x-amz-checksum-crc32': checksumOf('SHA1', 'hello') },
      { 'x-amz-checksum-sha256': crc32 },
      { 'x-amz-checksum-crc32': 'not base64' },
      { 'x-amz-sdk-checksum-algorithm': 'CRC32' },
      { 'x-amz-sdk-checksum-algorithm': 'MD2', 'x-amz-checksum-crc32': crc32 },
      { 'x-amz-sdk-checksum-algorithm': 'SHA1', 'x-amz-checksum-crc32': crc32 },
      { 'x-amz-checksum-md4': crc32 },
    ]
    for (const headers of cases) {
      const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', body: 'hello', headers })
      assertError(heard, 400, 'InvalidRequest')
      await assertAbsent(speak)
    }
  },
)

inS3('each of the five checksums is verified, kept and shown on demand', async (speak) => {
  await speak.makeBucket()
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const name = `x-amz-checksum-${algorithm.toLowerCase()}`
    const value = checksumOf(algorithm, 'hello')
    const put = await speak.put('k', 'hello', { [name]: value, 'x-amz-sdk-checksum-algorithm': algorithm })
    assert.equal(put.headers.get(name), value)
    assert.equal(put.headers.get('x-amz-checksum-type'), 'FULL_OBJECT')
    const plain = await speak.say({ method: 'HEAD', bucket: speak.bucket, key: 'k' })
    assert.equal(plain.headers.has(name), false)
    for (const method of ['GET', 'HEAD']) {
      const headers = { 'x-amz-checksum-mode': 'ENABLED' }
      const heard = await speak.say({ method, bucket: speak.bucket, key: 'k', headers })
      assert.equal(heard.headers.get(name), value)
      assert.equal(heard.headers.get('x-amz-checksum-type'), 'FULL_OBJECT')
    }
  }
})

// --- aws-chunked bodies ------------------------------------------------------------------------------------------

const CHUNK = 'c'.repeat(8192)

inS3('bodies in signed chunks, signed trailers and unsigned trailers are stored decoded', async (speak) => {
  await speak.makeBucket()
  const crc32 = `x-amz-checksum-crc32:${checksumOf('CRC32', `${CHUNK}hello`)}`
  for (const put of [{ signed: true }, { signed: true, trailer: [crc32] }, { signed: false, trailer: [crc32] }]) {
    const heard = await putChunked(speak, { key: 'k', chunks: [CHUNK, 'hello'], ...put })
    assert.equal(heard.status, 200, heard.text)
    const read = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })
    assert.equal(read.text, `${CHUNK}hello`)
    assert.equal(read.headers.get('etag'), `"${hex('md5', `${CHUNK}hello`)}"`)
    assert.equal(read.headers.has('content-encoding'), false, 'aws-chunked belongs to the transfer')
  }
})

inS3('a coding beside aws-chunked is kept', async (speak) => {
  await speak.makeBucket()
  const headers = { 'content-encoding': 'aws-chunked,gzip' }
  await putChunked(speak, { key: 'k', chunks: ['hello'], signed: true, headers })
  const read = await speak.say({ method: 'HEAD', bucket: speak.bucket, key: 'k' })
  assert.equal(read.headers.get('content-encoding'), 'gzip')
})

inS3('each of the five checksums is verified in the trailer', async (speak) => {
  await speak.makeBucket()
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const name = `x-amz-checksum-${algorithm.toLowerCase()}`
    for (const signed of [true, false]) {
      const wrong = { key: 'k', chunks: ['hello'], signed, trailer: [`${name}:${checksumOf(algorithm, 'other')}`] }
      assertError(await putChunked(speak, wrong), 400, 'BadDigest')
      await assertAbsent(speak, 'k')
      const right = { ...wrong, key: `k-${algorithm}`, trailer: [`${name}:${checksumOf(algorithm, 'hello')}`] }
      const heard = await putChunked(speak, right)
      assert.equal(heard.status, 200, heard.text)
      assert.equal(heard.headers.get(name), checksumOf(algorithm, 'hello'))
    }
  }
})

inS3(raises('MissingContentLength', 'an aws-chunked body without its decoded length'), async (speak) => {
  await speak.makeBucket()
  const heard = await putChunked(speak, { key: 'k', chunks: ['hello'], signed: true, decodedSizeBytes: 'none' })
  assertError(heard, 411, 'MissingContentLength')
  assert.equal(heard.bodyRead, false)
})

inS3(raises('IncompleteBody', 'an aws-chunked body that decodes to another length than declared'), async (speak) => {
  await speak.makeBucket()
  const expected = [
    [10, { NumberBytesExpected: '10', NumberBytesProvided: '5' }],
    [4, { NumberBytesExpected: '4', NumberBytesProvided: '5' }],
  ] as const
  for (const [decodedSizeBytes, details] of expected) {
    const heard = await putChunked(speak, { key: 'k', chunks: ['hello'], signed: true, decodedSizeBytes })
    assertError(heard, 400, 'IncompleteBody', details)
    await assertAbsent(speak)
  }
  const cut = await putChunked(speak, { key: 'k', chunks: ['hello'], signed: true, alter: (text) => text.slice(0, 95) })
  assertError(cut, 400, 'IncompleteBody')
})

inS3(raises('InvalidChunkSizeError', 'a signed chunk other than the last below 8 KiB'), async (speak) => {
  await speak.makeBucket()
  const heard = await putChunked(speak, { key: 'k', chunks: [CHUNK.slice(1), 'hello'], signed: true })
  assertError(heard, 400, 'InvalidChunkSizeError', { Chunk: '1', BadChunkSize: '8191' })
  await assertAbsent(speak)
})

inS3(raises('SignatureDoesNotMatch', 'a chunk or a trailer that was altered on the way'), async (speak) => {
  await speak.makeBucket()
  const trailer = [`x-amz-checksum-crc32:${checksumOf('CRC32', 'hello')}`]
  const put = { key: 'k', chunks: ['hello'], signed: true, trailer }
  const alterations = [
    (text: string) => text.replace('hello', 'jello'),
    (text: string) => text.replace('crc32:', 'crc32:x'),
  ]
  for (const alter of alterations) {
    assertError(await putChunked(speak, { ...put, alter }), 403, 'SignatureDoesNotMatch')
    await assertAbsent(speak)
  }
})

inS3(raises('MalformedTrailerError', 'a trailer that is missing, other than announced or broken'), async (speak) => {
  await speak.makeBucket()
  const crc32 = `x-amz-checksum-crc32:${checksumOf('CRC32', 'hello')}`
  const sha1 = `x-amz-checksum-sha1:${checksumOf('SHA1', 'hello')}`
  const put = { key: 'k', chunks: ['hello'], signed: false }
  const cases = [
    { trailer: [], announced: 'x-amz-checksum-crc32' },
    { trailer: [sha1], announced: 'x-amz-checksum-crc32' },
    { trailer: [crc32, sha1], announced: 'x-amz-checksum-crc32' },
    { trailer: [crc32, crc32], announced: 'x-amz-checksum-crc32' },
    { trailer: ['no colon'], announced: 'x-amz-checksum-crc32' },
    { trailer: [crc32], signed: true, alter: (text: string) => text.replace(/x-amz-trailer-signature:.*\r\n/, '') },
  ]
  for (const each of cases) {
    assertError(await putChunked(speak, { ...put, ...each }), 400, 'MalformedTrailerError')
    await assertAbsent(speak)
  }
})

inS3('a trailer of an unknown algorithm is refused, not ignored', async (speak) => {
  await speak.makeBucket()
  const heard = await putChunked(speak, {
    key: 'k',
    chunks: ['hello'],
    signed: false,
    trailer: ['x-amz-checksum-md4:AA=='],
  })
  assertError(heard, 400, 'InvalidRequest')
  await assertAbsent(speak)
})

// --- sizes and keys ----------------------------------------------------------------------------------------------

inBothDialects(raises('EntityTooLarge', 'more than 5 GiB declared, before the body'), async (speak) => {
  await speak.makeBucket(speak.bucket, { [`${speak.prefix}acl`]: 'public-read-write' })
  const sketch = { method: 'PUT', target: '/k', host: speak.host(speak.bucket) }
  const bytes = (): never => assert.fail('the body is not asked for')
  const body = { sizeBytes: 5_368_709_121, chunked: false, bytes }
  const { status, body: answer } = await speak.send({ ...wireRequest(sketch), body })
  const text = answer.kind === 'bytes' ? Buffer.from(answer.bytes).toString() : ''
  assert.equal(status, 400)
  assert.match(text, /<Code>EntityTooLarge<\/Code>/)
  assert.match(text, /<ProposedSize>5368709121<\/ProposedSize>/)
  assert.match(text, /<MaxSizeAllowed>5368709120<\/MaxSizeAllowed>/)
})

inS3('the decoded length counts against the limit', async (speak) => {
  await speak.makeBucket()
  const heard = await putChunked(speak, { key: 'k', chunks: ['hello'], signed: true, decodedSizeBytes: 5_368_709_121 })
  assertError(heard, 400, 'EntityTooLarge', { ProposedSize: '5368709121', MaxSizeAllowed: '5368709120' })
  assert.equal(heard.bodyRead, false)
})

inBothDialects(raises('MissingContentLength', 'neither a length nor chunks'), async (speak) => {
  await speak.makeBucket()
  assertError(await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k' }), 411, 'MissingContentLength')
})

inBothDialects('a body in chunks needs no length', async (speak) => {
  await speak.makeBucket()
  async function* body() {
    yield Buffer.from('hello ')
    yield Buffer.from('world')
  }
  assert.equal((await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', body: body() })).status, 200)
  assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })).text, 'hello world')
})

inCos(raises('KeyTooLong', 'a key of 851 bytes of UTF-8 in COS'), async (speak) => {
  await speak.makeBucket()
  for (const key of ['a'.repeat(851), `${'é'.repeat(425)}a`]) {
    const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, key, body: 'x' })
    assertError(heard, 400, 'KeyTooLong', { Size: '851', MaxSizeAllowed: '850' })
  }
  await speak.put('é'.repeat(425))
})

inS3(raises('KeyTooLong', 'a key of 1025 bytes of UTF-8 in S3'), async (speak) => {
  await speak.makeBucket()
  for (const key of ['a'.repeat(1025), `${'é'.repeat(512)}a`]) {
    const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, key, body: 'x' })
    assertError(heard, 400, 'KeyTooLongError', { Size: '1025', MaxSizeAllowed: '1024' })
  }
  await speak.put('é'.repeat(512))
})

inCos(raises('InvalidObjectName', 'keys that COS does not make'), async (speak) => {
  await speak.makeBucket()
  for (const path of ['//a', '/%5Ca', '/a%18', '/a%1B']) {
    const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, path, body: 'x' })
    assertError(heard, 400, 'InvalidObjectName')
  }
})

inBothDialects('dots and double slashes are parts of keys like others', async (speak) => {
  await speak.makeBucket()
  for (const key of ['a//b', 'a/../b', '.', '..', 'a/', ' ', '+', '%', 'ключ', '💾']) {
    await speak.put(key, key)
    assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, key })).text, key)
  }
})

inBothDialects('%2F in the path is a slash of the key, a plus a plus', async (speak) => {
  await speak.makeBucket()
  await speak.say({ method: 'PUT', bucket: speak.bucket, path: '/a%2Fb+c', body: 'x' })
  assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, key: 'a/b+c' })).text, 'x')
})

// --- rights, and who is told first -------------------------------------------------------------------------------

inBothDialects(raises('AccessDenied', 'writing into the bucket of another account'), async (speak) => {
  await speak.makeBucket()
  for (const as of ['anonymous', 'other'] as const) {
    const said = { method: 'PUT', bucket: speak.bucket, key: 'k', as, body: 'x' }
    const heard = await speak.say(said)
    assert.equal(heard.status, 403)
    assert.equal(heard.bodyRead, false)
    const large = { ...said, headers: { [`${speak.prefix}meta-a`]: 'x'.repeat(3000) } }
    assertError(await speak.say(large), 403, heard.error.code)
    const malformed = { ...said, headers: { 'content-md5': 'x' } }
    assertError(await speak.say(malformed), 400, 'InvalidDigest')
  }
})

inBothDialects('an object belongs to whoever wrote it, or to the bucket when nobody signed', async (speak) => {
  await speak.makeBucket(speak.bucket, { [`${speak.prefix}acl`]: 'public-read-write' })
  for (const [key, as, accountId] of [
    ['theirs', 'other', speak.other.id],
    ['unsigned', 'anonymous', speak.owner.id],
  ] as const) {
    assert.equal((await speak.say({ method: 'PUT', bucket: speak.bucket, key, as, body: 'x' })).status, 200)
    const bucket = await speak.core.buckets.find(speak.bucket)
    assert.ok(bucket)
    const { version } = await speak.core.objects.find({ bucket, key, reference: undefined })
    assert.equal(version.accountId, accountId)
  }
  assert.equal(OTHER.appId, speak.other.appId)
})

inBothDialects(raises('NoSuchBucket', 'a bucket that is not there, before the body'), async (speak) => {
  const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', body: 'x' })
  assertError(heard, 404, 'NoSuchBucket', { BucketName: speak.bucket })
  assert.equal(heard.bodyRead, false)
})

// --- metadata ----------------------------------------------------------------------------------------------------

inBothDialects(
  raises('MetadataTooLarge', 'user metadata of more than 2048 bytes of names and values'),
  async (speak) => {
    await speak.makeBucket()
    const name = (suffix: string) => `${speak.prefix}meta-${suffix}`
    const cases = [
      { [name('a')]: 'x'.repeat(2048) },
      { [name('a')]: 'é'.repeat(1024) },
      { [name('a')]: 'x'.repeat(1000), [name('bb')]: 'y'.repeat(1046) },
    ]
    for (const headers of cases) {
      const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', body: 'x', headers })
      assertError(heard, 400, 'MetadataTooLarge', { Size: '2049', MaxSizeAllowed: '2048' })
      assert.equal(heard.bodyRead, false)
    }
    await speak.put('k', 'x', { [name('a')]: 'x'.repeat(2047) })
  },
)

inBothDialects('metadata comes back verbatim, byte for byte, its names in lower case', async (speak) => {
  await speak.makeBucket()
  const given = { 'Latin-Name': 'caf\u00e9', text: '键 = 值; "quoted" \\ %41+', plain: 'a_b' }
  const headers = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [`${speak.prefix}meta-${name}`, value]),
  )
  await speak.put('k', 'x', headers)
  for (const method of ['GET', 'HEAD']) {
    const heard = await speak.say({ method, bucket: speak.bucket, key: 'k' })
    for (const [name, value] of Object.entries(given)) {
      const got = heard.headers.get(`${speak.prefix}meta-${name.toLowerCase()}`)
      assert.equal(Buffer.from(got ?? '', 'latin1').toString('utf8'), value)
    }
  }
})

inBothDialects('what one dialect stores the other shows under its own prefix', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'x', { [`${speak.prefix}meta-a`]: 'b' })
  const stranger = speak.dialect === 'cos' ? 'x-amz-meta-a' : 'x-cos-meta-a'
  const heard = await speak.say({ method: 'HEAD', bucket: speak.bucket, key: 'k' })
  assert.equal(heard.headers.has(stranger), false)
  const bucket = await speak.core.buckets.find(speak.bucket)
  assert.ok(bucket)
  const { version } = await speak.core.objects.find({ bucket, key: 'k', reference: undefined })
  assert.deepEqual(version.headers.userMetadata, [['a', 'b']])
})

const STANDARD_HEADERS = {
  'content-type': 'text/x-test; charset=utf-8',
  'cache-control': 'max-age=60',
  'content-disposition': 'attachment; filename="a.txt"',
  'content-encoding': 'gzip',
  'content-language': 'de',
  expires: 'Thu, 01 Jan 2026 00:00:00 GMT',
}

inBothDialects('the six standard headers are kept and shown; empty ones mean absent', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'x', STANDARD_HEADERS)
  await speak.put('e', 'x', Object.fromEntries(Object.keys(STANDARD_HEADERS).map((name) => [name, ''])))
  const kept = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })
  const empty = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'e' })
  for (const [name, value] of Object.entries(STANDARD_HEADERS)) {
    assert.equal(kept.headers.get(name), value)
    if (name !== 'content-type') assert.equal(empty.headers.has(name), false, name)
  }
})

const TYPES = [
  ['2.zip', 'application/zip'],
  ['a/b.JPG', 'image/jpeg'],
  ['x.html', 'text/html'],
  ['x.json', 'application/json'],
  ['noextension', undefined],
  ['a.zip/noextension', undefined],
] as const

inBothDialects(
  'an object without a type gets that of its extension in COS, the dialect’s default otherwise',
  async (speak) => {
    await speak.makeBucket()
    for (const [key, byKey] of TYPES) {
      await speak.put(key, 'x')
      const expected = speak.dialect === 'cos' ? (byKey ?? 'application/octet-stream') : 'binary/octet-stream'
      const heard = await speak.say({ method: 'HEAD', bucket: speak.bucket, key })
      assert.equal(heard.headers.get('content-type'), expected, key)
    }
  },
)

// --- storage classes ---------------------------------------------------------------------------------------------

inBothDialects(
  raises('InvalidStorageClass', 'a storage class that is unknown or of the other dialect'),
  async (speak) => {
    await speak.makeBucket()
    const foreign = speak.dialect === 'cos' ? ['ARCHIVE_X', 'GLACIER', 'MAZ_STANDARD'] : ['ARCHIVE', 'OUTPOSTS']
    for (const given of ['FakeClass', 'standard', ...foreign]) {
      const headers = { [`${speak.prefix}storage-class`]: given }
      const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', body: 'x', headers })
      assertError(heard, 400, 'InvalidStorageClass', { StorageClassRequested: given })
      assert.equal(heard.bodyRead, false)
    }
  },
)

inBothDialects('the storage class is kept and shown, STANDARD by leaving the header out', async (speak) => {
  await speak.makeBucket()
  const name = `${speak.prefix}storage-class`
  const archive = speak.dialect === 'cos' ? 'ARCHIVE' : 'GLACIER'
  for (const given of ['', 'STANDARD', 'STANDARD_IA', 'INTELLIGENT_TIERING', archive, 'DEEP_ARCHIVE']) {
    await speak.put('k', 'x', { [name]: given })
    const heard = await speak.say({ method: 'HEAD', bucket: speak.bucket, key: 'k' })
    assert.equal(heard.headers.get(name), given === '' || given === 'STANDARD' ? undefined : given)
  }
})

inS3('a class that COS spells STANDARD has no header there', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'x', { 'x-amz-storage-class': 'REDUCED_REDUNDANCY' })
  const said = { method: 'HEAD', bucket: speak.bucket, key: 'k' }
  assert.equal((await speak.say(said)).headers.get('x-amz-storage-class'), 'REDUCED_REDUNDANCY')
  const seen = await speaker(speak, 'cos').say(said)
  assert.equal(seen.status, 200)
  assert.equal(seen.headers.has('x-cos-storage-class'), false)
})

// --- headers that ask for what is not done ------------------------------------------------------------------------

const UNSERVED_S3 = [
  ['x-amz-server-side-encryption', 'aws:kms:dsse'],
  ['x-amz-write-offset-bytes', '1'],
] as const
const UNSERVED_COS = [
  ['x-cos-traffic-limit', '819200'],
  ['x-cos-callback', 'e30='],
  ['x-cos-return-body', 'e30='],
  ['x-cos-mime-limit', 'text/plain'],
  ['Pic-Operations', '{}'],
] as const

inBothDialects(raises('NotImplemented', 'a header that asks for something not done names itself'), async (speak) => {
  await speak.makeBucket()
  for (const [name, value] of speak.dialect === 'cos' ? UNSERVED_COS : UNSERVED_S3) {
    const heard = await speak.say({
      method: 'PUT',
      bucket: speak.bucket,
      key: 'k',
      body: 'x',
      headers: { [name]: value },
    })
    assertError(heard, 501, 'NotImplemented', { Header: name })
    assert.equal(heard.bodyRead, false)
    await speak.put('empty', 'x', { [name]: '' })
  }
  await assertAbsent(speak)
})

inCos('the speed limit asked for in the query is refused by name as well', async (speak) => {
  await speak.makeBucket()
  const query = { 'x-cos-traffic-limit': '819200' }
  const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', body: 'x', query })
  assertError(heard, 501, 'NotImplemented', { Header: 'x-cos-traffic-limit' })
})

inBothDialects(raises('InvalidEncryptionAlgorithmError', 'an encryption algorithm that nobody has'), async (speak) => {
  await speak.makeBucket()
  const name = `${speak.prefix}server-side-encryption`
  const heard = await speak.say({
    method: 'PUT',
    bucket: speak.bucket,
    key: 'k',
    body: 'x',
    headers: { [name]: 'ROT13' },
  })
  assertError(heard, 400, 'InvalidEncryptionAlgorithmError', { ArgumentName: name, ArgumentValue: 'ROT13' })
})

inBothDialects(
  raises('InvalidArgument', 'a canned ACL that nobody has; one that changes nothing is accepted'),
  async (speak) => {
    await speak.makeBucket()
    const name = `${speak.prefix}acl`
    const heard = await speak.say({
      method: 'PUT',
      bucket: speak.bucket,
      key: 'k',
      body: 'x',
      headers: { [name]: 'mine' },
    })
    assertError(heard, 400, 'InvalidArgument', { ArgumentName: name, ArgumentValue: 'mine' })
    await speak.put('k', 'x', { [name]: 'private' })
  },
)

// --- conditions ----------------------------------------------------------------------------------------------------

inBothDialects(raises('NotImplemented', 'conditions that are not done on writes name themselves'), async (speak) => {
  await speak.makeBucket()
  const cases: readonly [Record<string, string>, string][] = [
    [{ 'if-none-match': '"abc"' }, 'If-None-Match'],
    [{ 'if-match': '"abc"', 'if-none-match': '*' }, 'If-None-Match'],
    [{ 'if-unmodified-since': 'Thu, 01 Jan 2026 00:00:00 GMT' }, 'If-Unmodified-Since'],
  ]
  for (const [headers, name] of cases) {
    const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', body: 'x', headers })
    assertError(heard, 501, 'NotImplemented', { Header: name })
  }
})

inBothDialects(raises('PreconditionFailed', 'a put whose condition does not hold, before the body'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'old')
  for (const [headers, Condition] of [
    [{ 'if-none-match': '*' }, 'If-None-Match'],
    [{ 'if-match': '"other"' }, 'If-Match'],
  ] as const) {
    const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', body: 'new', headers })
    assertError(heard, 412, 'PreconditionFailed', { Condition })
    assert.equal(heard.bodyRead, false)
  }
  assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })).text, 'old')
})

inBothDialects('a put whose condition holds is done', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'one', { 'if-none-match': '*' })
  await speak.put('k', 'two', { 'if-match': `"${hex('md5', 'one')}"` })
  await speak.put('k', 'three', { 'if-match': hex('md5', 'two') })
  await speak.put('k', 'four', { 'if-match': `"x", "${hex('md5', 'three')}"` })
  await speak.put('k', 'five', { 'if-match': '*' })
  assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })).text, 'five')
})

inBothDialects(
  raises('NoSuchKey', 'If-Match on a put of an absent key in S3; PreconditionFailed in COS'),
  async (speak) => {
    await speak.makeBucket()
    const said = { method: 'PUT', bucket: speak.bucket, key: 'k', body: 'x', headers: { 'if-match': '"x"' } }
    const [status, code] =
      speak.dialect === 'cos' ? ([412, 'PreconditionFailed'] as const) : ([404, 'NoSuchKey'] as const)
    assertError(await speak.say(said), status, code)
    await speak.setVersioning('Enabled')
    await speak.put('k')
    await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k' })
    assertError(await speak.say(said), status, code)
    await speak.put('k', 'x', { 'if-none-match': '*' })
  },
)

inCos(
  raises('FileAlreadyExists', 'x-cos-forbid-overwrite on a key that exists, while the bucket never was versioned'),
  async (speak) => {
    await speak.makeBucket()
    const headers = { 'x-cos-forbid-overwrite': 'true' }
    await speak.put('k', 'one', headers)
    const said = { method: 'PUT', bucket: speak.bucket, key: 'k', body: 'two', headers }
    const heard = await speak.say(said)
    assertError(heard, 409, 'FileAlreadyExists')
    assert.equal(heard.bodyRead, false)
    await speak.put('k', 'three', { 'x-cos-forbid-overwrite': 'false' })
    for (const status of ['Enabled', 'Suspended'] as const) {
      await speak.setVersioning(status)
      assert.equal((await speak.say(said)).status, 200)
    }
  },
)

// --- answers -------------------------------------------------------------------------------------------------------

const VECTORS = [
  ['', '0', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['a', '3675645893302102789', '0cc175b9c0f1b6a831c399e269772661'],
  ['123456789', '11051210869376104954', '25f9e794323b453885f5181f1b624d0b'],
  ['hello', '11177612005948864433', '5d41402abc4b2a76b9719d911017c592'],
  ['[Object Content]', '16749565679157681890', 'ee8de918d05640145b18f70f4c3aa602'],
  ['[Object Content Version 2]', '11596229263574363878', '22e024392de860289f0baa7d6cf8a549'],
  ['[Object Part]', '4510578591875220731', '108f528eb63b65e734f27ae331f5ffaa'],
  ['[Chunked Content][2nd chunk][3rd chunk][4th chunk]', '7188322482464764960', 'aa488bb80185a6be87f4a7b936a80752'],
  ['\0'.repeat(1024 * 1024), '6947770692288575170', 'b6d81b360a5672d80c27430f39153e2c'],
] as const

inBothDialects('the ETag is the MD5 and, in COS, the CRC-64 stands beside it', async (speak) => {
  await speak.makeBucket()
  for (const [body, crc64, etag] of VECTORS) {
    const put = await speak.put('k', body)
    const expected = speak.dialect === 'cos' ? crc64 : undefined
    assert.equal(put.headers.get('etag'), `"${etag}"`)
    assert.equal(put.headers.get('x-cos-hash-crc64ecma'), expected)
    assert.equal(put.sizeBytes, 0)
    for (const method of ['GET', 'HEAD']) {
      const read = await speak.say({ method, bucket: speak.bucket, key: 'k' })
      assert.equal(read.headers.get('etag'), `"${etag}"`)
      assert.equal(read.headers.get('x-cos-hash-crc64ecma'), expected)
      assert.equal(read.sizeBytes, body.length)
    }
  }
})

inBothDialects('the version id is told while versioning is enabled; suspended, only S3 says null', async (speak) => {
  await speak.makeBucket()
  const name = `${speak.prefix}version-id`
  assert.equal((await speak.put('k')).headers.has(name), false)
  await speak.setVersioning('Enabled')
  const first = (await speak.put('k')).headers.get(name)
  speak.clock.advance(1)
  const second = (await speak.put('k')).headers.get(name)
  assert.match(first ?? '', /^[A-Za-z0-9]{27}$/)
  assert.notEqual(first, second)
  const sequence = (id: string | undefined) => BigInt(Buffer.from(id ?? '', 'base64').toString('latin1'))
  assert.ok(sequence(second) < sequence(first), 'newer sorts first')
  await speak.setVersioning('Suspended')
  assert.equal((await speak.put('k')).headers.get(name), speak.dialect === 'cos' ? undefined : 'null')
})

inBothDialects('a put while suspended replaces the null version and no other', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'unversioned')
  await speak.setVersioning('Enabled')
  const id = (await speak.put('k', 'versioned')).headers.get(`${speak.prefix}version-id`) ?? ''
  const read = async (versionId: string) =>
    (await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', query: { versionId } })).text
  assert.equal(await read('null'), 'unversioned')
  await speak.setVersioning('Suspended')
  await speak.put('k', 'suspended')
  assert.equal(await read('null'), 'suspended')
  assert.equal(await read(id), 'versioned')
})
