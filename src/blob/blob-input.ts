/** What every blob engine checks of its arguments. An id becomes a file name, so nothing else may pass as one. */

import { assert } from '../base/assert.js'
import type { BlobId, BlobRange } from './blob-store.js'

export function isBlobId(text: string): text is BlobId {
  return text.length === 28 && /^[0-9a-f]+$/.test(text)
}

export function assertBlobId(id: BlobId): void {
  assert(isBlobId(id), 'a blob id is 28 lower-case hexadecimal digits')
}

export function assertBlobRange({ startBytes, endBytes }: BlobRange): void {
  const isRange = Number.isSafeInteger(startBytes) && Number.isSafeInteger(endBytes)
  assert(isRange && startBytes >= 0 && startBytes <= endBytes, `no range goes from ${startBytes} to ${endBytes}`)
}

export function assertListLimit(limit: number): void {
  assert(Number.isInteger(limit) && limit >= 1, `a list asks for at least one blob, not ${limit}`)
}
