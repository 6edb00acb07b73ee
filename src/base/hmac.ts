/** Digests and keyed digests as hex, and the one comparison for anything derived from a secret. */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Bytes } from './bytes.js'

export type TextEncoding = 'utf8' | 'latin1'

/** SHA-256 of no bytes. */
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

export function sha1Hex(text: string, encoding: TextEncoding = 'utf8'): string {
  return createHash('sha1').update(text, encoding).digest('hex')
}

/** The encoding is that of a text. */
export function sha256Hex(data: string | Bytes, encoding: TextEncoding = 'utf8'): string {
  const hash = createHash('sha256')
  return (typeof data === 'string' ? hash.update(data, encoding) : hash.update(data)).digest('hex')
}

export function hmacSha1Hex(key: string | Buffer, text: string): string {
  return createHmac('sha1', key).update(text, 'utf8').digest('hex')
}

export function hmacSha256(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest()
}

export function hmacSha256Hex(key: string | Buffer, text: string): string {
  return createHmac('sha256', key).update(text, 'utf8').digest('hex')
}

/** Takes the same time whatever differs; only a difference of length shows. */
export function equalSecrets(a: string, b: string): boolean {
  const left = Buffer.from(a, 'utf8')
  const right = Buffer.from(b, 'utf8')
  return left.byteLength === right.byteLength && timingSafeEqual(left, right)
}
