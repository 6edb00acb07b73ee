/** What a tag may be: lengths to the unit, characters, reserved beginnings, and how many there may be. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Condition, isApiError } from './errors/index.js'
import { checkTags, type Tag, type TagSubject } from './tags.js'

const tag = (key: string, value = ''): Tag => ({ key, value })
const many = (count: number) => Array.from({ length: count }, (_, index) => tag(`k${index}`, 'v'))

function refused(
  tags: readonly Tag[],
  condition: Condition,
  details: Readonly<Record<string, string>> = {},
  reserved: readonly string[] = [],
  subject: TagSubject = 'object',
): void {
  assert.throws(
    () => checkTags(tags, subject, reserved),
    (error: unknown) => {
      assert.ok(isApiError(error, condition), JSON.stringify(tags))
      assert.deepEqual(error.details, details)
      return true
    },
  )
}

describe('what no tag may be', () => {
  test('a key that is empty, too long, or has other characters', () => {
    const keys = [
      '',
      'k'.repeat(129),
      '𠀀'.repeat(65),
      'a&b',
      'a=b?',
      'a*',
      'a"b',
      'a<b',
      'a\tb',
      'a\nb',
      '😀',
      'a\\',
      '\ud800',
    ]
    for (const key of keys) refused([tag('fine', '1'), tag(key, 'v')], 'InvalidTag', { TagKey: key })
  })

  test('a value that is too long or has other characters', () => {
    for (const value of ['v'.repeat(257), '𠀀'.repeat(129), 'a&b', 'a,b', 'a;b', '\0', '100%'])
      refused([tag('k', value)], 'InvalidTag', { TagKey: 'k', TagValue: value })
  })

  test('a key twice, whatever the values are', () => {
    refused([tag('a', '1'), tag('b'), tag('a', '2')], 'InvalidTag', { TagKey: 'a' })
  })

  test('a key that begins as those of the system do', () => {
    for (const key of ['aws:', 'aws:x', 'project', 'projects'])
      refused([tag(key)], 'InvalidTag', { TagKey: key }, ['aws:', 'project'])
  })

  test('one more than there may be', () => {
    refused(many(11), 'TooManyTagsInSet')
    refused(many(51), 'TooManyTagsInSet', {}, [], 'bucket')
  })
})

describe('what a tag may be', () => {
  test('letters, digits and spaces of every script, and eight signs, up to the longest', () => {
    const tags = [
      tag('k'.repeat(128), 'v'.repeat(256)),
      tag('𠀀'.repeat(64), '𠀀'.repeat(128)),
      tag('中文 键', '值 é ß Ж'),
      tag('+-=._:/@', '+-=._:/@'),
      tag(' ', ' '),
      tag('a', ''),
      tag('A', ''),
      tag('xaws:', 'aws:'),
    ]
    assert.equal(checkTags(tags, 'object', ['aws:']), tags)
  })

  test('as many as there may be, and none', () => {
    for (const [count, subject] of [
      [0, 'object'],
      [10, 'object'],
      [0, 'bucket'],
      [50, 'bucket'],
    ] as const)
      assert.equal(checkTags(many(count), subject, []).length, count)
  })
})
