/** The admin listener over a real socket, before a service in memory whose clock stands still. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createAdminServer } from '../../src/admin/admin-server.js'
import { createService, memoryStores, openAdminApi, prepareData, type Service } from '../../src/app.js'
import { type ManualClock, manualClock } from '../../src/base/clock.js'
import { newMasterKey } from '../../src/base/master-key.js'
import { secret } from '../../src/base/secret.js'
import { createLog } from '../../src/base/telemetry.js'
import { loadSettings } from '../../src/config/load.js'
import { type Credentials, signS3 } from '../../src/tries/signing.js'
import { OTHER, OWNER, REGION, START } from '../support/exchange.js'

export interface Reply {
  readonly status: number
  readonly headers: Headers
  // What the server says is looked at by tests in many shapes.
  readonly value: Json
}

export interface Json {
  readonly [name: string]: Json
}

export interface Outgoing {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface AdminWorld extends AsyncDisposable {
  readonly service: Service
  readonly clock: ManualClock
  readonly host: string
  readonly log: readonly string[]
  /** As it stands, unsigned. */
  send(path: string, outgoing: Outgoing): Promise<Reply>
  /** Signed by SigV4, each time by another signature. */
  call(action: string, parameters?: object, by?: Credentials): Promise<Reply>
}

/** With two accounts that have a root key each; OWNER is the operator. */
export async function createAdminWorld(environment: Readonly<Record<string, string>> = {}): Promise<AdminWorld> {
  const clock = manualClock(START)
  const log: string[] = []
  const write = (line: string) => {
    log.push(line)
  }
  const logger = createLog({ level: 'debug', format: 'json', clock, write })
  const loaded = loadSettings({ STOWAGE_REGION: REGION, ...environment })
  const settings = { ...loaded, secretId: OWNER.id, secretKey: secret(OWNER.secret) }
  const masterKey = newMasterKey(randomBytes)
  const service = await createService({ stores: memoryStores(), settings, log: logger, masterKey, clock })
  const { identities } = service.core
  await prepareData(service.core, settings, logger)
  const other = await identities.ensureAccount({ appId: OTHER.appId, displayName: 'other' })
  await identities.ensureKey({ ...OTHER, accountId: other.id, enabled: true, root: true })

  const api = openAdminApi(service, settings, logger)
  const server = createAdminServer({
    log: logger,
    ready: () => ({ ok: true, reasons: [] }),
    metrics: async () => '',
    api: () => api,
    clock,
    requestId: () => 'request-1',
  })
  const { host: address, port } = await server.listen({ host: '127.0.0.1', port: 0 })
  const host = `${address}:${port}`
  let nonce = 0

  const send = async (path: string, { method = 'POST', headers = {}, body }: Outgoing): Promise<Reply> => {
    const response = await fetch(`http://${host}${path}`, { method, headers, ...(body === undefined ? {} : { body }) })
    const value: Json = JSON.parse(await response.text())
    return { status: response.status, headers: response.headers, value }
  }
  return {
    service,
    clock,
    host,
    log,
    send,
    call: (action, parameters = {}, by = OWNER) => {
      const path = `/api/v1/${action.replace(' ', '/')}`
      const body = JSON.stringify(parameters)
      nonce++
      const headers = new Map([['x-stowage-nonce', String(nonce)]])
      return send(path, { body, headers: signedHeaders({ path, host, headers, body, now: clock.now() }, by) })
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

export function signedHeaders(
  request: {
    readonly path: string
    readonly host: string
    readonly headers?: ReadonlyMap<string, string>
    readonly body: string
    readonly now: number
    readonly method?: string
  },
  by: Credentials,
): Readonly<Record<string, string>> {
  const { path, host, headers = new Map(), body, now, method = 'POST' } = request
  const signable = { method, rawPath: path, query: [], host, headers, body: Buffer.from(body), now }
  return Object.fromEntries([...headers, ...signS3(signable, by, REGION)])
}

export function assertRefused({ status, headers, value }: Reply, expected: number, code: string): void {
  assert.deepEqual([status, value['error']?.['code']], [expected, code], JSON.stringify(value))
  assert.equal(value['error']?.['requestId'], headers.get('x-request-id'))
}

export function assertDone({ status, value }: Reply): Json {
  assert.equal(status, 200, JSON.stringify(value))
  return value
}
