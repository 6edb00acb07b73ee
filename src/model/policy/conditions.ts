/**
 * Conditions of both grammars. An operator says how one value of the request is held against one value of the policy;
 * negation, `…IfExists` and the set operators are the same around each. A key that the request does not have fulfils a
 * negated operator of IAM and no operator of CAM (cos-auth-and-bucket.md 5.12), unless `…IfExists` says otherwise.
 */

import { fail } from '../errors/index.js'
import { addressRange } from './address-range.js'
import { canonicalKey, LIMITING_KEYS } from './condition-keys.js'
import type { Condition, ConditionFacts, Grammar } from './policy.js'
import { hasVariables, patternOf, substituted } from './variables.js'
import { hasWildcards } from './wildcards.js'

type Test = (given: string, facts: ConditionFacts) => boolean

interface Operator {
  readonly negated: boolean
  /** It holds for the values that it is given and what is like them, and for no range of values. */
  readonly names?: true
  /** Undefined for a value that the operator cannot be given. */
  readonly make: (wanted: string, grammar: Grammar) => Test | undefined
}

const exact =
  (fold: (text: string) => string): Operator['make'] =>
  (wanted, grammar) => {
    const value = substituted(wanted, grammar)
    return (given, facts) => {
      const text = value(facts)
      return text !== undefined && fold(text) === fold(given)
    }
  }

const same = (text: string) => text
const lower = (text: string) => text.toLowerCase()

const like: Operator['make'] = (wanted, grammar) => patternOf(wanted, grammar)

const NUMBER = /^[+-]?\d{1,18}(?:\.\d{1,9})?$/

const compared =
  (
    numberOf: (text: string) => number | undefined,
    holds: (given: number, wanted: number) => boolean,
  ): Operator['make'] =>
  (wanted, grammar) => {
    const fixed = hasVariables(wanted, grammar) ? undefined : numberOf(wanted)
    if (fixed === undefined) return undefined
    return (given) => {
      const number = numberOf(given)
      return number !== undefined && holds(number, fixed)
    }
  }

const numberOf = (text: string) => (NUMBER.test(text.trim()) ? Number(text) : undefined)

