/**
 * The rows of the metadata store: key layout and record format of each kind. docs/data-format.md explains them to
 * operators; test/golden keeps a recorded example of each version.
 */

import { assert } from '../base/assert.js'
import { afterPrefix, asBuffer, type Bytes, utf8 } from '../base/bytes.js'
import type { Millis } from '../base/clock.js'
import { asList, asNumber, asOneOf, asOptionalNumber, asOptionalText, asText } from '../meta/json.js'
import { key, keyParts, keyPrefix } from '../meta/key.js'
import {
  type Check,
  type Entry,
  isCollapsed,
  type KeyRange,
  type MetaStore,
  type Put,
  SCAN_LIMIT_MAX,
  type Version,
} from '../meta/meta-store.js'
import { type Codec, codec, type Json } from '../meta/record.js'
import { BUCKET_STATES, type Bucket, DOCUMENT_KINDS } from '../model/bucket.js'
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm, type ChecksumType } from '../model/checksum.js'
import { DOMAIN_TYPES, type DomainType } from '../model/custom-domain.js'
import { ACCOUNT_STATES, type Account } from '../model/principal.js'
import { NO_TAGS } from '../model/tags.js'
import type {
  AnyVersion,
  Content,
  DeleteMarker,
  ObjectHeaders,
  ObjectVersion,
  Piece,
  PieceSeal,
  StoredChecksum,
  StoredPart,
} from '../model/version.js'
import { aclFromJson, aclToJson } from './acl-record.js'
import { extrasFromJson, extrasToJson } from './extras-record.js'
import { limitsFromJson, limitsToJson } from './limits-record.js'
import { tagsFromJson, tagsToJson } from './tags-record.js'

/** First byte of every key of the kind. Numbers are never reused (docs/data-format.md). */
export const kinds = {
  format: 0x01,
  masterKey: 0x02,
  serviceMode: 0x03,
  serverKey: 0x04,
  account: 0x10,
  accountAppId: 0x11,
  accessKey: 0x12,
  user: 0x13,
  group: 0x14,
  role: 0x15,
  policy: 0x16,
  keyUse: 0x17,
  tokenKey: 0x18,
  userNumber: 0x19,
  kmsKey: 0x1a,
  kmsKeyIndex: 0x1b,
  kmsKeyVersion: 0x1c,
  bucket: 0x20,
  accountBucket: 0x21,
  bucketCount: 0x22,
  document: 0x23,
  formerRegion: 0x24,
  usage: 0x25,
  acceleratedCount: 0x26,
  uncounted: 0x27,
  domain: 0x28,
  object: 0x30,
  marker: 0x31,
  version: 0x32,
  nullVersion: 0x33,
  inline: 0x40,
  manifest: 0x41,
  blob: 0x42,
  upload: 0x50,
  part: 0x51,
  partWrites: 0x52,
  trash: 0x60,
  job: 0x70,
  torrent: 0x71,
  accessRecord: 0x72,
  logBatch: 0x73,
  emptying: 0x74,
} as const

const CHECKSUM_TYPES: readonly ChecksumType[] = ['COMPOSITE', 'FULL_OBJECT']

/** A decoded row and what a commit needs to check it. `value` undefined: the row is absent. */
export interface Row<T> {
  readonly key: Bytes
  readonly value: T
  readonly version: Version | undefined
}

export function checkOf(row: Row<unknown>): Check {
  return { key: row.key, version: row.version }
}

export function putOf<T>(rowCodec: Codec<T>, rowKey: Bytes, value: T): Put {
  return { key: rowKey, value: rowCodec.encode(value) }
}

export function rowOf<T>(rowCodec: Codec<T>, rowKey: Bytes, entry: Entry | undefined): Row<T | undefined> {
  if (entry === undefined) return { key: rowKey, value: undefined, version: undefined }
  return { key: rowKey, value: rowCodec.decode(entry.value), version: entry.version }
}

/** One row, read now. */
export async function readRow<T>(
  meta: Pick<MetaStore, 'get'>,
  rowCodec: Codec<T>,
  rowKey: Bytes,
): Promise<Row<T | undefined>> {
  return rowOf(rowCodec, rowKey, await meta.get(rowKey))
}

