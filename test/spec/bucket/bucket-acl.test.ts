import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assertError,
  createExchange,
  elementsOf,
  type Heard,
  inBothDialects,
  inCos,
  inS3,
  type Said,
  type Speaker,
  speaker,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
const GROUPS = {
  cos: 'http://cam.qcloud.com/groups/global/',
  s3: 'http://acs.amazonaws.com/groups/global/',
} as const
/** An account that nobody has here. */
const STRANGER = 'qcs::cam::uin/1001:uin/1001'

const put = (speak: Speaker, said: Partial<Said>) =>
  speak.say({ method: 'PUT', bucket: speak.bucket, query: { acl: true }, ...said })
const vendor = (speak: Speaker, headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [speak.prefix + name, value]))

async function mustPut(speak: Speaker, said: Partial<Said>): Promise<void> {
  const heard = await put(speak, said)
  assert.equal(heard.status, 200, heard.text)
  assert.equal(heard.text, '')
}

async function get(speak: Speaker, said: Partial<Said> = {}): Promise<Heard> {
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, query: { acl: true }, ...said })
  assert.equal(heard.status, 200, heard.text)
  assert.equal(heard.headers.get('content-type'), 'application/xml')
  return heard
}

/** `<grantee> <permission>`, the groups without their prefix. */
function grantsIn(speak: Speaker, heard: Heard): readonly string[] {
  return elementsOf(heard.xml, 'Grant').map((grant) => {
    const [grantee] = elementsOf(grant, 'Grantee')
    const name = grantee?.children[0]?.text.replace(GROUPS[speak.dialect], '')
    return `${name} ${elementsOf(grant, 'Permission')[0]?.text}`
  })
}

const idOf = (speak: Speaker, who: 'owner' | 'other') =>
  speak.dialect === 's3' ? speak[who].canonicalId : `qcs::cam::uin/${speak[who].uin}:uin/${speak[who].uin}`

interface Granted {
  readonly type?: string
  readonly id?: string
  readonly uri?: string
  readonly email?: string
  readonly permission: string
}

function grantXml({ type, id, uri, email, permission }: Granted): string {
  const kind = type ?? (id !== undefined ? 'CanonicalUser' : uri !== undefined ? 'Group' : 'AmazonCustomerByEmail')
  const inner = [
    id === undefined ? '' : `<ID>${id}</ID>`,
    uri === undefined ? '' : `<URI>${uri}</URI>`,
    email === undefined ? '' : `<EmailAddress>${email}</EmailAddress>`,
  ].join('')
  const attributes = kind === '' ? '' : ` ${XSI} xsi:type="${kind}"`
  return `<Grant><Grantee${attributes}>${inner}</Grantee><Permission>${permission}</Permission></Grant>`
}

function policy(speak: Speaker, grants: readonly Granted[]): string {
  const list = grants.map(grantXml).join('')
  return `<AccessControlPolicy><Owner><ID>${idOf(speak, 'owner')}</ID></Owner><AccessControlList>${list}</AccessControlList></AccessControlPolicy>`
}

// --- what is refused --------------------------------------------------------------------------------------------

const OWNER_XML = '<Owner><ID>1</ID></Owner>'
const MALFORMED: readonly (readonly [string, string])[] = [
  ['no XML', 'private'],
  ['an unclosed element', '<AccessControlPolicy>'],
  ['another document', '<VersioningConfiguration/>'],
  ['nothing in it', '<AccessControlPolicy/>'],
  ['no owner', '<AccessControlPolicy><AccessControlList/></AccessControlPolicy>'],
  ['an owner without an id', '<AccessControlPolicy><Owner/><AccessControlList/></AccessControlPolicy>'],
  ['an empty owner', '<AccessControlPolicy><Owner><ID> </ID></Owner><AccessControlList/></AccessControlPolicy>'],
  ['no list', `<AccessControlPolicy>${OWNER_XML}</AccessControlPolicy>`],
  ...[
    ['a permission that nobody has', grantXml({ uri: `${GROUPS.s3}AllUsers`, permission: 'DELETE' })],
    ['a permission in lower case', grantXml({ uri: `${GROUPS.s3}AllUsers`, permission: 'read' })],
    ['a grant without a permission', `<Grant><Grantee ${XSI} xsi:type="Group"><URI>x</URI></Grantee></Grant>`],
    ['a grant without a grantee', '<Grant><Permission>READ</Permission></Grant>'],
    ['an empty grantee', grantXml({ type: 'Group', permission: 'READ' })],
    ['a grantee with an empty id', grantXml({ id: '', permission: 'READ' })],
    ['a grantee by id and group', grantXml({ id: '1', uri: `${GROUPS.s3}AllUsers`, permission: 'READ' })],
  ].map(
    ([what = '', grant]) =>
      [
        what,
        `<AccessControlPolicy>${OWNER_XML}<AccessControlList>${grant}</AccessControlList></AccessControlPolicy>`,
      ] as const,
  ),
]

