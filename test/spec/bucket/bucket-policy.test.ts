/** Bucket policies in both grammars: what is taken, how it reads back, what it opens and closes, and who is told why. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  assertError,
  type Heard,
  inBothDialects,
  inCos,
  inS3,
  type Said,
  type Speaker,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const policyOf = (bucket: string, statement: object) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/*`, ...statement },
    ],
  })

function camOf(bucket: string, statement: object): string {
  const resource = `qcs::cos:ap-guangzhou:uid/1250000000:${bucket}/*`
  const principal = { qcs: ['qcs::cam::anyone:anyone'] }
  return JSON.stringify({
    version: '2.0',
    Statement: [{ effect: 'allow', principal, action: ['name/cos:GetObject'], resource: [resource], ...statement }],
  })
}

function put(speak: Speaker, body: string): Promise<Heard> {
  return speak.say({ method: 'PUT', bucket: speak.bucket, query: { policy: true }, body })
}

async function mustPut(speak: Speaker, body: string): Promise<void> {
  const heard = await put(speak, body)
  assert.equal(heard.status, 204, heard.text)
}

const read = (speak: Speaker, said: Partial<Said> = {}): Promise<Heard> =>
  speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', ...said })

async function prepare(speak: Speaker): Promise<void> {
  await speak.makeBucket()
  await speak.put('k')
}

const MALFORMED: readonly (readonly [what: string, body: string, says: RegExp])[] = [
  ['no JSON', '{', /not valid JSON/],
  ['a list', '[]', /JSON object/],
  ['no statement', '{"Version":"2012-10-17"}', /no Statement/],
  ['an unknown element', policyOf('examplebucket-1250000000', { Colour: 'red' }), /Colour/],
  ['an unknown effect', policyOf('examplebucket-1250000000', { Effect: 'Perhaps' }), /Effect/],
  [
    'an unknown operator',
    policyOf('examplebucket-1250000000', { Condition: { StringSounds: { 'aws:Referer': 'a' } } }),
    /StringSounds/,
  ],
  [
    'an unknown key',
    policyOf('examplebucket-1250000000', { Condition: { StringEquals: { 'aws:Mood': 'a' } } }),
    /aws:Mood/,
  ],
  [
    'an address that is none',
    policyOf('examplebucket-1250000000', { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/99' } } }),
    /10\.0\.0\.0\/99/,
  ],
  ['a principal that is none', policyOf('examplebucket-1250000000', { Principal: { AWS: 'somebody' } }), /principal/i],
  ['a resource of another bucket', policyOf('other', {}), /invalid resource/],
]

for (const [what, body, says] of MALFORMED) {
  inBothDialects(raises('MalformedPolicy', what), async (speak) => {
    await prepare(speak)
    const heard = await put(speak, body)
    assertError(heard, 400, 'MalformedPolicy')
    assert.match(heard.error.message, says)
    assertError(
      await speak.say({ method: 'GET', bucket: speak.bucket, query: { policy: true } }),
      404,
      'NoSuchBucketPolicy',
    )
  })
}

inBothDialects(raises('PolicyFull', 'a policy beyond 20 KiB'), async (speak) => {
  await prepare(speak)
  const long = policyOf(speak.bucket, { Sid: 'a', Action: Array(150).fill(`s3:${'x'.repeat(150)}`) })
  const heard = await put(speak, long)
  assert.equal(heard.status, 400, heard.text)
  assert.match(heard.error.code, /^Policy(?:Full|TooLarge)$/)
})

inBothDialects(raises('MissingRequestBodyError', 'a policy that is not sent'), async (speak) => {
  await prepare(speak)
  assertError(await put(speak, ''), 400, 'MissingRequestBodyError')
})

inS3(
  raises('NoSuchBucketPolicy', 'a policy reads back to the letter, is replaced, and is gone when it is deleted'),
  async (speak) => {
    await prepare(speak)
    const text = policyOf(speak.bucket, {})
      .replaceAll(':', ': ')
      .replaceAll('arn: aws: s3: : : ', 'arn:aws:s3:::')
      .replaceAll('s3: GetObject', 's3:GetObject')
    await mustPut(speak, text)
    const get = () => speak.say({ method: 'GET', bucket: speak.bucket, query: { policy: true } })
    const heard = await get()
    assert.deepEqual([heard.status, heard.headers.get('content-type'), heard.text], [200, 'application/json', text])
    await mustPut(speak, policyOf(speak.bucket, { Sid: 'second' }))
    assert.match((await get()).text, /second/)
    for (let times = 0; times < 2; times++) {
      const gone = await speak.say({ method: 'DELETE', bucket: speak.bucket, query: { policy: true } })
      assert.equal(gone.status, 204)
    }
    assertError(await get(), 404, 'NoSuchBucketPolicy', { BucketName: speak.bucket })
  },
)

inCos('COS: the list of statements reads back as Statement, and inside nothing changes', async (speak) => {
  await prepare(speak)
  const body = camOf(speak.bucket, {}).replace('"Statement"', '"statement"')
  await mustPut(speak, body)
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, query: { policy: true } })
  assert.equal(heard.headers.get('content-type'), 'application/xml')
  assert.deepEqual(JSON.parse(heard.text), JSON.parse(camOf(speak.bucket, {})))
})

for (const [grammar, make] of [
  ['IAM', policyOf],
  ['CAM', camOf],
] as const) {
  inBothDialects(`${grammar}: what a policy gives to everybody, everybody has, and nothing else`, async (speak) => {
    await prepare(speak)
    const marked = { headers: { [`${speak.prefix}meta-mark`]: '1' } }
    assertError(await read(speak, { as: 'anonymous', ...marked }), 403, 'AccessDenied')
    await mustPut(speak, make(speak.bucket, {}))
    assert.equal((await read(speak, { as: 'anonymous', ...marked })).status, 200)
    assert.equal((await read(speak, { as: 'other' })).status, 200)
    for (const as of ['anonymous', 'other'] as const) {
      const headers = as === 'anonymous' ? marked.headers : {}
      assertError(await read(speak, { method: 'PUT', body: 'x', as, headers }), 403, 'AccessDenied')
      assertError(await read(speak, { query: { acl: true }, as, headers }), 403, 'AccessDenied')
      assertError(await read(speak, { key: 'absent', as, headers }), 403, 'AccessDenied')
    }
  })
}

inBothDialects(
  raises('AccessDenied', 'a statement that denies, whoever else allows; its owner is told which'),
  async (speak) => {
    await prepare(speak)
    await speak.put('secret/k')
    await speak.say({
      method: 'PUT',
      bucket: speak.bucket,
      query: { acl: true },
      headers: { [`${speak.prefix}acl`]: 'public-read' },
    })
    await mustPut(
      speak,
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'NoSecrets',
            Effect: 'Deny',
            Principal: '*',
            Action: 's3:*',
            Resource: `arn:aws:s3:::${speak.bucket}/secret/*`,
          },
        ],
      }),
    )
    assert.equal((await read(speak, { as: 'other' })).status, 200)
    const stranger = await read(speak, { key: 'secret/k', as: 'other' })
    assertError(stranger, 403, 'AccessDenied')
    assert.ok(!stranger.text.includes('NoSecrets'), 'a stranger learns nothing of the rules')
    const owner = await read(speak, { key: 'secret/k' })
    assertError(owner, 403, 'AccessDenied')
    assert.match(owner.error.details['Diagnosis'] ?? '', /NoSecrets/)
  },
)

inBothDialects(
  'whoever owns the bucket can always repair its policy; a CAM policy does not bind its root at all',
  async (speak) => {
    await prepare(speak)
    const Resource = [`arn:aws:s3:::${speak.bucket}`, `arn:aws:s3:::${speak.bucket}/*`]
    await mustPut(speak, policyOf(speak.bucket, { Effect: 'Deny', Action: 's3:*', Resource }))
    assertError(await read(speak), 403, 'AccessDenied')
    assertError(await speak.say({ method: 'GET', bucket: speak.bucket }), 403, 'AccessDenied')
    assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, query: { policy: true } })).status, 200)
    const resource = [`qcs::cos:ap-guangzhou:uid/1250000000:${speak.bucket}/*`]
    await mustPut(speak, camOf(speak.bucket, { effect: 'deny', action: ['*'], resource }))
    assert.equal((await read(speak)).status, 200)
    assertError(await read(speak, { as: 'other' }), 403, 'AccessDenied')
    assert.equal((await speak.say({ method: 'DELETE', bucket: speak.bucket, query: { policy: true } })).status, 204)
  },
)

/** Each allows reading under its condition; the request fulfils it or does not. */
const CONDITIONS: readonly (readonly [what: string, condition: object, good: Partial<Said>, bad: Partial<Said>])[] = [
  [
    'the page that links',
    { StringLike: { 'aws:Referer': 'https://example.org/*' } },
    { headers: { referer: 'https://example.org/page' } },
    { headers: { referer: 'https://evil.example/' } },
  ],
  [
    'the client',
    { StringLike: { 'aws:UserAgent': 'good/*' } },
    { headers: { 'user-agent': 'good/1' } },
    { headers: { 'user-agent': 'bad/1' } },
  ],
  ['a version', { StringEquals: { 's3:VersionId': 'null' } }, { query: { versionId: 'null' } }, {}],
]