/** Every entry of a range that is known to be small, or that the caller walks in bounded steps. */
export async function* scanAll(meta: MetaStore, range: KeyRange, pageRows = 1_000): AsyncGenerator<Entry> {
  assert(pageRows <= SCAN_LIMIT_MAX, 'a page fits the scan limit')
  let from = range.from
  for (;;) {
    const page = await meta.scan({ from, to: range.to }, { limit: pageRows })
    for (const row of page) {
      assert(!isCollapsed(row), 'nothing is collapsed unless asked for')
      yield row
    }
    const last = page.at(-1)
    if (page.length < pageRows || last === undefined || isCollapsed(last)) return
    from = Buffer.concat([last.key, Buffer.of(0)])
  }
}

/** So many rows of a range behind a cursor; `next` is where to go on, undefined at the end. */
export async function pageBehind(
  meta: Pick<MetaStore, 'scan'>,
  { from, to }: KeyRange,
  cursor: string | undefined,
  limit: number,
): Promise<{ readonly entries: readonly Entry[]; readonly next: string | undefined }> {
  const start = cursor === undefined ? from : Buffer.concat([Buffer.from(cursor, 'hex'), Buffer.of(0)])
  const entries = (await meta.scan({ from: start, to }, { limit })).filter((row): row is Entry => !isCollapsed(row))
  const last = entries.at(-1)
  return {
    entries,
    next: entries.length < limit || last === undefined ? undefined : asBuffer(last.key).toString('hex'),
  }
}

/** All keys that begin with the prefix. */
export function rangeOf(prefix: Bytes): KeyRange {
  const to = afterPrefix(prefix)
  assert(to !== undefined, 'a row prefix is never all 0xFF')
  return { from: prefix, to }
}

/** The step to a version that only allows more than the one before: what is there means the same. */
function unchanged(json: Json): Json {
  return json
}

// --- accounts -------------------------------------------------------------------------------------------------

/** Versions 1 and 2 knew no states: every account was active. */
function activeAccount(json: Json): Json {
  const [id = null, appId = null, uin = null, canonicalId = null, displayName = null, email = null] = asList(json)
  return [id, appId, uin, canonicalId, displayName, email, 'active', null, 0]
}

export const accountCodec = codec<Account>({
  name: 'account',
  version: 4,
  upgrades: [unchanged, activeAccount, unchanged],
  remembered: 256,
  toJson: ({ id, appId, uin, canonicalId, displayName, email, state, suspendedAt, revision, limits }) => [
    id,
    appId,
    uin,
    canonicalId,
    displayName,
    email ?? null,
    state,
    suspendedAt ?? null,
    revision,
    ...(limits === undefined ? [] : [limitsToJson(limits)]),
  ],
  fromJson: (json) => {
    const [id, appId, uin, canonicalId, displayName, email, state, suspendedAt, revision, limits] = asList(json)
    return {
      id: asText(id),
      appId: asText(appId),
      uin: asText(uin),
      canonicalId: asText(canonicalId),
      displayName: asText(displayName),
      email: asOptionalText(email),
      state: asOneOf(state, ACCOUNT_STATES),
      suspendedAt: asOptionalNumber(suspendedAt),
      revision: asNumber(revision),
      ...(limits === undefined ? {} : { limits: limitsFromJson(limits) }),
    }
  },
})

export const accountKey = (accountId: string) => key(kinds.account, accountId)
export const accountAppIdKey = (appId: string) => key(kinds.accountAppId, appId)

/** As it is stored; `openAccessKey` in identities.ts has the secret. */
export interface StoredAccessKey {
  readonly id: string
  /** Clear only in rows of version 1, which are rewritten at start and never written. */
  readonly secret: { readonly kind: 'sealed' | 'clear'; readonly text: string }
  readonly accountId: string
  readonly enabled: boolean
  /** Of the account itself, and so of nobody in it. */
  readonly root: boolean
  /** Undefined: a key of the root. */
  readonly userName: string | undefined
  /** Undefined in what versions 1 and 2 have stored. */
  readonly createdAt: Millis | undefined
}

/** Version 1 had the secret as text; here it is told apart from what is sealed by being in a list. */
function clearSecretInList(json: Json): Json {
  const [id = null, secret = null, ...rest] = asList(json)
  return [id, [secret], ...rest]
}

