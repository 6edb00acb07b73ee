/**
 * Hosts that are nobody's but a customer's: where the name is under no suffix that this server knows, a row may bind it to
 * a bucket. Other hosts cost no reading.
 */

import { putBounded } from '../base/bounded-map.js'
import type { DomainStore } from '../core/domains.js'
import { type DomainType, isDomainName } from '../model/custom-domain.js'
import { type Address, createForeignHosts, HOSTS_REMEMBERED_MAX, hostName } from './address.js'
import { decodePath } from './query.js'

/** Undefined: the host is what it looks like. */
export type CustomDomains = (host: string, rawPath: string) => Promise<Address | undefined> | undefined

const ENTRANCES: Readonly<Record<DomainType, Address['entrance']>> = {
  REST: 'storage',
  WEBSITE: 'website',
  ACCELERATE: 'accelerate',
}

export function createCustomDomains(domains: Pick<DomainStore, 'find'>, ownSuffixes: readonly string[]): CustomDomains {
  const isForeign = createForeignHosts({ ownSuffixes })
  const remembered = new Map<string, string>()
  /** The name by which a row may be there; empty where none can be. */
  const nameOf = (host: string): string => {
    const known = remembered.get(host)
    if (known !== undefined) return known
    const name = hostName(host)
    const bindable = isDomainName(name) && isForeign(name) ? name : ''
    putBounded(remembered, HOSTS_REMEMBERED_MAX, host, bindable)
    return bindable
  }
  return (host, rawPath) => {
    const name = nameOf(host)
    if (name === '') return undefined
    return domains.find(name).then((bound) => {
      if (bound === undefined) return undefined
      const { bucketName, type } = bound
      const key = decodePath(rawPath).slice(1)
      return { bucketName, key, region: undefined, dialect: 'cos', pathStyle: false, entrance: ENTRANCES[type] }
    })
  }
}
