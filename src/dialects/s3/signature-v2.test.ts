import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wireRequest } from '../../../test/support/wire-request.js'
import { isApiError } from '../../model/errors/index.js'
import type { AuthFacts } from '../../wire/authentication.js'
import { parseQuery } from '../../wire/query.js'
import { examineS3V2, s3V2Schemes, v2Signature } from './signature-v2.js'

/** The pair and the requests of Amazon's "Signing and authenticating REST requests". */
const ID = 'AKIAIOSFODNN7EXAMPLE'
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'

interface Vector {
  readonly what: string
  readonly method: string
  readonly target: string
  readonly host: string
  readonly bucket: string | undefined
  readonly pathStyle: boolean
  readonly headers: Readonly<Record<string, string>>
  readonly signature: string
}

const BUCKET_HOST = {
  host: 'awsexamplebucket1.us-west-1.s3.amazonaws.com',
  bucket: 'awsexamplebucket1',
  pathStyle: false,
}

const VECTORS: readonly Vector[] = [
  {
    what: 'object GET',
    ...BUCKET_HOST,
    method: 'GET',
    target: '/photos/puppy.jpg',
    headers: { date: 'Tue, 27 Mar 2007 19:36:42 +0000' },
    signature: 'qgk2+6Sv9/oM7G3qLEjTH1a1l1g=',
  },
  {
    what: 'object PUT',
    ...BUCKET_HOST,
    method: 'PUT',
    target: '/photos/puppy.jpg',
    headers: { date: 'Tue, 27 Mar 2007 21:15:45 +0000', 'content-type': 'image/jpeg', 'content-length': '94328' },
    signature: 'iqRzw+ileNPu1fhspnRs8nOjjIA=',
  },
  {
    what: 'list',
    ...BUCKET_HOST,
    method: 'GET',
    target: '/?prefix=photos&max-keys=50&marker=puppy',
    headers: { date: 'Tue, 27 Mar 2007 19:42:41 +0000', 'user-agent': 'Mozilla/5.0' },
    signature: 'm0WP8eCtspQl5Ahe6L1SozdX9YA=',
  },
  {
    what: 'a sub-resource',
    ...BUCKET_HOST,
    method: 'GET',
    target: '/?acl',
    headers: { date: 'Tue, 27 Mar 2007 19:44:46 +0000' },
    signature: '82ZHiFIjc+WbcwFKGUVEQspPn+0=',
  },
]

function factsOf({ target, bucket, pathStyle, headers }: Vector): AuthFacts {
  const query = parseQuery(target.includes('?') ? target.slice(target.indexOf('?') + 1) : '')
  const now = Date.parse(headers['date'] ?? '') + 1_000
  return {
    now,
    query,
    region: 'us-west-1',
    regionAliases: [],
    signatureV2: true,
    address: { bucketName: bucket, pathStyle },
  }
}

function claimOf(vector: Vector, change: Readonly<Record<string, string>> = {}) {
  const headers = { ...vector.headers, authorization: `AWS ${ID}:${vector.signature}`, ...change }
  const request = wireRequest({ ...vector, headers })
  const facts = factsOf(vector)
  const scheme = s3V2Schemes.find(({ presents }) => presents(request, facts.query))
  assert.ok(scheme)
  return { request, facts, claim: () => scheme.claim(request, facts) }
}

for (const vector of VECTORS) {
  test(`the vector of Amazon's documentation: ${vector.what}`, () => {
    const { claim, request, facts } = claimOf(vector)
    assert.deepEqual(claim().verify(SECRET), { kind: 'unsigned' })
    assert.equal(examineS3V2(request, facts, SECRET)?.matches, true)
  })

  test(`${vector.what}: anything else is not what was signed`, () => {
    for (const change of [{ 'content-md5': 'x' }, { 'x-amz-acl': 'private' }, { 'content-type': 'text/plain' }]) {
      const { claim } = claimOf(vector, change)
      assert.throws(() => claim().verify(SECRET), { condition: 'SignatureDoesNotMatch' })
    }
  })
}

const [GET] = VECTORS
assert.ok(GET)

function diagnosisOf(sign: (request: { readonly text: (change: object) => string }) => string, headers = {}): string {
  assert.ok(GET)
  const parts = {
    method: 'GET',
    md5: '',
    type: '',
    date: GET.headers['date'] ?? '',
    headers: '',
    resource: '/awsexamplebucket1/photos/puppy.jpg',
  }
  const text = (change: object) => {
    const { method, md5, type, date, headers: lines, resource } = { ...parts, ...change }
    return `${method}\n${md5}\n${type}\n${date}\n${lines}${resource}`
  }
  const { claim } = claimOf({ ...GET, headers: { ...GET.headers, ...headers }, signature: sign({ text }) })
  try {
    claim().verify(SECRET)
  } catch (error) {
    assert.ok(isApiError(error, 'SignatureDoesNotMatch'), String(error))
    return error.options.diagnosis ?? ''
  }
  return assert.fail('it matches')
}

