import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CANNED_ACLS } from '../../../src/model/grants.js'
import {
  assertError,
  type Caller,
  createExchange,
  elementsOf,
  type Heard,
  inBothDialects,
  inCos,
  inS3,
  type Said,
  type Speaker,
  speaker,
  textsOf,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const GROUPS = {
  cos: 'http://cam.qcloud.com/groups/global/',
  s3: 'http://acs.amazonaws.com/groups/global/',
} as const
const ABSENT_ID = Buffer.from('18000000000000000000').toString('base64').slice(0, 27)

const vendor = (speak: Speaker, headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [speak.prefix + name, value]))
const acl = (speak: Speaker, word: string) => vendor(speak, { acl: word })

function on(speak: Speaker, method: string, said: Partial<Said> = {}): Promise<Heard> {
  const { query, headers } = said
  const mark = said.as === 'anonymous' ? vendor(speak, { 'meta-mark': '1' }) : {}
  const selected = typeof query === 'string' ? query : { acl: true as const, ...query }
  return speak.say({
    method,
    bucket: speak.bucket,
    key: 'k',
    ...said,
    query: selected,
    headers: { ...mark, ...headers },
  })
}

async function mustPut(speak: Speaker, said: Partial<Said>): Promise<Heard> {
  const heard = await on(speak, 'PUT', said)
  assert.equal(heard.status, 200, heard.text)
  assert.equal(heard.text, '')
  return heard
}

async function mustGet(speak: Speaker, said: Partial<Said> = {}): Promise<Heard> {
  const heard = await on(speak, 'GET', said)
  assert.equal(heard.status, 200, heard.text)
  return heard
}

/** Statuses of GET, which HEAD must agree with. */
async function statusOf(speak: Speaker, as: Caller, said: Partial<Said> = {}): Promise<number> {
  const headers = as === 'anonymous' ? vendor(speak, { 'meta-mark': '1' }) : {}
  const whole = { bucket: speak.bucket, key: 'k', as, headers, ...said }
  const { status } = await speak.say({ method: 'GET', ...whole })
  assert.equal((await speak.say({ method: 'HEAD', ...whole })).status, status)
  return status
}

function grantsIn(speak: Speaker, heard: Heard): readonly string[] {
  return elementsOf(heard.xml, 'Grant').map((grant) => {
    const name = elementsOf(grant, 'Grantee')[0]?.children[0]?.text.replace(GROUPS[speak.dialect], '')
    return `${name} ${textsOf(grant, 'Permission')[0]}`
  })
}

const idOf = (speak: Speaker, who: 'owner' | 'other') =>
  speak.dialect === 's3' ? speak[who].canonicalId : `qcs::cam::uin/${speak[who].uin}:uin/${speak[who].uin}`
const granteeOf = (speak: Speaker, who: 'owner' | 'other') => `id="${idOf(speak, who)}"`

const sourceOf = (speak: Speaker, bucket: string, key = 'k') =>
  vendor(speak, { 'copy-source': speak.dialect === 'cos' ? `${speak.host(bucket)}/${key}` : `/${bucket}/${key}` })

// --- what is refused, and before what ---------------------------------------------------------------------------

inBothDialects(
  raises('NoSuchKey', 'the ACL of an object that is not there, before the body is asked for'),
  async (speak) => {
    await speak.makeBucket()
    assertError(await on(speak, 'GET'), 404, 'NoSuchKey', { Key: 'k' })
    const heard = await on(speak, 'PUT', { body: 'no XML' })
    assertError(heard, 404, 'NoSuchKey', { Key: 'k' })
    assert.equal(heard.bodyRead, false)
    assertError(await on(speak, 'PUT', { headers: acl(speak, 'private') }), 404, 'NoSuchKey')
  },
)

inBothDialects(raises('NoSuchVersion', 'the ACL of a version that is not there'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  for (const method of ['GET', 'PUT']) {
    const said = { query: { versionId: ABSENT_ID }, ...(method === 'PUT' ? { headers: acl(speak, 'private') } : {}) }
    assertError(await on(speak, method, said), 404, 'NoSuchVersion', { Key: 'k', VersionId: ABSENT_ID })
  }
})

