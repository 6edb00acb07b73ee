/** Storage classes: what each dialect refuses, and how a class looks from the other side. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isApiError } from './errors/index.js'
import {
  accessTierOf,
  isArchived,
  mayTransition,
  parseStorageClass,
  STORAGE_CLASSES,
  spellStorageClass,
  storageClassesOf,
} from './storage-class.js'

describe('storage classes', () => {
  test('unknown, foreign and misspelt classes are refused and named', () => {
    const rows: readonly (readonly ['cos' | 's3', string])[] = [
      ['s3', 'FakeClass'],
      ['s3', 'standard'],
      ['s3', 'ARCHIVE'],
      ['s3', 'OUTPOSTS'],
      ['s3', 'constructor'],
      ['cos', 'FakeClass'],
      ['cos', 'GLACIER'],
      ['cos', 'ONEZONE_IA'],
      ['cos', 'MAZ_STANDARD'],
      ['cos', 'NEARLINE'],
      ['cos', '__proto__'],
    ]
    for (const [dialect, text] of rows) {
      assert.throws(
        () => parseStorageClass(dialect, text),
        (error: unknown) => {
          assert.ok(isApiError(error, 'InvalidStorageClass'))
          assert.deepEqual(error.details, { StorageClassRequested: text })
          return true
        },
        text,
      )
    }
  })

  test('none named is STANDARD', () => {
    for (const text of [undefined, '', ' ']) assert.equal(parseStorageClass('cos', text), 'STANDARD')
  })

  test('what one dialect stores, the other spells', () => {
    const rows: readonly (readonly ['cos' | 's3', string, string, string])[] = [
      ['s3', 'STANDARD', 'STANDARD', 'STANDARD'],
      ['s3', 'STANDARD_IA', 'STANDARD_IA', 'STANDARD_IA'],
      ['s3', 'INTELLIGENT_TIERING', 'INTELLIGENT_TIERING', 'INTELLIGENT_TIERING'],
      ['s3', 'GLACIER', 'ARCHIVE', 'GLACIER'],
      ['cos', 'ARCHIVE', 'ARCHIVE', 'GLACIER'],
      ['cos', 'DEEP_ARCHIVE', 'DEEP_ARCHIVE', 'DEEP_ARCHIVE'],
      ['s3', 'ONEZONE_IA', 'STANDARD_IA', 'ONEZONE_IA'],
      ['s3', 'GLACIER_IR', 'STANDARD_IA', 'GLACIER_IR'],
      ['s3', 'REDUCED_REDUNDANCY', 'STANDARD', 'REDUCED_REDUNDANCY'],
    ]
    for (const [dialect, text, cos, s3] of rows) {
      const stored = parseStorageClass(dialect, text)
      assert.equal(spellStorageClass('cos', stored), cos)
      assert.equal(spellStorageClass('s3', stored), s3)
    }
  })

  test('every class that a dialect lists is one that it accepts and spells alike', () => {
    for (const dialect of ['cos', 's3'] as const) {
      const spellings = storageClassesOf(dialect)
      assert.equal(new Set(spellings).size, spellings.length)
      for (const text of spellings) assert.equal(spellStorageClass(dialect, parseStorageClass(dialect, text)), text)
    }
    assert.deepEqual(storageClassesOf('cos'), [
      'STANDARD',
      'STANDARD_IA',
      'INTELLIGENT_TIERING',
      'ARCHIVE',
      'DEEP_ARCHIVE',
    ])
  })

  test('only the two archive classes need a restore', () => {
    const archived = storageClassesOf('s3').filter((text) => isArchived(parseStorageClass('s3', text)))
    assert.deepEqual(archived, ['GLACIER', 'DEEP_ARCHIVE'])
    assert.equal(isArchived('toString'), false)
  })

  test('what is archived lies in a tier with a name, and nothing else does', () => {
    for (const name of Object.keys(STORAGE_CLASSES)) assert.equal(accessTierOf(name) !== undefined, isArchived(name))
    assert.equal(accessTierOf('ARCHIVE'), 'ARCHIVE_ACCESS')
    assert.equal(accessTierOf('toString'), undefined)
  })

  test('rules move down and never up, never in a circle, and never into what nobody should choose', () => {
    const names = Object.keys(STORAGE_CLASSES)
    const refused: readonly (readonly [string, string])[] = [
      ['STANDARD', 'REDUCED_REDUNDANCY'],
      ['REDUCED_REDUNDANCY', 'STANDARD'],
      ['INTELLIGENT_TIERING', 'STANDARD_IA'],
      ['ONEZONE_IA', 'STANDARD_IA'],
      ['ONEZONE_IA', 'INTELLIGENT_TIERING'],
      ['ONEZONE_IA', 'GLACIER_IR'],
      ['GLACIER_IR', 'ONEZONE_IA'],
      ['ARCHIVE', 'GLACIER_IR'],
      ['DEEP_ARCHIVE', 'ARCHIVE'],
      ['GLACIER', 'DEEP_ARCHIVE'],
      ['toString', 'ARCHIVE'],
      ['STANDARD', '__proto__'],
    ]
    for (const [from, to] of refused) assert.equal(mayTransition(from, to), false, `${from} to ${to}`)
    for (const from of names) {
      assert.equal(mayTransition(from, 'STANDARD'), false, from)
      assert.equal(mayTransition(from, from), false, from)
      for (const to of names) assert.ok(!(mayTransition(from, to) && mayTransition(to, from)), `${from} and ${to}`)
    }
  })

  test('the waterfall of both services', () => {
    const cos = ['STANDARD', 'STANDARD_IA', 'INTELLIGENT_TIERING', 'ARCHIVE', 'DEEP_ARCHIVE']
    const s3 = ['STANDARD', 'STANDARD_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR', 'ARCHIVE', 'DEEP_ARCHIVE']
    const inOneZone = ['STANDARD', 'STANDARD_IA', 'INTELLIGENT_TIERING', 'ONEZONE_IA', 'ARCHIVE', 'DEEP_ARCHIVE']
    for (const falls of [cos, s3, inOneZone, ['REDUCED_REDUNDANCY', 'STANDARD_IA', 'ARCHIVE']]) {
      for (const [at, from] of falls.entries()) {
        for (const to of falls.slice(at + 1)) assert.equal(mayTransition(from, to), true, `${from} to ${to}`)
      }
    }
  })
})
