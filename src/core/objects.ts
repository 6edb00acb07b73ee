/** Whole objects: put, get, delete and copy. Each write is one commit; each read comes from one version. */

import { assert } from '../base/assert.js'
import type { Bytes } from '../base/bytes.js'
import { timeOrderedId } from '../base/ids.js'
import type { Secret } from '../base/secret.js'
import { collectBytes } from '../base/streams.js'
import type { MetaStore } from '../meta/meta-store.js'
import type { Bucket, BucketState } from '../model/bucket.js'
import type { ByteRange } from '../model/byte-range.js'
import { fail } from '../model/errors/index.js'
import type { Acl } from '../model/grants.js'
import { NO_USAGE, type Usage } from '../model/limits.js'
import { type Bypass, NO_BYPASS } from '../model/object-lock.js'
import type { TagSet } from '../model/tags.js'
import type {
  AnyVersion,
  Content,
  ObjectHeaders,
  ObjectVersion,
  Piece,
  StoredChecksum,
  StoredPart,
} from '../model/version.js'
import type { ObjectLock, VersionExtras } from '../model/version-extras.js'
import { encodeVersionId, type VersionReference } from '../model/version-id.js'
import { isOutrun, OUTRUN_TIMES_MAX, piecesOf } from './changes.js'
import { requireWrite, type WriteConditions } from './conditions.js'
import type { CoreDependencies } from './dependencies.js'
import { type ObjectSource, trustedSource } from './object-source.js'
import { manifestCodec, manifestKey, putOf, type Row } from './rows.js'
import { type Protection, protectionOf, sameProtection } from './sealed-bytes.js'
import { cutPieces, publish, readInline, readPieces, storeBytes } from './stored-bytes.js'
import { requireRoom } from './usage.js'
import {
  currentObject,
  type Deleted,
  deleteCurrent,
  type Head,
  type KeyState,
  type Located,
  locateVersion,
  readHead,
  readKey,
  removeVersion,
  requireReplaceable,
  rewriteVersion,
  type Written,
  writeVersion,
} from './versions.js'

export interface ObjectAttributes {
  readonly headers: ObjectHeaders
  readonly storageClass: string
  readonly accountId: string
  /** Undefined: it follows its bucket. */
  readonly acl: Acl | undefined
  readonly tags: TagSet
  readonly extras: VersionExtras
}

export interface PutRequest extends ObjectAttributes {
  readonly bucket: Bucket
  readonly key: string
  readonly conditions: WriteConditions
  readonly source: ObjectSource
  readonly customerKey?: Secret | undefined
}

/** Which object, as a request names it. */
export interface ObjectName {
  readonly bucket: Bucket
  readonly key: string
  readonly reference: VersionReference | undefined
}

/** One version, by its id. */
export interface NamedVersion extends ObjectName {
  readonly reference: VersionReference
}

export interface FoundObject {
  readonly version: ObjectVersion
  readonly bucket: Bucket
  /** By its version id; otherwise it is the current one. */
  readonly named: boolean
  /** For writers whose commit must fail when the object has changed meanwhile. */
  readonly row: Row<AnyVersion | undefined>
}

export interface OpenObject<T> {
  readonly object: FoundObject
  readonly chosen: T
  /** Small bodies at once, larger ones as a stream. */
  readonly body: Bytes | AsyncIterable<Bytes>
}

/** What the new object takes over from its source; decided again if the source changes under the copy. */
export interface CopyDescription {
  readonly headers: ObjectHeaders
  readonly storageClass: string
  readonly checksum: StoredChecksum | undefined
  readonly tags: TagSet
  readonly extras: VersionExtras
}

export interface CopyRequest {
  readonly bucket: Bucket
  readonly key: string
  readonly accountId: string
  /** The source's is not taken over. */
  readonly acl: Acl | undefined
  readonly conditions: WriteConditions
  readonly source: ObjectName
  readonly sourceKey?: Secret | undefined
  readonly customerKey?: Secret | undefined
  /** Throws when the source does not satisfy the request. */
  readonly describe: (source: FoundObject) => CopyDescription | Promise<CopyDescription>
}