for (const [what, condition, good, bad] of CONDITIONS) {
  inS3(`a condition on ${what} decides`, async (speak) => {
    await prepare(speak)
    const Action = ['s3:GetObject', 's3:GetObjectVersion']
    await mustPut(speak, policyOf(speak.bucket, { Action, Condition: condition }))
    assert.equal((await read(speak, { as: 'other', ...good })).status, 200)
    assertError(await read(speak, { as: 'other', ...bad }), 403, 'AccessDenied')
  })
}

inS3('a listing may be allowed below a prefix, with a delimiter, and up to a size', async (speak) => {
  await prepare(speak)
  const Condition = {
    StringEquals: { 's3:prefix': 'home/', 's3:delimiter': '/' },
    NumericLessThanEquals: { 's3:max-keys': '10' },
  }
  await mustPut(
    speak,
    policyOf(speak.bucket, { Action: 's3:ListBucket', Resource: `arn:aws:s3:::${speak.bucket}`, Condition }),
  )
  const list = (query: Said['query']) =>
    speak.say({ method: 'GET', bucket: speak.bucket, as: 'other', ...(query === undefined ? {} : { query }) })
  assert.equal((await list({ prefix: 'home/', delimiter: '/', 'max-keys': 10 })).status, 200)
  for (const query of [
    {},
    { prefix: 'home/' },
    { prefix: 'home/', delimiter: '/', 'max-keys': 11 },
    { prefix: '', delimiter: '/' },
  ]) {
    assertError(await list(query), 403, 'AccessDenied')
  }
})