for (const [what, body] of MALFORMED) {
  inBothDialects(raises('MalformedACLError', `a document with ${what}`), async (speak) => {
    await speak.makeBucket()
    assertError(await put(speak, { body }), 400, 'MalformedACLError')
    assert.equal((await speak.core.buckets.find(speak.bucket))?.acl, 'private')
  })
}

inS3(raises('MalformedACLError', 'a grantee without its type, or with another'), async (speak) => {
  await speak.makeBucket()
  for (const type of ['', 'Group', 'RootAccount']) {
    const body = policy(speak, [{ type, id: speak.other.canonicalId, permission: 'READ' }])
    assertError(await put(speak, { body }), 400, 'MalformedACLError')
  }
})

inCos('the type of a grantee may be absent, or an older name: its child tells', async (speak) => {
  await speak.makeBucket()
  for (const type of ['', 'RootAccount', 'SubAccount', 'CanonicalUser']) {
    await mustPut(speak, { body: policy(speak, [{ type, id: STRANGER, permission: 'READ' }]) })
    assert.deepEqual(grantsIn(speak, await get(speak)), [`${STRANGER} READ`])
  }
})

inBothDialects(raises('MissingSecurityHeader', 'neither a header nor a body that says the ACL'), async (speak) => {
  await speak.makeBucket()
  const MissingHeaderName = `${speak.prefix}acl`
  async function* nothing() {
    // A body that turns out to be empty.
  }
  for (const said of [
    {},
    { body: '' },
    { headers: vendor(speak, { acl: '', 'grant-read': ' ' }) },
    { body: nothing() },
  ])
    assertError(await put(speak, said), 400, 'MissingSecurityHeader', { MissingHeaderName })
})

inS3(raises('UnexpectedContent', 'a body beside headers that say the ACL'), async (speak) => {
  await speak.makeBucket()
  const body = policy(speak, [])
  for (const headers of [{ acl: 'public-read' }, { 'grant-read': `id="${speak.other.canonicalId}"` }]) {
    const heard = await put(speak, { body, headers: vendor(speak, headers) })
    assertError(heard, 400, 'UnexpectedContent')
    assert.equal(heard.bodyRead, false)
  }
  assert.equal((await speak.core.buckets.find(speak.bucket))?.acl, 'private')
})

inCos('headers win, whatever the body says', async (speak) => {
  await speak.makeBucket()
  for (const body of [policy(speak, []), '<AccessControlPolicy/>', 'no XML']) {
    await mustPut(speak, { body, headers: { 'x-cos-acl': 'public-read' } })
    assert.equal((await get(speak)).headers.get('x-cos-acl'), 'public-read')
    await mustPut(speak, { headers: { 'x-cos-acl': 'private' } })
  }
})

inS3(raises('InvalidRequest', 'a canned ACL and grant headers at once'), async (speak) => {
  await speak.makeBucket()
  const headers = { 'x-amz-acl': 'private', 'x-amz-grant-read': `id="${speak.other.canonicalId}"` }
  assertError(await put(speak, { headers }), 400, 'InvalidRequest')
})

