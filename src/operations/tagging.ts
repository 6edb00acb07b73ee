/** Tags as requests give them, by a header or a document, and the document that shows them. */

import { checkTags, type Tag, type TagSet, type TagSubject } from '../model/tags.js'
import type { Dialect } from '../wire/dialect.js'
import { document, element, list, record, S3_NAMESPACE, text } from '../wire/document.js'

export const tagElement = record({ key: element('Key', text), value: element('Value', text) })

export interface Tagging {
  readonly tagSet: { readonly tag: readonly Tag[] }
}

export const tagging = document<Tagging>(
  'Tagging',
  record({ tagSet: element('TagSet', record({ tag: list('Tag', tagElement) })) }),
  { namespace: { s3: S3_NAMESPACE } },
)

/** Fifty of the longest tags with every character as a numeric reference. */
export const TAGGING_SIZE_BYTES_MAX = 256 * 1024

export function taggingOf(tags: TagSet): Tagging {
  return { tagSet: { tag: tags } }
}

/** The tags that a document gives, or InvalidTag. */
export function tagsOf({ tagSet }: Tagging, subject: TagSubject, { traits }: Dialect): TagSet {
  return checkTags(tagSet.tag, subject, traits.reservedTagPrefixes[subject])
}
