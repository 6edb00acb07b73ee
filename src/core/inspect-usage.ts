/** Inspects the counters of what is stored: those of each counted bucket, of its account, and of accelerated buckets. */

import { readCounter } from '../meta/meta-store.js'
import type { Bucket } from '../model/bucket.js'
import { hasQuota, NO_USAGE, type Usage } from '../model/limits.js'
import { accelerationFormat } from './acceleration.js'
import { acceleratedCountCodec, accountCodec, kinds, uncountedKey } from './rows.js'
import { documentOf, pagesOf, partOfKey, reasonOf, type Survey } from './survey.js'
import { usageBetween, usageFormat } from './usage-rows.js'

/** What is damaged elsewhere, and so cannot be added up, is reported there. */
export async function inspectUsage(survey: Survey): Promise<void> {
  const expected = new Map<string, number>()
  for (const bucket of survey.buckets.values()) await countBucket(survey, bucket, expected)
  for await (const page of pagesOf(survey, kinds.usage)) {
    for (const { key, value, version } of page) {
      const name = `${partOfKey(key, 3, 0)} ${partOfKey(key, 3, 1)} ${partOfKey(key, 3, 2)}`
      if (name.startsWith('writes ')) continue
      survey.count('usage')
      compare(survey, 'usage', name, Number(readCounter({ key, value, version })), expected)
    }
  }
  for (const [name, count] of expected) if (count !== 0) compare(survey, 'usage', name, 0, expected)
  await inspectAccelerated(survey)
  await inspectQuotas(survey)
}

function compare(survey: Survey, kind: string, name: string, count: number, expected: Map<string, number>): void {
  const found = expected.get(name) ?? 0
  expected.delete(name)
  if (count !== found) survey.report('damage', kind, name, `says ${count}, and there are ${found}`)
}

async function countBucket(survey: Survey, bucket: Bucket, expected: Map<string, number>): Promise<void> {
  const { id, name, accountId } = bucket
  const progress = await documentOf(survey, bucket, usageFormat)
  if (progress === undefined) return
  const pending = (await survey.stores.meta.get(uncountedKey(id))) !== undefined
  if (!pending && progress.kind === 'counting') survey.report('damage', 'usage', name, 'is being counted by nobody')
  const until = progress.kind === 'complete' ? undefined : progress.counted
  const nothing = progress.kind === 'counting' && progress.counted === undefined
  const usage = nothing ? NO_USAGE : await quietly(() => usageBetween(survey.stores.meta, id, undefined, until))
  if (typeof usage === 'string') return survey.report('damage', 'usage', name, `cannot be counted: ${usage}`)
  for (const owner of [`bucket ${id}`, `account ${accountId}`]) addUsage(expected, owner, usage)
}

function addUsage(expected: Map<string, number>, owner: string, { sizeBytes, objects }: Usage): void {
  for (const [what, count] of [
    ['size', sizeBytes],
    ['objects', objects],
  ] as const) {
    expected.set(`${owner} ${what}`, (expected.get(`${owner} ${what}`) ?? 0) + count)
  }
}

async function quietly<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work()
  } catch (error) {
    return reasonOf(error)
  }
}

async function inspectAccelerated(survey: Survey): Promise<void> {
  const expected = new Map<string, number>()
  for (const bucket of survey.buckets.values()) {
    if ((await documentOf(survey, bucket, accelerationFormat)) !== 'Enabled') continue
    expected.set(bucket.accountId, (expected.get(bucket.accountId) ?? 0) + 1)
  }
  for await (const page of pagesOf(survey, kinds.acceleratedCount)) {
    for (const { key, value } of page) {
      const accountId = partOfKey(key, 1, 0)
      const count = survey.attempt('accelerated-count', accountId, () => acceleratedCountCodec.decode(value))
      if (count !== undefined) compare(survey, 'accelerated-count', accountId, count, expected)
    }
  }
  for (const accountId of expected.keys()) compare(survey, 'accelerated-count', accountId, 0, expected)
}

/** A quota of an account is held against the counters of all its buckets. */
async function inspectQuotas(survey: Survey): Promise<void> {
  const limited = new Set<string>()
  for await (const page of pagesOf(survey, kinds.account)) {
    for (const { key, value } of page) {
      const account = await quietly(async () => accountCodec.decode(value))
      if (typeof account !== 'string' && hasQuota(account.limits ?? {})) limited.add(partOfKey(key, 1, 0))
    }
  }
  for (const { name, accountId, documents } of survey.buckets.values()) {
    if (!limited.has(accountId) || documents.includes('usage')) continue
    survey.report('damage', 'usage', name, 'is not counted, and its account has a quota: set the quota again')
  }
}
