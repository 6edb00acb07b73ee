/** Stages 5 and 6 of errors.md 4.1: one signature at most, who holds its key, and whether it is theirs. */

import type { Clock } from '../base/clock.js'
import type { Core } from '../core/core.js'
import { fail } from '../model/errors/index.js'
import { ANONYMOUS, type Principal } from '../model/principal.js'
import type { Address } from './address.js'
import type { AuthFacts, Claim, PayloadContract } from './authentication.js'
import type { Dialect } from './dialect.js'
import { admitHolder, findHolder } from './key-holder.js'
import type { RateLimits } from './rate-limits.js'
import { type RegionRules, signingAt } from './regions.js'
import type { QueryParameter, WireRequest } from './request.js'

export interface AuthenticationOptions extends RegionRules {
  readonly core: Core
  readonly clock: Clock
  readonly dialects: readonly Dialect[]
  readonly rateLimits: RateLimits
  /** By listener: with TLS or without. */
  readonly acceptsSignatureV2: (secure: boolean) => boolean
  /** Where an account that was invited signs up. */
  readonly signUpUrl: string | undefined
}

export async function authenticate(
  options: AuthenticationOptions,
  request: WireRequest,
  address: Address,
  dialect: Dialect,
  query: readonly QueryParameter[],
): Promise<{ principal: Principal; payload: PayloadContract; claim: Claim | undefined }> {
  const schemes = presented(options, request, query)
  if (schemes.length > 1) fail('SeveralAuthenticationMethods', { ArgumentName: 'Authorization' })
  const [scheme] = schemes
  if (scheme === undefined) {
    refuseUnknownScheme(request)
    return { principal: ANONYMOUS, payload: dialect.anonymousPayload(request), claim: undefined }
  }
  const { core, signUpUrl } = options
  const claim = scheme.claim(request, authFacts(options, request, query, address))
  const holder = await findHolder(core, claim)
  const payload = claim.verify(holder.secret)
  const principal = admitHolder(core, holder, signUpUrl)
  options.rateLimits.admitAccount(principal, address.bucketName)
  return { principal, payload, claim }
}

export function presented({ dialects }: AuthenticationOptions, request: WireRequest, query: readonly QueryParameter[]) {
  return dialects.flatMap(({ schemes }) => schemes.filter((scheme) => scheme.presents(request, query)))
}

export function authFacts(
  options: AuthenticationOptions,
  request: WireRequest,
  query: readonly QueryParameter[],
  address: Address,
): AuthFacts {
  const signatureV2 = options.acceptsSignatureV2(request.secure)
  return { now: options.clock.now(), query, ...signingAt(options, address), signatureV2, address }
}

function refuseUnknownScheme({ headers }: WireRequest): void {
  const authorization = headers.get('authorization') ?? ''
  if (authorization.trim() === '') return
  const [word = ''] = authorization.trim().split(/\s/, 1)
  fail(
    'InvalidArgument',
    { ArgumentName: 'Authorization', ArgumentValue: word.slice(0, 40) },
    { message: 'Unsupported Authorization Type' },
  )
}
