/**
 * A service over memory stores that is thrown away: a clock that stands still, random bytes from a counter, the same two
 * accounts each time, so that the same requests bring the same answers. Nothing outside of it is touched, and the name
 * service is a map.
 */

import { createHash } from 'node:crypto'
import {
  createService,
  memoryStores,
  type Service,
  type ServiceOptions,
  type ServiceSettings,
  type Stores,
} from '../app.js'
import { type ManualClock, manualClock } from '../base/clock.js'
import { type CallCounter, createCallCounter, type FaultHook } from '../base/faults.js'
import { newMasterKey } from '../base/master-key.js'
import { type Log, silentLog } from '../base/telemetry.js'
import { createFaultyBlobStore } from '../blob/faulty.js'
import type { Core } from '../core/core.js'
import { ensureRoot } from '../core/seeding.js'
import { createFaultyMetaStore } from '../meta/faulty.js'
import type { Account } from '../model/principal.js'
import type { Credentials } from './signing.js'

export const REGION = 'ap-guangzhou'
/** Valid in both dialects: the owner's APPID is its end. */
export const BUCKET = 'examplebucket-1250000000'
/** 2026-01-02T03:04:05.678Z */
export const START = Date.UTC(2026, 0, 2, 3, 4, 5, 678)

export interface KeyHolder extends Credentials {
  readonly appId: string
}

export const OWNER: KeyHolder = {
  appId: '1250000000',
  id: 'AKIDownerOWNERownerOWNERownerOWNER01',
  secret: 'ownerSecretKEYownerSecretKEY0001',
}
export const OTHER: KeyHolder = {
  appId: '1250000001',
  id: 'AKIDotherOTHERotherOTHERotherOTHER02',
  secret: 'otherSecretKEYotherSecretKEY0002',
}

export interface World {
  readonly service: Service
  /** For another process over the same stores. */
  readonly serviceOptions: ServiceOptions
  readonly core: Core
  /** The stores as the service sees them, faults included. */
  readonly meta: Stores['meta']
  readonly blobs: Stores['blobs']
  readonly clock: ManualClock
  /** What the name service says; nobody asks the real one. */
  readonly textRecords: Map<string, readonly string[]>
  /** Numbers the calls of both stores. */
  readonly calls: CallCounter
  readonly owner: Account
  readonly other: Account
  /** Asked at every call of a store from now on; undefined: no faults. */
  fault(hook: FaultHook | undefined): void
}

export interface WorldOptions {
  readonly settings: ServiceSettings
  readonly log?: Log
  readonly disk?: Pick<Stores, 'freeBytes'>
}

export async function createWorld({ settings, log = silentLog, disk = {} }: WorldOptions): Promise<World> {
  let hook: FaultHook | undefined
  const calls = createCallCounter()
  const inner = memoryStores()
  const stores: Stores = {
    meta: createFaultyMetaStore(inner.meta, (call) => hook?.(call), calls),
    blobs: createFaultyBlobStore(inner.blobs, (call) => hook?.(call), calls),
  }
  const clock = manualClock(START)
  const textRecords = new Map<string, readonly string[]>()
  const serviceOptions: ServiceOptions = {
    stores: { ...stores, ...disk },
    settings,
    log,
    masterKey: newMasterKey(countedRandom()),
    clock,
    random: countedRandom(),
    textRecords: async (name) => textRecords.get(name) ?? [],
  }
  const service = await createService(serviceOptions)
  const { core } = service
  const { account: owner } = await ensureRoot(core, { appId: OWNER.appId, given: OWNER })
  const other = await core.identities.ensureAccount({ appId: OTHER.appId, displayName: 'other' })
  const { id, secret } = OTHER
  await core.identities.ensureKey({ id, secret, accountId: other.id, enabled: true, root: true })
  const fault = (next: FaultHook | undefined) => {
    hook = next
  }
  return { service, serviceOptions, core, ...stores, clock, textRecords, calls, owner, other, fault }
}

/** The same bytes each time, never the same twice in one. */
function countedRandom(): (sizeBytes: number) => Buffer {
  let count = 0
  return (sizeBytes) => {
    const blocks = Array.from({ length: Math.ceil(sizeBytes / 32) }, () =>
      createHash('sha256').update(`random ${count++}`).digest(),
    )
    return Buffer.concat(blocks).subarray(0, sizeBytes)
  }
}
