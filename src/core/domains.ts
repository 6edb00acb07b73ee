/**
 * Domains bound to buckets: the bucket's document has the rules as they were given, and a row for each domain says which
 * bucket it leads to. Both change in one commit, so a domain leads to the bucket that lists it or nowhere.
 */

import type { Bytes } from '../base/bytes.js'
import { sha256Hex } from '../base/hmac.js'
import { asList, asOneOf, asText } from '../meta/json.js'
import type { MetaStore } from '../meta/meta-store.js'
import type { Bucket } from '../model/bucket.js'
import {
  canonicalDomain,
  DOMAIN_STATES,
  DOMAIN_TYPES,
  type DomainRequest,
  type DomainRule,
  isDomainName,
} from '../model/custom-domain.js'
import { fail } from '../model/errors/index.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { type DocumentFormat, documentPuts, documentRemoval, findDocument } from './documents.js'
import { readBucket, readOpenBucket } from './open-bucket.js'
import {
  accountCodec,
  accountKey,
  checkOf,
  type DomainBinding,
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
   * Replaces the domains of a bucket; none removes them. RecordAlreadyExist for one that is another bucket's and shall not
   * be taken, DNSRecordVerifyFailed for one whose ownership must be proven and is not.
   */
  replace(bucket: Bucket, rules: readonly DomainRequest[]): Promise<void>
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
    list: (bucket) => rulesOf(meta, bucket),
    replace: async (bucket, rules) => {
      await replaceDomains(dependencies, bucket, rules, await proveDomains(dependencies, bucket, rules))
    },
  }
}

async function rulesOf(meta: MetaStore, bucket: Bucket): Promise<readonly DomainRule[]> {
  return (await findDocument(meta, bucket, domainFormat)) ?? []
}

/** The rows that go with a bucket. */
export async function boundDomainKeys(meta: MetaStore, bucket: Bucket): Promise<readonly Bytes[]> {
  return (await boundDomains(meta, bucket)).map(domainKey)
}

async function boundDomains(meta: MetaStore, bucket: Bucket): Promise<readonly string[]> {
  return (await rulesOf(meta, bucket)).map(({ name }) => canonicalDomain(name))
}

/** Those that were proven just now. A domain that the bucket has already was, when it came. */
async function proveDomains(
  { meta, domainProof: proving }: CoreDependencies,
  bucket: Bucket,
  rules: readonly DomainRequest[],
): Promise<ReadonlySet<string>> {
  const proven = new Set<string>()
  const owner = (await readRow(meta, accountCodec, accountKey(bucket.accountId))).value
  const believed = proving === undefined || (owner !== undefined && !proving.requiredOf(owner))
  for (const { name, replaces } of rules) {
    const domain = canonicalDomain(name)
    const { value } = await readRow(meta, domainCodec, domainKey(domain))
    if (value?.bucketId === bucket.id) continue
    if (value !== undefined && !replaces) fail('RecordAlreadyExist')
    if (value === undefined && believed) continue
    const records = (await proving?.textRecords(domain)) ?? []
    if (!records.includes(domainProof(bucket))) fail('DNSRecordVerifyFailed')
    proven.add(domain)
  }
  return proven
}

function replaceDomains(
  dependencies: CoreDependencies,
  entered: Bucket,
  rules: readonly DomainRequest[],
  proven: ReadonlySet<string>,
): Promise<void> {
  const { meta } = dependencies
  return commitPlanned(dependencies, 'PutBucketDomain', async () => {
    const row = await readOpenBucket(meta, entered)
    const now = row.value
    const names = rules.map(({ name }) => canonicalDomain(name))
    const rows = await Promise.all(names.map((name) => readRow(meta, domainCodec, domainKey(name))))
    const losers = new Map<string, Set<string>>()
    for (const [at, { value }] of rows.entries()) {
      if (value === undefined || value.bucketId === now.id) continue
      const name = names[at] ?? ''
      if (!proven.has(name)) fail('RecordAlreadyExist')
      losers.set(value.bucketName, (losers.get(value.bucketName) ?? new Set()).add(name))
    }
    const lost = await Promise.all([...losers].map(([name, domains]) => planLoss(meta, name, domains)))
    const gone = (await boundDomains(meta, now)).filter((name) => !names.includes(name)).map(domainKey)
    const bindings = rules.map(({ type, status }, at) =>
      putOf(domainCodec, domainKey(names[at] ?? ''), bindingOf(now, type, status)),
    )
    const own = planRules(now, rules)
    return {
      batch: {
        checks: [checkOf(row), ...rows.map(checkOf), ...lost.flatMap(({ checks }) => checks)],
        puts: [...own.puts, ...bindings, ...lost.flatMap(({ puts }) => puts)],
        removes: [...own.removes, ...gone, ...lost.flatMap(({ removes }) => removes)],
      },
      result: undefined,
    }
  })
}

/** Of a bucket whose domains another takes. */
async function planLoss(meta: MetaStore, bucketName: string, domains: ReadonlySet<string>) {
  const row = await readBucket(meta, bucketName)
  if (row.value === undefined) return { checks: [checkOf(row)], puts: [], removes: [] }
  const rules = await rulesOf(meta, row.value)
  const left = rules.filter(({ name }) => !domains.has(canonicalDomain(name)))
  return { checks: [checkOf(row)], ...planRules(row.value, left) }
}

/** The rows of a bucket that has these rules from now on, without those that lead to it. */
function planRules(bucket: Bucket, rules: readonly DomainRule[]) {
  if (rules.length === 0) return documentRemoval(bucket, domainFormat.kind)
  return { puts: documentPuts(bucket, domainFormat, rules), removes: [] }
}

function bindingOf({ id, name }: Bucket, type: DomainRule['type'], status: DomainRule['status']): DomainBinding {
  return { bucketId: id, bucketName: name, type, enabled: status === 'ENABLED' }
}