export interface ObjectStore {
  put(request: PutRequest): Promise<Written>
  /** The object, or NoSuchKey, NoSuchVersion, DeleteMarkerNamed. */
  find(name: ObjectName): Promise<FoundObject>
  /**
   * Finds, lets `choose` refuse or pick a range, and opens it; all three again when the object was overwritten in
   * between. Damage and loss are found before the first byte where they can be.
   */
  open<T extends { readonly range: ByteRange; readonly customerKey?: Secret | undefined }>(
    name: ObjectName,
    choose: (object: FoundObject) => T | Promise<T>,
  ): Promise<OpenObject<T>>
  /** The bytes of an object that was found, for digests over what is stored. */
  bytesOf(version: ObjectVersion, range: ByteRange, customerKey?: Secret): AsyncIterable<Bytes>
  /** Empty unless it was uploaded in parts. */
  partsOf(version: ObjectVersion): Promise<readonly StoredPart[]>
  /** ObjectLocked, unless `bypass` helps; without a version id it never does. */
  delete(
    name: ObjectName,
    accountId: string,
    allow?: (current: ObjectVersion | undefined) => void,
    bypass?: Bypass,
  ): Promise<Deleted>
  /** The same of one version, for what works in a bucket that it has closed: `state` is the one it must still be in. */
  deleteInClosed(name: NamedVersion, state: BucketState): Promise<Deleted>
  /** Replaces the ACL of a version; `allow` sees the one whose ACL it will be. Undefined: it follows its bucket. */
  setAcl(name: ObjectName, acl: Acl | undefined, allow: (object: FoundObject) => void): Promise<FoundObject>
  /** The same for its tags. */
  setTags(name: ObjectName, tags: TagSet, allow: (object: FoundObject) => void): Promise<FoundObject>
  /** The same for its lock: `change` says what the lock becomes. */
  setLock(
    name: ObjectName,
    bypass: Bypass,
    change: (object: FoundObject) => ObjectLock | undefined,
  ): Promise<FoundObject>
  /** Moves no byte where both are under the same key: the new version shares the blobs of the old one. */
  copy(request: CopyRequest): Promise<Written & { readonly source: FoundObject }>
}

export function versionIdOf(version: AnyVersion): string {
  return version.isNull ? 'null' : encodeVersionId(version.sequence)
}

export function createObjects(dependencies: CoreDependencies): ObjectStore {
  const { meta } = dependencies
  return {
    put: (request) => putObject(dependencies, request),
    find: (name) => findObject(dependencies, name),
    open: (name, choose) => openObject(dependencies, name, choose),
    bytesOf: async function* (version, range, customerKey) {
      const pieces = cutPieces(await piecesOf(meta, version.content), range)
      yield* readPieces(dependencies, pieces, protectionOf(version.extras.encryption, customerKey))
    },
    partsOf: (version) => partsOf(meta, version.content),
    delete: (name, accountId, allow = () => undefined, bypass = NO_BYPASS) =>
      deleteObject(dependencies, name, accountId, allow, bypass),
    deleteInClosed: (name, state) => deleteNamed(dependencies, name, () => undefined, NO_BYPASS, state),
    setAcl: (name, acl, allow) => annotateObject(dependencies, name, 'PutObjectACL', { acl }, allow),
    setTags: (name, tags, allow) => annotateObject(dependencies, name, 'PutObjectTagging', { tags }, allow),
    setLock: (name, bypass, change) => lockObject(dependencies, name, bypass, change),
    copy: (request) => copyObject(dependencies, request),
  }
}

async function partsOf(meta: MetaStore, content: Content): Promise<readonly StoredPart[]> {
  if (content.kind === 'pieces') return []
  const entry = await meta.get(manifestKey(content.id))
  return entry === undefined ? [] : manifestCodec.decode(entry.value).parts
}

