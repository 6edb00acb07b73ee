/** Lifecycle rules as tables of dates: what is due on which day, and what wins when more than one thing is. */

import assert from 'node:assert/strict'
import test from 'node:test'
import {
  abortOf,
  dueAction,
  dueAfter,
  expirationOf,
  type Lifecycle,
  type LifecycleFilter,
  type LifecycleRule,
  type Place,
} from './lifecycle.js'
import type { AnyVersion, DeleteMarker, ObjectVersion } from './version.js'

const DAY = 86_400_000
/** A Friday, 03:04:05. */
const WRITTEN = Date.parse('2026-01-02T03:04:05Z')
const NO_FILTER: LifecycleFilter = {
  prefix: undefined,
  tags: [],
  prefixNotEquals: undefined,
  sizeBytesAbove: undefined,
  sizeBytesBelow: undefined,
}
const RULE: LifecycleRule = {
  id: 'a',
  enabled: true,
  form: 'filter',
  filter: NO_FILTER,
  transitions: [],
  expiration: undefined,
  noncurrentTransitions: [],
  noncurrentExpiration: undefined,
  abortDays: undefined,
}
const SHARED = { sequence: '1', isNull: true, modifiedAt: WRITTEN, accountId: 'account', key: 'logs/k' }
const OBJECT: ObjectVersion = {
  kind: 'object',
  ...SHARED,
  sizeBytes: 200_000,
  etag: '',
  crc64: '0',
  storageClass: 'STANDARD',
  headers: {
    contentType: undefined,
    cacheControl: undefined,
    contentDisposition: undefined,
    contentEncoding: undefined,
    contentLanguage: undefined,
    expires: undefined,
    userMetadata: [],
  },
  checksum: undefined,
  content: { kind: 'pieces', pieces: [] },
  acl: undefined,
  tags: [
    { key: 'a', value: '1' },
    { key: 'b', value: '2' },
  ],
  extras: {},
}
const MARKER: DeleteMarker = { kind: 'marker', ...SHARED }
const CURRENT: Place = { kind: 'current', alone: false }
const ALONE: Place = { kind: 'current', alone: true }
const behind = (newerCount = 0, since = WRITTEN): Place => ({ kind: 'noncurrent', since, newerCount })

const days = (count: number) => ({ days: count, date: undefined })
const date = (text: string) => ({ days: undefined, date: text })
const expires = (when: { days: number | undefined; date: string | undefined }): Partial<LifecycleRule> => ({
  expiration: { ...when, markers: undefined },
})
const MARKERS: Partial<LifecycleRule> = { expiration: { days: undefined, date: undefined, markers: true } }
const becomes = (storageClass: string, when: { days: number | undefined; date: string | undefined }) => ({
  transitions: [{ ...when, storageClass }],
})
const filtered = (filter: Partial<LifecycleFilter>) => ({ filter: { ...NO_FILTER, ...filter } })

function lifecycle(...rules: readonly Partial<LifecycleRule>[]): Lifecycle {
  return { rules: rules.map((rule, at) => ({ ...RULE, id: `r${at}`, ...rule })), minimumSize: undefined }
}

/** In words: the kind and the rule, and the class of a transition. */
function due(given: Lifecycle, now: string, version: AnyVersion = OBJECT, place: Place = CURRENT, dayMs = DAY): string {
  const action = dueAction(given, version, place, Date.parse(now), dayMs)
  if (action === undefined) return '-'
  return `${action.kind} ${action.kind === 'transition' ? action.storageClass : action.ruleId}`
}

