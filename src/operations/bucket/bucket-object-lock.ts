/** The object lock of a bucket. Once it has one it keeps it; the retention that new versions get may change. */

import { lockFormat } from '../../core/lock-record.js'
import { fail } from '../../model/errors/index.js'
import { daysOf, isValidTerm, type LockConfiguration, type Term } from '../../model/object-lock.js'
import { RETENTION_MODES } from '../../model/version-extras.js'
import type { Dialect } from '../../wire/dialect.js'
import { document, element, integer, oneOf, only, optional, record, S3_NAMESPACE } from '../../wire/document.js'
import { showXml, xmlBody } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'

const retention = record({
  mode: optional('Mode', oneOf(RETENTION_MODES)),
  days: optional('Days', integer),
  years: only('s3', optional('Years', integer)),
})

const configuration = document(
  'ObjectLockConfiguration',
  record({
    enabled: element('ObjectLockEnabled', oneOf(['Enabled'])),
    rule: optional('Rule', record({ retention: element('DefaultRetention', retention) })),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

interface Given {
  readonly mode: (typeof RETENTION_MODES)[number] | undefined
  readonly days: number | undefined
  readonly years: number | undefined
}

function accepted({ mode, days, years }: Given, { traits }: Dialect): LockConfiguration {
  if (mode === undefined ? traits.lock.governance : mode === 'GOVERNANCE' && !traits.lock.governance) {
    fail('MalformedXML')
  }
  const terms: readonly Term[] = [
    ...(days === undefined ? [] : [{ unit: 'days', count: days } as const]),
    ...(years === undefined ? [] : [{ unit: 'years', count: years } as const]),
  ]
  const [term, another] = terms
  if (term === undefined || another !== undefined) return fail('MalformedXML')
  if (!isValidTerm(term)) fail('InvalidRetentionPeriod')
  return { defaultRetention: { mode: mode ?? 'COMPLIANCE', term } }
}

function shown({ defaultRetention }: LockConfiguration, { traits }: Dialect) {
  if (defaultRetention === undefined) return { enabled: 'Enabled', rule: undefined } as const
  const { mode, term } = defaultRetention
  const inYears = term.unit === 'years' && traits.lock.governance
  const terms = inYears ? { days: undefined, years: term.count } : { days: daysOf(term), years: undefined }
  return { enabled: 'Enabled', rule: { retention: { mode, ...terms } } } as const
}

const match = { target: 'bucket', query: ['object-lock'] } as const

export const getBucketObjectLock = operation({
  name: 'GetBucketObjectLockConfiguration',
  summary: 'The object lock of the bucket.',
  method: 'GET',
  match,
  permission: 'GetBucketObjectLockConfiguration',
  input: {},
  output: { result: showXml(configuration) },
  handle: async ({ core, dialect }, { bucket }) => {
    const kept = await core.documents.find(bucket, lockFormat)
    if (kept === undefined) return fail('ObjectLockConfigurationNotFoundError', { BucketName: bucket.name })
    return { result: shown(kept, dialect) }
  },
})

export const putBucketObjectLock = operation({
  name: 'PutBucketObjectLockConfiguration',
  summary: 'Gives the bucket an object lock, for good, or changes the retention that new versions get.',
  method: 'PUT',
  match,
  permission: 'PutBucketObjectLockConfiguration',
  input: { given: xmlBody(configuration) },
  output: {},
  handle: async ({ core, dialect }, { bucket }, { given: { rule } }) => {
    const wanted = rule === undefined ? { defaultRetention: undefined } : accepted(rule.retention, dialect)
    await core.buckets.putLock(bucket, wanted, dialect.traits.lock)
    return {}
  },
})