inBothDialects(raises('InvalidArgument', 'the ACL of a version whose id is none'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  for (const method of ['GET', 'PUT']) {
    const heard = await on(speak, method, { query: { versionId: 'x' } })
    assertError(heard, 400, 'InvalidArgument', { ArgumentName: 'versionId', ArgumentValue: 'x' })
  }
})

inBothDialects(raises('DeleteMarkerNamed', 'a delete marker has no ACL'), async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  await speak.put('k')
  const removed = await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k' })
  const versionId = removed.headers.get(`${speak.prefix}version-id`) ?? ''
  const [status, code] = speak.dialect === 'cos' ? ([404, 'NoSuchKey'] as const) : ([405, 'MethodNotAllowed'] as const)
  for (const method of ['GET', 'PUT']) {
    const headers = method === 'PUT' ? acl(speak, 'private') : {}
    assertError(await on(speak, method, { query: { versionId }, headers }), status, code)
    assertError(await on(speak, method, { headers }), 404, 'NoSuchKey')
  }
})

inBothDialects(raises('MissingSecurityHeader', 'nothing that says the ACL of the object'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  const details = { MissingHeaderName: `${speak.prefix}acl` }
  for (const said of [{}, { body: '' }, { key: 'absent' }])
    assertError(await on(speak, 'PUT', said), 400, 'MissingSecurityHeader', details)
})

inBothDialects(raises('MalformedACLError', 'a document of an object that is none'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  for (const body of ['<AccessControlPolicy/>', '<Tagging/>', 'private'])
    assertError(await on(speak, 'PUT', { body }), 400, 'MalformedACLError')
})

inBothDialects(raises('InvalidArgument', 'a canned ACL that objects do not have'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  const words = { cos: ['public-read-write', 'log-delivery-write', 'mine'], s3: ['default', 'inherited', 'mine'] }
  for (const ArgumentValue of words[speak.dialect]) {
    for (const query of [{ acl: true as const }, {}]) {
      const headers = acl(speak, ArgumentValue)
      const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', query, headers, body: '' })
      assertError(heard, 400, 'InvalidArgument', { ArgumentName: `${speak.prefix}acl`, ArgumentValue })
    }
  }
})

inS3(raises('NotImplemented', 'an object for a service of Amazon that is not here'), async (speak) => {
  await speak.makeBucket()
  const headers = { 'x-amz-acl': 'aws-exec-read' }
  const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', headers, body: 'x' })
  assertError(heard, 501, 'NotImplemented', { Header: 'x-amz-acl' })
  assert.equal(heard.bodyRead, false)
})

inBothDialects(
  raises('UnresolvableGrantByEmailAddress', 'of a new object, before its body is asked for'),
  async (speak) => {
    await speak.makeBucket()
    const headers = vendor(speak, { 'grant-read': 'emailAddress="no@one"' })
    for (const [method, query] of [
      ['PUT', {}],
      ['POST', { uploads: true }],
    ] as const) {
      const heard = await speak.say({
        method,
        bucket: speak.bucket,
        key: 'k',
        query,
        headers,
        ...(method === 'PUT' ? { body: 'x' } : {}),
      })
      assertError(heard, 400, 'UnresolvableGrantByEmailAddress', { EmailAddress: 'no@one' })
      assert.equal(heard.bodyRead, false)
    }
  },
)

inS3(raises('InvalidRequest', 'a canned ACL and grant headers of a new object'), async (speak) => {
  await speak.makeBucket()
  const headers = { 'x-amz-acl': 'private', 'x-amz-grant-read': granteeOf(speak, 'other') }
  assertError(
    await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'k', headers, body: 'x' }),
    400,
    'InvalidRequest',
  )
})

inS3(raises('UnexpectedContent', 'a document beside the header'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  const heard = await on(speak, 'PUT', { headers: acl(speak, 'private'), body: '<AccessControlPolicy/>' })
  assertError(heard, 400, 'UnexpectedContent')
})

// --- who may know what is there ---------------------------------------------------------------------------------

