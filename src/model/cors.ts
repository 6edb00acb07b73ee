/**
 * Cross-origin rules of a bucket (cos-auth-and-bucket.md 5.10, Amazon's CORS configuration): which pages may read what.
 * The first rule that matches decides; header names have no case, origins do.
 */

import { fail } from './errors/index.js'
import { wildcardMatcher } from './policy/wildcards.js'

export const CORS_METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'] as const
export const CORS_RULES_MAX = 100
const ID_CHARACTERS_MAX = 255
/** As long as any browser could be told; Amazon's type for it. */
const MAX_AGE_SECONDS_MAX = 2 ** 31 - 1
/** Of a preflight, which nobody signs: no page sends so many, and each is held against every pattern. */
const HEADERS_ASKED_MAX = 100

/** As it was given. */
export interface CorsRule {
  readonly id: string | undefined
  readonly allowedOrigins: readonly string[]
  readonly allowedMethods: readonly string[]
  readonly allowedHeaders: readonly string[]
  readonly exposeHeaders: readonly string[]
  readonly maxAgeSeconds: number | undefined
}

export interface CorsConfiguration {
  readonly rules: readonly CorsRule[]
  /** COS: answers say that they depend on the origin. */
  readonly responseVary: boolean | undefined
}

/** What a page asks for. */
export interface CrossOriginRequest {
  readonly origin: string
  readonly method: string
  /** Of a preflight: the headers that it will send, in lower case. */
  readonly headers: readonly string[]
}

export function matchingRule(
  { rules }: CorsConfiguration,
  { origin, method, headers }: CrossOriginRequest,
): CorsRule | undefined {
  const names = [...new Set(headers)]
  if (names.length > HEADERS_ASKED_MAX) return undefined
  return rules.find(
    ({ allowedOrigins, allowedMethods, allowedHeaders }) =>
      allowedMethods.includes(method) &&
      allowedOrigins.some((pattern) => wildcardMatcher(pattern)(origin)) &&
      allowsHeaders(allowedHeaders, names),
  )
}

function allowsHeaders(patterns: readonly string[], names: readonly string[]): boolean {
  const matchers = patterns.map((pattern) => wildcardMatcher(pattern.toLowerCase()))
  return names.every((name) => matchers.some((matches) => matches(name)))
}

/** Whether the answer names every origin instead of the one that asks. */
export function allowsAnyOrigin({ allowedOrigins }: CorsRule): boolean {
  return allowedOrigins.includes('*')
}

export interface CorsLimits {
  /** An origin is `*` or a scheme and a host (COS). */
  readonly originsAreUrls: boolean
}

/** MalformedXML, InvalidRequest, InvalidArgument. */
export function checkCors({ rules }: CorsConfiguration, { originsAreUrls }: CorsLimits): void {
  if (rules.length === 0) fail('MalformedXML')
  if (rules.length > CORS_RULES_MAX) {
    const message = `The number of CORS rules should not exceed allowed limit of ${CORS_RULES_MAX} rules.`
    fail('InvalidRequest', {}, { message })
  }
  for (const rule of rules) {
    checkRule(rule)
    if (originsAreUrls) for (const origin of rule.allowedOrigins) checkOriginUrl(origin)
  }
}

function checkRule({
  id = '',
  allowedOrigins,
  allowedMethods,
  allowedHeaders,
  exposeHeaders,
  maxAgeSeconds = 0,
}: CorsRule): void {
  if (allowedOrigins.length === 0 || allowedMethods.length === 0) fail('MalformedXML')
  if (id.length > ID_CHARACTERS_MAX) fail('InvalidArgument', { ArgumentName: 'ID' })
  if (maxAgeSeconds < 0 || maxAgeSeconds > MAX_AGE_SECONDS_MAX)
    fail('InvalidArgument', { ArgumentName: 'MaxAgeSeconds', ArgumentValue: maxAgeSeconds })
  const method = allowedMethods.find((each) => !CORS_METHODS.some((known) => known === each))
  if (method !== undefined) {
    const message = `Found unsupported HTTP method in CORS config. Unsupported method is ${method.slice(0, 40)}`
    fail('InvalidRequest', {}, { message })
  }
  for (const [name, values] of [
    ['AllowedOrigin', allowedOrigins],
    ['AllowedHeader', allowedHeaders],
  ] as const) {
    for (const value of values) checkPattern(name, value)
  }
  const unsendable = allowedHeaders.find((name) => !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
  if (unsendable !== undefined)
    fail('InvalidArgument', { ArgumentName: 'AllowedHeader', ArgumentValue: unsendable.slice(0, 100) })
  const exposed = exposeHeaders.find((name) => !/^[!#$%&'+.^_`|~0-9A-Za-z-]+$/.test(name))
  if (exposed !== undefined)
    fail('InvalidArgument', { ArgumentName: 'ExposeHeader', ArgumentValue: exposed.slice(0, 100) })
}

function checkPattern(name: string, value: string): void {
  const shown = `${name} "${value.slice(0, 100)}"`
  if (value === '') fail('InvalidRequest', {}, { message: `${name} must not be empty.` })
  if (/[\x00-\x20\x7f]/.test(value)) {
    fail('InvalidRequest', {}, { message: `${shown} can not have spaces or control characters.` })
  }
  if (value.includes('?')) fail('InvalidRequest', {}, { message: `${shown} can not have a question mark.` })
  if (/\*.*\*/.test(value)) fail('InvalidRequest', {}, { message: `${shown} can not have more than one wildcard.` })
}

function checkOriginUrl(origin: string): void {
  if (origin === '*' || /^(?:https?|[a-z*][a-z0-9+.*-]*):\/\/[^/\s]+$/i.test(origin)) return
  fail('InvalidArgument', { ArgumentName: 'AllowedOrigin', ArgumentValue: origin.slice(0, 100) })
}
