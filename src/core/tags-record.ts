/** Tags as they stand in rows: a list of `[key, value]` (docs/data-format.md). */

import { asList, asText } from '../meta/json.js'
import type { Json } from '../meta/record.js'
import type { TagSet } from '../model/tags.js'
import type { DocumentFormat } from './documents.js'

export function tagsToJson(tags: TagSet): Json {
  return tags.map(({ key, value }) => [key, value])
}

export function tagsFromJson(json: Json): TagSet {
  return asList(json).map((pair) => {
    const [key, value] = asList(pair)
    return { key: asText(key), value: asText(value) }
  })
}

/** Of a bucket; never empty. */
export const bucketTagsFormat: DocumentFormat<TagSet> = {
  kind: 'tagging',
  toJson: tagsToJson,
  fromJson: tagsFromJson,
}