inBothDialects(
  raises('AccessDenied', 'a missing key, to those who may not list; NoSuchKey to the others'),
  async (speak) => {
    for (const [word, callers] of [
      ['private', []],
      ['authenticated-read', ['other']],
      ['public-read', ['other', 'anonymous']],
    ] as const) {
      const bucket = `${word}-1250000000`
      await speak.makeBucket(bucket, acl(speak, word))
      for (const as of ['other', 'anonymous'] as const) {
        const expected = callers.some((caller) => caller === as) ? 404 : 403
        for (const query of [{}, { versionId: ABSENT_ID }, { versionId: 'null' }])
          assert.equal(await statusOf(speak, as, { bucket, query }), expected, `${word} ${as}`)
        for (const method of ['GET', 'PUT']) {
          const headers = { ...acl(speak, 'private') }
          assert.equal(
            (await on(speak, method, { bucket, as, headers })).status,
            expected,
            `${word} ${as} ${method} ?acl`,
          )
        }
      }
      const malformed = await speak.say({ method: 'GET', bucket, key: 'k', as: 'other', query: { versionId: 'x' } })
      assert.equal(malformed.status, word === 'private' ? 403 : 400)
    }
  },
)

inBothDialects('what one may read says nothing of versions that there never were', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'x', acl(speak, 'public-read'))
  for (const versionId of [ABSENT_ID, 'x', 'NULL']) {
    assert.equal(await statusOf(speak, 'anonymous', { query: { versionId } }), 403)
    assert.equal(await statusOf(speak, 'owner', { query: { versionId } }), versionId === ABSENT_ID ? 404 : 400)
  }
  assert.equal(await statusOf(speak, 'anonymous', { query: { versionId: '' } }), 200)
  assert.equal(await statusOf(speak, 'anonymous', { query: { versionId: 'null' } }), 200)
})

// --- what reads back --------------------------------------------------------------------------------------------

const CANNED = {
  private: [],
  'public-read': ['AllUsers READ'],
  'authenticated-read': ['AuthenticatedUsers READ'],
  'bucket-owner-read': [],
  'bucket-owner-full-control': [],
} as const

for (const [word, grants] of Object.entries(CANNED)) {
  inBothDialects(`${word} reads back however it was given`, async (speak) => {
    await speak.makeBucket()
    const headers = acl(speak, word)
    await speak.put('put', 'x', headers)
    await speak.put('k')
    await mustPut(speak, { headers })
    const copied = await speak.say({
      method: 'PUT',
      bucket: speak.bucket,
      key: 'copied',
      headers: { ...headers, ...sourceOf(speak, speak.bucket) },
    })
    assert.equal(copied.status, 200, copied.text)
    await uploadInParts(speak, 'uploaded', headers)
    for (const key of ['put', 'k', 'copied', 'uploaded']) {
      const heard = await mustGet(speak, { key })
      assert.deepEqual(grantsIn(speak, heard), [`${idOf(speak, 'owner')} FULL_CONTROL`, ...grants], key)
      assert.equal(heard.headers.get(`${speak.prefix}acl`), speak.dialect === 'cos' ? word : undefined)
      assert.deepEqual(textsOf(elementsOf(heard.xml, 'Owner')[0] ?? heard.xml, 'ID'), [idOf(speak, 'owner')])
    }
  })
}