inS3('tags of what is there, and tags that are to be, decide', async (speak) => {
  await prepare(speak)
  await speak.put('open', 'x', { 'x-amz-tagging': 'level=public' })
  await mustPut(
    speak,
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: '*',
          Action: 's3:GetObject',
          Resource: `arn:aws:s3:::${speak.bucket}/*`,
          Condition: { StringEquals: { 's3:ExistingObjectTag/level': 'public' } },
        },
        {
          Effect: 'Allow',
          Principal: '*',
          Action: ['s3:PutObject', 's3:PutObjectTagging'],
          Resource: `arn:aws:s3:::${speak.bucket}/*`,
          Condition: { StringEquals: { 's3:RequestObjectTag/level': 'public' } },
        },
      ],
    }),
  )
  assert.equal((await read(speak, { key: 'open', as: 'other' })).status, 200)
  assertError(await read(speak, { as: 'other' }), 403, 'AccessDenied')
  const write = (tagging: string) =>
    read(speak, { method: 'PUT', key: 'new', body: 'x', as: 'other', headers: { 'x-amz-tagging': tagging } })
  assert.equal((await write('level=public')).status, 200)
  assertError(await write('level=secret'), 403, 'AccessDenied')
  const tag = (value: string) =>
    read(speak, {
      method: 'PUT',
      query: { tagging: true },
      as: 'other',
      body: `<Tagging><TagSet><Tag><Key>level</Key><Value>${value}</Value></Tag></TagSet></Tagging>`,
    })
  assertError(await tag('secret'), 403, 'AccessDenied')
  assert.equal((await tag('public')).status, 200)
})

