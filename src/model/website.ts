/**
 * A bucket as a website (cos-auth-and-bucket.md 5.15, Amazon's WebsiteConfiguration): what a configuration may say, and
 * where a visitor of one key is sent by it. Both dialects share one form; what only one of them has is absent otherwise.
 */

import { fail } from './errors/index.js'

export type Switch = 'Enabled' | 'Disabled'
export const SWITCHES = ['Enabled', 'Disabled'] as const
const KEY_BYTES_MAX = 1024

export interface RoutingCondition {
  /** Of the answer that the visitor would get. */
  readonly errorCode: number | undefined
  readonly keyPrefix: string | undefined
}

export interface RoutingTarget {
  readonly protocol: string | undefined
  readonly hostName: string | undefined
  readonly httpRedirectCode: number | undefined
  readonly replaceKeyWith: string | undefined
  readonly replaceKeyPrefixWith: string | undefined
  /** COS: disabled shows what stands under the other key without sending the visitor there. */
  readonly urlRedirect: Switch | undefined
}

export interface RoutingRule {
  readonly condition: RoutingCondition | undefined
  readonly redirect: RoutingTarget
}

export interface ErrorDocument {
  readonly key: string
  /** COS: disabled shows it with 200 in place of the status of the error. */
  readonly originalHttpStatus: Switch | undefined
}

export interface RedirectAll {
  readonly hostName: string | undefined
  readonly protocol: string | undefined
}

export interface WebsiteConfiguration {
  readonly indexSuffix: string | undefined
  readonly redirectAll: RedirectAll | undefined
  /** COS: enabled finds `about.html` for `about`. */
  readonly autoAddressing: Switch | undefined
  readonly errorDocument: ErrorDocument | undefined
  /** Undefined: there is no list of them. */
  readonly rules: readonly RoutingRule[] | undefined
}

/** What a dialect makes of websites. */
export interface WebsiteTraits {
  readonly rulesMax: number
  /** Of routing rules. */
  readonly errorCodeMax: number
  readonly protocols: readonly string[]
  /** An index document stands beside a redirect of everything; otherwise the two exclude each other. */
  readonly indexAlways: boolean
  /** Targets are keys, and one that looks like an address is WebsiteURLInvalid. */
  readonly targetsAreKeys: boolean
  /** Of routing rules that name no status. */
  readonly redirectStatus: number
  /** `folder` is sent to `folder/` where that has an index document, whatever the configuration says. */
  readonly foldersFound: boolean
}

/** MalformedXML, InvalidArgument, InvalidRequest, WebsiteURLInvalid. */
export function checkWebsite(given: WebsiteConfiguration, traits: WebsiteTraits): void {
  const { redirectAll, indexSuffix, errorDocument, rules } = given
  if (redirectAll !== undefined) checkRedirectAll(given, redirectAll, traits)
  if (redirectAll === undefined || traits.indexAlways) checkIndex(indexSuffix)
  if (errorDocument !== undefined) checkKey('ErrorDocument', errorDocument.key)
  if (rules === undefined) return
  if (rules.length === 0) fail('MalformedXML')
  if (rules.length > traits.rulesMax) {
    const message = `The number of routing rules must not exceed the allowed limit of ${traits.rulesMax} rules.`
    fail('InvalidRequest', {}, { message })
  }
  for (const rule of rules) checkRule(rule, traits)
}

function checkRedirectAll(
  given: WebsiteConfiguration,
  { hostName, protocol }: RedirectAll,
  traits: WebsiteTraits,
): void {
  checkProtocol(protocol, traits)
  if (traits.indexAlways) {
    if (protocol === undefined) fail('MalformedXML')
    return
  }
  const { indexSuffix, errorDocument, rules } = given
  if (indexSuffix !== undefined || errorDocument !== undefined || rules !== undefined) {
    const message = 'RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.'
    fail('InvalidArgument', { ArgumentName: 'RedirectAllRequestsTo', ArgumentValue: 'not null' }, { message })
  }
  if (hostName === undefined) fail('MalformedXML')
  checkHostName(hostName)
}

function checkIndex(suffix: string | undefined): void {
  if (suffix === undefined) {
    const message = 'A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty'
    fail('InvalidArgument', { ArgumentName: 'IndexDocument', ArgumentValue: 'null' }, { message })
  }
  if (suffix !== '' && !suffix.includes('/') && isKey(suffix)) return
  const message = 'The IndexDocument Suffix is not well formed'
  fail('InvalidArgument', { ArgumentName: 'IndexDocument', ArgumentValue: suffix.slice(0, 100) }, { message })
}

