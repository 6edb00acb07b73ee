/**
 * The master key as text: base64 of 32 bytes, and a Secret from where it is read to where it seals. Who cannot start
 * with the master key that was given says so with `MasterKeyRefused`.
 */

import type { RandomBytes } from './ids.js'
import { type Secret, secret } from './secret.js'

const MASTER_KEY_BYTES = 32

/** Undefined when the text is not one. Exactly one text stands for each key. */
export function masterKeyFrom(text: string): Secret | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.byteLength === MASTER_KEY_BYTES && bytes.toString('base64') === text ? secret(text) : undefined
}

export function newMasterKey(random: RandomBytes): Secret {
  return secret(random(MASTER_KEY_BYTES).toString('base64'))
}

export function bytesOfMasterKey(masterKey: Secret): Buffer {
  return Buffer.from(masterKey.reveal(), 'base64')
}

/** The sentence is for whoever starts the server, and never has a key in it. */
export class MasterKeyRefused extends Error {
  override readonly name = 'MasterKeyRefused'
}
