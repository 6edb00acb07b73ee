/** The operators' listener over a real socket. */

import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { connect } from 'node:net'
import test from 'node:test'
import { manualClock } from '../base/clock.js'
import { silentLog } from '../base/telemetry.js'
import { type AdminServerDependencies, createAdminServer } from './admin-server.js'
import type { AdminApi } from './api.js'

const ready: AdminServerDependencies = {
  log: silentLog,
  ready: () => ({ ok: true, reasons: [] }),
  metrics: async () => 'stowage_connections 0\n',
  api: () => undefined,
  clock: manualClock(0),
  requestId: () => 'request-1',
}
const seeding: AdminServerDependencies = {
  ...ready,
  ready: () => ({ ok: false, reasons: ['the seed file is being applied'] }),
}
const broken: AdminServerDependencies = {
  ...ready,
  metrics: () => Promise.reject(new Error('a worker is gone: hunter2')),
}

const CASES: readonly (readonly [
  AdminServerDependencies,
  method: string,
  path: string,
  status: number,
  body: RegExp,
])[] = [
  [ready, 'GET', '/', 404, /"not found"/],
  [ready, 'GET', '/health', 404, /"not found"/],
  [ready, 'GET', '/metrics/', 404, /"not found"/],
  [ready, 'POST', '/metrics', 405, /"method not allowed"/],
  [ready, 'DELETE', '/health/ready', 405, /"method not allowed"/],
  [broken, 'GET', '/metrics', 500, /^\{"error":"internal error"\}\n$/],
  [seeding, 'GET', '/health/ready', 503, /"the seed file is being applied"/],
  [seeding, 'GET', '/health/live', 200, /"live"/],
  [ready, 'GET', '/health/ready', 200, /"ready"/],
  [ready, 'GET', '/health/ready?verbose=1', 200, /"ready"/],
  [ready, 'HEAD', '/health/live', 200, /^$/],
  [ready, 'POST', '/api/v1/user/list', 503, /"ServiceUnavailable".*"request-1"/],
  [ready, 'POST', '/api', 404, /"not found"/],
  [ready, 'GET', '/metrics', 200, /^stowage_connections 0\n$/],
]

for (const [dependencies, method, path, status, body] of CASES) {
  test(`${method} ${path} answers ${status}`, async () => {
    await using server = createAdminServer(dependencies)
    const { host, port } = await server.listen({ host: '127.0.0.1', port: 0 })
    const response = await fetch(`http://${host}:${port}${path}`, { method })
    assert.equal(response.status, status)
    assert.match(await response.text(), body)
    if (status === 405) assert.equal(response.headers.get('allow'), 'GET, HEAD')
  })
}

test('a port in use is reported, not swallowed', async () => {
  await using first = createAdminServer(ready)
  await using second = createAdminServer(ready)
  const address = await first.listen({ host: '127.0.0.1', port: 0 })
  await assert.rejects(second.listen(address), /EADDRINUSE/)
})

test('the end waits for an action that runs, and not for a body that does not come', async () => {
  const clock = manualClock(0)
  const signals = new EventEmitter()
  const started = once(signals, 'started')
  const api: AdminApi = async () => {
    const finished = once(signals, 'finish')
    signals.emit('started')
    await finished
    return { status: 200, headers: {}, value: 'done' }
  }
  const server = createAdminServer({ ...ready, clock, api: () => api })
  const { host, port } = await server.listen({ host: '127.0.0.1', port: 0 })
  const answer = fetch(`http://${host}:${port}/api/v1/user/list`, { method: 'POST', body: '{}' })
  await started
  const stalled = connect(port, host)
  stalled.write('POST /api/v1/user/list HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n')
  await once(stalled, 'data')
  const ended = server[Symbol.asyncDispose]()
  signals.emit('finish')
  assert.equal(await (await answer).json(), 'done')
  clock.advance(1_000)
  await ended
})