/** ISO 8601, or seconds since 1970. */
function timeOf(text: string): number | undefined {
  const trimmed = text.trim()
  if (/^\d{1,12}$/.test(trimmed) && trimmed.length > 4) return Number(trimmed) * 1000
  const at = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/.test(trimmed)
    ? Date.parse(trimmed)
    : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

const bool: Operator['make'] = (wanted) => {
  const value = wanted.trim().toLowerCase()
  return value === 'true' || value === 'false' ? (given) => given.toLowerCase() === value : undefined
}

const inRange: Operator['make'] = (wanted) => addressRange(wanted)?.contains

/** Parts between colons match on their own; the last has all that is left. */
const arnLike: Operator['make'] = (wanted, grammar) => {
  const parts = wanted.split(':')
  if (parts.length < 6) return wanted === '*' ? () => true : undefined
  const patterns = [...parts.slice(0, 5), parts.slice(5).join(':')].map((part) => patternOf(part, grammar))
  return (given, facts) => {
    const found = given.split(':')
    const fields = [...found.slice(0, 5), found.slice(5).join(':')]
    return found.length >= 6 && patterns.every((pattern, index) => pattern(fields[index] ?? '', facts))
  }
}

const COMPARISONS = {
  equals: (a: number, b: number) => a === b,
  lessthan: (a: number, b: number) => a < b,
  lessthanequals: (a: number, b: number) => a <= b,
  greaterthan: (a: number, b: number) => a > b,
  greaterthanequals: (a: number, b: number) => a >= b,
} as const

function comparisons(family: string, read: (text: string) => number | undefined): [string, Operator][] {
  const rows = Object.entries(COMPARISONS).map(([name, holds]): [string, Operator] => [
    family + name,
    { negated: false, make: compared(read, holds) },
  ])
  return [...rows, [`${family}notequals`, { negated: true, make: compared(read, COMPARISONS.equals) }]]
}

const positive = (make: Operator['make']): Operator => ({ negated: false, names: true, make })
const negative = (make: Operator['make']): Operator => ({ negated: true, make })

/** By name in lower case. */
const IAM: ReadonlyMap<string, Operator> = new Map([
  ['stringequals', positive(exact(same))],
  ['stringnotequals', negative(exact(same))],
  ['stringequalsignorecase', positive(exact(lower))],
  ['stringnotequalsignorecase', negative(exact(lower))],
  ['stringlike', positive(like)],
  ['stringnotlike', negative(like)],
  ...comparisons('numeric', numberOf),
  ...comparisons('date', timeOf),
  ['bool', { negated: false, make: bool }],
  ['binaryequals', positive(exact(same))],
  ['ipaddress', positive(inRange)],
  ['notipaddress', negative(inRange)],
  ['arnequals', positive(arnLike)],
  ['arnlike', positive(arnLike)],
  ['arnnotequals', negative(arnLike)],
  ['arnnotlike', negative(arnLike)],
])

/** CAM writes words apart, and `equal` for `equals`. */
const CAM: ReadonlyMap<string, Operator> = new Map([
  ['string_equal', positive(exact(same))],
  ['string_not_equal', negative(exact(same))],
  ['string_equal_ignore_case', positive(exact(lower))],
  ['string_not_equal_ignore_case', negative(exact(lower))],
  ['string_like', positive(like)],
  ['string_not_like', negative(like)],
  ...camComparisons('numeric', numberOf),
  ...camComparisons('date', timeOf),
  ['bool_equal', { negated: false, make: bool }],
  ['ip_equal', positive(inRange)],
  ['ip_not_equal', negative(inRange)],
])

function camComparisons(family: string, read: (text: string) => number | undefined): [string, Operator][] {
  const names: Readonly<Record<string, string>> = {
    equals: 'equal',
    lessthan: 'less_than',
    lessthanequals: 'less_than_equal',
    greaterthan: 'greater_than',
    greaterthanequals: 'greater_than_equal',
    notequals: 'not_equal',
  }
  return comparisons('', read).map(([name, operator]) => [`${family}_${names[name] ?? name}`, operator])
}

type Quantifier = 'all' | 'any' | undefined

interface OperatorName {
  readonly operator: Operator | 'null'
  readonly quantifier: Quantifier
  readonly ifExists: boolean
}

const QUANTIFIERS: readonly (readonly [prefix: string, quantifier: Quantifier])[] = [
  ['forallvalues:', 'all'],
  ['foranyvalue:', 'any'],
  ['for_all_value:', 'all'],
  ['for_all_values:', 'all'],
  ['for_any_value:', 'any'],
  ['for_any_values:', 'any'],
]

function readOperator(written: string, grammar: Grammar): OperatorName | undefined {
  let name = written.toLowerCase()
  const [prefix = '', quantifier] = QUANTIFIERS.find(([beginning]) => name.startsWith(beginning)) ?? []
  name = name.slice(prefix.length)
  const suffix = /(?:ifexists|_if_exists?)$/.exec(name)?.[0] ?? ''
  const operator = (grammar === 'iam' ? IAM : CAM).get(name.slice(0, name.length - suffix.length))
  if (operator !== undefined) return { operator, quantifier, ifExists: suffix !== '' }
  const isNull = name === 'null' || name === 'null_equal'
  return isNull ? { operator: 'null', quantifier: undefined, ifExists: false } : undefined
}

/** `where` names the statement, for the sentence of MalformedPolicy. */
export function parseCondition(
  operatorName: string,
  key: string,
  values: readonly string[],
  grammar: Grammar,
  where: string,
): Condition {
  const refuse = (sentence: string): never => fail('MalformedPolicy', {}, { message: `${where}: ${sentence}` })
  const name = readOperator(operatorName, grammar) ?? refuse(`There is no condition operator ${quoted(operatorName)}.`)
  const canonical = canonicalKey(key, grammar) ?? refuse(`There is no condition key ${quoted(key)}.`)
  const label = `${operatorName} ${key} ${values.join(', ')}`.slice(0, 300)
  if (name.operator === 'null') {
    const absent = values.map((value) => value.trim().toLowerCase())
    if (absent.some((value) => value !== 'true' && value !== 'false')) refuse('Null takes true or false.')
    return { label, limits: false, holds: (facts) => absent.includes(String(facts.values(canonical) === undefined)) }
  }
  const { operator, quantifier, ifExists } = name
  const tests = values.map(
    (value) => operator.make(value, grammar) ?? refuse(`${operatorName} cannot be given ${quoted(value)}.`),
  )
  const one = anyOf(tests, operator.negated)
  const whenAbsent =
    ifExists || (grammar === 'iam' && (quantifier === 'all' || (quantifier === undefined && operator.negated)))
  return {
    label,
    limits: operator.names === true && !ifExists && quantifier !== 'all' && limits(canonical, values, grammar),
    holds: (facts) => {
      const given = facts.values(canonical)
      if (given === undefined || (given.length === 0 && quantifier === undefined)) return whenAbsent
      const [first, second] = given
      if (first !== undefined && second === undefined) return one(first, facts)
      if (quantifier === 'all') return given.every((value) => one(value, facts))
      if (quantifier === 'any') return given.some((value) => one(value, facts))
      return operator.negated ? given.every((value) => one(value, facts)) : given.some((value) => one(value, facts))
    },
  }
}

/** Most conditions have one value: it is asked itself, because this is on the path of every request. */
function anyOf(tests: readonly Test[], negated: boolean): Test {
  const [only] = tests
  if (only === undefined || tests.length > 1)
    return (given, facts) => tests.some((test) => test(given, facts)) !== negated
  return negated ? (given, facts) => !only(given, facts) : only
}

function limits(canonical: string, values: readonly string[], grammar: Grammar): boolean {
  if (!LIMITING_KEYS.has(canonical)) return false
  if (canonical === 'source-ip') return values.every((value) => addressRange(value)?.limits === true)
  return values.every((value) => !hasWildcards(value) && !hasVariables(value, grammar))
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100))
}
