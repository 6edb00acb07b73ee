import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { wireRequest } from '../../../test/support/wire-request.js'
import { isApiError } from '../../model/errors/index.js'
import { parseQuery } from '../../wire/query.js'
import { cosSchemes } from './signature.js'

const ID = 'AKIDEXAMPLEexampleEXAMPLEexample0001'
const KEY = 'exampleSecretKEY+exampleSecretKEY'
const TIME = '1700000000;1700003600'
const HOST = 'examplebucket-1250000000.cos.ap-beijing.example.test:8080'

/** What a client signs: written out by hand, so that it can err in one thing and be right in the others. */
interface Client {
  readonly method: string
  readonly path: string
  readonly parameters: string
  readonly headers: string
  readonly secret: string
  readonly signTime: string
  readonly keyTime: string
  readonly headerList: string
  readonly parameterList: string
}

/** What arrives. */
interface Wire {
  readonly method: string
  readonly target: string
  readonly host: string
  readonly headers: Readonly<Record<string, string>>
}

const RIGHT: Client = {
  method: 'put',
  path: '/dir/a b+c.txt',
  parameters: 'tagging=&versionid=v%20%281%29%2Fx',
  headers: canonicalHeaders('text%2Fplain', HOST, 'Red%20%26%20Green'),
  secret: KEY,
  signTime: TIME,
  keyTime: TIME,
  headerList: 'content-length;content-type;host;x-cos-meta-a',
  parameterList: 'tagging;versionid',
}

const WIRE: Wire = {
  method: 'PUT',
  target: '/dir/a%20b%2Bc.txt?tagging&versionId=v%20(1)%2Fx',
  host: HOST,
  headers: { 'Content-Length': '5', 'Content-Type': 'text/plain', 'x-cos-meta-a': 'Red & Green' },
}

function canonicalHeaders(type: string, host: string, meta: string): string {
  return `content-length=5&content-type=${type}&host=${encodeURIComponent(host)}&x-cos-meta-a=${meta}`
}

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha1', key).update(text).digest('hex')

function standard({ method, path, parameters, headers, secret, signTime, keyTime }: Client): string {
  const httpString = `${method}\n${path}\n${parameters}\n${headers}\n`
  return hmac(hmac(secret, keyTime), `sha1\n${signTime}\n${sha1(httpString)}\n`)
}

interface Case {
  readonly client?: Partial<Client>
  readonly wire?: Partial<Wire>
  readonly sign?: (client: Client) => string
}

function outcome({ client = {}, wire = {}, sign = standard }: Case): string {
  const signed = { ...RIGHT, ...client }
  const authorization = `q-sign-algorithm=sha1&q-ak=${ID}&q-sign-time=${TIME}&q-key-time=${TIME}&q-header-list=${signed.headerList}&q-url-param-list=${signed.parameterList}&q-signature=${sign(signed)}`
  const sketch = { ...WIRE, ...wire }
  const request = wireRequest({ ...sketch, headers: { ...sketch.headers, authorization } })
  const query = parseQuery(request.rawQuery)
  const facts = { now: 1_700_000_100_000, query, region: 'ap-beijing', regionAliases: [] }
  const scheme = cosSchemes.find(({ presents }) => presents(request, query))
  assert.ok(scheme)
  try {
    scheme.claim(request, facts).verify(KEY)
    return 'verified'
  } catch (error) {
    assert.ok(isApiError(error, 'SignatureDoesNotMatch'), `${error}`)
    const everything = JSON.stringify([error.details, error.options, error.message])
    assert.ok(!everything.includes(KEY) && !everything.includes(standard(RIGHT)), 'nothing secret goes out')
    return error.options.diagnosis ?? ''
  }
}

const { path, parameters, headers } = RIGHT
const withHeaders = (extra: Readonly<Record<string, string>>) => ({ headers: { ...WIRE.headers, ...extra } })
const hostOf = (host: string) => ({ headers: headers.replace(encodeURIComponent(HOST), encodeURIComponent(host)) })

