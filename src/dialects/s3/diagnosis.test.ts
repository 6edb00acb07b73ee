import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { wireRequest } from '../../../test/support/wire-request.js'
import { isApiError } from '../../model/errors/index.js'
import { parseQuery } from '../../wire/query.js'
import { createS3Schemes } from './signature.js'

const ID = 'AKIAIOSFODNN7EXAMPLE'
const KEY = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const DATE = '20130524T020000Z'
const NOW = Date.UTC(2013, 4, 24, 2)
const HOST = 'examplebucket.s3.example.test:9000'
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** What a client signs: written out by hand, so that it can err in one thing and be right in the others. */
interface Client {
  readonly method: string
  readonly path: string
  readonly parameters: string
  readonly host: string
  readonly contentType: string | undefined
  readonly meta: string
  readonly payload: string
  readonly secret: string
  readonly timestamp: string
  readonly day: string
  readonly region: string
  readonly service: string
  /** Day, region and service of the key, when they are not those of the string to sign. */
  readonly keyScope: readonly [day: string, region: string, service: string] | undefined
  readonly signedHeaders: string
}

interface Wire {
  readonly method: string
  readonly target: string
  readonly host: string
  readonly headers: Readonly<Record<string, string>>
}

const RIGHT: Client = {
  method: 'PUT',
  path: '/dir/a%20b%2Bc%281%29.txt',
  parameters: 'partNumber=1&tagging=&x-id=a%20b',
  host: HOST,
  contentType: 'text/plain',
  meta: 'Red Green',
  payload: EMPTY,
  secret: KEY,
  timestamp: DATE,
  day: '20130524',
  region: 'ap-guangzhou',
  service: 's3',
  keyScope: undefined,
  signedHeaders: 'content-type;host;x-amz-content-sha256;x-amz-date;x-amz-meta-a',
}

