import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RequestSketch, wireRequest } from '../../../test/support/wire-request.js'
import { type ApiError, type Condition, isApiError } from '../../model/errors/index.js'
import type { AuthScheme, Claim } from '../../wire/authentication.js'
import { parseQuery } from '../../wire/query.js'
import { createS3Schemes, examineS3 } from './signature.js'

const ID = 'AKIAIOSFODNN7EXAMPLE'
const KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const HOST = 'examplebucket.s3.amazonaws.com'
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const NOW = Date.UTC(2013, 4, 24)
const DATE = '20130524T000000Z'

const schemes = createS3Schemes()

function presenting(sketch: RequestSketch): readonly AuthScheme[] {
  const request = wireRequest(sketch)
  return schemes.filter(({ presents }) => presents(request, parseQuery(request.rawQuery)))
}

function claimOf(
  sketch: RequestSketch,
  now = NOW,
  region = 'ap-guangzhou',
  regionAliases: readonly string[] = [],
): Claim {
  const request = wireRequest(sketch)
  const [scheme] = presenting(sketch)
  assert.ok(scheme, 'no scheme presents')
  return scheme.claim(request, { now, query: parseQuery(request.rawQuery), region, regionAliases })
}

function refusal(run: () => unknown, condition: Condition): ApiError {
  try {
    run()
  } catch (error) {
    assert.ok(isApiError(error, condition), `expected ${condition}: ${error}`)
    return error
  }
  return assert.fail(`expected ${condition}`)
}

function authorization(signedHeaders: string, signature: string, scope = '20130524/us-east-1/s3/aws4_request'): string {
  return `AWS4-HMAC-SHA256 Credential=${ID}/${scope},SignedHeaders=${signedHeaders},Signature=${signature}`
}

const GET_RANGE: RequestSketch = {
  method: 'GET',
  target: '/test.txt',
  host: HOST,
  headers: {
    Range: 'bytes=0-9',
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': DATE,
    Authorization: authorization(
      'host;range;x-amz-content-sha256;x-amz-date',
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ),
  },
}

