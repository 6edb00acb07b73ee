/** The part of an inspection that looks at bound domains: each leads to the bucket that lists it, and each listed one has its row. */

import { canonicalDomain } from '../model/custom-domain.js'
import { domainFormat } from './domains.js'
import { domainCodec, kinds } from './rows.js'
import { documentOf, pagesOf, partOfKey, type Survey } from './survey.js'

export async function inspectDomains(survey: Survey): Promise<void> {
  const listed = await listedDomains(survey)
  for await (const page of pagesOf(survey, kinds.domain)) {
    for (const { key, value } of page) {
      const name = partOfKey(key, 1, 0)
      survey.count('domain')
      const binding = survey.attempt('domain', name, () => domainCodec.decode(value))
      const bucketId = listed.get(name)
      listed.delete(name)
      if (binding !== undefined && binding.bucketId !== bucketId) {
        survey.report('damage', 'domain', name, `leads to ${binding.bucketName}, which does not list it`)
      }
    }
  }
  for (const name of listed.keys()) survey.report('damage', 'domain', name, 'is missing, and a bucket lists it')
}

async function listedDomains(survey: Survey): Promise<Map<string, string>> {
  const listed = new Map<string, string>()
  for (const bucket of survey.buckets.values()) {
    for (const { name } of (await documentOf(survey, bucket, domainFormat)) ?? []) {
      listed.set(canonicalDomain(name), bucket.id)
    }
  }
  return listed
}
