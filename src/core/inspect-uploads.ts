/** Inspects unfinished uploads: each lies in a bucket, each part belongs to one, and its bytes are what it says. */

import { inspectContent } from './inspect-contents.js'
import { kinds, partCodec, uploadCodec } from './rows.js'
import { pagesOf, partOfKey, refer, type Survey } from './survey.js'

export async function inspectUploads(survey: Survey): Promise<void> {
  for await (const page of pagesOf(survey, kinds.upload)) {
    for (const { key, value } of page) {
      const bucket = survey.buckets.get(partOfKey(key, 3, 0))
      const id = partOfKey(key, 3, 2)
      const name = `${bucket?.name ?? partOfKey(key, 3, 0)}/${partOfKey(key, 3, 1)} ${id}`
      survey.count('upload')
      survey.uploads.add(id)
      if (bucket === undefined) survey.report('damage', 'upload', name, 'lies in a bucket that does not exist')
      const upload = survey.attempt('upload', name, () => uploadCodec.decode(value))
      if (upload === undefined) continue
      if (upload.id !== id || upload.key !== partOfKey(key, 3, 1)) {
        survey.report('damage', 'upload', name, `stands under another name: ${upload.key} ${upload.id}`)
      }
    }
  }
  await inspectParts(survey)
  for await (const page of pagesOf(survey, kinds.partWrites)) {
    for (const { key } of page) {
      const id = partOfKey(key, 1, 0)
      if (!survey.uploads.has(id)) survey.report('damage', 'part-writes', id, 'belongs to no upload')
    }
  }
}

async function inspectParts(survey: Survey): Promise<void> {
  for await (const page of pagesOf(survey, kinds.part)) {
    for (const { key, value } of page) {
      const id = partOfKey(key, 2, 0)
      const number = partOfKey(key, 2, 1)
      const name = `${id} ${number}`
      survey.count('part')
      if (!survey.uploads.has(id)) survey.report('damage', 'part', name, 'belongs to no upload')
      const part = survey.attempt('part', name, () => partCodec.decode(value))
      if (part === undefined) continue
      if (part.number !== Number(number)) survey.report('damage', 'part', name, 'stands under another number')
      if (!refer(survey, 'part', name, part.pieces)) continue
      await inspectContent(survey, 'part', name, { ...part, partSizesBytes: [] })
    }
  }
}
