/** Objects, their versions and delete markers, and what their bytes consist of. */

import type { Millis } from '../base/clock.js'
import type { ChecksumAlgorithm, ChecksumType } from './checksum.js'
import type { Acl } from './grants.js'
import type { TagSet } from './tags.js'
import type { VersionExtras } from './version-extras.js'

/** Where a stretch of an object's bytes lies. `inline` pieces are rows of the metadata store, others blobs. */
export interface Piece {
  readonly blob: string
  readonly offsetBytes: number
  readonly sizeBytes: number
  readonly inline: boolean
  /** Absent: the bytes stand as they are. Offsets and sizes are always those of the bytes before encryption. */
  readonly seal?: PieceSeal
}

/** What opens an encrypted stored body, together with the key that `by` names. */
export interface PieceSeal {
  readonly by: 'server' | 'customer' | 'kms'
  /** Base64. Under a key of the key service: as that service made it. */
  readonly wrappedKey: string
  /** Of the stored body that the piece lies in. */
  readonly wholeSizeBytes: number
  /** Which of the server's keys wrapped it; absent under any other. */
  readonly keyVersion?: number
}

export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm
  readonly type: ChecksumType
  /** As on the wire: base64, with `-N` for a composite one. */
  readonly value: string
}

export interface StoredPart {
  readonly number: number
  readonly sizeBytes: number
  readonly checksum: string | undefined
}

/** Pieces stand in the version's own row when they are few, else in a manifest row. */
export type Content =
  | { readonly kind: 'pieces'; readonly pieces: readonly Piece[] }
  | { readonly kind: 'manifest'; readonly id: string; readonly partCount: number }

/** Wire strings, kept verbatim: one character per byte. Names are lower case; user metadata without its prefix. */
export interface ObjectHeaders {
  readonly contentType: string | undefined
  readonly cacheControl: string | undefined
  readonly contentDisposition: string | undefined
  readonly contentEncoding: string | undefined
  readonly contentLanguage: string | undefined
  readonly expires: string | undefined
  readonly userMetadata: readonly (readonly [name: string, value: string])[]
}

interface VersionFacts {
  readonly key: string
  /** 20 decimal digits, smaller is newer (model/version-id). */
  readonly sequence: string
  /** Written while versioning was unset or suspended: its version id is `null`. */
  readonly isNull: boolean
  readonly modifiedAt: Millis
  readonly accountId: string
}

export interface ObjectVersion extends VersionFacts {
  readonly kind: 'object'
  readonly sizeBytes: number
  /** Without quotes. */
  readonly etag: string
  /** CRC-64/XZ, unsigned decimal. */
  readonly crc64: string
  readonly storageClass: string
  readonly headers: ObjectHeaders
  readonly checksum: StoredChecksum | undefined
  readonly content: Content
  /** Undefined: it follows its bucket, as COS calls `default`. */
  readonly acl: Acl | undefined
  readonly tags: TagSet
  readonly extras: VersionExtras
}

export interface DeleteMarker extends VersionFacts {
  readonly kind: 'marker'
}

export type AnyVersion = ObjectVersion | DeleteMarker
