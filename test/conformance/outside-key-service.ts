/** A key service that knows nothing of the store, as one over a network would: the smallest that keeps the contract. */

import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto'
import { type KeyHome, type KeyService, type ServiceKey, WrappedKeyBroken } from '../../src/core/key-service.js'
import { fail } from '../../src/model/errors/index.js'
import type { EncryptionContext } from '../../src/model/kms-key.js'
import type { OpenedKeyService } from './key-service.js'

type State = 'enabled' | 'disabled' | 'pending'

interface OutsideKey extends ServiceKey {
  state: State
  readonly secrets: Buffer[]
}

const boundTo = (context: EncryptionContext) => Buffer.from(JSON.stringify(Object.entries(context).sort()))

export function createOutsideKeyService(): OpenedKeyService {
  const keys = new Map<string, OutsideKey>()
  const defaults = new Map<string, string>()
  const make = (home: KeyHome): OutsideKey => {
    const key: OutsideKey = { id: randomUUID(), ...home, state: 'enabled', secrets: [randomBytes(32)] }
    keys.set(key.id, key)
    return key
  }
  const usable = (keyId: string): OutsideKey => {
    const key = keys.get(keyId) ?? fail('KmsKeyNotExist')
    if (key.state === 'disabled') fail('KmsKeyDisabled')
    if (key.state === 'pending') fail('KmsException')
    return key
  }
  const set = (state: State) => async (keyId: string) => {
    const key = keys.get(keyId)
    if (key !== undefined) key.state = state
  }
  const service: KeyService = {
    defaultKey: async (home) => {
      const place = `${home.accountId} ${home.region}`
      const known = keys.get(defaults.get(place) ?? '') ?? make(home)
      defaults.set(place, known.id)
      return usable(known.id)
    },
    require: async (keyId, accountId = keys.get(keyId)?.accountId) =>
      keys.get(keyId)?.accountId === accountId ? usable(keyId) : fail('KmsKeyNotExist'),
    generateDataKey: async (keyId, context) => {
      const { secrets } = usable(keyId)
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', secrets.at(-1) ?? Buffer.alloc(0), nonce).setAAD(boundTo(context))
      const plain = randomBytes(32)
      const body = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
      return { plain, wrapped: Buffer.concat([Buffer.of(secrets.length - 1), nonce, body]) }
    },
    unwrap: async (keyId, context, wrapped) => {
      const secret = usable(keyId).secrets[wrapped[0] ?? 0]
      if (secret === undefined || wrapped.byteLength !== 61) throw new WrappedKeyBroken('not of this key')
      try {
        const cipher = createDecipheriv('aes-256-gcm', secret, wrapped.subarray(1, 13)).setAAD(boundTo(context))
        cipher.setAuthTag(wrapped.subarray(45))
        return Buffer.concat([cipher.update(wrapped.subarray(13, 45)), cipher.final()])
      } catch (cause) {
        throw new WrappedKeyBroken('it does not open', { cause })
      }
    },
  }
  return {
    service,
    create: async () => make({ accountId: 'a', region: 'r' }).id,
    disable: set('disabled'),
    enable: set('enabled'),
    rotate: async (keyId) => usable(keyId).secrets.push(randomBytes(32)),
    scheduleDeletion: set('pending'),
    destroy: async (keyId) => keys.delete(keyId),
  }
}