const MISTAKES: readonly (readonly [what: string, diagnosis: string, headers: object, says: RegExp])[] = [
  [
    'the bucket left out',
    diagnosisOf(({ text }) => v2Signature(SECRET, text({ resource: '/photos/puppy.jpg' }))),
    {},
    /without the bucket/,
  ],
  ['another method', diagnosisOf(({ text }) => v2Signature(SECRET, text({ method: 'PUT' }))), {}, /signed as PUT/],
  [
    'Content-Type left out',
    diagnosisOf(({ text }) => v2Signature(SECRET, text({})), { 'content-type': 'a/b' }),
    {},
    /Content-Type was left out/,
  ],
  [
    'the x-amz-* headers left out',
    diagnosisOf(({ text }) => v2Signature(SECRET, text({})), { 'x-amz-acl': 'private' }),
    {},
    /x-amz-\* headers were left out/,
  ],
  ['a secret with a line break', diagnosisOf(({ text }) => v2Signature(`${SECRET}\n`, text({}))), {}, /secret/i],
]

for (const [what, diagnosis, , says] of MISTAKES) {
  test(`the diagnosis names ${what}`, () => assert.match(diagnosis, says))
}

test('the date of an x-amz-date stands in its header, and not in the line of the date', () => {
  assert.ok(GET)
  const date = GET.headers['date'] ?? ''
  const text = `GET\n\n\n\nx-amz-date:${date}\n/awsexamplebucket1/photos/puppy.jpg`
  const { claim } = claimOf({ ...GET, signature: v2Signature(SECRET, text) }, { 'x-amz-date': date })
  claim().verify(SECRET)
})

for (const [what, authorization, condition] of [
  ['no signature', `AWS ${ID}`, 'InvalidArgument'],
  ['an empty signature', `AWS ${ID}:`, 'InvalidArgument'],
  ['no key id', 'AWS :c2ln', 'InvalidArgument'],
] as const) {
  test(`${what} is refused`, () => {
    assert.ok(GET)
    assert.throws(() => claimOf(GET, { authorization }).claim(), { condition })
  })
}

test('without a date, and with one an hour old, the time is what is refused', () => {
  assert.ok(GET)
  assert.throws(() => claimOf(GET, { date: '' }).claim(), { condition: 'SignatureDateInvalid' })
  assert.throws(() => claimOf(GET, { date: 'Tue, 27 Mar 2007 17:36:42 +0000' }).claim(), {
    condition: 'RequestTimeTooSkewed',
  })
})

function presigned(parameters: Readonly<Record<string, string>>) {
  const now = 1_175_139_620_000
  const query = Object.entries(parameters).map(([name, value]) => ({ name, value }))
  const request = wireRequest({ method: 'GET', target: '/photos/puppy.jpg', host: 'johnsmith.s3.amazonaws.com' })
  const facts = {
    now,
    query,
    region: 'r',
    regionAliases: [],
    signatureV2: true,
    address: { bucketName: 'johnsmith', pathStyle: false },
  }
  const scheme = s3V2Schemes.find(({ presents }) => presents(request, query))
  assert.ok(scheme)
  return scheme.claim(request, facts)
}

test('a presigned URL: signed over its end, served until then, and refused afterwards', () => {
  const sign = (expires: string) => v2Signature(SECRET, `GET\n\n\n${expires}\n/johnsmith/photos/puppy.jpg`)
  const url = (Expires: string) => ({ AWSAccessKeyId: ID, Expires, Signature: sign(Expires) })
  presigned(url('1175139620')).verify(SECRET)
  assert.throws(() => presigned(url('1175139619')), { condition: 'RequestExpired' })
  assert.throws(() => presigned({ ...url('1175139620'), Expires: 'soon' }), { condition: 'SignatureDateInvalid' })
  assert.throws(() => presigned({ AWSAccessKeyId: ID, Expires: '1175139620' }), { condition: 'InvalidArgument' })
  assert.throws(() => presigned({ ...url('1175139620'), Expires: '1175139999' }).verify(SECRET), {
    condition: 'SignatureDoesNotMatch',
  })
})

test('where it is off it is refused by name, whatever it says', () => {
  assert.ok(GET)
  const { request, facts } = claimOf(GET)
  for (const { claim, presents } of s3V2Schemes) {
    if (presents(request, facts.query)) {
      assert.throws(() => claim(request, { ...facts, signatureV2: false }), { condition: 'SignatureVersion4Required' })
    }
  }
})