inBothDialects(raises('InvalidArgument', 'a canned ACL that buckets do not have'), async (speak) => {
  await speak.makeBucket()
  for (const ArgumentValue of ['public-read-writ', 'Private', 'default', 'bucket-owner-read', 'constructor']) {
    const heard = await put(speak, { headers: vendor(speak, { acl: ArgumentValue }) })
    assertError(heard, 400, 'InvalidArgument', { ArgumentName: `${speak.prefix}acl`, ArgumentValue })
  }
})

inS3(raises('NotImplemented', 'rights for services of Amazon that are not here'), async (speak) => {
  await speak.makeBucket()
  const heard = await put(speak, { headers: { 'x-amz-acl': 'aws-exec-read' } })
  assertError(heard, 501, 'NotImplemented', { Header: 'x-amz-acl' })
})

inBothDialects(raises('InvalidArgument', 'a grant header that is no list of grantees'), async (speak) => {
  await speak.makeBucket()
  for (const value of ['1', 'id', 'id="1', 'name="1"', 'id="1",']) {
    const heard = await put(speak, { headers: vendor(speak, { 'grant-read': value }) })
    assertError(heard, 400, 'InvalidArgument', { ArgumentName: `${speak.prefix}grant-read`, ArgumentValue: value })
  }
})

inBothDialects(raises('InvalidArgument', 'a grantee whom nobody knows'), async (speak) => {
  await speak.makeBucket()
  for (const id of ['1001', '1001/1002', 'nobody', '0'.repeat(64)]) {
    const details = { ArgumentName: 'CanonicalUser/ID', ArgumentValue: id }
    for (const said of [
      { headers: vendor(speak, { 'grant-read': `id="${id}"` }) },
      { body: policy(speak, [{ id, permission: 'READ' }]) },
    ]) {
      const heard = await put(speak, said)
      assertError(heard, 400, 'InvalidArgument', details)
      assert.equal(heard.error.message, 'Invalid id')
    }
  }
  const uri = `${GROUPS.s3}Nobody`
  const group = await put(speak, { headers: vendor(speak, { 'grant-read': `uri="${uri}"` }) })
  assertError(group, 400, 'InvalidArgument', { ArgumentName: 'Group/URI', ArgumentValue: uri })
})

inBothDialects(raises('UnresolvableGrantByEmailAddress', 'an address that no account has'), async (speak) => {
  await speak.makeBucket()
  for (const said of [
    { headers: vendor(speak, { 'grant-read': 'emailAddress="no@one"' }) },
    { body: policy(speak, [{ email: 'no@one', permission: 'READ' }]) },
  ])
    assertError(await put(speak, said), 400, 'UnresolvableGrantByEmailAddress', { EmailAddress: 'no@one' })
})

inBothDialects(raises('AmbiguousGrantByEmailAddress', 'an address that two accounts have'), async (speak) => {
  await speak.makeBucket()
  await speak.core.identities.ensureAccount({ ...speak.other, email: 'ops@example.org' })
  await speak.core.identities.ensureAccount({ appId: '1250000002', displayName: 'third', email: 'OPS@example.org' })
  for (const said of [
    { headers: vendor(speak, { 'grant-read': 'emailAddress="ops@example.org"' }) },
    { body: policy(speak, [{ email: 'ops@example.org', permission: 'READ' }]) },
  ])
    assertError(await put(speak, said), 400, 'AmbiguousGrantByEmailAddress', { EmailAddress: 'ops@example.org' })
})

inCos(raises('AttachmentFull', 'more than a hundred grants'), async (speak) => {
  await speak.makeBucket()
  await assertFull(speak, 'AttachmentFull')
})

inS3(raises('AttachmentFull', 'more than a hundred grants'), async (speak) => {
  await speak.makeBucket()
  await assertFull(speak, 'MalformedACLError')
})

async function assertFull(speak: Speaker, code: string): Promise<void> {
  const grants = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: `qcs::cam::uin/1:uin/${index}`, permission: 'READ' }))
  await mustPut(speak, { body: policy(speak, grants(100)) })
  assertError(await put(speak, { body: policy(speak, grants(101)) }), 400, code)
  assert.equal(grantsIn(speak, await get(speak)).length, 100)
}

