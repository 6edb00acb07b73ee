/**
 * The admin API: `POST /api/v1/<resource>/<verb>` with a JSON object of parameters, and `/api/v1/session`. JSON comes
 * back, errors with the codes and status of the catalogue as S3 spells them. Each action leaves a line in the log: who,
 * what, on whom and how it ended; never a secret, because no action takes one.
 */

import type { Clock } from '../base/clock.js'
import type { Log } from '../base/telemetry.js'
import {
  ADMIN_API_PATH,
  type AdminActionName,
  describeAction,
  isAdminActionName,
  type ValuesOfAction,
} from '../model/admin-actions.js'
import { type ApiError, apiError, asApiError, catalogue, fail, spellingOfError } from '../model/errors/index.js'
import type { WireRequest } from '../wire/request.js'
import type { ActionServices, Caller, JsonObject, JsonValue } from './action.js'
import { runAction } from './actions/table.js'
import type { Authentication } from './authentication.js'
import { BODY_BYTES_MAX, readJsonObject, readParameters } from './parameters.js'
import type { KeyPair } from './proofs.js'

export interface AdminApiOptions extends ActionServices {
  readonly authentication: Authentication
  readonly clock: Clock
  readonly requestId: () => string
}

export interface AdminAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly value: JsonValue
}

/** Undefined for the body: it is longer than BODY_BYTES_MAX, or broke off. Never rejects. */
export type AdminApi = (request: WireRequest, body: Buffer | undefined) => Promise<AdminAnswer>

interface Trail {
  action: string
  caller: Caller | undefined
  /** What may be known of the parameters. */
  subject: Readonly<Record<string, unknown>>
}

export function createAdminApi(options: AdminApiOptions): AdminApi {
  return async (request, body) => {
    const requestId = options.requestId()
    const trail: Trail = { action: 'none', caller: undefined, subject: {} }
    try {
      const value = await route(options, request, body, trail)
      record(options.log, trail, request, requestId, 'done')
      return { status: 200, headers: { 'X-Request-Id': requestId }, value }
    } catch (thrown) {
      const error = asApiError(thrown)
      record(options.log, trail, request, requestId, error.condition)
      if (catalogue[error.condition].fault === 'Server' && error.cause !== undefined) {
        options.log.error('an admin action failed', { requestId, action: trail.action, error: error.cause })
      }
      return refusal(error, requestId)
    }
  }
}

/** For refusals that come before the API can answer by itself. */
export function refusal(error: ApiError, requestId: string): AdminAnswer {
  const { code, status, message } = spellingOfError(error, 's3')
  const headers = { ...error.options.headers, 'X-Request-Id': requestId }
  const { diagnosis } = error.options
  const shown = { code, message, ...(diagnosis === undefined ? {} : { diagnosis }), requestId }
  return { status, headers, value: { error: shown } }
}

export function unavailable(requestId: string): AdminAnswer {
  return refusal(apiError('ServiceUnavailable', {}, { message: 'The server is starting or stopping.' }), requestId)
}

async function route(
  options: AdminApiOptions,
  request: WireRequest,
  body: Buffer | undefined,
  trail: Trail,
): Promise<JsonValue> {
  const path = request.rawPath.slice(ADMIN_API_PATH.length + 1)
  const action = path.split('/').join(' ')
  if (path === 'session') return serveSession(options, request, requireBody(body), trail)
  if (!isAdminActionName(action)) return fail('NoSuchEntity', {}, { message: `There is no action ${path}.` })
  trail.action = action
  requireMethod(request, ['POST'])
  return serveAction(options, action, request, requireBody(body), trail)
}

async function serveAction(
  options: AdminApiOptions,
  action: AdminActionName,
  request: WireRequest,
  body: Buffer,
  trail: Trail,
): Promise<JsonValue> {
  const { scope, changes } = describeAction(action)
  const caller = await options.authentication.caller(request, body, changes)
  trail.caller = caller
  if (scope === 'operator' && !caller.operator) {
    fail('AccessDenied', {}, { message: 'Only a root key of the root account may do this.' })
  }
  const values = readParameters(action, body)
  trail.subject = subjectOf(action, values)
  return runAction(action, { ...options, caller }, values)
}

async function serveSession(
  { authentication, clock }: AdminApiOptions,
  request: WireRequest,
  body: Buffer,
  trail: Trail,
): Promise<JsonValue> {
  requireMethod(request, ['POST', 'DELETE'])
  if (request.method === 'DELETE') {
    trail.action = 'session end'
    trail.caller = await authentication.endSession(request)
    return { ended: true }
  }
  trail.action = 'session begin'
  const { caller, session } = await authentication.openSession(request, body, pairOf(body))
  trail.caller = caller
  return {
    token: session.token,
    expiresAt: new Date(session.expiresAt).toISOString(),
    now: new Date(clock.now()).toISOString(),
    ...shownCaller(caller),
  }
}

function shownCaller({ account, accessKeyId, operator }: Caller): JsonObject {
  return { account: account.appId, name: account.displayName, key: accessKeyId, operator }
}

/** Undefined for an empty object: the request is signed then. */
function pairOf(body: Buffer): KeyPair | undefined {
  const given = readJsonObject(body)
  if (given.size === 0) return undefined
  const secretId = given.get('secretId')
  const secretKey = given.get('secretKey')
  if (given.size === 2 && typeof secretId === 'string' && typeof secretKey === 'string') return { secretId, secretKey }
  return fail('InvalidRequest', {}, { message: 'Give secretId and secretKey, both text, or an empty object.' })
}

function requireMethod({ method: Method }: WireRequest, allowed: readonly string[]): void {
  if (allowed.includes(Method)) return
  fail('MethodNotAllowed', { Method, ResourceType: 'ADMIN' }, { headers: { Allow: allowed.join(', ') } })
}

function requireBody(body: Buffer | undefined): Buffer {
  return body ?? fail('MaxMessageLengthExceeded', { MaxMessageLengthBytes: BODY_BYTES_MAX })
}

/** All but documents, which are long and stand in the store. */
function subjectOf<N extends AdminActionName>(action: N, values: ValuesOfAction<N>): Readonly<Record<string, unknown>> {
  const { parameters } = describeAction(action)
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => value !== undefined && parameters[name]?.kind !== 'document'),
  )
}

function record(
  log: Log,
  { action, caller, subject }: Trail,
  request: WireRequest,
  requestId: string,
  outcome: string,
): void {
  const who = { account: caller?.account.appId, key: caller?.accessKeyId, address: request.remoteAddress }
  // Requests that got nowhere are no news, and anybody can send as many as they like.
  const quiet = action === 'none' || outcome === 'SlowDown'
  log[quiet ? 'debug' : 'info']('admin action', { action, outcome, ...who, subject, requestId })
}