test('so many days are over at the next beginning of a day, or of a shortened one', () => {
  const at = (from: string, count: number, dayMs = DAY) =>
    new Date(dueAfter(Date.parse(from), count, dayMs)).toISOString()
  for (const [from, count, dayMs, wanted] of [
    ['2026-01-02T03:04:05Z', 0, DAY, '2026-01-03T00:00:00.000Z'],
    ['2026-01-02T03:04:05Z', 1, DAY, '2026-01-04T00:00:00.000Z'],
    ['2026-01-02T23:59:59.999Z', 1, DAY, '2026-01-04T00:00:00.000Z'],
    ['2026-01-02T00:00:00Z', 1, DAY, '2026-01-03T00:00:00.000Z'],
    ['2026-01-02T00:00:00.001Z', 1, DAY, '2026-01-04T00:00:00.000Z'],
    ['2026-02-27T12:00:00Z', 30, DAY, '2026-03-30T00:00:00.000Z'],
    ['2024-02-28T12:00:00Z', 1, DAY, '2024-03-01T00:00:00.000Z'],
    ['2026-01-02T03:04:05Z', 1, 10_000, '2026-01-02T03:04:20.000Z'],
    ['2026-01-02T03:04:10Z', 1, 10_000, '2026-01-02T03:04:20.000Z'],
    ['2026-01-02T03:04:05Z', 0, 10_000, '2026-01-02T03:04:10.000Z'],
  ] as const) {
    assert.equal(at(from, count, dayMs), wanted, `${from} ${count} ${dayMs}`)
  }
})

for (const [what, rule, now, wanted, version, place] of [
  ['one day: not at its second midnight less a millisecond', expires(days(1)), '2026-01-03T23:59:59.999Z', '-'],
  ['one day: at its second midnight', expires(days(1)), '2026-01-04T00:00:00Z', 'expire r0'],
  ['a date: not before', expires(date('2026-02-01T00:00:00Z')), '2026-01-31T23:59:59Z', '-'],
  ['a date: from then on', expires(date('2026-02-01T00:00:00Z')), '2026-02-01T00:00:00Z', 'expire r0'],
  ['a date in another zone', expires(date('2026-02-01T00:00:00+08:00')), '2026-01-31T16:00:00Z', 'expire r0'],
  ['a date before the object was written', expires(date('2020-01-01T00:00:00Z')), '2026-01-02T03:04:06Z', 'expire r0'],
  ['a rule that is disabled', { ...expires(days(1)), enabled: false }, '2027-01-01T00:00:00Z', '-'],
  ['no day at all', becomes('ARCHIVE', days(0)), '2026-01-03T00:00:00Z', 'transition ARCHIVE'],
  ['a class that it has', becomes('STANDARD', days(0)), '2027-01-01T00:00:00Z', '-'],
  ['an old version, by a rule for current ones', expires(days(1)), '2027-01-01T00:00:00Z', '-', OBJECT, behind()],
  [
    'a current version, by a rule for old ones',
    { noncurrentExpiration: { days: 1, newer: undefined } },
    '2027-01-01T00:00:00Z',
    '-',
  ],
  [
    'an old version, from the time of its successor',
    { noncurrentExpiration: { days: 1, newer: undefined } },
    '2026-01-04T00:00:00Z',
    'remove r0',
    { ...OBJECT, modifiedAt: 0 },
    behind(),
  ],
  [
    'an old version whose successor is young',
    { noncurrentExpiration: { days: 1, newer: undefined } },
    '2026-01-03T23:59:59Z',
    '-',
    { ...OBJECT, modifiedAt: 0 },
    behind(),
  ],
  [
    'an old marker',
    { noncurrentExpiration: { days: 1, newer: undefined } },
    '2026-01-04T00:00:00Z',
    'remove r0',
    MARKER,
    behind(),
  ],
  ['a marker alone', MARKERS, '2026-01-02T03:04:06Z', 'remove-marker r0', MARKER, ALONE],
  ['a marker over old versions', MARKERS, '2027-01-01T00:00:00Z', '-', MARKER, CURRENT],
  ['an object, by a rule for markers', MARKERS, '2027-01-01T00:00:00Z', '-', OBJECT, ALONE],
  ['a marker alone, by days', expires(days(1)), '2026-01-04T00:00:00Z', 'remove-marker r0', MARKER, ALONE],
  ['a marker alone, by days that are not over', expires(days(1)), '2026-01-03T23:59:59Z', '-', MARKER, ALONE],
  [
    'a marker, by a rule that keeps them',
    { expiration: { days: undefined, date: undefined, markers: false } },
    '2027-01-01T00:00:00Z',
    '-',
    MARKER,
    ALONE,
  ],
  ['a marker does not change class', becomes('ARCHIVE', days(0)), '2027-01-01T00:00:00Z', '-', MARKER, CURRENT],
] as const satisfies readonly (readonly [string, Partial<LifecycleRule>, string, string, AnyVersion?, Place?])[]) {
  test(`due: ${what}`, () => assert.equal(due(lifecycle(rule), now, version, place), wanted))
}

