import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isApiError } from '../model/errors/index.js'
import { percentDecode, percentEncode, percentEncodeBytes, percentEncodePath } from './percent.js'
import { decodePath, parseQuery, QUERY_PARAMETERS_MAX } from './query.js'

const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

test('a query or path that cannot be decoded is InvalidURI', () => {
  for (const raw of ['%', '%z', '%zz', '%2', '%ff', '%c3', '%c0%80', '%ed%a0%80', '%00', 'a%00b', '\xff', '\0']) {
    for (const decode of [() => parseQuery(raw), () => parseQuery(`a=${raw}`), () => decodePath(`/${raw}`)]) {
      assert.throws(decode, (error) => isApiError(error, 'InvalidURI') && error.details['URI'] !== '', raw)
    }
  }
})

test('a query with too many parameters is refused before they are decoded', () => {
  const atLimit = Array.from({ length: QUERY_PARAMETERS_MAX }, () => 'a=1').join('&')
  assert.equal(parseQuery(atLimit).length, QUERY_PARAMETERS_MAX)
  assert.throws(
    () => parseQuery(`${atLimit}&%`),
    (error) =>
      isApiError(error, 'InvalidURI') && error.message.includes('1000') && `${error.details['URI']}`.length < 300,
  )
})

test('a query is decoded form-style, and only the first = divides', () => {
  const cases: readonly [string, readonly (readonly [string, string])[]][] = [
    ['', []],
    ['&&', []],
    ['acl', [['acl', '']]],
    ['acl=', [['acl', '']]],
    ['=v', [['', 'v']]],
    ['a=b=c', [['a', 'b=c']]],
    [
      'prefix=a+b%2Bc%20d&x=1&',
      [
        ['prefix', 'a b+c d'],
        ['x', '1'],
      ],
    ],
    ['a+b=1', [['a b', '1']]],
    ['k=%E4%B8%AD%E6%96%87', [['k', '中文']]],
    [latin1('k=中'), [['k', '中']]],
    ['%2Bx=%26', [['+x', '&']]],
    ['x-cos-security-token=tok+en/1==', [['x-cos-security-token', 'tok+en/1==']]],
    ['x-cos-security-token=tok%2Ben%2F1%3D%3D', [['x-cos-security-token', 'tok+en/1==']]],
    [
      'a=1&a=2',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
  ]
  for (const [raw, expected] of cases) {
    assert.deepEqual(
      parseQuery(raw).map(({ name, value }) => [name, value]),
      expected,
      raw,
    )
  }
})

test('a path is decoded once, + stays a plus, and nothing is normalised', () => {
  const cases: readonly [string, string][] = [
    ['/', '/'],
    ['/a+b', '/a+b'],
    ['/a%20b%2Bc', '/a b+c'],
    ['/%252e%252e', '/%2e%2e'],
    ['/%2e%2e/a//./b/..', '/../a//./b/..'],
    ['/%E4%B8%AD', '/中'],
    [latin1('/中'), '/中'],
  ]
  for (const [raw, expected] of cases) assert.equal(decodePath(raw), expected)
})

test('percent-encoding leaves only the unreserved characters', () => {
  assert.equal(percentEncode("aZ09-_.~!'()*/:;=&@,+ 中"), 'aZ09-_.~%21%27%28%29%2A%2F%3A%3B%3D%26%40%2C%2B%20%E4%B8%AD')
  assert.equal(percentEncodePath('/a b/中*'), '/a%20b/%E4%B8%AD%2A')
  assert.equal(percentEncodeBytes('a\xff b'), 'a%FF%20b')
  assert.equal(percentEncodeBytes(latin1('中')), '%E4%B8%AD')
  assert.equal(percentDecode(percentEncode('中 %2F')), '中 %2F')
})
