/** Domains of customers: what may be bound, to whom it belongs, and where requests by such a host lead. */

import assert from 'node:assert/strict'
import { loadDigests } from '../../../src/base/digests.js'
import { inspectStores } from '../../../src/core/inspection.js'
import { assertError, type Heard, inCos, type Speaker } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const OTHER_BUCKET = 'second-1250000000'
const rule = (name: string, type = 'REST', status = 'ENABLED', more = '') =>
  `<DomainRule><Status>${status}</Status><Name>${name}</Name><Type>${type}</Type>${more}</DomainRule>`
const domains = (...rules: readonly string[]) => `<DomainConfiguration>${rules.join('')}</DomainConfiguration>`

const ask = (speak: Speaker, method: string, body?: string, bucket = speak.bucket): Promise<Heard> =>
  speak.say({ method, bucket, query: { domain: true }, ...(body === undefined ? {} : { body }) })

const through = (speak: Speaker, host: string, path = '/k', as: 'owner' | 'anonymous' = 'anonymous') =>
  speak.say({ method: 'GET', host, path, as })

const PROOF = /^tencent-cloud-cos-verification=[0-9a-f]{32}$/

inCos(raises('UserCnameInvalid', 'what is no domain, or one of this server'), async (speak) => {
  await speak.makeBucket()
  for (const name of [
    'localhost',
    'single',
    '10.0.0.1',
    'a..b',
    '-a.org',
    'a_b.org',
    'sub.localhost',
    'x.cos.ap-guangzhou.myqcloud.com',
    'myqcloud.com',
    'amazonaws.com',
  ])
    assertError(await ask(speak, 'PUT', domains(rule(name))), 400, 'UserCnameInvalid')
  const body = domains(rule('files.example.org'))
  const said = { method: 'PUT', bucket: speak.bucket, query: { domain: true }, body } as const
  const bare = await speak.say({ ...said, pathStyle: true, host: 'files.example.org:9000' })
  assertError(bare, 400, 'UserCnameInvalid')
  assertError(await ask(speak, 'GET'), 404, 'DomainConfigNotFoundError')
})

inCos(raises('DomainConfigConflict', 'one domain twice in a configuration, and other mistakes'), async (speak) => {
  await speak.makeBucket()
  for (const [body, status, code] of [
    [domains(rule('a.org'), rule('A.org')), 409, 'DomainConfigConflict'],
    [domains(), 400, 'MalformedXML'],
    [domains(rule('a.org', 'CDN')), 400, 'MalformedXML'],
    [domains(rule('a.org', 'REST', 'Enabled')), 400, 'MalformedXML'],
    [domains(...Array.from({ length: 21 }, (_, at) => rule(`a${at}.org`))), 400, 'InvalidArgument'],
    [domains(rule('a.org', 'REST', 'ENABLED', '<ForcedReplacement>CNAME</ForcedReplacement>')), 501, 'NotImplemented'],
  ] as const)
    assertError(await ask(speak, 'PUT', body), status, code)
})

inCos(
  raises('DomainConfigNotFoundError', 'until domains are bound, with the record that proves one'),
  async (speak) => {
    await speak.makeBucket()
    const none = await ask(speak, 'GET')
    assertError(none, 404, 'DomainConfigNotFoundError', { BucketName: speak.bucket })
    assert.match(none.headers.get('x-cos-domain-txt-verification') ?? '', PROOF)
    const body = domains(rule('Img.Example.org'), rule('www.example.org', 'WEBSITE', 'DISABLED'))
    assert.equal((await ask(speak, 'PUT', body)).status, 200)
    const shown = await ask(speak, 'GET')
    assert.ok(shown.text.endsWith(body), shown.text)
    assert.equal(shown.headers.get('x-cos-domain-txt-verification'), none.headers.get('x-cos-domain-txt-verification'))
    for (let times = 0; times < 2; times++) assert.equal((await ask(speak, 'DELETE')).status, 204)
    assertError(await ask(speak, 'GET'), 404, 'DomainConfigNotFoundError')
  },
)

inCos('a REST domain serves the bucket, signed requests too, for as long as it is bound', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'found')
  const listed = await through(speak, 'img.example.org', '/k', 'owner')
  assert.notEqual(listed.text, 'found', 'a host that is bound to nothing is a bare endpoint')
  await ask(speak, 'PUT', domains(rule('Img.Example.org')))
  assert.equal((await through(speak, 'img.example.org', '/k', 'owner')).text, 'found')
  assert.equal((await through(speak, 'IMG.example.org:8080', '/k', 'owner')).text, 'found')
  assertError(await through(speak, 'img.example.org'), 403, 'AccessDenied')
  const put = await speak.say({ method: 'PUT', host: 'img.example.org', path: '/new', body: 'x' })
  assert.equal(put.status, 200, put.text)
  assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, key: 'new' })).text, 'x')
  for (const body of [domains(rule('img.example.org', 'REST', 'DISABLED')), domains(rule('other.example.org'))]) {
    assert.equal((await ask(speak, 'PUT', body)).status, 200)
    assert.notEqual((await through(speak, 'img.example.org', '/k', 'owner')).text, 'found')
  }
  assert.equal((await through(speak, 'other.example.org', '/k', 'owner')).text, 'found')
})

