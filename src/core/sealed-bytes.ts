/**
 * Encrypted bytes of pieces. Each stored body has a random data key of its own, wrapped for its blob under a key of the
 * server, of the customer or of the key service. The body is a row of segments, AES-256-GCM each, whose nonce is the segment's number and
 * whether it is the last: what is damaged, cut off or moved does not open, and a range opens only what it touches.
 */

import { createSecretKey, type KeyObject } from 'node:crypto'
import { asBuffer, type Bytes, utf8 } from '../base/bytes.js'
import { equalSecrets } from '../base/hmac.js'
import type { Secret } from '../base/secret.js'
import { fail } from '../model/errors/index.js'
import { contextOf, type EncryptionContext } from '../model/kms-key.js'
import type { Piece, PieceSeal } from '../model/version.js'
import type { Encryption } from '../model/version-extras.js'
import { decrypt, encrypt, NONCE_BYTES, TAG_BYTES } from './aes-gcm.js'
import type { CoreDependencies } from './dependencies.js'
import { WrappedKeyBroken } from './key-service.js'

/** Under whose key bytes are encrypted. */
export type Protection =
  | { readonly kind: 'server' }
  | { readonly kind: 'customer'; readonly key: Secret }
  | { readonly kind: 'kms'; readonly keyId: string; readonly context: string | undefined }

/** What data keys are wrapped and opened with. */
export type Keys = Pick<CoreDependencies, 'sealing' | 'serverKeys' | 'keyService'>

export const SEGMENT_BYTES = 64 * 1024
const STORED_SEGMENT_BYTES = SEGMENT_BYTES + TAG_BYTES
const DATA_KEY_BYTES = 32
const NOTHING = Buffer.alloc(0)

/** How many bytes a store keeps for so many bytes of a body. */
export function sealedSizeBytes(sizeBytes: number): number {
  return sizeBytes + Math.ceil(sizeBytes / SEGMENT_BYTES) * TAG_BYTES
}

/** Undefined: nothing is encrypted. `customerKey` is the key that the request brings. */
export function protectionOf(encryption: Encryption | undefined, customerKey?: Secret): Protection | undefined {
  if (encryption === undefined) return undefined
  if (encryption.kind !== 'customer') return encryption
  return customerKey === undefined ? fail('SsecDecryptHeaderInvalid') : { kind: 'customer', key: customerKey }
}

/** Whether bytes under the one key may be shared by what is under the other. */
export function sameProtection(a: Protection | undefined, b: Protection | undefined): boolean {
  if (a?.kind === 'customer' && b?.kind === 'customer') return equalSecrets(a.key.reveal(), b.key.reveal())
  if (a?.kind === 'kms' && b?.kind === 'kms') return a.keyId === b.keyId && a.context === b.context
  return a?.kind === b?.kind
}

const SALT_BYTES = 16

type Random = Pick<CoreDependencies, 'random'>

/** What is kept of a customer's key: it tells the key again, and only beside the master key can it be tried out. */
export function customerKeyCheck({ sealing, random }: Pick<Keys, 'sealing'> & Random, key: Secret): string {
  const salt = random(SALT_BYTES).toString('base64')
  return `${salt}.${macOf({ sealing }, salt, key)}`
}

export function isCustomerKey(keys: Pick<Keys, 'sealing'>, check: string, key: Secret): boolean {
  const [salt = '', mac = ''] = check.split('.')
  return equalSecrets(mac, macOf(keys, salt, key))
}

function macOf({ sealing }: Pick<Keys, 'sealing'>, salt: string, key: Secret): string {
  return sealing.mac('customer key check', `${salt}.${key.reveal()}`).toString('base64')
}

export interface SealedBody {
  /** The body's segments, encrypted, as the bytes come. */
  segments(source: AsyncIterable<Bytes> | Iterable<Bytes>): AsyncGenerator<Bytes>
  seal(wholeSizeBytes: number): PieceSeal
}

/** A new data key for a new body. Fails when the key that is to wrap it may not be used. */
export async function createSealedBody(keys: Keys & Random, blob: string, protection: Protection): Promise<SealedBody> {
  const { plain, ...wrapped } = await newDataKey(keys, blob, protection)
  const key = createSecretKey(plain)
  return {
    segments: (source) => sealSegments(key, source),
    seal: (wholeSizeBytes) => ({ by: protection.kind, wholeSizeBytes, ...wrapped }),
  }
}

type NewDataKey = Pick<PieceSeal, 'wrappedKey' | 'keyVersion'> & { readonly plain: Buffer }

async function newDataKey(keys: Keys & Random, blob: string, protection: Protection): Promise<NewDataKey> {
  if (protection.kind === 'kms') {
    const { keyId, context } = protection
    const { plain, wrapped } = await keys.keyService.generateDataKey(keyId, boundTo(context, blob))
    return { plain, wrappedKey: wrapped.toString('base64') }
  }
  const plain = keys.random(DATA_KEY_BYTES)
  const nonce = keys.random(NONCE_BYTES)
  const wrapUnder = (key: KeyObject) =>
    Buffer.concat([nonce, encrypt(key, nonce, utf8(blob), plain)]).toString('base64')
  if (protection.kind === 'customer') return { plain, wrappedKey: wrapUnder(customerWrapping(keys, protection.key)) }
  const { version, key } = await keys.serverKeys.current()
  return { plain, wrappedKey: wrapUnder(key), keyVersion: version }
}

function customerWrapping({ sealing }: Keys, key: Secret): KeyObject {
  return createSecretKey(sealing.mac('customer data keys', key.reveal()))
}