export async function findObject(
  { meta }: Pick<CoreDependencies, 'meta'>,
  { bucket, key, reference }: ObjectName,
): Promise<FoundObject> {
  return findInHead(meta, await readKey(meta, bucket, key), key, reference)
}

export async function findInHead(
  meta: MetaStore,
  head: KeyState,
  key: string,
  reference: VersionReference | undefined,
): Promise<FoundObject> {
  if (reference === undefined) return requireCurrent(head, key)
  return requireNamed(head, key, reference, await locateVersion(meta, head, key, reference))
}

async function openObject<T extends { readonly range: ByteRange; readonly customerKey?: Secret | undefined }>(
  dependencies: CoreDependencies,
  name: ObjectName,
  choose: (object: FoundObject) => T | Promise<T>,
): Promise<OpenObject<T>> {
  let object = await findObject(dependencies, name)
  for (let attempt = 1; ; attempt++) {
    const chosen = await choose(object)
    try {
      return { object, chosen, body: await readObject(dependencies, object.version, chosen.range, chosen.customerKey) }
    } catch (error) {
      if (!isOutrun(error) || attempt === OUTRUN_TIMES_MAX) throw error
      // The body of a small object goes with its row: read again what is there now, unless nothing has changed.
      const again = await findObject(dependencies, name)
      if (again.row.version === object.row.version) throw error
      object = again
    }
  }
}

async function putObject(dependencies: CoreDependencies, request: PutRequest): Promise<Written> {
  const { bucket, key, conditions, source, headers, storageClass, accountId, acl, tags, extras } = request
  const allow = (head: Head) => requireWrite(conditions, key, currentObject(head), head.bucket.versioning !== 'unset')
  const entered = await readHead(dependencies.meta, bucket, key)
  allow(entered)
  requireReplaceable(dependencies, entered)
  await requireRoom(dependencies, entered.bucket, key, leastChange(entered, source.sizeBytes ?? 0))
  const stored = await storeBytes(dependencies, source, protectionOf(extras.encryption, request.customerKey))
  const { piece, inlineRow, sizeBytes, md5, crc64, checksum } = stored
  const content: Content = { kind: 'pieces', pieces: piece === undefined ? [] : [piece] }
  return publish(dependencies, stored, () =>
    writeVersion(dependencies, bucket, key, 'PutObject', (head) => {
      allow(head)
      return {
        version: {
          kind: 'object',
          accountId,
          sizeBytes,
          etag: md5,
          crc64,
          storageClass,
          headers,
          checksum,
          content,
          acl,
          tags,
          extras,
        },
        include: (changes) => {
          if (inlineRow !== undefined) changes.put(inlineRow)
          if (piece !== undefined) changes.introduce(piece)
        },
      }
    }),
  )
}

/** What a put of so many bytes adds at least: a null version, wherever it is, makes room for the next one. */
function leastChange({ bucket, current }: Head, sizeBytes: number): Usage {
  if (bucket.versioning === 'suspended') return NO_USAGE
  const replaced = bucket.versioning === 'unset' && current?.kind === 'object' ? current : undefined
  return { sizeBytes: sizeBytes - (replaced?.sizeBytes ?? 0), objects: replaced === undefined ? 1 : 0 }
}

function requireCurrent(head: KeyState, key: string): FoundObject {
  const { current } = head
  if (current?.kind === 'object') return { version: current, bucket: head.bucket, named: false, row: head.object }
  if (current === undefined) return fail('NoSuchKey', { Key: key })
  const vendorHeaders = { 'delete-marker': 'true', 'version-id': versionIdOf(current) }
  return fail('NoSuchKey', { Key: key }, { vendorHeaders })
}

