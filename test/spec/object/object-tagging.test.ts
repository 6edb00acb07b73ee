/** Tags of objects (cos-object.md 16, 4, 5, 23.1; Amazon's object tagging); errors.md section 3, rows 44 and 53. */

import assert from 'node:assert/strict'
import {
  assertError,
  type Caller,
  elementsOf,
  type Heard,
  inBothDialects,
  inCos,
  inS3,
  type Said,
  type Speaker,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'
import { manyTags, type TagPair, taggingXml, tagsIn } from '../tag-sets.js'

interface Named {
  readonly key?: string
  readonly versionId?: string
  readonly as?: Caller
}

function said(speak: Speaker, method: string, { key = 'k', versionId, as = 'owner' }: Named): Said {
  const query = versionId === undefined ? 'tagging' : `tagging&versionId=${versionId}`
  return { method, bucket: speak.bucket, key, query, as }
}

const get = (speak: Speaker, named: Named = {}) => speak.say(said(speak, 'GET', named))
const remove = (speak: Speaker, named: Named = {}) => speak.say(said(speak, 'DELETE', named))
const put = (speak: Speaker, body: string, named: Named = {}) => speak.say({ ...said(speak, 'PUT', named), body })
const head = (speak: Speaker, key = 'k', as: Caller = 'owner') =>
  speak.say({ method: 'HEAD', bucket: speak.bucket, key, as })

async function mustPut(speak: Speaker, tags: readonly TagPair[], named: Named = {}): Promise<Heard> {
  const heard = await put(speak, taggingXml(tags), named)
  assert.deepEqual([heard.status, heard.sizeBytes], [200, 0], heard.text)
  return heard
}

/** What has none answers in the dialect's own way. */
async function assertTags(speak: Speaker, tags: readonly TagPair[], named: Named = {}): Promise<void> {
  const heard = await get(speak, named)
  if (tags.length === 0 && speak.dialect === 'cos') return assertError(heard, 404, 'NoSuchTagSet')
  assert.equal(heard.status, 200, heard.text)
  assert.deepEqual(tagsIn(heard), tags)
}

async function prepare(speak: Speaker, tags: readonly TagPair[] = []): Promise<void> {
  await speak.makeBucket()
  await speak.put('k')
  if (tags.length > 0) await mustPut(speak, tags)
}

// --- what is refused ------------------------------------------------------------------------------------------------

inBothDialects(raises('NoSuchKey', 'tags of an object that is not there'), async (speak) => {
  await speak.makeBucket()
  const heard = await put(speak, taggingXml([['a', 'b']]))
  assertError(heard, 404, 'NoSuchKey', { Key: 'k' })
  assert.equal(heard.bodyRead, false)
  for (const other of [await get(speak), await remove(speak)]) assertError(other, 404, 'NoSuchKey', { Key: 'k' })
})

inBothDialects(raises('NoSuchVersion', 'tags of a version that is not there'), async (speak) => {
  await prepare(speak)
  await speak.setVersioning('Enabled')
  const versionId = (await speak.put('k')).headers.get(`${speak.prefix}version-id`) ?? ''
  assert.equal(
    (await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k', query: { versionId } })).status,
    204,
  )
  for (const heard of [
    await get(speak, { versionId }),
    await put(speak, taggingXml([]), { versionId }),
    await remove(speak, { versionId }),
  ])
    assertError(heard, 404, 'NoSuchVersion')
})

inBothDialects(raises('DeleteMarkerNamed', 'a delete marker has no tags'), async (speak) => {
  await prepare(speak, [['a', '1']])
  await speak.setVersioning('Enabled')
  const deleted = await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k' })
  const versionId = deleted.headers.get(`${speak.prefix}version-id`) ?? ''
  for (const named of [{}, { versionId }]) {
    const named405 = 'versionId' in named && speak.dialect === 's3'
    const [status, code] = named405 ? [405, 'MethodNotAllowed'] : [404, 'NoSuchKey']
    for (const heard of [await get(speak, named), await put(speak, taggingXml([]), named), await remove(speak, named)])
      assertError(heard, status, code)
  }
  await assertTags(speak, [['a', '1']], { versionId: 'null' })
})

inCos(raises('NoSuchTagSet', 'an object without tags'), async (speak) => {
  await prepare(speak)
  assertError(await get(speak), 404, 'NoSuchTagSet', { BucketName: speak.bucket, Key: 'k' })
})

inS3('an object without tags has an empty set', async (speak) => {
  await prepare(speak)
  const heard = await get(speak)
  assert.equal(heard.status, 200)
  const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'
  assert.equal(heard.text, `${speak.declaration}<Tagging xmlns="${namespace}"><TagSet/></Tagging>`)
})

inBothDialects(raises('InvalidTag', 'tags that no object may have'), async (speak) => {
  await prepare(speak, [['kept', '1']])
  const sets: readonly (readonly [tags: readonly TagPair[], details: Record<string, string>])[] = [
    [[['', 'v']], {}],
    [[['k'.repeat(129), 'v']], { TagKey: 'k'.repeat(129) }],
    [[['k', 'v'.repeat(257)]], { TagKey: 'k', TagValue: 'v'.repeat(257) }],
    [[['k!', 'v']], { TagKey: 'k!' }],
    [[...manyTags(3), ['key1', 'again']], { TagKey: 'key1' }],
  ]
  for (const [tags, details] of sets) assertError(await put(speak, taggingXml(tags)), 400, 'InvalidTag', details)
  await assertTags(speak, [['kept', '1']])
})

inBothDialects(raises('TooManyTagsInSet', 'eleven tags'), async (speak) => {
  await prepare(speak)
  await mustPut(speak, manyTags(10))
  const heard = await put(speak, taggingXml(manyTags(11)))
  assertError(heard, 400, speak.dialect === 's3' ? 'BadRequest' : 'InvalidTag')
  assert.equal(heard.error.message, 'Object tags cannot be greater than 10')
  await assertTags(speak, manyTags(10))
})

inBothDialects('only the keys of Amazon’s own are reserved on objects, and only in S3', async (speak) => {
  await prepare(speak)
  const heard = await put(speak, taggingXml([['aws:a', '1']]))
  if (speak.dialect === 's3') assertError(heard, 400, 'InvalidTag', { TagKey: 'aws:a' })
  else assert.equal(heard.status, 200)
  await mustPut(speak, [['project', 'x']])
})

inBothDialects(raises('MalformedXML', 'a document that is no set of tags'), async (speak) => {
  await prepare(speak, [['kept', '1']])
  for (const body of ['<Tagging>', '<Tagging/>', '<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>'])
    assertError(await put(speak, body), 400, 'MalformedXML')
  assertError(await put(speak, ''), 400, 'MissingRequestBodyError')
  await assertTags(speak, [['kept', '1']])
})

inBothDialects(raises('AccessDenied', 'tags are the owner’s business, whatever the ACL grants'), async (speak) => {
  await speak.makeBucket(speak.bucket, { [`${speak.prefix}acl`]: 'public-read-write' })
  await speak.put('k', 'content', { [`${speak.prefix}acl`]: 'public-read' })
  await mustPut(speak, [['secret', '1']])
  for (const as of ['other', 'anonymous'] as const) {
    const refused = await put(speak, taggingXml([]), { as })
    assert.equal(refused.bodyRead, false)
    for (const heard of [refused, await get(speak, { as }), await remove(speak, { as })])
      assertError(heard, 403, 'AccessDenied')
    const seen = await head(speak, 'k', as)
    assert.deepEqual([seen.status, seen.headers.has(`${speak.prefix}tagging-count`)], [200, false])
  }
  await assertTags(speak, [['secret', '1']])
})

inBothDialects('whoever owns an object in a bucket of another has its tags', async (speak) => {
  await speak.makeBucket(speak.bucket, { [`${speak.prefix}acl`]: 'public-read-write' })
  const written = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', body: 'x', as: 'other' })
  assert.equal(written.status, 200)
  await mustPut(speak, [['a', '1']], { as: 'other' })
  await assertTags(speak, [['a', '1']], { as: 'other' })
  assert.equal((await remove(speak, { as: 'other' })).status, 204)
})

// --- what is kept ---------------------------------------------------------------------------------------------------

inBothDialects('a set replaces the one before, is shown in its order, and is counted', async (speak) => {
  await prepare(speak, [['old', '1']])
  const tags = [
    ['b', ''],
    ['a', '中文 value'],
    ['+-=._:/@', '+-=._:/@'],
  ] as const
  await mustPut(speak, tags)
  await assertTags(speak, tags)
  for (const method of ['GET', 'HEAD']) {
    const heard = await speak.say({ method, bucket: speak.bucket, key: 'k' })
    assert.equal(heard.headers.get(`${speak.prefix}tagging-count`), '3')
  }
  await mustPut(speak, [])
  await assertTags(speak, [])
  assert.equal((await head(speak)).headers.has(`${speak.prefix}tagging-count`), false)
})

inBothDialects('removing leaves none, also where there was none, and nothing else changes', async (speak) => {
  await prepare(speak, [['a', '1']])
  const before = await head(speak)
  speak.clock.advance(5_000)
  for (let times = 0; times < 2; times++) {
    assert.equal((await remove(speak)).status, 204)
    await assertTags(speak, [])
  }
  const after = await head(speak)
  for (const name of ['etag', 'last-modified', 'content-length'])
    assert.equal(after.headers.get(name), before.headers.get(name))
  assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })).text, 'content')
})