function checkRule({ condition, redirect }: RoutingRule, traits: WebsiteTraits): void {
  checkCondition(condition, traits)
  const { protocol, hostName, httpRedirectCode, replaceKeyWith, replaceKeyPrefixWith } = redirect
  if (Object.values({ ...redirect, urlRedirect: undefined }).every((value) => value === undefined)) fail('MalformedXML')
  if (replaceKeyWith !== undefined && replaceKeyPrefixWith !== undefined) {
    fail('InvalidRequest', {}, { message: 'You can only define ReplaceKeyPrefix or ReplaceKey but not both.' })
  }
  checkProtocol(protocol, traits)
  if (hostName !== undefined) checkHostName(hostName)
  if (httpRedirectCode !== undefined && (httpRedirectCode <= 300 || httpRedirectCode > 399)) {
    const message = `The provided HTTP redirect code (${httpRedirectCode}) is not valid. Valid codes are 3XX except 300.`
    fail('InvalidRequest', {}, { message })
  }
  if (replaceKeyWith !== undefined) checkTarget('ReplaceKeyWith', replaceKeyWith, traits)
  // An empty prefix takes the old one away.
  if (replaceKeyPrefixWith) checkTarget('ReplaceKeyPrefixWith', replaceKeyPrefixWith, traits)
}

function checkCondition(condition: RoutingCondition | undefined, { errorCodeMax, indexAlways }: WebsiteTraits): void {
  if (condition === undefined) {
    if (indexAlways) fail('MalformedXML')
    return
  }
  const { errorCode, keyPrefix } = condition
  if (errorCode === undefined && keyPrefix === undefined) {
    const message =
      "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be present."
    fail('InvalidRequest', {}, { message })
  }
  if (errorCode !== undefined && (errorCode < 400 || errorCode > errorCodeMax)) {
    const valid = errorCodeMax < 500 ? '4XX' : '4XX or 5XX'
    const message = `The provided HTTP error code (${errorCode}) is not valid. Valid codes are ${valid}.`
    fail('InvalidRequest', {}, { message })
  }
  if (keyPrefix) checkKey('KeyPrefixEquals', keyPrefix)
}

function checkProtocol(protocol: string | undefined, { protocols }: WebsiteTraits): void {
  if (protocol === undefined || protocols.includes(protocol)) return
  const message = `Invalid protocol, protocol can be ${protocols.join(' or ')}. If not defined the protocol will be selected automatically.`
  fail('InvalidRequest', {}, { message })
}

function checkHostName(hostName: string): void {
  if (hostName.length <= 255 && /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i.test(hostName)) return
  fail('InvalidArgument', { ArgumentName: 'HostName', ArgumentValue: hostName.slice(0, 100) })
}

function checkTarget(ArgumentName: string, key: string, { targetsAreKeys }: WebsiteTraits): void {
  if (targetsAreKeys && (!isKey(key) || /^(?:[a-z][a-z0-9+.-]*:)?\/\//i.test(key))) fail('WebsiteURLInvalid')
  checkKey(ArgumentName, key)
}

function checkKey(ArgumentName: string, key: string): void {
  if (!isKey(key)) fail('InvalidArgument', { ArgumentName, ArgumentValue: key.slice(0, 100) })
}

function isKey(key: string): boolean {
  return key !== '' && Buffer.byteLength(key) <= KEY_BYTES_MAX && !/[\x00-\x1f\x7f]/.test(key)
}

/** The rule that decides before anything is looked up: one that asks for no error. */
export function ruleForKey({ rules = [] }: WebsiteConfiguration, key: string): RoutingRule | undefined {
  return rules.find(({ condition }) => condition?.errorCode === undefined && fitsKey(condition, key))
}

export function ruleForError(
  { rules = [] }: WebsiteConfiguration,
  key: string,
  status: number,
): RoutingRule | undefined {
  return rules.find(({ condition }) => condition?.errorCode === status && fitsKey(condition, key))
}

function fitsKey(condition: RoutingCondition | undefined, key: string): boolean {
  return key.startsWith(condition?.keyPrefix ?? '')
}

/** The key that a rule puts in the place of the one that was asked for. */
export function routedKey({ condition, redirect }: RoutingRule, key: string): string {
  if (redirect.replaceKeyWith !== undefined) return redirect.replaceKeyWith
  if (redirect.replaceKeyPrefixWith === undefined) return key
  return redirect.replaceKeyPrefixWith + key.slice((condition?.keyPrefix ?? '').length)
}

const LOCATION_CHARACTERS_MAX = 2_048

/** Where an object sends its visitors: a path, or an address of the web (InvalidRedirectLocation). */
export function checkRedirectLocation(location: string): void {
  const fits = location.length <= LOCATION_CHARACTERS_MAX && !/[\x00-\x20\x7f-\uffff]/.test(location)
  if (!fits || !/^(?:\/|https?:\/\/[^/])/.test(location)) fail('InvalidRedirectLocation')
}
