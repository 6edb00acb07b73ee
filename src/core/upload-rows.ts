/** The rows of an unfinished upload, as every operation on it reads them. */

import type { MetaStore } from '../meta/meta-store.js'
import type { Bucket } from '../model/bucket.js'
import { fail } from '../model/errors/index.js'
import {
  type Part,
  partCodec,
  partPrefix,
  type Row,
  rangeOf,
  rowOf,
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
    ? rowOf(uploadCodec, rowKey, await meta.get(rowKey))
    : { key: rowKey, value: undefined, version: undefined }
}

function isUploadId(text: string): boolean {
  return /^[0-9a-f]{74}$/.test(text)
}

export function requireUpload(row: Row<Upload | undefined>, { uploadId }: UploadName): Upload {
  return row.value ?? fail('NoSuchUpload', { UploadId: uploadId })
}

export async function readParts(meta: MetaStore, uploadId: string): Promise<readonly Row<Part>[]> {
  const rows: Row<Part>[] = []
  for await (const entry of scanAll(meta, rangeOf(partPrefix(uploadId)))) {
    rows.push({ key: entry.key, value: partCodec.decode(entry.value), version: entry.version })
  }
  return rows
}
