/** Names of buckets and objects: what is refused, with which condition, then what is allowed. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Condition, isApiError } from './errors/index.js'
import { type BucketNameRule, bucketNamePossible, checkBucketName, checkNewObjectKey, checkObjectKey } from './names.js'

const hostSuffix = '.cos.ap-beijing.myqcloud.com'

/** The condition that an action fails with, undefined when it does not. */
function outcome(action: () => void): Condition | undefined {
  try {
    action()
    return undefined
  } catch (error) {
    assert.ok(isApiError(error), String(error))
    return error.condition
  }
}

const REFUSED: Readonly<Record<BucketNameRule, readonly string[]>> = {
  'dns-label': [
    '',
    'ab',
    'a'.repeat(64),
    'a'.repeat(5000),
    'B_ad',
    'Bucket',
    'under_score',
    'spa ce',
    'ümlaut',
    '-abc',
    'abc-',
    '.abc',
    'abc.',
    'a..b',
    'a.-b',
    'a-.b',
    '192.168.5.4',
    '999.1.1.1',
    'xn--abc',
    'sthree-abc',
    'amzn-s3-demo-abc',
    'abc-s3alias',
    'abc--ol-s3',
    'abc.mrap',
    'abc--x-s3',
    'abc--table-s3',
    'abc\n',
    '../etc',
  ],
  'name-appid': [
    '',
    'bucket',
    'bucket-',
    '-1250000000',
    '--1250000000',
    '-a-1250000000',
    'a--',
    'a--1250000000',
    'A-1250000000',
    'a_b-1250000000',
    'a.b-1250000000',
    'a-125000000x',
    'a-1250000000\n',
    'ü-1250000000',
  ],
}

const ALLOWED: Readonly<Record<BucketNameRule, readonly string[]>> = {
  'dns-label': ['abc', 'a-b', 'a.b', '1.2.3', '123', 'a--b', 'my.bucket', 'a'.repeat(63), 'examplebucket-1250000000'],
  'name-appid': ['a-1', 'examplebucket-1250000000', 'a--b-1', '1-1', 'a-1-2', `${'a'.repeat(21)}-1250000000`],
}

describe('bucket names', () => {
  for (const rule of ['dns-label', 'name-appid'] as const) {
    test(`${rule} refuses with InvalidBucketName`, () => {
      for (const name of REFUSED[rule]) {
        assert.equal(
          outcome(() => checkBucketName(rule, name, { hostSuffix })),
          'InvalidBucketName',
          JSON.stringify(name),
        )
      }
    })

    test(`${rule} allows`, () => {
      for (const name of ALLOWED[rule]) {
        assert.equal(
          outcome(() => checkBucketName(rule, name, { hostSuffix })),
          undefined,
          name,
        )
        assert.equal(bucketNamePossible(name), true, name)
      }
    })
  }

  test('a COS name whose host passes 60 characters is too long, and only that', () => {
    const tooLong = `${'a'.repeat(22)}-1250000000`
    assert.equal(
      outcome(() => checkBucketName('name-appid', tooLong, { hostSuffix })),
      'BucketNameTooLong',
    )
    assert.equal(
      outcome(() => checkBucketName('name-appid', tooLong, { hostSuffix: '.cos.r.x' })),
      undefined,
    )
    const both = `${'A'.repeat(80)}-1250000000`
    assert.equal(
      outcome(() => checkBucketName('name-appid', both, { hostSuffix })),
      'InvalidBucketName',
    )
  })

  test('no bucket can have a name that both rules refuse', () => {
    for (const name of ['', 'ab', 'B_ad', 'under_score', '-abc', 'a..b', '192.168.5.4', `${'a'.repeat(300)}-1`]) {
      assert.equal(bucketNamePossible(name), false, name)
    }
  })

  test('whatever may be created may be addressed, and any name gets an answer', () => {
    const name = fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9.-]{1,70}$/))
    fc.assert(
      fc.property(name, fc.constantFrom<BucketNameRule>('dns-label', 'name-appid'), (text, rule) => {
        const created = outcome(() => checkBucketName(rule, text, { hostSuffix })) === undefined
        assert.ok(!created || bucketNamePossible(text))
      }),
      { seed: 20200410, numRuns: 3000 },
    )
  })

  test('a name of a million characters is decided at once', () => {
    assert.equal(bucketNamePossible('a-'.repeat(500_000)), false)
    assert.equal(
      outcome(() => checkBucketName('name-appid', `${'a-'.repeat(500_000)}x`, { hostSuffix })),
      'InvalidBucketName',
    )
  })
})

describe('object keys', () => {
  test('NUL is no URI, and length counts UTF-8 bytes', () => {
    const rows: readonly (readonly [string, number, Condition | undefined])[] = [
      ['a\0b', 850, 'InvalidURI'],
      [`\0${'a'.repeat(900)}`, 850, 'InvalidURI'],
      ['a'.repeat(851), 850, 'KeyTooLong'],
      ['a'.repeat(1025), 1024, 'KeyTooLong'],
      ['中'.repeat(284), 850, 'KeyTooLong'],
      ['😀'.repeat(257), 1024, 'KeyTooLong'],
      ['a'.repeat(850), 850, undefined],
      [`${'中'.repeat(283)}a`, 850, undefined],
      ['😀'.repeat(256), 1024, undefined],
      ['..', 850, undefined],
      ['a//b/../c', 850, undefined],
      ['/', 850, undefined],
      ['\u001b', 850, undefined],
    ]
    for (const [key, keyBytesMax, condition] of rows) {
      assert.equal(
        outcome(() => checkObjectKey(key, { keyBytesMax })),
        condition,
        key.slice(0, 20),
      )
    }
  })

  test('KeyTooLong says how long and how long it may be', () => {
    assert.throws(
      () => checkObjectKey('中'.repeat(300), { keyBytesMax: 850 }),
      (error: unknown) => {
        assert.ok(isApiError(error, 'KeyTooLong'))
        assert.deepEqual(error.details, { Size: 900, MaxSizeAllowed: 850 })
        return true
      },
    )
  })

  test('COS makes no key that begins with a slash or holds the controls 24 to 27; S3 does', () => {
    for (const key of ['/a', '/', '\\a', 'a\u0018', '\u0019', 'a\u001ab', '\u001b']) {
      assert.equal(
        outcome(() => checkNewObjectKey('cos', key)),
        'InvalidObjectName',
        JSON.stringify(key),
      )
      assert.equal(
        outcome(() => checkNewObjectKey('s3', key)),
        undefined,
      )
    }
    for (const key of ['a', 'a/', 'a\\b', 'a//b', '\u0017', '\u001c', '\t', '中']) {
      assert.equal(
        outcome(() => checkNewObjectKey('cos', key)),
        undefined,
        JSON.stringify(key),
      )
    }
  })
})
