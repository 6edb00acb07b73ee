/**
 * Tags of objects and buckets (cos-object.md 16, cos-auth-and-bucket.md 5.14; Amazon's object tagging). A length counts
 * UTF-16 units, as Amazon counts; order is kept as given, and a key stands once.
 */

import { fail } from './errors/index.js'

export interface Tag {
  readonly key: string
  readonly value: string
}

export type TagSet = readonly Tag[]

/** What is tagged. */
export type TagSubject = 'object' | 'bucket'

export const NO_TAGS: TagSet = []

export const TAGS_MAX: Readonly<Record<TagSubject, number>> = { object: 10, bucket: 50 }
export const TAG_KEY_UNITS_MAX = 128
export const TAG_VALUE_UNITS_MAX = 256

/** Letters, spaces and digits of every script, and eight signs. */
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

const EXCESSIVE: Readonly<Record<TagSubject, string>> = {
  object: `Object tags cannot be greater than ${TAGS_MAX.object}`,
  bucket: `Bucket tag count cannot be greater than ${TAGS_MAX.bucket}`,
}

/** How much of a faulty tag an error repeats. */
const SHOWN_UNITS_MAX = 512

/** The set, or TooManyTagsInSet, InvalidTag. `reservedPrefixes`: of keys that belong to the system. */
export function checkTags(tags: TagSet, subject: TagSubject, reservedPrefixes: readonly string[]): TagSet {
  if (tags.length > TAGS_MAX[subject]) fail('TooManyTagsInSet', {}, { message: EXCESSIVE[subject] })
  const keys = new Set<string>()
  for (const { key, value } of tags) {
    const TagKey = key.slice(0, SHOWN_UNITS_MAX)
    if (key === '' || key.length > TAG_KEY_UNITS_MAX || !CHARACTERS.test(key)) {
      fail('InvalidTag', { TagKey }, { message: 'The TagKey you have provided is invalid' })
    }
    if (value.length > TAG_VALUE_UNITS_MAX || !CHARACTERS.test(value)) {
      fail(
        'InvalidTag',
        { TagKey, TagValue: value.slice(0, SHOWN_UNITS_MAX) },
        { message: 'The TagValue you have provided is invalid' },
      )
    }
    if (reservedPrefixes.some((prefix) => key.startsWith(prefix))) {
      fail('InvalidTag', { TagKey }, { message: 'System tags cannot be added/updated by requester' })
    }
    if (keys.has(key)) {
      fail('InvalidTag', { TagKey }, { message: 'Cannot provide multiple Tags with the same key' })
    }
    keys.add(key)
  }
  return tags
}

/**
 * What conditions of policies ask about tags: `tags/<key>` for a value, `tag-keys`, and `tag-pairs` for `key&value`.
 * Undefined where there is no such thing; of no tags there are no keys and no pairs.
 */
export function tagFacts(tags: TagSet | undefined, name: string): readonly string[] | undefined {
  if (tags === undefined) return undefined
  if (name === 'tag-keys') return tags.length === 0 ? undefined : tags.map(({ key }) => key)
  if (name === 'tag-pairs') return tags.length === 0 ? undefined : tags.map(({ key, value }) => `${key}&${value}`)
  const wanted = name.slice('tags/'.length)
  const found = tags.find(({ key }) => key === wanted)
  return found === undefined ? undefined : [found.value]
}
