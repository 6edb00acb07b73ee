import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isApiError } from '../../model/errors/index.js'
import type { AuthFacts } from '../../wire/authentication.js'
import { checkPolicy, parsePolicy } from '../../wire/form-policy.js'
import type { WireRequest } from '../../wire/request.js'
import { formSignature, s3Form } from './form-signature.js'

/** Amazon's published example ("POST: uploading a file, signature version 4"), to the last byte. */
const POLICY = `{ "expiration": "2015-12-30T12:00:00.000Z",
  "conditions": [
    {"bucket": "sigv4examplebucket"},
    ["starts-with", "$key", "user/user1/"],
    {"acl": "public-read"},
    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},
    ["starts-with", "$Content-Type", "image/"],
    {"x-amz-meta-uuid": "14365123651274"},
    {"x-amz-server-side-encryption": "AES256"},
    ["starts-with", "$x-amz-meta-tag", ""],

    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},
    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
    {"x-amz-date": "20151229T000000Z" }
  ]
}`
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const SIGNATURE = '8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e'
const SCOPE = { date: '20151229', region: 'us-east-1', service: 's3' }
const ENCODED = Buffer.from(POLICY.replaceAll('\n', '\r\n')).toString('base64')
const NOW = Date.UTC(2015, 11, 29, 1)
const FACTS: AuthFacts = { now: NOW, query: [], region: 'us-east-1', regionAliases: ['eu-west-1'] }

const FIELDS: ReadonlyMap<string, string> = new Map([
  ['key', 'user/user1/photo.png'],
  ['acl', 'public-read'],
  ['success_action_redirect', 'http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html'],
  ['content-type', 'image/jpeg'],
  ['x-amz-meta-uuid', '14365123651274'],
  ['x-amz-server-side-encryption', 'AES256'],
  ['x-amz-credential', 'AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request'],
  ['x-amz-algorithm', 'AWS4-HMAC-SHA256'],
  ['x-amz-date', '20151229T000000Z'],
  ['x-amz-meta-tag', 'some,tag,for,file'],
  ['policy', ENCODED],
  ['x-amz-signature', SIGNATURE],
])

async function* noBytes() {}

const REQUEST: WireRequest = {
  method: 'POST',
  rawPath: '/',
  rawQuery: '',
  host: 'sigv4examplebucket.s3.amazonaws.com',
  headers: new Map(),
  secure: false,
  remoteAddress: '127.0.0.1',
  receivedAt: 0,
  body: { sizeBytes: 0, chunked: false, bytes: noBytes },
}

const claimOf = (fields: ReadonlyMap<string, string>) => s3Form.schemes[0].claim(REQUEST, fields, FACTS)

test('the published example: its signature holds, and its form meets its policy', () => {
  const credential = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', scope: SCOPE, terminal: 'aws4_request' }
  assert.equal(formSignature(ENCODED, credential, SECRET), SIGNATURE)
  assert.equal(claimOf(FIELDS).accessKeyId, 'AKIAIOSFODNN7EXAMPLE')
  claimOf(FIELDS).verify(SECRET)
  const policy = parsePolicy(ENCODED, s3Form.rules)
  checkPolicy(policy, { fields: FIELDS, bucketName: 'sigv4examplebucket', now: NOW }, s3Form.rules)
})

test('the published example with one thing changed is refused', () => {
  const changes: readonly (readonly [string, string])[] = [
    ['policy', ENCODED.replace('e', 'f')],
    ['x-amz-signature', SIGNATURE.replace('8', '9')],
    ['x-amz-signature', SIGNATURE.toUpperCase()],
    ['x-amz-signature', SIGNATURE.slice(1)],
  ]
  for (const change of changes) {
    assert.throws(
      () => claimOf(new Map([...FIELDS, change])).verify(SECRET),
      (error) => isApiError(error, 'SignatureDoesNotMatch'),
    )
  }
})

const MISTAKES: readonly (readonly [reason: RegExp, text: string, secret: string, region: string])[] = [
  [/The policy itself was signed/, POLICY.replaceAll('\n', '\r\n'), SECRET, 'us-east-1'],
  [/other line breaks/, `${ENCODED}\n`, SECRET, 'us-east-1'],
  [/region "eu-west-1"/, ENCODED, SECRET, 'eu-west-1'],
  [/with a line break at its end/, ENCODED, `${SECRET}\n`, 'us-east-1'],
  [/another policy/, `${ENCODED}x`, SECRET, 'us-east-1'],
]

for (const [reason, text, secret, region] of MISTAKES) {
  test(`a diagnosis says: ${reason.source}`, () => {
    const credential = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', scope: { ...SCOPE, region }, terminal: 'aws4_request' }
    const signature = formSignature(text, credential, secret)
    assert.throws(
      () => claimOf(new Map([...FIELDS, ['x-amz-signature', signature]])).verify(SECRET),
      (error) => isApiError(error) && reason.test(error.options.diagnosis ?? ''),
    )
  })
}
