import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isApiError } from '../../model/errors/index.js'
import type { AuthFacts } from '../../wire/authentication.js'
import type { WireRequest } from '../../wire/request.js'
import { cosForm, formSignature, formStringToSign } from './form-signature.js'

/** cos-object.md 6.2 and cos-auth-and-bucket.md 2.7, to the last byte. */
const VECTORS = [
  {
    policy:
      '{"expiration":"2023-11-14T23:13:20.000Z","conditions":[{"bucket":"examplebucket-1250000000"},["starts-with","$key","folder/"],["content-length-range",1,1048576],{"q-sign-algorithm":"sha1"},{"q-ak":"AKIDEXAMPLE"},{"q-sign-time":"1700000000;1700003600"}]}',
    field:
      'eyJleHBpcmF0aW9uIjoiMjAyMy0xMS0xNFQyMzoxMzoyMC4wMDBaIiwiY29uZGl0aW9ucyI6W3siYnVja2V0IjoiZXhhbXBsZWJ1Y2tldC0xMjUwMDAwMDAwIn0sWyJzdGFydHMtd2l0aCIsIiRrZXkiLCJmb2xkZXIvIl0sWyJjb250ZW50LWxlbmd0aC1yYW5nZSIsMSwxMDQ4NTc2XSx7InEtc2lnbi1hbGdvcml0aG0iOiJzaGExIn0seyJxLWFrIjoiQUtJREVYQU1QTEUifSx7InEtc2lnbi10aW1lIjoiMTcwMDAwMDAwMDsxNzAwMDAzNjAwIn1dfQ==',
    id: 'AKIDEXAMPLE',
    secret: 'example-secret-key',
    stringToSign: 'd7ba9fb2fc3e6b630549bd67201791d95a211d3d',
    signature: 'f9777991281faed2522e7c136a76aa3b52a2dbf7',
  },
  {
    policy:
      '{"expiration":"2023-11-14T23:13:20.000Z","conditions":[{"bucket":"examplebucket-1250000000"},["starts-with","$key","up/"],{"q-sign-algorithm":"sha1"},{"q-ak":"AKIDEXAMPLEexampleEXAMPLEexample0001"},{"q-sign-time":"1700000000;1700003600"}]}',
    field: undefined,
    id: 'AKIDEXAMPLEexampleEXAMPLEexample0001',
    secret: 'exampleSecretKEYexampleSecretKEY',
    stringToSign: 'ff4a80f27a04fd20b82602a64f18de07513fe71a',
    signature: '8c47133c60ccf9753845726ade7ad0c70204fb7d',
  },
]
const KEY_TIME = '1700000000;1700003600'
const FACTS: AuthFacts = { now: 1_700_000_100_000, query: [], region: 'ap-guangzhou', regionAliases: [] }

async function* noBytes() {}

const REQUEST: WireRequest = {
  method: 'POST',
  rawPath: '/',
  rawQuery: '',
  host: 'examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com',
  headers: new Map(),
  secure: false,
  remoteAddress: '127.0.0.1',
  receivedAt: 0,
  body: { sizeBytes: 0, chunked: false, bytes: noBytes },
}

for (const { policy, field, id, secret, stringToSign, signature } of VECTORS) {
  const encoded = Buffer.from(policy).toString('base64')
  const fields = new Map([
    ['policy', encoded],
    ['q-sign-algorithm', 'sha1'],
    ['q-ak', id],
    ['q-key-time', KEY_TIME],
    ['q-signature', signature],
  ])
  const claim = (changed: readonly (readonly [string, string])[] = [], now = FACTS.now) => {
    const changedFields = new Map([...fields, ...changed])
    const scheme = cosForm.schemes.find((candidate) => candidate.presents(changedFields))
    return scheme?.claim(REQUEST, changedFields, { ...FACTS, now }) ?? assert.fail('no scheme presents')
  }

  test(`the vector of ${id}: policy, string to sign and signature`, () => {
    if (field !== undefined) assert.equal(encoded, field)
    assert.equal(formStringToSign(encoded), stringToSign)
    assert.equal(formSignature(stringToSign, KEY_TIME, secret), signature)
    assert.equal(claim().accessKeyId, id)
    claim().verify(secret)
    claim().checkTimes()
  })

  test(`the vector of ${id} with one character changed is refused`, () => {
    const changes: readonly (readonly [string, string])[] = [
      ['policy', encoded.replace('e', 'f')],
      ['q-key-time', '1700000000;1700003601'],
      ['q-signature', signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))],
      ['q-signature', signature.toUpperCase()],
      ['q-signature', signature.slice(1)],
    ]
    for (const change of changes) {
      assert.throws(
        () => claim([change]).verify(secret),
        (error) => isApiError(error, 'SignatureDoesNotMatch'),
      )
    }
    assert.throws(
      () => claim().verify(`${secret}x`),
      (error) => isApiError(error, 'SignatureDoesNotMatch'),
    )
  })

  test(`the vector of ${id} has its time`, () => {
    assert.throws(
      () => claim([], 1_700_003_601_000).checkTimes(),
      (error) => isApiError(error, 'RequestExpired'),
    )
    assert.throws(
      () => claim([], 1_699_990_000_000).checkTimes(),
      (error) => isApiError(error, 'RequestTimeTooSkewed'),
    )
  })
}

const MISTAKES: readonly (readonly [reason: RegExp, signed: string])[] = [
  [/Base64 of the policy was signed/, 'base64'],
  [/The policy itself was signed/, 'document'],
  [/signed as a request is/, 'framed'],
]

for (const [reason, what] of MISTAKES) {
  test(`a diagnosis says: ${reason.source}`, () => {
    const encoded = Buffer.from('{"a":1}').toString('base64')
    const digest = formStringToSign(encoded)
    const text = {
      base64: formStringToSign(Buffer.from(encoded).toString('base64')),
      document: '{"a":1}',
      framed: `sha1\n${KEY_TIME}\n${digest}\n`,
    }[what]
    const fields = new Map([
      ['policy', encoded],
      ['q-sign-algorithm', 'sha1'],
      ['q-ak', 'AKID'],
      ['q-key-time', KEY_TIME],
      ['q-signature', formSignature(text ?? '', KEY_TIME, 'secret')],
    ])
    assert.throws(
      () => cosForm.schemes[0].claim(REQUEST, fields, FACTS).verify('secret'),
      (error) => isApiError(error) && reason.test(error.options.diagnosis ?? ''),
    )
  })
}
