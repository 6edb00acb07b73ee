/** The JSON body of an action, read strictly: what is unknown, missing or of another kind is refused by its name. */

import {
  type AdminActionName,
  type AdminParameter,
  describeAction,
  type ParameterKind,
  type ParameterValues,
  type ValuesOfAction,
} from '../model/admin-actions.js'
import { fail } from '../model/errors/index.js'

export const BODY_BYTES_MAX = 64 * 1024
const TEXT_LENGTH_MAX = 512
const NAMES_MAX = 100

export function readParameters<N extends AdminActionName>(action: N, body: Buffer): ValuesOfAction<N> {
  const { parameters } = describeAction(action)
  const given = readJsonObject(body)
  const unknown = [...given.keys()].filter((name) => !Object.hasOwn(parameters, name))
  if (unknown.length > 0) {
    refuseParameter(
      unknown[0] ?? '',
      `The action takes no parameter ${unknown.map((name) => JSON.stringify(name)).join(', ')}.`,
    )
  }
  const values = Object.entries(parameters).map(([name, parameter]) => [
    name,
    readOne(name, parameter, given.get(name)),
  ])
  // Every parameter was read by its own kind, which is what the type says.
  return Object.fromEntries(values) as ValuesOfAction<N>
}

/** An empty body has no parameters. A name that stands twice counts with its last value, as JSON.parse has it. */
export function readJsonObject(body: Buffer): ReadonlyMap<string, unknown> {
  const parsed = body.byteLength === 0 ? {} : parse(body)
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return new Map(Object.entries(parsed))
  return fail('InvalidRequest', {}, { message: 'The body must be a JSON object of parameters.' })
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

function readOne(name: string, { kind, required }: AdminParameter, value: unknown): unknown {
  if (value === undefined || value === null) {
    return required ? refuseParameter(name, `The parameter ${name} is missing.`) : undefined
  }
  const { read, expected } = KINDS[kind]
  const result = read(value)
  return result === undefined ? refuseParameter(name, `The parameter ${name} must be ${expected}.`) : result
}

/** `read` returns undefined for what is not of the kind. */
const KINDS: {
  readonly [K in ParameterKind]: {
    readonly read: (value: unknown) => ParameterValues[K] | undefined
    readonly expected: string
  }
} = {
  text: { read: textOf, expected: `text of up to ${TEXT_LENGTH_MAX} characters without control characters` },
  number: {
    read: (value) => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined),
    expected: 'a whole number, not negative',
  },
  names: { read: namesOf, expected: `a list of up to ${NAMES_MAX} names` },
  flag: { read: (value) => (typeof value === 'boolean' ? value : undefined), expected: 'true or false' },
  document: { read: documentOf, expected: 'a policy: its text, or the JSON object itself' },
}

function textOf(value: unknown): string | undefined {
  const fits = typeof value === 'string' && value.length <= TEXT_LENGTH_MAX && !/[\x00-\x1f\x7f]/.test(value)
  return fits ? value : undefined
}

function namesOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > NAMES_MAX) return undefined
  const names = value.map(textOf).filter((name) => name !== undefined && name !== '')
  return names.length === value.length ? names.filter((name) => name !== undefined) : undefined
}

function documentOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? JSON.stringify(value) : undefined
}

/** InvalidParameterValue. */
export function refuseParameter(ParameterName: string, message: string): never {
  return fail('InvalidParameterValue', { ParameterName }, { message })
}
