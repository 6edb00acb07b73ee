/**
 * Whose address and transport a request has. What stands in front of the server speaks in headers that anybody can
 * send, so they are believed only from the addresses that the operator has listed (setting `trusted-proxies`).
 */

import { BlockList, isIPv4, isIPv6 } from 'node:net'
import type { WireRequest } from './request.js'

export interface ClientAddress {
  readonly address: string
  readonly secure: boolean
}

export type ClientAddresses = (request: WireRequest) => ClientAddress

/** Entries are addresses or networks in CIDR form; what is none was refused with the settings. */
export function createClientAddresses(trusted: readonly string[]): ClientAddresses {
  if (trusted.length === 0) return ({ remoteAddress, secure }) => ({ address: plainAddress(remoteAddress), secure })
  const list = new BlockList()
  for (const entry of trusted) addEntry(list, entry)
  const isTrusted = (address: string) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
  return ({ remoteAddress, secure, headers }) => {
    const peer = plainAddress(remoteAddress)
    if (!isTrusted(peer)) return { address: peer, secure }
    const forwarded = (headers.get('x-forwarded-for') ?? '').split(',').map((entry) => plainAddress(entry.trim()))
    return {
      address: lastUntrusted(forwarded, isTrusted) ?? peer,
      secure: secure || lastWord(headers.get('x-forwarded-proto')) === 'https',
    }
  }
}

/** What says that a request did not come from its client itself. */
const FORWARDING_HEADERS = ['x-forwarded-for', 'x-forwarded-proto', 'x-real-ip', 'forwarded', 'via'] as const

export function isForwardingHeader(name: string): boolean {
  return FORWARDING_HEADERS.some((each) => each === name)
}

/** Whether nobody on the way can have read the request: over TLS, or from this very machine and through nothing else. */
export function isUnseen(request: WireRequest, clientAddresses: ClientAddresses): boolean {
  const { address, secure } = clientAddresses(request)
  if (secure) return true
  return /^127\.|^::1$/.test(address) && !FORWARDING_HEADERS.some((name) => request.headers.has(name))
}

function addEntry(list: BlockList, entry: string): void {
  const [address = '', bits] = entry.split('/')
  const family = isIPv6(address) ? 'ipv6' : 'ipv4'
  if (bits === undefined) list.addAddress(address, family)
  else list.addSubnet(address, Number(bits), family)
}

/** From the right: each proxy adds whom it heard, and what stands left of the first stranger is that stranger's word. */
function lastUntrusted(addresses: readonly string[], isTrusted: (address: string) => boolean): string | undefined {
  for (const address of [...addresses].reverse()) {
    if (!isIPv4(address) && !isIPv6(address)) return undefined
    if (!isTrusted(address)) return address
  }
  return undefined
}

function lastWord(list: string | undefined): string | undefined {
  return list?.split(',').at(-1)?.trim().toLowerCase()
}

/** An IPv4 address that a dual-stack listener shows in IPv6 form is the IPv4 address; a port or a zone is dropped. */
function plainAddress(text: string): string {
  if (isIPv4(text)) return text
  const bare = text.replace(/^\[([^\]]*)\](?::\d+)?$/, '$1').replace(/%.*$/, '')
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(bare)?.[1] ?? bare
  return /^\d{1,3}(?:\.\d{1,3}){3}:\d+$/.test(mapped) ? mapped.replace(/:\d+$/, '') : mapped
}