/** A data key of the key service opens for its body only, whatever the client binds it to besides. */
function boundTo(context: string | undefined, blob: string): EncryptionContext {
  return { ...(context === undefined ? {} : contextOf(context)), 'stowage:blob': blob }
}

/** Big-endian number of the segment, then 1 for the last one. */
function segmentNonce(segment: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES)
  nonce.writeUIntBE(segment, 0, 6)
  nonce[NONCE_BYTES - 1] = last ? 1 : 0
  return nonce
}

async function* sealSegments(key: KeyObject, source: AsyncIterable<Bytes> | Iterable<Bytes>): AsyncGenerator<Bytes> {
  let segment = 0
  let held: Bytes | undefined
  for await (const body of cutInto(SEGMENT_BYTES, source)) {
    // One is held back: only at the end is it known to be the last.
    if (held !== undefined) yield encrypt(key, segmentNonce(segment++, false), NOTHING, held)
    held = body
  }
  if (held !== undefined) yield encrypt(key, segmentNonce(segment, true), NOTHING, held)
}

/** The same bytes in stretches of the size; the last may be shorter. */
async function* cutInto(sizeBytes: number, source: AsyncIterable<Bytes> | Iterable<Bytes>): AsyncGenerator<Buffer> {
  let gathered: Buffer[] = []
  let gatheredBytes = 0
  for await (const chunk of source) {
    let rest = asBuffer(chunk)
    while (rest.byteLength > 0) {
      const taken = rest.subarray(0, sizeBytes - gatheredBytes)
      gathered.push(taken)
      gatheredBytes += taken.byteLength
      rest = rest.subarray(taken.byteLength)
      if (gatheredBytes < sizeBytes) continue
      yield Buffer.concat(gathered)
      gathered = []
      gatheredBytes = 0
    }
  }
  if (gatheredBytes > 0) yield Buffer.concat(gathered)
}

/** What to throw when the stored bytes are not what was written. */
export type Damaged = (finding: string) => Error

/** The part of a stored body that holds a stretch of its bytes. */
export function storedRange({ offsetBytes, sizeBytes }: Piece, { wholeSizeBytes }: PieceSeal) {
  const first = Math.floor(offsetBytes / SEGMENT_BYTES)
  const after = Math.ceil((offsetBytes + sizeBytes) / SEGMENT_BYTES)
  return {
    startBytes: first * STORED_SEGMENT_BYTES,
    endBytes: Math.min(after * STORED_SEGMENT_BYTES, sealedSizeBytes(wholeSizeBytes)),
  }
}

/** The bytes of the piece out of its stored range; nothing comes that is not as it was written. */
export async function* openSegments(
  keys: Keys,
  piece: Piece,
  seal: PieceSeal,
  protection: Protection | undefined,
  stored: AsyncIterable<Bytes>,
  damaged: Damaged,
): AsyncGenerator<Bytes> {
  const key = await dataKeyOf(keys, piece.blob, seal, protection, damaged)
  const lastSegment = Math.ceil(seal.wholeSizeBytes / SEGMENT_BYTES) - 1
  const endBytes = piece.offsetBytes + piece.sizeBytes
  let segment = Math.floor(piece.offsetBytes / SEGMENT_BYTES)
  let givenBytes = 0
  for await (const sealed of cutInto(STORED_SEGMENT_BYTES, stored)) {
    const body = openSegment(key, segment, segment === lastSegment, sealed, damaged)
    const startBytes = segment++ * SEGMENT_BYTES
    const wanted = body.subarray(Math.max(0, piece.offsetBytes - startBytes), endBytes - startBytes)
    givenBytes += wanted.byteLength
    yield wanted
  }
  if (givenBytes !== piece.sizeBytes) throw damaged('encrypted segments are missing')
}

function openSegment(key: KeyObject, segment: number, last: boolean, sealed: Buffer, damaged: Damaged): Buffer {
  try {
    return decrypt(key, segmentNonce(segment, last), NOTHING, sealed)
  } catch {
    throw damaged(`segment ${segment} does not open`)
  }
}

/** The request's key was held against the object's before; that the data key does not open is damage. */
async function dataKeyOf(
  keys: Keys,
  blob: string,
  seal: PieceSeal,
  protection: Protection | undefined,
  damaged: Damaged,
): Promise<KeyObject> {
  if (protection?.kind !== seal.by) throw damaged('it is under another kind of key than its object')
  const wrapped = Buffer.from(seal.wrappedKey, 'base64')
  try {
    return createSecretKey(await openDataKey(keys, blob, seal, protection, wrapped))
  } catch (error) {
    if (error instanceof WrappedKeyBroken) throw damaged('its data key does not open')
    throw error
  }
}

async function openDataKey(
  keys: Keys,
  blob: string,
  { keyVersion = 0 }: PieceSeal,
  protection: Protection,
  wrapped: Buffer,
): Promise<Buffer> {
  if (protection.kind === 'kms') {
    return keys.keyService.unwrap(protection.keyId, boundTo(protection.context, blob), wrapped)
  }
  const key =
    protection.kind === 'customer' ? customerWrapping(keys, protection.key) : await keys.serverKeys.find(keyVersion)
  if (key === undefined) throw new WrappedKeyBroken(`the server has no key of version ${keyVersion}`)
  try {
    return decrypt(key, wrapped.subarray(0, NONCE_BYTES), utf8(blob), wrapped.subarray(NONCE_BYTES))
  } catch (cause) {
    throw new WrappedKeyBroken('the wrapped data key does not open', { cause })
  }
}
