/**
 * Looks at everything that two stores hold and says what does not fit together. For a stopped server: what is written
 * meanwhile may be reported. Rows are read in pages; what is remembered is one small entry per blob, inline body,
 * manifest, upload, bucket and blob in the trash: some 200 bytes each.
 */

import type { Bytes } from '../base/bytes.js'
import type { DigestFactory } from '../base/digests.js'
import type { BlobId } from '../blob/blob-store.js'
import { isCollapsed } from '../meta/meta-store.js'
import { formerRegionCodec } from './bucket-moves.js'
import { inspectDomains } from './inspect-domains.js'
import { inspectEmptyings } from './inspect-emptying.js'
import { inspectIdentities } from './inspect-identities.js'
import { inspectKeys } from './inspect-keys.js'
import { inspectTorrents } from './inspect-torrents.js'
import { inspectUploads } from './inspect-uploads.js'
import { inspectUsage } from './inspect-usage.js'
import { inspectVersions } from './inspect-versions.js'
import { bucketCodec, bucketCountCodec, documentCodec, kinds, manifestCodec, ownersCodec, trashBlob } from './rows.js'
import { inlineBody } from './stored-bytes.js'
import { type Finding, pagesOf, partOfKey, reasonOf, type Stores, type Survey } from './survey.js'

export interface Inspection {
  /** No damage; notes do not count. */
  readonly healthy: boolean
  /** How many rows of each kind, blobs, and bytes of objects and parts were looked at. */
  readonly counts: Readonly<Record<string, number>>
  readonly damageCount: number
  readonly noteCount: number
  /** The first of each severity; the counts above are complete. */
  readonly findings: readonly Finding[]
}

const FINDINGS_MAX = 1_000
const INLINE_PAGE_ROWS = 64
const BLOB_PAGE = 1_000

export async function inspectStores(stores: Stores, digests: DigestFactory): Promise<Inspection> {
  const findings: Finding[] = []
  const severities = { damage: 0, note: 0 }
  const counts: Record<string, number> = {}
  const survey: Survey = {
    stores,
    digests,
    buckets: new Map(),
    blobs: new Map(),
    inlines: new Map(),
    manifests: new Map(),
    uploads: new Set(),
    trash: new Set(),
    count: (name, by = 1) => {
      counts[name] = (counts[name] ?? 0) + by
    },
    report: (severity, kind, name, sentence) => {
      severities[severity]++
      if (severities[severity] <= FINDINGS_MAX) findings.push({ severity, kind, name, sentence })
    },
    attempt: (kind, name, decode) => {
      try {
        return decode()
      } catch (error) {
        survey.report('damage', kind, name, `does not decode: ${reasonOf(error)}`)
        return undefined
      }
    },
  }
  await inspectKinds(survey)
  await inspectIdentities(survey)
  await inspectKeys(survey)
  await inspectBuckets(survey)
  await inspectDomains(survey)
  await collectBytes(survey)
  await inspectVersions(survey)
  await inspectUploads(survey)
  await inspectUsage(survey)
  await inspectTorrents(survey)
  await inspectOwners(survey)
  inspectRemains(survey)
  return {
    healthy: severities.damage === 0,
    counts,
    damageCount: severities.damage,
    noteCount: severities.note,
    findings,
  }
}

async function inspectKinds(survey: Survey): Promise<void> {
  const known = Object.values(kinds).toSorted((a, b) => a - b)
  let from: Bytes = Buffer.alloc(0)
  for (const kind of [...known, 0x100]) {
    const to = kind > 0xff ? Buffer.alloc(64, 0xff) : Buffer.of(kind)
    for (const row of await survey.stores.meta.scan({ from, to }, { limit: 1 })) {
      const text = isCollapsed(row) ? '' : Buffer.from(row.key).toString('hex')
      survey.report('damage', 'row', text, 'is of a kind that this release does not know')
    }
    from = Buffer.of(Math.min(kind + 1, 0xff))
  }
}

/** Rows, the index by account and the counts that limits are kept by. */
async function inspectBuckets(survey: Survey): Promise<void> {
  const expected = new Map<string, number>()
  const indexed = new Set<string>()
  for await (const page of pagesOf(survey, kinds.bucket)) {
    for (const { key, value } of page) {
      const name = partOfKey(key, 1, 0)
      survey.count('bucket')
      const bucket = survey.attempt('bucket', name, () => bucketCodec.decode(value))
      if (bucket === undefined) continue
      if (bucket.name !== name) survey.report('damage', 'bucket', name, `stands under another name: ${bucket.name}`)
      if (survey.buckets.has(bucket.id)) survey.report('damage', 'bucket', name, 'has the id of another bucket')
      if (bucket.state === 'deleting') survey.report('note', 'bucket', name, 'is half deleted; the next start opens it')
      survey.buckets.set(bucket.id, bucket)
      expected.set(bucket.accountId, (expected.get(bucket.accountId) ?? 0) + 1)
      indexed.add(`${bucket.accountId}/${name}`)
    }
  }
  await inspectDocuments(survey)
  await inspectFormerRegions(survey)
  await inspectEmptyings(survey)
  for await (const page of pagesOf(survey, kinds.accountBucket)) {
    for (const { key } of page) {
      const name = `${partOfKey(key, 2, 0)}/${partOfKey(key, 2, 1)}`
      if (!indexed.delete(name)) survey.report('damage', 'account-bucket', name, 'names no bucket of this account')
    }
  }
  for (const name of indexed)
    survey.report('damage', 'account-bucket', name, 'is missing: listings leave the bucket out')
  for await (const page of pagesOf(survey, kinds.bucketCount)) {
    for (const { key, value } of page) {
      const accountId = partOfKey(key, 1, 0)
      const buckets = expected.get(accountId) ?? 0
      expected.delete(accountId)
      const count = survey.attempt('bucket-count', accountId, () => bucketCountCodec.decode(value))
      if (count === undefined || count === buckets) continue
      survey.report('damage', 'bucket-count', accountId, `says ${count}, and there are ${buckets}`)
    }
  }
  for (const [accountId, buckets] of expected) {
    survey.report('damage', 'bucket-count', accountId, `is missing, and there are ${buckets}`)
  }
}

