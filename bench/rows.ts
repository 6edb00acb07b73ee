/** The rows that a small object consists of, as the core writes them. */

import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { timeOrderedId } from '../src/base/ids.js'
import { encodeVersion, inlineKey, objectKey } from '../src/core/rows.js'
import type { Put } from '../src/meta/meta-store.js'

const HEADERS = {
  contentType: 'application/octet-stream',
  cacheControl: undefined,
  contentDisposition: undefined,
  contentEncoding: undefined,
  contentLanguage: undefined,
  expires: undefined,
  userMetadata: [],
} as const

const MODIFIED_AT = Date.UTC(2026, 0, 1)

export function objectRows(bucketId: string, name: string, body: Uint8Array, accountId = '0123456789ab'): Put[] {
  const blob = timeOrderedId(Date.now(), randomBytes)
  const version = encodeVersion({
    kind: 'object',
    key: name,
    sequence: '18444973673709551615',
    isNull: true,
    modifiedAt: MODIFIED_AT,
    accountId,
    sizeBytes: body.byteLength,
    etag: 'd41d8cd98f00b204e9800998ecf8427e',
    crc64: '12345678901234567890',
    storageClass: 'STANDARD',
    headers: HEADERS,
    checksum: undefined,
    acl: undefined,
    tags: [],
    extras: {},
    content: { kind: 'pieces', pieces: [{ blob, offsetBytes: 0, sizeBytes: body.byteLength, inline: true }] },
  })
  const value = Buffer.allocUnsafe(4 + body.byteLength)
  value.writeUInt32BE(crc32(body), 0)
  value.set(body, 4)
  return [
    { key: objectKey(bucketId, name), value: version },
    { key: inlineKey(blob), value },
  ]
}
