/** Lifecycle rules as they stand in rows (docs/data-format.md). */

import { asList, asNumber, asOneOf, asOptionalNumber, asOptionalText, asText } from '../meta/json.js'
import type { Json } from '../meta/record.js'
import { type FilterForm, type Lifecycle, type LifecycleRule, MINIMUM_SIZES } from '../model/lifecycle.js'
import type { DocumentFormat } from './documents.js'
import { tagsFromJson, tagsToJson } from './tags-record.js'

const FORMS: readonly FilterForm[] = ['none', 'legacy', 'filter', 'and']

export const lifecycleFormat: DocumentFormat<Lifecycle> = {
  kind: 'lifecycle',
  toJson: ({ rules, minimumSize }) => [rules.map(ruleToJson), minimumSize ?? null],
  fromJson: (json) => {
    const [rules, minimumSize] = asList(json)
    return {
      rules: asList(rules).map(ruleFromJson),
      minimumSize: minimumSize === null ? undefined : asOneOf(minimumSize, MINIMUM_SIZES),
    }
  },
}

function ruleToJson(rule: LifecycleRule): Json {
  const { filter, expiration, noncurrentExpiration } = rule
  return [
    rule.id,
    rule.enabled ? 1 : 0,
    rule.form,
    [
      filter.prefix ?? null,
      tagsToJson(filter.tags),
      filter.prefixNotEquals ?? null,
      filter.sizeBytesAbove ?? null,
      filter.sizeBytesBelow ?? null,
    ],
    rule.transitions.map(({ days, date, storageClass }) => [days ?? null, date ?? null, storageClass]),
    expiration === undefined ? null : [expiration.days ?? null, expiration.date ?? null, expiration.markers ?? null],
    rule.noncurrentTransitions.map(({ days, newer, storageClass }) => [days, newer ?? null, storageClass]),
    noncurrentExpiration === undefined ? null : [noncurrentExpiration.days, noncurrentExpiration.newer ?? null],
    rule.abortDays ?? null,
  ]
}

function ruleFromJson(json: Json): LifecycleRule {
  const [id, enabled, form, filter, transitions, expiration, noncurrent, removal, abortDays] = asList(json)
  const [prefix, tags, prefixNotEquals, above, below] = asList(filter)
  return {
    id: asText(id),
    enabled: enabled === 1,
    form: asOneOf(form, FORMS),
    filter: {
      prefix: asOptionalText(prefix),
      tags: tagsFromJson(tags ?? []),
      prefixNotEquals: asOptionalText(prefixNotEquals),
      sizeBytesAbove: asOptionalNumber(above),
      sizeBytesBelow: asOptionalNumber(below),
    },
    transitions: asList(transitions).map((each) => {
      const [days, date, storageClass] = asList(each)
      return { days: asOptionalNumber(days), date: asOptionalText(date), storageClass: asText(storageClass) }
    }),
    expiration: expiration === null ? undefined : expirationFromJson(asList(expiration)),
    noncurrentTransitions: asList(noncurrent).map((each) => {
      const [days, newer, storageClass] = asList(each)
      return { days: asNumber(days), newer: asOptionalNumber(newer), storageClass: asText(storageClass) }
    }),
    noncurrentExpiration: removal === null ? undefined : removalFromJson(asList(removal)),
    abortDays: asOptionalNumber(abortDays),
  }
}

function expirationFromJson([days, date, markers]: readonly Json[]): LifecycleRule['expiration'] {
  return {
    days: asOptionalNumber(days),
    date: asOptionalText(date),
    markers: typeof markers === 'boolean' ? markers : undefined,
  }
}

function removalFromJson([days, newer]: readonly Json[]): LifecycleRule['noncurrentExpiration'] {
  return { days: asNumber(days), newer: asOptionalNumber(newer) }
}
