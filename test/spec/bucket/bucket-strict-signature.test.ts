/** Strict signatures (COS): what is there of the named headers and parameters must be signed (5.28). */

import assert from 'node:assert/strict'
import { place } from '../../rows/placements.js'
import { assertError, inCos, OWNER, REGION, type Speaker } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const rule = ({ actions = ['*'], headers = [] as readonly string[], params = [] as readonly string[] }) => {
  const list = (name: string, item: string, values: readonly string[]) =>
    values.length === 0 ? '' : `<${name}>${values.map((value) => `<${item}>${value}</${item}>`).join('')}</${name}>`
  const inner =
    list('actionlist', 'action', actions) + list('headerlist', 'header', headers) + list('paramlist', 'param', params)
  return `<StrictSignatureConfiguration><Rule><ID>a</ID>${inner}</Rule></StrictSignatureConfiguration>`
}

const ask = (speak: Speaker, method: string, body?: string) =>
  speak.say({
    method,
    bucket: speak.bucket,
    query: { 'strict-signature': true },
    ...(body === undefined ? {} : { body }),
  })

/** Signed, and then more is sent. */
function getWith(
  speak: Speaker,
  signed: Readonly<Record<string, string>>,
  added: Readonly<Record<string, string>>,
  query = '',
) {
  const signable = {
    method: 'GET',
    rawPath: '/k',
    query: [],
    host: speak.host(speak.bucket),
    headers: new Map(Object.entries(signed)),
    body: new Uint8Array(0),
    now: speak.clock.now(),
  }
  const { headers } = place('cos-header', signable, OWNER, REGION)
  return speak.say({
    method: 'GET',
    bucket: speak.bucket,
    key: 'k',
    as: 'anonymous',
    query,
    headers: { ...Object.fromEntries(headers), ...added },
  })
}

inCos(
  raises('NoSuchStrictSignatureConfiguration', 'until rules are set, and after they are deleted'),
  async (speak) => {
    await speak.makeBucket()
    assertError(await ask(speak, 'GET'), 404, 'NoSuchStrictSignatureConfiguration')
    assert.equal((await ask(speak, 'PUT', rule({ headers: ['Host'] }))).status, 200)
    assert.ok((await ask(speak, 'GET')).text.includes(rule({ headers: ['Host'] })))
    assert.equal((await ask(speak, 'DELETE')).status, 204)
    assertError(await ask(speak, 'GET'), 404, 'NoSuchStrictSignatureConfiguration')
  },
)

for (const [what, body] of [
  ['no actions', rule({ actions: [], headers: ['Host'] })],
  ['nothing to sign', rule({})],
  ['no rules', '<StrictSignatureConfiguration/>'],
] as const) {
  inCos(raises('MalformedXML', `strict signatures: ${what}`), async (speak) => {
    await speak.makeBucket()
    assertError(await ask(speak, 'PUT', body), 400, 'MalformedXML')
  })
}

inCos('a header that no rule can name is refused', async (speak) => {
  await speak.makeBucket()
  assertError(await ask(speak, 'PUT', rule({ headers: ['User-Agent'] })), 400, 'InvalidArgument', {
    ArgumentValue: 'User-Agent',
  })
})

inCos(raises('StrictSignatureMissing', 'a header or parameter that is there and not signed'), async (speak) => {
  await speak.makeBucket(speak.bucket, { 'x-cos-acl': 'public-read' })
  await speak.put('k')
  await ask(speak, 'PUT', rule({ actions: ['Get*'], headers: ['Range', 'x-cos-*'], params: ['all'] }))
  assert.equal((await getWith(speak, {}, {})).status, 200, 'nothing is there')
  assert.equal((await getWith(speak, { range: 'bytes=0-0' }, {})).status, 206, 'what is there is signed')
  for (const added of [{ range: 'bytes=0-0' }, { 'x-cos-traffic': '1' }]) {
    const heard = await getWith(speak, {}, added)
    assertError(heard, 403, 'AccessDenied')
    assert.equal(heard.error.message, 'Strict signature missing header that must be signed')
  }
  const heard = await getWith(speak, {}, {}, 'response-content-type=text/html')
  assert.equal(heard.error.message, 'Strict signature missing param that must be signed')
  const head = await speak.say({ method: 'HEAD', bucket: speak.bucket, key: 'k', headers: {} })
  assert.equal(head.status, 200, 'another action')
  const anonymous = {
    method: 'GET',
    bucket: speak.bucket,
    key: 'k',
    as: 'anonymous',
    headers: { range: 'bytes=0-0' },
  } as const
  assert.equal((await speak.say(anonymous)).status, 206, 'nobody signed anything')
})
