/**
 * Raising a row of the catalogue. The compiler holds every raise against its row: a detail that is missing, one too
 * many or a misspelt condition does not compile. Errors that a client can cause at will carry no stack, because
 * collecting one costs more than the rest of the refusal.
 */

import type { Condition, DetailsOf, DetailValue, PlainCondition } from './catalogue.js'
import { catalogue } from './catalogue.js'

export interface RaiseOptions {
  /** Instead of the row's text, in both dialects. */
  readonly message?: string | undefined
  /** One plain sentence that names the probable cause; the flat element `<Diagnosis>`. */
  readonly diagnosis?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Names without the dialect's prefix: `{ 'delete-marker': 'true' }`. */
  readonly vendorHeaders?: Readonly<Record<string, string>> | undefined
  readonly cause?: unknown
}

export type RaiseArguments<C extends Condition> = [C] extends [PlainCondition]
  ? [details?: DetailsOf<C>, options?: RaiseOptions]
  : [details: DetailsOf<C>, options?: RaiseOptions]

export class ApiError<C extends Condition = Condition> extends Error {
  override readonly name = 'ApiError'
  readonly condition: C
  /** By element name, in the order given. Undefined and empty values are not sent. */
  readonly details: Readonly<Record<string, DetailValue | undefined>>
  readonly options: RaiseOptions

  constructor(condition: C, details: Readonly<Record<string, DetailValue | undefined>>, options: RaiseOptions) {
    super(options.message ?? catalogue[condition].message)
    if (options.cause !== undefined) this.cause = options.cause
    this.condition = condition
    this.details = details
    this.options = options
  }
}

const nothing = {}

/** The error as a value, for answers that carry several (multi-delete). */
export function apiError<C extends Condition>(condition: C, ...[details, options]: RaiseArguments<C>): ApiError<C> {
  if (catalogue[condition].fault === 'Server') return new ApiError(condition, details ?? nothing, options ?? nothing)
  const framesMax = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  const error = new ApiError(condition, details ?? nothing, options ?? nothing)
  Error.stackTraceLimit = framesMax
  return error
}

export function fail<C extends Condition>(condition: C, ...rest: RaiseArguments<C>): never {
  throw apiError(condition, ...rest)
}

/** With a condition: whether it is that one. */
export function isApiError(value: unknown): value is ApiError
export function isApiError<C extends Condition>(value: unknown, condition: C): value is ApiError<C>
export function isApiError(value: unknown, condition?: Condition): boolean {
  return value instanceof ApiError && (condition === undefined || value.condition === condition)
}

/** Whatever the world threw, as something to answer with; the cause is for the log and is never shown. */
export function asApiError(thrown: unknown): ApiError {
  return isApiError(thrown) ? thrown : apiError('InternalError', undefined, { cause: thrown })
}
