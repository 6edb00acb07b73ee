/**
 * Keys of the key service: their states, how a request names one, and encryption contexts. What is kept of a context
 * is its canonical text, so that the same context always is the same text.
 */

import type { Millis } from '../base/clock.js'

/** `pending-deletion`: refused like a disabled one until its day comes. `destroyed`: nothing opens under it any more. */
export const KMS_KEY_STATES = ['enabled', 'disabled', 'pending-deletion', 'destroyed'] as const
export type KmsKeyState = (typeof KMS_KEY_STATES)[number]

export interface KmsKey {
  readonly id: string
  readonly accountId: string
  readonly region: string
  readonly description: string
  readonly state: KmsKeyState
  readonly createdAt: Millis
  /** Wraps new data keys; those before it open what they have wrapped. */
  readonly currentVersion: number
  /** Of one that is pending deletion, or was. */
  readonly deletionAt: Millis | undefined
}

export const DELETION_DAYS = { min: 7, max: 30 } as const

/** A key as a request names it. */
export interface KmsKeyName {
  /** Region and account number of an ARN. */
  readonly place: { readonly region: string; readonly accountUin: string } | undefined
  /** Undefined: the default key. */
  readonly keyId: string | undefined
}

const DEFAULT_ALIAS = 'alias/aws/s3'
const KEY_ID = /^[A-Za-z0-9][A-Za-z0-9-]{0,127}$/

/** An id, the alias of the default key, or the ARN of either; undefined for what is none of them. */
export function parseKmsKeyName(text: string): KmsKeyName | undefined {
  const [, region, accountUin, resource] = /^arn:aws:kms:([a-z0-9-]{1,64}):(\d{1,20}):(.{1,140})$/.exec(text) ?? []
  if (region === undefined || accountUin === undefined || resource === undefined) return nameOf(text, undefined)
  if (resource === DEFAULT_ALIAS) return nameOf(resource, { region, accountUin })
  return resource.startsWith('key/') ? nameOf(resource.slice(4), { region, accountUin }) : undefined
}

function nameOf(text: string, place: KmsKeyName['place']): KmsKeyName | undefined {
  if (text === DEFAULT_ALIAS) return { place, keyId: undefined }
  return KEY_ID.test(text) ? { place, keyId: text } : undefined
}

export function kmsKeyArn(region: string, accountUin: string, keyId: string): string {
  return `arn:aws:kms:${region}:${accountUin}:key/${keyId}`
}

export type EncryptionContext = Readonly<Record<string, string>>

export const CONTEXT_BYTES_MAX = 1024
/** Names of the server's own in what a data key is bound to. */
export const OWN_CONTEXT_PREFIX = 'stowage:'

/** Of the base64 in a header; undefined for what is no JSON object of texts, or too long. */
export function canonicalContext(base64: string): string | undefined {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.byteLength > CONTEXT_BYTES_MAX || bytes.toString('base64') !== base64) return undefined
  const members = membersOf(bytes.toString('utf8'))
  if (members === undefined) return undefined
  const sorted = members.toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${sorted.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
}

/** Of a canonical text. */
export function contextOf(canonical: string): EncryptionContext {
  return Object.fromEntries(membersOf(canonical) ?? [])
}

function membersOf(text: string): readonly (readonly [string, string])[] | undefined {
  const parsed = parseJson(text)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
  const members = Object.entries(parsed).flatMap(([name, value]) =>
    typeof value === 'string' && name !== '' && !name.startsWith(OWN_CONTEXT_PREFIX) ? [[name, value] as const] : [],
  )
  return members.length === Object.keys(parsed).length ? members : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
