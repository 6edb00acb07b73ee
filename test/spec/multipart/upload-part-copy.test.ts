import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  assertError,
  childText,
  type Heard,
  inBothDialects,
  inCos,
  inS3,
  type Speaker,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'
import { begin, blobsAfterReclaim, partSizeBytesMin, putInParts, type Upload } from './upload.js'

const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const ABSENT_ID = Buffer.from('18000000000000000000').toString('base64').slice(0, 27)

function sourceOf(speak: Speaker, key: string, versionId?: string): string {
  const place = speak.dialect === 'cos' ? speak.host(speak.bucket) : `/${speak.bucket}`
  return `${place}/${encodeURIComponent(key)}${versionId === undefined ? '' : `?versionId=${versionId}`}`
}

/** Headers without their vendor prefix. */
function copyPart(
  speak: Speaker,
  { id }: Pick<Upload, 'id'>,
  headers: Readonly<Record<string, string>>,
  number: number | string = 1,
): Promise<Heard> {
  return speak.say({
    method: 'PUT',
    bucket: speak.bucket,
    key: 'target',
    query: { partNumber: number, uploadId: id },
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [speak.prefix + name, value])),
  })
}

inBothDialects(raises('NoSuchUpload', 'a part copied into an upload that is unknown'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  const heard = await copyPart(speak, { id: 'x' }, { 'copy-source': sourceOf(speak, 'k') })
  assertError(heard, 404, 'NoSuchUpload', { UploadId: 'x' })
})

inBothDialects(raises('InvalidArgument', 'a copied part whose number or range is wrong'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k', '0123456789')
  const upload = await begin(speak, 'target')
  const source = { 'copy-source': sourceOf(speak, 'k') }
  assertError(await copyPart(speak, upload, source, 10_001), 400, 'InvalidArgument', { ArgumentName: 'partNumber' })
  const ranges = [
    'bytes=0-',
    'bytes=-5',
    'bytes=5-2',
    '0-5',
    'bytes=0-1,3-4',
    'bytes=5-10',
    'bytes=10-10',
    'bytes=100-200',
  ]
  for (const range of ranges) {
    const heard = await copyPart(speak, upload, { ...source, 'copy-source-range': range })
    const details = { ArgumentName: `${speak.prefix}copy-source-range`, ArgumentValue: range }
    assertError(heard, 400, 'InvalidArgument', details)
  }
})

inBothDialects(raises('NoSuchCopySource', 'a part copied from what does not exist'), async (speak) => {
  await speak.makeBucket()
  const upload = await begin(speak, 'target')
  const code = speak.dialect === 'cos' ? 'NoSuchCopySource' : 'NoSuchKey'
  assertError(await copyPart(speak, upload, { 'copy-source': sourceOf(speak, 'absent') }), 404, code, { Key: 'absent' })
})

inBothDialects('an absent version, a delete marker and an archived source are refused as in copies', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  const cos = speak.dialect === 'cos'
  const archived = cos ? 'ARCHIVE' : 'GLACIER'
  await speak.put('archived', 'x', { [`${speak.prefix}storage-class`]: archived })
  const marker = await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k' })
  const upload = await begin(speak, 'target')
  const from = (key: string, versionId?: string) =>
    copyPart(speak, upload, { 'copy-source': sourceOf(speak, key, versionId) })
  assertError(await from('k', ABSENT_ID), 404, 'NoSuchVersion')
  assertError(await from('k'), 404, cos ? 'NoSuchCopySource' : 'NoSuchKey')
  const named = await from('k', marker.headers.get(`${speak.prefix}version-id`))
  assertError(named, 400, cos ? 'InvalidCopySource' : 'InvalidRequest')
  assertError(await from('archived'), 403, 'InvalidObjectState', { StorageClass: archived })
})

inBothDialects(raises('InvalidCopySource', 'a part whose copy source names nothing'), async (speak) => {
  await speak.makeBucket()
  const upload = await begin(speak, 'target')
  const code = speak.dialect === 'cos' ? 'InvalidCopySource' : 'InvalidArgument'
  for (const source of ['x', `/${speak.bucket}/`]) {
    assertError(await copyPart(speak, upload, { 'copy-source': source }), 400, code)
  }
})

inBothDialects(raises('AccessDenied', 'a part copied from a bucket that the caller may not read'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'secret')
  const bucket = 'theirs-1250000001'
  await speak.say({ method: 'PUT', bucket, as: 'other' })
  const said = { bucket, key: 'target', as: 'other' } as const
  const begun = await speak.say({ ...said, method: 'POST', query: { uploads: true } })
  const query = { partNumber: 1, uploadId: childText(begun.xml, 'UploadId') ?? '' }
  const headers = { [`${speak.prefix}copy-source`]: sourceOf(speak, 'k') }
  assertError(await speak.say({ ...said, method: 'PUT', query, headers }), 403, 'AccessDenied')
})

