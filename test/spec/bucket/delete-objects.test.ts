/** DELETE Multiple Objects (cos-object.md 10) and DeleteObjects; errors.md 1.5 and rows 4, 22, 44, 47, 48, 53, 81. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { failAt } from '../../../src/base/faults.js'
import {
  assertError,
  BUCKET,
  type Caller,
  childText,
  elementsOf,
  inBothDialects,
  inCos,
  inS3,
  type Speaker,
  textsOf,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const md5 = (text: string) => createHash('md5').update(text).digest('base64')

interface Asked {
  readonly headers?: Readonly<Record<string, string>>
  readonly as?: Caller
}

const post = (speak: Speaker, body: string, { headers, as = 'owner' }: Asked = {}) =>
  speak.say({
    method: 'POST',
    bucket: BUCKET,
    query: { delete: true },
    body,
    headers: headers ?? { 'Content-MD5': md5(body) },
    as,
  })

const object = (key: string, more = '') => `<Object><Key>${key}</Key>${more}</Object>`
const request = (objects: string, quiet = '') => `<Delete>${quiet}${objects}</Delete>`
const result = (speak: Speaker, inner: string) => {
  const root = speak.dialect === 's3' ? 'DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"' : 'DeleteResult'
  return speak.declaration + (inner === '' ? `<${root}/>` : `<${root}>${inner}</DeleteResult>`)
}

async function keysLeft(speak: Speaker): Promise<readonly string[]> {
  return textsOf((await speak.say({ method: 'GET', bucket: BUCKET })).xml, 'Key')
}

const idOf = (speak: Speaker, heard: Awaited<ReturnType<typeof post>>) =>
  heard.headers.get(`${speak.prefix}version-id`) ?? ''

// --- the whole request is refused ------------------------------------------------------------------------------

inBothDialects(raises('NoSuchBucket', 'objects of a bucket that is not there'), async (speak) => {
  const heard = await post(speak, request(object('a')))
  assertError(heard, 404, 'NoSuchBucket')
  assert.equal(heard.bodyRead, false)
})

inBothDialects(raises('AccessDenied', 'nobody deletes in a bucket that he may only read'), async (speak) => {
  await speak.makeBucket(BUCKET, { [`${speak.prefix}acl`]: 'public-read' })
  await speak.put('a')
  for (const as of ['other', 'anonymous'] as const) {
    const heard = await post(speak, request(object('a')), { as })
    assertError(heard, 403, 'AccessDenied')
    assert.equal(heard.bodyRead, false)
  }
  assert.deepEqual(await keysLeft(speak), ['a'])
})

inBothDialects(raises('MissingContentMd5', 'no digest came with the request'), async (speak) => {
  await speak.makeBucket()
  await speak.put('a')
  const heard = await post(speak, request(object('a')), { headers: {} })
  assertError(heard, 400, 'InvalidRequest')
  assert.equal(heard.error.message, 'Missing required header for this request: Content-MD5')
  assert.equal(heard.bodyRead, false)
  assert.deepEqual(await keysLeft(speak), ['a'])
})

inBothDialects(raises('MissingContentMd5', 'the digest is missed before the keys are counted'), async (speak) => {
  await speak.makeBucket()
  const heard = await post(speak, request(object('a').repeat(1001)), { headers: {} })
  assertError(heard, 400, 'InvalidRequest')
})

inBothDialects(raises('InvalidDigest', 'a digest that is none'), async (speak) => {
  await speak.makeBucket()
  for (const digest of ['', '000', `${md5('x')}=`, createHash('sha1').update('x').digest('base64')]) {
    const heard = await post(speak, request(object('a')), { headers: { 'Content-MD5': digest } })
    assertError(heard, 400, 'InvalidDigest')
    assert.equal(heard.bodyRead, false)
  }
})

inBothDialects(
  raises('BadDigest', 'another document than was sent deletes nothing, not even a broken one'),
  async (speak) => {
    await speak.makeBucket()
    await speak.put('a')
    for (const body of [request(object('a')), '<Delete>']) {
      const heard = await post(speak, body, { headers: { 'Content-MD5': md5('another') } })
      assertError(heard, 400, 'BadDigest', { ExpectedDigest: md5('another'), CalculatedDigest: md5(body) })
    }
    assert.deepEqual(await keysLeft(speak), ['a'])
  },
)

inS3(raises('BadDigest', 'a checksum of another document'), async (speak) => {
  await speak.makeBucket()
  await speak.put('a')
  const heard = await post(speak, request(object('a')), { headers: { 'x-amz-checksum-crc32': 'AAAAAA==' } })
  assertError(heard, 400, 'BadDigest')
  assert.deepEqual(await keysLeft(speak), ['a'])
})

inBothDialects(raises('MissingRequestBodyError', 'no document at all'), async (speak) => {
  await speak.makeBucket()
  assertError(await post(speak, ''), 400, 'MissingRequestBodyError')
})

inBothDialects(raises('MalformedXML', 'no keys, too many, or no list of keys'), async (speak) => {
  await speak.makeBucket()
  await speak.put('a')
  const bodies = [
    request(''),
    request('<Quiet>true</Quiet>'),
    request(object('a').repeat(1001)),
    '<Delete>',
    'a',
    '<Objects/>',
    request('<Object/>'),
    request('<Object><VersionId>null</VersionId></Object>'),
    request('<Object><Key>a</Key><Key>b</Key></Object>'),
    request(object('a'), '<Quiet>maybe</Quiet>'),
    `<!DOCTYPE d [<!ENTITY a "a">]>${request(object('&a;'))}`,
  ]
  for (const body of bodies) assertError(await post(speak, body), 400, 'MalformedXML')
  assert.deepEqual(await keysLeft(speak), ['a'])
})

inBothDialects(raises('UserKeyMustBeSpecified', 'an empty key'), async (speak) => {
  await speak.makeBucket()
  await speak.put('a')
  const heard = await post(speak, request(object('a') + object('')))
  assertError(heard, 400, speak.dialect === 'cos' ? 'UserKeyMustBeSpecified' : 'InvalidArgument')
  assert.deepEqual(await keysLeft(speak), ['a'])
})

inBothDialects(raises('KeyTooLong', 'one key longer than any object has'), async (speak) => {
  await speak.makeBucket()
  await speak.put('a')
  const max = speak.dialect === 'cos' ? 850 : 1024
  const heard = await post(speak, request(object('a') + object('é'.repeat(max / 2 + 1))))
  const details = { Size: String(max + 2), MaxSizeAllowed: String(max) }
  assertError(heard, 400, speak.dialect === 'cos' ? 'KeyTooLong' : 'KeyTooLongError', details)
  assert.deepEqual(await keysLeft(speak), ['a'])
  assert.equal((await post(speak, request(object('é'.repeat(max / 2))))).status, 200)
})

inBothDialects(raises('MaxMessageLengthExceeded', 'a document longer than a thousand keys can be'), async (speak) => {
  await speak.makeBucket()
  const body = request(object('a') + ' '.repeat(4 * 1024 * 1024))
  const heard = await post(speak, body, { headers: { 'Content-MD5': md5('') } })
  assertError(heard, 400, 'MaxMessageLengthExceeded', { MaxMessageLengthBytes: String(4 * 1024 * 1024) })
  assert.equal(heard.bodyRead, false)
})

inBothDialects(raises('MethodNotAllowed', 'deleting is posted'), async (speak) => {
  await speak.makeBucket()
  for (const method of ['GET', 'PUT', 'DELETE', 'HEAD']) {
    const heard = await speak.say({ method, bucket: BUCKET, query: { delete: true } })
    assertError(heard, 405, 'MethodNotAllowed')
    assert.equal(heard.headers.get('allow'), 'POST')
  }
  assert.equal((await speak.say({ method: 'HEAD', bucket: BUCKET })).status, 200)
})

// --- answers ---------------------------------------------------------------------------------------------------

inBothDialects('keys that are there and keys that are not are deleted alike', async (speak) => {
  await speak.makeBucket()
  for (const key of ['a', 'b&', 'c']) await speak.put(key)
  const heard = await post(speak, request(object('a') + object('absent') + object('b&amp;')))
  assert.equal(heard.status, 200)
  assert.equal(heard.headers.get('content-type'), 'application/xml')
  const deleted = ['a', 'absent', 'b&amp;'].map((key) => `<Deleted><Key>${key}</Key></Deleted>`).join('')
  assert.equal(heard.text, result(speak, deleted))
  assert.deepEqual(await keysLeft(speak), ['c'])
})

inBothDialects('a quiet request hears nothing of what went well', async (speak) => {
  await speak.makeBucket()
  await speak.put('a')
  const heard = await post(speak, request(object('a'), '<Quiet>true</Quiet>'))
  assert.equal(heard.text, result(speak, ''))
  assert.deepEqual(await keysLeft(speak), [])
})

inBothDialects('a thousand keys at once, as long as keys can be', async (speak) => {
  await speak.makeBucket()
  await speak.put('k7')
  const max = speak.dialect === 'cos' ? 850 : 1024
  const keys = Array.from({ length: 1000 }, (_, at) => (at === 7 ? 'k7' : `k${at}`.padEnd(max, 'é').slice(0, max / 2)))
  const heard = await post(speak, request(keys.map((key) => object(key)).join('')))
  assert.equal(heard.status, 200)
  assert.deepEqual(textsOf(heard.xml, 'Key'), keys)
  assert.deepEqual(await keysLeft(speak), [])
})

inBothDialects(
  'the document may have any order, spaces, a prologue, a namespace and unknown elements',
  async (speak) => {
    await speak.makeBucket()
    await speak.put('a')
    await speak.put('b')
    const body =
      '<?xml version="1.0" encoding="UTF-8"?>\n<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\n' +
      '  <Object><VersionId></VersionId>\n<Key>a</Key><Other/></Object>\n  <Object><Key><![CDATA[b]]></Key></Object>\n' +
      '  <Quiet>FALSE</Quiet></Delete>'
    const heard = await post(speak, body)
    assert.deepEqual(textsOf(heard.xml, 'Key'), ['a', 'b'], heard.text)
    assert.deepEqual(await keysLeft(speak), [])
  },
)

inBothDialects('keys are taken as they stand: slashes, dots, spaces and escapes', async (speak) => {
  await speak.makeBucket()
  for (const key of ['a', 'a b', ' a', 'a%20b', 'd/', 'd', '../x', '😀']) await speak.put(key)
  await post(speak, request(['/a', 'a b', 'd/', '../x', '😀'].map((key) => object(key)).join('')))
  assert.deepEqual(await keysLeft(speak), [' a', 'a', 'a%20b', 'd'])
})

inBothDialects('markers and versions: what was made and what was removed', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  const [a, b] = [idOf(speak, await speak.put('a')), idOf(speak, await speak.put('b'))]
  const gone = await speak.say({ method: 'DELETE', bucket: BUCKET, key: 'c' })
  const marker = idOf(speak, gone)
  const heard = await post(
    speak,
    request(
      object('a') +
        object('b', `<VersionId>${b}</VersionId>`) +
        object('c', `<VersionId>${marker}</VersionId>`) +
        object('d', '<VersionId>MTg0NDUxNTc1NjIzMTQ1MDAwODg</VersionId>'),
    ),
  )
  const [made = ''] = textsOf(heard.xml, 'DeleteMarkerVersionId')
  assert.equal(
    heard.text,
    result(
      speak,
      `<Deleted><Key>a</Key><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>${made}</DeleteMarkerVersionId></Deleted>` +
        `<Deleted><Key>b</Key><VersionId>${b}</VersionId></Deleted>` +
        `<Deleted><Key>c</Key><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>${marker}</DeleteMarkerVersionId>` +
        `<VersionId>${marker}</VersionId></Deleted>` +
        '<Deleted><Key>d</Key><VersionId>MTg0NDUxNTc1NjIzMTQ1MDAwODg</VersionId></Deleted>',
    ),
  )
  const { xml } = await speak.say({ method: 'GET', bucket: BUCKET, query: { versions: true } })
  assert.deepEqual(textsOf(xml, 'VersionId'), [made, a])
})

inBothDialects('the null version is removed by its name', async (speak) => {
  await speak.makeBucket()
  await speak.put('a')
  await speak.setVersioning('Enabled')
  const kept = idOf(speak, await speak.put('a'))
  const heard = await post(speak, request(object('a', '<VersionId>null</VersionId>')))
  assert.equal(heard.text, result(speak, '<Deleted><Key>a</Key><VersionId>null</VersionId></Deleted>'))
  const { xml } = await speak.say({ method: 'GET', bucket: BUCKET, query: { versions: true } })
  assert.deepEqual(textsOf(xml, 'VersionId'), [kept])
})

inBothDialects('one key several times: each entry has its own outcome', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  const [first, second] = [idOf(speak, await speak.put('a')), idOf(speak, await speak.put('a'))]
  const entry = (id: string) => object('a', `<VersionId>${id}</VersionId>`)
  const heard = await post(speak, request(entry(first) + entry(second) + entry(first)))
  assert.deepEqual(textsOf(heard.xml, 'VersionId'), [first, second, first])
  assert.equal((await speak.say({ method: 'DELETE', bucket: BUCKET })).status, 204)
})

inBothDialects(
  'one entry that cannot be done does not hinder the others, and is heard even when quiet',
  async (speak) => {
    await speak.makeBucket()
    await speak.put('a')
    const body = request(object('a') + object('b', '<VersionId>nonsense</VersionId>'), '<Quiet>true</Quiet>')
    const heard = await post(speak, body)
    assert.equal(heard.status, 200)
    assert.equal(elementsOf(heard.xml, 'Deleted').length, 0)
    const [error] = elementsOf(heard.xml, 'Error')
    assert.ok(error !== undefined, heard.text)
    assert.deepEqual(
      error.children.map(({ name }) => name),
      ['Key', 'VersionId', 'Code', 'Message'],
    )
    assert.deepEqual(
      ['Key', 'VersionId', 'Code'].map((name) => childText(error, name)),
      ['b', 'nonsense', 'InvalidArgument'],
    )
    assert.deepEqual(await keysLeft(speak), [])
  },
)

inBothDialects('a failing store fails the entry, and the rest goes on', async (speak) => {
  await speak.makeBucket()
  for (const key of ['a', 'b', 'c']) await speak.put(key)
  let commits = 0
  speak.fault(({ method, moment }) => {
    if (method === 'commit' && moment === 'before' && ++commits === 2) throw new Error('the disk is gone')
  })
  const heard = await post(speak, request(['a', 'b', 'c'].map((key) => object(key, '<VersionId/>')).join('')))
  speak.fault(undefined)
  assert.equal(heard.status, 200)
  assert.deepEqual(textsOf(heard.xml, 'Code'), ['InternalError'])
  assert.equal(elementsOf(heard.xml, 'Deleted').length, 2)
  assert.doesNotMatch(heard.text, /disk/)
  const [failed] = elementsOf(heard.xml, 'Error')
  assert.ok(failed !== undefined)
  assert.equal(elementsOf(failed, 'VersionId').length, 0, 'a version is named only when one was asked for')
  assert.deepEqual(await keysLeft(speak), [childText(failed, 'Key')])
})

inBothDialects(raises('InternalError', 'the store fails before any key is touched'), async (speak) => {
  await speak.makeBucket()
  await speak.put('a')
  const body = request(object('a'))
  speak.fault(failAt({ index: speak.calls.count() + 1, moment: 'before' }, new Error('the disk is gone')))
  const heard = await post(speak, body)
  speak.fault(undefined)
  assertError(heard, 500, 'InternalError')
  assert.deepEqual(await keysLeft(speak), ['a'])
})

inBothDialects('whoever may write may delete', async (speak) => {
  await speak.makeBucket(BUCKET, { [`${speak.prefix}acl`]: 'public-read-write' })
  await speak.put('a')
  assert.equal((await post(speak, request(object('a')), { as: 'anonymous' })).status, 200)
  assert.deepEqual(await keysLeft(speak), [])
})

inS3('any checksum is a digest', async (speak) => {
  await speak.makeBucket()
  await speak.put('a')
  const body = request(object('a'))
  const sha256 = createHash('sha256').update(body).digest('base64')
  const heard = await post(speak, body, { headers: { 'x-amz-checksum-sha256': sha256 } })
  assert.equal(heard.status, 200, heard.text)
  assert.deepEqual(await keysLeft(speak), [])
})

inS3('an entry may say which ETag it means', async (speak) => {
  await speak.makeBucket()
  for (const key of ['a', 'b']) await speak.put(key)
  const etag = createHash('md5').update('content').digest('hex')
  const body = request(object('a', `<ETag>"${etag}"</ETag>`) + object('b', '<ETag>"zz"</ETag>'))
  const heard = await post(speak, body)
  assert.deepEqual(textsOf(heard.xml, 'Code'), ['PreconditionFailed'])
  assert.deepEqual(await keysLeft(speak), ['b'])
})

inCos('a SHA-1 of the document is a digest too', async (speak) => {
  await speak.makeBucket()
  await speak.put('a')
  const body = request(object('a'))
  const sha1 = createHash('sha1').update(body).digest('hex')
  assert.equal((await post(speak, body, { headers: { 'x-cos-content-sha1': sha1 } })).status, 200)
  assert.deepEqual(await keysLeft(speak), [])
})
