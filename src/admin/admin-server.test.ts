/** The operators' listener over a real socket. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { manualClock } from '../base/clock.js'
import { silentLog } from '../base/telemetry.js'
import { type AdminServerDependencies, createAdminServer } from './admin-server.js'

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
