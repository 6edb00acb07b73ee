/** GET Bucket Object versions (cos-auth-and-bucket.md 5.7, cos-object.md 20): documents, markers, groups and pages. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { XmlElement } from '../../../src/base/xml.js'
import {
  assertError,
  BUCKET,
  childText,
  createExchange,
  elementsOf,
  inBothDialects,
  inCos,
  inS3,
  REGION,
  type Speaker,
  speaker,
  textsOf,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'
import { byBytes, groupOf, namesAfter, type Query, text } from './listing-model.js'

const NAMESPACE = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
const ETAG = '&quot;9a0364b9e99bb480dd25e1f0284c8555&quot;'
/** Of the right form, never given to anybody. */
const ABSENT = 'MTg0NDUxNTc1NjIzMTQ1MDAwODg'

const list = (speak: Speaker, query: Readonly<Record<string, string | number | true>> = {}) =>
  speak.say({ method: 'GET', bucket: BUCKET, query: { versions: true, ...query } })

const remove = (speak: Speaker, key: string, versionId?: string) =>
  speak.say({ method: 'DELETE', bucket: BUCKET, key, ...(versionId === undefined ? {} : { query: { versionId } }) })

const idOf = (speak: Speaker, heard: Awaited<ReturnType<typeof list>>) =>
  heard.headers.get(`${speak.prefix}version-id`) ?? 'null'

/** `key version latest kind`, in the order of the document. */
function shown(xml: XmlElement): readonly string[] {
  return xml.children
    .filter(({ name }) => name === 'Version' || name === 'DeleteMarker')
    .map((entry) => {
      const [key, id, latest] = ['Key', 'VersionId', 'IsLatest'].map((name) => childText(entry, name))
      return `${key} ${id} ${latest === 'true' ? 'latest' : 'older'} ${entry.name}`
    })
}

// --- what is refused -------------------------------------------------------------------------------------------

inBothDialects(raises('NoSuchBucket', 'the versions of a bucket that is not there'), async (speak) => {
  assertError(await list(speak), 404, 'NoSuchBucket')
})

inBothDialects(
  raises('AccessDenied', 'the versions of a private bucket are shown to its owner only'),
  async (speak) => {
    await speak.makeBucket()
    for (const as of ['other', 'anonymous'] as const) {
      const heard = await speak.say({ method: 'GET', bucket: BUCKET, query: { versions: true }, as })
      assertError(heard, 403, 'AccessDenied')
    }
  },
)

inBothDialects(raises('InvalidArgument', 'parameters outside their domain'), async (speak) => {
  await speak.makeBucket()
  const wrong: Readonly<Record<string, readonly string[]>> = {
    'max-keys': ['blah', '-1'],
    'encoding-type': ['xml'],
    'version-id-marker': ['x', 'NULL', `${ABSENT}=`, `${ABSENT}A`],
  }
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const heard = await list(speak, { 'key-marker': 'a', [name]: value })
      assertError(heard, 400, 'InvalidArgument', { ArgumentName: name, ArgumentValue: value })
    }
  }
})

inBothDialects(raises('InvalidArgument', 'a version marker without its key'), async (speak) => {
  await speak.makeBucket()
  for (const marker of ['null', ABSENT]) {
    const heard = await list(speak, { 'version-id-marker': marker })
    assertError(heard, 400, 'InvalidArgument', { ArgumentName: 'version-id-marker' })
    assertError(await list(speak, { 'version-id-marker': marker, 'key-marker': '' }), 400, 'InvalidArgument')
  }
})

inCos(raises('InvalidDelimiter', 'a delimiter of several characters'), async (speak) => {
  await speak.makeBucket()
  assertError(await list(speak, { delimiter: '//' }), 400, 'InvalidDelimiter')
})

inBothDialects(raises('MethodNotAllowed', 'versions are only read'), async (speak) => {
  await speak.makeBucket()
  for (const method of ['PUT', 'POST', 'DELETE', 'HEAD']) {
    const heard = await speak.say({ method, bucket: BUCKET, query: { versions: true } })
    assertError(heard, 405, 'MethodNotAllowed')
    assert.equal(heard.headers.get('allow'), 'GET')
  }
  assert.equal((await speak.say({ method: 'HEAD', bucket: BUCKET })).status, 200)
})

// --- documents -------------------------------------------------------------------------------------------------

