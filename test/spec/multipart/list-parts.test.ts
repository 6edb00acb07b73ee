import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import {
  assertError,
  childText,
  elementsOf,
  inBothDialects,
  inCos,
  inS3,
  type Speaker,
  textsOf,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'
import { begin } from './upload.js'

type Query = Readonly<Record<string, string | number>>

function list(speak: Speaker, uploadId: string, query: Query = {}, key = 'k') {
  return speak.say({ method: 'GET', bucket: speak.bucket, key, query: { uploadId, ...query } })
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

inBothDialects(raises('NoSuchUpload', 'the parts of an upload that is unknown, or of another key'), async (speak) => {
  await speak.makeBucket()
  const other = await begin(speak, 'other')
  for (const uploadId of ['x', other.id]) {
    assertError(await list(speak, uploadId), 404, 'NoSuchUpload', { UploadId: uploadId })
  }
})

inBothDialects(raises('ListPartUploadIdIsEmpty', 'the parts of no upload in particular'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  assertError(await list(speak, ''), 400, speak.dialect === 'cos' ? 'ListPartUploadIdIsEmpty' : 'InvalidArgument')
})

inBothDialects(raises('InvalidArgument', 'a page size, marker or encoding that is none'), async (speak) => {
  await speak.makeBucket()
  const { id } = await begin(speak, 'k')
  for (const [name, value] of [
    ['max-parts', 'x'],
    ['max-parts', '-1'],
    ['part-number-marker', 'x'],
    ['part-number-marker', '-1'],
    ['encoding-type', 'base64'],
  ] as const) {
    const details = { ArgumentName: name, ArgumentValue: value }
    assertError(await list(speak, id, { [name]: value }), 400, 'InvalidArgument', details)
  }
})

inBothDialects(raises('AccessDenied', 'the parts of an upload in the bucket of another account'), async (speak) => {
  await speak.makeBucket()
  const { id } = await begin(speak, 'k')
  const said = { method: 'GET', bucket: speak.bucket, key: 'k', query: { uploadId: id } }
  for (const as of ['anonymous', 'other'] as const) assert.equal((await speak.say({ ...said, as })).status, 403)
})

inCos('the answer has all that the COS clients look at', async (speak) => {
  await speak.makeBucket()
  const upload = await begin(speak, 'k', { 'x-cos-storage-class': 'STANDARD_IA' })
  await upload.store(1, 'hello')
  const { xml, text } = await list(speak, upload.id)
  assert.ok(text.startsWith(`${speak.declaration}<ListPartsResult>`))
  const uin = speak.owner.uin
  const expected = {
    Bucket: speak.bucket,
    Key: 'k',
    UploadId: upload.id,
    PartNumberMarker: '0',
    MaxParts: '1000',
    IsTruncated: 'false',
    StorageClass: 'STANDARD_IA',
  }
  for (const [name, value] of Object.entries(expected)) assert.equal(childText(xml, name), value, name)
  const [owner] = elementsOf(xml, 'Owner')
  const [initiator] = elementsOf(xml, 'Initiator')
  assert.ok(owner && initiator)
  assert.equal(childText(owner, 'ID'), speak.owner.appId)
  assert.equal(childText(initiator, 'ID'), `qcs::cam::uin/${uin}:uin/${uin}`)
  const [part] = elementsOf(xml, 'Part')
  assert.deepEqual(
    part?.children.map(({ name, text: value }) => [name, value]),
    [
      ['PartNumber', '1'],
      ['LastModified', '2026-01-02T03:04:05.000Z'],
      ['ETag', `"${md5('hello')}"`],
      ['Size', '5'],
    ],
  )
})

inBothDialects('with encoding-type=url the key is encoded; COS spells the element in two ways', async (speak) => {
  await speak.makeBucket()
  const key = 'dir/k é+&'
  const { id } = await begin(speak, key)
  const plain = await list(speak, id, {}, key)
  assert.equal(childText(plain.xml, 'Key'), key)
  for (const name of ['Encoding-type', 'EncodingType']) assert.equal(childText(plain.xml, name), undefined)
  const { xml } = await list(speak, id, { 'encoding-type': 'url' }, key)
  assert.equal(childText(xml, 'Key'), 'dir/k%20%C3%A9%2B%26')
  assert.equal(childText(xml, 'EncodingType'), 'url')
  assert.equal(childText(xml, 'Encoding-type'), speak.dialect === 'cos' ? 'url' : undefined)
})

inS3('parts show the checksums that the upload promised', async (speak) => {
  await speak.makeBucket()
  const upload = await begin(speak, 'k', { 'x-amz-checksum-algorithm': 'SHA1' })
  await upload.store(1, 'hello')
  const { xml } = await list(speak, upload.id)
  assert.equal(childText(xml, 'ChecksumAlgorithm'), 'SHA1')
  assert.equal(childText(xml, 'ChecksumType'), 'COMPOSITE')
  assert.deepEqual(textsOf(xml, 'ChecksumSHA1'), [createHash('sha1').update('hello').digest('base64')])
})

inBothDialects('a part that was replaced is listed once, as it is now', async (speak) => {
  await speak.makeBucket()
  const upload = await begin(speak, 'k')
  await upload.store(7, 'old')
  await upload.store(7, 'new one')
  const { xml } = await list(speak, upload.id)
  assert.deepEqual(textsOf(xml, 'PartNumber'), ['7'])
  assert.deepEqual(textsOf(xml, 'ETag'), [`"${md5('new one')}"`])
  assert.deepEqual(textsOf(xml, 'Size'), ['7'])
})

inBothDialects('a page size above 1000 counts as 1000, a marker beyond the last part lists nothing', async (speak) => {
  await speak.makeBucket()
  const upload = await begin(speak, 'k')
  await upload.store(1, 'x')
  assert.equal(childText((await list(speak, upload.id, { 'max-parts': 5000 })).xml, 'MaxParts'), '1000')
  for (const marker of [1, 10_000, 99_999, 999_999]) {
    const { xml } = await list(speak, upload.id, { 'part-number-marker': marker })
    assert.deepEqual(textsOf(xml, 'PartNumber'), [])
    assert.equal(childText(xml, 'IsTruncated'), 'false')
  }
})

inBothDialects('pages of any size, one after another, list each part once and in order', async (speak) => {
  await speak.makeBucket()
  const numbers = [1, 2, 9, 10, 11, 99, 100, 999, 1000, 9999, 10_000]
  const upload = await begin(speak, 'k')
  for (const number of [...numbers].reverse()) await upload.store(number, String(number))
  const pages = fc.asyncProperty(
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 0, max: 10_001 }),
    async (limit, start) => {
      const listed: number[] = []
      let marker = start
      for (;;) {
        const { xml } = await list(speak, upload.id, { 'max-parts': limit, 'part-number-marker': marker })
        const page = textsOf(xml, 'PartNumber').map(Number)
        listed.push(...page)
        assert.equal(childText(xml, 'PartNumberMarker'), String(marker))
        assert.equal(childText(xml, 'MaxParts'), String(limit))
        if (childText(xml, 'IsTruncated') === 'false') break
        assert.equal(page.length, limit)
        marker = Number(childText(xml, 'NextPartNumberMarker'))
        assert.equal(marker, page.at(-1))
      }
      assert.deepEqual(
        listed,
        numbers.filter((number) => number > start),
      )
    },
  )
  await fc.assert(pages, { seed: 20_260_102, numRuns: 40 })
})