/** Version 2 knew keys of the root only, and not when they were made. */
function keyOfRoot(json: Json): Json {
  return [...asList(json), null, null]
}

export const accessKeyCodec = codec<StoredAccessKey>({
  name: 'access-key',
  version: 3,
  upgrades: [clearSecretInList, keyOfRoot],
  toJson: ({ id, secret, accountId, enabled, root, userName, createdAt }) => {
    assert(secret.kind === 'sealed', 'a secret is stored sealed')
    return [id, secret.text, accountId, enabled, root, userName ?? null, createdAt ?? null]
  },
  fromJson: (json) => {
    const [id, secret, accountId, enabled, root, userName, createdAt] = asList(json)
    return {
      id: asText(id),
      secret: Array.isArray(secret)
        ? { kind: 'clear', text: asText(asList(secret)[0]) }
        : { kind: 'sealed', text: asText(secret) },
      accountId: asText(accountId),
      enabled: enabled === true,
      root: root === true,
      userName: asOptionalText(userName),
      createdAt: asOptionalNumber(createdAt),
    }
  },
})

export const accessKeyKey = (accessKeyId: string) => key(kinds.accessKey, accessKeyId)

/** Something sealed: it opens under the master key of the store and under no other. */
export const masterKeyMarkerCodec = codec<string>({
  name: 'master-key-marker',
  version: 1,
  toJson: (sealed) => sealed,
  fromJson: asText,
})
export const masterKeyKey = key(kinds.masterKey)
export const serviceModeKey = key(kinds.serviceMode)

// --- buckets --------------------------------------------------------------------------------------------------

export const bucketCodec = codec<Bucket>({
  name: 'bucket',
  version: 4,
  upgrades: [unchanged, unchanged, unchanged],
  remembered: 256,
  toJson: ({ id, name, accountId, region, createdAt, versioning, acl, state, documents, documentsRevision }) => [
    id,
    name,
    accountId,
    region,
    createdAt,
    versioning,
    aclToJson(acl),
    state,
    ...(documentsRevision === 0 ? [] : [documents, documentsRevision]),
  ],
  fromJson: (json) => {
    const [id, name, accountId, region, createdAt, versioning, acl, state, documents, revision] = asList(json)
    return {
      id: asText(id),
      name: asText(name),
      accountId: asText(accountId),
      region: asText(region),
      createdAt: asNumber(createdAt),
      versioning: asOneOf(versioning, ['unset', 'enabled', 'suspended']),
      acl: aclFromJson(acl),
      state: asOneOf(state, BUCKET_STATES),
      documents: documents === undefined ? [] : asList(documents).map((kind) => asOneOf(kind, DOCUMENT_KINDS)),
      documentsRevision: revision === undefined ? 0 : asNumber(revision),
    }
  },
})

/** A configuration of a bucket; its shape is its kind's own (core/documents.ts). */
export const documentCodec = codec<Json>({
  name: 'document',
  version: 1,
  toJson: (document) => document,
  fromJson: (json) => json,
})
export const documentKey = (bucketId: string, kind: string) => key(kinds.document, bucketId, kind)
/** Which bucket a domain of somebody's own is bound to, by the domain in lower case. */
export interface DomainBinding {
  readonly bucketId: string
  readonly bucketName: string
  readonly type: DomainType
  readonly enabled: boolean
}

export const domainCodec = codec<DomainBinding>({
  name: 'domain',
  version: 1,
  toJson: ({ bucketId, bucketName, type, enabled }) => [bucketId, bucketName, type, enabled],
  fromJson: (json) => {
    const [bucketId, bucketName, type, enabled] = asList(json)
    return {
      bucketId: asText(bucketId),
      bucketName: asText(bucketName),
      type: asOneOf(type, DOMAIN_TYPES),
      enabled: enabled === true,
    }
  },
})
export const domainKey = (domain: string) => key(kinds.domain, domain)
export const bucketKey = (name: string) => key(kinds.bucket, name)
export const formerRegionKey = (bucketId: string, region: string) => key(kinds.formerRegion, bucketId, region)
export const formerRegionPrefix = (bucketId: string) => keyPrefix(kinds.formerRegion, bucketId)
/** Index of an account's buckets by name; the value is empty. */
export const accountBucketKey = (accountId: string, name: string) => key(kinds.accountBucket, accountId, name)
export const accountBucketPrefix = (accountId: string) => keyPrefix(kinds.accountBucket, accountId)
export const accountBucketName = (rowKey: Bytes) => (keyParts(rowKey, 2)[1] ?? Buffer.alloc(0)).toString('utf8')

