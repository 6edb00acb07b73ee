/**
 * Tags as requests give them, by a header, a field of a form or a document, and the document that shows them. Whoever
 * gives tags to a new object, or has those of another copied, is asked for the same permissions as if it were done by
 * the operations on tags alone, in both dialects (Amazon's PutObject and CopyObject).
 */

import type { TouchedVersion } from '../core/access.js'
import type { Bucket } from '../model/bucket.js'
import { fail, isApiError } from '../model/errors/index.js'
import { checkTags, NO_TAGS, type Tag, type TagSet, type TagSubject } from '../model/tags.js'
import type { Dialect } from '../wire/dialect.js'
import { document, element, list, record, S3_NAMESPACE, text } from '../wire/document.js'
import { type HeadField, headField, type InputSource } from '../wire/field.js'
import type { Services } from '../wire/operation.js'
import { parseQuery } from '../wire/query.js'
import { vendorNames } from '../wire/vendor-names.js'

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

/** The tags that a document gives: TooManyTagsInSet, InvalidTag. */
export function tagsOf({ tagSet }: Tagging, subject: TagSubject, dialect: Dialect): TagSet {
  return allowedTags(tagSet.tag, subject, dialect)
}

export function allowedTags(tags: TagSet, subject: TagSubject, { traits }: Dialect): TagSet {
  return checkTags(tags, subject, traits.reservedTagPrefixes[subject])
}

// --- beside a body ------------------------------------------------------------------------------------------------

/** `k1=v1&k2=v2`, both sides encoded as in a query (cos-object.md 4). */
export const bucketTagsHeader: HeadField<TagSet> = headField('x-*-tagging', (source) =>
  allowedTags(tagsInHeader(source), 'bucket', source.dialect),
)

/** The same; a form may have a document in their place. */
export const objectTagsHeader: HeadField<TagSet> = headField('x-*-tagging', (source) => {
  const { dialect, form } = source
  const inHeader = tagsInHeader(source)
  const field = dialect.form.tagsField
  const given = field === undefined ? undefined : form?.field(field)
  if (field === undefined || given === undefined) return allowedTags(inHeader, 'object', dialect)
  if (inHeader.length > 0) fail('InvalidArgument', { ArgumentName: field }, { message: 'The form has tags twice.' })
  return tagsOf(tagging.parse(Buffer.from(given, 'latin1'), dialect.name), 'object', dialect)
})

const TAGGING = vendorNames('tagging')

function tagsInHeader({ request, dialect }: InputSource): TagSet {
  const ArgumentName = TAGGING[dialect.vendorPrefix]
  const ArgumentValue = request.headers.get(ArgumentName) ?? ''
  try {
    return parseQuery(ArgumentValue).map(({ name, value }) => ({ key: name, value }))
  } catch (error) {
    if (!isApiError(error, 'InvalidURI')) throw error
    const message = `The header '${ArgumentName}' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.`
    return fail('InvalidArgument', { ArgumentName, ArgumentValue }, { message })
  }
}

// --- who may ------------------------------------------------------------------------------------------------------

/** AccessDenied, unless the caller may tag the object that it is about to make. */
export async function requireTagging(services: Services, bucket: Bucket, key: string, tags: TagSet): Promise<void> {
  if (tags.length > 0) await services.authorize('PutObjectTagging', { bucket, key, made: true, tags })
}

/** The tags of a version that is copied. They are not left out silently where the caller may not read them. */
export function copiedTags(services: Services, found: TouchedVersion): TagSet {
  const { tags } = found.version
  if (tags.length === 0) return NO_TAGS
  services.authorizeVersion('GetObjectTagging', found)
  return tags
}

/** How many tags a version has, for those who may read them. */
export function shownTagCount(services: Services, found: TouchedVersion): string | undefined {
  const { tags } = found.version
  if (tags.length === 0) return undefined
  try {
    services.authorizeVersion('GetObjectTagging', found)
    return String(tags.length)
  } catch (error) {
    if (isApiError(error, 'AccessDenied')) return undefined
    throw error
  }
}
