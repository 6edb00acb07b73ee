import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { loadDigests } from '../../../src/base/digests.js'
import { CHECKSUMS, type ChecksumAlgorithm } from '../../../src/model/checksum.js'
import { assertError, childText, inBothDialects, inCos, inS3, type Speaker, speaker } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'
import {
  begin,
  blobsAfterReclaim,
  completeBody,
  type ListedPart,
  MEBIBYTE,
  partSizeBytesMin,
  putInParts,
  type Upload,
} from './upload.js'

const digests = await loadDigests()
const md5 = (text: string | Uint8Array) => createHash('md5').update(text).digest()
const digestOf = (algorithm: ChecksumAlgorithm, text: string) =>
  digests.of(CHECKSUMS[algorithm].digest, Buffer.from(text))
const checksumOf = (algorithm: ChecksumAlgorithm, text: string) => digestOf(algorithm, text).toString('base64')
const read = (speak: Speaker, key = 'k') => speak.say({ method: 'GET', bucket: speak.bucket, key })

/** As large as a part must be but the last. */
const large = (speak: Speaker, letter = 'f') => letter.repeat(partSizeBytesMin(speak))

async function uploadOf(speak: Speaker, bodies: readonly string[]): Promise<{ upload: Upload; parts: ListedPart[] }> {
  const upload = await begin(speak, 'k')
  const parts: ListedPart[] = []
  for (const [index, body] of bodies.entries()) parts.push(await upload.store(index + 1, body))
  return { upload, parts }
}

// --- the document --------------------------------------------------------------------------------------------------

inBothDialects(raises('MissingRequestBodyError', 'a Complete without a body'), async (speak) => {
  await speak.makeBucket()
  const upload = await begin(speak, 'k')
  assertError(await upload.complete(''), 400, 'MissingRequestBodyError')
})

inBothDialects(raises('MalformedXML', 'a Complete that lists no part, or is no list of parts'), async (speak) => {
  await speak.makeBucket()
  const { upload, parts } = await uploadOf(speak, ['x'])
  const etag = parts[0]?.etag ?? ''
  for (const body of [
    '<CompleteMultipartUpload/>',
    '<CompleteMultipartUpload',
    '<CompleteMultipartUpload></Complete>',
    '<Other><Part/></Other>',
    '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>',
    `<CompleteMultipartUpload><Part><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`,
    completeBody([{ number: 'one', etag }]),
    completeBody([{ number: 0, etag }]),
    completeBody([{ number: 10_001, etag }]),
    'not XML',
  ]) {
    assertError(await upload.complete(body), 400, 'MalformedXML')
  }
  assert.equal((await upload.complete(parts)).status, 200)
})

inBothDialects('order, white space, prolog, namespaces and quotes of the document are free', async (speak) => {
  await speak.makeBucket()
  const { upload, parts } = await uploadOf(speak, [large(speak), 'x'])
  const [first = '', second = ''] = parts.map(({ etag }) => etag.replaceAll('"', ''))
  const heard = await upload.complete(`<?xml version="1.0" encoding="UTF-8"?>
    <CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
      <Part> <ETag>&quot;${first}&quot;</ETag> <PartNumber> 1 </PartNumber> </Part>
      <Part><PartNumber>2</PartNumber><ETag>${second}</ETag></Part>
    </CompleteMultipartUpload>`)
  assert.equal(heard.status, 200, heard.text)
})

inBothDialects(
  raises('BadDigest', 'a Complete whose document was altered on the way, told before its mistakes'),
  async (speak) => {
    await speak.makeBucket()
    const { upload, parts } = await uploadOf(speak, ['x'])
    const headers = { 'content-md5': md5('other').toString('base64') }
    assertError(await upload.complete(parts, headers), 400, 'BadDigest')
    assertError(await upload.complete('<a', headers), 400, 'BadDigest')
    const right = { 'content-md5': md5(completeBody(parts)).toString('base64') }
    assert.equal((await upload.complete(parts, right)).status, 200)
  },
)

// --- parts ---------------------------------------------------------------------------------------------------------

inBothDialects(
  raises('NoSuchUpload', 'a Complete of an upload that is unknown, of another key, aborted or completed'),
  async (speak) => {
    await speak.makeBucket()
    const { upload, parts } = await uploadOf(speak, ['x'])
    assert.equal((await upload.complete(parts)).status, 200)
    const body = completeBody(parts)
    const other = await begin(speak, 'other')
    for (const uploadId of ['x', `1767323045${'a'.repeat(64)}`, other.id, upload.id]) {
      const heard = await speak.say({ method: 'POST', bucket: speak.bucket, key: 'k', query: { uploadId }, body })
      assertError(heard, 404, 'NoSuchUpload', { UploadId: uploadId })
    }
    assert.equal((await read(speak)).text, 'x')
  },
)

