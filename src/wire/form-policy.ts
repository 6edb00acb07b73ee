/**
 * The policy document of a form: what the signer allows whoever holds the form to upload (cos-object.md 6.2, Amazon's
 * "POST policy"). One engine; where the dialects differ stands in their `FormRules`. Values are compared as the bytes
 * that were sent.
 */

import type { Millis } from '../base/clock.js'
import { fail } from '../model/errors/index.js'
import type { FormFields } from './authentication.js'

/** How a dialect reads and refuses policies. */
export interface FormRules {
  /** Conditions that must be there, and be exact. */
  readonly conditionsRequired: readonly string[]
  /** The field that a condition speaks of, where it is not the one of its name. */
  readonly conditionFields: ReadonlyMap<string, string>
  /** Names of which a beginning is no condition. */
  readonly exactOnly: (name: string) => boolean
  /** Whether a field may be in the form that no condition mentions. */
  readonly uncovered: (name: string) => boolean
  readonly texts: {
    /** `sentence` says what is wrong with the document. */
    readonly malformed: (sentence: string) => string
    readonly withoutConditions: string
    readonly expired: (expiresAt: Millis, now: Millis) => string
    readonly unmet: (condition: Condition) => string
    readonly uncovered: (names: readonly string[]) => string
    /** Of a size outside content-length-range; undefined: the catalogue's. */
    readonly size: string | undefined
  }
}

export interface Condition {
  readonly operator: 'eq' | 'starts-with'
  /** Lower case, without its `$`. */
  readonly name: string
  /** As text. */
  readonly value: string
}

export interface SizeRange {
  readonly minBytes: number
  readonly maxBytes: number
}

