/**
 * Ids of temporary keys: a prefix, random bytes and a short keyed checksum, so that this installation knows its own
 * without a row, and tells a client that has lost its token from one that has made a mistake.
 */

import type { RandomBytes } from '../base/ids.js'
import type { Sealing } from './sealing.js'

export interface TemporaryIds {
  create(prefix: 'AKID' | 'ASIA'): string
  isOne(accessKeyId: string): boolean
}

const RANDOM_CHARACTERS = 22
const CHECKSUM_CHARACTERS = 10
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const FORM = new RegExp(`^(?:AKID|ASIA)[A-Z2-7]{${RANDOM_CHARACTERS + CHECKSUM_CHARACTERS}}$`)

export function createTemporaryIds(sealing: Sealing, random: RandomBytes): TemporaryIds {
  const checksum = (text: string) => letters(sealing.mac('temporary key id', text), CHECKSUM_CHARACTERS)
  return {
    create: (prefix) => {
      const id = prefix + letters(random(RANDOM_CHARACTERS), RANDOM_CHARACTERS)
      return id + checksum(id)
    },
    isOne: (accessKeyId) => {
      if (!FORM.test(accessKeyId)) return false
      const id = accessKeyId.slice(0, -CHECKSUM_CHARACTERS)
      return accessKeyId === id + checksum(id)
    },
  }
}

/** Five bits of each byte. */
function letters(bytes: Buffer, count: number): string {
  return Array.from(bytes.subarray(0, count), (byte) => ALPHABET.charAt(byte & 31)).join('')
}