inBothDialects(raises('InvalidPartOrder', 'parts that are not listed in ascending order, each once'), async (speak) => {
  await speak.makeBucket()
  const { upload, parts } = await uploadOf(speak, [large(speak), 'x'])
  const [first, second] = parts
  assert.ok(first && second)
  for (const listed of [
    [second, first],
    [first, first],
    [first, second, second],
  ]) {
    assertError(await upload.complete(listed), 400, 'InvalidPartOrder', { UploadId: upload.id })
  }
})

inBothDialects(raises('InvalidPart', 'a part that was never uploaded, or whose ETag differs'), async (speak) => {
  await speak.makeBucket()
  const { upload, parts } = await uploadOf(speak, ['x'])
  const foreign = 'a'.repeat(32)
  const cases: readonly [ListedPart[], string][] = [
    [[{ number: 1, etag: `"${foreign}"` }], '1'],
    [[...parts, { number: 2, etag: foreign }], '2'],
  ]
  for (const [listed, PartNumber] of cases) {
    const details = { UploadId: upload.id, PartNumber, ETag: foreign }
    assertError(await upload.complete(listed), 400, 'InvalidPart', details)
  }
})

inCos('gaps in the part numbers are InvalidPart in COS; the first may be any', async (speak) => {
  await speak.makeBucket()
  const upload = await begin(speak, 'k')
  const parts = [await upload.store(2, large(speak)), await upload.store(3, large(speak)), await upload.store(5, 'x')]
  assertError(await upload.complete(parts), 400, 'InvalidPart', { UploadId: upload.id, PartNumber: '4' })
  assert.equal((await upload.complete(parts.slice(0, 2))).status, 200)
})

inS3('gaps in the part numbers are allowed in S3, and parts keep their numbers', async (speak) => {
  await speak.makeBucket()
  const upload = await begin(speak, 'k')
  const parts = [await upload.store(2, large(speak)), await upload.store(10_000, 'last')]
  assert.equal((await upload.complete(parts)).status, 200)
  assert.ok((await read(speak)).text === `${large(speak)}last`)
  const said = { method: 'GET', bucket: speak.bucket, key: 'k' }
  assert.equal((await speak.say({ ...said, query: { partNumber: 10_000 } })).text, 'last')
  assertError(await speak.say({ ...said, query: { partNumber: 1 } }), 416, 'InvalidPartNumber')
})

inBothDialects(raises('EntityTooSmall', 'a part but the last below 1 MiB in COS, 5 MiB in S3'), async (speak) => {
  await speak.makeBucket()
  const { upload, parts } = await uploadOf(speak, [large(speak), large(speak).slice(1), 'x'])
  assertError(await upload.complete(parts), 400, 'EntityTooSmall', {
    ProposedSize: String(partSizeBytesMin(speak) - 1),
    MinSizeAllowed: String(speak.dialect === 'cos' ? MEBIBYTE : 5 * MEBIBYTE),
    PartNumber: '2',
    ETag: parts[1]?.etag.replaceAll('"', '') ?? '',
  })
  // As the last part it may be small.
  assert.equal((await upload.complete(parts.slice(0, 2))).status, 200)
})

inBothDialects('of several mistakes the first in the order of the specification is told', async (speak) => {
  await speak.makeBucket()
  const old = await speak.put('k', 'old')
  const { upload, parts } = await uploadOf(speak, ['small', 'x'])
  const [first, second] = parts
  assert.ok(first && second)
  const foreign = { number: 2, etag: 'a'.repeat(32) }
  const failing = { 'if-none-match': '*' }
  const unknown = (listed: readonly ListedPart[] | string) =>
    speak.say({
      method: 'POST',
      bucket: speak.bucket,
      key: 'k',
      query: { uploadId: 'x' },
      headers: failing,
      body: typeof listed === 'string' ? listed : completeBody(listed),
    })
  assertError(await unknown('<CompleteMultipartUpload/>'), 400, 'MalformedXML')
  assertError(await unknown([foreign, first]), 400, 'InvalidPartOrder')
  assertError(await unknown([first, foreign]), 404, 'NoSuchUpload')
  assertError(await upload.complete([first, foreign], failing), 400, 'InvalidPart')
  assertError(await upload.complete([first, second], failing), 400, 'EntityTooSmall')
  assertError(await upload.complete([first], failing), 412, 'PreconditionFailed', { Condition: 'If-None-Match' })
  assert.equal((await read(speak)).headers.get('etag'), old.headers.get('etag'))
})