async function uploadInParts(speak: Speaker, key: string, headers: Readonly<Record<string, string>>): Promise<void> {
  const at = { bucket: speak.bucket, key }
  const initiated = await speak.say({ ...at, method: 'POST', query: { uploads: true }, headers })
  const [uploadId = ''] = textsOf(initiated.xml, 'UploadId')
  const part = await speak.say({ ...at, method: 'PUT', query: { partNumber: 1, uploadId }, body: 'part' })
  const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.get('etag')}</ETag></Part></CompleteMultipartUpload>`
  const completed = await speak.say({ ...at, method: 'POST', query: { uploadId }, body })
  assert.equal(completed.status, 200, completed.text)
}

inCos('an object without an ACL of its own says default, and default takes an own one away', async (speak) => {
  await speak.makeBucket(speak.bucket, { 'x-cos-acl': 'public-read' })
  await speak.put('k')
  const assertDefault = async () => {
    const heard = await mustGet(speak)
    assert.equal(heard.headers.get('x-cos-acl'), 'default')
    assert.deepEqual(grantsIn(speak, heard), [`${idOf(speak, 'owner')} FULL_CONTROL`])
    assert.equal(await statusOf(speak, 'anonymous'), 200)
  }
  await assertDefault()
  for (const word of ['default', 'inherited']) {
    await mustPut(speak, { headers: { 'x-cos-acl': 'private' } })
    assert.equal(await statusOf(speak, 'anonymous'), 403)
    await mustPut(speak, { headers: { 'x-cos-acl': word } })
    await assertDefault()
    await speak.put('k', 'x', { 'x-cos-acl': word })
    await assertDefault()
  }
})

inS3(
  'an object without a word about its ACL follows its bucket; `private` makes it its owner’s alone',
  async (speak) => {
    await speak.makeBucket(speak.bucket, { 'x-amz-acl': 'public-read' })
    await speak.put('k')
    assert.equal(await statusOf(speak, 'anonymous'), 200)
    await speak.put('k', 'x', { 'x-amz-acl': 'private' })
    assert.deepEqual(grantsIn(speak, await mustGet(speak)), [`${speak.owner.canonicalId} FULL_CONTROL`])
    assert.equal(await statusOf(speak, 'anonymous'), 403)
  },
)

inS3('grant headers are the whole ACL of an object, WRITE among them', async (speak) => {
  await speak.makeBucket()
  const grantee = granteeOf(speak, 'other')
  const names = ['full-control', 'read', 'write', 'read-acp', 'write-acp']
  const headers = Object.fromEntries(names.map((name) => [`x-amz-grant-${name}`, grantee]))
  await speak.put('k', 'x', headers)
  const expected = ['FULL_CONTROL', 'READ', 'WRITE', 'READ_ACP', 'WRITE_ACP']
  assert.deepEqual(
    grantsIn(speak, await mustGet(speak)),
    expected.map((permission) => `${speak.other.canonicalId} ${permission}`),
  )
  assert.equal(await statusOf(speak, 'owner'), 200, 'an owner needs no grant')
})

inCos('grant headers of an object add to its owner’s right; WRITE is passed over', async (speak) => {
  await speak.makeBucket()
  const grantee = granteeOf(speak, 'other')
  await speak.put('k', 'x', { 'x-cos-grant-write': grantee })
  assert.equal((await mustGet(speak)).headers.get('x-cos-acl'), 'default')
  const headers = { 'x-cos-acl': 'public-read', 'x-cos-grant-read-acp': grantee, 'x-cos-grant-write': grantee }
  await mustPut(speak, { headers })
  const owner = `${idOf(speak, 'owner')} FULL_CONTROL`
  assert.deepEqual(grantsIn(speak, await mustGet(speak)), [owner, 'AllUsers READ', `${idOf(speak, 'other')} READ_ACP`])
})

inBothDialects('a document reads back as exactly its grants, and can be put again', async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  const body = (await mustGet(speak)).text
    .replace(/<AccessControlList>.*<\/AccessControlList>/, '<AccessControlList>GRANTS</AccessControlList>')
    .replace('GRANTS', grantXml(speak, idOf(speak, 'other'), 'READ') + grantXml(speak, idOf(speak, 'owner'), 'WRITE'))
  await mustPut(speak, { body })
  const heard = await mustGet(speak)
  assert.deepEqual(grantsIn(speak, heard), [`${idOf(speak, 'other')} READ`, `${idOf(speak, 'owner')} WRITE`])
  await mustPut(speak, { body: heard.text })
  assert.equal((await mustGet(speak)).text, heard.text)
  assert.equal(await statusOf(speak, 'other'), 200)
})

function grantXml(_speak: Speaker, id: string, permission: string): string {
  const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"'
  return `<Grant><Grantee ${xsi}><ID>${id}</ID></Grantee><Permission>${permission}</Permission></Grant>`
}

test('what an object has from its bucket is spelled out where there is no word for it', async () => {
  const exchange = await createExchange()
  const [cos, s3] = [speaker(exchange, 'cos'), speaker(exchange, 's3')]
  await cos.makeBucket(cos.bucket, {
    'x-cos-acl': 'public-read-write',
    'x-cos-grant-full-control': granteeOf(cos, 'other'),
  })
  await cos.put('k')
  const { owner, other } = exchange
  assert.deepEqual(grantsIn(s3, await mustGet(s3)), [
    `${owner.canonicalId} FULL_CONTROL`,
    'AllUsers READ',
    `${other.canonicalId} READ`,
  ])
  // As `s3cmd setacl --acl-private` does: whoever takes the grant away makes it private.
  const body = (await mustGet(s3)).text.replace(/<Grant><Grantee[^>]*Group.*?<\/Grant>/, '')
  await mustPut(s3, { body })
  assert.equal(await statusOf(cos, 'anonymous'), 403)
  assert.equal(await statusOf(cos, 'other'), 200)
})

// --- to which version it belongs --------------------------------------------------------------------------------

inBothDialects('each version has an ACL of its own, which goes with it', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'null')
  await speak.setVersioning('Enabled')
  const ids = ['null']
  for (const body of ['first', 'second']) {
    speak.clock.advance(1)
    ids.push((await speak.put('k', body)).headers.get(`${speak.prefix}version-id`) ?? '')
  }
  const statuses = () => Promise.all(ids.map((versionId) => statusOf(speak, 'anonymous', { query: { versionId } })))
  assert.deepEqual(await statuses(), [403, 403, 403])
  for (const [index, versionId] of ids.entries()) {
    const heard = await mustPut(speak, { query: { versionId }, headers: acl(speak, 'public-read') })
    assert.equal(heard.headers.get(`${speak.prefix}version-id`), versionId)
    assert.deepEqual(
      await statuses(),
      ids.map((_, at) => (at === index ? 200 : 403)),
    )
    assert.equal(await statusOf(speak, 'anonymous'), index === 2 ? 200 : 403, 'without an id it is the newest')
    const read = await mustGet(speak, { query: { versionId } })
    assert.equal(read.headers.get(`${speak.prefix}version-id`), versionId)
    assert.equal(grantsIn(speak, read).length, 2)
    await mustPut(speak, { query: { versionId }, headers: acl(speak, 'private') })
  }
  await mustPut(speak, { query: { versionId: ids[1] ?? '' }, headers: acl(speak, 'public-read') })
  await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k', query: { versionId: ids[2] ?? '' } })
  assert.equal(await statusOf(speak, 'anonymous'), 200, 'the version that comes back brings its ACL')
})

inBothDialects('an ACL changes nothing else about its version', async (speak) => {
  await speak.makeBucket()
  const headers = { 'content-type': 'text/plain', [`${speak.prefix}meta-a`]: 'b' }
  await speak.put('small', 'x', headers)
  await speak.put('large', 'x'.repeat(200_000), headers)
  await uploadInParts(speak, 'parts', headers)
  for (const key of ['small', 'large', 'parts']) {
    const read = () => speak.say({ method: 'GET', bucket: speak.bucket, key })
    const before = await read()
    speak.clock.advance(60_000)
    await mustPut(speak, { key, headers: acl(speak, 'public-read') })
    const after = await read()
    assert.equal(after.text, before.text)
    for (const name of ['etag', 'last-modified', 'content-type', `${speak.prefix}meta-a`])
      assert.equal(after.headers.get(name), before.headers.get(name), name)
    const listed = await speak.say({ method: 'GET', bucket: speak.bucket, query: { prefix: key } })
    assert.deepEqual(textsOf(listed.xml, 'Key'), [key])
  }
})

inBothDialects('an object that is written anew, or copied, does not keep the ACL', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'x', acl(speak, 'public-read'))
  const headers = sourceOf(speak, speak.bucket)
  const copied = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'copy', headers })
  assert.equal(copied.status, 200, copied.text)
  assert.equal(await statusOf(speak, 'anonymous', { key: 'copy' }), 403)
  assert.equal(await statusOf(speak, 'anonymous'), 200)
  await speak.put('k', 'y')
  assert.equal(await statusOf(speak, 'anonymous'), 403)
})

// --- what it does -----------------------------------------------------------------------------------------------

const READERS: Readonly<Record<string, readonly ('other' | 'anonymous')[]>> = {
  private: [],
  'public-read': ['other', 'anonymous'],
  'public-read-write': ['other', 'anonymous'],
  'authenticated-read': ['other'],
  'bucket-owner-read': [],
  'bucket-owner-full-control': [],
}

for (const bucketAcl of ['private', 'public-read', 'authenticated-read'] as const) {
  test(`in a bucket that is ${bucketAcl} an object's own ACL decides, whoever asks and in whatever dialect`, async () => {
    const exchange = await createExchange()
    const both = [speaker(exchange, 'cos'), speaker(exchange, 's3')]
    const [speak] = both
    assert.ok(speak)
    await speak.makeBucket(speak.bucket, acl(speak, bucketAcl))
    const bucket = (await exchange.core.buckets.find(speak.bucket)) ?? assert.fail()
    await speak.put('k')
    for (const own of [undefined, ...CANNED_ACLS]) {
      await exchange.core.objects.setAcl({ bucket, key: 'k', reference: undefined }, own, () => undefined)
      const readers = READERS[own ?? bucketAcl] ?? []
      for (const asking of both) {
        for (const as of ['other', 'anonymous'] as const) {
          const expected = readers.includes(as) ? 200 : 403
          assert.equal(await statusOf(asking, as), expected, `${asking.dialect} ${as} on ${own}`)
        }
        assert.equal(await statusOf(asking, 'owner'), 200)
      }
    }
  })
}

