/**
 * The specification of KeyService, run over everything that may stand behind it. `open` gives a new service each time,
 * with the hands of its operator. Failures come first.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type KeyService, WrappedKeyBroken } from '../../src/core/key-service.js'
import { isApiError } from '../../src/model/errors/index.js'

export interface OpenedKeyService {
  readonly service: KeyService
  /** Makes a key and answers its id. */
  readonly create: () => Promise<string>
  readonly disable: (keyId: string) => Promise<unknown>
  readonly enable: (keyId: string) => Promise<unknown>
  readonly rotate: (keyId: string) => Promise<unknown>
  /** Begins the wait before the deletion, and ends it. */
  readonly scheduleDeletion: (keyId: string) => Promise<unknown>
  readonly destroy: (keyId: string) => Promise<unknown>
}

const HOME = { accountId: '0a1b2c3d4e5f', region: 'ap-guangzhou' }
const CONTEXT = { project: '石头', 'a b': '' }

/** Every method that takes a key refuses this one. */
async function assertRefused(service: KeyService, keyId: string, condition: Parameters<typeof isApiError>[1]) {
  const wrapped = Buffer.alloc(64, 1)
  for (const use of [
    () => service.require(keyId),
    () => service.generateDataKey(keyId, {}),
    () => service.unwrap(keyId, {}, wrapped),
  ]) {
    await assert.rejects(use(), (error) => condition !== undefined && isApiError(error, condition))
  }
}

export function keyServiceSuite(name: string, open: () => Promise<OpenedKeyService>): void {
  describe(`key service: ${name}`, () => {
    test('a key that does not exist is refused', async () => {
      const { service } = await open()
      for (const keyId of ['', 'none', '00000000-0000-4000-8000-000000000000']) {
        await assertRefused(service, keyId, 'KmsKeyNotExist')
      }
    })

    test('a data key that was altered, cut or lengthened does not open', async () => {
      const { service, create } = await open()
      const keyId = await create()
      const { wrapped } = await service.generateDataKey(keyId, CONTEXT)
      const broken = (bytes: Buffer) =>
        assert.rejects(service.unwrap(keyId, CONTEXT, bytes), (error) => error instanceof WrappedKeyBroken)
      for (let at = 0; at < wrapped.byteLength; at++) {
        const altered = Buffer.from(wrapped)
        altered.writeUInt8(altered.readUInt8(at) ^ 0x40, at)
        await broken(altered)
        await broken(wrapped.subarray(0, at))
      }
      await broken(Buffer.concat([wrapped, Buffer.of(0)]))
    })

    test('a data key does not open in another context, or under another key', async () => {
      const { service, create } = await open()
      const [keyId, other] = [await create(), await create()]
      const { wrapped } = await service.generateDataKey(keyId, CONTEXT)
      const moved = { project: '', 'a b': '石头' }
      for (const context of [{}, { project: '石头' }, { ...CONTEXT, more: '1' }, moved]) {
        await assert.rejects(service.unwrap(keyId, context, wrapped), (error) => error instanceof WrappedKeyBroken)
      }
      await assert.rejects(service.unwrap(other, CONTEXT, wrapped), (error) => error instanceof WrappedKeyBroken)
    })

    test('a key that is disabled, waits for its deletion or is destroyed is refused in every use', async () => {
      const { service, create, disable, enable, scheduleDeletion, destroy } = await open()
      const keyId = await create()
      const { plain, wrapped } = await service.generateDataKey(keyId, CONTEXT)
      await disable(keyId)
      await assertRefused(service, keyId, 'KmsKeyDisabled')
      await enable(keyId)
      assert.deepEqual(await service.unwrap(keyId, CONTEXT, wrapped), plain)
      await scheduleDeletion(keyId)
      await assertRefused(service, keyId, 'KmsException')
      await destroy(keyId)
      await assertRefused(service, keyId, 'KmsKeyNotExist')
    })

    test('of another account a key does not exist, whatever its state', async () => {
      const { service, disable } = await open()
      const { id } = await service.defaultKey(HOME)
      assert.equal((await service.require(id, HOME.accountId)).id, id)
      const refused = () =>
        assert.rejects(service.require(id, 'ffffffffffff'), (error) => isApiError(error, 'KmsKeyNotExist'))
      await refused()
      await disable(id)
      await refused()
      await assert.rejects(service.require(id, HOME.accountId), (error) => isApiError(error, 'KmsKeyDisabled'))
    })

    test('data keys have 32 bytes, are all different, and open in the context that made them', async () => {
      const { service, create } = await open()
      const keyId = await create()
      const seen = new Set<string>()
      for (const context of [{}, CONTEXT, { 'a b': '', project: '石头' }]) {
        const { plain, wrapped } = await service.generateDataKey(keyId, context)
        assert.equal(plain.byteLength, 32)
        assert.ok(!wrapped.includes(plain), 'it does not stand in its own wrapping')
        assert.deepEqual(await service.unwrap(keyId, { ...context }, wrapped), plain)
        seen.add(plain.toString('hex'))
      }
      assert.equal(seen.size, 3)
      const { plain, wrapped } = await service.generateDataKey(keyId, CONTEXT)
      assert.deepEqual(await service.unwrap(keyId, { 'a b': '', project: '石头' }, wrapped), plain, 'in any order')
    })

    test('what a key has wrapped opens after every rotation', async () => {
      const { service, create, rotate } = await open()
      const keyId = await create()
      const made = []
      for (let version = 1; version <= 3; version++) {
        made.push(await service.generateDataKey(keyId, CONTEXT))
        await rotate(keyId)
      }
      for (const { plain, wrapped } of made) assert.deepEqual(await service.unwrap(keyId, CONTEXT, wrapped), plain)
    })

    test('of many who ask for a default key at once each gets the same, and each home has its own', async () => {
      const { service } = await open()
      const keys = await Promise.all(Array.from({ length: 8 }, () => service.defaultKey(HOME)))
      assert.equal(new Set(keys.map(({ id }) => id)).size, 1)
      const [first] = keys
      assert.ok(first !== undefined)
      assert.deepEqual([first.accountId, first.region], [HOME.accountId, HOME.region])
      assert.equal((await service.require(first.id)).id, first.id)
      for (const home of [
        { ...HOME, region: 'ap-beijing' },
        { ...HOME, accountId: 'ffffffffffff' },
      ]) {
        assert.notEqual((await service.defaultKey(home)).id, first.id)
      }
    })

    test('a default key that is disabled is refused, and one that was destroyed is followed by another', async () => {
      const { service, disable, enable, scheduleDeletion, destroy } = await open()
      const { id } = await service.defaultKey(HOME)
      await disable(id)
      await assert.rejects(service.defaultKey(HOME), (error) => isApiError(error, 'KmsKeyDisabled'))
      await enable(id)
      await scheduleDeletion(id)
      await destroy(id)
      assert.notEqual((await service.defaultKey(HOME)).id, id)
    })
  })
}
