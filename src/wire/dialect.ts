/** What a dialect is: data and signature schemes. No operation asks which one it serves; it reads a trait. */

import type { AuthScheme } from './authentication.js'

export type DialectName = 'cos' | 's3'

export interface Dialect {
  readonly name: DialectName
  /** Lower case, with the final hyphen. */
  readonly vendorPrefix: 'x-cos-' | 'x-amz-'
  readonly schemes: readonly AuthScheme[]
  readonly traits: Traits
}

/** Behaviour that differs, by name. Each value stands in dialects/<name>/dialect.ts with its source. */
export interface Traits {
  /** Longest object key, UTF-8 bytes. */
  readonly keyBytesMax: number
  /** Smallest part but the last at Complete. */
  readonly partSizeBytesMin: number
  /** Part numbers at Complete must have no gaps. */
  readonly partNumbersContinuous: boolean
  /** The rule that a new bucket's name must satisfy. */
  readonly bucketNameRule: 'name-appid' | 'dns-label'
  /** Unfinished uploads keep a bucket from being deleted. */
  readonly uploadsKeepBucket: boolean
  /** The default and the largest page of List Buckets. */
  readonly bucketPageRowsMax: number
  /** NextMarker in List Objects v1 without a delimiter as well. */
  readonly nextMarkerAlways: boolean
  /** A delimiter is exactly one character. */
  readonly delimiterOneCharacter: boolean
  /** Ranges are honoured by `partNumber` on GET and HEAD. */
  readonly partNumberReads: boolean
  /** GET or HEAD naming a delete marker's version: 405 instead of 404. */
  readonly deleteMarkerMethodNotAllowed: boolean
  /** PUT while versioning is suspended answers with version id `null`. */
  readonly suspendedPutShowsNull: boolean
  /** x-cos-hash-crc64ecma accompanies every object and part. */
  readonly crc64Header: boolean
  /** STANDARD is left out of the storage-class header on reads: true in both; the class is shown on listings. */
  readonly storageClasses: readonly string[]
  /** If-Match on a PUT of an absent key is NoSuchKey (S3) and not PreconditionFailed. */
  readonly ifMatchAbsentIsNoSuchKey: boolean
  /** A body longer than Content-MD5 or multi-delete demands the digest header. */
  readonly multiDeleteNeedsDigest: boolean
  /** Metadata directive word that replaces: `Replaced` (COS) or `REPLACE` (S3); compared without case. */
  readonly replaceDirective: string
  /** XML namespace of result documents, if any. */
  readonly xmlNamespace: string | undefined
  /** XML declaration of result documents. */
  readonly xmlDeclaration: string
  /** ISO times in listings of buckets carry milliseconds. */
  readonly bucketTimeMillis: boolean
  /** Region comes from a LocationConstraint body on CreateBucket. */
  readonly locationInBody: boolean
}