inCos('a WEBSITE domain serves the website', async (speak) => {
  await speak.makeBucket()
  await speak.put('index.html', 'hello', { 'x-cos-acl': 'public-read' })
  await ask(speak, 'PUT', domains(rule('www.example.org', 'WEBSITE')))
  const none = await through(speak, 'www.example.org', '/')
  assert.deepEqual([none.status, none.headers.get('content-type')], [404, 'text/html; charset=utf-8'])
  const body = '<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>'
  await speak.say({ method: 'PUT', bucket: speak.bucket, query: { website: true }, body })
  assert.equal((await through(speak, 'www.example.org', '/')).text, 'hello')
  assert.equal((await through(speak, 'www.example.org', '/', 'owner')).status, 400)
})

inCos('an ACCELERATE domain is an accelerate host', async (speak) => {
  await speak.makeBucket()
  await ask(speak, 'PUT', domains(rule('fast.example.org', 'ACCELERATE')))
  assertError(await through(speak, 'fast.example.org', '/k', 'owner'), 400, 'InvalidRequest')
})

inCos(raises('RecordAlreadyExist', 'a domain of another bucket, until that lets go of it'), async (speak) => {
  await speak.makeBucket()
  await speak.makeBucket(OTHER_BUCKET)
  await ask(speak, 'PUT', domains(rule('a.example.org')))
  const taken = () => ask(speak, 'PUT', domains(rule('b.example.org'), rule('A.example.org')), OTHER_BUCKET)
  assertError(await taken(), 409, 'RecordAlreadyExist')
  assertError(await ask(speak, 'GET', undefined, OTHER_BUCKET), 404, 'DomainConfigNotFoundError')
  const deleted = await speak.say({ method: 'DELETE', bucket: speak.bucket })
  assert.equal(deleted.status, 204, 'a bucket takes its domains with it')
  assert.equal((await taken()).status, 200)
})

inCos(raises('DNSRecordVerifyFailed', 'a domain taken from another bucket without its record'), async (speak) => {
  await speak.makeBucket()
  await speak.makeBucket(OTHER_BUCKET)
  await ask(speak, 'PUT', domains(rule('a.example.org'), rule('b.example.org')))
  const take = (name: string) =>
    ask(
      speak,
      'PUT',
      domains(rule(name, 'REST', 'ENABLED', '<ForcedReplacement>TXT</ForcedReplacement>')),
      OTHER_BUCKET,
    )
  assertError(await take('A.example.org'), 400, 'DNSRecordVerifyFailed')
  const none = await ask(speak, 'GET', undefined, OTHER_BUCKET)
  const record = none.headers.get('x-cos-domain-txt-verification') ?? ''
  speak.textRecords.set('a.example.org', [record])
  assert.equal((await take('A.example.org')).status, 200)
  assert.ok((await ask(speak, 'GET')).text.endsWith(domains(rule('b.example.org'))), 'it lost that one only')
  speak.textRecords.set('b.example.org', [record])
  assert.equal((await take('b.example.org')).status, 200)
  assertError(await ask(speak, 'GET'), 404, 'DomainConfigNotFoundError')
  assert.equal((await ask(speak, 'PUT', domains(rule('a.example.org')))).status, 200, 'which the other has let go of')
  const { healthy } = await inspectStores({ meta: speak.meta, blobs: speak.blobs }, await loadDigests())
  assert.ok(healthy)
})

inCos(
  raises('DNSRecordVerifyFailed', 'a domain without the record, where proof is required'),
  async (speak) => {
    await speak.makeBucket()
    const record = (await ask(speak, 'GET')).headers.get('x-cos-domain-txt-verification') ?? ''
    assertError(await ask(speak, 'PUT', domains(rule('a.example.org'))), 400, 'DNSRecordVerifyFailed')
    speak.textRecords.set('a.example.org', ['other', record])
    assert.equal((await ask(speak, 'PUT', domains(rule('a.example.org')))).status, 200)
    speak.textRecords.clear()
    const again = domains(rule('a.example.org', 'WEBSITE'))
    assert.equal((await ask(speak, 'PUT', again)).status, 200, 'it was proven when it came')
  },
  { domainProof: 'all' },
)

inCos(
  raises('DNSRecordVerifyFailed', 'a domain of an account that has not the installation'),
  async (speak) => {
    await speak.makeBucket()
    assertError(await ask(speak, 'PUT', domains(rule('a.example.org'))), 400, 'DNSRecordVerifyFailed')
  },
  { appid: '1250000099' },
)

inCos('hosts of this server cost no look at the bindings', async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  const read: string[] = []
  speak.fault((call) => {
    if (call.store === 'meta') read.push(call.method)
  })
  await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })
  const usual = read.length
  read.length = 0
  await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', pathStyle: true, host: '127.0.0.1:9000' })
  assert.equal(read.length, usual)
})
