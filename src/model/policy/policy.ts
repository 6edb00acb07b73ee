/**
 * Policies as the rules see them, in one form for both grammars: CAM (`qcs::cos:…`, `name/cos:…`) and IAM
 * (`arn:aws:s3:::…`, `s3:…`). Parsing makes these, evaluation reads them, and nobody else looks inside.
 */

import type { Permission } from '../permissions.js'

export type Grammar = 'cam' | 'iam'

export type Effect = 'allow' | 'deny'

/** Where a policy stands, which decides what it may say: only resource policies name principals. */
export type PolicyUse = 'bucket' | 'identity' | 'session' | 'trust'

export interface PolicyDocument {
  readonly grammar: Grammar
  readonly statements: readonly Statement[]
  /** The same by effect, each in its order: most questions are about one of the two. */
  readonly denies: readonly Statement[]
  readonly allows: readonly Statement[]
}

export interface Statement {
  /** Its Sid, or `statement 1` by its place. */
  readonly label: string
  readonly effect: Effect
  /** Undefined in policies of identities and sessions. */
  readonly principals: PrincipalPattern | undefined
  readonly actions: ActionPattern
  readonly resources: ResourcePattern
  readonly conditions: readonly Condition[]
}

export interface PrincipalPattern {
  /** NotPrincipal. */
  readonly negated: boolean
  readonly patterns: readonly PrincipalName[]
}

export type PrincipalName =
  /** Anonymous callers included. */
  | { readonly kind: 'everyone' }
  /** Only callers without a signature, and so everyone (cos-auth-and-bucket.md 2.9). */
  | { readonly kind: 'anonymous' }
  /** The account itself and, as far as their own policies allow, its users and roles. */
  | { readonly kind: 'account'; readonly account: string }
  /** A user by number (CAM) or name (IAM) in the account of this UIN. */
  | { readonly kind: 'user'; readonly account: string; readonly by: 'number' | 'name'; readonly user: string }
  /** `session`: that one of its sessions. */
  | { readonly kind: 'role'; readonly account: string; readonly role: string; readonly session?: string }
  /** `CanonicalUser` of S3. */
  | { readonly kind: 'canonical'; readonly id: string }
  /** A service of the vendor by its host name: nobody who asks. */
  | { readonly kind: 'service'; readonly service: string }
  /** Well-formed, and nobody here: foreign identity providers. */
  | { readonly kind: 'nobody' }

/** Which permissions a statement speaks about, worked out when it is parsed. */
export interface ActionPattern {
  /** Whether it covers the permission; IAM has names of its own for operations on a version that is named. */
  readonly covers: (permission: Permission, versioned: boolean) => boolean
}

export interface ResourcePattern {
  readonly covers: (resource: Resource, facts: ConditionFacts) => boolean
  /** As they were written. */
  readonly patterns: readonly string[]
}

/** What is asked about. Without a bucket: the service itself. Without a key: the bucket itself. */
export interface Resource {
  readonly bucketName: string | undefined
  readonly region: string
  /** Of the bucket's owner, or of whoever makes the bucket; undefined where that is not known. */
  readonly owner: { readonly appId: string; readonly uin: string } | undefined
  readonly key: string | undefined
  /** The request names a version. */
  readonly versioned: boolean
  /** Something that is no bucket, such as a role, by its full names in both grammars. */
  readonly names?: readonly string[]
  /** The prefix of a list of uploads, which policies of COS name like a key (its guide to policies, "resumable upload"). */
  readonly listedPrefix?: string | undefined
  /** `bucket` or `bucket/key`: made once, because many statements are held against it. */
  readonly path?: string
}

export interface Condition {
  /** As it was written, for explanations. */
  readonly label: string
  readonly holds: (facts: ConditionFacts) => boolean
  /** It lets in only what it names: what it guards is not public. */
  readonly limits: boolean
}

/**
 * What conditions may ask about the request, by canonical name (condition-keys.ts). Undefined: the request has no such
 * thing. Several values where the thing is a list, such as tag keys.
 */
export interface ConditionFacts {
  readonly values: (name: string) => readonly string[] | undefined
}
