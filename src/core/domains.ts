/**
 * Domains bound to buckets: the bucket's document has the rules as they were given, and a row for each domain says which
 * bucket it leads to. Both change in one commit, so a domain leads to the bucket that lists it or nowhere.
 */

import type { Bytes } from '../base/bytes.js'
import { sha256Hex } from '../base/hmac.js'
import { asList, asOneOf, asText } from '../meta/json.js'
import type { MetaStore } from '../meta/meta-store.js'
import type { Bucket, DocumentKind } from '../model/bucket.js'
import { canonicalDomain, DOMAIN_STATES, DOMAIN_TYPES, type DomainRule, isDomainName } from '../model/custom-domain.js'
import { fail } from '../model/errors/index.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import type { DocumentFormat } from './documents.js'
import { readBucket, requireOpen } from './open-bucket.js'
import {
  bucketCodec,
  checkOf,
  type DomainBinding,
  documentCodec,
  documentKey,
  domainCodec,
  domainKey,
  putOf,
  readRow,
} from './rows.js'

export const domainFormat: DocumentFormat<readonly DomainRule[]> = {
  kind: 'domain',
  toJson: (rules) => rules.map(({ status, name, type }) => [status, name, type]),
  fromJson: (json) =>
    asList(json).map((rule) => {
      const [status, name, type] = asList(rule)
      return { status: asOneOf(status, DOMAIN_STATES), name: asText(name), type: asOneOf(type, DOMAIN_TYPES) }
    }),
}

export interface DomainStore {
  /** Undefined: leads nowhere. */
  find(domain: string): Promise<DomainBinding | undefined>
  list(bucket: Bucket): Promise<readonly DomainRule[]>
  /**
   * Replaces the domains of a bucket; none removes them. RecordAlreadyExist for one that is another bucket's,
   * DNSRecordVerifyFailed for a new one whose ownership must be proven and is not.
   */
  replace(bucket: Bucket, rules: readonly DomainRule[]): Promise<void>
}

/** What the name service must say under a domain, so that it is known to be its who owns the bucket. */
export function domainProof({ id }: Pick<Bucket, 'id'>): string {
  return `tencent-cloud-cos-verification=${sha256Hex(`domains of bucket ${id}`).slice(0, 32)}`
}

export function createDomains(dependencies: CoreDependencies): DomainStore {
  const { meta } = dependencies
  return {
    find: async (domain) => {
      if (!isDomainName(domain)) return undefined
      const { value } = await readRow(meta, domainCodec, domainKey(canonicalDomain(domain)))
      return value?.enabled === true ? value : undefined
    },
    list: (bucket) => readRules(meta, bucket),
    replace: async (bucket, rules) => {
      await requireProven(dependencies, bucket, rules)
      await replaceDomains(dependencies, bucket, rules)
    },
  }
}

async function readRules(meta: MetaStore, { id, documents }: Bucket): Promise<readonly DomainRule[]> {
  if (!documents.includes(domainFormat.kind)) return []
  const { value } = await readRow(meta, documentCodec, documentKey(id, domainFormat.kind))
  return value === undefined ? [] : domainFormat.fromJson(value)
}

/** The rows that go with a bucket. */
export async function boundDomainKeys(meta: MetaStore, bucket: Bucket): Promise<readonly Bytes[]> {
  return (await readRules(meta, bucket)).map(({ name }) => domainKey(canonicalDomain(name)))
}

/** A domain that the bucket has already was proven when it came. */
async function requireProven(
  { meta, textRecords }: CoreDependencies,
  bucket: Bucket,
  rules: readonly DomainRule[],
): Promise<void> {
  if (textRecords === undefined) return
  const proof = domainProof(bucket)
  for (const { name } of rules) {
    const { value } = await readRow(meta, domainCodec, domainKey(canonicalDomain(name)))
    if (value?.bucketId === bucket.id) continue
    const records = await textRecords(canonicalDomain(name))
    if (!records.includes(proof)) fail('DNSRecordVerifyFailed')
  }
}

function replaceDomains(dependencies: CoreDependencies, entered: Bucket, rules: readonly DomainRule[]): Promise<void> {
  const { meta } = dependencies
  return commitPlanned(dependencies, 'PutBucketDomain', async () => {
    const row = await readBucket(meta, entered.name)
    const now = requireOpen(row.value, entered)
    const rows = await Promise.all(
      rules.map(({ name }) => readRow(meta, domainCodec, domainKey(canonicalDomain(name)))),
    )
    if (rows.some(({ value }) => value !== undefined && value.bucketId !== now.id)) fail('RecordAlreadyExist')
    const kept = new Set(rows.map(({ key }) => Buffer.from(key).toString('hex')))
    const gone = (await boundDomainKeys(meta, now)).filter((key) => !kept.has(Buffer.from(key).toString('hex')))
    const bindings = rules.map(({ name, type, status }) =>
      putOf(domainCodec, domainKey(canonicalDomain(name)), bindingOf(now, type, status)),
    )
    const document = documentKey(now.id, domainFormat.kind)
    const puts = [putOf(bucketCodec, row.key, withDomains(now, rules.length > 0)), ...bindings]
    return {
      batch: {
        checks: [checkOf(row), ...rows.map(checkOf)],
        puts: rules.length === 0 ? puts : [...puts, putOf(documentCodec, document, domainFormat.toJson(rules))],
        removes: rules.length === 0 && now.documents.includes(domainFormat.kind) ? [...gone, document] : gone,
      },
      result: undefined,
    }
  })
}

function bindingOf({ id, name }: Bucket, type: DomainRule['type'], status: DomainRule['status']): DomainBinding {
  return { bucketId: id, bucketName: name, type, enabled: status === 'ENABLED' }
}

function withDomains(bucket: Bucket, present: boolean): Bucket {
  const others: readonly DocumentKind[] = bucket.documents.filter((kind) => kind !== domainFormat.kind)
  const documents = present ? [...others, domainFormat.kind] : others
  return { ...bucket, documents, documentsRevision: bucket.documentsRevision + 1 }
}
