import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compareBytes, utf8 } from '../../../src/base/bytes.js'
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

function list(speak: Speaker, query: Query = {}) {
  return speak.say({ method: 'GET', bucket: speak.bucket, query: { uploads: true, ...query } })
}

inBothDialects(raises('NoSuchBucket', 'the uploads of a bucket that is not there'), async (speak) => {
  assertError(await list(speak), 404, 'NoSuchBucket')
})

inBothDialects(raises('AccessDenied', 'the uploads of the bucket of another account'), async (speak) => {
  await speak.makeBucket()
  const said = { method: 'GET', bucket: speak.bucket, query: { uploads: true } } as const
  for (const as of ['anonymous', 'other'] as const) assert.equal((await speak.say({ ...said, as })).status, 403)
})

inBothDialects(raises('InvalidArgument', 'a page size or encoding that is none'), async (speak) => {
  await speak.makeBucket()
  for (const [name, value] of [
    ['max-uploads', 'x'],
    ['max-uploads', '-1'],
    ['encoding-type', 'base64'],
  ] as const) {
    const details = { ArgumentName: name, ArgumentValue: value }
    assertError(await list(speak, { [name]: value }), 400, 'InvalidArgument', details)
  }
})

inCos(raises('InvalidDelimiter', 'a delimiter of several characters'), async (speak) => {
  await speak.makeBucket()
  assertError(await list(speak, { delimiter: 'ab' }), 400, 'InvalidDelimiter')
})

inBothDialects('a bucket without uploads lists none', async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  const { xml, text, status } = await list(speak)
  assert.equal(status, 200)
  assert.ok(text.startsWith(speak.declaration))
  assert.equal(text.includes('xmlns='), speak.dialect === 's3')
  assert.equal(xml.name, 'ListMultipartUploadsResult')
  const expected = { Bucket: speak.bucket, KeyMarker: '', UploadIdMarker: '', MaxUploads: '1000', Prefix: '' }
  for (const [name, value] of Object.entries(expected)) assert.equal(childText(xml, name), value, name)
  assert.equal(childText(xml, 'IsTruncated'), 'false')
  assert.deepEqual(elementsOf(xml, 'Upload'), [])
})

inCos('an upload has all that the COS clients look at', async (speak) => {
  await speak.makeBucket()
  const { id } = await begin(speak, 'k', { 'x-cos-storage-class': 'STANDARD_IA' })
  const [upload] = elementsOf((await list(speak)).xml, 'Upload')
  assert.ok(upload)
  const expected = { Key: 'k', UploadId: id, StorageClass: 'STANDARD_IA', Initiated: '2026-01-02T03:04:05.000Z' }
  for (const [name, value] of Object.entries(expected)) assert.equal(childText(upload, name), value, name)
  const { uin } = speak.owner
  for (const name of ['Initiator', 'Owner']) {
    const [account] = elementsOf(upload, name)
    assert.ok(account)
    assert.equal(childText(account, 'ID'), `qcs::cam::uin/${uin}:uin/${uin}`)
    assert.equal(childText(account, 'DisplayName'), uin)
  }
})

inS3('an upload shows the checksum that it promised', async (speak) => {
  await speak.makeBucket()
  await begin(speak, 'k', { 'x-amz-checksum-algorithm': 'CRC64NVME' })
  const { xml } = await list(speak)
  assert.deepEqual(textsOf(xml, 'ChecksumAlgorithm'), ['CRC64NVME'])
  assert.deepEqual(textsOf(xml, 'ChecksumType'), ['FULL_OBJECT'])
})

inBothDialects('uploads of one key are listed oldest first, and leave the list when they end', async (speak) => {
  await speak.makeBucket()
  const uploads = []
  for (const key of ['k', 'k', 'k']) {
    uploads.push(await begin(speak, key))
    speak.clock.advance(10)
  }
  const ids = uploads.map(({ id }) => id)
  assert.deepEqual(textsOf((await list(speak, { prefix: 'k' })).xml, 'UploadId'), ids)
  const [first, second] = uploads
  assert.ok(first && second)
  await first.complete([await first.store(1, 'x')])
  await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k', query: { uploadId: second.id } })
  assert.deepEqual(textsOf((await list(speak)).xml, 'UploadId'), ids.slice(2))
})