inBothDialects('an empty bucket, byte for byte', async (speak) => {
  await speak.makeBucket()
  const heard = await list(speak)
  assert.equal(heard.status, 200)
  assert.equal(heard.headers.get(`${speak.prefix}bucket-region`), REGION)
  assert.equal(
    heard.text,
    `${speak.declaration}<ListVersionsResult${speak.dialect === 's3' ? NAMESPACE : ''}><Name>${BUCKET}</Name><Prefix/>` +
      '<KeyMarker/><VersionIdMarker/><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListVersionsResult>',
  )
})

inCos('an object of a bucket that never was versioned has an empty version id', async (speak) => {
  await speak.makeBucket()
  await speak.put('a')
  const owner = '<Owner><ID>1250000000</ID><DisplayName>1250000000</DisplayName></Owner>'
  assert.equal(
    (await list(speak)).text,
    `${speak.declaration}<ListVersionsResult><Name>${BUCKET}</Name><Prefix/><KeyMarker/><VersionIdMarker/>` +
      '<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><Version><Key>a</Key><VersionId/>' +
      `<IsLatest>true</IsLatest><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>${ETAG}</ETag>` +
      `<Size>7</Size><StorageClass>STANDARD</StorageClass>${owner}</Version></ListVersionsResult>`,
  )
})

inS3('an object of a bucket that never was versioned is the null version', async (speak) => {
  await speak.makeBucket()
  await speak.put('a')
  assert.deepEqual(shown((await list(speak)).xml), ['a null latest Version'])
})

inCos('a truncated page with a marker and a group, byte for byte', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  await speak.put('d ir/1')
  const older = idOf(speak, await speak.put('e&'))
  speak.clock.advance(1000)
  const marker = idOf(speak, await remove(speak, 'e&'))
  await speak.put('f')
  const owner = '<Owner><ID>1250000000</ID><DisplayName>1250000000</DisplayName></Owner>'
  const heard = await list(speak, { delimiter: '/', 'max-keys': 3, 'encoding-type': 'url', 'key-marker': 'a b' })
  assert.equal(
    heard.text,
    `${speak.declaration}<ListVersionsResult><EncodingType>url</EncodingType><Name>${BUCKET}</Name><Prefix/>` +
      '<KeyMarker>a%20b</KeyMarker><VersionIdMarker/><MaxKeys>3</MaxKeys><IsTruncated>true</IsTruncated>' +
      `<NextKeyMarker>e%26</NextKeyMarker><NextVersionIdMarker>${older}</NextVersionIdMarker>` +
      '<Delimiter>/</Delimiter><CommonPrefixes><Prefix>d%20ir/</Prefix></CommonPrefixes>' +
      `<DeleteMarker><Key>e%26</Key><VersionId>${marker}</VersionId><IsLatest>true</IsLatest>` +
      `<LastModified>2026-01-02T03:04:06.000Z</LastModified>${owner}</DeleteMarker>` +
      `<Version><Key>e%26</Key><VersionId>${older}</VersionId><IsLatest>false</IsLatest>` +
      `<LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>${ETAG}</ETag><Size>7</Size>` +
      `<StorageClass>STANDARD</StorageClass>${owner}</Version></ListVersionsResult>`,
  )
})

inS3('owners are canonical users, classes are spelled as S3 knows them', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  await speak.put('a', 'x', { 'x-amz-storage-class': 'GLACIER' })
  const { xml } = await list(speak)
  assert.deepEqual(textsOf(xml, 'StorageClass'), ['GLACIER'])
  assert.deepEqual(textsOf(xml, 'ID'), [speak.owner.canonicalId])
})

inBothDialects('a next version marker behind a group is empty', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  await speak.put('a/1')
  await speak.put('b')
  const { xml } = await list(speak, { delimiter: '/', 'max-keys': 1 })
  assert.equal(childText(xml, 'NextKeyMarker'), 'a/')
  assert.equal(childText(xml, 'NextVersionIdMarker'), '')
  assert.equal(elementsOf(xml, 'Version').length, 0)
})

inBothDialects('a page has a thousand rows at most, and none when none are asked for', async (speak) => {
  await speak.makeBucket()
  await speak.put('a')
  assert.equal(childText((await list(speak, { 'max-keys': 1001 })).xml, 'MaxKeys'), '1000')
  const none = (await list(speak, { 'max-keys': 0 })).xml
  assert.deepEqual(shown(none), [])
  assert.equal(childText(none, 'IsTruncated'), 'false')
})

// --- states ----------------------------------------------------------------------------------------------------