inS3(raises('AccessDenied', 'a document that names another owner'), async (speak) => {
  await speak.makeBucket()
  const body = policy(speak, []).replace(speak.owner.canonicalId, speak.other.canonicalId)
  assertError(await put(speak, { body }), 403, 'AccessDenied')
})

inBothDialects(raises('NoSuchBucket', 'the ACL of a bucket that is not there'), async (speak) => {
  assertError(await put(speak, { headers: vendor(speak, { acl: 'private' }) }), 404, 'NoSuchBucket')
  const said = { method: 'GET', bucket: speak.bucket, query: { acl: true } } as const
  assertError(await speak.say(said), 404, 'NoSuchBucket')
})

inBothDialects(raises('BadDigest', 'a document that was altered on its way'), async (speak) => {
  await speak.makeBucket()
  const headers = { 'content-md5': '1B2M2Y8AsgTpgAmY7PhCfg==' }
  assertError(await put(speak, { body: policy(speak, []), headers }), 400, 'BadDigest')
})

// --- what reads back --------------------------------------------------------------------------------------------

const CANNED = {
  private: [],
  'public-read': ['AllUsers READ'],
  'public-read-write': ['AllUsers READ', 'AllUsers WRITE'],
  'authenticated-read': ['AuthenticatedUsers READ'],
} as const

for (const [acl, grants] of Object.entries(CANNED)) {
  inBothDialects(
    `${acl} reads back as the owner's full control and ${grants.join(', ') || 'nothing'}`,
    async (speak) => {
      await speak.makeBucket()
      await speak.makeBucket('second-1250000000', vendor(speak, { acl }))
      await mustPut(speak, { headers: vendor(speak, { acl }) })
      for (const bucket of [speak.bucket, 'second-1250000000']) {
        const heard = await get(speak, { bucket })
        assert.deepEqual(grantsIn(speak, heard), [`${idOf(speak, 'owner')} FULL_CONTROL`, ...grants])
        assert.equal(heard.headers.get(`${speak.prefix}acl`), speak.dialect === 'cos' ? acl : undefined)
      }
    },
  )
}

inBothDialects('the document is spelled as the clients of its dialect compare it', async (speak) => {
  await speak.makeBucket(speak.bucket, vendor(speak, { acl: 'public-read' }))
  const id = idOf(speak, 'owner')
  const name = speak.dialect === 's3' ? 'root' : speak.owner.uin
  const namespace = speak.dialect === 's3' ? ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"' : ''
  const grants = [
    `<Grant><Grantee ${XSI} xsi:type="CanonicalUser"><ID>${id}</ID><DisplayName>${name}</DisplayName></Grantee><Permission>FULL_CONTROL</Permission></Grant>`,
    `<Grant><Grantee ${XSI} xsi:type="Group"><URI>${GROUPS[speak.dialect]}AllUsers</URI></Grantee><Permission>READ</Permission></Grant>`,
  ]
  assert.equal(
    (await get(speak)).text,
    `${speak.declaration}<AccessControlPolicy${namespace}><Owner><ID>${id}</ID><DisplayName>${name}</DisplayName></Owner><AccessControlList>${grants.join('')}</AccessControlList></AccessControlPolicy>`,
  )
})

inBothDialects('a document reads back as exactly its grants: none is added, and none is taken away', async (speak) => {
  await speak.makeBucket()
  const group = (name: string) => `${GROUPS[speak.dialect]}${name}`
  const lists: readonly (readonly Granted[])[] = [
    [],
    [{ uri: group('AllUsers'), permission: 'READ' }],
    [
      { uri: group('AllUsers'), permission: 'FULL_CONTROL' },
      { id: idOf(speak, 'owner'), permission: 'READ' },
      { id: idOf(speak, 'other'), permission: 'WRITE_ACP' },
      { id: idOf(speak, 'other'), permission: 'WRITE_ACP' },
      { uri: group('AuthenticatedUsers'), permission: 'READ_ACP' },
      { id: STRANGER, permission: 'WRITE' },
      { id: 'qcs::cam::uin/1001:uin/1002', permission: 'READ' },
    ],
  ]
  for (const grants of lists) {
    await mustPut(speak, { body: policy(speak, grants) })
    const heard = await get(speak)
    const expected = grants.map(
      ({ id, uri, permission }) => `${id ?? uri?.replace(GROUPS[speak.dialect], '')} ${permission}`,
    )
    assert.deepEqual(grantsIn(speak, heard), expected)
    assert.equal(heard.headers.has(`${speak.prefix}acl`), false)
    if (grants.length === 0) assert.match(heard.text, /<AccessControlList\/>/)
  }
  assert.equal((await speak.say({ method: 'HEAD', bucket: speak.bucket })).status, 200, 'owners need no grant')
})

