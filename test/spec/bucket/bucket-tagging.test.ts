/** Tags of a bucket (cos-auth-and-bucket.md 5.14, 5.2); errors.md section 3, rows 47 and 53. */

import assert from 'node:assert/strict'
import { assertError, inBothDialects, inCos, inS3, type Speaker } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'
import { manyTags, taggingXml, tagsIn } from '../tag-sets.js'

const query = { tagging: true } as const

const put = (speak: Speaker, body: string, headers: Record<string, string> = {}) =>
  speak.say({ method: 'PUT', bucket: speak.bucket, query, body, headers })
const get = (speak: Speaker) => speak.say({ method: 'GET', bucket: speak.bucket, query })
const remove = (speak: Speaker) => speak.say({ method: 'DELETE', bucket: speak.bucket, query })

async function mustPut(speak: Speaker, tags: readonly (readonly [string, string])[]): Promise<void> {
  const heard = await put(speak, taggingXml(tags))
  assert.deepEqual([heard.status, heard.sizeBytes ?? 0], [204, 0], heard.text)
}

inBothDialects(raises('NoSuchBucket', 'tags of a bucket that is not there'), async (speak) => {
  for (const heard of [await get(speak), await put(speak, taggingXml([['a', 'b']])), await remove(speak)])
    assertError(heard, 404, 'NoSuchBucket')
})

inBothDialects(raises('NoSuchTagSet', 'a bucket without tags'), async (speak) => {
  await speak.makeBucket()
  assertError(await get(speak), 404, 'NoSuchTagSet', { BucketName: speak.bucket })
})

inBothDialects(raises('AccessDenied', 'only the owner has to do with tags of a bucket'), async (speak) => {
  await speak.makeBucket(speak.bucket, { [`${speak.prefix}acl`]: 'public-read-write' })
  await mustPut(speak, [['a', '1']])
  for (const as of ['other', 'anonymous'] as const) {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const said = { method, bucket: speak.bucket, query, as }
      const heard = await speak.say(method === 'PUT' ? { ...said, body: taggingXml([]) } : said)
      assertError(heard, 403, 'AccessDenied')
      assert.equal(heard.bodyRead, false)
    }
  }
  assert.deepEqual(tagsIn(await get(speak)), [['a', '1']])
})

inBothDialects(raises('MissingRequestBodyError', 'no tags are not an empty set of them'), async (speak) => {
  await speak.makeBucket()
  assertError(await put(speak, ''), 400, 'MissingRequestBodyError')
})

inBothDialects(raises('MalformedXML', 'a document that is no set of tags'), async (speak) => {
  await speak.makeBucket()
  await mustPut(speak, [['kept', '1']])
  const bodies = [
    '<Tagging>',
    '<Tags/>',
    '<Tagging/>',
    '<Tagging><Tag><Key>a</Key><Value>b</Value></Tag></Tagging>',
    '<Tagging><TagSet/><TagSet/></Tagging>',
    '<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>',
    '<Tagging><TagSet><Tag><Value>b</Value></Tag></TagSet></Tagging>',
    '<Tagging><TagSet><Tag><Key>a</Key><Key>b</Key><Value>c</Value></Tag></TagSet></Tagging>',
    '<Tagging><TagSet><Tag><Key><b>a</b></Key><Value>c</Value></Tag></TagSet></Tagging>',
  ]
  for (const body of bodies) assertError(await put(speak, body), 400, 'MalformedXML')
  assert.deepEqual(tagsIn(await get(speak)), [['kept', '1']])
})

inBothDialects(raises('InvalidTag', 'tags that none may have'), async (speak) => {
  await speak.makeBucket()
  await mustPut(speak, [['kept', '1']])
  const sets: readonly (readonly [tags: readonly (readonly [string, string])[], details: Record<string, string>])[] = [
    [[['', 'v']], {}],
    [[['k'.repeat(129), 'v']], { TagKey: 'k'.repeat(129) }],
    [[['k', 'v'.repeat(257)]], { TagKey: 'k', TagValue: 'v'.repeat(257) }],
    [[['k*', 'v']], { TagKey: 'k*' }],
    [[['k', 'a;b']], { TagKey: 'k', TagValue: 'a;b' }],
    [
      [
        ['k', '1'],
        ['k', '2'],
      ],
      { TagKey: 'k' },
    ],
  ]
  for (const [tags, details] of sets) assertError(await put(speak, taggingXml(tags)), 400, 'InvalidTag', details)
  assert.deepEqual(tagsIn(await get(speak)), [['kept', '1']])
})

