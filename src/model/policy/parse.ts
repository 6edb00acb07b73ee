/**
 * Policies from their text, in both grammars (cos-auth-and-bucket.md 5.12; Amazon's "Grammar of the IAM JSON policy
 * language"). Everything that is wrong is MalformedPolicy and says where; what is well-formed and means nothing here,
 * such as actions of other services, is kept and covers nothing.
 */

import { fail, isApiError } from '../errors/index.js'
import { actionPattern } from './actions.js'
import { parseCondition } from './conditions.js'
import type {
  Condition,
  Effect,
  Grammar,
  PolicyDocument,
  PolicyUse,
  PrincipalName,
  PrincipalPattern,
  ResourcePattern,
  Statement,
} from './policy.js'
import { readPrincipal } from './principals.js'
import { camResource, iamResource } from './resources.js'

export const POLICY_BYTES_MAX = 20 * 1024
const STATEMENTS_MAX = 100
const VALUES_MAX = 200
const VALUE_CHARACTERS_MAX = 2_048

const VERSIONS: Readonly<Record<Grammar, readonly string[]>> = {
  iam: ['2012-10-17', '2008-10-17'],
  cam: ['2.0'],
}

const DOCUMENT_FIELDS: Readonly<Record<Grammar, readonly string[]>> = {
  iam: ['Version', 'Id', 'Statement'],
  cam: ['Version', 'Id', 'Statement', 'Principal'],
}

/** Fails with MalformedPolicy, and PolicyFull for more than 20 KiB. */
export function parsePolicy(text: string, use: PolicyUse): PolicyDocument {
  if (Buffer.byteLength(text, 'utf8') > POLICY_BYTES_MAX) fail('PolicyFull')
  const document = recordOf(jsonOf(text)) ?? refuse('A policy is a JSON object.')
  const grammar = grammarOf(text, document)
  const fields = fieldsOf(document, grammar, DOCUMENT_FIELDS[grammar], 'The policy')
  const version = fields.get('Version')
  if (version !== undefined && !VERSIONS[grammar].includes(String(version))) {
    refuse(`The version must be ${VERSIONS[grammar].join(' or ')}.`)
  }
  const given = fields.get('Statement') ?? refuse('The policy has no Statement.')
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (list.length === 0) refuse('The policy has no Statement.')
  if (list.length > STATEMENTS_MAX) refuse(`The policy has more than ${STATEMENTS_MAX} statements.`)
  const shared = grammar === 'cam' ? fields.get('Principal') : undefined
  const statements = list.map((statement, index) => statementOf(statement, index, { grammar, use, shared }))
  const withEffect = (effect: Effect) => statements.filter((statement) => statement.effect === effect)
  return { grammar, statements, denies: withEffect('deny'), allows: withEffect('allow') }
}

/** As the identity APIs say it: MalformedPolicyDocument for whatever is no policy for this use. */
export function checkPolicyDocument(text: string, use: PolicyUse): void {
  try {
    parsePolicy(text, use)
  } catch (error) {
    if (!isApiError(error)) throw error
    fail('MalformedPolicyDocument', {}, { message: error.message })
  }
}

function refuse(sentence: string): never {
  return fail('MalformedPolicy', {}, { message: sentence })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return refuse('The policy is not valid JSON.')
  }
}

type Fields = Readonly<Record<string, unknown>>

function recordOf(value: unknown): Fields | undefined {
  return isFields(value) ? value : undefined
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Told by the version, else by what only one of the two says. */
function grammarOf(text: string, document: Fields): Grammar {
  const version = Object.entries(document).find(([name]) => name.toLowerCase() === 'version')?.[1]
  if (version === '2.0' || version === 2) return 'cam'
  if (typeof version === 'string' && VERSIONS.iam.includes(version)) return 'iam'
  // Only CAM takes names in any case.
  if (!Object.hasOwn(document, 'Statement')) return 'cam'
  return /"(?:qcs::|name\/|cos:)/.test(text) && !/"(?:arn:|s3:)/.test(text) ? 'cam' : 'iam'
}

/** By the name in the list: CAM takes any case (5.12). Names beyond the list are mistakes. */
function fieldsOf(
  record: Fields,
  grammar: Grammar,
  names: readonly string[],
  where: string,
): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>()
  for (const [written, value] of Object.entries(record)) {
    const name = names.find(
      (each) => each === written || (grammar === 'cam' && each.toLowerCase() === written.toLowerCase()),
    )
    if (name === undefined) return refuse(`${where}: there is no element ${JSON.stringify(written.slice(0, 100))}.`)
    // In names of any case one can be there twice, and whichever was dropped might have denied.
    if (found.has(name)) refuse(`${where}: the element ${name} is there twice.`)
    found.set(name, value)
  }
  return found
}

interface Surroundings {
  readonly grammar: Grammar
  readonly use: PolicyUse
  /** CAM: of statements without one. */
  readonly shared: unknown
}

const STATEMENT_FIELDS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]

const EFFECTS: ReadonlyMap<string, Effect> = new Map([
  ['allow', 'allow'],
  ['deny', 'deny'],
])

