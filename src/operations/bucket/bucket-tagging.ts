/** The tags of a bucket. An empty set is none (cos-auth-and-bucket.md 5.14). */

import { bucketTagsFormat } from '../../core/tags-record.js'
import { fail } from '../../model/errors/index.js'
import { bucketDocument } from '../bucket-document.js'
import { TAGGING_SIZE_BYTES_MAX, tagging, taggingOf, tagsOf } from '../tagging.js'

export const bucketTagging = bucketDocument({
  name: 'BucketTagging',
  subject: 'tags',
  query: 'tagging',
  document: tagging,
  format: bucketTagsFormat,
  absent: (details) => fail('NoSuchTagSet', details),
  accept: (given, { dialect }) => {
    const tags = tagsOf(given, 'bucket', dialect)
    return tags.length === 0 ? undefined : tags
  },
  show: taggingOf,
  putStatus: 204,
  sizeBytesMax: TAGGING_SIZE_BYTES_MAX,
})
