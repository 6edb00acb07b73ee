/**
 * Secrets at rest: AES-256-GCM under the master key, bound to the row that they stand in. Sealed bytes begin with an id
 * of the master key, so that another key is told apart from damage; a marker row lets a start with another key be
 * refused before anything is served or sealed.
 */

import { createHash, createSecretKey } from 'node:crypto'
import { type Bytes, utf8 } from '../base/bytes.js'
import { hmacSha256 } from '../base/hmac.js'
import type { RandomBytes } from '../base/ids.js'
import { bytesOfMasterKey, MasterKeyRefused } from '../base/master-key.js'
import type { Secret } from '../base/secret.js'
import type { MetaStore } from '../meta/meta-store.js'
import { decrypt, encrypt, NONCE_BYTES, TAG_BYTES } from './aes-gcm.js'
import type { CoreDependencies } from './dependencies.js'
import { checkOf, masterKeyKey, masterKeyMarkerCodec, putOf, type Row, readRow } from './rows.js'

export interface Sealing {
  /** Base64. `rowKey` is the key of the row that it will stand in; in another row it does not open. */
  seal(text: string, rowKey: Bytes): string
  /** Throws MasterKeyRefused when another master key has sealed it, and SealBroken when it is damaged. */
  unseal(sealed: string, rowKey: Bytes): string
  /** 32 bytes that only this master key gives for the text; each purpose has a key of its own. */
  mac(purpose: string, text: string): Buffer
}

export class SealBroken extends Error {
  override readonly name = 'SealBroken'
}

const KEY_ID_BYTES = 8

export function createSealing(masterKey: Secret, random: RandomBytes): Sealing {
  const bytes = bytesOfMasterKey(masterKey)
  const key = createSecretKey(bytes)
  const keyId = createHash('sha256').update('stowage master key id').update(bytes).digest().subarray(0, KEY_ID_BYTES)
  return {
    seal: (text, rowKey) => {
      // Random ones never meet: each secret is sealed once, and 96 bits are for billions of them.
      const nonce = random(NONCE_BYTES)
      return Buffer.concat([keyId, nonce, encrypt(key, nonce, rowKey, utf8(text))]).toString('base64')
    },
    unseal: (sealed, rowKey) => {
      const all = Buffer.from(sealed, 'base64')
      const bodyAt = KEY_ID_BYTES + NONCE_BYTES
      if (all.byteLength < bodyAt + TAG_BYTES) throw new SealBroken('what is sealed is too short')
      const sealedUnder = all.subarray(0, KEY_ID_BYTES)
      if (!sealedUnder.equals(keyId)) throw otherMasterKey(sealedUnder, keyId)
      try {
        return decrypt(key, all.subarray(KEY_ID_BYTES, bodyAt), rowKey, all.subarray(bodyAt)).toString('utf8')
      } catch (cause) {
        throw new SealBroken('what is sealed does not open: it is damaged, or was sealed for another row', { cause })
      }
    },
    mac: (purpose, text) => hmacSha256(hmacSha256(bytes, `stowage mac ${purpose}`), text),
  }
}

function otherMasterKey(wanted: Buffer, given: Buffer): MasterKeyRefused {
  return new MasterKeyRefused(
    `the secrets in this store are sealed under another master key (id ${wanted.toString('hex')}) than the one given ` +
      `(id ${given.toString('hex')}): set STOWAGE_MASTER_KEY to that key, or put its master.key back`,
  )
}

/** What the marker says is known to everybody; that it opens is what counts. */
const MARKER_TEXT = 'stowage'

/** Whether some master key has been used on this store. Who seals has made its key durable before. */
export async function hasMasterKeyMarker(meta: MetaStore): Promise<boolean> {
  return (await meta.get(masterKeyKey)) !== undefined
}

/**
 * Claims a new store for this master key, or checks that the store is sealed under it. Throws MasterKeyRefused. Of
 * several that claim at once exactly one does, and the others are checked against it.
 */
export async function admitMasterKey({ meta, sealing }: Pick<CoreDependencies, 'meta' | 'sealing'>): Promise<void> {
  const row = await readMarker(meta)
  if (row.value !== undefined) return checkMarker(sealing, row.value)
  const marker = sealing.seal(MARKER_TEXT, masterKeyKey)
  const outcome = await meta.commit({
    checks: [checkOf(row)],
    puts: [putOf(masterKeyMarkerCodec, masterKeyKey, marker)],
  })
  if (outcome.ok) return
  const faster = await readMarker(meta)
  if (faster.value !== undefined) checkMarker(sealing, faster.value)
}

async function readMarker(meta: MetaStore): Promise<Row<string | undefined>> {
  return readRow(meta, masterKeyMarkerCodec, masterKeyKey)
}

function checkMarker(sealing: Sealing, sealed: string): void {
  try {
    sealing.unseal(sealed, masterKeyKey)
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    throw new MasterKeyRefused('the row that tells the master key is damaged: restore the metadata from a backup', {
      cause: error,
    })
  }
}
