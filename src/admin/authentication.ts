/**
 * Who may manage: root keys of accounts that may use the service. Keys of users and temporary keys are refused, and
 * whoever guesses is slowed down. How a key is proven stands in proofs.ts.
 */

import { type Condition, fail, isApiError } from '../model/errors/index.js'
import { admitHolder } from '../wire/key-holder.js'
import type { WireRequest } from '../wire/request.js'
import type { Caller } from './action.js'
import { ATTEMPT_LIMITS, createAttempts } from './attempts.js'
import type { OpenedSession } from './console-sessions.js'
import { createProofs, type KeyPair, type Proof, type ProofOptions, refuseToken } from './proofs.js'
import { createUsedSignatures } from './used-signatures.js'

export interface AuthenticationOptions extends ProofOptions {
  /** Of the root account. */
  readonly operatorAppId: string
  readonly signUpUrl: string | undefined
}

export interface Authentication {
  /** `changes`: a signature counts once. */
  caller(request: WireRequest, body: Buffer, changes: boolean): Promise<Caller>
  /** By a signature, or by the pair itself where nobody in between can read it. */
  openSession(
    request: WireRequest,
    body: Buffer,
    pair: KeyPair | undefined,
  ): Promise<{ readonly caller: Caller; readonly session: OpenedSession }>
  endSession(request: WireRequest): Promise<Caller>
}

/** What counts as guessing. Skewed clocks and unsigned requests do not. */
const GUESSES: readonly Condition[] = ['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidToken']

export function createAuthentication(options: AuthenticationOptions): Authentication {
  const { clock } = options
  const { signed, inSession, byPair, sessions } = createProofs(options)
  const attempts = createAttempts(ATTEMPT_LIMITS)
  const usedSignatures = createUsedSignatures()

  const admit = async (
    { remoteAddress }: WireRequest,
    changes: boolean,
    prove: () => Promise<Proof>,
  ): Promise<{ readonly proof: Proof; readonly caller: Caller }> => {
    attempts.admit(remoteAddress, clock.now())
    try {
      const proof = await prove()
      const caller = callerOf(proof, options)
      if (changes && proof.signature !== undefined) usedSignatures.use(proof.accessKeyId, proof.signature, clock.now())
      return { proof, caller }
    } catch (error) {
      if (GUESSES.some((condition) => isApiError(error, condition))) attempts.erred(remoteAddress, clock.now())
      throw error
    }
  }

  return {
    caller: async (request, body, changes) => {
      const token = bearerToken(request)
      const prove = () => (token === undefined ? signed(request, body) : inSession(token))
      return (await admit(request, changes, prove)).caller
    },
    openSession: async (request, body, pair) => {
      const prove = () => (pair === undefined ? signed(request, body) : byPair(request, pair))
      const { caller, proof } = await admit(request, true, prove)
      const { accessKeyId, holder } = proof
      return { caller, session: sessions.open({ accessKeyId, secret: holder.secret }, clock.now()) }
    },
    endSession: async (request) => {
      const token = bearerToken(request) ?? refuseToken()
      const { caller } = await admit(request, false, () => inSession(token))
      sessions.end(token)
      return caller
    },
  }
}

function callerOf({ accessKeyId, holder }: Proof, { core, operatorAppId, signUpUrl }: AuthenticationOptions): Caller {
  const { identity, session } = holder.principal
  if (identity.kind !== 'root' || session !== undefined) {
    fail('AccessDenied', {}, { message: 'Only root keys of an account may manage it.' })
  }
  const { account } = admitHolder(core, holder, signUpUrl)
  return { account, accessKeyId, operator: account.appId === operatorAppId }
}

function bearerToken({ headers }: WireRequest): string | undefined {
  return /^Bearer ([\w-]{1,128})$/.exec(headers.get('authorization') ?? '')?.[1]
}
