/**
 * What a seed is: accounts with who stands in them, buckets and objects that must exist once the server is ready, and what
 * is said of its mistakes. Reading one from YAML is seed-file.ts, which a server without a seed need not load.
 */

import type { Bytes } from '../base/bytes.js'
import type { Secret } from '../base/secret.js'
import type { AccountState } from '../model/principal.js'

export const BUCKET_ACLS = ['private', 'public-read', 'public-read-write', 'authenticated-read'] as const
/** `default`: it follows its bucket. */
export const OBJECT_ACLS = ['default', 'private', 'public-read', 'authenticated-read'] as const

export interface Seed {
  readonly accounts: readonly SeedAccount[]
  readonly buckets: readonly SeedBucket[]
  readonly objects: readonly SeedObject[]
}

export interface SeedAccount {
  readonly name: string
  readonly appid: string
  /** Generated when undefined, as is `canonicalId`. */
  readonly uin: string | undefined
  readonly canonicalId: string | undefined
  /** By which grants may name it. */
  readonly email: string | undefined
  /** Undefined: as it is; a new one is active. */
  readonly state: AccountState | undefined
  /** Of its root. */
  readonly keys: readonly SeedKey[]
  readonly policies: readonly SeedPolicy[]
  readonly groups: readonly SeedGroup[]
  readonly users: readonly SeedUser[]
  readonly roles: readonly SeedRole[]
}

/** Where it stands in the file: for mistakes that only the core can find. */
export interface SeedPlace {
  readonly line: number
}

export interface SeedPolicy extends SeedPlace {
  readonly name: string
  readonly text: string
}

export interface SeedGroup extends SeedPlace {
  readonly name: string
  /** Names of policies of the account in this file. */
  readonly policies: readonly string[]
}

export interface SeedUser extends SeedPlace {
  readonly name: string
  /** Made up when undefined. */
  readonly number: string | undefined
  /** Names of groups of the account in this file. */
  readonly groups: readonly string[]
  readonly policies: readonly string[]
  readonly keys: readonly SeedKey[]
}

export interface SeedRole extends SeedPlace {
  readonly name: string
  readonly trust: string
  readonly policies: readonly string[]
  readonly sessionSecondsMax: number | undefined
}

export interface SeedKey {
  readonly id: string
  readonly secret: Secret
}

export interface SeedBucket extends SeedPlace {
  readonly name: string
  /** Of the installation; undefined: its home region. */
  readonly region: string | undefined
  /** The name of an account of this file; undefined: the root account. */
  readonly account: string | undefined
  readonly acl: (typeof BUCKET_ACLS)[number]
  /** Undefined: never touched. */
  readonly versioning: 'Enabled' | 'Suspended' | undefined
}

export interface SeedObject {
  /** The name of a bucket of this file. */
  readonly bucket: string
  readonly key: string
  readonly content: SeedContent
  readonly acl: (typeof OBJECT_ACLS)[number]
  readonly contentType: string | undefined
  /** User metadata: names in lower case without the vendor prefix. */
  readonly metadata: Readonly<Record<string, string>>
}

export type SeedContent =
  | { readonly kind: 'bytes'; readonly bytes: Bytes }
  /** An absolute path. It is read when the seed is applied. */
  | { readonly kind: 'file'; readonly path: string }

/** A mistake at a line of the file, in the form of all the others. */
export function seedMistake({ line }: SeedPlace, sentence: string): SeedMistakes {
  return new SeedMistakes([at(line, sentence)])
}

export class SeedMistakes extends Error {
  override readonly name = 'SeedMistakes'
  readonly mistakes: readonly string[]
  constructor(mistakes: readonly string[]) {
    super(
      `the seed file has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}\n${mistakes.join('\n')}`,
    )
    this.mistakes = mistakes
  }
}

/** A sentence about a line. */
export function at(line: number, sentence: string): string {
  return `line ${line}: ${sentence}`
}
