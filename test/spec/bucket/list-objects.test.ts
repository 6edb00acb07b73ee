/** List Objects (cos-auth-and-bucket.md 5.6), and v2 in S3: documents, limits, markers, groups and pages. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { XmlElement } from '../../../src/base/xml.js'
import {
  assertError,
  BUCKET,
  childText,
  createExchange,
  inBothDialects,
  inCos,
  inS3,
  REGION,
  type Speaker,
  speaker,
  textsOf,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'
import { expectedRows, nameOf, names, type Query, type Row, shownRows, text } from './listing-model.js'

type QueryOf = Readonly<Record<string, string | number | true>>

const NAMESPACE = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
/** Of `content`. */
const ETAG = '&quot;9a0364b9e99bb480dd25e1f0284c8555&quot;'

const list = (speak: Speaker, query: QueryOf = {}) => speak.say({ method: 'GET', bucket: BUCKET, query })
const keysOf = async (speak: Speaker, query: QueryOf) => textsOf((await list(speak, query)).xml, 'Key')

// --- what is refused -------------------------------------------------------------------------------------------

inBothDialects(raises('NoSuchBucket', 'the objects of a bucket that is not there, whoever asks'), async (speak) => {
  for (const as of ['owner', 'other', 'anonymous'] as const) {
    const heard = await speak.say({ method: 'GET', bucket: BUCKET, as })
    assertError(heard, 404, 'NoSuchBucket', { BucketName: BUCKET })
  }
})

inBothDialects(raises('AccessDenied', 'a private bucket is listed to its owner only'), async (speak) => {
  await speak.makeBucket()
  for (const as of ['other', 'anonymous'] as const) {
    assertError(await speak.say({ method: 'GET', bucket: BUCKET, as }), 403, 'AccessDenied')
  }
})

inBothDialects(raises('InvalidArgument', 'parameters outside their domain'), async (speak) => {
  await speak.makeBucket()
  const wrong = { 'max-keys': ['blah', '-1', '1.5', '1e3', '0x10', ' 1'], 'encoding-type': ['URL', 'xml', 'url '] }
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const heard = await list(speak, { [name]: value })
      assertError(heard, 400, 'InvalidArgument', { ArgumentName: name, ArgumentValue: value })
    }
  }
})

inCos(raises('InvalidDelimiter', 'a delimiter of several characters'), async (speak) => {
  await speak.makeBucket()
  for (const delimiter of ['//', 'ab', '😀😀']) assertError(await list(speak, { delimiter }), 400, 'InvalidDelimiter')
  assert.equal((await list(speak, { delimiter: '😀' })).status, 200, 'one character, whatever its bytes')
})

inS3(raises('InvalidArgument', 'parameters of v2 outside their domain'), async (speak) => {
  await speak.makeBucket()
  const wrong: Readonly<Record<string, readonly string[]>> = {
    'list-type': ['1', '3', 'two'],
    'continuation-token': ['', 'bogus', 'azE6', 'azE6YQ=='],
    'fetch-owner': ['yes', 'TRUE'],
    'max-keys': ['-1', 'x'],
  }
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const heard = await list(speak, { 'list-type': 2, [name]: value })
      assertError(heard, 400, 'InvalidArgument', { ArgumentName: name })
    }
  }
})

inBothDialects(raises('UnexpectedContent', 'a list that is asked for with a body'), async (speak) => {
  await speak.makeBucket()
  assertError(await speak.say({ method: 'GET', bucket: BUCKET, body: 'x' }), 400, 'UnexpectedContent')
})

// --- documents -------------------------------------------------------------------------------------------------

inCos('an empty bucket, byte for byte', async (speak) => {
  await speak.makeBucket()
  const heard = await list(speak)
  assert.equal(heard.status, 200)
  assert.equal(heard.headers.get('content-type'), 'application/xml')
  assert.equal(heard.headers.get('x-cos-bucket-region'), REGION)
  assert.equal(
    heard.text,
    `${speak.declaration}<ListBucketResult><Name>${BUCKET}</Name><Prefix/><Marker/><MaxKeys>1000</MaxKeys>` +
      '<IsTruncated>false</IsTruncated></ListBucketResult>',
  )
})

