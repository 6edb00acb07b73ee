/** The part of an inspection that looks at bound domains: each leads to the bucket that lists it, and each listed one has its row. */

import { canonicalDomain } from '../model/custom-domain.js'
import { domainFormat } from './domains.js'
import { documentCodec, documentKey, domainCodec, kinds } from './rows.js'
import { pagesOf, partOfKey, type Survey } from './survey.js'

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
  for (const { id, documents } of survey.buckets.values()) {
    if (!documents.includes(domainFormat.kind)) continue
    const entry = await survey.stores.meta.get(documentKey(id, domainFormat.kind))
    if (entry === undefined) continue
    const rules = survey.attempt('document', `${id}/domain`, () =>
      domainFormat.fromJson(documentCodec.decode(entry.value)),
    )
    for (const { name } of rules ?? []) listed.set(canonicalDomain(name), id)
  }
  return listed
}
