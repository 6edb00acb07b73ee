/**
 * The contract of a key service: it makes data keys and opens them again, and its own keys never leave it. What stands
 * behind may be the rows of this store (key-ring.ts) or a service elsewhere; test/conformance/key-service.ts is the
 * suite that each must pass. Every method may take as long as a call over a network.
 */

import type { EncryptionContext } from '../model/kms-key.js'

/** Whose default key. */
export interface KeyHome {
  readonly accountId: string
  readonly region: string
}

export interface ServiceKey extends KeyHome {
  readonly id: string
}

export interface DataKey {
  /** 32 bytes. */
  readonly plain: Buffer
  /** As the service wants it back; it alone knows what is in it. */
  readonly wrapped: Buffer
}

/**
 * Methods that take a key id refuse with KmsKeyNotExist one that does not exist or is destroyed, with KmsKeyDisabled
 * one that is disabled, and with KmsException one that waits for its deletion.
 */
export interface KeyService {
  /** The key of whoever names none; made when there is none yet. It is refused like any other. */
  defaultKey(home: KeyHome): Promise<ServiceKey>
  /** The key, if it may be used now. With an account: keys of others do not exist, whatever their state. */
  require(keyId: string, accountId?: string): Promise<ServiceKey>
  /** A new data key, wrapped under the newest version of the key and bound to the context. */
  generateDataKey(keyId: string, context: EncryptionContext): Promise<DataKey>
  /** What any version has wrapped. Fails with WrappedKeyBroken when it was altered, or wrapped in another context. */
  unwrap(keyId: string, context: EncryptionContext, wrapped: Buffer): Promise<Buffer>
}

export class WrappedKeyBroken extends Error {
  override readonly name = 'WrappedKeyBroken'
}
