/** CORS: what is taken and how it reads back, preflights, and the headers without which a page may not read an answer. */

import assert from 'node:assert/strict'
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

const rule = (inner: string) => `<CORSConfiguration><CORSRule>${inner}</CORSRule></CORSConfiguration>`
const element = (name: string, ...values: readonly string[]) =>
  values.map((value) => `<${name}>${value}</${name}>`).join('')

const RULES =
  '<CORSConfiguration>' +
  `<CORSRule><ID>app</ID>${element('AllowedOrigin', 'https://app.example.org', 'http://*.example.com')}` +
  `${element('AllowedMethod', 'GET', 'PUT')}${element('AllowedHeader', 'x-cos-*', 'Content-Type')}` +
  `${element('ExposeHeader', 'ETag', 'x-cos-request-id')}${element('MaxAgeSeconds', '600')}</CORSRule>` +
  `<CORSRule>${element('AllowedOrigin', '*')}${element('AllowedMethod', 'GET')}${element('AllowedHeader', '*')}</CORSRule>` +
  '</CORSConfiguration>'

const ask = (speak: Speaker, method: string, body?: string): Promise<Heard> =>
  speak.say({ method, bucket: speak.bucket, query: { cors: true }, ...(body === undefined ? {} : { body }) })

const list = ({ dialect }: Speaker, ...names: readonly string[]) => names.join(dialect === 'cos' ? ',' : ', ')

async function prepare(speak: Speaker, body = RULES): Promise<void> {
  await speak.makeBucket()
  await speak.put('k')
  const heard = await ask(speak, 'PUT', body)
  assert.equal(heard.status, 200, heard.text)
}

function preflight(speak: Speaker, origin: string, method: string, headers?: string): Promise<Heard> {
  const asked = {
    origin,
    'access-control-request-method': method,
    ...(headers === undefined ? {} : { 'access-control-request-headers': headers }),
  }
  return speak.say({ method: 'OPTIONS', bucket: speak.bucket, key: 'k', as: 'anonymous', headers: asked })
}

const allowed = (heard: Heard) => heard.headers.get('access-control-allow-origin')

for (const [what, body, code] of [
  ['no rules', '<CORSConfiguration/>', 'MalformedXML'],
  ['a rule without an origin', rule(element('AllowedMethod', 'GET')), 'MalformedXML'],
  ['a rule without a method', rule(element('AllowedOrigin', '*')), 'MalformedXML'],
  ['an unknown method', rule(element('AllowedOrigin', '*') + element('AllowedMethod', 'PATCH')), 'InvalidRequest'],
  ['OPTIONS as a method', rule(element('AllowedOrigin', '*') + element('AllowedMethod', 'OPTIONS')), 'InvalidRequest'],
  ['two wildcards', rule(element('AllowedOrigin', 'http://*.*') + element('AllowedMethod', 'GET')), 'InvalidRequest'],
  [
    'a wildcard exposed',
    rule(element('AllowedOrigin', '*') + element('AllowedMethod', 'GET') + element('ExposeHeader', '*')),
    'InvalidArgument',
  ],
  [
    'a hundred and one rules',
    `<CORSConfiguration>${`<CORSRule>${element('AllowedOrigin', '*')}${element('AllowedMethod', 'GET')}</CORSRule>`.repeat(101)}</CORSConfiguration>`,
    'InvalidRequest',
  ],
] as const) {
  inBothDialects(`${code}: ${what}`, async (speak) => {
    await speak.makeBucket()
    assertError(await ask(speak, 'PUT', body), 400, code)
    assertError(await ask(speak, 'GET'), 404, 'NoSuchCORSConfiguration')
  })
}

inBothDialects('what is wrong with an origin is said, and an age has an end', async (speak) => {
  await speak.makeBucket()
  for (const [origin, message] of [
    ['', /AllowedOrigin must not be empty/],
    ['http://a b', /spaces/],
    ['http://a?b', /question mark/],
    ['http://*.*', /more than one wildcard/],
  ] as const) {
    const heard = await ask(speak, 'PUT', rule(element('AllowedOrigin', origin) + element('AllowedMethod', 'GET')))
    assertError(heard, 400, 'InvalidRequest')
    assert.match(heard.error.message, message)
  }
  const aged = (age: string) =>
    ask(
      speak,
      'PUT',
      rule(element('AllowedOrigin', '*') + element('AllowedMethod', 'GET') + element('MaxAgeSeconds', age)),
    )
  assertError(await aged('2147483648'), 400, 'InvalidArgument', { ArgumentName: 'MaxAgeSeconds' })
  assert.equal((await aged('2147483647')).status, 200)
})

inBothDialects('what takes the rules away is itself shared by them', async (speak) => {
  const origin = 'https://app.example.org'
  const body = rule(element('AllowedOrigin', origin) + element('AllowedMethod', 'DELETE'))
  await speak.makeBucket()
  const remove = (query: Said['query'] = {}) =>
    speak.say({ method: 'DELETE', bucket: speak.bucket, query, headers: { origin } })
  await ask(speak, 'PUT', body)
  assert.equal(allowed(await remove({ cors: true })), origin)
  await ask(speak, 'PUT', body)
  const removed = await remove()
  assert.deepEqual([removed.status, allowed(removed)], [204, origin])
})

inCos('COS: an origin is * or has a scheme and a host', async (speak) => {
  await speak.makeBucket()
  for (const origin of ['null', 'example.org']) {
    const body = rule(element('AllowedOrigin', origin) + element('AllowedMethod', 'GET'))
    assertError(await ask(speak, 'PUT', body), 400, 'InvalidArgument', { ArgumentName: 'AllowedOrigin' })
  }
})