inBothDialects('whoever wrote an object owns it, and so does the owner of its bucket', async (speak) => {
  await speak.makeBucket(speak.bucket, acl(speak, 'public-read-write'))
  const written = await speak.say({
    method: 'PUT',
    bucket: speak.bucket,
    key: 'k',
    as: 'other',
    body: 'x',
    headers: acl(speak, 'private'),
  })
  assert.equal(written.status, 200, written.text)
  const expected = [`${idOf(speak, 'other')} FULL_CONTROL`]
  for (const as of ['owner', 'other'] as const) {
    assert.equal(await statusOf(speak, as), 200)
    assert.deepEqual(grantsIn(speak, await mustGet(speak, { as })), expected)
    await mustPut(speak, { as, headers: acl(speak, 'public-read') })
    await mustPut(speak, { as, headers: acl(speak, 'private') })
  }
  assert.equal(await statusOf(speak, 'anonymous'), 403)
  for (const [word, permission] of [
    ['bucket-owner-read', 'READ'],
    ['bucket-owner-full-control', 'FULL_CONTROL'],
  ] as const) {
    await mustPut(speak, { as: 'other', headers: acl(speak, word) })
    const shown = grantsIn(speak, await mustGet(speak))
    assert.deepEqual(shown, [...expected, `${idOf(speak, 'owner')} ${permission}`])
  }
})

