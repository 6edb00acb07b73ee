/**
 * Session tokens as bytes: a format byte, the number of the key that seals it, a nonce, and what it says, encrypted, with
 * all before it as additional data. Base64url, and only in the one way that it was written: nothing of a token can be
 * changed and still open.
 */

import type { KeyObject } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { type Bytes, utf8 } from '../base/bytes.js'
import type { Millis } from '../base/clock.js'
import { asList, asNumber, asOneOf, asText, asTexts } from '../meta/json.js'
import type { Json } from '../meta/record.js'
import { decrypt, encrypt, NONCE_BYTES, TAG_BYTES } from './aes-gcm.js'

export interface TokenContent {
  readonly accessKeyId: string
  readonly secretKey: string
  readonly accountId: string
  readonly standee: TokenStandee
  readonly kind: 'federated' | 'role' | 'session'
  readonly name: string
  readonly issuedAt: Millis
  readonly expiresAt: Millis
  readonly issuingKeyId: string
  /** Texts of session policies. */
  readonly policies: readonly string[]
}

/** With the id, so that another of the same name does not inherit its sessions. */
export type TokenStandee =
  | { readonly kind: 'root' }
  | { readonly kind: 'user'; readonly id: string; readonly name: string }
  | { readonly kind: 'role'; readonly id: string; readonly name: string; readonly sessionName: string }

/** A token whose seal was not looked at yet. */
export interface SealedToken {
  readonly keyNumber: number
  readonly bytes: Bytes
}

/** With room for a signature and the usual headers in a section of 8 KiB. */
export const TOKEN_CHARACTERS_MAX = 4_096
const POLICIES_BYTES_MAX = 64 * 1024

const FORMAT = 1
const NONCE_AT = 5
const ENCRYPTED_AT = NONCE_AT + NONCE_BYTES

/** Undefined: it would become too long. */
export function sealToken(
  content: TokenContent,
  key: { readonly number: number; readonly secret: KeyObject },
  nonce: Bytes,
): string | undefined {
  const plain = encode(content)
  if (plain === undefined) return undefined
  const head = Buffer.alloc(NONCE_AT)
  head.writeUInt8(FORMAT, 0)
  head.writeUInt32BE(key.number, 1)
  const text = Buffer.concat([head, nonce, encrypt(key.secret, nonce, head, plain)]).toString('base64url')
  return text.length > TOKEN_CHARACTERS_MAX ? undefined : text
}

/** Undefined when it has not the form of a token. */
export function readToken(text: string): SealedToken | undefined {
  if (text.length > TOKEN_CHARACTERS_MAX) return undefined
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.toString('base64url') !== text || bytes.byteLength <= ENCRYPTED_AT + TAG_BYTES) return undefined
  return bytes[0] === FORMAT ? { keyNumber: bytes.readUInt32BE(1), bytes } : undefined
}

/** Undefined when this key has not sealed it. */
export function openToken({ bytes }: SealedToken, secret: KeyObject): TokenContent | undefined {
  const head = bytes.subarray(0, NONCE_AT)
  const nonce = bytes.subarray(NONCE_AT, ENCRYPTED_AT)
  let plain: Buffer
  try {
    plain = decrypt(secret, nonce, head, bytes.subarray(ENCRYPTED_AT))
  } catch {
    return undefined
  }
  return decode(plain)
}

// --- what stands in it ------------------------------------------------------------------------------------------

/** Between the two parts of the content, and in no JSON: how the second one, the policies, is written. */
const PLAIN = 0
const DEFLATED = 1

/** Policies repeat themselves; what is secret is not compressed along with them. */
function encode({ policies, ...content }: TokenContent): Buffer | undefined {
  const first = utf8(JSON.stringify(contentToJson(content)))
  const plain = utf8(JSON.stringify(policies))
  if (plain.byteLength > POLICIES_BYTES_MAX) return undefined
  const deflated = deflateRawSync(plain)
  const smaller = deflated.byteLength < plain.byteLength
  return Buffer.concat([first, Buffer.of(smaller ? DEFLATED : PLAIN), smaller ? deflated : plain])
}

function decode(plain: Buffer): TokenContent {
  const end = plain.findIndex((byte) => byte === PLAIN || byte === DEFLATED)
  const rest = plain.subarray(end + 1)
  const policies = plain[end] === DEFLATED ? inflateRawSync(rest, { maxOutputLength: POLICIES_BYTES_MAX }) : rest
  const first: Json = JSON.parse(plain.toString('utf8', 0, end))
  const second: Json = JSON.parse(policies.toString('utf8'))
  return { ...contentFromJson(first), policies: asTexts(second) }
}

type Content = Omit<TokenContent, 'policies'>

function contentToJson(content: Content): Json {
  const { accessKeyId, secretKey, accountId, standee, kind, name, issuedAt, expiresAt, issuingKeyId } = content
  const who: readonly Json[] =
    standee.kind === 'root'
      ? ['root']
      : standee.kind === 'user'
        ? ['user', standee.id, standee.name]
        : ['role', standee.id, standee.name, standee.sessionName]
  return [accessKeyId, secretKey, accountId, who, kind, name, issuedAt, expiresAt, issuingKeyId]
}

function contentFromJson(json: Json): Content {
  const [accessKeyId, secretKey, accountId, who, kind, name, issuedAt, expiresAt, issuingKeyId] = asList(json)
  return {
    accessKeyId: asText(accessKeyId),
    secretKey: asText(secretKey),
    accountId: asText(accountId),
    standee: standeeFromJson(who),
    kind: asOneOf(kind, ['federated', 'role', 'session']),
    name: asText(name),
    issuedAt: asNumber(issuedAt),
    expiresAt: asNumber(expiresAt),
    issuingKeyId: asText(issuingKeyId),
  }
}

function standeeFromJson(json: Json | undefined): TokenStandee {
  const [word, id, name, sessionName] = asList(json)
  const kind = asOneOf(word, ['root', 'user', 'role'])
  if (kind === 'root') return { kind }
  if (kind === 'user') return { kind, id: asText(id), name: asText(name) }
  return { kind, id: asText(id), name: asText(name), sessionName: asText(sessionName) }
}