/** How many buckets an account has: checked and rewritten by every create and delete, so that the limit is exact. */
export const bucketCountCodec = codec<number>({
  name: 'bucket-count',
  version: 1,
  toJson: (count) => count,
  fromJson: asNumber,
})
export const bucketCountKey = (accountId: string) => key(kinds.bucketCount, accountId)
/** How many of them are accelerated, kept in the same way. */
export const acceleratedCountCodec = codec<number>({
  name: 'accelerated-count',
  version: 1,
  toJson: (count) => count,
  fromJson: asNumber,
})
export const acceleratedCountKey = (accountId: string) => key(kinds.acceleratedCount, accountId)

/** Counters of what a bucket, or all counted buckets of an account together, hold (core/usage.ts). */
export const usageKey = (scope: 'account' | 'bucket', id: string, what: 'objects' | 'size') =>
  key(kinds.usage, scope, id, what)
/** A counter of the writes into the stretch of a bucket that is being counted: the count checks it. */
export const usageWritesKey = (bucketId: string) => key(kinds.usage, 'writes', bucketId)
/** Buckets whose count is under way; the value is the bucket's name. */
export const uncountedKey = (bucketId: string) => key(kinds.uncounted, bucketId)
export const uncountedPrefix = () => Buffer.of(kinds.uncounted)
export const uncountedCodec = codec<string>({
  name: 'uncounted',
  version: 1,
  toJson: (bucketName) => bucketName,
  fromJson: asText,
})

// --- versions -------------------------------------------------------------------------------------------------

function pieceToJson({ blob, offsetBytes, sizeBytes, inline, seal }: Piece): Json {
  const plain = [blob, offsetBytes, sizeBytes, inline ? 1 : 0]
  return seal === undefined ? plain : [...plain, sealToJson(seal)]
}

function sealToJson({ by, wrappedKey, wholeSizeBytes, keyVersion }: PieceSeal): Json {
  return [by, wrappedKey, wholeSizeBytes, ...(keyVersion === undefined ? [] : [keyVersion])]
}

function pieceFromJson(json: Json): Piece {
  const [blob, offsetBytes, sizeBytes, inline, seal] = asList(json)
  const plain = {
    blob: asText(blob),
    offsetBytes: asNumber(offsetBytes),
    sizeBytes: asNumber(sizeBytes),
    inline: inline === 1,
  }
  return seal === undefined ? plain : { ...plain, seal: sealFromJson(seal) }
}

function sealFromJson(json: Json): PieceSeal {
  const [word, wrappedKey, wholeSizeBytes, keyVersion] = asList(json)
  const by = asOneOf(word, ['server', 'customer', 'kms'])
  const seal = { by, wrappedKey: asText(wrappedKey), wholeSizeBytes: asNumber(wholeSizeBytes) }
  return by === 'server' ? { ...seal, keyVersion: asNumber(keyVersion) } : seal
}

function checksumToJson(checksum: StoredChecksum | undefined): Json {
  return checksum === undefined ? null : [checksum.algorithm, checksum.type, checksum.value]
}

function checksumFromJson(json: Json | undefined): StoredChecksum | undefined {
  if (json === null || json === undefined) return undefined
  const [algorithm, type, value] = asList(json)
  return {
    algorithm: asOneOf<ChecksumAlgorithm>(algorithm, CHECKSUM_ALGORITHMS),
    type: asOneOf<ChecksumType>(type, CHECKSUM_TYPES),
    value: asText(value),
  }
}

/** A list for pieces, an object for a manifest. */
function contentToJson(content: Content): Json {
  return content.kind === 'pieces' ? content.pieces.map(pieceToJson) : { id: content.id, parts: content.partCount }
}

function contentFromJson(json: Json | undefined): Content {
  if (typeof json === 'object' && json !== null && 'id' in json) {
    return { kind: 'manifest', id: asText(json['id']), partCount: asNumber(json['parts']) }
  }
  return { kind: 'pieces', pieces: asList(json).map(pieceFromJson) }
}

