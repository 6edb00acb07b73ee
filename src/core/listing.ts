/**
 * Listings of objects, versions and uploads, in UTF-8 byte order. Every listing costs rows read in proportion to its
 * page: a common prefix is one row, found by seeking past its group.
 */

import { afterPrefix, asBuffer, type Bytes, compareBytes, successor, utf8 } from '../base/bytes.js'
import { keyParts } from '../meta/key.js'
import { type Entry, isCollapsed, type KeyRange, type MetaStore } from '../meta/meta-store.js'
import type { Bucket } from '../model/bucket.js'
import type { AnyVersion } from '../model/version.js'
import type { VersionReference } from '../model/version-id.js'
import type { CoreDependencies } from './dependencies.js'
import {
  decodeSummary,
  decodeVersion,
  markerKey,
  markerPrefix,
  noncurrentBucketPrefix,
  noncurrentKey,
  noncurrentPrefix,
  nullVersionCodec,
  nullVersionKey,
  type ObjectSummary,
  objectKey,
  objectPrefix,
  rangeOf,
  type Upload,
  uploadCodec,
  uploadPrefix,
} from './rows.js'
import { noncurrentKeyParts } from './versions.js'

export interface ListRequest {
  readonly bucket: Bucket
  readonly prefix: string
  /** Empty: none. */
  readonly delimiter: string
  readonly limit: number
}

/** One row of a page. `prefix` is a common prefix, with its delimiter. */
export type Listed<T> =
  | { readonly kind: 'entry'; readonly value: T }
  | { readonly kind: 'prefix'; readonly prefix: string }

export interface Page<T> {
  readonly rows: readonly Listed<T>[]
  readonly truncated: boolean
}

export interface VersionListing extends Page<{ readonly version: AnyVersion; readonly isLatest: boolean }> {}

export interface Listing {
  /** Current objects with keys after `after`; delete markers do not exist here. */
  objects(request: ListRequest & { readonly after: string }): Promise<Page<ObjectSummary>>
  /** `reference` continues within the key `after`; undefined: after all of its versions. */
  versions(
    request: ListRequest & { readonly after: string; readonly reference: VersionReference | undefined },
  ): Promise<VersionListing>
  /** By key, then upload id. */
  uploads(request: ListRequest & { readonly after: string; readonly afterUploadId: string }): Promise<Page<Upload>>
}

export function createListing({ meta }: Pick<CoreDependencies, 'meta'>): Listing {
  return {
    objects: (request) => listObjects(meta, request),
    versions: (request) => listVersions(meta, request),
    uploads: (request) => listUploads(meta, request),
  }
}

const EMPTY_PAGE = { rows: [], truncated: false } as const

/** The group that a marker stands for, if it is itself a common prefix of this listing. */
function isCommonPrefix(marker: string, { prefix, delimiter }: ListRequest): boolean {
  if (delimiter === '' || !marker.startsWith(prefix)) return false
  const at = marker.indexOf(delimiter, prefix.length)
  return at !== -1 && at + delimiter.length === marker.length
}

/** The first name that can follow `name`: object keys hold no NUL (errors.md row 43), so 0x01 is the least byte. */
function nextName(name: string): Bytes {
  return Buffer.concat([utf8(name), Buffer.of(1)])
}

/** Where the names after `after` begin, as a name; undefined when there are none. */
function startAfter(after: string, request: ListRequest): Bytes | undefined {
  if (after === '') return utf8(request.prefix)
  const start = isCommonPrefix(after, request) ? afterPrefix(utf8(after)) : nextName(after)
  if (start === undefined) return undefined
  const prefix = utf8(request.prefix)
  return compareBytes(start, prefix) > 0 ? start : prefix
}

async function listObjects(meta: MetaStore, request: ListRequest & { after: string }): Promise<Page<ObjectSummary>> {
  const { bucket, prefix, delimiter, limit } = request
  const start = startAfter(request.after, request)
  const head = objectPrefix(bucket.id)
  const range = rangeOf(Buffer.concat([head, utf8(prefix)]))
  if (limit === 0 || start === undefined) return EMPTY_PAGE
  const from = Buffer.concat([head, start])
  if (compareBytes(from, range.to) >= 0) return EMPTY_PAGE
  const collapse = { delimiter: utf8(delimiter), prefixSizeBytes: head.byteLength + Buffer.byteLength(prefix) }
  const found = await meta.scan({ from, to: range.to }, { limit: limit + 1, ...(delimiter === '' ? {} : { collapse }) })
  const rows = found.slice(0, limit).map((row): Listed<ObjectSummary> => {
    if (isCollapsed(row)) return { kind: 'prefix', prefix: textFrom(row.prefix, head.byteLength) }
    return { kind: 'entry', value: decodeSummary(textFrom(row.key, head.byteLength), row.value) }
  })
  return { rows, truncated: found.length > limit }
}

