/**
 * Which dialect a request speaks: by its signature, then by its vendor headers, then by the form of its host, else the
 * configured default (design section 9). `seen` is what error bodies go by: `unknown` when nothing told.
 */

import type { Dialect, DialectName } from '../wire/dialect.js'
import type { QueryParameter, WireRequest } from '../wire/request.js'

export interface Detected {
  readonly dialect: Dialect
  readonly seen: DialectName | 'unknown'
}

export type Detect = (
  request: WireRequest,
  query: readonly QueryParameter[],
  hostDialect: DialectName | undefined,
) => Detected

export function createDetect(dialects: Readonly<Record<DialectName, Dialect>>, fallback: DialectName): Detect {
  const all = [dialects.cos, dialects.s3]
  const detected = { cos: { dialect: dialects.cos, seen: 'cos' }, s3: { dialect: dialects.s3, seen: 's3' } } as const
  const undetected: Detected = { dialect: dialects[fallback], seen: 'unknown' }
  return (request, query, hostDialect) => {
    const signed = all.find(({ schemes }) => schemes.some((scheme) => scheme.presents(request, query)))
    if (signed !== undefined) return detected[signed.name]
    const addressed = all.find(({ vendorPrefix }) => hasVendorHeader(request, vendorPrefix))
    if (addressed !== undefined) return detected[addressed.name]
    return hostDialect === undefined ? undetected : detected[hostDialect]
  }
}

function hasVendorHeader({ headers }: WireRequest, prefix: string): boolean {
  for (const name of headers.keys()) if (name.startsWith(prefix)) return true
  return false
}