const PUT_BODY_HASH = '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072'
const PUT_OBJECT: RequestSketch = {
  method: 'PUT',
  target: '/test%24file.text',
  host: HOST,
  headers: {
    Date: 'Fri, 24 May 2013 00:00:00 GMT',
    'x-amz-content-sha256': PUT_BODY_HASH,
    'x-amz-date': DATE,
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    Authorization: authorization(
      'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    ),
  },
}

function listed(target: string, signature: string): RequestSketch {
  const headers = {
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': DATE,
    Authorization: authorization('host;x-amz-content-sha256;x-amz-date', signature),
  }
  return { method: 'GET', target, host: HOST, headers }
}

const LIFECYCLE = listed('/?lifecycle', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543')
const LIST = listed('/?max-keys=2&prefix=J', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7')

const PRESIGNED: RequestSketch = {
  method: 'GET',
  target: `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${ID}%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=${DATE}&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404`,
  host: HOST,
}

const CHUNKED_HEADERS = {
  'x-amz-date': DATE,
  'x-amz-storage-class': 'REDUCED_REDUNDANCY',
  'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'Content-Encoding': 'aws-chunked',
  'x-amz-decoded-content-length': '66560',
  'Content-Length': '66824',
  Authorization: authorization(
    'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class',
    '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  ),
}
const CHUNKED: RequestSketch = {
  method: 'PUT',
  target: '/examplebucket/chunkObject.txt',
  host: 's3.amazonaws.com',
  headers: CHUNKED_HEADERS,
}

function withHeaders(sketch: RequestSketch, headers: Readonly<Record<string, string>>): RequestSketch {
  return { ...sketch, headers: { ...sketch.headers, ...headers } }
}

function without(sketch: RequestSketch, header: string): RequestSketch {
  const kept = Object.entries(sketch.headers ?? {}).filter(([name]) => name !== header)
  return { ...sketch, headers: Object.fromEntries(kept) }
}

test('an Authorization header that cannot be read is AuthorizationHeaderMalformed', () => {
  const right = GET_RANGE.headers?.['Authorization'] ?? ''
  const cases: readonly [string, RegExp][] = [
    ['AWS4-HMAC-SHA256', /three components/],
    ['AWS4-HMAC-SHA256 Credential=HAHAHA', /three components/],
    [right.replace(/,Signature=.*/, ''), /three components/],
    [right.replace(/Signature=.*/, 'Signature='), /three components/],
    [right.replace(/SignedHeaders=[^,]*,/, ''), /three components/],
    [right.replace('/20130524', ''), /Credential is mal-formed/],
    [right.replace(ID, ''), /non-empty Access Key/],
    [right.replace('20130524', '2013-5-24'), /incorrect date format/],
    [right.replace('/s3/', '/ec2/'), /incorrect service "ec2"/],
    [right.replace('aws4_request', 'aws5_request'), /incorrect terminal "aws5_request"/],
  ]
  for (const [value, message] of cases) {
    const error = refusal(
      () => claimOf(withHeaders(GET_RANGE, { Authorization: value })),
      'AuthorizationHeaderMalformed',
    )
    assert.match(error.message, message)
  }
})

test('a scope of another day is refused once the key is known', () => {
  const right = GET_RANGE.headers?.['Authorization'] ?? ''
  const claim = claimOf(withHeaders(GET_RANGE, { Authorization: right.replace('20130524', '20130523') }))
  const error = refusal(() => claim.verify(KEY), 'AuthorizationHeaderMalformed')
  assert.match(error.message, /not the same as X-Amz-Date/)
})

test('a wrong region names the right one, and comes before the service', () => {
  const value = authorization('host', 'x', '20130524/eu-north-9/ec2/aws4_request')
  const error = refusal(() => claimOf(withHeaders(GET_RANGE, { Authorization: value })), 'AuthorizationHeaderMalformed')
  assert.equal(error.details['Region'], 'ap-guangzhou')
  assert.match(error.message, /the region 'eu-north-9' is wrong; expecting 'ap-guangzhou'/)
  const url = { ...PRESIGNED, target: PRESIGNED.target.replace('us-east-1', 'eu-north-9') }
  assert.equal(refusal(() => claimOf(url), 'AuthorizationQueryParametersError').details['Region'], 'ap-guangzhou')
  assert.ok(claimOf(withHeaders(GET_RANGE, { Authorization: value.replace('ec2', 's3') }), NOW, 'x', ['eu-north-9']))
})

test('other algorithms are refused with their name', () => {
  const asymmetric = { Authorization: 'AWS4-ECDSA-P256-SHA256 Credential=a/20130524/s3/aws4_request' }
  refusal(() => claimOf(withHeaders(GET_RANGE, asymmetric)), 'UnsupportedSignature')
  const asymmetricUrl = { ...PRESIGNED, target: PRESIGNED.target.replace('HMAC', 'ECDSA-P256') }
  refusal(() => claimOf(asymmetricUrl), 'UnsupportedSignature')
})

test('an empty or foreign Authorization header is not meant for S3', () => {
  for (const value of ['', ' ', 'Bearer x', 'q-sign-algorithm=sha1', 'AWS', 'AWSx y', '\u0007']) {
    assert.deepEqual(presenting({ ...GET_RANGE, headers: { Authorization: value } }), [], value)
  }
})

test('a date that is missing, empty or none is refused as AccessDenied', () => {
  const dateless = without(GET_RANGE, 'x-amz-date')
  const cases = [
    dateless,
    ...[
      '',
      'Bad Date',
      '20130230T000000Z',
      '2013-05-24T00:00:00Z',
      'Fri, 24 May 1950 00:00:00 GMT',
      '19500524T000000Z',
    ].map((date) => withHeaders(GET_RANGE, { 'x-amz-date': date })),
    withHeaders(PUT_OBJECT, { 'x-amz-date': '' }),
  ]
  for (const sketch of cases) refusal(() => claimOf(sketch), 'SignatureDateInvalid')
  assert.ok(claimOf(withHeaders(dateless, { Date: 'Fri, 24 May 2013 00:00:00 GMT' })))
})

test('a date more than fifteen minutes off is refused before the signature is looked at', () => {
  const sketch = withHeaders(GET_RANGE, { Authorization: authorization('host', 'wrong') })
  for (const offset of [900_000, -900_000]) assert.ok(claimOf(sketch, NOW + offset))
  for (const offset of [900_001, -901_000]) {
    const error = refusal(() => claimOf(sketch, NOW + offset), 'RequestTimeTooSkewed')
    assert.equal(error.details['RequestTime'], DATE)
    assert.equal(error.details['MaxAllowedSkewMilliseconds'], 900_000)
    assert.match(`${error.details['ServerTime']}`, /^2013-05-2[34]T\d\d:\d\d:\d\dZ$/)
  }
})

test('a presigned URL with a parameter missing or out of its range is refused', () => {
  const names = ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature']
  for (const name of names) {
    const target = PRESIGNED.target.replace(new RegExp(`X-Amz-${name}=[^&]*&?`), '')
    refusal(() => claimOf({ ...PRESIGNED, target }), 'AuthorizationQueryParametersError')
  }
  const cases: readonly [string, string, RegExp][] = [
    ['86400', '0', /at least 1/],
    ['86400', '-1', /non-negative/],
    ['86400', '604801', /less than 604800/],
    ['86400', '1h', /should be a number/],
    ['HMAC-SHA256', 'HMAC-SHA1', /X-Amz-Algorithm only supports/],
    [`X-Amz-Date=${DATE}`, 'X-Amz-Date=yesterday', /ISO8601 Long Format/],
    [`${ID}%2F20130524%2Fus-east-1%2Fs3`, ID, /Credential is mal-formed/],
    ['aws4_request', 'aws5_request', /incorrect terminal/],
    ['%2Fs3%2F', '%2Fsts%2F', /incorrect service/],
  ]
  for (const [from, to, message] of cases) {
    const sketch = { ...PRESIGNED, target: PRESIGNED.target.replace(from, to) }
    assert.match(refusal(() => claimOf(sketch), 'AuthorizationQueryParametersError').message, message)
  }
})

test('a presigned URL ends when it says, whatever its signature', () => {
  const sketch = { ...PRESIGNED, target: PRESIGNED.target.replace('Signature=ae', 'Signature=00') }
  assert.ok(claimOf(sketch, NOW + 86_400_000))
  const error = refusal(() => claimOf(sketch, NOW + 86_401_000), 'RequestExpired')
  assert.equal(error.message, 'Request has expired')
  assert.deepEqual(error.details, {
    Expires: '2013-05-25T00:00:00Z',
    ServerTime: '2013-05-25T00:00:01Z',
    'X-Amz-Expires': 86_400,
  })
  refusal(() => claimOf(sketch, NOW - 901_000), 'RequestTimeTooSkewed')
})

test('x-amz-content-sha256 must be there and be one of the words or a hash', () => {
  const missing = refusal(() => claimOf(without(GET_RANGE, 'x-amz-content-sha256')).verify(KEY), 'InvalidRequest')
  assert.equal(missing.message, 'Missing required header for this request: x-amz-content-sha256')
  const wrong = withHeaders(GET_RANGE, { 'x-amz-content-sha256': 'whatever' })
  assert.equal(refusal(() => claimOf(wrong).verify(KEY), 'InvalidArgument').details['ArgumentValue'], 'whatever')
  const asymmetric = withHeaders(GET_RANGE, { 'x-amz-content-sha256': 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD' })
  refusal(() => claimOf(asymmetric).verify(KEY), 'UnsupportedSignature')
})

test('x-amz-* headers outside the signature are refused, in the header scheme and in a presigned URL', () => {
  for (const sketch of [GET_RANGE, PRESIGNED]) {
    const extended = withHeaders(sketch, { 'x-amz-acl': 'public-read', 'x-amz-meta-a': '1', 'x-other': '1' })
    const error = refusal(() => claimOf(extended).verify(KEY), 'HeadersNotSigned')
    assert.equal(error.details['HeadersNotSigned'], 'x-amz-acl, x-amz-meta-a')
  }
})

test('the vectors of the AWS documentation verify, in any region that tools take for granted', () => {
  const cases: readonly [RequestSketch, unknown][] = [
    [GET_RANGE, { kind: 'sha256', hex: EMPTY }],
    [PUT_OBJECT, { kind: 'sha256', hex: PUT_BODY_HASH }],
    [LIFECYCLE, { kind: 'sha256', hex: EMPTY }],
    [LIST, { kind: 'sha256', hex: EMPTY }],
    [PRESIGNED, { kind: 'unsigned' }],
  ]
  for (const [sketch, contract] of cases) {
    const claim = claimOf(sketch)
    assert.equal(claim.accessKeyId, ID)
    assert.deepEqual(claim.verify(KEY), contract)
    refusal(() => claimOf(sketch).verify(`${KEY}x`), 'SignatureDoesNotMatch')
    refusal(() => claimOf({ ...sketch, method: 'POST' }).verify(KEY), 'SignatureDoesNotMatch')
  }
})

test('a chunked upload gives a contract that carries on where the seed signature ends', () => {
  const contract = claimOf(CHUNKED).verify(KEY)
  assert.ok(contract.kind === 'aws-chunked')
  assert.equal(contract.decodedSizeBytes, 66_560)
  assert.equal(contract.trailer, false)
  assert.equal(contract.signing?.timestamp, DATE)
  assert.equal(contract.signing.scope, '20130524/us-east-1/s3/aws4_request')
  assert.equal(contract.signing.seedSignature, '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9')
})

test('a host with or without its default port is the same host', () => {
  for (const port of [':80', ':443']) assert.ok(claimOf({ ...GET_RANGE, host: HOST + port }).verify(KEY))
  refusal(() => claimOf({ ...GET_RANGE, host: `${HOST}:9000` }).verify(KEY), 'SignatureDoesNotMatch')
})

test('a signature that differs carries the forms of the documentation and never a secret or the right signature', () => {
  const value = GET_RANGE.headers?.['Authorization']?.replace(/.$/, '2') ?? ''
  const error = refusal(
    () => claimOf(withHeaders(GET_RANGE, { Authorization: value })).verify(KEY),
    'SignatureDoesNotMatch',
  )
  const canonical = `GET\n/test.txt\n\nhost:${HOST}\nrange:bytes=0-9\nx-amz-content-sha256:${EMPTY}\nx-amz-date:${DATE}\n\nhost;range;x-amz-content-sha256;x-amz-date\n${EMPTY}`
  assert.equal(error.details['CanonicalRequest'], canonical)
  assert.equal(error.details['AWSAccessKeyId'], ID)
  assert.equal(
    error.details['StringToSign'],
    `AWS4-HMAC-SHA256\n${DATE}\n20130524/us-east-1/s3/aws4_request\n7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972`,
  )
  assert.match(`${error.details['CanonicalRequestBytes']}`, /^47 45 54 0a 2f 74/)
  const everything = JSON.stringify([error.details, error.options, error.message])
  assert.ok(!everything.includes(KEY))
  assert.ok(!everything.includes('f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41'))
})

test('an examination shows the holder of the key what a claim would keep to itself', () => {
  const request = wireRequest(GET_RANGE)
  const facts = { now: NOW + 1e9, query: [], region: 'us-east-1', regionAliases: [] }
  const right = examineS3(request, facts, KEY)
  assert.equal(right?.matches, true)
  assert.equal(right?.signatureComputed, 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41')
  assert.equal(examineS3(request, facts, 'other')?.matches, false)
})
