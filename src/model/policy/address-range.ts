/** Networks in CIDR form, as conditions on addresses name them. `node:net` is used for its arithmetic only. */

import { BlockList, isIPv4, isIPv6 } from 'node:net'

export interface AddressRange {
  readonly contains: (address: string) => boolean
  /** Narrower than half of what anybody could have: Amazon's "very broad" is public. */
  readonly limits: boolean
}

const BITS_LIMITING_MIN = { ipv4: 8, ipv6: 32 } as const

/** Undefined for what is no address and no network. */
export function addressRange(text: string): AddressRange | undefined {
  const [address = '', bits, ...rest] = text.trim().split('/')
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined
  if (family === undefined || rest.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined
  const bitsMax = family === 'ipv4' ? 32 : 128
  const prefix = bits === undefined ? bitsMax : Number(bits)
  if (prefix > bitsMax) return undefined
  const list = new BlockList()
  list.addSubnet(address, prefix, family)
  return {
    contains: (given) => (isIPv4(given) || isIPv6(given) ? list.check(given, isIPv4(given) ? 'ipv4' : 'ipv6') : false),
    limits: prefix >= BITS_LIMITING_MIN[family],
  }
}
