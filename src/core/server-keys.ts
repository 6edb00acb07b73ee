/**
 * The keys of the server, which wrap data keys where the server encrypts by itself. The first version is worked out from
 * the master key, later ones are rows with a secret each, sealed under it. The newest wraps, and none ever goes: which one
 * is the newest is a row that every wrapping reads, so a rotation counts at once in every process.
 */

import { createSecretKey, type KeyObject } from 'node:crypto'
import { putBounded } from '../base/bounded-map.js'
import type { Millis } from '../base/clock.js'
import { keyParts } from '../meta/key.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { limitExceeded } from './identity-changes.js'
import {
  currentServerKeyCodec,
  currentServerKeyKey,
  serverKeyCodec,
  serverKeyKey,
  serverKeyPrefix,
} from './kms-rows.js'
import { checkOf, putOf, rangeOf, readRow, scanAll } from './rows.js'

export interface ServerKeyInfo {
  readonly version: number
  /** `accepted`: it opens what it has wrapped. */
  readonly state: 'current' | 'accepted'
  /** Undefined: it is as old as the master key. */
  readonly createdAt: Millis | undefined
}

export interface ServerKeys {
  current(): Promise<{ readonly version: number; readonly key: KeyObject }>
  /** Undefined when there is no such version. */
  find(version: number): Promise<KeyObject | undefined>
  list(): Promise<readonly ServerKeyInfo[]>
  /** Begins the next version. */
  rotate(): Promise<ServerKeyInfo>
}

export const SERVER_KEYS_MAX = 1_000
const FIRST = 1
const SECRET_BYTES = 32
const KEYS_REMEMBERED_MAX = 64

type Dependencies = Pick<CoreDependencies, 'meta' | 'clock' | 'random' | 'sealing' | 'limits'>

export function createServerKeys(dependencies: Dependencies): ServerKeys {
  const { meta, clock, random, sealing } = dependencies
  // A version never changes, so what was opened stays right.
  const opened = new Map<number, KeyObject>()
  const currentRow = () => readRow(meta, currentServerKeyCodec, currentServerKeyKey)

  const secretOf = async (version: number): Promise<Buffer | undefined> => {
    if (version === FIRST) return sealing.mac('server data keys', String(FIRST))
    const { key, value } = await readRow(meta, serverKeyCodec, serverKeyKey(version))
    return value && Buffer.from(sealing.unseal(value.secret, key), 'base64')
  }
  const find = async (version: number): Promise<KeyObject | undefined> => {
    const known = opened.get(version)
    if (known !== undefined) return known
    const secret = await secretOf(version)
    if (secret === undefined) return undefined
    const key = createSecretKey(secret)
    putBounded(opened, KEYS_REMEMBERED_MAX, version, key)
    return key
  }

  return {
    current: async () => {
      const version = (await currentRow()).value ?? FIRST
      const key = await find(version)
      if (key === undefined) throw new Error(`version ${version} of the server's key is not there`)
      return { version, key }
    },
    find,
    list: async () => {
      const current = (await currentRow()).value ?? FIRST
      const stateOf = (version: number) => (version === current ? 'current' : 'accepted')
      const listed: ServerKeyInfo[] = [{ version: FIRST, state: stateOf(FIRST), createdAt: undefined }]
      for await (const { key, value } of scanAll(meta, rangeOf(serverKeyPrefix()))) {
        const version = Number(keyParts(key, 2)[1])
        listed.push({ version, state: stateOf(version), createdAt: serverKeyCodec.decode(value).createdAt })
      }
      return listed
    },
    rotate: () =>
      commitPlanned(dependencies, 'RotateServerKey', async () => {
        const row = await currentRow()
        const version = (row.value ?? FIRST) + 1
        if (version > SERVER_KEYS_MAX) limitExceeded(`The server may have ${SERVER_KEYS_MAX} keys.`)
        const rowKey = serverKeyKey(version)
        const createdAt = clock.now()
        const secret = sealing.seal(random(SECRET_BYTES).toString('base64'), rowKey)
        const puts = [
          putOf(serverKeyCodec, rowKey, { secret, createdAt }),
          putOf(currentServerKeyCodec, row.key, version),
        ]
        return { batch: { checks: [checkOf(row)], puts }, result: { version, state: 'current', createdAt } }
      }),
  }
}
