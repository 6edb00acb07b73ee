/**
 * Inspects objects, delete markers and older versions: a key has one current version, it is the newest, at most one
 * version is the null version, and what each is made of exists.
 */

import type { Bytes } from '../base/bytes.js'
import type { Entry } from '../meta/meta-store.js'
import type { Bucket } from '../model/bucket.js'
import type { AnyVersion, ObjectVersion, Piece } from '../model/version.js'
import { inspectContent } from './inspect-contents.js'
import {
  decodeVersion,
  kinds,
  manifestCodec,
  manifestKey,
  markerKey,
  noncurrentKey,
  nullVersionCodec,
  nullVersionKey,
  objectKey,
} from './rows.js'
import { pagesOf, partOfKey, refer, type Survey } from './survey.js'

export async function inspectVersions(survey: Survey): Promise<void> {
  await inspectCurrent(survey, 'object', kinds.object)
  await inspectCurrent(survey, 'marker', kinds.marker)
  await inspectNoncurrent(survey)
  await inspectNullVersions(survey)
}

/** Of one row: whose it is, and how to call it. */
interface Place {
  readonly bucketId: string
  readonly bucket: Bucket | undefined
  readonly key: string
  readonly name: string
}

function placeOf(survey: Survey, rowKey: Bytes, partCount: number): Place {
  const bucketId = partOfKey(rowKey, partCount, 0)
  const key = partOfKey(rowKey, partCount, 1)
  const bucket = survey.buckets.get(bucketId)
  return { bucketId, bucket, key, name: `${bucket?.name ?? bucketId}/${key}` }
}

function decode(survey: Survey, kind: string, { key, name }: Place, { value }: Entry): AnyVersion | undefined {
  survey.count(kind)
  return survey.attempt(kind, name, () => decodeVersion(key, value))
}

async function inspectCurrent(survey: Survey, kind: 'object' | 'marker', code: number): Promise<void> {
  for await (const page of pagesOf(survey, code)) {
    const places = page.map(({ key }) => placeOf(survey, key, 2))
    const others = await survey.stores.meta.getMany(
      places.map(({ bucketId, key }) => (kind === 'object' ? markerKey(bucketId, key) : objectKey(bucketId, key))),
    )
    for (const [index, entry] of page.entries()) {
      const place = places[index]
      if (place === undefined) continue
      const version = decode(survey, kind, place, entry)
      if (version === undefined) continue
      const fault = currentFault(kind, place, version, others[index] !== undefined)
      if (fault !== undefined) survey.report('damage', kind, place.name, fault)
      if (version.kind === 'object') await inspectObject(survey, kind, place.name, version)
    }
  }
}

function currentFault(kind: string, { bucket }: Place, version: AnyVersion, hasOther: boolean): string | undefined {
  if (bucket === undefined) return 'lies in a bucket that does not exist'
  if (version.kind !== kind) return `holds a version of another kind: ${version.kind}`
  if (kind === 'object' && hasOther) return 'has an object row and a marker row'
  if (bucket.versioning !== 'unset') return undefined
  if (kind === 'marker') return 'is a delete marker in a bucket that never had versions'
  return version.isNull ? undefined : 'has a version id in a bucket that never had versions'
}

async function inspectNoncurrent(survey: Survey): Promise<void> {
  const kind = 'version'
  for await (const page of pagesOf(survey, kinds.version)) {
    const places = page.map(({ key }) => placeOf(survey, key, 3))
    const lookups = await survey.stores.meta.getMany(
      places.flatMap(({ bucketId, key }) => [
        objectKey(bucketId, key),
        markerKey(bucketId, key),
        nullVersionKey(bucketId, key),
      ]),
    )
    for (const [index, entry] of page.entries()) {
      const place = places[index]
      if (place === undefined) continue
      const sequence = partOfKey(entry.key, 3, 2)
      const name = `${place.name} ${sequence}`
      const version = decode(survey, kind, { ...place, name }, entry)
      if (version === undefined) continue
      const [object, marker, nullVersion] = lookups.slice(index * 3, index * 3 + 3)
      const currentEntry = object ?? marker
      const current = currentEntry && quietly(() => decodeVersion(place.key, currentEntry.value))
      const indexed = nullVersion && quietly(() => nullVersionCodec.decode(nullVersion.value))
      const fault = noncurrentFault(place, sequence, version, current, indexed)
      if (fault !== undefined) survey.report('damage', kind, name, fault)
      if (version.kind === 'object') await inspectObject(survey, kind, name, version)
    }
  }
}

/** What does not decode is reported where its own row is looked at. */
function quietly<T>(decodeRow: () => T): T | undefined {
  try {
    return decodeRow()
  } catch {
    return undefined
  }
}

function noncurrentFault(
  { bucket }: Place,
  sequence: string,
  version: AnyVersion,
  current: AnyVersion | undefined,
  indexed: string | undefined,
): string | undefined {
  if (bucket === undefined) return 'lies in a bucket that does not exist'
  if (version.sequence !== sequence) return `stands under another sequence: ${version.sequence}`
  if (bucket.versioning === 'unset') return 'is an older version in a bucket that never had versions'
  if (current === undefined) return 'is an older version of a key that has no current one'
  if (current.sequence >= sequence) return 'is newer than the current version'
  if (!version.isNull) return undefined
  if (current.isNull) return 'is a second null version beside the current one'
  return indexed === sequence ? undefined : 'is a null version that the index does not name'
}

async function inspectNullVersions(survey: Survey): Promise<void> {
  const kind = 'null-version'
  for await (const page of pagesOf(survey, kinds.nullVersion)) {
    for (const { key, value } of page) {
      const place = placeOf(survey, key, 2)
      survey.count(kind)
      const sequence = survey.attempt(kind, place.name, () => nullVersionCodec.decode(value))
      if (sequence === undefined) continue
      const named = await survey.stores.meta.get(noncurrentKey(place.bucketId, place.key, sequence))
      const version = named && quietly(() => decodeVersion(place.key, named.value))
      if (version?.isNull !== true) survey.report('damage', kind, place.name, 'names no null version')
    }
  }
}

async function inspectObject(survey: Survey, kind: string, name: string, version: ObjectVersion): Promise<void> {
  const { content } = version
  if (content.kind === 'pieces') return inspectPieces(survey, kind, name, version, content.pieces, [])
  const named = survey.manifests.get(content.id)
  const entry = await survey.stores.meta.get(manifestKey(content.id))
  if (named === undefined || entry === undefined) {
    return survey.report('damage', kind, name, `names manifest ${content.id}, which does not exist`)
  }
  survey.manifests.set(content.id, named + 1)
  const manifest = quietly(() => manifestCodec.decode(entry.value))
  if (manifest === undefined) return
  const { pieces, parts } = manifest
  if (parts.length !== content.partCount) {
    survey.report('damage', kind, name, `has ${content.partCount} parts, its manifest ${parts.length}`)
  }
  const partSizesBytes = parts.map(({ sizeBytes }) => sizeBytes)
  await inspectPieces(survey, kind, name, version, pieces, partSizesBytes)
}

async function inspectPieces(
  survey: Survey,
  kind: string,
  name: string,
  version: ObjectVersion,
  pieces: readonly Piece[],
  partSizesBytes: readonly number[],
): Promise<void> {
  if (!refer(survey, kind, name, pieces)) return
  const { sizeBytes, etag, crc64, checksum } = version
  await inspectContent(survey, kind, name, { sizeBytes, etag, crc64, checksum, pieces, partSizesBytes })
}
