/** Policies from their text. Only the outline is read: until the grammars are here, a policy covers nothing. */

import { fail } from '../errors/index.js'
import type { Effect, PolicyDocument, PolicyUse, Statement } from './policy.js'

const EFFECTS: Readonly<Record<string, Effect>> = { allow: 'allow', deny: 'deny' }

export function parsePolicy(text: string, _use: PolicyUse): PolicyDocument {
  const document = jsonOf(text)
  const statements = isRecord(document) ? (document['Statement'] ?? document['statement']) : undefined
  if (!Array.isArray(statements) || statements.length === 0) {
    return fail('MalformedPolicy', {}, { message: 'A policy has statements.' })
  }
  return { grammar: 'iam', statements: statements.map(statementOf) }
}

function statementOf(statement: unknown, index: number): Statement {
  const effect = isRecord(statement)
    ? EFFECTS[String(statement['Effect'] ?? statement['effect']).toLowerCase()]
    : undefined
  if (effect === undefined) return fail('MalformedPolicy', {}, { message: 'A statement allows or denies.' })
  const nothing = { covers: () => false }
  const label = `statement ${index + 1}`
  return { label, effect, principals: undefined, actions: nothing, resources: nothing, conditions: [] }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return fail('MalformedPolicy', {}, { message: 'A policy is a JSON document.' })
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