inBothDialects('versions of one key come newest first, with null where it was written', async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  await speak.setVersioning('Enabled')
  assert.deepEqual(shown((await list(speak)).xml), ['k null latest Version'], 'what was before is null from now on')
  const first = idOf(speak, await speak.put('k'))
  await speak.setVersioning('Suspended')
  await speak.put('k')
  assert.deepEqual(shown((await list(speak)).xml), ['k null latest Version', `k ${first} older Version`])
  await remove(speak, 'k')
  assert.deepEqual(shown((await list(speak)).xml), ['k null latest DeleteMarker', `k ${first} older Version`])
  await speak.setVersioning('Enabled')
  const marker = idOf(speak, await remove(speak, 'k'))
  assert.deepEqual(shown((await list(speak)).xml), [
    `k ${marker} latest DeleteMarker`,
    'k null older DeleteMarker',
    `k ${first} older Version`,
  ])
})

inBothDialects('what is removed by its version is gone, and the next one is the latest', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  const first = idOf(speak, await speak.put('k'))
  const second = idOf(speak, await speak.put('k'))
  await remove(speak, 'k', second)
  assert.deepEqual(shown((await list(speak)).xml), [`k ${first} latest Version`])
})

// --- markers ---------------------------------------------------------------------------------------------------

inBothDialects('a key marker skips all versions of its key, a version marker those up to it', async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  await speak.setVersioning('Enabled')
  const first = idOf(speak, await speak.put('k'))
  const second = idOf(speak, await speak.put('k'))
  const last = idOf(speak, await speak.put('l'))
  const l = `l ${last} latest Version`
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['k', '', [l]],
    ['j', second, [`k ${second} latest Version`, `k ${first} older Version`, 'k null older Version', l]],
    ['k', second, [`k ${first} older Version`, 'k null older Version', l]],
    ['k', first, ['k null older Version', l]],
    ['k', 'null', [l]],
    ['k', ABSENT, [l]],
    ['l', last, []],
    ['l', 'null', []],
    ['m', first, []],
  ]
  for (const [key, version, expected] of cases) {
    const { xml } = await list(speak, { 'key-marker': key, 'version-id-marker': version })
    const title = `after ${key} ${version}`
    // Nothing tells where a version stood that never was; it is enough that no later key is missed.
    if (key === 'l' && version === 'null')
      assert.ok(
        shown(xml).every((row) => row === l),
        title,
      )
    else assert.deepEqual(shown(xml), expected, title)
    assert.equal(childText(xml, 'VersionIdMarker'), version)
  }
})

inBothDialects('a version marker does not reach beyond the prefix', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  await speak.put('a')
  const second = idOf(speak, await speak.put('a'))
  const other = idOf(speak, await speak.put('b'))
  const { xml } = await list(speak, { prefix: 'b', 'key-marker': 'a', 'version-id-marker': second })
  assert.deepEqual(shown(xml), [`b ${other} latest Version`])
})

inBothDialects('a version marker within a group does not open the group', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  await speak.put('g/1')
  const second = idOf(speak, await speak.put('g/1'))
  await speak.put('g/2')
  const { xml } = await list(speak, { delimiter: '/', 'key-marker': 'g/1', 'version-id-marker': second })
  assert.deepEqual(shown(xml), [])
  assert.deepEqual(textsOf(xml, 'CommonPrefixes').length, 1)
})

inBothDialects('a client that deletes page by page deletes everything', async (speak) => {
  for (const limit of [1, 2, 3]) {
    const bucket = `sweep-${limit}-1250000000`
    await speak.makeBucket(bucket)
    await speak.say({ method: 'PUT', bucket, key: 'a', body: 'null' })
    await speak.setVersioning('Enabled', bucket)
    for (const key of ['a', 'a', 'a', 'b', 'b']) {
      await speak.say({ method: 'PUT', bucket, key, body: 'x' })
      await speak.say({ method: 'DELETE', bucket, key })
    }
    let markers: Record<string, string> = {}
    for (let page = 0; page < 30; page++) {
      const query = { versions: true as const, 'max-keys': limit, ...markers }
      const { xml } = await speak.say({ method: 'GET', bucket, query })
      for (const row of shown(xml)) {
        const [key = '', versionId = ''] = row.split(' ')
        await speak.say({ method: 'DELETE', bucket, key, query: { versionId } })
      }
      if (childText(xml, 'IsTruncated') !== 'true') break
      markers = {
        'key-marker': childText(xml, 'NextKeyMarker') ?? '',
        'version-id-marker': childText(xml, 'NextVersionIdMarker') ?? '',
      }
    }
    assert.equal((await speak.say({ method: 'DELETE', bucket })).status, 204, `pages of ${limit}`)
  }
})

