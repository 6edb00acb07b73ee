/**
 * Hosts that are nobody's but a customer's: where the name is under no suffix that this server knows, a row may bind it to
 * a bucket. Other hosts cost no reading.
 */

import type { DomainStore } from '../core/domains.js'
import { type DomainType, isDomainName } from '../model/custom-domain.js'
import { type Address, createForeignHosts, hostName } from './address.js'
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
  return (host, rawPath) => {
    const name = hostName(host)
    if (!isDomainName(name) || !isForeign(name)) return undefined
    return domains.find(name).then((bound) => {
      if (bound === undefined) return undefined
      const { bucketName, type } = bound
      const key = decodePath(rawPath).slice(1)
      return { bucketName, key, region: undefined, dialect: 'cos', pathStyle: false, entrance: ENTRANCES[type] }
    })
  }
}
