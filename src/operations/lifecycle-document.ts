/** Lifecycle rules as XML, in both dialects: what is shown is what was given, and an id where none was. */

import { fail } from '../model/errors/index.js'
import type { LifecycleFilter, LifecycleRule } from '../model/lifecycle.js'
import { parseStorageClass, spellStorageClass } from '../model/storage-class.js'
import {
  boolean,
  type Content,
  document,
  element,
  integer,
  list,
  oneOf,
  only,
  optional,
  record,
  S3_NAMESPACE,
  text,
  trimmed,
} from '../wire/document.js'
import { tagElement } from './tagging.js'

/** As stored; COS takes any case (5.11). A class that is none is MalformedXML, as a value outside its enumeration. */
const storageClass: Content<string> = {
  parse: ({ text: raw }, dialect) => {
    const spelling = raw.trim()
    if (spelling === '') return fail('MalformedXML')
    try {
      return parseStorageClass(dialect, dialect === 'cos' ? spelling.toUpperCase() : spelling)
    } catch {
      return fail('MalformedXML')
    }
  },
  print: (value, dialect) => spellStorageClass(dialect, value),
}

/** COS: classes by how often an object is read; nothing here counts that. */
const accessFrequency: Content<undefined> = {
  parse: () =>
    fail('NotImplemented', { additionalMessage: 'Rules by AccessFrequency are not served: reads are not counted.' }),
  print: () => '',
}
const unserved = only('cos', optional('AccessFrequency', accessFrequency))

const sizes = {
  sizeBytesAbove: optional('ObjectSizeGreaterThan', integer),
  sizeBytesBelow: optional('ObjectSizeLessThan', integer),
}

const ruleElement = record({
  id: optional('ID', text),
  prefix: optional('Prefix', text),
  filter: optional(
    'Filter',
    record({
      prefix: optional('Prefix', text),
      tag: optional('Tag', tagElement),
      ...sizes,
      and: optional(
        'And',
        record({
          prefix: optional('Prefix', text),
          tags: list('Tag', tagElement),
          prefixNotEquals: only('cos', optional('PrefixNotEquals', text)),
          ...sizes,
        }),
      ),
    }),
  ),
  status: element('Status', oneOf(['Enabled', 'Disabled'])),
  transitions: list(
    'Transition',
    record({
      days: optional('Days', integer),
      date: optional('Date', trimmed),
      storageClass: element('StorageClass', storageClass),
      unserved,
    }),
  ),
  expiration: optional(
    'Expiration',
    record({
      days: optional('Days', integer),
      date: optional('Date', trimmed),
      markers: optional('ExpiredObjectDeleteMarker', boolean),
    }),
  ),
  noncurrentTransitions: list(
    'NoncurrentVersionTransition',
    record({
      days: element('NoncurrentDays', integer),
      newer: optional('NewerNoncurrentVersions', integer),
      storageClass: element('StorageClass', storageClass),
      unserved,
    }),
  ),
  noncurrentExpiration: optional(
    'NoncurrentVersionExpiration',
    record({
      days: element('NoncurrentDays', integer),
      newer: optional('NewerNoncurrentVersions', integer),
    }),
  ),
  abort: optional('AbortIncompleteMultipartUpload', record({ days: element('DaysAfterInitiation', integer) })),
})

type Shown = ReturnType<typeof ruleElement.parse>

export interface LifecycleShown {
  readonly rules: readonly Shown[]
}

export const lifecycleDocument = document<LifecycleShown>(
  'LifecycleConfiguration',
  record({ rules: list('Rule', ruleElement) }),
  { namespace: { s3: S3_NAMESPACE }, elementsMax: 60_000 },
)

const NOTHING: LifecycleFilter = {
  prefix: undefined,
  tags: [],
  prefixNotEquals: undefined,
  sizeBytesAbove: undefined,
  sizeBytesBelow: undefined,
}

function filterOf({ prefix, filter }: Shown): Pick<LifecycleRule, 'form' | 'filter'> {
  if (filter === undefined) return { form: prefix === undefined ? 'none' : 'legacy', filter: { ...NOTHING, prefix } }
  if (prefix !== undefined) return fail('MalformedXML')
  const { and, tag, ...rest } = filter
  const given = [and, tag, ...Object.values(rest)].filter((each) => each !== undefined)
  if (given.length > 1) return fail('MalformedXML')
  if (and !== undefined) return { form: 'and', filter: and }
  return { form: 'filter', filter: { ...NOTHING, ...rest, tags: tag === undefined ? [] : [tag] } }
}

/** `newId`: for a rule that has none. */
export function rulesOf({ rules }: LifecycleShown, newId: () => string): readonly LifecycleRule[] {
  return rules.map((shown) => ({
    id: shown.id === undefined || shown.id === '' ? newId() : shown.id,
    enabled: shown.status === 'Enabled',
    ...filterOf(shown),
    transitions: shown.transitions,
    expiration: shown.expiration,
    noncurrentTransitions: shown.noncurrentTransitions,
    noncurrentExpiration: shown.noncurrentExpiration,
    abortDays: shown.abort?.days,
  }))
}

export function showRules(rules: readonly LifecycleRule[]): LifecycleShown {
  return {
    rules: rules.map(({ id, enabled, form, filter, abortDays, ...rule }) => ({
      id,
      prefix: form === 'legacy' ? filter.prefix : undefined,
      filter:
        form === 'filter'
          ? { ...filter, tag: filter.tags[0], and: undefined }
          : form === 'and'
            ? { prefix: undefined, tag: undefined, sizeBytesAbove: undefined, sizeBytesBelow: undefined, and: filter }
            : undefined,
      status: enabled ? 'Enabled' : 'Disabled',
      transitions: rule.transitions.map((each) => ({ ...each, unserved: undefined })),
      expiration: rule.expiration,
      noncurrentTransitions: rule.noncurrentTransitions.map((each) => ({ ...each, unserved: undefined })),
      noncurrentExpiration: rule.noncurrentExpiration,
      abort: abortDays === undefined ? undefined : { days: abortDays },
    })),
  }
}