const WIRE: Wire = {
  method: 'PUT',
  target: '/dir/a%20b%2Bc(1).txt?tagging&x-id=a%20b&partNumber=1',
  host: HOST,
  headers: {
    'Content-Type': 'text/plain',
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': DATE,
    'x-amz-meta-a': 'Red   Green',
  },
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

function sign(client: Client, prefix = 'AWS4', order?: readonly string[]): string {
  const values: Readonly<Record<string, string | undefined>> = {
    'content-type': client.contentType,
    host: client.host,
    'x-amz-content-sha256': client.payload === RIGHT.payload ? EMPTY : (WIRE.headers['x-amz-content-sha256'] ?? ''),
    'x-amz-date': DATE,
    'x-amz-meta-a': client.meta,
  }
  const names = order ?? Object.keys(values)
  const headers = names.flatMap((name) => (values[name] === undefined ? [] : [`${name}:${values[name]}\n`])).join('')
  const canonical = [client.method, client.path, client.parameters, headers, client.signedHeaders, client.payload].join(
    '\n',
  )
  const scope = `${client.day}/${client.region}/${client.service}/aws4_request`
  const text = `AWS4-HMAC-SHA256\n${client.timestamp}\n${scope}\n${sha256(canonical)}`
  const steps = [...(client.keyScope ?? [client.day, client.region, client.service]), 'aws4_request']
  const key = steps.reduce<string | Buffer>((step, part) => hmac(step, part), prefix + client.secret)
  return hmac(key, text).toString('hex')
}

interface Case {
  readonly client?: Partial<Client>
  readonly wire?: Partial<Wire>
  readonly sign?: (client: Client) => string
}

const [headerScheme] = createS3Schemes()

function outcome({ client = {}, wire = {}, sign: signer = (signed) => sign(signed) }: Case): string {
  const signed = { ...RIGHT, ...client }
  const authorization = `AWS4-HMAC-SHA256 Credential=${ID}/20130524/ap-guangzhou/s3/aws4_request, SignedHeaders=${signed.signedHeaders}, Signature=${signer(signed)}`
  const sketch = { ...WIRE, ...wire }
  const request = wireRequest({ ...sketch, headers: { ...sketch.headers, authorization } })
  const query = parseQuery(request.rawQuery)
  const facts = { now: NOW, query, region: 'ap-guangzhou', regionAliases: ['eu-west-1'] }
  try {
    headerScheme?.claim(request, facts).verify(KEY)
    return 'verified'
  } catch (error) {
    assert.ok(isApiError(error, 'SignatureDoesNotMatch'), `${error}`)
    const everything = JSON.stringify([{ ...error.details, SignatureProvided: '' }, error.options, error.message])
    assert.ok(!everything.includes(KEY) && !everything.includes(sign(RIGHT)), 'nothing secret goes out')
    return error.options.diagnosis ?? ''
  }
}

const { path, parameters } = RIGHT
const withHeaders = (extra: Readonly<Record<string, string>>) => ({ headers: { ...WIRE.headers, ...extra } })
const withoutType = Object.fromEntries(Object.entries(WIRE.headers).filter(([name]) => name !== 'Content-Type'))

const CAUSES: Readonly<Record<string, readonly [Case, RegExp]>> = {
  'another secret key': [{ client: { secret: 'quite another' } }, /probably the secret key is wrong/],
  'a line break behind the secret key': [{ client: { secret: `${KEY}\n` } }, /secret key was used with a line break/],
  'a space behind the secret key': [{ client: { secret: `${KEY} ` } }, /secret key was used with a space at its end/],
  'an encoded secret key': [{ client: { secret: encodeURIComponent(KEY) } }, /secret key was used percent-encoded/],
  'no secret key': [{ client: { secret: '' } }, /secret key was used empty/],
  'no AWS4 in front of the secret key': [{ sign: (client) => sign(client, '') }, /without "AWS4"/],
  'another method': [{ client: { method: 'GET' } }, /method GET, but the request arrived as PUT/],
  'a path encoded twice': [{ client: { path: '/dir/a%2520b%252Bc%25281%2529.txt' } }, /percent-encoded once more/],
  'a path unencoded': [{ client: { path: '/dir/a b+c(1).txt' } }, /without percent-encoding/],
  'a path as in the request line': [{ client: { path: '/dir/a%20b%2Bc(1).txt' } }, /as it stands in the request line/],
  'a path with + for a space': [{ client: { path: '/dir/a+b%2Bc%281%29.txt' } }, /space was signed as \+/],
  'a path with encoded slashes': [
    { client: { path: `/${path.slice(1).replaceAll('/', '%2F')}` } },
    /slashes were signed as %2F/,
  ],
  'lower-case escapes': [{ client: { path: path.replace('%2B', '%2b') } }, /lower-case hexadecimal/],
  'the bucket in the path': [{ client: { path: `/examplebucket${path}` } }, /with the bucket in front/],
  'the path without the bucket': [{ client: { path: path.replace('/dir', '') } }, /without the bucket/],
  'a normalised path': [{ wire: { target: WIRE.target.replace('/dir', '/./x/../dir') } }, /normalised/],
  'no port': [{ client: { host: 'examplebucket.s3.example.test' } }, /port is missing/],
  'another port': [{ client: { host: HOST.replace('9000', '8080') } }, /port differs/],
  'a proxy that replaced the host': [
    { wire: { host: 'minio:3000', ...withHeaders({ 'x-forwarded-host': HOST }) } },
    /arrived for "minio:3000": a proxy/,
  ],
  '127.0.0.1 for localhost': [
    { client: { host: '127.0.0.1:9000' }, wire: { host: 'localhost:9000' } },
    /two names of the same/,
  ],
  'the host without the bucket': [{ client: { host: 's3.example.test:9000' } }, /bucket is missing in front/],
  'the global endpoint': [
    { client: { host: 'b.s3.amazonaws.com' }, wire: { host: 'b.s3.eu-west-1.amazonaws.com' } },
    /endpoints differ/,
  ],
  'a parameter that was added': [
    { client: { parameters: 'partNumber=1&tagging=' } },
    /parameter "x-id" arrived, but .* not part/,
  ],
  'no parameters signed': [{ client: { parameters: '' } }, /No query parameter was part/],
  'parameters out of order': [{ client: { parameters: 'tagging=&x-id=a%20b&partNumber=1' } }, /sorted by name/],
  'parameter values with +': [{ client: { parameters: parameters.replace('%20', '+') } }, /with \+ for a space/],
  'parameter values unencoded': [
    { client: { parameters: parameters.replace('%20', ' ') } },
    /without percent-encoding/,
  ],
  'parameter names in lower case': [
    { client: { parameters: parameters.replace('partNumber', 'partnumber') } },
    /names of the query parameters were signed in lower case/,
  ],
  'a sub-resource without =': [{ client: { parameters: parameters.replace('tagging=', 'tagging') } }, /without "="/],
  'a plus read as a space': [
    {
      client: { parameters: parameters.replace('%20', '%2B') },
      wire: { target: WIRE.target.replace('a%20b&', 'a+b&') },
    },
    /with \+ where the server read a space/,
  ],
  'a header altered on the way': [
    { wire: withHeaders({ 'Content-Type': 'text/plain; charset=utf-8' }) },
    /content-type was signed as "text\/plain", but arrived as "text\/plain; charset=utf-8": it was altered/,
  ],
  'accept-encoding rewritten': [
    {
      client: { signedHeaders: `accept-encoding;${RIGHT.signedHeaders}` },
      wire: withHeaders({ 'Accept-Encoding': 'gzip, br' }),
      sign: (client) => sign({ ...client, parameters: `${client.parameters}\naccept-encoding:identity` }),
    },
    /accept-encoding was signed as "identity", but arrived as "gzip, br"/,
  ],
  'a usual header lost on the way': [
    { client: { contentType: 'application/octet-stream' }, wire: { headers: withoutType } },
    /content-type was signed as "application\/octet-stream", but did not arrive/,
  ],
  'a header lost on the way': [
    { client: { contentType: 'image/x-unheard-of' }, wire: { headers: withoutType } },
    /covers content-type, which did not arrive/,
  ],
  'a header in lower case': [{ client: { meta: 'red green' } }, /x-amz-meta-a was signed as "red +green"/],
  'a listed header not signed': [
    { client: { contentType: undefined } },
    /content-type is listed in SignedHeaders, but/,
  ],
  'headers out of order': [
    {
      client: { signedHeaders: 'host;x-amz-date;x-amz-content-sha256;x-amz-meta-a;content-type' },
      sign: (client) => sign(client, 'AWS4', client.signedHeaders.split(';')),
    },
    /must be sorted by name/,
  ],
  'an unsigned payload': [
    { client: { payload: 'UNSIGNED-PAYLOAD' } },
    /payload hash: UNSIGNED-PAYLOAD was signed, but x-amz-content-sha256 says/,
  ],
  'the payload hash in upper case': [
    { client: { payload: EMPTY.toUpperCase() } },
    /payload hash: a hash in upper-case/,
  ],
  'another region in the scope': [
    { client: { region: 'us-west-2' } },
    /for the region "us-west-2", but its scope says "ap-guangzhou"/,
  ],
  'another region in the key': [
    { client: { keyScope: ['20130524', 'eu-west-1', 's3'] } },
    /for the region "eu-west-1"/,
  ],
  'another service': [{ client: { service: 'execute-api' } }, /for the service "execute-api"/],
  'the day of another zone': [
    { client: { keyScope: ['20130523', 'ap-guangzhou', 's3'] } },
    /for the day 20130523, but its scope says 20130524/,
  ],
  'the time of another zone': [
    { client: { timestamp: '20130524T100000Z' } },
    /clock: the time signed is 20130524T100000Z/,
  ],
  'the time of another zone, on another day': [
    { client: { timestamp: '20130523T180000Z', day: '20130523' } },
    /clock: the time signed is 20130523T180000Z/,
  ],
  'the time of the Date header': [
    { client: { timestamp: '20130524T015959Z' }, wire: withHeaders({ Date: 'Fri, 24 May 2013 01:59:59 GMT' }) },
    /clock: the time of the Date header/,
  ],
  'a signature in base64': [{ sign: () => 'q'.repeat(44) }, /must be 64 lower-case hexadecimal digits/],
}

test('the client that errs in nothing is verified', () => {
  assert.equal(outcome({}), 'verified')
})

for (const [name, [given, sentence]] of Object.entries(CAUSES)) {
  test(`the diagnosis names the cause: ${name}`, () => {
    assert.match(outcome(given), sentence)
  })
}
