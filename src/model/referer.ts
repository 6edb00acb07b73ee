/**
 * Which pages may lead to a bucket's contents (cos-auth-and-bucket.md 5.13). A pattern is a host, perhaps with a port or
 * the beginning of a path, and `*.` before it stands for one or more labels; it never matches the beginning of a host.
 */

import { fail } from './errors/index.js'
import type { Switch } from './website.js'

export const REFERER_TYPES = ['Black-List', 'White-List'] as const
export const EMPTY_REFERER = ['Allow', 'Deny'] as const
const DOMAINS_MAX = 100
const DOMAIN_CHARACTERS_MAX = 256

export interface RefererRule {
  readonly status: Switch
  readonly type: (typeof REFERER_TYPES)[number]
  readonly domains: readonly string[]
  /** Of requests that come from no page; not given means Deny on a white list. */
  readonly empty: (typeof EMPTY_REFERER)[number] | undefined
  /** Whether URLs that carry a signature are held to it. */
  readonly verifySignatureUrl: Switch
}

/** How a request was signed, as far as the rule tells that apart. */
export type RefererSubject = 'unsigned' | 'signed-url' | 'signed-header'

const PATTERN = /^(?:\*\.|\*$)?(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)?(?::\d{1,5})?(?:\/[\x21-\x7e]*)?$/i

/** MalformedXML, InvalidArgument. */
export function checkReferer({ domains }: RefererRule): void {
  if (domains.length === 0) fail('MalformedXML')
  if (domains.length > DOMAINS_MAX) {
    fail('InvalidArgument', { ArgumentName: 'DomainList' }, { message: `A rule has at most ${DOMAINS_MAX} domains.` })
  }
  const wrong = domains.find((domain) => domain.length > DOMAIN_CHARACTERS_MAX || !isPattern(domain))
  if (wrong !== undefined) fail('InvalidArgument', { ArgumentName: 'Domain', ArgumentValue: wrong.slice(0, 100) })
}

function isPattern(domain: string): boolean {
  return PATTERN.test(domain) && /^(?:\*\.)?[a-z0-9]/i.test(domain)
}

export function admitsReferer(rule: RefererRule, subject: RefererSubject, referer: string | undefined): boolean {
  const { status, type, domains, empty, verifySignatureUrl } = rule
  if (status === 'Disabled' || subject === 'signed-header') return true
  if (subject === 'signed-url' && verifySignatureUrl === 'Disabled') return true
  const page = (referer ?? '').trim()
  if (page === '') return type === 'White-List' ? empty === 'Allow' : empty !== 'Deny'
  const place = placeOf(page)
  const listed = place !== undefined && domains.some((domain) => matches(domain, place))
  return type === 'White-List' ? listed : !listed
}

interface Place {
  readonly host: string
  readonly port: string
  readonly path: string
}

/** Of a page's address, with or without its scheme. */
function placeOf(page: string): Place | undefined {
  const found = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^/?#@]*@)?([^/?#:]+)(:\d+)?([/?#].*)?$/i.exec(page)
  const [, host, port = '', path = ''] = found ?? []
  return host === undefined ? undefined : { host: host.toLowerCase().replace(/\.$/, ''), port, path }
}

function matches(domain: string, place: Place): boolean {
  const [, host = '', port = '', path = ''] = /^([^/:]*)(:\d+)?(.*)$/.exec(domain) ?? []
  if (port !== '' && port !== place.port) return false
  if (!place.path.startsWith(path)) return false
  const name = host.toLowerCase()
  return name.startsWith('*.')
    ? place.host.endsWith(name.slice(1)) && place.host.length >= name.length
    : name === place.host
}
