import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { assertError, inBothDialects, inCos, inS3, type Speaker } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'
import { wireRequest } from '../../support/wire-request.js'
import { putChunked } from '../object/aws-chunked.js'
import { begin, blobsAfterReclaim, putInParts } from './upload.js'

const md5 = (text: string, form: 'hex' | 'base64' = 'hex') => createHash('md5').update(text).digest(form)
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64')
const crc32Of = (text: string) => {
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(text))
  return sum.toString('base64')
}

function putPart(speak: Speaker, key: string, query: Record<string, string | number>, body: string | undefined = 'x') {
  return speak.say({ method: 'PUT', bucket: speak.bucket, key, query, body })
}

const FOREIGN_ID = `1767323045${'a'.repeat(64)}`

inBothDialects(
  raises('NoSuchUpload', 'an upload that is unknown, of another key, aborted or completed, before the body'),
  async (speak) => {
    await speak.makeBucket()
    const upload = await begin(speak, 'other')
    const aborted = await begin(speak, 'k')
    await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k', query: { uploadId: aborted.id } })
    const completed = await begin(speak, 'k')
    await completed.complete([await completed.store(1, 'x')])
    for (const uploadId of ['x', FOREIGN_ID, FOREIGN_ID.toUpperCase(), upload.id, aborted.id, completed.id]) {
      const heard = await putPart(speak, 'k', { partNumber: 1, uploadId })
      assertError(heard, 404, 'NoSuchUpload', { UploadId: uploadId })
      assert.equal(heard.bodyRead, false)
    }
  },
)

inBothDialects(raises('InvalidArgument', 'a part number outside 1 to 10000'), async (speak) => {
  await speak.makeBucket()
  const { part } = await begin(speak, 'k')
  for (const number of ['0', '10001', '-1', '1.0', 'x', '']) {
    const heard = await part(number, 'x')
    assertError(heard, 400, 'InvalidArgument', { ArgumentName: 'partNumber' })
    assert.equal(heard.bodyRead, false)
  }
  for (const number of [1, 10_000]) assert.equal((await part(number, 'x')).status, 200)
})

inBothDialects('one selector without the other is refused and never a put of the object', async (speak) => {
  await speak.makeBucket()
  const { id } = await begin(speak, 'k')
  const selectors: readonly Record<string, string | number>[] = [{ uploadId: id }, { partNumber: 1 }]
  for (const query of selectors) assertError(await putPart(speak, 'k', query), 400, 'InvalidArgument')
  assert.equal((await speak.say({ method: 'HEAD', bucket: speak.bucket, key: 'k' })).status, 404)
})

inBothDialects(raises('BadDigest', 'a part with the digest of other bytes'), async (speak) => {
  await speak.makeBucket()
  const { part, id } = await begin(speak, 'k')
  for (const body of ['hello', 'b'.repeat(200_000)]) {
    const heard = await part(1, body, { 'content-md5': md5('other', 'base64') })
    assertError(heard, 400, 'BadDigest', { CalculatedDigest: md5(body, 'base64') })
  }
  const parts = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', query: { uploadId: id } })
  assert.equal(parts.text.includes('<Part>'), false)
  assert.deepEqual(await speak.blobs.list(undefined, 10), [])
})

inBothDialects(raises('InvalidDigest', 'a part whose Content-MD5 is ill-formed'), async (speak) => {
  await speak.makeBucket()
  const { part } = await begin(speak, 'k')
  const heard = await part(1, 'x', { 'content-md5': '000' })
  assertError(heard, 400, 'InvalidDigest', { 'Content-MD5': '000' })
  assert.equal(heard.bodyRead, false)
})

inCos(raises('InvalidSha1Digest', 'a part with the SHA-1 of other bytes'), async (speak) => {
  await speak.makeBucket()
  const { part } = await begin(speak, 'k')
  assertError(await part(1, 'x', { 'x-cos-content-sha1': '0'.repeat(40) }), 400, 'InvalidSHA1Digest')
})

inS3(raises('XAmzContentSHA256Mismatch', 'a part whose signed hash is of other bytes'), async (speak) => {
  await speak.makeBucket()
  const { part } = await begin(speak, 'k')
  assertError(await part(1, 'x', { 'x-amz-content-sha256': 'a'.repeat(64) }), 400, 'XAmzContentSHA256Mismatch')
})

inBothDialects(raises('EntityTooLarge', 'a part of more than 5 GiB, before the body'), async (speak) => {
  await speak.makeBucket(speak.bucket, { [`${speak.prefix}acl`]: 'public-read-write' })
  const { id } = await begin(speak, 'k')
  const target = `/k?partNumber=1&uploadId=${id}`
  const bytes = (): never => assert.fail('the body is not asked for')
  const request = wireRequest({ method: 'PUT', target, host: speak.host(speak.bucket) })
  const answer = await speak.send({ ...request, body: { sizeBytes: 5_368_709_121, chunked: false, bytes } })
  const text = answer.body.kind === 'bytes' ? Buffer.from(answer.body.bytes).toString() : ''
  assert.equal(answer.status, 400)
  assert.match(text, /<Code>EntityTooLarge<\/Code>/)
})