inBothDialects('a refused Complete leaves the upload as it was', async (speak) => {
  await speak.makeBucket()
  const { upload, parts } = await uploadOf(speak, ['x'])
  assertError(await upload.complete([{ number: 1, etag: 'x' }]), 400, 'InvalidPart')
  assert.equal((await upload.complete(parts)).status, 200)
})

// --- conditions ----------------------------------------------------------------------------------------------------

inBothDialects(raises('PreconditionFailed', 'a Complete whose condition does not hold'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'old')
  const { upload, parts } = await uploadOf(speak, ['x'])
  assertError(await upload.complete(parts, { 'if-none-match': '*' }), 412, 'PreconditionFailed', {
    Condition: 'If-None-Match',
  })
  assertError(await upload.complete(parts, { 'if-match': '"x"' }), 412, 'PreconditionFailed', { Condition: 'If-Match' })
  const etag = md5('old').toString('hex')
  assert.equal((await upload.complete(parts, { 'if-match': etag })).status, 200)
})

inCos(raises('FileAlreadyExists', 'a Complete that forbids overwriting'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'old')
  const { upload, parts } = await uploadOf(speak, ['x'])
  const headers = { 'x-cos-forbid-overwrite': 'true' }
  assertError(await upload.complete(parts, headers), 409, 'FileAlreadyExists')
  await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k' })
  assert.equal((await upload.complete(parts, headers)).status, 200)
})

inBothDialects(
  raises('NoSuchKey', 'a Complete that demands an ETag of an absent key in S3; PreconditionFailed in COS'),
  async (speak) => {
    await speak.makeBucket()
    const { upload, parts } = await uploadOf(speak, ['x'])
    const [status, code] =
      speak.dialect === 'cos' ? ([412, 'PreconditionFailed'] as const) : ([404, 'NoSuchKey'] as const)
    assertError(await upload.complete(parts, { 'if-match': '"x"' }), status, code)
  },
)

inBothDialects(raises('NotImplemented', 'headers of a Complete that ask for what is not done'), async (speak) => {
  await speak.makeBucket()
  const { upload, parts } = await uploadOf(speak, ['x'])
  assertError(await upload.complete(parts, { 'if-none-match': '"x"' }), 501, 'NotImplemented', {
    Header: 'If-None-Match',
  })
  if (speak.dialect === 's3') return
  for (const Header of ['x-cos-callback', 'x-cos-return-body', 'Pic-Operations']) {
    assertError(await upload.complete(parts, { [Header]: 'e30=' }), 501, 'NotImplemented', { Header })
  }
})

// --- the object ----------------------------------------------------------------------------------------------------

inBothDialects(
  'the ETag is the MD5 of the parts’ MD5s and their number, the CRC-64 that of the joined bytes',
  async (speak) => {
    await speak.makeBucket()
    const first = Buffer.alloc(partSizeBytesMin(speak))
    const second = Buffer.alloc(123, 1)
    const done = await putInParts(speak, 'k', [first, second])
    const etag = `"${md5(Buffer.concat([md5(first), md5(second)])).toString('hex')}-2"`
    assert.equal(childText(done.xml, 'ETag'), etag)
    const heard = await read(speak)
    assert.equal(heard.headers.get('etag'), etag)
    assert.ok(heard.bytes.equals(Buffer.concat([first, second])))
    if (speak.dialect === 's3') return
    // cos-object.md 3.1.
    assert.equal(etag, '"76e7b827e51a1ac1e2509672e7e28da2-2"')
    for (const { headers } of [done, heard]) assert.equal(headers.get('x-cos-hash-crc64ecma'), '2067497680289918696')
  },
)

inCos('the result is as COS shows it', async (speak) => {
  await speak.makeBucket()
  const { upload, parts } = await uploadOf(speak, ['x'])
  const heard = await upload.complete(parts)
  assert.equal(heard.headers.get('content-type'), 'application/xml')
  const opening = '<CompleteMultipartUploadResult xmlns="http://www.qcloud.com/document/product/436/7751">'
  assert.ok(heard.text.startsWith(`${speak.declaration}${opening}`), heard.text)
  assert.deepEqual(
    heard.xml.children.map(({ name, text }) => [name, text]),
    [
      ['Location', `http://${speak.host(speak.bucket)}/k`],
      ['Bucket', speak.bucket],
      ['Key', 'k'],
      ['ETag', `"${md5(md5('x')).toString('hex')}-1"`],
    ],
  )
})