inCos('a truncated page with a group, byte for byte', async (speak) => {
  await speak.makeBucket()
  for (const key of ['a b/1', 'a b/2', 'c&d', 'e']) await speak.put(key)
  const heard = await list(speak, { delimiter: '/', 'max-keys': 2, prefix: '', marker: '', 'encoding-type': 'url' })
  assert.equal(
    heard.text,
    `${speak.declaration}<ListBucketResult><Name>${BUCKET}</Name><EncodingType>url</EncodingType><Prefix/><Marker/>` +
      '<MaxKeys>2</MaxKeys><Delimiter>/</Delimiter><IsTruncated>true</IsTruncated><NextMarker>c%26d</NextMarker>' +
      '<CommonPrefixes><Prefix>a%20b/</Prefix></CommonPrefixes>' +
      `<Contents><Key>c%26d</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>${ETAG}</ETag>` +
      '<Size>7</Size><Owner><ID>1250000000</ID><DisplayName>1250000000</DisplayName></Owner>' +
      '<StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>',
  )
})

inS3('version 1: a truncated page with a group, byte for byte', async (speak) => {
  await speak.makeBucket()
  for (const key of ['a/1', 'a/2', 'c&d', 'e']) await speak.put(key)
  const { canonicalId, displayName } = speak.owner
  assert.equal(
    (await list(speak, { delimiter: '/', 'max-keys': 2 })).text,
    `${speak.declaration}<ListBucketResult${NAMESPACE}><Name>${BUCKET}</Name><Prefix/><Marker/>` +
      '<MaxKeys>2</MaxKeys><Delimiter>/</Delimiter><IsTruncated>true</IsTruncated><NextMarker>c&amp;d</NextMarker>' +
      '<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>' +
      `<Contents><Key>c&amp;d</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>${ETAG}</ETag>` +
      `<Size>7</Size><Owner><ID>${canonicalId}</ID><DisplayName>${displayName}</DisplayName></Owner>` +
      '<StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>',
  )
})

inS3('version 2: a truncated page, byte for byte; owners only when they are asked for', async (speak) => {
  await speak.makeBucket()
  for (const key of ['a', 'b']) await speak.put(key)
  const heard = await list(speak, { 'list-type': 2, 'max-keys': 1, 'start-after': 'A' })
  const token = childText(heard.xml, 'NextContinuationToken') ?? ''
  const entry = (owner: string) =>
    `<Contents><Key>a</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>${ETAG}</ETag><Size>7</Size>` +
    `${owner}<StorageClass>STANDARD</StorageClass></Contents>`
  assert.equal(
    heard.text,
    `${speak.declaration}<ListBucketResult${NAMESPACE}><Name>${BUCKET}</Name><Prefix/><StartAfter>A</StartAfter>` +
      `<NextContinuationToken>${token}</NextContinuationToken><KeyCount>1</KeyCount><MaxKeys>1</MaxKeys>` +
      `<IsTruncated>true</IsTruncated>${entry('')}</ListBucketResult>`,
  )
  const { canonicalId, displayName } = speak.owner
  const owned = await list(speak, { 'list-type': 2, 'max-keys': 1, 'fetch-owner': 'true' })
  assert.ok(
    owned.text.includes(entry(`<Owner><ID>${canonicalId}</ID><DisplayName>${displayName}</DisplayName></Owner>`)),
  )
  const next = await list(speak, { 'list-type': 2, 'continuation-token': token, 'start-after': 'zzz' })
  assert.equal(childText(next.xml, 'ContinuationToken'), token)
  assert.deepEqual(textsOf(next.xml, 'Key'), ['b'], 'the token counts, not the beginning')
  assert.equal(childText(next.xml, 'NextContinuationToken'), undefined)
})

inCos('version 2 is unknown to COS: its parameters mean nothing', async (speak) => {
  await speak.makeBucket()
  await speak.put('a')
  const heard = await list(speak, { 'list-type': 2, 'start-after': 'a', 'fetch-owner': 'true' })
  assert.equal(heard.text, (await list(speak)).text)
})

inBothDialects('parameters without a value are not there', async (speak) => {
  await speak.makeBucket()
  await speak.put('a/b')
  const empty = { prefix: '', delimiter: '', marker: '', 'max-keys': '', 'encoding-type': '' }
  assert.equal((await list(speak, empty)).text, (await list(speak)).text)
})

inBothDialects('a page has a thousand rows at most, and none when none are asked for', async (speak) => {
  await speak.makeBucket()
  await speak.put('a')
  const shown = async (limit: number) => childText((await list(speak, { 'max-keys': limit })).xml, 'MaxKeys')
  assert.deepEqual(
    [await shown(999), await shown(1000), await shown(1001), await shown(10 ** 9)],
    ['999', '1000', '1000', '1000'],
  )
  const none = await list(speak, { 'max-keys': 0 })
  assert.deepEqual(textsOf(none.xml, 'Key'), [])
  assert.equal(childText(none.xml, 'IsTruncated'), 'false')
})