inBothDialects('each version has its own tags, and answers name it', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  const id = `${speak.prefix}version-id`
  const versions = []
  for (const value of ['first', 'second']) versions.push((await speak.put('k', value)).headers.get(id) ?? '')
  const [first = '', second = ''] = versions
  assert.equal((await mustPut(speak, [['a', 'first']], { versionId: first })).headers.get(id), first)
  assert.equal((await mustPut(speak, [['a', 'second']])).headers.get(id), second)
  await assertTags(speak, [['a', 'first']], { versionId: first })
  await assertTags(speak, [['a', 'second']])
  assert.equal((await get(speak, { versionId: first })).headers.get(id), first)
  const removed = await remove(speak, { versionId: first })
  assert.deepEqual([removed.status, removed.headers.get(id)], [204, first])
  await assertTags(speak, [], { versionId: first })
  await assertTags(speak, [['a', 'second']], { versionId: second })
  assert.equal(
    (await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k', query: { versionId: second } })).status,
    204,
  )
  await assertTags(speak, [])
})

inBothDialects('tags and ACL do not disturb each other, and a new object has neither', async (speak) => {
  await prepare(speak, [['a', '1']])
  const acl = { method: 'PUT', bucket: speak.bucket, key: 'k', query: { acl: true } } as const
  assert.equal((await speak.say({ ...acl, headers: { [`${speak.prefix}acl`]: 'public-read' } })).status, 200)
  await assertTags(speak, [['a', '1']])
  await mustPut(speak, [['b', '2']])
  assert.equal((await head(speak, 'k', 'other')).status, 200)
  await speak.put('k')
  await assertTags(speak, [])
})

