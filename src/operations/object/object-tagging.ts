/** The tags of one version of an object. They change in place: the version keeps its id and its time. */

import { fail } from '../../model/errors/index.js'
import { NO_TAGS } from '../../model/tags.js'
import { showVendorHeader, showXml, xmlBody } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'
import { shownVersionId, versionReference } from '../object-fields.js'
import { TAGGING_SIZE_BYTES_MAX, tagging, taggingOf, tagsOf } from '../tagging.js'

const match = { target: 'object', query: ['tagging'] } as const
const versionId = showVendorHeader('version-id')

export const getObjectTagging = operation({
  name: 'GetObjectTagging',
  summary: 'The tags of a version.',
  method: 'GET',
  match,
  permission: 'GetObjectTagging',
  input: { reference: versionReference },
  output: { versionId, result: showXml(tagging) },
  handle: async (services, { bucket, key }, { reference }) => {
    const found = await services.core.objects.find({ bucket, key, reference })
    services.authorizeVersion('GetObjectTagging', found)
    const { tags } = found.version
    if (tags.length === 0 && services.dialect.traits.noTagsIsNoSuchTagSet) {
      fail('NoSuchTagSet', { BucketName: bucket.name, Key: key })
    }
    return { versionId: shownVersionId(found.bucket, found.version), result: taggingOf(tags) }
  },
})

export const putObjectTagging = operation({
  name: 'PutObjectTagging',
  summary: 'Replaces the tags of a version.',
  method: 'PUT',
  match,
  permission: 'PutObjectTagging',
  input: { reference: versionReference, given: xmlBody(tagging, { sizeBytesMax: TAGGING_SIZE_BYTES_MAX }) },
  output: { versionId },
  prepare: ({ core }, { bucket, key }, { reference }) => core.objects.find({ bucket, key, reference }),
  handle: async (services, { bucket, key }, { reference, given }) => {
    const { core, dialect } = services
    const tags = tagsOf(given, 'object', dialect)
    const written = await core.objects.setTags({ bucket, key, reference }, tags, (found) => {
      services.authorizeVersion('PutObjectTagging', { ...found, tags })
    })
    return { versionId: shownVersionId(written.bucket, written.version) }
  },
})

export const deleteObjectTagging = operation({
  name: 'DeleteObjectTagging',
  summary: 'Removes all tags of a version.',
  method: 'DELETE',
  match,
  permission: 'DeleteObjectTagging',
  input: { reference: versionReference },
  status: 204,
  output: { versionId },
  handle: async (services, { bucket, key }, { reference }) => {
    const written = await services.core.objects.setTags({ bucket, key, reference }, NO_TAGS, (found) => {
      services.authorizeVersion('DeleteObjectTagging', found)
    })
    return { versionId: shownVersionId(written.bucket, written.version) }
  },
})