const CAUSES: Readonly<Record<string, readonly [Case, RegExp]>> = {
  'another secret key': [{ client: { secret: 'quite another' } }, /probably the secret key is wrong/],
  'a line break behind the secret key': [{ client: { secret: `${KEY}\n` } }, /secret key was used with a line break/],
  'a space in front of the secret key': [
    { client: { secret: ` ${KEY}` } },
    /secret key was used with a space in front/,
  ],
  'quotation marks around the secret key': [{ client: { secret: `"${KEY}"` } }, /inside quotation marks/],
  'a secret key out of a URL': [{ client: { secret: KEY.replace('+', ' ') } }, /with its \+ turned into spaces/],
  'the key id for the secret key': [{ client: { secret: ID } }, /replaced by the key id/],
  'another method': [{ client: { method: 'get' } }, /method GET, but the request arrived as PUT/],
  'GET signed for HEAD': [{ client: { method: 'get' }, wire: { method: 'HEAD' } }, /GET, but .* arrived as HEAD/],
  'the method in upper case': [{ client: { method: 'PUT' } }, /method was signed in upper case/],
  'the encoded path': [{ client: { path: '/dir/a%20b%2Bc.txt' } }, /path .*percent-encoded/],
  'a path with + for a space': [{ client: { path: '/dir/a+b+c.txt' } }, /space was signed as \+/],
  'a path with a space for +': [{ client: { path: '/dir/a b c.txt' } }, /\+ was signed as a space/],
  'the bucket in the path': [{ client: { path: `/examplebucket-1250000000${path}` } }, /with the bucket in front/],
  'the path without the bucket': [{ client: { path: '/a b+c.txt' } }, /without the bucket/],
  'a path without its first slash': [{ client: { path: path.slice(1) } }, /slash at its beginning/],
  'a normalised path': [{ wire: { target: WIRE.target.replace('/dir', '/x/..//dir') } }, /normalised/],
  'joined slashes': [{ wire: { target: WIRE.target.replace('/dir', '//dir') } }, /normalised|repeated slashes/],
  'another port': [{ client: hostOf(HOST.replace('8080', '9000')) }, /host ".*:9000", .*port differs/],
  'a proxy that replaced the host': [
    { wire: { host: 'backend:3000', headers: { ...WIRE.headers, 'x-forwarded-host': HOST } } },
    /arrived for "backend:3000": a proxy/,
  ],
  'localhost for 127.0.0.1': [
    { client: hostOf('localhost:8080'), wire: { host: '127.0.0.1:8080' } },
    /two names of the same/,
  ],
  'the host without the bucket': [{ client: hostOf('cos.ap-beijing.example.test:8080') }, /bucket is missing in front/],
  'the bucket in the host, sent in the path': [
    {
      client: { ...hostOf('dir.cos.ap-beijing.example.test') },
      wire: { host: 'cos.ap-beijing.example.test' },
    },
    /signed for a bucket in the host and sent with the bucket in the path/,
  ],
  'the other endpoint suffix': [
    { client: hostOf('b-1.cos.ap-beijing.myqcloud.com'), wire: { host: 'b-1.cos.ap-beijing.tencentcos.cn' } },
    /endpoints differ/,
  ],
  'a parameter that was added': [
    { client: { parameters: 'tagging=' } },
    /parameter "versionid" arrived, but .* not part/,
  ],
  'no parameters signed': [{ client: { parameters: '' } }, /No query parameter was part/],
  'a parameter not listed': [
    { client: { parameterList: 'tagging' } },
    /parameter "versionId" .* not listed in q-url-param-list/,
  ],
  'parameters out of order': [
    {
      client: { parameters: 'versionid=v%20%281%29%2Fx&tagging=' },
      wire: { target: WIRE.target.replace(/\?.*/, '?versionId=v%20(1)%2Fx&tagging') },
    },
    /sorted by name/,
  ],
  'parameter values unencoded': [{ client: { parameters: 'tagging=&versionid=v (1)/x' } }, /without percent-encoding/],
  'parameter values with +': [{ client: { parameters: parameters.replace('%20', '+') } }, /with \+ for a space/],
  'a plus read as a space': [
    {
      client: { parameters: 'tagging=&versionid=a%2Bb' },
      wire: { target: WIRE.target.replace(/versionId=.*/, 'versionId=a+b') },
    },
    /with \+ where the server read a space/,
  ],
  'parameter values encoded twice': [
    { client: { parameters: `tagging=&versionid=${encodeURIComponent('v%20%281%29%2Fx')}` } },
    /encoded twice/,
  ],
  'brackets left unencoded': [
    { client: { parameters: 'tagging=&versionid=v%20(1)%2Fx' } },
    /! ' \( \) \* left unencoded/,
  ],
  'lower-case escapes': [{ client: { parameters: parameters.replace('%2F', '%2f') } }, /lower-case hexadecimal/],
  'parameter names as written': [
    { client: { parameters: parameters.replace('versionid', 'versionId') } },
    /names of the query parameters/,
  ],
  'a header altered on the way': [
    { wire: withHeaders({ 'Content-Type': 'text/plain; charset=utf-8' }) },
    /content-type was signed as "text\/plain", but arrived as "text\/plain; charset=utf-8"/,
  ],
  'a default content-type added': [
    { client: { headers: canonicalHeaders('', HOST, 'Red%20%26%20Green') } },
    /content-type was signed empty, but arrived as "text\/plain"/,
  ],
  'a header in lower case': [
    { client: { headers: canonicalHeaders('text%2Fplain', HOST, 'red%20%26%20green') } },
    /x-cos-meta-a was signed as "red & green"/,
  ],
  'a header lost on the way': [
    { wire: { headers: { 'Content-Length': '5', 'Content-Type': 'text/plain' } } },
    /covers x-cos-meta-a, which did not arrive/,
  ],
  'a usual header lost on the way': [
    {
      client: { headers: canonicalHeaders('application%2Fxml', HOST, 'Red%20%26%20Green') },
      wire: { headers: { 'Content-Length': '5', 'x-cos-meta-a': 'Red & Green' } },
    },
    /content-type was signed as "application\/xml", but did not arrive/,
  ],
  'a listed header not signed': [
    { client: { headers: headers.replace(/&x-cos-meta-a=.*/, '') } },
    /x-cos-meta-a is listed in q-header-list, but/,
  ],
  'a signed header not listed': [
    { client: { headerList: 'content-length;content-type;host' } },
    /x-cos-meta-a was part of what was signed, but is not listed/,
  ],
  'the host not listed': [
    { client: { headerList: 'content-length;content-type;x-cos-meta-a' } },
    /header host was part .* not listed/,
  ],
  'header values unencoded': [
    { client: { headers: `content-length=5&content-type=text/plain&host=${HOST}&x-cos-meta-a=Red & Green` } },
    /values of the headers were signed without percent-encoding/,
  ],
  'times of another zone': [
    { client: { signTime: '1700028800;1700032400', keyTime: '1700028800;1700032400' } },
    /clock: .* 8 hours later/,
  ],
  'times in milliseconds': [
    { client: { signTime: '1700000000000;1700003600000', keyTime: '1700000000000;1700003600000' } },
    /clock: .*milliseconds/,
  ],
  'the SignKey as bytes': [
    {
      sign: ({ method, secret }) =>
        hmac(
          Buffer.from(hmac(secret, TIME), 'hex'),
          `sha1\n${TIME}\n${sha1(`${method}\n${path}\n${parameters}\n${headers}\n`)}\n`,
        ),
    },
    /SignKey was used as 20 raw bytes/,
  ],
  'no SignKey': [
    {
      sign: ({ method, secret }) =>
        hmac(secret, `sha1\n${TIME}\n${sha1(`${method}\n${path}\n${parameters}\n${headers}\n`)}\n`),
    },
    /signed with the secret key itself/,
  ],
  'no last line break': [
    {
      sign: ({ method, secret }) =>
        hmac(hmac(secret, TIME), `sha1\n${TIME}\n${sha1(`${method}\n${path}\n${parameters}\n${headers}`)}\n`),
    },
    /HttpString was signed without the line break/,
  ],
  'a signature in base64': [{ sign: () => 'qqqqqqqqqqqqqqqqqqqqqqqqqqo=' }, /must be 40 lower-case hexadecimal digits/],
}

test('the client that errs in nothing is verified', () => {
  assert.equal(outcome({}), 'verified')
  assert.equal(outcome({ client: hostOf(HOST.replace(':8080', '')) }), 'verified')
})

for (const [name, [given, sentence]] of Object.entries(CAUSES)) {
  test(`the diagnosis names the cause: ${name}`, () => {
    assert.match(outcome(given), sentence)
  })
}

test('one difference is found under the host without its port as well', () => {
  const signedWithoutPort = hostOf(HOST.replace(':8080', ''))
  assert.match(outcome({ client: { ...signedWithoutPort, method: 'get' } }), /method GET/)
  assert.match(outcome({ client: { ...signedWithoutPort, path: '/dir/a+b+c.txt' } }), /space was signed as \+/)
})