inCos(raises('InvalidTag', 'keys that belong to the platform'), async (speak) => {
  await speak.makeBucket()
  for (const key of ['qcs:a', 'project', 'projectId'])
    assertError(await put(speak, taggingXml([[key, '1']])), 400, 'InvalidTag', { TagKey: key })
  await mustPut(speak, [
    ['aws:a', '1'],
    ['my-project', '2'],
  ])
})

inS3(raises('InvalidTag', 'keys that belong to the platform'), async (speak) => {
  await speak.makeBucket()
  const heard = await put(speak, taggingXml([['aws:a', '1']]))
  assertError(heard, 400, 'InvalidTag', { TagKey: 'aws:a' })
  assert.equal(heard.error.message, 'System tags cannot be added/updated by requester')
  await mustPut(speak, [
    ['qcs:a', '1'],
    ['project', '2'],
  ])
})

inBothDialects(raises('TooManyTagsInSet', 'fifty-one tags'), async (speak) => {
  await speak.makeBucket()
  await mustPut(speak, manyTags(50))
  const heard = await put(speak, taggingXml(manyTags(51)))
  assertError(heard, 400, speak.dialect === 's3' ? 'BadRequest' : 'InvalidTag')
  assert.equal(heard.error.message, 'Bucket tag count cannot be greater than 50')
  assert.deepEqual(tagsIn(await get(speak)), manyTags(50))
})

inBothDialects(raises('MaxMessageLengthExceeded', 'more than fifty of the longest tags'), async (speak) => {
  await speak.makeBucket()
  const longest = manyTags(50).map(([key]) => [key.padEnd(128, '\u4e2d'), '\u4e2d'.repeat(256)] as const)
  await mustPut(speak, longest)
  const heard = await put(speak, taggingXml([]).padEnd(256 * 1024 + 1))
  assertError(heard, 400, 'MaxMessageLengthExceeded', { MaxMessageLengthBytes: String(256 * 1024) })
  assert.equal(heard.bodyRead, false)
  assert.deepEqual(tagsIn(await get(speak)), longest)
})

inBothDialects('what is put replaces what was there, and is shown as it was put', async (speak) => {
  await speak.makeBucket()
  await mustPut(speak, [['old', '1']])
  const tags = [
    ['age', '18'],
    ['中文 键', '值'],
    ['+-=._:/@ ', ''],
    ['Age', ' '],
  ] as const
  await mustPut(speak, tags)
  const namespace = speak.dialect === 's3' ? ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"' : ''
  const inner = tags.map(([key, value]) => {
    const shown = value === '' ? '<Value/>' : `<Value>${value}</Value>`
    return `<Tag><Key>${key}</Key>${shown}</Tag>`
  })
  const heard = await get(speak)
  assert.equal(heard.status, 200)
  assert.equal(heard.text, `${speak.declaration}<Tagging${namespace}><TagSet>${inner.join('')}</TagSet></Tagging>`)
})

inBothDialects('an empty set and a removal leave none, also where there was none', async (speak) => {
  await speak.makeBucket()
  for (const empty of [() => put(speak, taggingXml([])), () => remove(speak)]) {
    for (const tags of [[['a', '1']], []] as const) {
      if (tags.length > 0) await mustPut(speak, tags)
      const heard = await empty()
      assert.equal(heard.status, 204)
      assertError(await get(speak), 404, 'NoSuchTagSet')
    }
  }
})

inBothDialects('tags go with their bucket', async (speak) => {
  await speak.makeBucket()
  await mustPut(speak, [['a', '1']])
  assert.equal((await speak.say({ method: 'DELETE', bucket: speak.bucket })).status, 204)
  await speak.makeBucket()
  assertError(await get(speak), 404, 'NoSuchTagSet')
})
