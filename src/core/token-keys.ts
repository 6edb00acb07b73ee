/**
 * The keys that seal session tokens: rows with a secret each, sealed under the master key. Numbers count up, so of
 * several that make the next one exactly one does. Retired ones are kept: they tell an old token from garbage.
 */

import { createSecretKey, type KeyObject } from 'node:crypto'
import { putBounded } from '../base/bounded-map.js'
import type { Entry, Version } from '../meta/meta-store.js'
import { fail } from '../model/errors/index.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { noSuchEntity, rowsOf } from './identity-changes.js'
import { type StoredTokenKey, tokenKeyCodec, tokenKeyKey, tokenKeyPrefix } from './identity-rows.js'
import type { TokenKeyInfo } from './identity-store.js'
import { checkOf, putOf, readRow, rowOf } from './rows.js'

export interface TokenKey {
  readonly number: number
  readonly secret: KeyObject
  readonly state: TokenKeyInfo['state']
}

export interface TokenKeys {
  /** Made when there is none yet. */
  current(): Promise<TokenKey>
  find(number: number): Promise<TokenKey | undefined>
  list(): Promise<readonly TokenKeyInfo[]>
  rotate(): Promise<TokenKeyInfo>
  retire(id: string): Promise<TokenKeyInfo>
}

const SECRET_BYTES = 32
const KEYS_REMEMBERED_MAX = 64

export function createTokenKeys(dependencies: CoreDependencies): TokenKeys {
  const { meta, clock, random, sealing } = dependencies
  const opened = new Map<string, { readonly version: Version; readonly key: TokenKey }>()
  const all = () => rowsOf(dependencies, tokenKeyCodec, tokenKeyPrefix())

  const open = (entry: Entry): TokenKey => {
    const { id, secret, state } = tokenKeyCodec.decode(entry.value)
    const known = opened.get(id)
    if (known?.version === entry.version) return known.key
    const bytes = Buffer.from(sealing.unseal(secret, tokenKeyKey(id)), 'base64')
    const key = { number: Number(id), secret: createSecretKey(bytes), state }
    putBounded(opened, KEYS_REMEMBERED_MAX, id, { version: entry.version, key })
    return key
  }
  const find = async (id: string) => {
    const entry = await meta.get(tokenKeyKey(id))
    return entry === undefined ? undefined : open(entry)
  }
  const newKey = (id: string): StoredTokenKey => {
    const secret = sealing.seal(random(SECRET_BYTES).toString('base64'), tokenKeyKey(id))
    return { id, secret, createdAt: clock.now(), state: 'current' }
  }
  /** Whoever comes first makes it; `only`: when there is none yet. */
  const makeNext = (only: 'first' | 'next') =>
    commitPlanned(dependencies, 'RotateTokenKey', async () => {
      const keys = await all()
      const before = keys.find(({ state }) => state === 'current')
      if (only === 'first' && before !== undefined) return { batch: {}, result: before }
      const result = newKey(String(keys.length + 1))
      const row = await readRow(meta, tokenKeyCodec, tokenKeyKey(result.id))
      const puts = [putOf(tokenKeyCodec, row.key, result)]
      const accepted: StoredTokenKey | undefined = before && { ...before, state: 'accepted' }
      if (accepted !== undefined) puts.push(putOf(tokenKeyCodec, tokenKeyKey(accepted.id), accepted))
      return { batch: { checks: [{ key: row.key, version: undefined }], puts }, result }
    })

  return {
    current: async () => {
      const { id } = (await all()).find(({ state }) => state === 'current') ?? (await makeNext('first'))
      return (await find(id)) ?? noSuchEntity('token-key', id)
    },
    find: (number) => find(String(number)),
    list: async () => (await all()).map(describe),
    rotate: async () => describe(await makeNext('next')),
    retire: (id) =>
      commitPlanned(dependencies, 'RetireTokenKey', async () => {
        const entry = /^[1-9]\d{0,9}$/.test(id) ? await meta.get(tokenKeyKey(id)) : undefined
        const row = rowOf(tokenKeyCodec, tokenKeyKey(id), entry)
        if (row.value === undefined) return noSuchEntity('token-key', id)
        if (row.value.state === 'current') {
          fail('DeleteConflict', {}, { message: 'This token key is in use: rotate first, then retire it.' })
        }
        const retired: StoredTokenKey = { ...row.value, state: 'retired' }
        return {
          batch: { checks: [checkOf(row)], puts: [putOf(tokenKeyCodec, row.key, retired)] },
          result: describe(retired),
        }
      }),
  }
}

function describe({ id, createdAt, state }: StoredTokenKey): TokenKeyInfo {
  return { id, createdAt, state }
}
