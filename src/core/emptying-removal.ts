/**
 * What a bucket that is being emptied still holds, page by page, and the removal of one piece of it. Rows are only read
 * here: what removes is what removes for everybody, with its rules, told that the bucket is in the state `emptying`.
 */

import { keyParts } from '../meta/key.js'
import { isCollapsed, type MetaStore } from '../meta/meta-store.js'
import type { Bucket } from '../model/bucket.js'
import type { VersionReference } from '../model/version-id.js'
import type { EmptyingPhase } from './emptying-record.js'
import type { MultipartStore } from './multipart.js'
import type { ObjectStore } from './objects.js'
import { decodeVersion, markerPrefix, noncurrentBucketPrefix, objectPrefix, rangeOf, uploadPrefix } from './rows.js'

export interface Removals {
  readonly objects: Pick<ObjectStore, 'deleteInClosed'>
  readonly multipart: Pick<MultipartStore, 'abort'>
}

/** One thing that was found. */
export type Found = {
  readonly key: string
  /** Of its row, so that the walk goes on behind it. */
  readonly position: string
} & ({ readonly reference: VersionReference } | { readonly uploadId: string })

/** gone: somebody else has removed it. */
export type Removed = 'object' | 'marker' | 'upload' | 'gone'

const PREFIXES: Readonly<Record<EmptyingPhase, (bucketId: string) => Uint8Array>> = {
  version: noncurrentBucketPrefix,
  object: objectPrefix,
  marker: markerPrefix,
  upload: uploadPrefix,
}

/** How many parts the keys of its rows have. */
const KEY_PARTS: Readonly<Record<EmptyingPhase, number>> = { version: 3, object: 2, marker: 2, upload: 3 }

export async function findRows(
  meta: MetaStore,
  bucket: Bucket,
  phase: EmptyingPhase,
  after: string | undefined,
  limit: number,
): Promise<readonly Found[]> {
  const range = rangeOf(PREFIXES[phase](bucket.id))
  const from = after === undefined ? range.from : Buffer.concat([Buffer.from(after, 'hex'), Buffer.of(0)])
  const rows = await meta.scan({ from, to: range.to }, { limit })
  return rows.flatMap((row): readonly Found[] => {
    if (isCollapsed(row)) return []
    const [, name, last] = keyParts(row.key, KEY_PARTS[phase])
    const key = name?.toString('utf8') ?? ''
    const position = Buffer.from(row.key).toString('hex')
    if (phase === 'upload') return [{ key, position, uploadId: last?.toString('latin1') ?? '' }]
    const { isNull, sequence } = decodeVersion(key, row.value)
    return [{ key, position, reference: isNull ? { kind: 'null' } : { kind: 'sequence', sequence } }]
  })
}

export async function removeFound(removals: Removals, bucket: Bucket, found: Found): Promise<Removed> {
  const { key } = found
  if ('uploadId' in found) {
    await removals.multipart.abort({ bucket, key, uploadId: found.uploadId }, { state: 'emptying' })
    return 'upload'
  }
  const { removed } = await removals.objects.deleteInClosed({ bucket, key, reference: found.reference }, 'emptying')
  return removed?.kind ?? 'gone'
}
