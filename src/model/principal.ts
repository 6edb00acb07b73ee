/** Who asks: an account through one of its keys, or nobody. */

export interface AccountId {
  /** Internal, stable. */
  readonly id: string
}

export interface Account {
  readonly id: string
  /** COS application id, digits: the suffix of the account's bucket names. */
  readonly appId: string
  /** COS root user number, digits. */
  readonly uin: string
  /** S3 canonical user id, 64 hex digits. */
  readonly canonicalId: string
  readonly displayName: string
  /** Of whoever answers for it; several accounts may have the same one, and grants may name it. */
  readonly email: string | undefined
}

export type Principal =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'account'; readonly account: Account; readonly accessKeyId: string }

export const ANONYMOUS: Principal = { kind: 'anonymous' }