test('the newest of the old versions stay, those behind them go', () => {
  const kept = lifecycle({ noncurrentExpiration: { days: 1, newer: 2 } })
  const cold = lifecycle({ noncurrentTransitions: [{ days: 0, newer: 2, storageClass: 'ARCHIVE' }] })
  for (const [newerCount, removed, moved] of [
    [0, '-', '-'],
    [1, '-', '-'],
    [2, 'remove r0', 'transition ARCHIVE'],
    [3, 'remove r0', 'transition ARCHIVE'],
  ] as const) {
    assert.equal(due(kept, '2027-01-01T00:00:00Z', OBJECT, behind(newerCount)), removed)
    assert.equal(due(cold, '2027-01-01T00:00:00Z', OBJECT, behind(newerCount)), moved)
  }
  assert.equal(due(kept, '2026-01-03T00:00:00Z', OBJECT, behind(5)), '-', 'their days have to be over as well')
})

test('removal beats transition, whichever was due first', () => {
  const both = lifecycle(becomes('DEEP_ARCHIVE', days(0)), expires(days(2)))
  assert.equal(due(both, '2026-01-04T00:00:00Z'), 'transition DEEP_ARCHIVE')
  assert.equal(due(both, '2026-01-05T00:00:00Z'), 'expire r1')
  const old = lifecycle({
    noncurrentTransitions: [{ days: 0, newer: undefined, storageClass: 'ARCHIVE' }],
    noncurrentExpiration: { days: 1, newer: undefined },
  })
  assert.equal(due(old, '2027-01-01T00:00:00Z', OBJECT, behind()), 'remove r0')
})

test('of several rules the earliest removes, and the coldest class wins', () => {
  assert.equal(
    due(lifecycle(expires(days(9)), expires(days(1)), expires(days(5))), '2027-01-01T00:00:00Z'),
    'expire r1',
  )
  const classes = lifecycle(
    becomes('STANDARD_IA', days(1)),
    becomes('ARCHIVE', days(3)),
    becomes('GLACIER_IR', days(2)),
  )
  assert.equal(due(classes, '2026-01-04T00:00:00Z'), 'transition STANDARD_IA')
  assert.equal(due(classes, '2026-01-05T00:00:00Z'), 'transition GLACIER_IR')
  assert.equal(due(classes, '2027-01-01T00:00:00Z'), 'transition ARCHIVE')
  assert.equal(due(classes, '2027-01-01T00:00:00Z', { ...OBJECT, storageClass: 'ARCHIVE' }), '-')
  assert.equal(due(classes, '2026-01-05T00:00:00Z', { ...OBJECT, storageClass: 'DEEP_ARCHIVE' }), '-', 'never warmer')
})

test('a filter wants all that it names', () => {
  const a = { key: 'a', value: '1' }
  for (const [what, filter, wanted] of [
    ['nothing', {}, true],
    ['the prefix', { prefix: 'logs/' }, true],
    ['the whole key', { prefix: 'logs/k' }, true],
    ['another prefix', { prefix: 'log/' }, false],
    ['an excluded prefix', { prefix: 'logs/', prefixNotEquals: 'logs/k' }, false],
    ['an excluded prefix that is not its', { prefix: 'logs/', prefixNotEquals: 'logs/x' }, true],
    ['a tag', { tags: [a] }, true],
    ['both tags', { tags: [a, { key: 'b', value: '2' }] }, true],
    ['a tag with another value', { tags: [{ key: 'a', value: '2' }] }, false],
    ['a tag in another case', { tags: [{ key: 'A', value: '1' }] }, false],
    ['one tag that it has and one that it has not', { tags: [a, { key: 'c', value: '' }] }, false],
    ['more than less', { sizeBytesAbove: 199_999 }, true],
    ['more than as much', { sizeBytesAbove: 200_000 }, false],
    ['less than more', { sizeBytesBelow: 200_001 }, true],
    ['less than as much', { sizeBytesBelow: 200_000 }, false],
    ['everything', { prefix: 'logs/', tags: [a], sizeBytesAbove: 1, sizeBytesBelow: 300_000 }, true],
    ['everything but a tag', { prefix: 'logs/', tags: [{ key: 'x', value: '' }], sizeBytesAbove: 1 }, false],
  ] as const satisfies readonly (readonly [string, Partial<LifecycleFilter>, boolean])[]) {
    const rule = { ...expires(days(1)), ...filtered(filter) }
    assert.equal(due(lifecycle(rule), '2027-01-01T00:00:00Z') !== '-', wanted, what)
  }
})