inBothDialects(raises('MissingContentLength', 'a part without length and without chunks'), async (speak) => {
  await speak.makeBucket()
  const { id } = await begin(speak, 'k')
  const said = { method: 'PUT', bucket: speak.bucket, key: 'k', query: { partNumber: 1, uploadId: id } }
  assertError(await speak.say(said), 411, 'MissingContentLength')
})

inBothDialects(raises('NotImplemented', 'headers of a part that ask for what is not done'), async (speak) => {
  await speak.makeBucket()
  const { part } = await begin(speak, 'k')
  const Header = `${speak.prefix}traffic-limit`
  assertError(await part(1, 'x', { [Header]: '819200' }), 501, 'NotImplemented', { Header })
})

inBothDialects('a part answers with its MD5 and, in COS, its CRC-64; an empty one is taken', async (speak) => {
  await speak.makeBucket()
  const { part } = await begin(speak, 'k')
  for (const [body, crc64] of [
    ['[Object Part]', '4510578591875220731'],
    ['', '0'],
  ] as const) {
    const heard = await part(1, body)
    assert.equal(heard.status, 200)
    assert.equal(heard.sizeBytes, 0)
    assert.equal(heard.headers.get('etag'), `"${md5(body)}"`)
    assert.equal(heard.headers.get('x-cos-hash-crc64ecma'), speak.dialect === 'cos' ? crc64 : undefined)
    assert.equal(heard.headers.has(`${speak.prefix}version-id`), false)
  }
})

inBothDialects('the same number again replaces the part, and the old bytes go', async (speak) => {
  await speak.makeBucket()
  const upload = await begin(speak, 'k')
  const old = await upload.store(1, 'o'.repeat(200_000))
  const replaced = await upload.store(1, 'n'.repeat(200_000))
  assert.equal(await blobsAfterReclaim(speak), 1)
  assertError(await upload.complete([old]), 400, 'InvalidPart', { PartNumber: '1' })
  assert.equal((await upload.complete([replaced])).status, 200)
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })
  assert.ok(heard.text === 'n'.repeat(200_000))
})

inBothDialects('parts do not show before Complete, and the object there stays', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'old')
  const upload = await begin(speak, 'k')
  const part = await upload.store(1, 'new')
  assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })).text, 'old')
  await upload.complete([part])
  assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })).text, 'new')
})

inS3(raises('BadDigest', 'a part with the checksum of other bytes'), async (speak) => {
  await speak.makeBucket()
  const { part } = await begin(speak, 'k', { 'x-amz-checksum-algorithm': 'SHA256' })
  assertError(await part(1, 'hello', { 'x-amz-checksum-sha256': sha256('other') }), 400, 'BadDigest')
})

inS3(
  raises('InvalidRequest', 'a part with a checksum of another algorithm than the upload promised'),
  async (speak) => {
    await speak.makeBucket()
    const { part } = await begin(speak, 'k', { 'x-amz-checksum-algorithm': 'SHA256' })
    const heard = await part(1, 'hello', { 'x-amz-checksum-crc32': crc32Of('hello') })
    assertError(heard, 400, 'InvalidRequest')
    assert.equal(
      heard.error.message,
      'Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32',
    )
  },
)

inS3('a part of an upload that promised checksums has one, sent by the client or not', async (speak) => {
  await speak.makeBucket()
  const { part } = await begin(speak, 'k', { 'x-amz-checksum-algorithm': 'SHA256' })
  const sent: Record<string, string> = { 'x-amz-checksum-sha256': sha256('hello') }
  for (const headers of [sent, {}]) {
    assert.equal((await part(1, 'hello', headers)).headers.get('x-amz-checksum-sha256'), sha256('hello'))
  }
})

inS3('a part arrives in signed chunks with a trailer as well', async (speak) => {
  await speak.makeBucket()
  const { id, complete } = await begin(speak, 'k', { 'x-amz-checksum-algorithm': 'CRC32' })
  const query = { partNumber: 1, uploadId: id }
  const put = { key: 'k', query, chunks: ['hello'], signed: true }
  const wrong = await putChunked(speak, { ...put, trailer: [`x-amz-checksum-crc32:${crc32Of('other')}`] })
  assertError(wrong, 400, 'BadDigest')
  const right = await putChunked(speak, { ...put, trailer: [`x-amz-checksum-crc32:${crc32Of('hello')}`] })
  assert.equal(right.headers.get('x-amz-checksum-crc32'), crc32Of('hello'))
  const more = `<ChecksumCRC32>${crc32Of('hello')}</ChecksumCRC32>`
  const done = await complete([{ number: 1, etag: right.headers.get('etag') ?? '', more }])
  assert.equal(done.status, 200, done.text)
})

inBothDialects('an upload of one part of nothing is an empty object', async (speak) => {
  await speak.makeBucket()
  const done = await putInParts(speak, 'k', [''])
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })
  assert.equal(heard.sizeBytes, 0)
  const etag = createHash('md5').update(md5(''), 'hex').digest('hex')
  assert.equal(heard.headers.get('etag'), `"${etag}-1"`)
  assert.equal(done.headers.get('x-cos-hash-crc64ecma'), speak.dialect === 'cos' ? '0' : undefined)
})