inBothDialects(
  raises('PreconditionFailed', 'a condition on the source of a part that does not hold'),
  async (speak) => {
    await speak.makeBucket()
    await speak.put('k', 'hello')
    const upload = await begin(speak, 'target')
    for (const [name, value] of [
      ['copy-source-If-Match', '"x"'],
      ['copy-source-If-None-Match', md5('hello')],
      ['copy-source-If-Modified-Since', 'Fri, 02 Jan 2026 03:04:05 GMT'],
      ['copy-source-If-Unmodified-Since', 'Fri, 02 Jan 2026 03:04:04 GMT'],
    ] as const) {
      const heard = await copyPart(speak, upload, { 'copy-source': sourceOf(speak, 'k'), [name]: value })
      assertError(heard, 412, 'PreconditionFailed', { Condition: speak.prefix + name })
    }
    const holds = { 'copy-source': sourceOf(speak, 'k'), 'copy-source-If-Match': md5('hello') }
    assert.equal((await copyPart(speak, upload, holds)).status, 200)
  },
)

inCos('the result tells ETag, CRC-64 and time; the CRC stands in the header as well', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'xx[Object Part]yy')
  const upload = await begin(speak, 'target')
  const source = { 'copy-source': sourceOf(speak, 'k'), 'copy-source-range': 'bytes=2-14' }
  const heard = await copyPart(speak, upload, source)
  assert.equal(heard.status, 200)
  assert.deepEqual(
    heard.xml.children.map(({ name, text }) => [name, text]),
    [
      ['ETag', '"108f528eb63b65e734f27ae331f5ffaa"'],
      ['CRC64', '4510578591875220731'],
      ['LastModified', '2026-01-02T03:04:05.000Z'],
    ],
  )
  assert.equal(heard.xml.name, 'CopyPartResult')
  assert.equal(heard.headers.get('x-cos-hash-crc64ecma'), '4510578591875220731')
  assert.equal(heard.headers.has('x-cos-copy-source-version-id'), false)
})

inS3('the result tells ETag, time and the checksum that the upload promised', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', '0123456789')
  const upload = await begin(speak, 'target', { 'x-amz-checksum-algorithm': 'SHA256' })
  const source = { 'copy-source': sourceOf(speak, 'k'), 'copy-source-range': 'bytes=0-9' }
  const { xml } = await copyPart(speak, upload, source)
  assert.equal(childText(xml, 'ETag'), `"${md5('0123456789')}"`)
  assert.equal(childText(xml, 'CRC64'), undefined)
  assert.equal(childText(xml, 'ChecksumSHA256'), createHash('sha256').update('0123456789').digest('base64'))
})

inBothDialects('an empty range is the whole source, and a named version is what is copied', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  const first = (await speak.put('k', 'first')).headers.get(`${speak.prefix}version-id`) ?? ''
  speak.clock.advance(1)
  await speak.put('k', 'second')
  const upload = await begin(speak, 'target')
  const source = { 'copy-source': sourceOf(speak, 'k', first), 'copy-source-range': '' }
  const heard = await copyPart(speak, upload, source)
  assert.equal(childText(heard.xml, 'ETag'), `"${md5('first')}"`)
  assert.equal(heard.headers.get(`${speak.prefix}copy-source-version-id`), first)
})

inBothDialects('copied parts store no byte, and the object outlives their sources', async (speak) => {
  await speak.makeBucket()
  const large = `${'f'.repeat(partSizeBytesMin(speak))}${'g'.repeat(200_000)}`
  await speak.put('large', large)
  await putInParts(speak, 'joined', [large.slice(0, partSizeBytesMin(speak)), 'tail'])
  const blobs = (await speak.blobs.list(undefined, 100)).length
  const upload = await begin(speak, 'target')
  const listed = []
  for (const [index, [key, range]] of [
    ['large', ''],
    ['large', `bytes=1-${partSizeBytesMin(speak) + 1}`],
    // Across the border of the source's own parts.
    ['joined', `bytes=${partSizeBytesMin(speak) - 2}-${partSizeBytesMin(speak) + 1}`],
  ].entries()) {
    const headers = { 'copy-source': sourceOf(speak, key ?? ''), 'copy-source-range': range ?? '' }
    const heard = await copyPart(speak, upload, headers, index + 1)
    assert.equal(heard.status, 200, heard.text)
    listed.push({ number: index + 1, etag: childText(heard.xml, 'ETag') ?? '' })
  }
  const done = await upload.complete(listed)
  assert.equal(done.status, 200, done.text)
  assert.equal((await speak.blobs.list(undefined, 100)).length, blobs)
  for (const key of ['large', 'joined']) await speak.say({ method: 'DELETE', bucket: speak.bucket, key })
  assert.equal(await blobsAfterReclaim(speak), blobs)
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'target' })
  const expected = `${large}${large.slice(1, partSizeBytesMin(speak) + 2)}ffta`
  assert.ok(heard.text === expected)
  if (speak.dialect === 'cos') {
    await speak.put('again', expected)
    const whole = await speak.say({ method: 'HEAD', bucket: speak.bucket, key: 'again' })
    assert.equal(heard.headers.get('x-cos-hash-crc64ecma'), whole.headers.get('x-cos-hash-crc64ecma'))
    await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'again' })
  }
  await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'target' })
  assert.equal(await blobsAfterReclaim(speak), 0)
})
