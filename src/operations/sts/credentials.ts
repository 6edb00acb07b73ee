/** Temporary keys as clients of both dialects read them, and the policies that may narrow them. */

import type { TemporaryCredentials } from '../../core/identity-store.js'
import { fail } from '../../model/errors/index.js'
import { checkPolicyDocument } from '../../model/policy/parse.js'
import type { SignedPrincipal } from '../../model/principal.js'
import type { DialectName } from '../../wire/dialect.js'
import { optionalSeconds, policyText } from '../../wire/query-action.js'
import type { Shown } from '../../wire/query-dialect.js'

export const ID_PREFIX: Readonly<Record<DialectName, 'AKID' | 'ASIA'>> = { cos: 'AKID', s3: 'ASIA' }

/** Amazon's limit is in characters; a longer one of COS would not fit into the headers that carry the token. */
const POLICY_CHARACTERS_MAX = { cos: 20_480, s3: 2_048 } as const

export const durationSeconds = optionalSeconds('DurationSeconds')
export const optionalPolicy = policyText('Policy', { charactersMax: POLICY_CHARACTERS_MAX, required: false })
/** COS gives federated keys for a policy only (cos-auth-and-bucket.md 2.8). */
export const federationPolicy = policyText('Policy', {
  charactersMax: POLICY_CHARACTERS_MAX,
  required: { cos: true, s3: false },
})

/** As text, once it is known to parse: what narrows a session must never be found to be nonsense later. */
export function checkSessionPolicy(text: string): string {
  checkPolicyDocument(text, 'session')
  return text
}

/** AccessDenied for temporary keys, which would outlive themselves otherwise. */
export function requirePermanentKey({ session }: SignedPrincipal, actionName: string): void {
  if (session === undefined) return
  fail('AccessDenied', {}, { message: `Cannot call ${actionName} with session credentials.` })
}

/** AccessDenied: as a role it would outlive its time, and leave behind the policy that it was given for. */
export function refuseFederated({ session }: SignedPrincipal, actionName: string): void {
  if (session?.kind !== 'federated') return
  fail('AccessDenied', {}, { message: `Cannot call ${actionName} with the credentials of a federated user.` })
}

function expiration({ expiresAt }: TemporaryCredentials): string {
  return `${new Date(expiresAt).toISOString().slice(0, 19)}Z`
}

export const shownCredentials: Readonly<Record<DialectName, (credentials: TemporaryCredentials) => Shown>> = {
  cos: (credentials) => ({
    Credentials: {
      Token: credentials.token,
      TmpSecretId: credentials.accessKeyId,
      TmpSecretKey: credentials.secretKey,
    },
    ExpiredTime: Math.floor(credentials.expiresAt / 1000),
    Expiration: expiration(credentials),
  }),
  s3: (credentials) => ({
    Credentials: {
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretKey,
      SessionToken: credentials.token,
      Expiration: expiration(credentials),
    },
  }),
}

/** How much of the room for policies is taken, in per cent. */
export function packedPolicySize(policy: string | undefined): number | undefined {
  return policy === undefined ? undefined : Math.ceil((policy.length * 100) / POLICY_CHARACTERS_MAX.s3)
}