function headersToJson(headers: ObjectHeaders): Json {
  const { contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage, expires, userMetadata } =
    headers
  return [
    contentType ?? null,
    cacheControl ?? null,
    contentDisposition ?? null,
    contentEncoding ?? null,
    contentLanguage ?? null,
    expires ?? null,
    userMetadata.map(([name, value]) => [name, value]),
  ]
}

function headersFromJson(json: Json | undefined): ObjectHeaders {
  const fields = asList(json)
  return {
    contentType: asOptionalText(fields[0]),
    cacheControl: asOptionalText(fields[1]),
    contentDisposition: asOptionalText(fields[2]),
    contentEncoding: asOptionalText(fields[3]),
    contentLanguage: asOptionalText(fields[4]),
    expires: asOptionalText(fields[5]),
    userMetadata: asList(fields[6]).map((pair) => {
      const [name, value] = asList(pair)
      return [asText(name), asText(value)] as const
    }),
  }
}

type Annotations = Pick<ObjectVersion, 'acl' | 'tags' | 'extras'>

/** What is not there stores nothing when nothing follows it either. */
function annotationsToJson({ acl, tags, extras }: Annotations): readonly Json[] {
  const own = acl === undefined ? null : aclToJson(acl)
  const more = extrasToJson(extras)
  if (more !== undefined) return [own, tagsToJson(tags), more]
  if (tags.length > 0) return [own, tagsToJson(tags)]
  return own === null ? [] : [own]
}

function annotationsFromJson(acl?: Json, tags?: Json, extras?: Json): Annotations {
  return {
    acl: acl === undefined || acl === null ? undefined : aclFromJson(acl),
    tags: tags === undefined ? NO_TAGS : tagsFromJson(tags),
    extras: extrasFromJson(extras),
  }
}

/** The stored form leaves out the key: it stands in the row's key. */
type Keyless<T> = Omit<T, 'key'>

const OBJECT = 0
const MARKER = 1

function versionToJson(version: Keyless<ObjectVersion> | Keyless<DeleteMarker>): Json {
  const shared = [version.sequence, version.isNull ? 1 : 0, version.modifiedAt, version.accountId]
  if (version.kind === 'marker') return [MARKER, ...shared]
  const { sizeBytes, etag, crc64, storageClass, headers, checksum, content } = version
  return [
    OBJECT,
    ...shared,
    sizeBytes,
    etag,
    crc64,
    storageClass,
    headersToJson(headers),
    checksumToJson(checksum),
    contentToJson(content),
    ...annotationsToJson(version),
  ]
}

function versionFromJson(json: Json): Keyless<ObjectVersion> | Keyless<DeleteMarker> {
  const fields = asList(json)
  const shared = {
    sequence: asText(fields[1]),
    isNull: fields[2] === 1,
    modifiedAt: asNumber(fields[3]),
    accountId: asText(fields[4]),
  }
  if (fields[0] === MARKER) return { kind: 'marker', ...shared }
  return {
    kind: 'object',
    ...shared,
    sizeBytes: asNumber(fields[5]),
    etag: asText(fields[6]),
    crc64: asText(fields[7]),
    storageClass: asText(fields[8]),
    headers: headersFromJson(fields[9]),
    checksum: checksumFromJson(fields[10]),
    content: contentFromJson(fields[11]),
    ...annotationsFromJson(fields[12], fields[13], fields[14]),
  }
}

const storedVersionFormat = { name: 'version', version: 4, upgrades: [unchanged, unchanged, unchanged] }

const storedVersionCodec = codec<Keyless<ObjectVersion> | Keyless<DeleteMarker>>({
  ...storedVersionFormat,
  toJson: versionToJson,
  fromJson: versionFromJson,
})

/** The same records, of the current format but not yet read. */
const storedVersionJson = codec<Json>({ ...storedVersionFormat, toJson: (json) => json, fromJson: (json) => json })

export function encodeVersion(version: AnyVersion): Buffer {
  return storedVersionCodec.encode(version)
}

export function decodeVersion(objectKey: string, value: Bytes): AnyVersion {
  return { ...storedVersionCodec.decode(value), key: objectKey }
}

