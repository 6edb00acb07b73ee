/** What lifecycle rules may not say, in each dialect. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { raises } from '../../test/support/raises.js'
import { type Condition, isApiError } from './errors/index.js'
import type { LifecycleFilter, LifecycleRule } from './lifecycle.js'
import { COS_LIFECYCLE, checkLifecycle, LIFECYCLE_RULES_MAX, S3_LIFECYCLE } from './lifecycle-check.js'

const NO_FILTER: LifecycleFilter = {
  prefix: undefined,
  tags: [],
  prefixNotEquals: undefined,
  sizeBytesAbove: undefined,
  sizeBytesBelow: undefined,
}
const EXPIRES = { days: 400, date: undefined, markers: undefined }
const RULE: LifecycleRule = {
  id: 'a',
  enabled: true,
  form: 'filter',
  filter: NO_FILTER,
  transitions: [],
  expiration: EXPIRES,
  noncurrentTransitions: [],
  noncurrentExpiration: undefined,
  abortDays: undefined,
}
const filter = (given: Partial<LifecycleFilter>) => ({ filter: { ...NO_FILTER, ...given } })
const expiration = (given: Partial<typeof RULE.expiration>) => ({
  expiration: { days: undefined, date: undefined, markers: undefined, ...given },
})
const becomes = (storageClass: string, days: number | undefined, date?: string) => ({
  transitions: [{ storageClass, days, date }],
})
const old = (storageClass: string, days: number, newer?: number) => ({
  noncurrentTransitions: [{ storageClass, days, newer }],
})
const gone = (days: number, newer?: number) => ({ noncurrentExpiration: { days, newer } })
const tags = (count: number) => Array.from({ length: count }, (_, at) => ({ key: `k${at}`, value: '' }))

function outcome(rules: readonly LifecycleRule[], limits: typeof S3_LIFECYCLE): Condition | 'ok' {
  try {
    checkLifecycle(rules, limits)
    return 'ok'
  } catch (error) {
    assert.ok(isApiError(error), String(error))
    return error.condition
  }
}

type Outcome = ReturnType<typeof outcome>
const BAD = 'InvalidArgument'
const XML = 'MalformedXML'
const CASES: readonly (readonly [what: string, rule: Partial<LifecycleRule>, s3: Outcome, cos?: Outcome])[] = [
  ['days', {}, 'ok'],
  ['no days', expiration({ days: 0 }), BAD],
  ['fewer than none', expiration({ days: -1 }), BAD],
  ['ten years', expiration({ days: 3650 }), 'ok'],
  ['a day more', expiration({ days: 3651 }), 'ok', BAD],
  ['more days than a number has', expiration({ days: 2_147_483_648 }), BAD],
  ['an expiration that says nothing', expiration({}), XML],
  ['markers', expiration({ markers: true }), 'ok'],
  ['markers and days', expiration({ markers: true, days: 1 }), XML],
  ['days and a date', expiration({ days: 1, date: '2026-02-01T00:00:00Z' }), XML],
  ['a date at midnight', expiration({ date: '2026-02-01T00:00:00Z' }), 'ok'],
  ['a date that is past', expiration({ date: '2018-07-29T00:00:00.000Z' }), 'ok'],
  ['a date at midnight elsewhere', expiration({ date: '2018-01-01T00:00:00+08:00' }), BAD, 'ok'],
  ['a date that is none', expiration({ date: '2026-02-31x' }), XML],
  ['a day that its month does not have', expiration({ date: '2026-02-30T00:00:00Z' }), XML],
  ['a number for a date', expiration({ date: '7' }), XML],
  ['no form of filter', { form: 'none' }, XML, 'ok'],
  ['nothing to do', { expiration: undefined }, 'InvalidRequest', 'ok'],
  ['an id of 255 characters', { id: 'x'.repeat(255) }, 'ok'],
  ['an id of 256 characters', { id: 'x'.repeat(256) }, BAD],
  ['a prefix of 1024 bytes', filter({ prefix: 'x'.repeat(1024) }), 'ok'],
  ['a prefix of 1025 bytes', filter({ prefix: `${'x'.repeat(1023)}é` }), BAD],
  ['ten tags', filter({ tags: tags(10) }), 'ok'],
  ['eleven tags', filter({ tags: tags(11) }), BAD],
  ['a tag twice', filter({ tags: [...tags(1), ...tags(1)] }), XML],
  ['a tag without a key', filter({ tags: [{ key: '', value: 'x' }] }), BAD],
  ['a tag whose value is too long', filter({ tags: [{ key: 'x', value: 'x'.repeat(257) }] }), BAD],
  ['a size below nothing', filter({ sizeBytesAbove: -1 }), BAD],
  ['sizes without anything between', filter({ sizeBytesAbove: 5, sizeBytesBelow: 5 }), BAD],
  ['sizes', filter({ sizeBytesAbove: 5, sizeBytesBelow: 6 }), 'ok'],
  ['markers by tag', { ...filter({ tags: tags(1) }), ...expiration({ markers: false }) }, 'InvalidRequest'],
  ['uploads by tag', { ...filter({ tags: tags(1) }), abortDays: 1 }, 'InvalidRequest'],
  ['uploads', { abortDays: 1 }, 'ok'],
  ['uploads at once', { abortDays: 0 }, BAD],
  ['infrequent after 30 days', becomes('STANDARD_IA', 30), 'ok'],
  ['infrequent after 29 days', becomes('STANDARD_IA', 29), BAD, 'ok'],
  ['infrequent in one zone after 29 days', becomes('ONEZONE_IA', 29), BAD, 'ok'],
  ['archived at once', becomes('ARCHIVE', 0), 'ok'],
  ['archived before it was there', becomes('ARCHIVE', -1), BAD],
  ['a class without a time', becomes('ARCHIVE', undefined), XML],
  ['a class with two times', becomes('ARCHIVE', 1, '2026-02-01T00:00:00Z'), XML],
  ['archived when it expires', becomes('ARCHIVE', 400), BAD, 'ok'],
  ['a class twice', { transitions: [...becomes('ARCHIVE', 1).transitions, ...becomes('ARCHIVE', 2).transitions] }, BAD],
  ['old versions archived at once', old('ARCHIVE', 0), 'ok'],
  ['old versions archived before', old('ARCHIVE', -1), BAD],
  ['old versions infrequent after 29 days', old('STANDARD_IA', 29), BAD, 'ok'],
  ['old versions removed after a day', gone(1), 'ok'],
  ['old versions removed at once', gone(0), BAD],
  ['old versions archived at once and removed after a day', { ...old('ARCHIVE', 0), ...gone(1) }, 'ok'],
  ['old versions archived and removed on one day', { ...old('ARCHIVE', 1), ...gone(1) }, 'ok'],
  ['old versions archived and removed at once', { ...old('ARCHIVE', 0), ...gone(0) }, BAD],
  ['a hundred old versions kept', gone(1, 100), 'ok'],
  ['a hundred and one old versions kept', gone(1, 101), BAD],
  ['no old version kept', gone(1, 0), BAD],
  ['a hundred and one kept warm', old('ARCHIVE', 1, 101), BAD],
]

test(raises('InvalidArgument', 'each rule that may not be is refused, in the way of its dialect'), () => {
  for (const [what, rule, s3, cos = s3] of CASES) {
    assert.equal(outcome([{ ...RULE, ...rule }], S3_LIFECYCLE), s3, `S3: ${what}`)
    assert.equal(outcome([{ ...RULE, ...rule }], COS_LIFECYCLE), cos, `COS: ${what}`)
  }
})

test(raises('MalformedXML', 'from one rule to a thousand, each with an id of its own'), () => {
  const rules = (count: number) => Array.from({ length: count }, (_, at) => ({ ...RULE, id: `r${at}` }))
  for (const limits of [S3_LIFECYCLE, COS_LIFECYCLE]) {
    assert.equal(outcome([], limits), XML)
    assert.equal(outcome(rules(LIFECYCLE_RULES_MAX), limits), 'ok')
    assert.equal(outcome(rules(LIFECYCLE_RULES_MAX + 1), limits), XML)
    assert.equal(outcome([RULE, RULE], limits), BAD)
  }
})
