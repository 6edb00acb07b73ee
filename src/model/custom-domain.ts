/** Domains of somebody's own in front of a bucket (cos-auth-and-bucket.md 5.22): what may be asked for. */

import { fail } from './errors/index.js'

export const DOMAIN_TYPES = ['REST', 'WEBSITE', 'ACCELERATE'] as const
export type DomainType = (typeof DOMAIN_TYPES)[number]
export const DOMAIN_STATES = ['ENABLED', 'DISABLED'] as const
const DOMAINS_MAX = 20
const DOMAIN_CHARACTERS_MAX = 253

export interface DomainRule {
  readonly status: (typeof DOMAIN_STATES)[number]
  /** In the letter case in which it was given. */
  readonly name: string
  readonly type: DomainType
}

/** A rule as it is asked for. */
export interface DomainRequest extends DomainRule {
  /** Take it from the bucket that has it, if its ownership is proven. */
  readonly replaces: boolean
}

/** By which rows and hosts go. */
export function canonicalDomain(name: string): string {
  return name.toLowerCase()
}

/** Of what could be a domain of somebody's own: neither an address nor a single label. */
export function isDomainName(name: string): boolean {
  return (
    name.length <= DOMAIN_CHARACTERS_MAX &&
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(name)
  )
}

/** MalformedXML, InvalidArgument, UserCnameInvalid, DomainConfigConflict. `ours`: under a name of this server. */
export function checkDomains(rules: readonly DomainRule[], ours: (name: string) => boolean): void {
  if (rules.length === 0) fail('MalformedXML')
  if (rules.length > DOMAINS_MAX) {
    const message = `A bucket has at most ${DOMAINS_MAX} domains.`
    fail('InvalidArgument', { ArgumentName: 'DomainRule', ArgumentValue: rules.length }, { message })
  }
  for (const { name } of rules) if (!isDomainName(name) || ours(name)) fail('UserCnameInvalid')
  const names = rules.map(({ name }) => canonicalDomain(name))
  if (new Set(names).size < names.length) fail('DomainConfigConflict', {})
}
