/**
 * Networks in CIDR form, as conditions on addresses name them. A policy may have hundreds, and each request is held
 * against all of them: IPv4 is compared as numbers, IPv6 by `node:net`, which is used for its arithmetic only.
 */

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
  return {
    contains: family === 'ipv4' ? inNetwork(address, prefix) : inNetwork6(address, prefix),
    limits: prefix >= BITS_LIMITING_MIN[family],
  }
}

function inNetwork(address: string, prefix: number): (given: string) => boolean {
  const size = 2 ** (32 - prefix)
  const network = Math.floor(numberOf(address) / size)
  return (given) => {
    const number = numberOf(given)
    return number >= 0 && Math.floor(number / size) === network
  }
}

/** The 32 bits of an IPv4 address; negative for anything else. */
function numberOf(address: string): number {
  let number = 0
  let part = -1
  let parts = 1
  for (let at = 0; at < address.length; at++) {
    const code = address.charCodeAt(at)
    if (code >= 48 && code <= 57) part = (part < 0 ? 0 : part * 10) + code - 48
    else if (code === 46 && part >= 0 && part <= 255) {
      number = number * 256 + part
      part = -1
      parts++
    } else return -1
  }
  return parts === 4 && part >= 0 && part <= 255 ? number * 256 + part : -1
}

function inNetwork6(address: string, prefix: number): (given: string) => boolean {
  const list = new BlockList()
  list.addSubnet(address, prefix, 'ipv6')
  return (given) => isIPv6(given) && list.check(given, 'ipv6')
}