test('a marker has neither tags nor a size', () => {
  const old = { noncurrentExpiration: { days: 1, newer: undefined } }
  for (const filter of [{ tags: [{ key: 'a', value: '1' }] }, { sizeBytesBelow: 5 }, { sizeBytesAbove: 0 }]) {
    assert.equal(due(lifecycle({ ...old, ...filtered(filter) }), '2027-01-01T00:00:00Z', MARKER, behind()), '-')
  }
})

test('small objects keep their class where the bucket says so, unless the rule asks for a size', () => {
  const small = { ...OBJECT, sizeBytes: 131_071 }
  const limit = { ...OBJECT, sizeBytes: 131_072 }
  for (const [minimumSize, storageClass, version, filter, wanted] of [
    ['all_storage_classes_128K', 'ARCHIVE', small, {}, false],
    ['all_storage_classes_128K', 'ARCHIVE', limit, {}, true],
    ['all_storage_classes_128K', 'STANDARD_IA', small, {}, false],
    ['all_storage_classes_128K', 'STANDARD_IA', small, { sizeBytesAbove: 1 }, true],
    ['varies_by_storage_class', 'ARCHIVE', small, {}, true],
    ['varies_by_storage_class', 'DEEP_ARCHIVE', small, {}, true],
    ['varies_by_storage_class', 'GLACIER_IR', small, {}, false],
    [undefined, 'STANDARD_IA', small, {}, true],
  ] as const) {
    const rule = { ...becomes(storageClass, days(1)), ...filtered(filter) }
    const given = { ...lifecycle(rule), minimumSize }
    const said = `${minimumSize} ${storageClass} ${version.sizeBytes}`
    assert.equal(due(given, '2027-01-01T00:00:00Z', version) !== '-', wanted, said)
  }
  const expiring = { ...lifecycle(expires(days(1))), minimumSize: 'all_storage_classes_128K' } as const
  assert.equal(due(expiring, '2027-01-01T00:00:00Z', small), 'expire r0', 'they expire all the same')
})

test('what is said beforehand is what will be done', () => {
  const rules = lifecycle(expires(date('2026-03-01T00:00:00Z')), expires(days(10)), {
    ...expires(days(1)),
    enabled: false,
  })
  const said = expirationOf(rules, OBJECT, DAY)
  assert.deepEqual([said?.ruleId, said?.at], ['r1', Date.parse('2026-01-13T00:00:00Z')])
  assert.equal(expirationOf(lifecycle(becomes('ARCHIVE', days(1))), OBJECT, DAY), undefined)
})

test('an upload is aborted by the earliest rule for its key', () => {
  const upload = { key: 'logs/u', initiatedAt: WRITTEN }
  const rules = lifecycle(
    { abortDays: 7 },
    { abortDays: 3, ...filtered({ prefix: 'logs/' }) },
    { abortDays: 1, ...filtered({ prefix: 'other/' }) },
    { abortDays: 1, ...filtered({ prefix: 'logs/', prefixNotEquals: 'logs/u' }) },
    { abortDays: 1, enabled: false },
  )
  assert.deepEqual(abortOf(rules, upload, DAY), { ruleId: 'r1', at: Date.parse('2026-01-06T00:00:00Z') })
  assert.equal(abortOf(lifecycle(expires(days(1))), upload, DAY), undefined)
})
