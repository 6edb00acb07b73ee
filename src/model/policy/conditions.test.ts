/** Operators of conditions, one by one: which value holds, and what an absent key means. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCondition } from './conditions.js'
import type { Grammar } from './policy.js'

type Given = string | readonly string[] | undefined

function holds(grammar: Grammar, operator: string, key: string, wanted: Given, given: Given, other?: string): boolean {
  const condition = parseCondition(operator, key, listOf(wanted) ?? [], grammar, 'Statement 1')
  const facts: Readonly<Record<string, Given>> = { username: other, referer: given, prefix: given }
  return condition.holds({ values: (name) => listOf(facts[name]) })
}

function listOf(given: Given): readonly string[] | undefined {
  return typeof given === 'string' ? [given] : given
}

type Row = readonly [operator: string, wanted: Given, given: Given, expected: boolean]

const IAM: readonly Row[] = [
  ['StringEquals', 'a', 'a', true],
  ['StringEquals', 'a', 'A', false],
  ['StringEquals', ['a', 'b'], 'b', true],
  ['StringEquals', 'a*', 'ab', false],
  ['StringEquals', 'a', undefined, false],
  ['StringEqualsIfExists', 'a', undefined, true],
  ['StringEqualsIfExists', 'a', 'b', false],
  ['StringNotEquals', ['a', 'b'], 'c', true],
  ['StringNotEquals', ['a', 'b'], 'b', false],
  ['StringNotEquals', 'a', undefined, true],
  ['StringEqualsIgnoreCase', 'Ab', 'aB', true],
  ['StringLike', 'a*c?', 'abbcd', true],
  ['StringLike', 'a?', 'a', false],
  ['StringNotLike', 'a*', 'ab', false],
  ['NumericEquals', '10', '10.0', true],
  ['NumericLessThan', '10', '9', true],
  ['NumericLessThan', '10', '10', false],
  ['NumericLessThanEquals', '10', '10', true],
  ['NumericGreaterThan', '10', '9', false],
  ['NumericGreaterThan', '10', 'many', false],
  ['NumericNotEquals', '10', 'many', true],
  ['DateGreaterThan', '2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z', true],
  ['DateLessThan', '1767225600', '2025-12-31T23:59:59Z', true],
  ['Bool', 'true', 'true', true],
  ['Bool', 'false', 'true', false],
  ['IpAddress', '10.1.0.0/16', '10.1.255.255', true],
  ['IpAddress', '10.1.0.0/16', '10.2.0.0', false],
  ['IpAddress', '2001:db8::/32', '2001:db8:1::1', true],
  ['IpAddress', '10.0.0.0/8', '2001:db8::1', false],
  ['NotIpAddress', '10.0.0.0/8', '11.0.0.1', true],
  ['NotIpAddress', '10.0.0.0/8', undefined, true],
  ['ArnLike', 'arn:aws:iam::*:user/a*', 'arn:aws:iam::1:user/ann', true],
  ['ArnLike', 'arn:aws:iam::*:user/a*', 'arn:aws:iam::1:role/ann', false],
  ['ArnNotEquals', 'arn:aws:iam::1:root', 'arn:aws:iam::2:root', true],
  ['Null', 'true', undefined, true],
  ['Null', 'true', 'x', false],
  ['Null', 'false', 'x', true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b', 'a'], true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
  ['ForAllValues:StringEquals', 'a', [], true],
  ['ForAllValues:StringEquals', 'a', undefined, true],
  ['ForAnyValue:StringEquals', 'a', ['c', 'a'], true],
  ['ForAnyValue:StringEquals', 'a', [], false],
  ['ForAnyValue:StringEquals', 'a', undefined, false],
  ['ForAllValues:StringNotEquals', 'a', ['b', 'c'], true],
  ['ForAllValues:StringNotEquals', 'a', ['b', 'a'], false],
]

test('IAM', () => {
  for (const [operator, wanted, given, expected] of IAM) {
    const row = JSON.stringify([operator, wanted, given])
    assert.equal(holds('iam', operator, 'aws:Referer', wanted, given), expected, row)
    assert.equal(holds('iam', operator.toUpperCase(), 'AWS:referer', wanted, given), expected, `${row}, without case`)
  }
})

const CAM: readonly Row[] = [
  ['string_equal', 'a', 'a', true],
  ['string_equal', 'a', undefined, false],
  ['string_equal_if_exist', 'a', undefined, true],
  ['string_not_equal', 'a', 'b', true],
  ['string_not_equal', 'a', undefined, false],
  ['string_equal_ignore_case', 'A', 'a', true],
  ['string_like', 'a*', 'ab', true],
  ['string_not_like', 'a*', 'ab', false],
  ['numeric_less_than_equal', '10', '10', true],
  ['numeric_greater_than', '10', '11', true],
  ['date_less_than', '2026-01-01T00:00:00Z', '2025-01-01T00:00:00Z', true],
  ['bool_equal', 'true', 'true', true],
  ['ip_equal', '10.0.0.0/8', '10.1.1.1', true],
  ['ip_not_equal', '10.0.0.0/8', '10.1.1.1', false],
  ['ip_not_equal', '10.0.0.0/8', undefined, false],
  ['null_equal', 'true', undefined, true],
  ['for_all_value:string_equal', 'a', ['a', 'b'], false],
  ['for_any_value:string_equal', 'a', ['a', 'b'], true],
]

test('CAM: what the request does not have fulfils nothing, unless asked so', () => {
  for (const [operator, wanted, given, expected] of CAM) {
    const row = JSON.stringify([operator, wanted, given])
    assert.equal(holds('cam', operator, 'cos:referer', wanted, given), expected, row)
  }
})

test('variables stand for one value, as it is; IAM only', () => {
  /* biome-ignore-start lint/suspicious/noTemplateCurlyInString: variables of policies, none of ours */
  const like = (wanted: string, given: string, name?: string) =>
    holds('iam', 'StringLike', 's3:prefix', wanted, given, name)
  assert.equal(like('home/${aws:username}/*', 'home/ann/x', 'ann'), true)
  assert.equal(like('home/${aws:username}/*', 'home/ben/x', 'ann'), false)
  assert.equal(like('home/${aws:username}/*', 'home//x'), false, 'nobody has no name')
  assert.equal(like("home/${aws:username, 'all'}/*", 'home/all/x'), true)
  assert.equal(like('home/${aws:username}', 'home/ben', '*'), false, 'a star in a value is a character')
  assert.equal(like('${*}${?}${$}', '*?$'), true)
  assert.equal(like('${*}', 'x'), false)
  assert.equal(like('${nothing}', ''), false)
  assert.equal(holds('cam', 'string_like', 'cos:prefix', '${aws:username}', '${aws:username}', 'ann'), true)
  /* biome-ignore-end lint/suspicious/noTemplateCurlyInString: variables of policies, none of ours */
})
