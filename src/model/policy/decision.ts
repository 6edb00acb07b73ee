/**
 * The one decision about who may do what, pure: the rules that apply and the question go in, a decision comes out, with
 * what decided it. docs/decisions has the order and the reasons for it.
 */

import type { Acl } from '../grants.js'
import type { Permission } from '../permissions.js'
import type { Principal } from '../principal.js'
import type { ConditionFacts, PolicyDocument, Resource } from './policy.js'

export const OWNERSHIPS = ['ObjectWriter', 'BucketOwnerPreferred', 'BucketOwnerEnforced'] as const
export type Ownership = (typeof OWNERSHIPS)[number]

export interface PublicAccessBlock {
  readonly blockPublicAcls: boolean
  readonly ignorePublicAcls: boolean
  readonly blockPublicPolicy: boolean
  readonly restrictPublicBuckets: boolean
}

export interface Question {
  readonly principal: Principal
  readonly permission: Permission
  readonly resource: Resource
  readonly facts: ConditionFacts
}

/** What is configured where the question points. */
export interface Rules {
  /** Undefined: the service itself, or a bucket that is to be made. */
  readonly bucket: BucketRules | undefined
  /** The version in hand, or undefined: the operation is not about one, or there is none. */
  readonly object: { readonly accountId: string; readonly acl: Acl | undefined } | undefined
}

export interface BucketRules {
  readonly accountId: string
  readonly acl: Acl
  readonly policy: PolicyDocument | undefined
  readonly publicAccessBlock: PublicAccessBlock | undefined
  readonly ownership: Ownership
}

export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly reason: DenialReason }

/** Why not. `own`: the caller's side may be told, because it is the caller's own policies that say so. */
export interface DenialReason {
  /** One plain sentence: which statement of which policy denied, or that nothing allowed. */
  readonly sentence: string
  /** Whose configuration it speaks of: the caller's own, or the bucket's. */
  readonly of: 'caller' | 'bucket'
}

/** One line of `stowage explain access`. */
export interface Step {
  readonly what: string
  readonly outcome: 'allows' | 'denies' | 'says nothing' | 'not looked at'
  readonly detail: string
}