inBothDialects(
  'tags and ACL set at the same time are both kept, and of several sets of tags one whole',
  async (speak) => {
    await prepare(speak)
    const acl = { method: 'PUT', bucket: speak.bucket, key: 'k', query: { acl: true } } as const
    const sets = [1, 2, 3, 4].map((count) => manyTags(count))
    const heard = await Promise.all([
      speak.say({ ...acl, headers: { [`${speak.prefix}acl`]: 'public-read' } }),
      ...sets.map((tags) => put(speak, taggingXml(tags))),
    ])
    for (const { status, text } of heard) assert.equal(status, 200, text)
    assert.equal((await head(speak, 'k', 'other')).status, 200)
    const kept = tagsIn(await get(speak))
    assert.deepEqual(kept, manyTags(kept.length))
    assert.ok(kept.length > 0)
  },
)

// --- beside a body ------------------------------------------------------------------------------------------------

const withTags = (speak: Speaker, value: string) => ({ [`${speak.prefix}tagging`]: value })

/** The requests that take the header, and the key of what they make. */
const MAKERS: Readonly<
  Record<string, (speak: Speaker, headers: Record<string, string>, as: Caller) => Promise<Heard>>
> = {
  PutObject: (speak, headers, as) =>
    speak.say({ method: 'PUT', bucket: speak.bucket, key: 'made', body: 'x', headers, as }),
  CopyObject: (speak, headers, as) =>
    copy(speak, { ...headers, [`${speak.prefix}tagging-directive`]: replace(speak) }, as),
  InitiateMultipartUpload: (speak, headers, as) =>
    speak.say({ method: 'POST', bucket: speak.bucket, key: 'made', query: { uploads: true }, headers, as }),
}

