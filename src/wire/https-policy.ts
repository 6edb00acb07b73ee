/**
 * Requests without TLS where TLS is wanted: sent to the same host over HTTPS (errors.md row 67), or refused. Whether a
 * request has TLS is what the listener knows, or a trusted proxy says.
 */

import { fail } from '../model/errors/index.js'
import type { HttpsPolicy } from '../model/https-policy.js'
import type { Address } from './address.js'
import type { ClientAddresses } from './client-address.js'
import { targetOf } from './regions.js'
import type { WireRequest } from './request.js'

export interface HttpsRules {
  /** Of the listener without TLS. */
  readonly https: HttpsPolicy
  /** Where this server listens with TLS; undefined: whatever stands in front of it does, at the usual port. */
  readonly securePort: () => number | undefined
  readonly clientAddresses: ClientAddresses
}

/** Redirect or AccessDenied. */
export function requireHttps(rules: HttpsRules, policy: HttpsPolicy, request: WireRequest, address: Address): void {
  if (policy === 'off' || rules.clientAddresses(request).secure) return
  if (policy === 'required') fail('AccessDenied', {}, { diagnosis: HTTPS_ONLY })
  const Endpoint = secureHost(request.host, rules.securePort())
  const Location = `https://${Endpoint}${targetOf(request)}`
  fail('Redirect', { Endpoint, Bucket: address.bucketName }, { headers: { Location } })
}

const HTTPS_ONLY = 'The request came without TLS, and this is served over https only.'

const HTTPS_PORT = 443

function secureHost(host: string, port: number | undefined): string {
  const name = host.replace(/:\d*$/, '')
  return port === undefined || port === HTTPS_PORT ? name : `${name}:${port}`
}