inBothDialects(raises('NoSuchCORSConfiguration', 'until rules are set, and after they are deleted'), async (speak) => {
  await speak.makeBucket()
  assertError(await ask(speak, 'GET'), 404, 'NoSuchCORSConfiguration', { BucketName: speak.bucket })
  await ask(speak, 'PUT', RULES)
  assert.ok((await ask(speak, 'GET')).text.includes(RULES.slice('<CORSConfiguration>'.length)), 'as it was set')
  for (let times = 0; times < 2; times++) assert.equal((await ask(speak, 'DELETE')).status, 204)
  assertError(await ask(speak, 'GET'), 404, 'NoSuchCORSConfiguration')
})

inBothDialects('a preflight is answered by the first rule that fits, without a signature', async (speak) => {
  await prepare(speak)
  const first = await preflight(speak, 'https://app.example.org', 'PUT', 'X-Cos-Acl, content-type')
  assert.equal(first.status, 200, first.text)
  assert.equal(allowed(first), 'https://app.example.org')
  assert.equal(first.headers.get('access-control-allow-methods'), list(speak, 'GET', 'PUT'))
  assert.equal(first.headers.get('access-control-expose-headers'), list(speak, 'ETag', 'x-cos-request-id'))
  assert.equal(first.headers.get('access-control-max-age'), '600')
  assert.equal(first.headers.get('access-control-allow-credentials'), 'true')
  assert.equal(allowed(await preflight(speak, 'http://a.b.example.com', 'GET')), 'http://a.b.example.com')
  const open = await preflight(speak, 'https://else.where', 'GET', 'x-anything')
  assert.deepEqual([allowed(open), open.headers.get('access-control-allow-credentials')], ['*', undefined])
  assert.equal(open.headers.get('access-control-allow-headers'), 'x-anything')
})

inBothDialects(raises('AccessForbidden', 'a preflight that no rule allows, and one without rules'), async (speak) => {
  await speak.makeBucket()
  assertError(await preflight(speak, 'https://app.example.org', 'GET'), 403, 'AccessForbidden')
  await ask(speak, 'PUT', RULES)
  for (const [origin, method, headers] of [
    ['https://else.where', 'PUT', undefined],
    ['https://app.example.org', 'DELETE', undefined],
    ['https://app.example.org', 'PUT', 'x-other'],
    ['http://example.com.evil.org', 'PUT', undefined],
  ] as const) {
    assertError(await preflight(speak, origin, method, headers), 403, 'AccessForbidden')
  }
})

inBothDialects(raises('BadRequest', 'a preflight without Origin, and without a method'), async (speak) => {
  await prepare(speak)
  const mark = { [`${speak.prefix}meta-mark`]: '1' }
  const said: Said = { method: 'OPTIONS', bucket: speak.bucket, key: 'k', as: 'anonymous', headers: mark }
  assertError(await speak.say(said), 400, 'BadRequest')
  assertError(await speak.say({ ...said, headers: { ...mark, origin: 'https://a.b' } }), 400, 'BadRequest')
})

inBothDialects(raises('NoSuchBucket', 'a preflight of a bucket that is not there'), async (speak) => {
  const headers = { origin: 'https://a.b', 'access-control-request-method': 'GET' }
  const heard = await speak.say({ method: 'OPTIONS', bucket: 'nope-1250000000', as: 'anonymous', headers })
  assertError(heard, 404, 'NoSuchBucket')
})

inBothDialects(
  'every answer has the headers of the rule that fits, refusals of every stage included',
  async (speak) => {
    await prepare(speak)
    const origin = 'https://app.example.org'
    const get = (said: Partial<Said>) =>
      speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', headers: { origin }, ...said })
    const wrong = { id: 'AKIDnobody', secret: 'wrongwrongwrong' }
    for (const [what, heard, status] of [
      ['served', await get({}), 200],
      ['not there', await get({ key: 'absent' }), 404],
      ['denied', await get({ as: 'other' }), 403],
      ['unknown key', await get({ as: wrong }), 403],
      ['no such sub-resource', await get({ query: { torrent: true, acl: true } }), 400],
    ] as const) {
      assert.equal(heard.status, status, `${what}: ${heard.text}`)
      assert.equal(allowed(heard), origin, what)
      assert.equal(heard.headers.get('access-control-expose-headers'), list(speak, 'ETag', 'x-cos-request-id'), what)
    }
    const put = await get({ method: 'PUT', body: 'x', headers: { origin: 'https://else.where' } })
    assert.deepEqual([put.status, allowed(put)], [200, undefined], 'no rule, no headers, and no refusal')
    const plain = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })
    assert.equal(allowed(plain), undefined)
  },
)

inS3('caches are told that the answer depends on the origin, even where none was sent', async (speak) => {
  await prepare(speak)
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })
  assert.match(heard.headers.get('vary') ?? '', /^Origin/)
})

inCos('COS: caches are told where the configuration says so', async (speak) => {
  await prepare(speak)
  const vary = async () =>
    (
      await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', headers: { origin: 'https://a.b' } })
    ).headers.get('vary')
  assert.equal(await vary(), undefined)
  await ask(
    speak,
    'PUT',
    RULES.replace('</CORSConfiguration>', '<ResponseVary>true</ResponseVary></CORSConfiguration>'),
  )
  assert.match((await vary()) ?? '', /^Origin/)
})