/** What a listing shows of an object. */
export type ObjectSummary = Pick<
  ObjectVersion,
  'key' | 'sizeBytes' | 'etag' | 'modifiedAt' | 'accountId' | 'storageClass' | 'checksum' | 'extras'
>

/** A page has a thousand rows: headers, pieces and the version's sequence are not looked at. */
export function decodeSummary(objectKey: string, value: Bytes): ObjectSummary {
  const fields = asList(storedVersionJson.decode(value))
  assert(fields[0] === OBJECT, 'an object row holds an object')
  return {
    key: objectKey,
    sizeBytes: asNumber(fields[5]),
    etag: asText(fields[6]),
    modifiedAt: asNumber(fields[3]),
    accountId: asText(fields[4]),
    storageClass: asText(fields[8]),
    checksum: checksumFromJson(fields[10]),
    extras: extrasFromJson(fields[14]),
  }
}

export function versionRow(objectKey: string, rowKey: Bytes, entry: Entry | undefined): Row<AnyVersion | undefined> {
  if (entry === undefined) return { key: rowKey, value: undefined, version: undefined }
  return { key: rowKey, value: decodeVersion(objectKey, entry.value), version: entry.version }
}

/** The current version, if it is an object. */
export const objectKey = (bucketId: string, name: string) => key(kinds.object, bucketId, name)
export const objectPrefix = (bucketId: string) => keyPrefix(kinds.object, bucketId)
/** The current version, if it is a delete marker. A key has an object row or a marker row or neither, never both. */
export const markerKey = (bucketId: string, name: string) => key(kinds.marker, bucketId, name)
export const markerPrefix = (bucketId: string) => keyPrefix(kinds.marker, bucketId)
/** Versions that are not current, newest first. */
export const noncurrentKey = (bucketId: string, name: string, sequence: string) =>
  key(kinds.version, bucketId, name, sequence)
export const noncurrentPrefix = (bucketId: string, name: string) => keyPrefix(kinds.version, bucketId, name)
export const noncurrentBucketPrefix = (bucketId: string) => keyPrefix(kinds.version, bucketId)
/** The sequence of the noncurrent null version, when there is one. */
export const nullVersionKey = (bucketId: string, name: string) => key(kinds.nullVersion, bucketId, name)

export const nullVersionCodec = codec<string>({
  name: 'null-version',
  version: 1,
  toJson: (sequence) => sequence,
  fromJson: asText,
})

// --- bytes ----------------------------------------------------------------------------------------------------

/** Four bytes of CRC-32 in front of the body of a small object. */
export const inlineKey = (blob: string) => key(kinds.inline, blob)
export const manifestKey = (id: string) => key(kinds.manifest, id)

export interface Manifest {
  readonly pieces: readonly Piece[]
  /** Empty when the object was not uploaded in parts. */
  readonly parts: readonly StoredPart[]
}

export const manifestCodec = codec<Manifest>({
  name: 'manifest',
  version: 1,
  toJson: ({ pieces, parts }) => [
    pieces.map(pieceToJson),
    parts.map(({ number, sizeBytes, checksum }) => [number, sizeBytes, checksum ?? null]),
  ],
  fromJson: (json) => {
    const [pieces, parts] = asList(json)
    return {
      pieces: asList(pieces).map(pieceFromJson),
      parts: asList(parts).map((part) => {
        const [number, sizeBytes, checksum] = asList(part)
        return { number: asNumber(number), sizeBytes: asNumber(sizeBytes), checksum: asOptionalText(checksum) }
      }),
    }
  },
})

/**
 * Owners of a blob: how many pieces of versions and parts lie in it. Every file blob has this row as long as it is
 * referenced; an inline body only when it has more than one owner.
 */
export const ownersCodec = codec<number>({ name: 'owners', version: 1, toJson: (owners) => owners, fromJson: asNumber })
export const ownersKey = (blob: string) => key(kinds.blob, blob)

// --- uploads --------------------------------------------------------------------------------------------------

export interface Upload {
  readonly id: string
  readonly key: string
  readonly initiatedAt: Millis
  readonly accountId: string
  readonly storageClass: string
  readonly headers: ObjectHeaders
  readonly checksum: Pick<StoredChecksum, 'algorithm' | 'type'> | undefined
  /** Of the object that it becomes. */
  readonly acl: ObjectVersion['acl']
  readonly tags: ObjectVersion['tags']
  readonly extras: ObjectVersion['extras']
}

