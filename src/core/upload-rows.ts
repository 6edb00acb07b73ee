/** The rows of an unfinished upload, as every operation on it reads them. */

import type { MetaStore } from '../meta/meta-store.js'
import type { Bucket } from '../model/bucket.js'
import { fail } from '../model/errors/index.js'
import type { Changes } from './changes.js'
import {
  type Part,
  partCodec,
  partPrefix,
  partWritesKey,
  type Row,
  rangeOf,
  readRow,
  scanAll,
  type Upload,
  uploadCodec,
  uploadKey,
} from './rows.js'

export interface UploadName {
  readonly bucket: Bucket
  readonly key: string
  readonly uploadId: string
}

export async function readUpload(
  meta: MetaStore,
  { bucket, key, uploadId }: UploadName,
): Promise<Row<Upload | undefined>> {
  const rowKey = uploadKey(bucket.id, key, uploadId)
  return isUploadId(uploadId)
    ? await readRow(meta, uploadCodec, rowKey)
    : { key: rowKey, value: undefined, version: undefined }
}

function isUploadId(text: string): boolean {
  return /^[0-9a-f]{74}$/.test(text)
}

export function requireUpload(row: Row<Upload | undefined>, { uploadId }: UploadName): Upload {
  return row.value ?? fail('NoSuchUpload', { UploadId: uploadId })
}

export interface UploadParts {
  readonly rows: readonly Row<Part>[]
  /** Changes with every part that is written after these rows were read. */
  readonly writes: Row<unknown>
}

export async function readParts(meta: MetaStore, uploadId: string): Promise<UploadParts> {
  const key = partWritesKey(uploadId)
  const entry = await meta.get(key)
  const rows: Row<Part>[] = []
  for await (const entry of scanAll(meta, rangeOf(partPrefix(uploadId)))) {
    rows.push({ key: entry.key, value: partCodec.decode(entry.value), version: entry.version })
  }
  return { rows, writes: { key, value: undefined, version: entry?.version } }
}

/** The changes that end an upload: its rows go, if nothing has joined it meanwhile. The bytes are the caller's. */
export function endUpload(changes: Changes, upload: Row<unknown>, { rows, writes }: UploadParts): void {
  for (const row of [upload, writes, ...rows]) {
    changes.check(row)
    changes.remove(row.key)
  }
  for (const { value } of rows) changes.tally({ sizeBytes: -value.sizeBytes, objects: 0 })
}
