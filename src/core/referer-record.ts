/** Referer rules as they stand in rows (docs/data-format.md). */

import { asList, asOneOf, asTexts } from '../meta/json.js'
import { EMPTY_REFERER, REFERER_TYPES, type RefererRule } from '../model/referer.js'
import { SWITCHES } from '../model/website.js'
import type { DocumentFormat } from './documents.js'

export const refererFormat: DocumentFormat<RefererRule> = {
  kind: 'referer',
  toJson: ({ status, type, domains, empty, verifySignatureUrl }) => [
    status,
    type,
    domains,
    empty ?? null,
    verifySignatureUrl,
  ],
  fromJson: (json) => {
    const [status, type, domains, empty = null, verifySignatureUrl] = asList(json)
    return {
      status: asOneOf(status, SWITCHES),
      type: asOneOf(type, REFERER_TYPES),
      domains: asTexts(domains),
      empty: empty === null ? undefined : asOneOf(empty, EMPTY_REFERER),
      verifySignatureUrl: asOneOf(verifySignatureUrl, SWITCHES),
    }
  },
}