function textFrom(bytes: Bytes, start: number): string {
  return asBuffer(bytes).toString('utf8', start)
}

// --- merged walks ---------------------------------------------------------------------------------------------

/** Reads a range page by page; `seek` jumps forward. */
interface Cursor {
  peek(): Promise<Entry | undefined>
  next(): void
  seek(to: Bytes): void
}

const CURSOR_PAGE_ROWS = 256

function createCursor(meta: MetaStore, range: KeyRange): Cursor {
  let page: readonly Entry[] = []
  let at = 0
  let from: Bytes = range.from
  let ended = false
  return {
    peek: async () => {
      if (at < page.length) return page[at]
      if (ended || compareBytes(from, range.to) >= 0) return undefined
      const rows = await meta.scan({ from, to: range.to }, { limit: CURSOR_PAGE_ROWS })
      page = rows.filter((row): row is Entry => !isCollapsed(row))
      at = 0
      ended = page.length < CURSOR_PAGE_ROWS
      const last = page.at(-1)
      if (last !== undefined) from = successor(last.key)
      return page[0]
    },
    next: () => {
      at++
    },
    seek: (to) => {
      while (at < page.length && compareBytes(page[at]?.key ?? to, to) < 0) at++
      if (at === page.length && compareBytes(to, from) > 0) from = to
    },
  }
}

/** The common prefix that a name falls under, or undefined. */
function groupOf(name: string, { prefix, delimiter }: ListRequest): string | undefined {
  if (delimiter === '') return undefined
  const at = name.indexOf(delimiter, prefix.length)
  return at === -1 ? undefined : name.slice(0, at + delimiter.length)
}

/** Collects rows until one more than the limit is known to exist. */
function createPage<T>(limit: number) {
  const rows: Listed<T>[] = []
  let truncated = false
  return {
    /** False when the page is full: the row belongs to the next one. */
    add: (row: Listed<T>): boolean => {
      if (rows.length === limit) truncated = true
      else rows.push(row)
      return !truncated
    },
    page: (): Page<T> => ({ rows, truncated }),
  }
}

interface VersionSource {
  readonly cursor: Cursor
  readonly isLatest: boolean
  readonly nameOf: (entry: Entry) => string
  /** The first key of this source whose name is at or after `name`. */
  readonly keyAt: (name: Bytes) => Bytes
}

async function listVersions(
  meta: MetaStore,
  request: ListRequest & { after: string; reference: VersionReference | undefined },
): Promise<VersionListing> {
  const { bucket, prefix, limit, after, reference } = request
  if (limit === 0) return EMPTY_PAGE
  const page = createPage<{ version: AnyVersion; isLatest: boolean }>(limit)
  const sources = versionSources(meta, bucket, prefix)
  const start = startAfter(after, request)
  if (start === undefined) return page.page()
  for (const source of sources) source.cursor.seek(source.keyAt(start))
  const within = after !== '' && after.startsWith(prefix) && groupOf(after, request) === undefined
  if (reference !== undefined && within && !(await addRest(meta, request, reference, page.add))) return page.page()
  for (;;) {
    const next = await smallest(sources)
    if (next === undefined) return page.page()
    const group = groupOf(next.name, request)
    if (group === undefined) {
      const version = decodeVersion(next.name, next.entry.value)
      if (!page.add({ kind: 'entry', value: { version, isLatest: next.source.isLatest } })) return page.page()
      next.source.cursor.next()
    } else {
      if (!page.add({ kind: 'prefix', prefix: group })) return page.page()
      const past = afterPrefix(utf8(group))
      if (past === undefined) return page.page()
      for (const source of sources) source.cursor.seek(source.keyAt(past))
    }
  }
}