function statementOf(given: unknown, index: number, { grammar, use, shared }: Surroundings): Statement {
  const where = `Statement ${index + 1}`
  const fields = fieldsOf(recordOf(given) ?? refuse(`${where} is not an object.`), grammar, STATEMENT_FIELDS, where)
  const sid = fields.get('Sid')
  if (sid !== undefined && (typeof sid !== 'string' || sid.length > 256))
    refuse(`${where}: the Sid is not a short text.`)
  const effectText = fields.get('Effect')
  const effect =
    typeof effectText === 'string' && (grammar === 'cam' || /^(?:Allow|Deny)$/.test(effectText))
      ? EFFECTS.get(effectText.toLowerCase())
      : undefined
  const label = typeof sid === 'string' && sid !== '' ? sid : `statement ${index + 1}`
  return {
    label,
    effect: effect ?? refuse(`${where}: the Effect must be Allow or Deny.`),
    principals: principalsOf(fields, shared, grammar, use, where),
    actions:
      actionPattern(...either(fields, 'Action', where), grammar) ?? refuse(`${where}: an Action is not well-formed.`),
    resources: use === 'trust' ? EVERYWHERE : resourcesOf(fields, grammar, where),
    conditions: conditionsOf(fields.get('Condition'), grammar, where),
  }
}

/** The values of one of a pair of which exactly one must be there, and whether it is the negated one. */
function either(
  fields: ReadonlyMap<string, unknown>,
  name: string,
  where: string,
): [values: readonly string[], negated: boolean] {
  const plain = fields.get(name)
  const negated = fields.get(`Not${name}`)
  if ((plain === undefined) === (negated === undefined)) refuse(`${where} must have ${name} or Not${name}.`)
  return [textsOf(plain ?? negated, `${where}: ${name}`), negated !== undefined]
}

function textsOf(given: unknown, where: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (list.length === 0 || list.length > VALUES_MAX) refuse(`${where} has no values, or more than ${VALUES_MAX}.`)
  return list.map((value) => {
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
    if (typeof text !== 'string' || text.length > VALUE_CHARACTERS_MAX)
      return refuse(`${where} is not a text or a list of texts.`)
    return text
  })
}

const EVERYWHERE: ResourcePattern = { covers: () => true, patterns: ['*'] }

function resourcesOf(fields: ReadonlyMap<string, unknown>, grammar: Grammar, where: string): ResourcePattern {
  const [patterns, negated] = either(fields, 'Resource', where)
  const read = grammar === 'iam' ? iamResource : camResource
  const matches = patterns.map(
    (written) => read(written) ?? refuse(`${where}: ${JSON.stringify(written.slice(0, 200))} is no resource.`),
  )
  // Most have one: it is asked itself, because this is on the path of every request.
  const [only] = matches
  if (only !== undefined && matches.length === 1 && !negated) return { patterns, covers: only }
  return {
    patterns: negated ? ['*'] : patterns,
    covers: (resource, facts) => matches.some((match) => match(resource, facts)) !== negated,
  }
}

function principalsOf(
  fields: ReadonlyMap<string, unknown>,
  shared: unknown,
  grammar: Grammar,
  use: PolicyUse,
  where: string,
): PrincipalPattern | undefined {
  const negated = fields.get('NotPrincipal')
  const plain = fields.get('Principal') ?? (negated === undefined ? shared : undefined)
  const taken = use === 'bucket' || use === 'trust'
  if (!taken) {
    // CAM clients send one along, and it means nothing (cos-auth-and-bucket.md 2.8).
    if (grammar === 'iam' && (plain !== undefined || negated !== undefined))
      refuse(`${where}: a Principal has no place here.`)
    return undefined
  }
  if ((plain === undefined) === (negated === undefined)) refuse(`${where} must have Principal or NotPrincipal.`)
  const patterns = principalNames(plain ?? negated, grammar, where)
  return { negated: negated !== undefined, patterns }
}

function principalNames(given: unknown, grammar: Grammar, where: string): readonly PrincipalName[] {
  const record = recordOf(given)
  const pairs: readonly (readonly [kind: string | undefined, values: unknown])[] =
    record === undefined ? [[undefined, given]] : Object.entries(record)
  if (pairs.length === 0) refuse(`${where}: the Principal is empty.`)
  return pairs.flatMap(([kind, values]) =>
    textsOf(values, `${where}: Principal`).map(
      (text) =>
        readPrincipal(kind, text, grammar) ??
        refuse(`Invalid principal in policy. ${where}: ${JSON.stringify(text.slice(0, 200))}.`),
    ),
  )
}

function conditionsOf(given: unknown, grammar: Grammar, where: string): readonly Condition[] {
  if (given === undefined) return []
  const operators = recordOf(given) ?? refuse(`${where}: the Condition is not an object.`)
  const conditions = Object.entries(operators).flatMap(([operator, keys]) => {
    const record =
      recordOf(keys) ?? refuse(`${where}: ${JSON.stringify(operator.slice(0, 100))} must hold condition keys.`)
    return Object.entries(record).map(([key, values]) =>
      parseCondition(operator, key, textsOf(values, `${where}: ${key.slice(0, 100)}`), grammar, where),
    )
  })
  return conditions.length > VALUES_MAX ? refuse(`${where} has more than ${VALUES_MAX} conditions.`) : conditions
}