function requireNamed(
  head: KeyState,
  key: string,
  reference: VersionReference,
  located: Located | undefined,
): FoundObject {
  const VersionId = reference.kind === 'null' ? 'null' : encodeVersionId(reference.sequence)
  if (located === undefined) return fail('NoSuchVersion', { Key: key, VersionId })
  const { version, row } = located
  if (version.kind === 'object') return { version, row, bucket: head.bucket, named: true }
  return fail(
    'DeleteMarkerNamed',
    { Method: 'GET', ResourceType: 'DeleteMarker', Key: key, VersionId },
    {
      headers: { Allow: 'DELETE', 'Last-Modified': new Date(version.modifiedAt).toUTCString() },
      vendorHeaders: { 'delete-marker': 'true', 'version-id': VersionId },
    },
  )
}

async function readObject(
  dependencies: CoreDependencies,
  version: ObjectVersion,
  range: ByteRange,
  customerKey: Secret | undefined,
): Promise<Bytes | AsyncIterable<Bytes>> {
  const protection = protectionOf(version.extras.encryption, customerKey)
  // Refused while there still is an answer to refuse with: a stream opens its keys as it goes.
  if (protection?.kind === 'kms') await dependencies.keyService.require(protection.keyId)
  const pieces = cutPieces(await piecesOf(dependencies.meta, version.content), range)
  const [only] = pieces
  if (only === undefined) return new Uint8Array(0)
  if (pieces.length > 1 || !only.inline) return readPieces(dependencies, pieces, protection)
  if (only.seal !== undefined) return collectBytes(readPieces(dependencies, pieces, protection), only.sizeBytes)
  const body = await readInline(dependencies.meta, only.blob)
  return body.subarray(only.offsetBytes, only.offsetBytes + only.sizeBytes)
}

async function deleteObject(
  dependencies: CoreDependencies,
  { bucket, key, reference }: ObjectName,
  accountId: string,
  allow: (current: ObjectVersion | undefined) => void,
  bypass: Bypass,
): Promise<Deleted> {
  if (reference !== undefined) return deleteNamed(dependencies, { bucket, key, reference }, allow, bypass)
  return deleteCurrent(dependencies, bucket, key, accountId, (head) => allow(currentObject(head)))
}

async function deleteNamed(
  dependencies: CoreDependencies,
  { bucket, key, reference }: NamedVersion,
  allow: (current: ObjectVersion | undefined) => void,
  bypass: Bypass,
  state?: BucketState,
): Promise<Deleted> {
  const allowNamed = (_head: Head, located: Located | undefined) =>
    allow(located?.version.kind === 'object' ? located.version : undefined)
  return {
    ...(await removeVersion(dependencies, bucket, key, reference, bypass, allowNamed, state)),
    marker: undefined,
  }
}

async function annotateObject(
  dependencies: CoreDependencies,
  { bucket, key, reference }: ObjectName,
  operation: string,
  annotation: Partial<Pick<ObjectVersion, 'acl' | 'tags'>>,
  allow: (object: FoundObject) => void,
): Promise<FoundObject> {
  return rewriteVersion(dependencies, bucket, key, operation, NO_BYPASS, async (head) => {
    const found = await findInHead(dependencies.meta, head, key, reference)
    allow(found)
    return { ...found, version: { ...found.version, ...annotation } }
  })
}

async function lockObject(
  dependencies: CoreDependencies,
  { bucket, key, reference }: ObjectName,
  bypass: Bypass,
  change: (object: FoundObject) => ObjectLock | undefined,
): Promise<FoundObject> {
  return rewriteVersion(dependencies, bucket, key, 'PutObjectRetention', bypass, async (head) => {
    const found = await findInHead(dependencies.meta, head, key, reference)
    const { lock: _replaced, ...others } = found.version.extras
    const lock = change(found)
    return { ...found, version: { ...found.version, extras: lock === undefined ? others : { ...others, lock } } }
  })
}

/** More pieces than this stand in a manifest row of their own, so that listings stay light. */
export const PIECES_INLINE_MAX = 4

