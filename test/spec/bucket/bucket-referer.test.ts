/** The referer rule of COS: what is taken, how it reads back, and which requests it holds off, in both dialects. */

import assert from 'node:assert/strict'
import { place } from '../../rows/placements.js'
import {
  assertError,
  type Heard,
  inBothDialects,
  inCos,
  OWNER,
  REGION,
  type Said,
  type Speaker,
  speaker,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const rule = (domains: readonly string[], others = '', type = 'White-List', status = 'Enabled') =>
  `<RefererConfiguration><Status>${status}</Status><RefererType>${type}</RefererType>` +
  `<DomainList>${domains.map((domain) => `<Domain>${domain}</Domain>`).join('')}</DomainList>${others}</RefererConfiguration>`
const ALLOW_EMPTY = '<EmptyReferConfiguration>Allow</EmptyReferConfiguration>'
const NOT_SIGNED_URLS = '<VerifySignatureURL>Disabled</VerifySignatureURL>'

/** Rules are COS's, whoever asks afterwards. */
const ask = (speak: Speaker, method: string, body?: string): Promise<Heard> =>
  speaker(speak, 'cos').say({
    method,
    bucket: speak.bucket,
    query: { referer: true },
    ...(body === undefined ? {} : { body }),
  })

const get = (speak: Speaker, referer?: string, said: Partial<Said> = {}): Promise<Heard> =>
  speak.say({
    method: 'GET',
    bucket: speak.bucket,
    key: 'k',
    as: 'anonymous',
    headers: referer === undefined ? {} : { referer },
    ...said,
  })

async function prepare(speak: Speaker, body: string): Promise<void> {
  await speak.makeBucket(speak.bucket, { [`${speak.prefix}acl`]: 'public-read' })
  await speak.put('k')
  const heard = await ask(speak, 'PUT', body)
  assert.equal(heard.status, 200, heard.text)
}

const assertDenied = (heard: Heard, { dialect }: Speaker) => {
  assertError(heard, 403, 'AccessDenied')
  assert.equal(heard.error.message, dialect === 'cos' ? 'You are denied by bucket referer rule' : 'Access Denied')
}

inCos('a rule is complete, or refused', async (speak) => {
  await speak.makeBucket()
  for (const [body, code] of [
    [rule([]), 'MalformedXML'],
    ['<RefererConfiguration><Status>Enabled</Status></RefererConfiguration>', 'MalformedXML'],
    [rule(['a.b'], '', 'Grey-List'), 'MalformedXML'],
    [rule(['a.b'], '', 'White-List', 'On'), 'MalformedXML'],
    [rule(['a b']), 'InvalidArgument'],
    [rule(['*']), 'InvalidArgument'],
    [rule(['a.*.b']), 'InvalidArgument'],
    [rule(['http://a.b']), 'InvalidArgument'],
    [rule(Array.from({ length: 101 }, (_, at) => `a${at}.b`)), 'InvalidArgument'],
  ] as const)
    assertError(await ask(speak, 'PUT', body), 400, code)
})

inCos('without a rule GET shows an empty one; an empty body and DELETE remove it', async (speak) => {
  await speak.makeBucket()
  const empty = async () => {
    const heard = await ask(speak, 'GET')
    assert.equal(heard.status, 200)
    assert.ok(heard.text.endsWith('<RefererConfiguration/>'), heard.text)
  }
  await empty()
  const body = rule(['*.qq.com', 'www.qq.com/example'], ALLOW_EMPTY + NOT_SIGNED_URLS)
  assert.equal((await ask(speak, 'PUT', body)).status, 200)
  assert.ok((await ask(speak, 'GET')).text.endsWith(body))
  assert.equal((await ask(speak, 'PUT', '')).status, 200)
  await empty()
  await ask(speak, 'PUT', rule(['a.b']))
  assert.match((await ask(speak, 'GET')).text, /<VerifySignatureURL>Enabled</, 'shown though it was not given')
  for (let times = 0; times < 2; times++) assert.equal((await ask(speak, 'DELETE')).status, 204)
  await empty()
})

inBothDialects(raises('RefererDenied', 'a white list admits what it names'), async (speak) => {
  await prepare(speak, rule(['www.qq.com', 'a.org/example', '192.168.1.2:8080', '*.example.com']))
  for (const referer of [
    'http://www.qq.com',
    'https://WWW.qq.com:8443/any?where',
    'http://a.org/example/b',
    'http://192.168.1.2:8080/',
    'http://a.b.example.com/',
    'www.qq.com/x',
  ])
    assert.equal((await get(speak, referer)).status, 200, referer)
  for (const referer of [
    undefined,
    '',
    'http://www.qq.com.evil.org/',
    'http://evil.org/www.qq.com',
    'http://www.qq.com@evil.org/',
    'http://a.org/other',
    'http://192.168.1.2/',
    'http://example.com/',
    'http://evilexample.com/',
    'nonsense://',
  ])
    assertDenied(await get(speak, referer), speak)
})

inBothDialects('a black list holds off what it names', async (speak) => {
  await prepare(speak, rule(['*.example.com'], '', 'Black-List'))
  assertDenied(await get(speak, 'http://a.example.com/'), speak)
  assert.equal((await get(speak, 'http://example.org/')).status, 200)
  assert.equal((await get(speak)).status, 200)
  await ask(speak, 'PUT', rule(['a.b'], '<EmptyReferConfiguration>Deny</EmptyReferConfiguration>', 'Black-List'))
  assertDenied(await get(speak), speak)
})

inBothDialects('empty referers, rules that are off, and signed headers', async (speak) => {
  await prepare(speak, rule(['a.b'], ALLOW_EMPTY))
  assert.equal((await get(speak)).status, 200)
  assertDenied(await get(speak, 'http://c.d/'), speak)
  assert.equal((await get(speak, 'http://c.d/', { as: 'owner' })).status, 200, 'signed in its head')
  await ask(speak, 'PUT', rule(['a.b'], '', 'White-List', 'Disabled'))
  assert.equal((await get(speak, 'http://c.d/')).status, 200)
})

inBothDialects('signed URLs are held to the rule unless it says otherwise, before their signature', async (speak) => {
  await prepare(speak, rule(['a.b']))
  const presigned = (secret: string) => {
    const kind = speak.dialect === 'cos' ? 'cos-query' : 's3-v4-query'
    const host = speak.host(speak.bucket)
    const signable = {
      method: 'GET',
      rawPath: '/k',
      query: [],
      host,
      headers: new Map<string, string>(),
      body: new Uint8Array(0),
      now: speak.clock.now(),
    }
    const { rawQuery } = place(kind, signable, { id: OWNER.id, secret }, REGION)
    return rawQuery
  }
  const query = presigned(OWNER.secret)
  assertDenied(await get(speak, 'http://c.d/', { query }), speak)
  assertDenied(await get(speak, 'http://c.d/', { query: presigned('wrong') }), speak)
  assert.equal((await get(speak, 'http://a.b/', { query })).status, 200)
  assertError(await get(speak, 'http://a.b/', { query: presigned('wrong') }), 403, 'SignatureDoesNotMatch')
  await ask(speak, 'PUT', rule(['a.b'], NOT_SIGNED_URLS))
  assert.equal((await get(speak, 'http://c.d/', { query })).status, 200)
  assertDenied(await get(speak, 'http://c.d/'), speak)
})

inBothDialects('the rule holds on the website of the bucket too', async (speak) => {
  await prepare(speak, rule(['a.b']))
  const body = '<WebsiteConfiguration><IndexDocument><Suffix>k</Suffix></IndexDocument></WebsiteConfiguration>'
  await speak.say({ method: 'PUT', bucket: speak.bucket, query: { website: true }, body })
  const said = { host: `${speak.bucket}.cos-website.${REGION}.myqcloud.com`, path: '/', bucket: speak.bucket }
  await speak.say({
    method: 'PUT',
    bucket: speak.bucket,
    key: 'k',
    headers: { [`${speak.prefix}acl`]: 'public-read' },
    body: 'x',
  })
  const denied = await get(speak, 'http://c.d/', said)
  assert.equal(denied.status, 403)
  assert.match(denied.text, /You are denied by bucket referer rule/)
  assert.equal((await get(speak, 'http://a.b/', said)).status, 200)
})