// --- any history, any page -------------------------------------------------------------------------------------

interface Version {
  readonly id: string
  readonly kind: 'Version' | 'DeleteMarker'
}

/** Every key's versions, newest first, kept the plain way beside the server. */
type History = Map<string, readonly Version[]>

const step = fc.record({
  does: fc.constantFrom('put', 'put', 'put', 'delete', 'Enabled', 'Enabled', 'Suspended'),
  key: fc.constantFrom('a', 'a/b', 'a/é', '😀', '\uffee', 'b', 'b/'),
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

async function live(speak: Speaker, steps: readonly Step[]): Promise<History> {
  const history: History = new Map()
  let state: 'unset' | 'Enabled' | 'Suspended' = 'unset'
  for (const { does, key } of steps) {
    speak.clock.advance(7)
    if (does === 'Enabled' || does === 'Suspended') {
      await speak.setVersioning(does)
      state = does
      continue
    }
    const heard = does === 'put' ? await speak.put(key) : await remove(speak, key)
    const before = history.get(key) ?? []
    const kept = state === 'Enabled' ? before : before.filter(({ id }) => id !== 'null')
    const id = state === 'Enabled' ? idOf(speak, heard) : 'null'
    const kind = does === 'put' ? 'Version' : 'DeleteMarker'
    history.set(key, kind === 'DeleteMarker' && state === 'unset' ? kept : [{ id, kind }, ...kept])
  }
  return history
}

function expectedRows(history: History, query: Query): readonly string[] {
  const keys = [...history].filter(([, versions]) => versions.length > 0).map(([key]) => key)
  const rows = namesAfter(keys, query).flatMap((key) => {
    const group = groupOf(key, query)
    if (group !== undefined) return [`${group} prefix`]
    const versions = history.get(key) ?? []
    return versions.map(({ id, kind }, at) => `${key} ${id} ${at === 0 ? 'latest' : 'older'} ${kind}`)
  })
  return [...new Set(rows)]
}

/** Groups put back among the versions. */
function pageRows(xml: XmlElement): readonly string[] {
  const groups = elementsOf(xml, 'CommonPrefixes').flatMap((entry) => textsOf(entry, 'Prefix'))
  const named = [
    ...shown(xml).map((row) => ({ name: row.slice(0, row.indexOf(' ')), row })),
    ...groups.map((name) => ({ name, row: `${name} prefix` })),
  ]
  // A stable sort: the versions of one key stay in the order of the document.
  return named.sort((a, b) => byBytes(a.name, b.name)).map(({ row }) => row)
}

for (const dialect of ['cos', 's3'] as const) {
  test(`${dialect}: pages of any size show any history as it was`, async () => {
    const query = fc.record({ prefix: text(1), delimiter: fc.constantFrom('', '/', 'b'), after: text(2) })
    const property = fc.asyncProperty(
      fc.array(step, { maxLength: 24 }),
      fc.array(query, { minLength: 2, maxLength: 4 }),
      fc.integer({ min: 1, max: 5 }),
      async (steps, queries, limit) => {
        const speak = speaker(await createExchange(), dialect)
        await speak.makeBucket()
        // Ids of buckets that never were versioned are shown in two ways; that has a test of its own.
        const history = await live(speak, [...steps, { does: 'Suspended', key: 'a' }])
        for (const { prefix, delimiter, after } of queries) {
          let rest = expectedRows(history, { prefix, delimiter, after })
          let markers: Record<string, string> = { 'key-marker': after }
          do {
            const { xml } = await list(speak, { prefix, delimiter, 'max-keys': limit, ...markers })
            assert.deepEqual(pageRows(xml), rest.slice(0, limit))
            rest = rest.slice(limit)
            assert.equal(childText(xml, 'IsTruncated'), String(rest.length > 0))
            const [key = '', id = ''] = [childText(xml, 'NextKeyMarker'), childText(xml, 'NextVersionIdMarker')]
            markers = { 'key-marker': key, 'version-id-marker': id }
          } while (rest.length > 0)
        }
      },
    )
    await fc.assert(property, { seed: 20_260_102, numRuns: 50 })
  })
}
