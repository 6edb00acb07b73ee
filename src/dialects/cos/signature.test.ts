import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RequestSketch, wireRequest } from '../../../test/support/wire-request.js'
import { type ApiError, type Condition, isApiError } from '../../model/errors/index.js'
import type { Claim } from '../../wire/authentication.js'
import { parseQuery } from '../../wire/query.js'
import { cosSchemes, examineCos } from './signature.js'

const ID = 'AKIDEXAMPLEexampleEXAMPLEexample0001'
const KEY = 'exampleSecretKEYexampleSecretKEY'
const BUCKET = 'examplebucket-1250000000.cos.ap-beijing.myqcloud.com'
const TEST_HOST = 'examplebucket-1250000000.cos.ap-beijing.example.test'
const TIME = '1700000000;1700003600'
const EARLIER = '1699999940;1700003600'
const NOW = 1_700_000_100_000

function signed(headerList: string, parameterList: string, signature: string, time = TIME, id = ID): string {
  return `q-sign-algorithm=sha1&q-ak=${id}&q-sign-time=${time}&q-key-time=${time}&q-header-list=${headerList}&q-url-param-list=${parameterList}&q-signature=${signature}`
}

function claimOf(sketch: RequestSketch, now = NOW): Claim {
  const request = wireRequest(sketch)
  const query = parseQuery(request.rawQuery)
  const [scheme, ...others] = cosSchemes.filter(({ presents }) => presents(request, query))
  assert.ok(scheme, 'no scheme presents')
  assert.equal(others.length, 0)
  return scheme.claim(request, { now, query, region: 'ap-beijing', regionAliases: [] })
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

interface Vector {
  readonly sketch: RequestSketch
  readonly authorization: string
  readonly httpString?: string
}

const VECTORS: Readonly<Record<string, Vector>> = {
  V1: {
    sketch: { method: 'GET', target: '/', host: 'service.cos.myqcloud.com' },
    authorization: signed('host', '', 'dd32401e3c71ce692d3dc1dd96a9ee4598041ab1'),
    httpString: 'get\n/\n\nhost=service.cos.myqcloud.com\n',
  },
  V2: {
    sketch: {
      method: 'GET',
      target: '/?delimiter=%2F&encoding-type=url&marker=&max-keys=10&prefix=a%20b%2F%E4%B8%AD%E6%96%87(1)!.txt',
      host: BUCKET,
    },
    authorization: signed(
      'host',
      'delimiter;encoding-type;marker;max-keys;prefix',
      'f64a1f541dfd65aad3df02bf78a55a22361efeb0',
    ),
    httpString: `get\n/\ndelimiter=%2F&encoding-type=url&marker=&max-keys=10&prefix=a%20b%2F%E4%B8%AD%E6%96%87%281%29%21.txt\nhost=${BUCKET}\n`,
  },
  V3: {
    sketch: {
      method: 'PUT',
      target: "/dir/a%20b%2Bc%26%E4%B8%AD%E6%96%87'(1)*.txt",
      host: BUCKET,
      headers: {
        'Content-Length': '13',
        'Content-MD5': 'mQ/fVh815F3k6TAUm8m0eg==',
        'Content-Type': 'text/plain',
        'x-cos-acl': 'private',
        'x-cos-meta-Color': "Red & Green/*'!",
      },
    },
    authorization: signed(
      'content-length;content-md5;host;x-cos-acl;x-cos-meta-color',
      '',
      '3eab7965774ad2e7fdc8bf4c2e3090c43c9f3143',
    ),
    httpString: `put\n/dir/a b+c&中文'(1)*.txt\n\ncontent-length=13&content-md5=mQ%2FfVh815F3k6TAUm8m0eg%3D%3D&host=${BUCKET}&x-cos-acl=private&x-cos-meta-color=Red%20%26%20Green%2F%2A%27%21\n`,
  },
  V4: {
    sketch: {
      method: 'PUT',
      target: '/?acl',
      host: BUCKET,
      headers: { 'x-cos-grant-read': 'id="100000000001",id="100000000002"' },
    },
    authorization: signed('host;x-cos-grant-read', 'acl', '307e67b98036a728b273552eaa681e0eec243dab'),
    httpString: `put\n/\nacl=\nhost=${BUCKET}&x-cos-grant-read=id%3D%22100000000001%22%2Cid%3D%22100000000002%22\n`,
  },
  V5: {
    sketch: { method: 'GET', target: '/exampleobject', host: `${TEST_HOST}:8080` },
    authorization: signed('host', '', '305f5f51f7ab557c9559f0fd9a4651fcac10e95d'),
    httpString: `get\n/exampleobject\n\nhost=${TEST_HOST}%3A8080\n`,
  },
  V6: {
    sketch: { method: 'GET', target: '/exampleobject', host: BUCKET },
    authorization: signed('', '', '9c0197960aa6623a280fa33311779aba5db8b203'),
    httpString: 'get\n/exampleobject\n\n\n',
  },
  V7: {
    sketch: {
      method: 'GET',
      target: '/exampleobject?versionId=MTg0NDUxNTc1NjIzMTQ1MDAwODg&x-cos-security-token=tok+en/1==',
      host: BUCKET,
    },
    authorization: signed('host', 'versionid;x-cos-security-token', 'b389228d60a9354b21e1bda12d11ca84743432b5'),
    httpString: `get\n/exampleobject\nversionid=MTg0NDUxNTc1NjIzMTQ1MDAwODg&x-cos-security-token=tok%2Ben%2F1%3D%3D\nhost=${BUCKET}\n`,
  },
  V8: {
    sketch: {
      method: 'PUT',
      target: '/dir/a%20b',
      host: `${TEST_HOST}:8080`,
      headers: {
        'Content-Length': '0',
        'Content-Type': 'application/xml',
        'Content-MD5': '1B2M2Y8AsgTpgAmY7PhCfg==',
        'x-cos-acl': 'private',
        'x-cos-security-token': 'tok+en/1==',
      },
    },
    authorization: signed(
      'content-length;content-md5;content-type;host;x-cos-acl;x-cos-security-token',
      '',
      'cce488a230f1a777edbed49375332575b395fcfc',
      EARLIER,
    ),
    httpString: `put\n/dir/a b\n\ncontent-length=0&content-md5=1B2M2Y8AsgTpgAmY7PhCfg%3D%3D&content-type=application%2Fxml&host=${TEST_HOST}&x-cos-acl=private&x-cos-security-token=tok%2Ben%2F1%3D%3D\n`,
  },
  V9: {
    sketch: {
      method: 'GET',
      target: '/?prefix=a+b%2Bc&delimiter=&marker=&max-keys=1000&encoding-type=url',
      host: `${TEST_HOST}:8080`,
    },
    authorization: signed(
      'host',
      'delimiter;encoding-type;marker;max-keys;prefix',
      'c30304d0f722403d7f10ffec080e776738b8d45c',
      EARLIER,
    ),
    httpString: `get\n/\ndelimiter=&encoding-type=url&marker=&max-keys=1000&prefix=a%20b%2Bc\nhost=${TEST_HOST}\n`,
  },
}

const PRESIGNED: Readonly<Record<string, readonly [host: string, target: string]>> = {
  'N sync': [
    BUCKET,
    `/dir/a%20b%2Bc%26%E4%B8%AD%E6%96%87.txt?${signed('host', 'response-content-disposition', '6142b2737ddb896d104c6d399b1dc3af681120f4')}&response-content-disposition=attachment%3B%20filename%3D%22x%20y.txt%22`,
  ],
  'N async': [
    BUCKET,
    `/k?${signed('host', 'response-content-type%3bversionid', '53e7d17134133f978b94500d9dafca1a193ededf')}&response-content-type=text%2Fplain&versionId=v1`,
  ],
  'N token': [
    BUCKET,
    `/k?${signed('host', '', '8ece7caa1fbd3b4f3ff163e72c1850b51d9ccd60')}&x-cos-security-token=tok+en/1==`,
  ],
  P: [
    `${TEST_HOST}:8443`,
    `/a%20b?${signed('host', 'versionid', 'bea2e5177304c3c4ed20832b6568a26a07841a17', EARLIER.replace(';', '%3B'))}&versionId=v+1`,
  ],
}

function withHeader({ sketch, authorization }: Vector): RequestSketch {
  return { ...sketch, headers: { ...sketch.headers, Authorization: authorization } }
}

test('something that is not a signature is InvalidSecurity, and says what is wrong', () => {
  const whole = signed('host', '', 'dd32401e3c71ce692d3dc1dd96a9ee4598041ab1')
  const cases: readonly [string, RegExp][] = [
    ['q-sign-algorithm=sha1&q-ak=AKID', /lacks q-sign-time/],
    [whole.replace('q-key-time', 'q-other'), /lacks q-key-time/],
    [whole.replace('&q-header-list=host', ''), /lacks q-header-list/],
    [whole.replace('&q-url-param-list=', ''), /lacks q-url-param-list/],
    [whole.replace(/&q-signature=.*/, ''), /lacks q-signature/],
    [whole.replace(/q-signature=.*/, 'q-signature='), /q-signature .* empty/],
    [whole.replace(ID, ''), /q-ak .* empty/],
    [whole.replace('=sha1', '=sha256'), /must be sha1/],
    [whole.replace(`q-sign-time=${TIME}`, 'q-sign-time=1700000000'), /q-sign-time must be two/],
    [whole.replace(`q-sign-time=${TIME}`, 'q-sign-time=a;b'), /q-sign-time must be two/],
    [whole.replace(`q-sign-time=${TIME}`, 'q-sign-time=1700003600;1700000000'), /not after the end/],
    [whole.replace(`q-key-time=${TIME}`, 'q-key-time=-1;5'), /q-key-time must be two/],
    [whole.replace('q-header-list=host', 'q-header-list=%zz'), /q-header-list .* decoded/],
  ]
  for (const [authorization, message] of cases) {
    const sketch = { method: 'GET', target: '/', host: BUCKET, headers: { Authorization: authorization } }
    const error = refusal(() => claimOf(sketch), 'InvalidSecurity')
    assert.match(error.message, message)
    assert.equal(error.details['ServerTime'], '2023-11-14T22:15:00Z')
  }
})

test('an empty or foreign Authorization header is not meant for COS', () => {
  for (const authorization of ['', ' ', 'Bearer x', 'AWS4-HMAC-SHA256 Credential=x', 'q', 'AWS a:b']) {
    const request = wireRequest({ method: 'GET', target: '/?sign=x&token=y', host: BUCKET, headers: { authorization } })
    assert.deepEqual(
      cosSchemes.filter(({ presents }) => presents(request, parseQuery(request.rawQuery))),
      [],
    )
  }
})

test('the times of the signature are held against the clock before the signature is looked at', () => {
  const sketch = withHeader({
    sketch: { method: 'GET', target: '/', host: BUCKET },
    authorization: signed('', '', 'bad'),
  })
  const end = 1_700_003_600_000
  const start = 1_700_000_000_000
  assert.ok(claimOf(sketch, end + 999))
  assert.ok(claimOf(sketch, start - 900_000))
  const expired = refusal(() => claimOf(sketch, end + 1000), 'RequestExpired')
  assert.equal(expired.message, 'Request has expired')
  assert.equal(expired.details['ServerTime'], '2023-11-14T23:13:21Z')
  const skewed = refusal(() => claimOf(sketch, start - 901_000), 'RequestTimeTooSkewed')
  assert.deepEqual(skewed.details, {
    RequestTime: '2023-11-14T22:13:20Z',
    ServerTime: '2023-11-14T21:58:19Z',
    MaxAllowedSkewMilliseconds: 900_000,
  })
  const forever = signed('', '', 'bad', '1;999999999999999')
  assert.ok(claimOf(withHeader({ sketch, authorization: forever })))
  const never = signed('', '', 'bad', '999999999999998;999999999999999')
  refusal(() => claimOf(withHeader({ sketch, authorization: never })), 'RequestTimeTooSkewed')
})

for (const [name, vector] of Object.entries(VECTORS)) {
  test(`vector ${name} verifies in the header, in the query and wrapped in sign=`, () => {
    const { sketch, authorization } = vector
    const joint = sketch.target.includes('?') ? '&' : '?'
    const query = authorization.replaceAll(';', '%3B')
    const placed: readonly [string, RequestSketch][] = [
      ['cos-header', withHeader(vector)],
      ['cos-query', { ...sketch, target: `${sketch.target}${joint}${query}` }],
      ['cos-sign-query', { ...sketch, target: `${sketch.target}${joint}sign=${encodeURIComponent(authorization)}` }],
    ]
    for (const [kind, request] of placed) {
      const claim = claimOf(request)
      assert.equal(claim.kind, kind)
      assert.equal(claim.accessKeyId, ID)
      assert.deepEqual(claim.verify(KEY), { kind: 'unsigned' })
    }
  })

  test(`vector ${name} has the HttpString of the specification`, () => {
    const request = wireRequest(withHeader(vector))
    const facts = { now: NOW, query: parseQuery(request.rawQuery), region: 'ap-beijing', regionAliases: [] }
    assert.equal(examineCos(request, facts, KEY)?.forms[0]?.text, vector.httpString)
  })
}

test('vector V10 verifies with its own key pair and times', () => {
  const claim = claimOf(
    withHeader({
      sketch: {
        method: 'PUT',
        target: '/testfile2',
        host: 'testbucket-125000000.cos.ap-guangzhou.myqcloud.com',
        headers: {
          'x-cos-content-sha1': 'db8ac1c259eb89d4a131b253bacfca5f319d54f2',
          'x-cos-stroage-class': 'nearline',
        },
      },
      authorization: signed(
        'host;x-cos-content-sha1;x-cos-stroage-class',
        '',
        'ce4ac0ecbcdb30538b3fee0a97cc6389694ce53a',
        '1480932292;1481012292',
        'QmFzZTY0IGlzIGEgZ2VuZXJp',
      ),
    }),
    1_480_932_300_000,
  )
  assert.deepEqual(claim.verify('AKIDZfbOA78asKUYBcXFrJD0a1ICvR98JM'), { kind: 'unsigned' })
})

for (const [name, [host, target]] of Object.entries(PRESIGNED)) {
  test(`a URL presigned by an SDK (${name}) verifies for its method and no other`, () => {
    const claim = claimOf({ method: 'GET', target, host })
    assert.equal(claim.kind, 'cos-query')
    assert.equal(claim.securityToken, name === 'N token' ? 'tok+en/1==' : undefined)
    assert.deepEqual(claim.verify(KEY), { kind: 'unsigned' })
    refusal(() => claimOf({ method: 'PUT', target, host }).verify(KEY), 'SignatureDoesNotMatch')
  })
}

test('the header wins over the query, and the items may come in any order with blanks behind', () => {
  const target = `/exampleobject?${signed('host', '', '0'.repeat(40))}`
  const shuffled = signed('', '', '9c0197960aa6623a280fa33311779aba5db8b203').split('&').reverse().join('&')
  const claim = claimOf({ method: 'GET', target, host: BUCKET, headers: { Authorization: `${shuffled}  ` } })
  assert.equal(claim.kind, 'cos-header')
  assert.deepEqual(claim.verify(KEY), { kind: 'unsigned' })
})

test('a signature that differs carries both forms and never a secret or the right signature', () => {
  const vector = VECTORS['V3']
  assert.ok(vector)
  const wrong = { ...vector, authorization: vector.authorization.replace(/.$/, '4') }
  const error = refusal(() => claimOf(withHeader(wrong)).verify(KEY), 'SignatureDoesNotMatch')
  assert.equal(error.details['FormatString'], vector.httpString)
  assert.equal(error.details['StringToSign'], `sha1\n${TIME}\ne6b3bea0268f967fd72ee1080c836d527c8e44b6\n`)
  const everything = JSON.stringify([error.details, error.options, error.message])
  assert.ok(!everything.includes(KEY))
  assert.ok(!everything.includes('3eab7965774ad2e7fdc8bf4c2e3090c43c9f3143'))
})
