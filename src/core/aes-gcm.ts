/** AES-256-GCM as values: what is encrypted opens under the same key and additional data, and otherwise not at all. */

import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import type { Bytes } from '../base/bytes.js'

const CIPHER = 'aes-256-gcm'
export const NONCE_BYTES = 12
export const TAG_BYTES = 16

/** The encrypted bytes, then the tag. A nonce is used once under a key. */
export function encrypt(key: KeyObject, nonce: Bytes, additional: Bytes, plain: Bytes): Buffer {
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(additional)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** Throws when the tag does not fit. */
export function decrypt(key: KeyObject, nonce: Bytes, additional: Bytes, encrypted: Bytes): Buffer {
  const tagAt = encrypted.byteLength - TAG_BYTES
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(additional).setAuthTag(encrypted.subarray(tagAt))
  return Buffer.concat([decipher.update(encrypted.subarray(0, tagAt)), decipher.final()])
}