/** A bucket's row lists the documents it has, and each has a row: what is not listed would never be read. */
async function inspectDocuments(survey: Survey): Promise<void> {
  const missing = new Set<string>()
  for (const { id, documents } of survey.buckets.values()) for (const kind of documents) missing.add(`${id}/${kind}`)
  for await (const page of pagesOf(survey, kinds.document)) {
    for (const { key, value } of page) {
      const name = `${partOfKey(key, 2, 0)}/${partOfKey(key, 2, 1)}`
      survey.count('document')
      survey.attempt('document', name, () => documentCodec.decode(value))
      if (!missing.delete(name)) survey.report('damage', 'document', name, 'is listed by no bucket')
    }
  }
  for (const name of missing) survey.report('damage', 'document', name, 'is missing, and its bucket lists it')
}

async function inspectFormerRegions(survey: Survey): Promise<void> {
  for await (const page of pagesOf(survey, kinds.formerRegion)) {
    for (const { key, value } of page) {
      const bucketId = partOfKey(key, 2, 0)
      survey.attempt('former-region', `${bucketId}/${partOfKey(key, 2, 1)}`, () => formerRegionCodec.decode(value))
      if (!survey.buckets.has(bucketId))
        survey.report('damage', 'former-region', bucketId, 'is of a bucket that is not there')
    }
  }
}

/** Everything that pieces may name, so that references can be counted along the way. */
async function collectBytes(survey: Survey): Promise<void> {
  const { blobs } = survey.stores
  let after: BlobId | undefined
  for (;;) {
    const page = await blobs.list(after, BLOB_PAGE)
    for (const { id, sizeBytes } of page) survey.blobs.set(id, { sizeBytes, references: 0 })
    survey.count('blob', page.length)
    after = page.at(-1)?.id
    if (page.length < BLOB_PAGE) break
  }
  for await (const page of pagesOf(survey, kinds.inline, INLINE_PAGE_ROWS)) {
    for (const { key, value } of page) {
      const id = partOfKey(key, 1, 0)
      survey.count('inline')
      const body = survey.attempt('inline', id, () => inlineBody(id, value))
      survey.inlines.set(id, { sizeBytes: body?.byteLength ?? 0, references: 0 })
    }
  }
  for await (const page of pagesOf(survey, kinds.manifest)) {
    for (const { key, value } of page) {
      const id = partOfKey(key, 1, 0)
      survey.count('manifest')
      survey.attempt('manifest', id, () => manifestCodec.decode(value))
      survey.manifests.set(id, 0)
    }
  }
  for await (const page of pagesOf(survey, kinds.trash)) {
    for (const { key } of page) survey.trash.add(trashBlob(key))
    survey.count('trash', page.length)
  }
}

const CONDEMNED = 0

/** After all references are counted: each owner row says as many as there are. */
async function inspectOwners(survey: Survey): Promise<void> {
  const owned = new Set<string>()
  for await (const page of pagesOf(survey, kinds.blob)) {
    for (const { key, value } of page) {
      const id = partOfKey(key, 1, 0)
      owned.add(id)
      survey.count('owners')
      const owners = survey.attempt('owners', id, () => ownersCodec.decode(value))
      if (owners === undefined) continue
      const inline = survey.inlines.has(id)
      const extent = survey.inlines.get(id) ?? survey.blobs.get(id)
      const references = extent?.references ?? 0
      if (owners !== references)
        survey.report('damage', 'owners', id, `says ${owners}, and ${references} pieces name it`)
      else if (inline && owners < 2) survey.report('damage', 'owners', id, 'stands for an inline body with one owner')
      else if (owners === CONDEMNED && !survey.trash.has(id)) {
        survey.report('damage', 'owners', id, 'is condemned, and not in the trash')
      }
    }
  }
  for (const [id, { references }] of survey.blobs) {
    if (references > 0 && !owned.has(id))
      survey.report('damage', 'owners', id, `is missing, and ${references} pieces name it`)
  }
  for (const [id, { references }] of survey.inlines) {
    if (references > 1 && !owned.has(id))
      survey.report('damage', 'owners', id, `is missing, and ${references} pieces name it`)
  }
}

/** What nothing names: a crash may leave a blob, and nothing else. */
function inspectRemains(survey: Survey): void {
  const { blobs, inlines, manifests, trash } = survey
  for (const id of trash) {
    const references = (blobs.get(id)?.references ?? 0) + (inlines.get(id)?.references ?? 0)
    if (references > 0) survey.report('damage', 'trash', id, `is to go, and ${references} pieces name it`)
  }
  for (const [id, { references }] of blobs) {
    if (references === 0 && !trash.has(id))
      survey.report('note', 'blob', id, 'is named by nothing; scrub will remove it')
  }
  for (const [id, { references }] of inlines) {
    if (references === 0 && !trash.has(id)) survey.report('damage', 'inline', id, 'is named by nothing')
  }
  for (const [id, versions] of manifests) {
    if (versions !== 1) survey.report('damage', 'manifest', id, `is named by ${versions} versions instead of one`)
  }
}