inCos('COS: conditions on addresses, ACL headers and sizes, by the names of CAM', async (speak) => {
  await prepare(speak)
  const condition = {
    ip_equal: { 'qcs:ip': ['127.0.0.1'] },
    string_equal_if_exist: { 'cos:x-cos-acl': 'private' },
    numeric_less_than: { 'cos:content-length': 4 },
  }
  await mustPut(speak, camOf(speak.bucket, { action: ['name/cos:PutObject'], condition }))
  const write = (body: string, headers = {}) => read(speak, { method: 'PUT', key: 'new', as: 'other', body, headers })
  assert.equal((await write('abc')).status, 200)
  assertError(await write('abcd'), 403, 'AccessDenied')
  assertError(await write('abc', { 'x-cos-acl': 'public-read' }), 403, 'AccessDenied')
  assert.equal((await write('abc', { 'x-cos-acl': 'private' })).status, 200)
})

inBothDialects('copies ask for source and destination, each by its own policy', async (speak) => {
  await prepare(speak)
  const source = 'source-1250000000'
  await speak.makeBucket(source)
  await speak.say({ method: 'PUT', bucket: source, key: 's', body: 'x' })
  const named = speak.dialect === 'cos' ? `${speak.host(source)}/s` : `/${source}/s`
  const copy = () =>
    read(speak, { method: 'PUT', key: 'copy', as: 'other', headers: { [`${speak.prefix}copy-source`]: named } })
  await mustPut(speak, policyOf(speak.bucket, { Action: 's3:PutObject' }))
  assertError(await copy(), 403, 'AccessDenied')
  await speak.say({ method: 'PUT', bucket: source, query: { policy: true }, body: policyOf(source, {}) })
  assert.equal((await copy()).status, 200)
})

inBothDialects('a multi-delete asks for each key, and each has its own answer', async (speak) => {
  await prepare(speak)
  await speak.put('mine/k')
  await mustPut(
    speak,
    policyOf(speak.bucket, { Action: 's3:DeleteObject', Resource: `arn:aws:s3:::${speak.bucket}/mine/*` }),
  )
  const body = '<Delete><Object><Key>mine/k</Key></Object><Object><Key>k</Key></Object></Delete>'
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
  const heard = await speak.say({
    method: 'POST',
    bucket: speak.bucket,
    query: { delete: true },
    body,
    headers,
    as: 'other',
  })
  assert.equal(heard.status, 200, heard.text)
  assert.match(heard.text, /<Deleted><Key>mine\/k<\/Key>/)
  assert.match(heard.text, /<Error><Key>k<\/Key><Code>AccessDenied<\/Code>/)
  assert.equal((await read(speak)).status, 200)
})

inS3('GetBucketPolicyStatus tells a public policy, a limited one, and a public ACL', async (speak) => {
  await prepare(speak)
  const isPublic = async () =>
    /<IsPublic>true<\/IsPublic>/.test(
      (await speak.say({ method: 'GET', bucket: speak.bucket, query: { policyStatus: true } })).text,
    )
  assert.equal(await isPublic(), false)
  await mustPut(speak, policyOf(speak.bucket, {}))
  assert.equal(await isPublic(), true)
  await mustPut(speak, policyOf(speak.bucket, { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/24' } } }))
  assert.equal(await isPublic(), false)
  await speak.say({
    method: 'PUT',
    bucket: speak.bucket,
    query: { acl: true },
    headers: { 'x-amz-acl': 'public-read' },
  })
  assert.equal(await isPublic(), true)
})
