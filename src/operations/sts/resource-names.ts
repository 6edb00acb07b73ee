/** How the vendors name those who call and the roles that they may assume: `qcs::…` and `arn:aws:…`. */

import { fail } from '../../model/errors/index.js'
import { arnOf } from '../../model/policy/principals.js'
import type { SignedPrincipal } from '../../model/principal.js'
import type { DialectName } from '../../wire/dialect.js'

export interface CallerNames {
  readonly arn: string
  readonly userId: string
}

/** What a principal is called, by the key it uses: its own, a role's, or that of a federated user. */
export const callerNames: Readonly<Record<DialectName, (caller: SignedPrincipal) => CallerNames>> = {
  cos: ({ account: { uin }, identity, session }) => {
    const number = identity.kind === 'user' ? identity.number : uin
    if (identity.kind === 'role') {
      return { arn: `qcs::sts:${uin}:assumed-role/${identity.id}`, userId: `${identity.id}:${identity.sessionName}` }
    }
    if (session?.kind === 'federated') {
      return { arn: `qcs::sts:${uin}:federated-user/${number}`, userId: `${number}:${session.name}` }
    }
    return { arn: `qcs::cam:${uin}:uin/${number}`, userId: number }
  },
  s3: (caller) => ({ arn: arnOf(caller), userId: amazonUserId(caller) }),
}

function amazonUserId({ account: { uin }, identity, session }: SignedPrincipal): string {
  if (identity.kind === 'role') return `${identity.id}:${identity.sessionName}`
  if (session?.kind === 'federated') return `${uin}:${session.name}`
  return identity.kind === 'user' ? identity.id : uin
}

export interface RoleReference {
  /** UIN of the account that it belongs to. */
  readonly uin: string
  /** One of the two. */
  readonly name: string | undefined
  readonly id: string | undefined
}

const ROLE_FORMS: readonly RegExp[] = [
  /^qcs::cam::uin\/(?<uin>\d{1,20}):roleName\/(?<name>[\w+=,.@-]{1,128})$/,
  /^qcs::cam::uin\/(?<uin>\d{1,20}):role\/(?<id>[\w+=,.@-]{1,128})$/,
  /^arn:aws[a-z-]*:iam::(?<uin>\d{1,20}):role\/(?<name>[\w+=,.@-]{1,128})$/,
]

/** ValidationError. Both spellings mean the same in both dialects. */
export function parseRoleArn(text: string): RoleReference {
  for (const form of ROLE_FORMS) {
    const { uin, name, id } = form.exec(text)?.groups ?? {}
    if (uin !== undefined) return { uin, name, id }
  }
  const message = 'RoleArn must be qcs::cam::uin/<uin>:roleName/<name> or arn:aws:iam::<uin>:role/<name>.'
  return fail('ValidationError', {}, { message })
}