inBothDialects('1001 objects are two pages', async (speak) => {
  await speak.makeBucket()
  const keys = Array.from({ length: 1001 }, (_, at) => `k${String(at).padStart(4, '0')}`)
  for (let at = 0; at < keys.length; at += 50) await Promise.all(keys.slice(at, at + 50).map((key) => speak.put(key)))
  const first = await list(speak)
  assert.equal(childText(first.xml, 'IsTruncated'), 'true')
  assert.deepEqual(textsOf(first.xml, 'Key'), keys.slice(0, 1000))
  const second = await list(speak, { marker: 'k0999' })
  assert.equal(childText(second.xml, 'IsTruncated'), 'false')
  assert.deepEqual(textsOf(second.xml, 'Key'), ['k1000'])
})

inCos('the next marker is there whenever there is more', async (speak) => {
  await speak.makeBucket()
  for (const key of ['a', 'b']) await speak.put(key)
  assert.equal(childText((await list(speak, { 'max-keys': 1 })).xml, 'NextMarker'), 'a')
  assert.equal(childText((await list(speak, { 'max-keys': 2 })).xml, 'NextMarker'), undefined)
})

inS3('the next marker is there only with a delimiter', async (speak) => {
  await speak.makeBucket()
  for (const key of ['a', 'b']) await speak.put(key)
  assert.equal(childText((await list(speak, { 'max-keys': 1 })).xml, 'NextMarker'), undefined)
  assert.equal(childText((await list(speak, { 'max-keys': 1, delimiter: '/' })).xml, 'NextMarker'), 'a')
})

inBothDialects('everybody may list a public bucket, owners included', async (speak) => {
  await speak.makeBucket(BUCKET, { [`${speak.prefix}acl`]: 'public-read-write' })
  await speak.put('mine')
  const theirs = await speak.say({ method: 'PUT', bucket: BUCKET, key: 'theirs', body: 'x', as: 'other' })
  assert.equal(theirs.status, 200)
  const heard = await speak.say({ method: 'GET', bucket: BUCKET, as: 'anonymous' })
  assert.equal(heard.status, 200)
  const { owner, other, dialect } = speak
  // An object belongs to the account that wrote it.
  const ids = dialect === 'cos' ? [owner.appId, other.appId] : [owner.canonicalId, other.canonicalId]
  assert.deepEqual(textsOf(heard.xml, 'ID'), ids)
})

test('storage classes are spelled as each dialect knows them', async () => {
  const exchange = await createExchange()
  const [cos, s3] = [speaker(exchange, 'cos'), speaker(exchange, 's3')]
  await cos.makeBucket()
  await cos.put('1', 'x', { 'x-cos-storage-class': 'ARCHIVE' })
  await cos.put('2', 'x', { 'x-cos-storage-class': 'INTELLIGENT_TIERING' })
  await s3.put('3', 'x', { 'x-amz-storage-class': 'GLACIER' })
  await s3.put('4', 'x', { 'x-amz-storage-class': 'ONEZONE_IA' })
  await s3.put('5', 'x', { 'x-amz-storage-class': 'REDUCED_REDUNDANCY' })
  const classes = async (speak: Speaker) => textsOf((await list(speak)).xml, 'StorageClass')
  assert.deepEqual(await classes(cos), ['ARCHIVE', 'INTELLIGENT_TIERING', 'ARCHIVE', 'STANDARD_IA', 'STANDARD'])
  const inS3Spelling = ['GLACIER', 'INTELLIGENT_TIERING', 'GLACIER', 'ONEZONE_IA', 'REDUCED_REDUNDANCY']
  assert.deepEqual(await classes(s3), inS3Spelling)
})

inS3('a checksum that came with an object is named', async (speak) => {
  await speak.makeBucket()
  await speak.put('a', 'content', { 'x-amz-checksum-sha256': '7XACtDnprIRfIjV9giusFERzD722AW0+yUMil7nsn3M=' })
  const { xml } = await list(speak)
  assert.deepEqual(textsOf(xml, 'ChecksumAlgorithm'), ['SHA256'])
  assert.deepEqual(textsOf(xml, 'ChecksumType'), ['FULL_OBJECT'])
})

// --- keys ------------------------------------------------------------------------------------------------------