export interface Policy {
  readonly expiresAt: Millis
  readonly conditions: readonly Condition[]
  /** What all its content-length-range conditions leave. */
  readonly sizes: SizeRange | undefined
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** `encoded` is the field; line breaks in its Base64 are passed over. Fails with InvalidPolicyDocument. */
export function parsePolicy(encoded: string, rules: FormRules): Policy {
  const refuse: Refuse = (sentence) => fail('InvalidPolicyDocument', {}, { message: rules.texts.malformed(sentence) })
  const base64 = encoded.replace(/[\r\n]/g, '')
  if (base64 === '' || !BASE64.test(base64)) return refuse('Invalid Base64.')
  const document = parseJson(Buffer.from(base64, 'base64')) ?? refuse('Invalid JSON.')
  if (!isRecord(document)) return refuse('Invalid JSON.')
  const { expiration, conditions } = document
  if (expiration === undefined) refuse('Policy missing expiration.')
  const withoutConditions = () => fail('InvalidPolicyDocument', {}, { message: rules.texts.withoutConditions })
  if (conditions === undefined) return withoutConditions()
  const expiresAt = parseExpiration(expiration) ?? refuse(`Invalid 'expiration' value: '${shown(expiration)}'`)
  if (!Array.isArray(conditions)) return refuse("Invalid 'conditions' value: must be a List.")
  if (conditions.length === 0) return withoutConditions()
  const parsed = conditions.map((condition: unknown) => parseCondition(condition, rules, refuse))
  const ranges = parsed.flatMap((condition) => ('minBytes' in condition ? [condition] : []))
  return {
    expiresAt,
    conditions: parsed.flatMap((condition) => ('minBytes' in condition ? [] : [condition])),
    sizes: ranges.reduce<SizeRange | undefined>(narrowed, undefined),
  }
}

type Refuse = (sentence: string) => never

function narrowed(range: SizeRange | undefined, { minBytes, maxBytes }: SizeRange): SizeRange {
  return {
    minBytes: Math.max(minBytes, range?.minBytes ?? 0),
    maxBytes: Math.min(maxBytes, range?.maxBytes ?? maxBytes),
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const EXPIRATION = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/

/** Undefined for what is no such time, the 30th of February included. */
function parseExpiration(value: unknown): Millis | undefined {
  if (typeof value !== 'string' || !EXPIRATION.test(value)) return undefined
  const at = Date.parse(value)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(value.slice(0, 19)) ? at : undefined
}

function parseCondition(condition: unknown, rules: FormRules, refuse: Refuse): Condition | SizeRange {
  if (Array.isArray(condition)) return parseList(condition, rules, refuse)
  if (!isRecord(condition)) return refuse('Invalid Condition: must be a List or an Object.')
  const [entry, ...others] = Object.entries(condition)
  if (entry === undefined || others.length > 0) {
    return refuse('Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.')
  }
  const [name, value] = entry
  if (typeof value !== 'string') return refuse('Invalid Simple-Condition: value must be a string.')
  return { operator: 'eq', name: name.toLowerCase(), value }
}

function parseList(list: readonly unknown[], rules: FormRules, refuse: Refuse): Condition | SizeRange {
  const [operator, second, third] = list
  const operation = typeof operator === 'string' ? operator.toLowerCase() : shown(operator)
  if (list.length !== 3) return refuse(`Invalid Condition: ${operation} needs exactly two arguments.`)
  if (operation === 'content-length-range') {
    const minBytes = wholeNumber(second)
    const maxBytes = wholeNumber(third)
    if (minBytes === undefined || maxBytes === undefined || minBytes > maxBytes) {
      return refuse('Invalid content-length-range: two whole numbers are needed, the smaller one first.')
    }
    return { minBytes, maxBytes }
  }
  if (operation !== 'eq' && operation !== 'starts-with')
    return refuse(`Invalid Condition: unknown operation '${operation}'.`)
  if (typeof second !== 'string' || !second.startsWith('$') || second.length === 1) {
    return refuse(`Invalid Condition: the first argument of ${operation} must be the name of a field behind a $.`)
  }
  if (typeof third !== 'string')
    return refuse(`Invalid Condition: the second argument of ${operation} must be a string.`)
  const name = second.slice(1).toLowerCase()
  if (operation === 'starts-with' && rules.exactOnly(name)) {
    return refuse(`Invalid Condition: ${name} can only be matched exactly.`)
  }
  return { operator: operation, name, value: third }
}

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return (text ?? '').slice(0, 100)
}

export interface PolicySubject {
  /** The variable `${filename}` replaced. */
  readonly fields: FormFields
  readonly bucketName: string
  readonly now: Millis
}

/** Fails with PostPolicyExpired, then PostConditionFailed; the size is for later. */
export function checkPolicy({ expiresAt, conditions }: Policy, subject: PolicySubject, rules: FormRules): void {
  const { fields, bucketName, now } = subject
  const { texts, conditionFields, conditionsRequired } = rules
  if (now > expiresAt) fail('PostPolicyExpired', {}, { message: texts.expired(expiresAt, now) })
  const unmet = (condition: Condition) => fail('PostConditionFailed', {}, { message: texts.unmet(condition) })
  const fieldOf = (name: string) => fields.get(conditionFields.get(name) ?? name)
  for (const condition of conditions) {
    const value = condition.name === 'bucket' ? wireText(bucketName) : fieldOf(condition.name)
    if (value === undefined || !meets(value, condition)) unmet(condition)
  }
  for (const name of conditionsRequired) {
    const exact = conditions.some((condition) => condition.name === name && condition.operator === 'eq')
    if (!exact) unmet({ operator: 'eq', name, value: displayed(fieldOf(name) ?? '') })
  }
  const covered = new Set(conditions.map(({ name }) => conditionFields.get(name) ?? name))
  const extra = [...fields.keys()].filter((name) => !covered.has(name) && !rules.uncovered(name))
  if (extra.length > 0) fail('PostConditionFailed', {}, { message: texts.uncovered(extra.map(displayed)) })
}

function meets(value: string, { operator, name, value: wanted }: Condition): boolean {
  const bytes = wireText(wanted)
  if (operator === 'eq') return value === bytes
  // A list of types stands for each of its members (Amazon's "POST policy", condition matching).
  const members = name === 'content-type' ? value.split(',').map((member) => member.trim()) : [value]
  return members.every((member) => member.startsWith(bytes))
}

/** Text as it stands on the wire. */
export function wireText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

function displayed(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}
