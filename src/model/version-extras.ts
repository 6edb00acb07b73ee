/** What some versions have besides: a lock, a restored copy, encryption, a redirect. Most have none of it. */

import type { Millis } from '../base/clock.js'

export const RETENTION_MODES = ['GOVERNANCE', 'COMPLIANCE'] as const
export type RetentionMode = (typeof RETENTION_MODES)[number]

export interface Retention {
  readonly mode: RetentionMode
  readonly retainUntil: Millis
}

/** What keeps a version from being removed. */
export interface ObjectLock {
  readonly retention: Retention | undefined
  /** Undefined: it was never put under one, nor was one lifted. */
  readonly legalHold: boolean | undefined
}

export const RESTORE_TIERS = ['Expedited', 'Standard', 'Bulk'] as const
export type RestoreTier = (typeof RESTORE_TIERS)[number]

/** Of an archived version: the copy that can be read from `readyAt` until `expiresAt`. */
export interface Restore {
  readonly tier: RestoreTier
  readonly requestedAt: Millis
  readonly readyAt: Millis
  readonly expiresAt: Millis
}

/** How the bytes are encrypted, as far as clients see it; the keys of the bytes lie with their pieces. */
export type Encryption =
  | { readonly kind: 'server' }
  | KmsEncryption
  | { readonly kind: 'customer' /** Tells the key again (core/sealed-bytes.ts). */; readonly check: string }

/** Under a key of the key service, which is named as it is shown. */
export interface KmsEncryption {
  readonly kind: 'kms'
  readonly keyId: string
  /** Of the key; its bucket may have moved on. */
  readonly region: string
  /** Number of the account that the key belongs to. */
  readonly accountUin: string
  /** Canonical text (model/kms-key.ts). */
  readonly context: string | undefined
  readonly bucketKeyEnabled: boolean
}

export interface VersionExtras {
  readonly lock?: ObjectLock
  readonly restore?: Restore
  readonly encryption?: Encryption
  /** Where the website sends whoever asks for it. */
  readonly redirectLocation?: string
}

export const NO_EXTRAS: VersionExtras = {}