function replace({ dialect }: Speaker): string {
  return dialect === 'cos' ? 'Replaced' : 'REPLACE'
}

function copy(speak: Speaker, headers: Record<string, string> = {}, as: Caller = 'owner', to = 'made'): Promise<Heard> {
  const source = speak.dialect === 'cos' ? `${speak.host(speak.bucket)}/k` : `/${speak.bucket}/k`
  const given = { [`${speak.prefix}copy-source`]: source, ...headers }
  return speak.say({ method: 'PUT', bucket: speak.bucket, key: to, headers: given, as })
}

for (const [name, make] of Object.entries(MAKERS)) {
  inBothDialects(raises('InvalidTag', `${name} with tags that no object may have`), async (speak) => {
    await prepare(speak)
    for (const value of ['=v', 'a*=1', 'a=%26', 'a=1&a=2', '%E4%BD%A0=%01']) {
      const heard = await make(speak, withTags(speak, value), 'owner')
      assertError(heard, 400, 'InvalidTag')
      assert.equal(heard.bodyRead, false)
    }
    const eleven = manyTags(11)
      .map((pair) => pair.map(encodeURIComponent).join('='))
      .join('&')
    assertError(
      await make(speak, withTags(speak, eleven), 'owner'),
      400,
      speak.dialect === 's3' ? 'BadRequest' : 'InvalidTag',
    )
    assertError(await head(speak, 'made'), 404, 'NoSuchKey')
  })

  inBothDialects(raises('InvalidArgument', `${name} with tags that are not encoded`), async (speak) => {
    await prepare(speak)
    for (const value of ['a=%', 'a=%zz', '%ff=1', 'a=%00']) {
      const heard = await make(speak, withTags(speak, value), 'owner')
      assertError(heard, 400, 'InvalidArgument', { ArgumentName: `${speak.prefix}tagging`, ArgumentValue: value })
    }
  })

  inBothDialects(raises('AccessDenied', `${name} with tags by one who may only write`), async (speak) => {
    await prepare(speak)
    const acl = { [`${speak.prefix}acl`]: 'public-read-write' }
    await speak.say({ method: 'PUT', bucket: speak.bucket, query: { acl: true }, headers: acl })
    for (const as of ['other', 'anonymous'] as const) {
      const heard = await make(speak, withTags(speak, 'a=1'), as)
      assertError(heard, 403, 'AccessDenied')
      assert.equal(heard.bodyRead, false)
      assert.equal((await make(speak, withTags(speak, ''), as)).status, 200)
    }
  })
}