inBothDialects('what was read can be put again, and is the same', async (speak) => {
  await speak.makeBucket()
  for (const [acl] of Object.entries(CANNED)) {
    await mustPut(speak, { headers: vendor(speak, { acl }) })
    const { text } = await get(speak)
    await mustPut(speak, { body: text })
    assert.equal((await get(speak)).text, text)
    assert.equal((await speak.core.buckets.find(speak.bucket))?.acl, acl)
  }
})

inS3('grant headers are the whole ACL', async (speak) => {
  await speak.makeBucket()
  const { other } = speak
  await speak.core.identities.ensureAccount({ ...other, email: 'ops@example.org' })
  const named = [`id="${other.canonicalId}"`, `id=${other.canonicalId}`, 'emailAddress="Ops@Example.org"']
  for (const grantee of named) {
    await mustPut(speak, { headers: { 'x-amz-grant-read': grantee, 'x-amz-grant-write-acp': grantee } })
    const expected = [`${other.canonicalId} READ`, `${other.canonicalId} WRITE_ACP`]
    assert.deepEqual(grantsIn(speak, await get(speak)), expected)
  }
  const everybody = `uri="${GROUPS.s3}AllUsers", uri="${GROUPS.cos}AuthenticatedUsers"`
  await speak.makeBucket('second', { 'x-amz-grant-full-control': everybody })
  const heard = await get(speak, { bucket: 'second' })
  assert.deepEqual(grantsIn(speak, heard), ['AllUsers FULL_CONTROL', 'AuthenticatedUsers FULL_CONTROL'])
})

inCos('grant headers add to the full control of the owner, and to a canned ACL', async (speak) => {
  await speak.makeBucket()
  const { other } = speak
  await speak.core.identities.ensureAccount({ ...other, email: 'ops@example.org' })
  const owner = `${idOf(speak, 'owner')} FULL_CONTROL`
  const named = [
    `id="${other.uin}"`,
    `uin="${other.uin}"`,
    `id="${idOf(speak, 'other')}"`,
    'emailAddress=ops@example.org',
  ]
  for (const grantee of named) {
    await mustPut(speak, { headers: { 'x-cos-grant-write': grantee } })
    assert.deepEqual(grantsIn(speak, await get(speak)), [owner, `${idOf(speak, 'other')} WRITE`])
  }
  const sub = `qcs::cam::uin/${other.uin}:uin/1002`
  const headers = {
    'x-cos-acl': 'public-read',
    'x-cos-grant-full-control': `id="${STRANGER}", id="${other.uin}/1002",id="${other.uin}"`,
  }
  await mustPut(speak, { headers })
  assert.deepEqual(grantsIn(speak, await get(speak)), [
    owner,
    'AllUsers READ',
    `${STRANGER} FULL_CONTROL`,
    `${sub} FULL_CONTROL`,
    `${idOf(speak, 'other')} FULL_CONTROL`,
  ])
  await mustPut(speak, { headers: { 'x-cos-grant-read': 'id="qcs::cam::anyone:anyone"' } })
  assert.deepEqual(grantsIn(speak, await get(speak)), [owner, 'AllUsers READ'])
  assert.equal((await get(speak)).headers.get('x-cos-acl'), 'public-read')
})

