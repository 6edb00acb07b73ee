/**
 * The ways to prove that one holds a key: a signature that covers the body, the token of a session, or the pair itself.
 * The signature schemes are those of the object API, injected; presigned URLs are none of the ways.
 */

import { createHash } from 'node:crypto'
import type { Clock } from '../base/clock.js'
import { equalSecrets, sha256Hex } from '../base/hmac.js'
import type { RandomBytes } from '../base/ids.js'
import type { Core } from '../core/core.js'
import type { KeyHolder } from '../core/identity-store.js'
import { fail } from '../model/errors/index.js'
import { type AuthScheme, type PayloadContract, requireSignedSha256 } from '../wire/authentication.js'
import { parseQuery } from '../wire/query.js'
import type { WireRequest } from '../wire/request.js'
import { type ConsoleSessions, createConsoleSessions } from './console-sessions.js'
import { type PlainSignature, readPlainSignature } from './plain-signature.js'

export interface ProofOptions {
  readonly core: Pick<Core, 'identities' | 'sessions'>
  /** Of both dialects. Those that sign in the Authorization header and can cover the body are used. */
  readonly schemes: readonly AuthScheme[]
  readonly clock: Clock
  readonly random: RandomBytes
  readonly region: string
  readonly regionAliases: readonly string[]
}

export interface Proof {
  readonly accessKeyId: string
  readonly holder: KeyHolder
  /** Undefined unless that was the way. */
  readonly signature: PlainSignature | undefined
}

export interface KeyPair {
  readonly secretId: string
  readonly secretKey: string
}

export interface Proofs {
  signed(request: WireRequest, body: Buffer): Promise<Proof>
  inSession(token: string): Promise<Proof>
  byPair(request: WireRequest, pair: KeyPair): Promise<Proof>
  readonly sessions: ConsoleSessions
}

export function createProofs({ core, clock, random, region, regionAliases, schemes: all }: ProofOptions): Proofs {
  const { identities } = core
  const schemes = all.filter(({ kind }) => kind === 's3-v4-header' || kind === 'cos-header')
  const sessions = createConsoleSessions(random)
  return {
    sessions,
    signed: async (request, body) => {
      const query = parseQuery(request.rawQuery)
      const scheme = schemes.find(({ presents }) => presents(request, query))
      if (scheme === undefined) return fail('AccessDenied', {}, { message: UNSIGNED })
      const now = clock.now()
      const claim = scheme.claim(request, { now, query, region, regionAliases })
      const { accessKeyId } = claim
      if (claim.securityToken !== undefined) fail('AccessDenied', {}, { message: 'Temporary keys manage no account.' })
      const holder = await enabledKey(identities, accessKeyId)
      const payload = claim.verify(holder.secret)
      const signature = readPlainSignature(request.headers.get('authorization') ?? '', now)
      checkBody(request, payload, signature, body)
      return { accessKeyId, holder, signature }
    },
    inSession: async (token) => {
      const { accessKeyId, secretDigest } = sessions.find(token, clock.now()) ?? refuseToken()
      const holder = await identities.findKey(accessKeyId)
      if (holder?.enabled && sha256Hex(holder.secret) === secretDigest) {
        return { accessKeyId, holder, signature: undefined }
      }
      sessions.end(token)
      return refuseToken()
    },
    byPair: async ({ secure, remoteAddress }, { secretId, secretKey }) => {
      if (!secure && !isLoopback(remoteAddress)) {
        fail('AccessDenied', {}, { message: 'The key pair itself is taken from this machine only. Sign the request.' })
      }
      const holder = await enabledKey(identities, secretId)
      if (!equalSecrets(holder.secret, secretKey))
        fail('SignatureDoesNotMatch', {}, { message: 'The secret is wrong.' })
      return { accessKeyId: secretId, holder, signature: undefined }
    },
  }
}

const UNSIGNED = 'Sign the request with a root key, in the Authorization header, or open a session.'

export function refuseToken(): never {
  return fail('InvalidToken', {}, { message: 'The session has ended or never was. Open another one.' })
}

async function enabledKey(identities: Core['identities'], accessKeyId: string): Promise<KeyHolder> {
  const holder = await identities.findKey(accessKeyId)
  return holder?.enabled ? holder : fail('InvalidAccessKeyId', { AccessKeyId: accessKeyId })
}

/** SigV4 signs the hash of the body. COS signs no body, but can sign a digest in a header. */
function checkBody(
  request: WireRequest,
  payload: PayloadContract,
  { signedHeaders }: PlainSignature,
  body: Buffer,
): void {
  if (payload.kind === 'sha256') {
    requireSignedSha256(payload.hex, sha256Hex(body))
    return
  }
  if (payload.kind !== 'unsigned' || !signedHeaders.includes('content-md5') || !signedHeaders.includes('host')) {
    fail(
      'InvalidRequest',
      {},
      { message: 'The signature must cover the body: by its SHA-256, or by Content-MD5 in COS.' },
    )
  }
  const CalculatedDigest = createHash('md5').update(body).digest('base64')
  const ExpectedDigest = request.headers.get('content-md5') ?? ''
  if (CalculatedDigest !== ExpectedDigest) fail('BadDigest', { ExpectedDigest, CalculatedDigest })
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/.test(address)
}