inBothDialects('an object is made with the tags of its header', async (speak) => {
  await speak.makeBucket()
  const cases: readonly (readonly [value: string, tags: readonly TagPair[]])[] = [
    ['', []],
    ['a=1', [['a', '1']]],
    [
      'a=1&b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['a', [['a', '']]],
    ['a=', [['a', '']]],
    ['&a=1&&', [['a', '1']]],
    ['a+b=c%20d', [['a b', 'c d']]],
    ['%E4%BD%A0=%E5%A5%BD', [['你', '好']]],
    ['你=好', [['你', '好']]],
    ['a=b=c', [['a', 'b=c']]],
    ['%2B-%3D._%3A%2F%40=x', [['+-=._:/@', 'x']]],
  ]
  for (const [value, tags] of cases) {
    await speak.put('k', 'content', withTags(speak, value))
    await assertTags(speak, tags)
  }
})

inBothDialects('an upload hands its tags to the object that it becomes', async (speak) => {
  await speak.makeBucket()
  const upload = { bucket: speak.bucket, key: 'k' }
  const query = { uploads: true } as const
  const initiated = await speak.say({ ...upload, method: 'POST', query, headers: withTags(speak, 'a=1&b=2') })
  const [uploadId = ''] = elementsOf(initiated.xml, 'UploadId').map(({ text }) => text)
  const part = await speak.say({ ...upload, method: 'PUT', query: { partNumber: 1, uploadId }, body: 'part' })
  const listed = `<Part><PartNumber>1</PartNumber><ETag>${part.headers.get('etag')}</ETag></Part>`
  const body = `<CompleteMultipartUpload>${listed}</CompleteMultipartUpload>`
  assert.equal((await speak.say({ ...upload, method: 'POST', query: { uploadId }, body })).status, 200)
  await assertTags(speak, [
    ['a', '1'],
    ['b', '2'],
  ])
})

// --- copies -------------------------------------------------------------------------------------------------------

inBothDialects(raises('InvalidArgument', 'a tagging directive that nobody knows'), async (speak) => {
  await prepare(speak)
  const name = `${speak.prefix}tagging-directive`
  const heard = await copy(speak, { [name]: 'merge' })
  assertError(heard, 400, 'InvalidArgument', { ArgumentName: name, ArgumentValue: 'merge' })
})

inBothDialects('a copy has the tags of its source unless it replaces them', async (speak) => {
  await prepare(speak, [['a', '1']])
  const directive = (word: string) => ({ [`${speak.prefix}tagging-directive`]: word })
  const cases: readonly (readonly [headers: Record<string, string>, tags: readonly TagPair[]])[] = [
    [{}, [['a', '1']]],
    [directive('Copy'), [['a', '1']]],
    [{ ...directive('COPY'), ...withTags(speak, 'b=2') }, [['a', '1']]],
    [withTags(speak, 'b=2'), [['a', '1']]],
    [{ ...directive(replace(speak)), ...withTags(speak, 'b=2') }, [['b', '2']]],
    [directive(replace(speak).toLowerCase()), []],
    [{ [`${speak.prefix}metadata-directive`]: replace(speak) }, [['a', '1']]],
  ]
  for (const [headers, tags] of cases) {
    const heard = await copy(speak, headers)
    assert.equal(heard.status, 200, heard.text)
    await assertTags(speak, tags, { key: 'made' })
  }
  await assertTags(speak, [['a', '1']])
})

inBothDialects(raises('AccessDenied', 'a copy by one who may not read the tags of the source'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'content', { [`${speak.prefix}acl`]: 'public-read' })
  const mine = speak.dialect === 's3' ? 'othersbucket' : 'othersbucket-1250000001'
  assert.equal((await speak.say({ method: 'PUT', bucket: mine, as: 'other' })).status, 200)
  const source = speak.dialect === 'cos' ? `${speak.host(speak.bucket)}/k` : `/${speak.bucket}/k`
  const take = (headers: Record<string, string> = {}) => {
    const given = { [`${speak.prefix}copy-source`]: source, ...headers }
    return speak.say({ method: 'PUT', bucket: mine, key: 'copy', headers: given, as: 'other' })
  }
  assert.equal((await take()).status, 200)
  await mustPut(speak, [['secret', '1']])
  assertError(await take(), 403, 'AccessDenied')
  const replaced = { [`${speak.prefix}tagging-directive`]: replace(speak), ...withTags(speak, 'own=1') }
  assert.equal((await take(replaced)).status, 200)
})

inCos('a copy onto itself may replace nothing but the tags', async (speak) => {
  await prepare(speak, [['a', '1']])
  assertError(await copy(speak, withTags(speak, 'b=2'), 'owner', 'k'), 400, 'InvalidRequest')
  const headers = { 'x-cos-tagging-directive': 'Replaced', ...withTags(speak, 'b=2') }
  assert.equal((await copy(speak, headers, 'owner', 'k')).status, 200)
  await assertTags(speak, [['b', '2']])
})

inS3(raises('CopyToItself', 'new tags alone are no reason for a copy onto itself'), async (speak) => {
  await prepare(speak, [['a', '1']])
  const headers = { 'x-amz-tagging-directive': 'REPLACE', ...withTags(speak, 'b=2') }
  assertError(await copy(speak, headers, 'owner', 'k'), 400, 'InvalidRequest')
  await assertTags(speak, [['a', '1']])
})