/** Content of these pieces, and the row that it may need. */
export function contentOf(dependencies: CoreDependencies, pieces: readonly Piece[], parts: readonly StoredPart[]) {
  if (parts.length === 0 && pieces.length <= PIECES_INLINE_MAX) {
    return { content: { kind: 'pieces', pieces } satisfies Content, row: undefined }
  }
  const id = timeOrderedId(dependencies.clock.now(), dependencies.random)
  const row = putOf(manifestCodec, manifestKey(id), { pieces, parts })
  return { content: { kind: 'manifest', id, partCount: parts.length } satisfies Content, row }
}

/** A copy under another key than its source: its bytes have to be written anew. */
interface Rewrite {
  readonly source: FoundObject
  readonly described: CopyDescription
  readonly protection: Protection | undefined
}

async function copyObject(
  dependencies: CoreDependencies,
  request: CopyRequest,
): Promise<Written & { source: FoundObject }> {
  const { bucket, key, conditions, accountId, acl } = request
  let source: FoundObject | undefined
  let rewrite: Rewrite | undefined
  const copied = writeVersion(dependencies, bucket, key, 'CopyObject', async (head) => {
    requireWrite(conditions, key, currentObject(head), head.bucket.versioning !== 'unset')
    const found = await findObject(dependencies, request.source)
    source = found
    const described = await request.describe(found)
    const protection = protectionOf(described.extras.encryption, request.customerKey)
    if (!sameProtection(protectionOf(found.version.extras.encryption, request.sourceKey), protection)) {
      rewrite = { source: found, described, protection }
      throw new OtherKey('the copy is under another key than its source')
    }
    const { sizeBytes, etag, crc64, content: sourceContent } = found.version
    const pieces = await piecesOf(dependencies.meta, sourceContent)
    const { content, row } = contentOf(dependencies, pieces, await partsOf(dependencies.meta, sourceContent))
    return {
      version: { kind: 'object', accountId, sizeBytes, etag, crc64, content, acl, ...described },
      include: (changes) => {
        changes.check(found.row)
        changes.retain(pieces)
        if (row !== undefined) changes.put(row)
      },
    }
  })
  const written = await copied.catch((error: unknown) => {
    if (!(error instanceof OtherKey)) throw error
    return undefined
  })
  if (written === undefined && rewrite !== undefined) return rewriteObject(dependencies, request, rewrite)
  assert(written !== undefined && source !== undefined, 'a copy that was written has read its source')
  return { ...written, source }
}

class OtherKey extends Error {
  override readonly name = 'OtherKey'
}

/** The copy is of the source as it was when it was found: nothing is shared, so nothing has to stay. */
async function rewriteObject(
  dependencies: CoreDependencies,
  request: CopyRequest,
  { source, described, protection }: Rewrite,
): Promise<Written & { source: FoundObject }> {
  const { bucket, key, conditions, accountId, acl, sourceKey } = request
  const { sizeBytes, etag, crc64, content: sourceContent } = source.version
  const opening = protectionOf(source.version.extras.encryption, sourceKey)
  if (opening?.kind === 'kms') await dependencies.keyService.require(opening.keyId)
  const pieces = await piecesOf(dependencies.meta, sourceContent)
  const parts = await partsOf(dependencies.meta, sourceContent)
  const bytes = trustedSource(sizeBytes, () => readPieces(dependencies, pieces, opening))
  const stored = await storeBytes(dependencies, bytes, protection)
  assert(stored.crc64 === crc64, 'the copy has the bytes of its source')
  const { piece, inlineRow } = stored
  const { content, row } = contentOf(dependencies, piece === undefined ? [] : [piece], parts)
  const written = await publish(dependencies, stored, () =>
    writeVersion(dependencies, bucket, key, 'CopyObject', (head) => {
      requireWrite(conditions, key, currentObject(head), head.bucket.versioning !== 'unset')
      return {
        version: { kind: 'object', accountId, sizeBytes, etag, crc64, content, acl, ...described },
        include: (changes) => {
          if (inlineRow !== undefined) changes.put(inlineRow)
          if (piece !== undefined) changes.introduce(piece)
          if (row !== undefined) changes.put(row)
        },
      }
    }),
  )
  return { ...written, source }
}
