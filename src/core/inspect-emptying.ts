/** Inspects the progress of emptyings: each belongs to a bucket, and runs exactly while that bucket is being emptied. */

import { emptyingCodec } from './emptying-record.js'
import { kinds } from './rows.js'
import { pagesOf, partOfKey, type Survey } from './survey.js'

export async function inspectEmptyings(survey: Survey): Promise<void> {
  const closed = new Set([...survey.buckets.values()].filter(({ state }) => state === 'emptying').map(({ id }) => id))
  for await (const page of pagesOf(survey, kinds.emptying)) {
    for (const { key, value } of page) {
      const id = partOfKey(key, 1, 0)
      survey.count('emptying')
      const emptying = survey.attempt('emptying', id, () => emptyingCodec.decode(value))
      if (emptying === undefined) continue
      const name = survey.buckets.get(id)?.name
      if (name !== emptying.bucketName || emptying.bucketId !== id) {
        survey.report('damage', 'emptying', id, `belongs to no bucket ${emptying.bucketName}`)
      } else if (emptying.state !== 'running') continue
      else if (!closed.delete(id)) survey.report('damage', 'emptying', id, 'runs in a bucket that is not being emptied')
    }
  }
  for (const id of closed) {
    const name = survey.buckets.get(id)?.name ?? id
    survey.report('damage', 'bucket', name, 'is closed for an emptying that does not run')
  }
}