inS3('the result is as S3 shows it, its Location encoded and path-style when the request was', async (speak) => {
  await speak.makeBucket()
  const key = 'dir/k é+'
  const said = { bucket: speak.bucket, key, pathStyle: true }
  const begun = await speak.say({ ...said, method: 'POST', query: { uploads: true } })
  const uploadId = childText(begun.xml, 'UploadId') ?? ''
  const part = await speak.say({ ...said, method: 'PUT', query: { partNumber: 1, uploadId }, body: 'x' })
  const body = completeBody([{ number: 1, etag: part.headers.get('etag') ?? '' }])
  const { xml, text } = await speak.say({ ...said, method: 'POST', query: { uploadId }, body })
  assert.ok(text.includes('<CompleteMultipartUploadResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'))
  assert.equal(childText(xml, 'Location'), `http://${speak.host()}/${speak.bucket}/dir/k%20%C3%A9%2B`)
  assert.equal(childText(xml, 'Key'), key)
})

inBothDialects('the version id is told in versioned buckets, as null while suspended', async (speak) => {
  await speak.makeBucket()
  const name = `${speak.prefix}version-id`
  assert.equal((await putInParts(speak, 'k', ['x'])).headers.has(name), false)
  await speak.setVersioning('Enabled')
  assert.match((await putInParts(speak, 'k', ['x'])).headers.get(name) ?? '', /^[A-Za-z0-9]{27}$/)
  await speak.setVersioning('Suspended')
  assert.equal((await putInParts(speak, 'k', ['x'])).headers.get(name), 'null')
})

inBothDialects('Complete stores no byte, and parts that are not listed go', async (speak) => {
  await speak.makeBucket()
  const { upload, parts } = await uploadOf(speak, [large(speak), large(speak, 'g'), large(speak, 'h')])
  assert.equal((await speak.blobs.list(undefined, 10)).length, 3)
  assert.equal((await upload.complete(parts.slice(0, 2))).status, 200)
  assert.equal((await speak.blobs.list(undefined, 10)).length, 3)
  assert.equal(await blobsAfterReclaim(speak), 2)
  assert.ok((await read(speak)).text === large(speak) + large(speak, 'g'))
  await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k' })
  assert.equal(await blobsAfterReclaim(speak), 0)
})

inBothDialects('an overwritten object goes when the upload takes its place', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', large(speak))
  await putInParts(speak, 'k', [large(speak, 'g')])
  assert.equal(await blobsAfterReclaim(speak), 1)
})

inBothDialects('ten thousand parts make an object', async (speak) => {
  await speak.makeBucket()
  const upload = await begin(speak, 'k')
  const last = await upload.store(10_000, 'last')
  assert.equal((await upload.complete([last])).status, 200)
  assertError(await upload.part(10_001, 'x'), 400, 'InvalidArgument')
})

inCos('a range across parts reads from each of them', async (speak) => {
  await speak.makeBucket()
  await putInParts(speak, 'k', [large(speak), large(speak, 'g'), 'h'])
  const headers = { range: `bytes=${MEBIBYTE - 2}-${2 * MEBIBYTE}` }
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', headers })
  assert.equal(heard.status, 206)
  assert.ok(heard.text === `ff${large(speak, 'g')}h`)
})

inCos('what COS completes S3 reads under the same ETag', async (speak) => {
  await speak.makeBucket()
  const done = await putInParts(speak, 'k', ['x'])
  const seen = await speaker(speak, 's3').say({ method: 'GET', bucket: speak.bucket, key: 'k' })
  assert.equal(seen.headers.get('etag'), childText(done.xml, 'ETag'))
})

// --- checksums -----------------------------------------------------------------------------------------------------

const BODIES = ['f'.repeat(5 * MEBIBYTE), 'last'] as const

const JOINED: readonly [ChecksumAlgorithm, 'COMPOSITE' | 'FULL_OBJECT'][] = [
  ['CRC32', 'COMPOSITE'],
  ['CRC32', 'FULL_OBJECT'],
  ['CRC32C', 'COMPOSITE'],
  ['CRC32C', 'FULL_OBJECT'],
  ['CRC64NVME', 'FULL_OBJECT'],
  ['SHA1', 'COMPOSITE'],
  ['SHA256', 'COMPOSITE'],
]

function joined(algorithm: ChecksumAlgorithm, type: 'COMPOSITE' | 'FULL_OBJECT'): string {
  if (type === 'FULL_OBJECT') return checksumOf(algorithm, BODIES.join(''))
  const sums = Buffer.concat(BODIES.map((body) => digestOf(algorithm, body)))
  return `${digests.of(CHECKSUMS[algorithm].digest, sums).toString('base64')}-2`
}