inBothDialects('keys come in the order of their bytes, not of UTF-16', async (speak) => {
  await speak.makeBucket()
  const ordered = ['A', 'a', 'a\u0001', 'a!', 'a/', 'b', 'é', '\ue000', '\uffee', '😀', '\u{10fffd}']
  for (const key of [...ordered].reverse()) await speak.put(key)
  const shown = await keysOf(speak, { 'encoding-type': 'url' })
  assert.deepEqual(shown.map(decodeURIComponent), ordered)
})

inBothDialects('keys are neither folded nor cleaned nor decoded twice', async (speak) => {
  await speak.makeBucket()
  const keys = [
    '%2F',
    '%zz',
    '..',
    '../..',
    './a',
    'a//b',
    'a/./b',
    'a/../b',
    'a b',
    'a%20b',
    'a+b',
    'e\u0301',
    'é',
    '~',
  ]
  for (const key of keys) await speak.put(key)
  const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  assert.deepEqual(await keysOf(speak, {}), sorted)
  const heard = await list(speak, { 'encoding-type': 'url' })
  assert.deepEqual(textsOf(heard.xml, 'Key').map(decodeURIComponent), sorted)
  for (const [key, encoded] of [
    ['a b', 'a%20b'],
    ['a+b', 'a%2Bb'],
    ['a%20b', 'a%2520b'],
    ['é', '%C3%A9'],
    ['a//b', 'a//b'],
    ['~', '~'],
  ]) {
    assert.ok(heard.text.includes(`<Key>${encoded}</Key>`), `${key} is written ${encoded}`)
  }
})

inBothDialects('a character that XML has no place for does not spoil the document', async (speak) => {
  await speak.makeBucket()
  await speak.put('a\u0001\ufffe&<>"\r\n')
  const heard = await list(speak)
  assert.deepEqual(textsOf(heard.xml, 'Key'), ['a%01%EF%BF%BE&<>"\r\n'])
})

inBothDialects('with encoding, everything that repeats a name is encoded', async (speak) => {
  await speak.makeBucket()
  for (const key of ['é é1', 'é é2+', 'é é3']) await speak.put(key)
  const query = { prefix: 'é ', marker: 'é é1', delimiter: '+', 'max-keys': 1, 'encoding-type': 'url' }
  const { xml } = await list(speak, query)
  assert.deepEqual(
    ['Prefix', 'Marker', 'Delimiter', 'NextMarker'].map((name) => childText(xml, name)),
    ['%C3%A9%20', '%C3%A9%20%C3%A91', '%2B', '%C3%A9%20%C3%A92%2B'],
  )
  assert.deepEqual(textsOf(xml, 'Prefix'), ['%C3%A9%20', '%C3%A9%20%C3%A92%2B'])
})

// --- markers and groups ----------------------------------------------------------------------------------------

inBothDialects('a marker that is a common prefix skips its group, any other one does not', async (speak) => {
  await speak.makeBucket()
  for (const key of ['a', 'b/', 'b/1', 'b/2/x', 'b0', 'c']) await speak.put(key)
  const cases: readonly (readonly [QueryOf, readonly Row[]])[] = [
    [{ delimiter: '/', marker: 'a' }, ['prefix b/', 'key b0', 'key c']],
    [{ delimiter: '/', marker: 'b/' }, ['key b0', 'key c']],
    [{ delimiter: '/', marker: 'b/1' }, ['prefix b/', 'key b0', 'key c']],
    [{ marker: 'b/' }, ['key b/1', 'key b/2/x', 'key b0', 'key c']],
    [{ delimiter: '/', prefix: 'b/' }, ['key b/', 'key b/1', 'prefix b/2/']],
    [{ delimiter: '/', prefix: 'b/', marker: 'b/' }, ['key b/1', 'prefix b/2/']],
    [{ delimiter: '/', prefix: 'b/', marker: 'b/2/' }, []],
    [{ delimiter: '/', prefix: 'b', marker: 'b/' }, ['key b0']],
    [{ delimiter: '/', prefix: 'b' }, ['prefix b/', 'key b0']],
    [{ prefix: 'b', marker: 'a' }, ['key b/', 'key b/1', 'key b/2/x', 'key b0']],
    [{ prefix: 'b', marker: 'c' }, []],
    [{ prefix: 'zz' }, []],
    [{ marker: 'zz' }, []],
  ]
  for (const [query, rows] of cases) {
    const { xml } = await list(speak, query)
    assert.deepEqual(shownRows(xml, 'Contents', false), rows, JSON.stringify(query))
  }
})

