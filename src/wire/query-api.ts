/**
 * Calls of the query API for temporary keys, from a request to its answer: read, recognise, authenticate, run. They come
 * through the same listener as objects do, and are told from them by host, or by what only such calls have.
 */

import type { Core } from '../core/core.js'
import { fail, isApiError } from '../model/errors/index.js'
import type { SignedPrincipal } from '../model/principal.js'
import { accessFacts } from './access-facts.js'
import type { Address } from './address.js'
import type { AuthFacts } from './authentication.js'
import type { ClientAddresses } from './client-address.js'
import type { Dialect } from './dialect.js'
import { admitHolder, findHolder } from './key-holder.js'
import type { Action, UnservedActions } from './query-action.js'
import { type QueryCall, readQueryCall } from './query-call.js'
import type { QueryClaim } from './query-dialect.js'
import { queryView } from './query-view.js'
import type { RateLimits } from './rate-limits.js'
import type { WireRequest } from './request.js'
import type { RequestIds } from './request-ids.js'
import type { WireResponse } from './response.js'

export interface QueryApi {
  readonly actions: readonly Action[]
  readonly unserved: UnservedActions
}

export interface QueryApiOptions extends QueryApi {
  readonly core: Core
  readonly dialects: readonly Dialect[]
  readonly clientAddresses: ClientAddresses
  readonly rateLimits: RateLimits
  readonly signUpUrl: string | undefined
}

/** What is known so far, for whoever has to answer. */
export interface QueryProgress {
  dialect: Dialect
  action: string | undefined
}

const FORM_OR_JSON = /^\s*application\/(?:x-www-form-urlencoded|(?:[a-z.-]+\+)?json)\b/i
/** Signatures that are for no object store. */
const STS_SIGNED = /^\s*(?:TC3-|AWS4-HMAC-SHA256.*\/sts\/aws4_request\b)/

/** Clients with an endpoint of their own come to any host: then a form at the root, where no upload can be meant. */
export function isQueryCall(request: WireRequest, { entrance, bucketName }: Address): boolean {
  if (entrance === 'sts') return true
  if (bucketName !== undefined) return false
  const { method, headers } = request
  if (STS_SIGNED.test(headers.get('authorization') ?? '')) return true
  return method === 'POST' && FORM_OR_JSON.test(headers.get('content-type') ?? '')
}

/** Everything is decided in the order of the stages of a storage request; the first failure answers. */
export async function serveQueryCall(
  options: QueryApiOptions,
  request: WireRequest,
  facts: AuthFacts,
  ids: RequestIds,
  progress: QueryProgress,
): Promise<WireResponse> {
  checkPlace(request)
  const call = await readQueryCall(request, facts.query)
  progress.dialect = dialectOf(options.dialects, call) ?? progress.dialect
  const { queryApi, name: dialect } = progress.dialect
  const asked = findAction(options, progress.dialect, call)
  progress.action = asked.name
  const claim = claimOf(options.dialects, call, facts)
  const caller = await callerOf(options, claim)
  refuseUnserved(options.unserved, call)
  const conditionFacts = accessFacts({
    request,
    query: queryView(facts.query),
    dialect: progress.dialect,
    principal: caller,
    client: () => options.clientAddresses(request),
    now: facts.now,
    signature: undefined,
  })
  const shown = await asked.run({ core: options.core, dialect, caller, facts: conditionFacts, call })
  return queryApi.answer(asked.name, shown, ids)
}

function checkPlace({ method, rawPath }: WireRequest): void {
  if (method !== 'POST' && method !== 'GET') {
    fail('MethodNotAllowed', { Method: method, ResourceType: 'SERVICE' }, { headers: { Allow: 'GET, POST' } })
  }
  if (rawPath !== '/') fail('InvalidURI', { URI: rawPath }, { message: 'Temporary keys are asked for at the path /.' })
}

/** By its signature, then by the version that it names: both are certain, where the host need not say anything. */
function dialectOf(dialects: readonly Dialect[], call: QueryCall): Dialect | undefined {
  return (
    dialects.find(({ queryApi }) => queryApi.schemes.some((scheme) => scheme.presents(call))) ??
    dialects.find(({ queryApi }) => queryApi.asked(call).version === queryApi.version)
  )
}

function findAction({ actions, unserved }: QueryApiOptions, { name, queryApi }: Dialect, call: QueryCall): Action {
  const asked = queryApi.asked(call)
  if (asked.action === undefined) return fail('MissingAction')
  const found = actions.find(({ name: own, dialects }) => own === asked.action && dialects.includes(name))
  if (found === undefined && unserved.actions.includes(asked.action)) {
    return fail('NotImplemented', {}, { message: `${asked.action} is not implemented by this server.` })
  }
  const shown = asked.action.slice(0, 128)
  if (found === undefined) return fail('InvalidAction', {}, { message: `There is no action ${shown}.` })
  if (asked.version !== undefined && asked.version !== queryApi.version) {
    const message = `There is no version ${asked.version.slice(0, 32)} of ${shown}; this is ${queryApi.version}.`
    return fail('InvalidActionVersion', {}, { message })
  }
  return found
}

function claimOf(dialects: readonly Dialect[], call: QueryCall, facts: AuthFacts): QueryClaim {
  const schemes = dialects.flatMap(({ queryApi }) => queryApi.schemes.filter((scheme) => scheme.presents(call)))
  const [scheme, another] = schemes
  if (another !== undefined) fail('SeveralAuthenticationMethods', { ArgumentName: 'Authorization' })
  if (scheme === undefined) return fail('MissingAuthenticationToken')
  return scheme.claim(call, facts)
}

/** The key is known and enabled, its signature holds, and its account may act. */
async function callerOf({ core, signUpUrl, rateLimits }: QueryApiOptions, claim: QueryClaim): Promise<SignedPrincipal> {
  const holder = await findHolder(core, claim).catch((error: unknown) => {
    if (isApiError(error, 'InvalidAccessKeyId')) return fail('InvalidClientTokenId')
    throw error
  })
  claim.verify(holder.secret)
  const principal = admitHolder(core, holder, signUpUrl)
  rateLimits.admitAccount(principal, undefined)
  return principal
}

function refuseUnserved({ parameters }: UnservedActions, call: QueryCall): void {
  for (const [name, value] of call.parameters) {
    const root = name.split('.', 1)[0] ?? ''
    if (value !== '' && parameters.includes(root)) {
      fail('NotImplemented', {}, { message: `The parameter ${root} is not implemented by this server.` })
    }
  }
}