export const uploadCodec = codec<Upload>({
  name: 'upload',
  version: 4,
  upgrades: [unchanged, unchanged, unchanged],
  toJson: ({ id, key: objectName, initiatedAt, accountId, storageClass, headers, checksum, ...annotations }) => [
    id,
    objectName,
    initiatedAt,
    accountId,
    storageClass,
    headersToJson(headers),
    checksum === undefined ? null : [checksum.algorithm, checksum.type],
    ...annotationsToJson(annotations),
  ],
  fromJson: (json) => {
    const [id, objectName, initiatedAt, accountId, storageClass, headers, checksum, acl, tags, extras] = asList(json)
    const [algorithm, type] = checksum === null ? [] : asList(checksum)
    return {
      id: asText(id),
      key: asText(objectName),
      initiatedAt: asNumber(initiatedAt),
      accountId: asText(accountId),
      storageClass: asText(storageClass),
      headers: headersFromJson(headers),
      checksum:
        algorithm === undefined
          ? undefined
          : {
              algorithm: asOneOf<ChecksumAlgorithm>(algorithm, CHECKSUM_ALGORITHMS),
              type: asOneOf<ChecksumType>(type, CHECKSUM_TYPES),
            },
      ...annotationsFromJson(acl, tags, extras),
    }
  },
})

export const uploadKey = (bucketId: string, name: string, uploadId: string) =>
  key(kinds.upload, bucketId, name, uploadId)
export const uploadPrefix = (bucketId: string) => keyPrefix(kinds.upload, bucketId)

export interface Part {
  readonly number: number
  readonly sizeBytes: number
  readonly etag: string
  readonly crc64: string
  readonly modifiedAt: Millis
  readonly checksum: StoredChecksum | undefined
  readonly pieces: readonly Piece[]
}

export const partCodec = codec<Part>({
  name: 'part',
  version: 1,
  toJson: ({ number, sizeBytes, etag, crc64, modifiedAt, checksum, pieces }) => [
    number,
    sizeBytes,
    etag,
    crc64,
    modifiedAt,
    checksumToJson(checksum),
    pieces.map(pieceToJson),
  ],
  fromJson: (json) => {
    const [number, sizeBytes, etag, crc64, modifiedAt, checksum, pieces] = asList(json)
    return {
      number: asNumber(number),
      sizeBytes: asNumber(sizeBytes),
      etag: asText(etag),
      crc64: asText(crc64),
      modifiedAt: asNumber(modifiedAt),
      checksum: checksumFromJson(checksum),
      pieces: asList(pieces).map(pieceFromJson),
    }
  },
})

const PART_NUMBER_DIGITS = 5
export const partKey = (uploadId: string, number: number) =>
  key(kinds.part, uploadId, String(number).padStart(PART_NUMBER_DIGITS, '0'))
/**
 * A counter of part writes, absent before the first. Each adds to it, and whoever ends the upload checks it: a part that
 * was written since it looked makes it look again, and parts do not queue behind each other.
 */
export const partWritesKey = (uploadId: string) => key(kinds.partWrites, uploadId)
export const partPrefix = (uploadId: string) => keyPrefix(kinds.part, uploadId)

// --- upkeep ---------------------------------------------------------------------------------------------------

const TIME_DIGITS = 15
/** Blobs whose last owner is gone, by the time at which their bytes may go. The value is empty. */
export const trashKey = (dueAt: Millis, blob: string) =>
  key(kinds.trash, String(Math.ceil(dueAt)).padStart(TIME_DIGITS, '0'), blob)
export const trashPrefix = () => Buffer.of(kinds.trash)
export const trashDueBefore = (now: Millis): KeyRange => ({
  from: trashPrefix(),
  to: key(kinds.trash, String(Math.floor(now) + 1).padStart(TIME_DIGITS, '0')),
})
export const trashBlob = (rowKey: Bytes) => (keyParts(rowKey, 2)[1] ?? Buffer.alloc(0)).toString('latin1')

export const jobKey = (name: string) => key(kinds.job, name)
export const EMPTY_VALUE = utf8('')