function versionSources(meta: MetaStore, bucket: Bucket, prefix: string): readonly VersionSource[] {
  const current = (head: Buffer): VersionSource => ({
    cursor: createCursor(meta, rangeOf(Buffer.concat([head, utf8(prefix)]))),
    isLatest: true,
    nameOf: (entry) => textFrom(entry.key, head.byteLength),
    keyAt: (name) => Buffer.concat([head, name]),
  })
  const noncurrent = noncurrentBucketPrefix(bucket.id)
  return [
    current(objectPrefix(bucket.id)),
    current(markerPrefix(bucket.id)),
    {
      cursor: createCursor(meta, rangeOf(Buffer.concat([noncurrent, utf8(prefix)]))),
      isLatest: false,
      nameOf: (entry) => noncurrentKeyParts(entry.key).name,
      // Without a NUL in it the name stands in the key as it is.
      keyAt: (name) => Buffer.concat([noncurrent, name]),
    },
  ]
}

/** The next version of all sources: smallest name first, the current version before the others. */
async function smallest(sources: readonly VersionSource[]) {
  let best: { source: VersionSource; entry: Entry; name: string; bytes: Bytes } | undefined
  for (const source of sources) {
    const entry = await source.cursor.peek()
    if (entry === undefined) continue
    const name = source.nameOf(entry)
    const bytes = utf8(name)
    if (best === undefined || compareBytes(bytes, best.bytes) < 0) best = { source, entry, name, bytes }
  }
  return best
}

/**
 * The versions of the key `after` that are older than the marker's. False when the page is full. The current one may
 * be among them: who deletes page by page has removed the marker's version, and the next one took its place.
 */
async function addRest(
  meta: MetaStore,
  { bucket, after: name }: ListRequest & { after: string },
  reference: VersionReference,
  add: (row: Listed<{ version: AnyVersion; isLatest: boolean }>) => boolean,
): Promise<boolean> {
  const sequence = reference.kind === 'sequence' ? reference.sequence : await nullSequence(meta, bucket, name)
  const current = await currentVersion(meta, bucket, name)
  const older = current !== undefined && (sequence === undefined ? !current.isNull : current.sequence > sequence)
  if (older && !add({ kind: 'entry', value: { version: current, isLatest: true } })) return false
  const range = rangeOf(noncurrentPrefix(bucket.id, name))
  const from = sequence === undefined ? range.from : successor(noncurrentKey(bucket.id, name, sequence))
  const cursor = createCursor(meta, { from, to: range.to })
  for (;;) {
    const entry = await cursor.peek()
    if (entry === undefined) return true
    if (!add({ kind: 'entry', value: { version: decodeVersion(name, entry.value), isLatest: false } })) return false
    cursor.next()
  }
}

async function currentVersion(meta: MetaStore, bucket: Bucket, name: string): Promise<AnyVersion | undefined> {
  const [object, marker] = await meta.getMany([objectKey(bucket.id, name), markerKey(bucket.id, name)])
  const entry = object ?? marker
  return entry === undefined ? undefined : decodeVersion(name, entry.value)
}

/** Undefined when the null version is the current one, or gone, so that nothing tells where it stood. */
async function nullSequence(meta: MetaStore, bucket: Bucket, name: string): Promise<string | undefined> {
  const entry = await meta.get(nullVersionKey(bucket.id, name))
  return entry === undefined ? undefined : nullVersionCodec.decode(entry.value)
}

async function listUploads(
  meta: MetaStore,
  request: ListRequest & { after: string; afterUploadId: string },
): Promise<Page<Upload>> {
  const { bucket, prefix, limit, after, afterUploadId } = request
  if (limit === 0) return EMPTY_PAGE
  const head = uploadPrefix(bucket.id)
  const cursor = createCursor(meta, rangeOf(Buffer.concat([head, utf8(prefix)])))
  const page = createPage<Upload>(limit)
  if (after !== '' && afterUploadId !== '') {
    cursor.seek(Buffer.concat([head, utf8(after), Buffer.of(0), utf8(afterUploadId), Buffer.of(0)]))
  } else if (after !== '') {
    const past = startAfter(after, request)
    if (past === undefined) return EMPTY_PAGE
    cursor.seek(Buffer.concat([head, past]))
  }
  for (;;) {
    const entry = await cursor.peek()
    if (entry === undefined) return page.page()
    const group = groupOf((keyParts(entry.key, 3)[1] ?? Buffer.alloc(0)).toString('utf8'), request)
    const full = !page.add(
      group === undefined
        ? { kind: 'entry', value: uploadCodec.decode(entry.value) }
        : { kind: 'prefix', prefix: group },
    )
    if (full) return page.page()
    const past = group === undefined ? undefined : afterPrefix(utf8(group))
    if (past === undefined) cursor.next()
    else cursor.seek(Buffer.concat([head, past]))
  }
}
