/** Conditions: unreadable headers first, then the truth tables of reads, writes and copies. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  type Conditions,
  copyConditionsClash,
  evaluateCopySource,
  evaluateRead,
  evaluateWrite,
  hasConditions,
  parseConditions,
  parseHttpDate,
  unsupportedOnWrite,
} from './preconditions.js'

const AT = 'Fri, 10 Apr 2020 09:36:35 GMT'
const BEFORE = 'Fri, 10 Apr 2020 09:36:34 GMT'
const AFTER = 'Fri, 10 Apr 2020 09:36:36 GMT'
const OBJECT = { etag: '"abc"', lastModified: Date.UTC(2020, 3, 10, 9, 36, 35, 987) }

type HeaderRow = Readonly<Record<string, string>>

function conditions(headers: HeaderRow): Conditions {
  return parseConditions((name) => headers[name])
}

const NO_DATES: readonly string[] = [
  '',
  'yesterday',
  '0',
  '2020-04-10T09:36:35Z',
  'Fri, 10 Apr 2020',
  'Fri, 10 Xyz 2020 09:36:35 GMT',
  'Fri, 31 Apr 2020 09:36:35 GMT',
  'Fri, 00 Apr 2020 09:36:35 GMT',
  'Fri, 10 Apr 2020 24:36:35 GMT',
  'Fri, 10 Apr 2020 09:60:35 GMT',
  'Fri, 10 Apr 2020 09:36:35 PST',
  'Fri, 10 Apr 2020 09:36:35 +0800',
]

const DATES: readonly string[] = [
  'Fri, 10 Apr 2020 09:36:35 GMT',
  ' Fri, 10 Apr 2020 09:36:35 GMT ',
  'fri, 10 apr 2020 09:36:35 gmt',
  'Fri, 10 Apr 2020 09:36:35 UTC',
  'Fri, 10 Apr 2020 09:36:35 +0000',
  'Friday, 10-Apr-20 09:36:35 GMT',
  'Fri Apr 10 09:36:35 2020',
]

describe('parsing conditions', () => {
  test('absent, empty and unreadable headers are no conditions', () => {
    assert.deepEqual(conditions({}), {})
    assert.deepEqual(conditions({ 'if-match': '', 'if-none-match': ' ', 'if-modified-since': '' }), {})
    for (const date of NO_DATES) assert.deepEqual(conditions({ 'if-modified-since': date }), {}, date)
    assert.equal(hasConditions({}), false)
    assert.equal(hasConditions(conditions({ 'if-match': '*' })), true)
  })

  test('dates in the forms of RFC 9110', () => {
    for (const date of DATES) assert.equal(parseHttpDate(date), Date.UTC(2020, 3, 10, 9, 36, 35), date)
    assert.equal(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT'), 784111777000)
    assert.equal(parseHttpDate('Sun Nov  6 08:49:37 1994'), 784111777000)
    assert.equal(parseHttpDate('Sat, 29 Feb 2020 00:00:00 GMT'), Date.UTC(2020, 1, 29))
    assert.equal(parseHttpDate('Thu, 29 Feb 2019 00:00:00 GMT'), undefined)
  })

  test('any header value is read without a crash', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (tags, date) => {
        const parsed = conditions({ 'if-match': tags, 'if-none-match': tags, 'if-unmodified-since': date })
        evaluateRead(parsed, OBJECT)
        evaluateWrite(parsed, OBJECT)
      }),
      { seed: 20200410, numRuns: 2000 },
    )
  })
})

const FAILS_MATCH = { failed: 'If-Match' } as const
const FAILS_UNMODIFIED = { failed: 'If-Unmodified-Since' } as const

const READS: readonly (readonly [HeaderRow, ReturnType<typeof evaluateRead>])[] = [
  [{ 'if-match': '"zz"' }, FAILS_MATCH],
  [{ 'if-match': 'W/"abc"' }, FAILS_MATCH],
  [{ 'if-match': ',' }, FAILS_MATCH],
  [{ 'if-match': '"ab"c"' }, FAILS_MATCH],
  [{ 'if-match': '"zz"', 'if-none-match': '"abc"' }, FAILS_MATCH],
  [{ 'if-match': '"zz"', 'if-unmodified-since': AFTER }, FAILS_MATCH],
  [{ 'if-unmodified-since': BEFORE }, FAILS_UNMODIFIED],
  [{ 'if-unmodified-since': BEFORE, 'if-none-match': '"abc"' }, FAILS_UNMODIFIED],
  [{ 'if-none-match': '"abc"' }, 'not-modified'],
  [{ 'if-none-match': 'abc' }, 'not-modified'],
  [{ 'if-none-match': 'W/"abc"' }, 'not-modified'],
  [{ 'if-none-match': 'W/abc' }, 'not-modified'],
  [{ 'if-none-match': '"x","y" , "abc"' }, 'not-modified'],
  [{ 'if-none-match': '*' }, 'not-modified'],
  [{ 'if-none-match': '"abc"', 'if-modified-since': BEFORE }, 'not-modified'],
  [{ 'if-modified-since': AT }, 'not-modified'],
  [{ 'if-modified-since': AFTER }, 'not-modified'],
  [{ 'if-match': '"abc"', 'if-none-match': '"abc"' }, 'not-modified'],
  [{ 'if-match': '"abc"', 'if-modified-since': AT }, 'not-modified'],
  [{ 'if-none-match': '"zz"', 'if-modified-since': AT }, 'proceed'],
  [{ 'if-match': '"abc"', 'if-unmodified-since': BEFORE }, 'proceed'],
  [{ 'if-match': '"abc"' }, 'proceed'],
  [{ 'if-match': 'abc' }, 'proceed'],
  [{ 'if-match': ' * ' }, 'proceed'],
  [{ 'if-match': '"x, y", "abc"' }, 'proceed'],
  [{ 'if-unmodified-since': AT }, 'proceed'],
  [{ 'if-unmodified-since': 'never' }, 'proceed'],
  [{ 'if-modified-since': BEFORE }, 'proceed'],
  [{ 'if-none-match': '"zz", W/"yy"' }, 'proceed'],
  [{}, 'proceed'],
]

describe('reads', () => {
  for (const [headers, outcome] of READS) {
    test(`${JSON.stringify(headers)} is ${JSON.stringify(outcome)}`, () => {
      assert.deepEqual(evaluateRead(conditions(headers), OBJECT), outcome)
      assert.deepEqual(evaluateRead(conditions(headers), { ...OBJECT, etag: 'abc' }), outcome)
    })
  }
})

describe('copy sources', () => {
  test('what a read answers with 304 is a failed condition here, and names its header', () => {
    assert.deepEqual(evaluateCopySource(conditions({ 'if-none-match': '"abc"' }), OBJECT), { failed: 'If-None-Match' })
    assert.deepEqual(evaluateCopySource(conditions({ 'if-modified-since': AT }), OBJECT), {
      failed: 'If-Modified-Since',
    })
    assert.deepEqual(
      evaluateCopySource(conditions({ 'if-none-match': '"zz"', 'if-modified-since': AT }), OBJECT),
      'proceed',
    )
  })

  test('otherwise they are decided like reads', () => {
    for (const [headers, outcome] of READS) {
      if (outcome !== 'not-modified') assert.deepEqual(evaluateCopySource(conditions(headers), OBJECT), outcome)
    }
  })

  test('the mixes that COS does not combine', () => {
    const rows: readonly (readonly [HeaderRow, boolean])[] = [
      [{ 'if-match': 'a', 'if-none-match': 'b' }, true],
      [{ 'if-match': 'a', 'if-modified-since': AT }, true],
      [{ 'if-unmodified-since': AT, 'if-none-match': 'b' }, true],
      [{ 'if-unmodified-since': AT, 'if-modified-since': AT }, true],
      [{ 'if-match': 'a', 'if-unmodified-since': AT }, false],
      [{ 'if-none-match': 'a', 'if-modified-since': AT }, false],
      [{ 'if-none-match': 'a' }, false],
      [{}, false],
    ]
    for (const [headers, clash] of rows) assert.equal(copyConditionsClash(conditions(headers)), clash)
  })
})

describe('writes', () => {
  test('what cannot be promised is named', () => {
    const rows: readonly (readonly [HeaderRow, string | undefined])[] = [
      [{ 'if-none-match': '"abc"' }, 'If-None-Match'],
      [{ 'if-none-match': '*', 'if-match': '"abc"' }, 'If-None-Match'],
      [{ 'if-unmodified-since': AT }, 'If-Unmodified-Since'],
      [{ 'if-modified-since': AT }, undefined],
      [{ 'if-none-match': '*' }, undefined],
      [{ 'if-match': '*' }, undefined],
      [{ 'if-match': '"abc"' }, undefined],
      [{}, undefined],
    ]
    for (const [headers, name] of rows) assert.equal(unsupportedOnWrite(conditions(headers)), name)
  })

  test('against an object and against none', () => {
    const failsMatch = { failed: 'If-Match', absent: false }
    const absent = { failed: 'If-Match', absent: true }
    const exists = { failed: 'If-None-Match', absent: false }
    const rows: readonly (readonly [HeaderRow, unknown, unknown])[] = [
      [{ 'if-match': '"zz"' }, failsMatch, absent],
      [{ 'if-match': 'W/"abc"' }, failsMatch, absent],
      [{ 'if-match': '"abc"' }, 'proceed', absent],
      [{ 'if-match': '*' }, 'proceed', absent],
      [{ 'if-none-match': '*' }, exists, 'proceed'],
      [{ 'if-none-match': '"abc"' }, exists, 'proceed'],
      [{ 'if-none-match': '"zz"' }, 'proceed', 'proceed'],
      [{ 'if-modified-since': AFTER }, 'proceed', 'proceed'],
      [{}, 'proceed', 'proceed'],
    ]
    for (const [headers, present, none] of rows) {
      assert.deepEqual(evaluateWrite(conditions(headers), OBJECT), present, JSON.stringify(headers))
      assert.deepEqual(evaluateWrite(conditions(headers), undefined), none, JSON.stringify(headers))
    }
  })
})
