import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { assertError, childText, elementsOf, inCos, inS3, type Speaker, textsOf } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'
import { begin, MEBIBYTE, putInParts } from '../multipart/upload.js'

function ask(speak: Speaker, attributes: string | undefined, headers: Readonly<Record<string, string>> = {}) {
  const wanted: Record<string, string> = attributes === undefined ? {} : { 'x-amz-object-attributes': attributes }
  return speak.say({
    method: 'GET',
    bucket: speak.bucket,
    key: 'k',
    query: { attributes: true },
    headers: { ...wanted, ...headers },
  })
}

const ALL = 'ETag,Checksum,ObjectParts,StorageClass,ObjectSize'
const FIRST = 'f'.repeat(5 * MEBIBYTE)
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('base64')

inS3(raises('InvalidArgument', 'attributes that are missing or unknown'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  for (const attributes of [undefined, '', ' , ', 'Size', 'ETag,etag']) {
    assertError(await ask(speak, attributes), 400, 'InvalidArgument', { ArgumentName: 'x-amz-object-attributes' })
  }
  for (const headers of [
    { 'x-amz-max-parts': '0' },
    { 'x-amz-max-parts': 'x' },
    { 'x-amz-part-number-marker': '-1' },
  ]) {
    assertError(await ask(speak, ALL, headers), 400, 'InvalidArgument')
  }
})

inS3(raises('NoSuchKey', 'the attributes of an absent key'), async (speak) => {
  await speak.makeBucket()
  assertError(await ask(speak, ALL), 404, 'NoSuchKey', { Key: 'k' })
})

inS3(raises('DeleteMarkerNamed', 'the attributes of a delete marker'), async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  const { headers } = await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k' })
  const query = { attributes: true, versionId: headers.get('x-amz-version-id') ?? '' } as const
  const wanted = { 'x-amz-object-attributes': ALL }
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', query, headers: wanted })
  assertError(heard, 405, 'MethodNotAllowed')
  assert.equal(heard.headers.get('x-amz-delete-marker'), 'true')
})

inS3('the attributes of an object put at once', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'hello', { 'x-amz-checksum-sha256': sha256('hello'), 'x-amz-storage-class': 'STANDARD_IA' })
  const heard = await ask(speak, ALL)
  assert.equal(heard.status, 200, heard.text)
  assert.ok(heard.text.startsWith(speak.declaration))
  assert.equal(heard.xml.name, 'GetObjectAttributesResponse')
  assert.equal(heard.headers.get('last-modified'), 'Fri, 02 Jan 2026 03:04:05 GMT')
  assert.equal(childText(heard.xml, 'ETag'), '5d41402abc4b2a76b9719d911017c592')
  assert.equal(childText(heard.xml, 'StorageClass'), 'STANDARD_IA')
  assert.equal(childText(heard.xml, 'ObjectSize'), '5')
  const [checksum] = elementsOf(heard.xml, 'Checksum')
  assert.ok(checksum)
  assert.deepEqual(
    checksum.children.map(({ name, text }) => [name, text]),
    [
      ['ChecksumSHA256', sha256('hello')],
      ['ChecksumType', 'FULL_OBJECT'],
    ],
  )
  assert.deepEqual(elementsOf(heard.xml, 'ObjectParts'), [])
})

inS3('only what was asked for is told', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'hello')
  for (const [attributes, names] of [
    ['ETag', ['ETag']],
    [' ObjectSize , StorageClass ', ['StorageClass', 'ObjectSize']],
    ['Checksum', []],
  ] as const) {
    const heard = await ask(speak, attributes)
    assert.deepEqual(
      heard.xml.children.map(({ name }) => name),
      names,
    )
  }
})

inS3('the parts of an object come in pages, with their checksums', async (speak) => {
  await speak.makeBucket()
  const upload = await begin(speak, 'k', { 'x-amz-checksum-algorithm': 'SHA256' })
  const bodies = [FIRST, FIRST, 'last']
  const parts = []
  for (const [index, body] of bodies.entries()) {
    const more = `<ChecksumSHA256>${sha256(body)}</ChecksumSHA256>`
    parts.push({ ...(await upload.store(index + 1, body)), more })
  }
  assert.equal((await upload.complete(parts)).status, 200)
  const first = await ask(speak, 'ObjectParts,Checksum', { 'x-amz-max-parts': '2' })
  assert.deepEqual(textsOf(first.xml, 'PartsCount'), ['3'])
  assert.deepEqual(textsOf(first.xml, 'PartNumber'), ['1', '2'])
  assert.deepEqual(textsOf(first.xml, 'Size'), [String(FIRST.length), String(FIRST.length)])
  assert.deepEqual(textsOf(first.xml, 'IsTruncated'), ['true'])
  assert.deepEqual(textsOf(first.xml, 'NextPartNumberMarker'), ['2'])
  const composite = sha256(Buffer.concat(bodies.map((body) => Buffer.from(sha256(body), 'base64'))))
  assert.deepEqual(textsOf(first.xml, 'ChecksumSHA256'), [`${composite}-3`, sha256(FIRST), sha256(FIRST)])
  assert.deepEqual(textsOf(first.xml, 'ChecksumType'), ['COMPOSITE'])
  const rest = await ask(speak, 'ObjectParts', { 'x-amz-part-number-marker': '2' })
  assert.deepEqual(textsOf(rest.xml, 'PartNumber'), ['3'])
  assert.deepEqual(textsOf(rest.xml, 'IsTruncated'), ['false'])
})

inS3('without checksums the parts are only counted, as Amazon does', async (speak) => {
  await speak.makeBucket()
  await putInParts(speak, 'k', [FIRST, 'last'])
  const heard = await ask(speak, 'ObjectParts')
  assert.deepEqual(textsOf(heard.xml, 'PartsCount'), ['2'])
  assert.deepEqual(textsOf(heard.xml, 'PartNumber'), [])
})

inS3('the version asked for is the one described', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  const versionId = (await speak.put('k', 'hello')).headers.get('x-amz-version-id') ?? ''
  speak.clock.advance(1)
  await speak.put('k', 'longer text')
  const query = { attributes: true, versionId } as const
  const headers = { 'x-amz-object-attributes': 'ObjectSize' }
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', query, headers })
  assert.equal(childText(heard.xml, 'ObjectSize'), '5')
  assert.equal(heard.headers.get('x-amz-version-id'), versionId)
})

inCos('COS has no attributes: the parameter means nothing there', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'hello')
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', query: { attributes: true } })
  assert.equal(heard.text, 'hello')
})