inBothDialects('keys and groups count alike against the size of a page', async (speak) => {
  await speak.makeBucket()
  for (const key of ['a/1', 'a/2', 'b', 'c/1', 'c/2', 'd']) await speak.put(key)
  const pages: (readonly Row[])[] = []
  let marker = ''
  do {
    const { xml } = await list(speak, { delimiter: '/', 'max-keys': 2, marker })
    pages.push(shownRows(xml, 'Contents', false))
    marker = childText(xml, 'NextMarker') ?? ''
  } while (marker !== '' && pages.length < 5)
  assert.deepEqual(pages, [
    ['prefix a/', 'key b'],
    ['prefix c/', 'key d'],
  ])
})

inBothDialects('what is deleted is not listed, nor is the group that it leaves empty', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  for (const key of ['a', 'g/1']) {
    await speak.put(key)
    await speak.say({ method: 'DELETE', bucket: BUCKET, key })
  }
  await speak.put('b')
  const { xml } = await list(speak, { delimiter: '/' })
  assert.deepEqual(shownRows(xml, 'Contents', false), ['key b'])
})

// --- any listing, any page -------------------------------------------------------------------------------------

interface Walk {
  readonly dialect: 'cos' | 's3'
  /** What a page is asked with, given where the last one ended. */
  readonly parameters: (from: From) => QueryOf
  /** Where the next page begins; undefined at the end. */
  readonly next: (xml: XmlElement, rows: readonly Row[], encoded: boolean) => From | undefined
}
type From = { readonly after: string } | { readonly token: string }

const decoded = (name: string, encoded: boolean) => (encoded ? decodeURIComponent(name) : name)

/** Continues by NextMarker, or where there is none, by the last key. */
const version1 = (dialect: 'cos' | 's3'): Walk => ({
  dialect,
  parameters: (from) => ('after' in from ? { marker: from.after } : {}),
  next: (xml, rows, encoded) => {
    const marker = childText(xml, 'NextMarker')
    const last = rows.at(-1)
    assert.ok(last !== undefined, 'a truncated page shows something')
    if (marker !== undefined) assert.equal(decoded(marker, encoded), nameOf(last))
    return { after: nameOf(last) }
  },
})

const version2: Walk = {
  dialect: 's3',
  parameters: (from) => ({
    'list-type': 2,
    ...('after' in from ? { 'start-after': from.after } : { 'continuation-token': from.token }),
  }),
  next: (xml, rows) => {
    assert.equal(childText(xml, 'KeyCount'), String(rows.length))
    return { token: childText(xml, 'NextContinuationToken') ?? '' }
  },
}

const WALKS: Readonly<Record<string, Walk>> = {
  COS: version1('cos'),
  'S3, version 1': version1('s3'),
  'S3, version 2': version2,
}

async function checkPages(
  speak: Speaker,
  walk: Walk,
  keys: readonly string[],
  query: Query,
  limit: number,
  encoded: boolean,
) {
  const { prefix, delimiter, after } = query
  let rest = expectedRows(keys, query)
  let from: From | undefined = { after }
  while (from !== undefined) {
    const parameters = { ...walk.parameters(from), prefix, delimiter, 'max-keys': limit }
    const heard = await list(speak, encoded ? { ...parameters, 'encoding-type': 'url' } : parameters)
    assert.equal(heard.status, 200, heard.text)
    const rows = shownRows(heard.xml, 'Contents', encoded)
    assert.deepEqual(rows, rest.slice(0, limit))
    rest = rest.slice(limit)
    assert.equal(childText(heard.xml, 'IsTruncated'), String(rest.length > 0))
    from = rest.length > 0 ? walk.next(heard.xml, rows, encoded) : undefined
  }
}

for (const [title, walk] of Object.entries(WALKS)) {
  test(`${title}: pages of any size show what a sorted array shows`, async () => {
    const delimiters = walk.dialect === 'cos' ? ['', '/', 'a', '😀'] : ['', '/', 'a', '😀', '//', '/a']
    const property = fc.asyncProperty(
      names,
      fc.array(fc.record({ prefix: text(2), delimiter: fc.constantFrom(...delimiters), after: text(3) }), {
        minLength: 3,
        maxLength: 6,
      }),
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      async (keys, queries, limit, encoded) => {
        const exchange = await createExchange()
        // S3 takes every key, and both list them.
        const writer = speaker(exchange, 's3')
        await writer.makeBucket()
        for (const key of keys) await writer.put(key)
        for (const query of queries) {
          await checkPages(speaker(exchange, walk.dialect), walk, keys, query, limit, encoded)
        }
      },
    )
    await fc.assert(property, { seed: 20_260_102, numRuns: 40 })
  })
}
