/**
 * A server in memory on a port of its own, for one try: a clock that stands still, random bytes from a counter, the
 * same two accounts each time, so that the same try puts the same bytes on the wire. Nothing outside of it is touched.
 */

import { createHash } from 'node:crypto'
import { createService, memoryStores, openAdminApi } from '../app.js'
import { assert } from '../base/assert.js'
import { manualClock } from '../base/clock.js'
import { createCallCounter, type FaultHook } from '../base/faults.js'
import { newMasterKey } from '../base/master-key.js'
import { type Log, silentLog } from '../base/telemetry.js'
import { createFaultyBlobStore } from '../blob/faulty.js'
import { loadSettings } from '../config/load.js'
import { ensureRoot } from '../core/seeding.js'
import { createFaultyMetaStore } from '../meta/faulty.js'
import { ADMIN_API_PATH } from '../model/admin-actions.js'
import type { DialectName } from '../wire/dialect.js'
import { connectRaw } from './raw-client.js'
import { headBytes, regionalHost, sketchOf } from './request.js'
import { signS3 } from './signing.js'
import type { Asked, Exchange, KeyHolder, Stage, Try } from './try.js'

export const REGION = 'ap-guangzhou'
const BUCKET = 'examplebucket-1250000000'
/** 2026-01-02T03:04:05.678Z */
const START = Date.UTC(2026, 0, 2, 3, 4, 5, 678)

const OWNER: KeyHolder = {
  appId: '1250000000',
  id: 'AKIDownerOWNERownerOWNERownerOWNER01',
  secret: 'ownerSecretKEYownerSecretKEY0001',
}
const OTHER: KeyHolder = {
  appId: '1250000001',
  id: 'AKIDotherOTHERotherOTHERotherOTHER02',
  secret: 'otherSecretKEYotherSecretKEY0002',
}

/** What came of a try: the exchange, and the conditions that the server says it raised, in order. */
export interface Tried {
  readonly exchange: Exchange
  readonly raised: readonly string[]
}

export async function runTry(tried: Try, dialect: DialectName): Promise<Tried> {
  const raised: string[] = []
  await using stage = await openStage(tried.settings ?? {}, dialect, (condition) => raised.push(condition))
  await tried.prepare?.(stage)
  raised.length = 0
  return { exchange: await tried.raise(stage), raised }
}

async function openStage(
  settings: NonNullable<Try['settings']>,
  dialect: DialectName,
  onRaised: (condition: string) => void,
): Promise<Stage & AsyncDisposable> {
  let hook: FaultHook | undefined
  const calls = createCallCounter()
  const inner = memoryStores()
  const clock = manualClock(START)
  const loaded = loadSettings({ STOWAGE_REGION: REGION, ...settings })
  const service = await createService({
    stores: {
      meta: createFaultyMetaStore(inner.meta, (call) => hook?.(call), calls),
      blobs: createFaultyBlobStore(inner.blobs, (call) => hook?.(call), calls),
    },
    settings: loaded,
    log: listeningLog(onRaised),
    masterKey: newMasterKey(countedRandom()),
    clock,
    random: countedRandom(),
  })
  const { identities } = service.core
  await ensureRoot(service.core, { appId: OWNER.appId, given: OWNER })
  const other = await identities.ensureAccount({ appId: OTHER.appId, displayName: 'other' })
  await identities.ensureKey({ ...OTHER, accountId: other.id, enabled: true, root: true })
  const listener = service.server()
  const { port } = await listener.listen({ host: '127.0.0.1', port: 0 })
  const admin = openAdminApi(service, loaded, silentLog)

  const ask = (asked: Asked) =>
    exchange(port, headBytes(sketchOf(asked, { dialect, region: REGION, now: clock.now(), owner: OWNER })), asked)
  return {
    dialect,
    prefix: dialect === 'cos' ? 'x-cos-' : 'x-amz-',
    region: REGION,
    core: service.core,
    clock,
    owner: OWNER,
    other: OTHER,
    bucket: BUCKET,
    host: (bucket) => regionalHost(dialect, REGION, bucket),
    ask,
    must: async (asked) => {
      const { answer } = await ask(asked)
      assert(
        answer.status < 300,
        `${asked.method} ${asked.bucket ?? ''}/${asked.key ?? ''}: ${answer.head}${answer.body}`,
      )
      return answer
    },
    admin: (action, parameters) => callAdminApi(admin, clock.now(), calls.next(), action, parameters),
    fault: (next) => {
      hook = next
    },
    pick: (choice) => choice[dialect],
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  }
}

/** One request on a connection of its own. */
async function exchange(port: number, head: string, { method, body = '', hangsUp = false }: Asked): Promise<Exchange> {
  using client = await connectRaw(port, { allowHalfOpen: hangsUp })
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body
  client.send(Buffer.concat([Buffer.from(head, 'latin1'), bytes]))
  if (hangsUp) client.socket.end()
  const answer = await client.answer({ bodiless: method === 'HEAD' })
  return { sent: head + bytes.toString('utf8'), answer }
}

async function callAdminApi(
  api: ReturnType<typeof openAdminApi>,
  now: number,
  nonce: number,
  action: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const rawPath = `${ADMIN_API_PATH}/${action.replace(' ', '/')}`
  const body = Buffer.from(JSON.stringify(parameters), 'utf8')
  const host = '127.0.0.1'
  const nonced = new Map([['x-stowage-nonce', String(nonce)]])
  const signable = { method: 'POST', rawPath, query: [], host, headers: nonced, body, now }
  const headers = new Map([['host', host], ...nonced, ...signS3(signable, OWNER, REGION)])
  const { status, value } = await api(
    {
      method: 'POST',
      rawPath,
      rawQuery: '',
      host,
      headers,
      secure: false,
      remoteAddress: host,
      receivedAt: now,
      body: { sizeBytes: body.byteLength, chunked: false, bytes: () => oneChunk(body) },
    },
    body,
  )
  assert(status === 200, `${action}: ${JSON.stringify(value)}`)
  return value
}

async function* oneChunk(body: Buffer): AsyncGenerator<Buffer> {
  yield body
}

/** The log says at each refusal which condition it was. */
function listeningLog(onRaised: (condition: string) => void): Log {
  return {
    ...silentLog,
    error: (text) => {
      if (text === 'internal error') onRaised('InternalError')
    },
    debug: (_text, fields) => {
      const condition = fields?.['condition']
      if (typeof condition === 'string') onRaised(condition)
    },
  }
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