inBothDialects('with encoding-type=url names are encoded; COS spells the element in two ways', async (speak) => {
  await speak.makeBucket()
  await begin(speak, 'dir é/k+')
  await begin(speak, 'dir é/sub/k')
  const { xml } = await list(speak, {
    'encoding-type': 'url',
    prefix: 'dir é/',
    delimiter: '/',
    'key-marker': 'dir é/',
  })
  assert.equal(childText(xml, 'EncodingType'), 'url')
  assert.equal(childText(xml, 'Encoding-Type'), speak.dialect === 'cos' ? 'url' : undefined)
  assert.deepEqual(textsOf(xml, 'Key'), ['dir%20%C3%A9/k%2B'])
  assert.equal(childText(xml, 'Prefix'), 'dir%20%C3%A9/')
  assert.equal(childText(xml, 'KeyMarker'), 'dir%20%C3%A9/')
  assert.equal(childText(xml, 'Delimiter'), '/')
  const [group] = elementsOf(xml, 'CommonPrefixes')
  assert.ok(group)
  assert.equal(childText(group, 'Prefix'), 'dir%20%C3%A9/sub/')
})

inBothDialects('an upload-id-marker without key-marker is ignored', async (speak) => {
  await speak.makeBucket()
  const { id } = await begin(speak, 'k')
  assert.deepEqual(textsOf((await list(speak, { 'upload-id-marker': 'f'.repeat(74) })).xml, 'UploadId'), [id])
})

// --- pages against an array ----------------------------------------------------------------------------------------

const KEYS = ['a', 'a', 'a/', 'a/b', 'a/b', 'a/b/c', 'a/c', 'a0', 'b', 'b/x', 'é', 'é/y', '\u{1F4BE}', '\uFF5E']

interface Row {
  readonly key: string
  readonly id: string
}

type Shown = { readonly prefix: string } | Row

/** The rows of the listing without pages, by definition. */
function reference(rows: readonly Row[], prefix: string, delimiter: string): readonly Shown[] {
  const shown: Shown[] = []
  for (const row of rows) {
    if (!row.key.startsWith(prefix)) continue
    const at = delimiter === '' ? -1 : row.key.indexOf(delimiter, prefix.length)
    const group = at === -1 ? undefined : row.key.slice(0, at + delimiter.length)
    const last = shown.at(-1)
    if (group === undefined) shown.push(row)
    else if (last === undefined || !('prefix' in last) || last.prefix !== group) shown.push({ prefix: group })
  }
  return shown
}

inBothDialects('pages of any size, prefix and delimiter show what the sorted array shows', async (speak) => {
  await speak.makeBucket()
  const rows: Row[] = []
  for (const key of KEYS) {
    speak.clock.advance(1)
    rows.push({ key, id: (await begin(speak, key)).id })
  }
  rows.sort((a, b) => compareBytes(utf8(a.key), utf8(b.key)) || (a.id < b.id ? -1 : 1))
  const pages = fc.asyncProperty(
    fc.integer({ min: 1, max: 6 }),
    fc.constantFrom('', 'a', 'a/', 'a/b', 'é', 'x'),
    fc.constantFrom('', '/', 'b'),
    async (limit, prefix, delimiter) => {
      const expected = reference(rows, prefix, delimiter)
      const listed: Shown[] = []
      let markers: Query = {}
      for (;;) {
        const { xml } = await list(speak, { 'max-uploads': limit, prefix, delimiter, ...markers })
        const uploads = elementsOf(xml, 'Upload').map((upload) => ({
          key: childText(upload, 'Key') ?? '',
          id: childText(upload, 'UploadId') ?? '',
        }))
        const groups = elementsOf(xml, 'CommonPrefixes').map((group) => ({ prefix: childText(group, 'Prefix') ?? '' }))
        listed.push(...uploads, ...groups)
        if (childText(xml, 'IsTruncated') === 'false') break
        assert.equal(uploads.length + groups.length, limit)
        markers = {
          'key-marker': childText(xml, 'NextKeyMarker') ?? '',
          'upload-id-marker': childText(xml, 'NextUploadIdMarker') ?? '',
        }
        assert.ok(listed.length <= expected.length, 'the pages end')
      }
      // A page shows uploads and prefixes in two lists: the order is compared within each kind.
      const isGroup = (row: Shown) => 'prefix' in row
      assert.deepEqual(listed.filter(isGroup), expected.filter(isGroup))
      assert.deepEqual(
        listed.filter((row) => !isGroup(row)),
        expected.filter((row) => !isGroup(row)),
      )
    },
  )
  await fc.assert(pages, { seed: 20_260_103, numRuns: 60 })
})

inBothDialects('a key-marker alone continues after all uploads of its key', async (speak) => {
  await speak.makeBucket()
  for (const key of ['a', 'a', 'b']) await begin(speak, key)
  assert.deepEqual(textsOf((await list(speak, { 'key-marker': 'a' })).xml, 'Key'), ['b'])
  assert.deepEqual(textsOf((await list(speak, { 'key-marker': 'Z' })).xml, 'Key'), ['a', 'a', 'b'])
})