test('each dialect names the grantees of the other in its own way, and may put back what it was shown', async () => {
  const exchange = await createExchange()
  const [cos, s3] = [speaker(exchange, 'cos'), speaker(exchange, 's3')]
  await cos.makeBucket()
  const grants = [
    { uri: `${GROUPS.cos}AllUsers`, permission: 'READ_ACP' },
    { id: idOf(cos, 'other'), permission: 'READ' },
    { id: STRANGER, permission: 'WRITE' },
  ]
  await mustPut(cos, { body: policy(cos, grants) })
  const inS3Words = await get(s3)
  assert.deepEqual(grantsIn(s3, inS3Words), [
    'AllUsers READ_ACP',
    `${exchange.other.canonicalId} READ`,
    `${STRANGER} WRITE`,
  ])
  const before = await get(cos)
  await mustPut(s3, { body: inS3Words.text })
  assert.equal((await get(cos)).text, before.text)
})

// --- what it does -----------------------------------------------------------------------------------------------

inBothDialects(raises('AccessDenied', 'the ACL of the bucket of another account'), async (speak) => {
  await speak.makeBucket(speak.bucket, vendor(speak, { acl: 'public-read-write' }))
  for (const as of ['other', 'anonymous'] as const) {
    const mark = vendor(speak, { acl: 'public-read' })
    const changed = await put(speak, { as, headers: mark })
    assertError(changed, 403, 'AccessDenied')
    const read = await speak.say({ method: 'GET', bucket: speak.bucket, query: { acl: true }, as, headers: mark })
    assertError(read, 403, 'AccessDenied')
  }
})

inBothDialects('whoever has the right to its ACL reads or replaces it; the owner keeps every right', async (speak) => {
  await speak.makeBucket()
  const other = { id: idOf(speak, 'other') }
  await mustPut(speak, { body: policy(speak, [{ ...other, permission: 'READ_ACP' }]) })
  assert.deepEqual(grantsIn(speak, await get(speak, { as: 'other' })), [`${other.id} READ_ACP`])
  assertError(await put(speak, { as: 'other', body: policy(speak, []) }), 403, 'AccessDenied')
  await mustPut(speak, { body: policy(speak, [{ ...other, permission: 'WRITE_ACP' }]) })
  await mustPut(speak, { as: 'other', headers: vendor(speak, { acl: 'public-read' }) })
  assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, as: 'other' })).status, 200)
  assertError(await put(speak, { as: 'other', headers: vendor(speak, { acl: 'private' }) }), 403, 'AccessDenied')
  await mustPut(speak, { body: policy(speak, []) })
  assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket })).status, 200)
})

inBothDialects('a new bucket has the grants of its headers, and is refused with bad ones', async (speak) => {
  const grantee = `id="${idOf(speak, 'other')}"`
  const made = { method: 'PUT', bucket: speak.bucket } as const
  const refused = await speak.say({ ...made, headers: vendor(speak, { 'grant-read': 'id="nobody"' }) })
  assertError(refused, 400, 'InvalidArgument')
  assert.equal(await speak.core.buckets.find(speak.bucket), undefined)
  await speak.makeBucket(speak.bucket, vendor(speak, { 'grant-read': grantee, 'grant-write': grantee }))
  const putting = { method: 'PUT', bucket: speak.bucket, key: 'k', as: 'other', body: 'x' } as const
  assert.equal((await speak.say(putting)).status, 200)
  assertError(await speak.say({ ...putting, as: 'anonymous' }), 403, 'AccessDenied')
  assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, as: 'other' })).status, 200)
})

inS3(raises('BucketAlreadyExists', 'an own bucket made anew with other grants'), async (speak) => {
  const headers = { 'x-amz-grant-read': `id=${speak.other.canonicalId}` }
  await speak.makeBucket(speak.bucket, headers)
  const again = (given: Readonly<Record<string, string>>) =>
    speak.say({ method: 'PUT', bucket: speak.bucket, headers: given })
  assertError(await again(headers), 409, 'BucketAlreadyOwnedByYou')
  assertError(await again({ 'x-amz-grant-write': `id=${speak.other.canonicalId}` }), 409, 'BucketAlreadyExists')
})
