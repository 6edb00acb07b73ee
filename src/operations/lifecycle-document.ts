/** Lifecycle rules as XML, in both dialects: what is shown is what was given, and an id where none was. */

import { fail } from '../model/errors/index.js'
import type { LifecycleFilter, LifecycleRule } from '../model/lifecycle.js'
import { mayTransition, parseStorageClass, spellStorageClass } from '../model/storage-class.js'
import type { Dialect } from '../wire/dialect.js'
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
      storageClass: element('StorageClass', trimmed),
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
      storageClass: element('StorageClass', trimmed),
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

/** As stored. One that no rule can lead to is MalformedXML, as a value outside of its enumeration. */
function storedClass({ name, traits }: Dialect, given: string): string {
  const spelling = traits.lifecycle.classesHaveNoCase ? given.toUpperCase() : given
  const stored = spelling === '' ? undefined : classOf(name, spelling)
  return stored !== undefined && mayTransition('STANDARD', stored) ? stored : fail('MalformedXML')
}

function classOf(dialect: Dialect['name'], spelling: string): string | undefined {
  try {
    return parseStorageClass(dialect, spelling)
  } catch {
    return undefined
  }
}

/** `newId`: for a rule that has none. */
export function rulesOf(dialect: Dialect, { rules }: LifecycleShown, newId: () => string): readonly LifecycleRule[] {
  const stored = <T extends { readonly storageClass: string }>(transition: T) => ({
    ...transition,
    storageClass: storedClass(dialect, transition.storageClass),
  })
  return rules.map((shown) => ({
    id: shown.id === undefined || shown.id === '' ? newId() : shown.id,
    enabled: shown.status === 'Enabled',
    ...filterOf(shown),
    transitions: shown.transitions.map(stored),
    expiration: shown.expiration,
    noncurrentTransitions: shown.noncurrentTransitions.map(stored),
    noncurrentExpiration: shown.noncurrentExpiration,
    abortDays: shown.abort?.days,
  }))
}

export function showRules(dialect: Dialect, rules: readonly LifecycleRule[]): LifecycleShown {
  const shown = <T extends { readonly storageClass: string }>(transition: T) => ({
    ...transition,
    storageClass: spellStorageClass(dialect.name, transition.storageClass),
    unserved: undefined,
  })
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
      transitions: rule.transitions.map(shown),
      expiration: rule.expiration,
      noncurrentTransitions: rule.noncurrentTransitions.map(shown),
      noncurrentExpiration: rule.noncurrentExpiration,
      abort: abortDays === undefined ? undefined : { days: abortDays },
    })),
  }
}