inBothDialects(
  raises('AccessDenied', 'what nobody signed belongs to the bucket, so nobody gives rights to it away'),
  async (speak) => {
    await speak.makeBucket(speak.bucket, acl(speak, 'public-read-write'))
    const write = (headers: Readonly<Record<string, string>>, said: Partial<Said> = {}) => {
      const mark = vendor(speak, { 'meta-mark': '1' })
      return speak.say({
        method: 'PUT',
        bucket: speak.bucket,
        key: 'k',
        as: 'anonymous',
        body: 'x',
        ...said,
        headers: { ...mark, ...headers },
      })
    }
    for (const headers of [
      { acl: 'public-read' },
      { acl: 'authenticated-read' },
      { 'grant-read': granteeOf(speak, 'other') },
      { 'grant-read': 'emailAddress="no@one"' },
    ]) {
      const heard = await write(vendor(speak, headers))
      assertError(heard, 403, 'AccessDenied')
      assert.equal(heard.bodyRead, false)
    }
    assert.equal((await write({})).status, 200)
    assert.equal(await statusOf(speak, 'anonymous'), 200, 'it follows its bucket')
    for (const word of ['private', 'bucket-owner-full-control']) {
      assert.equal((await write(acl(speak, word))).status, 200)
      assert.equal(await statusOf(speak, 'anonymous'), 403)
    }
    assertError(await on(speak, 'PUT', { as: 'anonymous', headers: acl(speak, 'public-read') }), 403, 'AccessDenied')
  },
)

