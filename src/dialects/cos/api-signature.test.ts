import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wireRequest } from '../../../test/support/wire-request.js'
import type { QueryCall } from '../../wire/query-call.js'
import { apiTc3, apiV1, tc3CanonicalRequest, tc3Signature, v1Signature, v1Text } from './api-signature.js'

/** cos-auth-and-bucket.md 2.6 and 2.8. */
const ID = 'AKIDEXAMPLEexampleEXAMPLEexample0001'
const SECRET = 'exampleSecretKEYexampleSecretKEY'
const NOW = 1_700_000_000_000
const HOST = 'sts.tencentcloudapi.com'
const POLICY =
  '%7B%22version%22%3A%222.0%22%2C%22statement%22%3A%5B%7B%22action%22%3A%5B%22name%2Fcos%3APutObject%22%5D%2C%22effect%22%3A%22allow%22%2C%22resource%22%3A%5B%22qcs%3A%3Acos%3Aap-beijing%3Auid%2F1250000000%3Aexamplebucket-1250000000%2Fup%2F*%22%5D%7D%5D%7D'

const V1_PARAMETERS = {
  Action: 'GetFederationToken',
  DurationSeconds: '1800',
  Name: 'cos-sts-nodejs',
  Nonce: '12345',
  Policy: POLICY,
  Region: 'ap-beijing',
  SecretId: ID,
  Timestamp: '1700000000',
  Version: '2018-08-13',
}

function v1Call(change: Readonly<Record<string, string>> = {}): QueryCall {
  const request = wireRequest({ method: 'POST', target: '/', host: HOST })
  const parameters = new Map(Object.entries({ ...V1_PARAMETERS, Signature: 'rYJTc1bYFiKT0uy//4I/sb3NccM=', ...change }))
  return { request, query: [], body: new Uint8Array(0), parameters }
}

const facts = { now: NOW, query: [], region: 'ap-guangzhou', regionAliases: [] }

test('version 1: the vector of the specification', () => {
  const text = v1Text(v1Call(), HOST)
  assert.ok(text.startsWith(`POST${HOST}/?Action=GetFederationToken&DurationSeconds=1800&Name=cos-sts-nodejs`), text)
  assert.equal(v1Signature('sha1', SECRET, text), 'rYJTc1bYFiKT0uy//4I/sb3NccM=')
  const claim = apiV1.claim(v1Call(), facts)
  assert.equal(claim.accessKeyId, ID)
  claim.verify(SECRET)
})

for (const [what, change] of [
  ['another action', { Action: 'AssumeRole' }],
  ['another policy', { Policy: '%7B%7D' }],
  ['another signature', { Signature: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' }],
  ['one parameter more', { Token: 'x' }],
] as const) {
  test(`version 1: ${what} is not what was signed`, () => {
    assert.throws(() => apiV1.claim(v1Call(change), facts).verify(SECRET), { condition: 'SignatureDoesNotMatch' })
  })
}

test('version 1: SHA-256 where SignatureMethod says so, and only there', () => {
  const call = v1Call({ SignatureMethod: 'HmacSHA256' })
  const Signature = v1Signature('sha256', SECRET, v1Text(call, HOST))
  apiV1.claim(v1Call({ SignatureMethod: 'HmacSHA256', Signature }), facts).verify(SECRET)
  assert.throws(() => apiV1.claim(v1Call({ SignatureMethod: 'HmacMD5' }), facts), { condition: 'ValidationError' })
})

for (const [what, change, condition] of [
  ['no key id', { SecretId: '' }, 'ActionParameterMissing'],
  ['no nonce', { Nonce: '' }, 'ActionParameterMissing'],
  ['no time', { Timestamp: '' }, 'ActionParameterMissing'],
  ['a time that is none', { Timestamp: 'today' }, 'ValidationError'],
  ['a time six minutes ago', { Timestamp: String(NOW / 1000 - 360) }, 'RequestTimeTooSkewed'],
  ['a time six minutes ahead', { Timestamp: String(NOW / 1000 + 360) }, 'RequestTimeTooSkewed'],
] as const) {
  test(`version 1: ${what} is refused`, () => {
    assert.throws(() => apiV1.claim(v1Call(change), facts), { condition })
  })
}

const BODY = Buffer.from(`{"Name":"tester","Policy":"${POLICY}","DurationSeconds":1800}`)
const SIGNATURE = 'cf139448b9fd123990d2f73a3e6ae53e09dc4cbb27018871210cf571e5b52cb2'

function tc3Call(change: Readonly<Record<string, string>> = {}): QueryCall {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'x-tc-action': 'GetFederationToken',
    'x-tc-version': '2018-08-13',
    'x-tc-timestamp': '1700000000',
    authorization: `TC3-HMAC-SHA256 Credential=${ID}/2023-11-14/sts/tc3_request, SignedHeaders=content-type;host, Signature=${SIGNATURE}`,
    ...change,
  }
  return {
    request: wireRequest({ method: 'POST', target: '/', host: HOST, headers }),
    query: [],
    body: BODY,
    parameters: new Map(),
  }
}

test('TC3: the vector of the specification', () => {
  const canonical = tc3CanonicalRequest(tc3Call(), ['content-type', 'host'], HOST)
  assert.equal(tc3Signature(SECRET, '1700000000', '2023-11-14', canonical), SIGNATURE)
  const claim = apiTc3.claim(tc3Call(), facts)
  assert.equal(claim.accessKeyId, ID)
  claim.verify(SECRET)
})

test('TC3: another body or another content type is not what was signed', () => {
  for (const call of [{ ...tc3Call(), body: Buffer.from('{}') }, tc3Call({ 'content-type': 'application/json' })]) {
    assert.throws(() => apiTc3.claim(call, facts).verify(SECRET), { condition: 'SignatureDoesNotMatch' })
  }
})

for (const [what, change, condition] of [
  ['no signature', { authorization: 'TC3-HMAC-SHA256 Credential=a' }, 'AuthorizationHeaderMalformed'],
  [
    'another service',
    { authorization: tc3Call().request.headers.get('authorization')?.replace('/sts/', '/cvm/') ?? '' },
    'AuthorizationHeaderMalformed',
  ],
  [
    'another day',
    { authorization: tc3Call().request.headers.get('authorization')?.replace('-14/', '-15/') ?? '' },
    'AuthorizationHeaderMalformed',
  ],
  [
    'a host that is not covered',
    { authorization: tc3Call().request.headers.get('authorization')?.replace(';host', '') ?? '' },
    'AuthorizationHeaderMalformed',
  ],
  ['no time', { 'x-tc-timestamp': '' }, 'ActionParameterMissing'],
  ['an old time', { 'x-tc-timestamp': '1699990000' }, 'RequestTimeTooSkewed'],
] as const) {
  test(`TC3: ${what} is refused`, () => {
    assert.throws(() => apiTc3.claim(tc3Call(change), facts), { condition })
  })
}
