/** Principals of resource policies: how they are written, and how firmly one names whoever asks. */

import type { Principal, SignedPrincipal } from '../principal.js'
import type { Grammar, PrincipalName, PrincipalPattern } from './policy.js'

const EVERYONE: PrincipalName = { kind: 'everyone' }
const NOBODY: PrincipalName = { kind: 'nobody' }

const ARN = /^arn:aws[a-z-]*:(iam|sts)::([\w-]*):(root|user|role|assumed-role|federated-user|group)(?:\/(.*))?$/

/** `kind`: the name in front of the values, such as `AWS`; undefined for a bare `*`. Undefined: no such principal. */
export function readPrincipal(kind: string | undefined, text: string, grammar: Grammar): PrincipalName | undefined {
  return grammar === 'iam' ? readIam(kind, text) : readCam(kind, text)
}

function readIam(kind: string | undefined, text: string): PrincipalName | undefined {
  if (kind === undefined) return text === '*' ? EVERYONE : undefined
  if (kind === 'Service') return text === '' ? undefined : { kind: 'service', service: text }
  if (kind === 'Federated') return text === '' ? undefined : NOBODY
  if (kind === 'CanonicalUser') return /^[\w:/-]{1,128}$/.test(text) ? { kind: 'canonical', id: text } : undefined
  if (kind !== 'AWS') return undefined
  if (text === '*') return EVERYONE
  if (/^\d{5,20}$/.test(text)) return { kind: 'account', account: text }
  const [, , account = '', what, path = ''] = ARN.exec(text) ?? []
  const name = path.split('/').at(-1) ?? ''
  if (what === 'root') return { kind: 'account', account }
  if (what === 'user' && name !== '') return { kind: 'user', account, by: 'name', user: name }
  if (what === 'role' && name !== '') return { kind: 'role', account, role: name }
  if (what === 'assumed-role') return readSession(account, path)
  return what === 'federated-user' ? NOBODY : undefined
}

/** One session of a role, and no other of the same role. */
function readSession(account: string, path: string): PrincipalName | undefined {
  const [, role, session] = /^([^/]+)\/([^/]+)$/.exec(path) ?? []
  return role === undefined || session === undefined ? undefined : { kind: 'role', account, role, session }
}

function readCam(kind: string | undefined, text: string): PrincipalName | undefined {
  if (kind !== undefined && kind.toLowerCase() !== 'qcs') {
    return ['service', 'federated'].includes(kind.toLowerCase()) && text !== '' ? NOBODY : undefined
  }
  if (text === '*' || text === 'qcs::cam::anyone:anyone') return EVERYONE
  if (text === 'qcs::cam::anonymous:anonymous') return { kind: 'anonymous' }
  const [, account = '', by, name = ''] =
    /^qcs::cam::uin\/(\d{1,20}):(uin|uid|root|roleName|role)(?:\/(.+))?$/.exec(text) ?? []
  if (by === 'root' || ((by === 'uin' || by === 'uid') && name === account)) return { kind: 'account', account }
  if ((by === 'uin' || by === 'uid') && /^\d{1,20}$/.test(name))
    return { kind: 'user', account, by: 'number', user: name }
  return by === 'roleName' && name !== '' ? { kind: 'role', account, role: name } : undefined
}

/** `itself`: enough on its own. `account`: as far as the account's own policies go. */
export type Naming = 'itself' | 'account' | undefined

export function naming({ negated, patterns }: PrincipalPattern, principal: Principal): Naming {
  let found: Naming
  for (const name of patterns) {
    const one = nameMatches(name, principal)
    if (one === 'itself') return negated ? undefined : 'itself'
    found ??= one
  }
  if (negated) return found === undefined ? 'itself' : undefined
  return found
}

/**
 * Whether a denial is for the caller. An account in NotPrincipal lets off its root only: Amazon's example lists a user
 * with the account, and means that user and nobody else in it.
 */
export function denialNames({ negated, patterns }: PrincipalPattern, principal: Principal): boolean {
  for (const name of patterns) {
    const one = nameMatches(name, principal)
    if (one === 'itself' || (one === 'account' && !negated)) return !negated
  }
  return negated
}

function nameMatches(name: PrincipalName, principal: Principal): Naming {
  // What everybody may without signing, whoever signs may as well (2.9).
  if (name.kind === 'everyone' || name.kind === 'anonymous') return 'itself'
  if (principal.kind === 'anonymous' || name.kind === 'nobody' || name.kind === 'service') return undefined
  const { account, identity } = principal
  if (name.kind === 'canonical') return account.canonicalId === name.id ? ofAccount(principal) : undefined
  if (account.uin !== name.account) return undefined
  if (name.kind === 'account') return ofAccount(principal)
  if (name.kind === 'user') {
    const known = identity.kind === 'user' && (name.by === 'number' ? identity.number : identity.name) === name.user
    return known ? 'itself' : undefined
  }
  if (identity.kind !== 'role' || identity.name !== name.role) return undefined
  return name.session === undefined || name.session === identity.sessionName ? 'itself' : undefined
}

function ofAccount({ identity }: SignedPrincipal): Naming {
  return identity.kind === 'root' ? 'itself' : 'account'
}

/** How the caller is written in ARNs. */
export function arnOf({ account, identity, session }: SignedPrincipal): string {
  if (session?.kind === 'federated') return `arn:aws:sts::${account.uin}:federated-user/${session.name}`
  if (identity.kind === 'root') return `arn:aws:iam::${account.uin}:root`
  if (identity.kind === 'user') return `arn:aws:iam::${account.uin}:user/${identity.name}`
  return `arn:aws:sts::${account.uin}:assumed-role/${identity.name}/${identity.sessionName}`
}