inBothDialects(raises('AccessDenied', 'a copy or a part of what its maker may not read'), async (speak) => {
  const theirs = 'theirs-1250000001'
  await speak.makeBucket(speak.bucket, acl(speak, 'public-read'))
  assert.equal((await speak.say({ method: 'PUT', bucket: theirs, as: 'other' })).status, 200)
  await speak.put('k', 'x', acl(speak, 'private'))
  const initiated = await speak.say({ method: 'POST', bucket: theirs, key: 'u', as: 'other', query: { uploads: true } })
  const [uploadId = ''] = textsOf(initiated.xml, 'UploadId')
  const copies = async (key: string) => {
    const at = { method: 'PUT', bucket: theirs, as: 'other', headers: sourceOf(speak, speak.bucket, key) } as const
    const whole = await speak.say({ ...at, key: 'copy' })
    const part = await speak.say({ ...at, key: 'u', query: { partNumber: 1, uploadId } })
    assert.equal(part.status, whole.status, part.text)
    return whole.status
  }
  assert.equal(await copies('k'), 403)
  assert.equal(await copies('absent'), 404)
  await mustPut(speak, { headers: vendor(speak, { 'grant-read': granteeOf(speak, 'other') }) })
  assert.equal(await copies('k'), 200)
  const bucket = (await speak.core.buckets.find(speak.bucket)) ?? assert.fail()
  await speak.core.buckets.setAcl(bucket, 'private')
  assert.equal(await copies('k'), 200, 'the ACL of the object is enough')
  assert.equal(await copies('absent'), 403)
})

inBothDialects(
  raises('AccessDenied', 'an object that became private between the decision and the read'),
  async (speak) => {
    const theirs = 'theirs-1250000001'
    await speak.makeBucket()
    assert.equal((await speak.say({ method: 'PUT', bucket: theirs, as: 'other' })).status, 200)
    const initiated = await speak.say({
      method: 'POST',
      bucket: theirs,
      key: 'u',
      as: 'other',
      query: { uploads: true },
    })
    const [uploadId = ''] = textsOf(initiated.xml, 'UploadId')
    const headers = sourceOf(speak, speak.bucket)
    const at = { method: 'PUT', bucket: theirs, as: 'other', headers } as const
    const requests: readonly Said[] = [
      { method: 'GET', bucket: speak.bucket, key: 'k', as: 'other' },
      { method: 'HEAD', bucket: speak.bucket, key: 'k', as: 'other' },
      { method: 'GET', bucket: speak.bucket, key: 'k', as: 'other', query: { acl: true } },
      {
        method: 'PUT',
        bucket: speak.bucket,
        key: 'k',
        as: 'other',
        query: { acl: true },
        headers: acl(speak, 'public-read'),
      },
      { ...at, key: 'copy' },
      { ...at, key: 'u', query: { partNumber: 1, uploadId } },
    ]
    const attributes = { query: { attributes: true as const }, headers: { 'x-amz-object-attributes': 'ETag' } }
    const inS3Only = speak.dialect === 's3' ? [{ ...requests[0], method: 'GET', ...attributes }] : []
    for (const said of [...requests, ...inS3Only]) {
      await speak.put('k', 'for you', vendor(speak, { 'grant-full-control': granteeOf(speak, 'other') }))
      // The decision is the first reading of the key's rows; the secret comes in at the next.
      let readings = 0
      speak.fault(async ({ store, method, moment }) => {
        if (store !== 'meta' || method !== 'getMany' || moment !== 'before') return
        readings++
        if (readings !== 2) return
        speak.fault(undefined)
        await speak.put('k', 'secret')
      })
      const heard = await speak.say(said)
      speak.fault(undefined)
      assert.equal(readings, 2, said.method)
      assert.equal(heard.status, 403, `${said.method} ${said.key}: ${heard.status} ${heard.text}`)
      assert.ok(!heard.text.includes('secret'))
    }
  },
)

inBothDialects('an owner pays nothing for ACLs: not one call of the stores more', async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  // The first request of a key notes that it is used.
  await speak.say({ method: 'GET', as: 'other' })
  const callsOf = async (as: Caller) => {
    const before = speak.calls.count()
    const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', as })
    assert.equal(heard.status, 200, heard.text)
    return speak.calls.count() - before
  }
  await mustPut(speak, { headers: acl(speak, 'authenticated-read') })
  const own = await callsOf('owner')
  assert.equal(await callsOf('other'), own + 1, 'others cost one look at the object')
})