async function checksummed(speak: Speaker, algorithm: ChecksumAlgorithm, type: string) {
  const headers = { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': type }
  const upload = await begin(speak, 'k', headers)
  const parts: ListedPart[] = []
  for (const [index, body] of BODIES.entries()) {
    const value = checksumOf(algorithm, body)
    const part = await upload.store(index + 1, body, { [`x-amz-checksum-${algorithm.toLowerCase()}`]: value })
    parts.push({ ...part, more: `<Checksum${algorithm}>${value}</Checksum${algorithm}>` })
  }
  return { upload, parts }
}

inS3('the checksum of the object is joined from those of its parts, and shown', async (speak) => {
  await speak.makeBucket()
  for (const [algorithm, type] of JOINED) {
    const { upload, parts } = await checksummed(speak, algorithm, type)
    const header = `x-amz-checksum-${algorithm.toLowerCase()}`
    const done = await upload.complete(parts, { [header]: joined(algorithm, type), 'x-amz-checksum-type': type })
    assert.equal(done.status, 200, `${algorithm} ${type}: ${done.text}`)
    assert.equal(childText(done.xml, `Checksum${algorithm}`), joined(algorithm, type))
    assert.equal(childText(done.xml, 'ChecksumType'), type)
    const said = { method: 'HEAD', bucket: speak.bucket, key: 'k', headers: { 'x-amz-checksum-mode': 'ENABLED' } }
    const { headers } = await speak.say(said)
    assert.equal(headers.get(header), joined(algorithm, type))
    assert.equal(headers.get('x-amz-checksum-type'), type)
  }
})

inS3(raises('BadDigest', 'the checksum of a whole object that is another'), async (speak) => {
  await speak.makeBucket()
  for (const [algorithm, type] of JOINED) {
    const { upload, parts } = await checksummed(speak, algorithm, type)
    const wrong = checksumOf(algorithm, 'other')
    const headers = { [`x-amz-checksum-${algorithm.toLowerCase()}`]: type === 'COMPOSITE' ? `${wrong}-2` : wrong }
    assertError(await upload.complete(parts, headers), 400, 'BadDigest')
    assertError(await speak.say({ method: 'HEAD', bucket: speak.bucket, key: 'k' }), 404, 'NoSuchKey')
  }
})

inS3('a listed part whose checksum differs is InvalidPart', async (speak) => {
  await speak.makeBucket()
  const { upload, parts } = await checksummed(speak, 'SHA256', 'COMPOSITE')
  const [first, second] = parts
  assert.ok(first && second)
  const wrong = { ...second, more: `<ChecksumSHA256>${checksumOf('SHA256', 'other')}</ChecksumSHA256>` }
  assertError(await upload.complete([first, wrong]), 400, 'InvalidPart', { PartNumber: '2' })
  const foreign = { ...second, more: `<ChecksumCRC32>${checksumOf('CRC32', BODIES[1])}</ChecksumCRC32>` }
  assertError(await upload.complete([first, foreign]), 400, 'InvalidPart', { PartNumber: '2' })
})

inS3(
  raises('InvalidRequest', 'a Complete whose checksums, type or size are not those of the upload'),
  async (speak) => {
    await speak.makeBucket()
    const { upload, parts } = await checksummed(speak, 'SHA256', 'COMPOSITE')
    const bare = parts.map(({ number, etag }) => ({ number, etag }))
    const heard = await upload.complete(bare)
    assertError(heard, 400, 'InvalidRequest')
    assert.match(heard.error.message, /^The upload was created using a sha256 checksum\./)
    const sha1 = checksumOf('SHA1', BODIES.join(''))
    for (const headers of [
      { 'x-amz-checksum-sha256': joined('SHA256', 'COMPOSITE'), 'x-amz-checksum-sha1': sha1 },
      { 'x-amz-checksum-sha1': sha1 },
      { 'x-amz-checksum-sha256': 'x' },
      { 'x-amz-checksum-md4': 'AA==' },
      { 'x-amz-checksum-type': 'FULL_OBJECT' },
      { 'x-amz-mp-object-size': '5' },
    ]) {
      assertError(await upload.complete(parts, headers), 400, 'InvalidRequest')
    }
    const size = String(BODIES.join('').length)
    assert.equal((await upload.complete(parts, { 'x-amz-mp-object-size': size })).status, 200)
  },
)

inS3('a whole-object checksum that the upload did not promise is not silently dropped', async (speak) => {
  await speak.makeBucket()
  const { upload, parts } = await uploadOf(speak, ['hello'])
  const headers = { 'x-amz-checksum-crc32': checksumOf('CRC32', 'other') }
  assertError(await upload.complete(parts, headers), 400, 'InvalidRequest')
})
