/**
 * An action of a query API as one value: its parameters are described once, by name, type and limits, and its outcome is
 * shown in each dialect that has it. Dispatch, docs and metric names are derived from the table of these values
 * (operations/sts/actions.ts).
 */

import type { Core } from '../core/core.js'
import { fail } from '../model/errors/index.js'
import type { ConditionFacts } from '../model/policy/policy.js'
import type { SignedPrincipal } from '../model/principal.js'
import type { DialectName } from './dialect.js'
import type { QueryCall } from './query-call.js'
import type { Shown } from './query-dialect.js'

/** What every action may use. */
export interface QueryServices {
  readonly core: Core
  readonly dialect: DialectName
  readonly caller: SignedPrincipal
  /** What conditions of policies may ask about the call. */
  readonly facts: ConditionFacts
  readonly call: QueryCall
}

/** One value where the dialects agree, a pair where they differ. */
export type Either<T extends string | number | boolean> = T | Readonly<Record<DialectName, T>>

function valueIn<T extends string | number | boolean>(either: Either<T>, dialect: DialectName): T {
  return typeof either === 'object' ? either[dialect] : either
}

export interface Parameter<T> {
  readonly name: string
  /** For docs: what a value is and how long it may be. */
  readonly kind: string
  /** `text` is undefined when the parameter is absent or empty. */
  read(text: string | undefined, dialect: DialectName): T
}

export interface TextLimits {
  readonly charactersMin?: number
  readonly charactersMax: Either<number>
  /** Of the whole value. */
  readonly pattern?: RegExp
  readonly required?: Either<boolean>
}

function missing(name: string): never {
  return fail('ActionParameterMissing', {}, { message: `The request is missing the parameter ${name}.` })
}

function invalid(name: string, reason: string): never {
  return fail('ValidationError', {}, { message: `The value of the parameter ${name} ${reason}.` })
}

export function optionalText(name: string, limits: TextLimits): Parameter<string | undefined> {
  const { charactersMin = 1, charactersMax, pattern, required = false } = limits
  return {
    name,
    kind: `text, ${charactersMin} to ${limitText(charactersMax)} characters`,
    read: (text, dialect) => {
      if (text === undefined) return valueIn(required, dialect) ? missing(name) : undefined
      const most = valueIn(charactersMax, dialect)
      if (text.length < charactersMin || text.length > most) {
        invalid(name, `must be ${charactersMin} to ${most} characters long`)
      }
      if (pattern !== undefined && !pattern.test(text)) invalid(name, `must match ${pattern.source}`)
      return text
    },
  }
}

export function requiredText(name: string, limits: Omit<TextLimits, 'required'>): Parameter<string> {
  const optional = optionalText(name, limits)
  return { ...optional, read: (text, dialect) => optional.read(text, dialect) ?? missing(name) }
}

/** A number of seconds. Its bounds depend on who asks, so they are the action's to check. */
export function optionalSeconds(name: string): Parameter<number | undefined> {
  return {
    name,
    kind: 'a whole number of seconds',
    read: (text) => {
      if (text === undefined) return undefined
      return /^\d{1,9}$/.test(text) ? Number(text) : invalid(name, 'must be a whole number of seconds')
    },
  }
}

export interface PolicyLimits {
  readonly charactersMax: Either<number>
  readonly required: Either<boolean>
}

/**
 * The text of a policy. COS's clients percent-encode it before they encode the form, so that it arrives encoded once
 * more; one that is plain JSON already is taken as well (cos-auth-and-bucket.md 2.8).
 */
export function policyText(name: string, { charactersMax, required }: PolicyLimits): Parameter<string | undefined> {
  return {
    name,
    kind: `a policy, at most ${limitText(charactersMax)} characters`,
    read: (text, dialect) => {
      if (text === undefined) return valueIn(required, dialect) ? missing(name) : undefined
      const plain = text.trimStart().startsWith('{') ? text : decodePolicy(text)
      const most = valueIn(charactersMax, dialect)
      if (plain.length <= most) return plain
      return fail('PackedPolicyTooLarge', {}, { message: `The policy is longer than ${most} characters.` })
    },
  }
}

/** Encoders of forms write a space as `+`; a plus that is meant is always escaped. */
function decodePolicy(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    return fail('MalformedPolicyDocument', {}, { message: 'The policy is neither JSON nor percent-encoded JSON.' })
  }
}

function limitText(either: Either<number>): string {
  return typeof either === 'object' ? `${either.cos} (COS) or ${either.s3} (S3)` : String(either)
}

type Parameters = Readonly<Record<string, Parameter<unknown>>>
type ValuesOf<P extends Parameters> = { readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never }

export interface ActionDescription<P extends Parameters, Outcome> {
  /** The API's own name. */
  readonly name: string
  /** One sentence for docs/operations.md. */
  readonly summary: string
  readonly parameters: P
  handle(services: QueryServices, parameters: ValuesOf<P>): Promise<Outcome>
  /** What a client of each dialect reads; a dialect that is not here does not have the action. */
  readonly shown: Readonly<Partial<Record<DialectName, (outcome: Outcome) => Shown>>>
}

/** With its types folded away: what the dispatcher sees. */
export interface Action {
  readonly name: string
  readonly summary: string
  readonly dialects: readonly DialectName[]
  readonly parameters: readonly Pick<Parameter<unknown>, 'name' | 'kind'>[]
  run(services: QueryServices): Promise<Shown>
}

export function action<const P extends Parameters, Outcome>(described: ActionDescription<P, Outcome>): Action {
  const { name, summary, parameters, shown } = described
  const entries = Object.entries<Parameter<unknown>>(parameters)
  return {
    name,
    summary,
    dialects: (['cos', 's3'] as const).filter((dialect) => shown[dialect] !== undefined),
    parameters: Object.values(parameters),
    run: async (services) => {
      const { call, dialect } = services
      const show = shown[dialect]
      if (show === undefined) return fail('InvalidAction')
      const values = entries.map(([property, parameter]) => [
        property,
        parameter.read(call.parameters.get(parameter.name) || undefined, dialect),
      ])
      return show(await described.handle(services, Object.fromEntries(values)))
    },
  }
}

/** What is known and not served: refused, because passing over it would give away more than was asked for. */
export interface UnservedActions {
  readonly actions: readonly string[]
  /** Of actions that are served; also as the beginning of `Tags.member.1.Key`. */
  readonly parameters: readonly string[]
}
