import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ExplainRequestOptions, explainRequest } from './explain-request.js'

const COS_ID = 'AKIDEXAMPLEexampleEXAMPLEexample0001'
const COS: ExplainRequestOptions = { accessKeyId: COS_ID, secretKey: 'exampleSecretKEYexampleSecretKEY' }
const BUCKET = 'examplebucket-1250000000.cos.ap-beijing.myqcloud.com'
const COS_REQUEST = [
  'PUT /?acl HTTP/1.1',
  `Host: ${BUCKET}`,
  'x-cos-grant-read: id="100000000001",id="100000000002"',
  `Authorization: q-sign-algorithm=sha1&q-ak=${COS_ID}&q-sign-time=1700000000;1700003600&q-key-time=1700000000;1700003600&q-header-list=host;x-cos-grant-read&q-url-param-list=acl&q-signature=307e67b98036a728b273552eaa681e0eec243dab`,
  '',
  '',
].join('\r\n')

const S3_ID = 'AKIAIOSFODNN7EXAMPLE'
const S3: ExplainRequestOptions = { accessKeyId: S3_ID, secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const S3_REQUEST = [
  '> GET /test.txt HTTP/1.1',
  '> Host: examplebucket.s3.amazonaws.com',
  '> Range: bytes=0-9',
  `> x-amz-content-sha256: ${EMPTY}`,
  '> x-amz-date: 20130524T000000Z',
  `> Authorization: AWS4-HMAC-SHA256 Credential=${S3_ID}/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41`,
  '>',
].join('\n')

test('what is no request, or not signed, or not readable, is said to be so', () => {
  assert.match(explainRequest('', COS), /does not begin with a request line/)
  assert.match(explainRequest('hello\nworld', COS), /does not begin with a request line/)
  assert.match(explainRequest('GET / HTTP/1.1\nHost: a\n\n', COS), /carries no signature/)
  assert.match(
    explainRequest('GET /%zz HTTP/1.1\nHost: a\nAuthorization: q-ak=a\n\n', COS),
    /InvalidSecurity: .*lacks q-sign/,
  )
  assert.match(explainRequest('GET / HTTP/1.1\nAuthorization: AWS a:b\n\n', S3), /SignatureDateInvalid/)
  const dated = 'GET / HTTP/1.1\nHost: b.localhost\nDate: Tue, 27 Mar 2007 19:36:42 +0000\nAuthorization: AWS a:b\n\n'
  const now = Date.UTC(2007, 2, 27, 19, 36, 42)
  assert.match(explainRequest(dated, { ...S3, now }), /s3-v2-header[\s\S]*\| \/b\/\n[\s\S]*does not match/)
  assert.match(explainRequest(COS_REQUEST.replace('/?acl', '/%zz?acl'), COS), /InvalidURI/)
})

test('a COS request that matches is shown form by form', () => {
  const text = explainRequest(COS_REQUEST, COS)
  assert.match(text, /cos-header, key id AKIDEXAMPLE/)
  assert.ok(text.includes(`HttpString\n  | put\n  | /\n  | acl=\n  | host=${BUCKET}&x-cos-grant-read=id%3D`), text)
  assert.match(text, /StringToSign\n {2}\| sha1\n {2}\| 1700000000;1700003600\n {2}\| 8eb0db26/)
  assert.match(text, /the signature matches/)
  assert.ok(!text.includes('Diagnosis') && !text.includes('differs') && !text.includes(COS.secretKey))
})

test('a COS request that differs shows the cause and the first line that differs', () => {
  const text = explainRequest(COS_REQUEST.replace('PUT', 'GET'), COS)
  assert.match(text, /the signature does not match/)
  assert.match(text, /Diagnosis {2}The signature was made for the method PUT/)
  assert.match(
    text,
    /differs from what the client signed: HttpString, line 1\n {2}- server {2}get\n {2}\+ client {2}put/,
  )
})

test('an S3 request recorded by curl -v is read, and shown form by form', () => {
  const text = explainRequest(S3_REQUEST, S3)
  assert.match(text, /s3-v4-header, key id AKIAIOSFODNN7EXAMPLE/)
  assert.match(text, /CanonicalRequest\n {2}\| GET\n {2}\| \/test.txt\n {2}\| \n {2}\| host:examplebucket/)
  assert.match(text, /the signature matches/)
})

test('a canonical form out of the log of the client is compared line by line', () => {
  const clientCanonical = 'GET\r\n/test.txt\r\n\r\nhost:examplebucket.s3.amazonaws.com:443\r\n'
  const text = explainRequest(S3_REQUEST, { ...S3, secretKey: 'wrong', clientCanonical })
  assert.match(text, /probably the secret key is wrong/)
  assert.match(
    text,
    /client logged: CanonicalRequest, line 4\n {2}- server {2}host:\S+com\n {2}\+ client {2}host:\S+com:443/,
  )
})

test('the hash of the recorded body is tried', () => {
  const hash = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
  const signed = `${S3_REQUEST.replaceAll(EMPTY, hash).replace('> GET', '> PUT')}\n`.replaceAll(/^> ?/gm, '')
  const computed = /Computed {3}(\w+)/.exec(explainRequest(`${signed}hello`, S3))?.[1] ?? ''
  const sent = signed.replace(hash, 'UNSIGNED-PAYLOAD').replace(/Signature=\w+/, `Signature=${computed}`)
  assert.match(
    explainRequest(`${sent}hello`, S3),
    /payload hash: the hash of the body was signed, but .* "UNSIGNED-PAYLOAD"/,
  )
  assert.match(explainRequest(sent, S3), /probably the secret key is wrong/)
})

test('another key pair than the one of the request is pointed out', () => {
  assert.match(explainRequest(S3_REQUEST, { ...S3, accessKeyId: 'AKIAOTHER' }), /key id is AKIAOTHER/)
})

test('with a time to hold it against, clock and scope are judged as well', () => {
  const late = explainRequest(S3_REQUEST, { ...S3, now: Date.UTC(2013, 4, 24, 1) })
  assert.match(late, /the signature matches/)
  assert.match(late, /The server answers: RequestTimeTooSkewed/)
  const expired = explainRequest(COS_REQUEST, { ...COS, now: 1_700_009_000_000 })
  assert.match(expired, /The server answers: RequestExpired: Request has expired\n {11}The signature was valid until/)
  const foreign = explainRequest(S3_REQUEST.replace('us-east-1', 'eu-north-1'), { ...S3, now: Date.UTC(2013, 4, 24) })
  assert.match(foreign, /The server answers: AuthorizationHeaderMalformed: .*region 'eu-north-1' is wrong/)
})

test('an absolute-form target names the host', () => {
  const proxied = COS_REQUEST.replace('/?acl', `http://${BUCKET}/?acl`).replace(`Host: ${BUCKET}`, 'Host: proxy')
  assert.match(explainRequest(proxied, COS), /the signature matches/)
})
