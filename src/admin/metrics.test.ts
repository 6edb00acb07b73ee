/** Registries do not meet inside a process, and add up across processes. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { createMetrics, mergeSnapshots } from './metrics.js'

const GET = {
  operation: 'GetObject',
  dialect: 's3',
  status: 206,
  fault: undefined,
  durationMs: 3,
  receivedBytes: 0,
  sentBytes: 10,
} as const

test('two registries in one process count apart', async () => {
  const [one, other] = [await createMetrics({ processMetrics: false }), await createMetrics({ processMetrics: false })]
  one.request(GET)
  assert.match(
    await one.page(),
    /stowage_requests_total\{operation="GetObject",dialect="s3",status_class="2xx",fault="none"\} 1\n/,
  )
  assert.doesNotMatch(await other.page(), /GetObject/)
})

test('snapshots of several processes add up after a journey as JSON', async () => {
  const [one, other] = [await createMetrics({ processMetrics: false }), await createMetrics({ processMetrics: false })]
  one.request(GET)
  other.request(GET)
  other.request({ ...GET, status: 503, fault: 'Server' })
  other.storeCall({ store: 'meta', call: 'commit', outcome: 'ok', durationMs: 1 })
  other.jobRun({ job: 'reclaim', outcome: 'ok', durationMs: 1 })
  one.connections(2)
  other.connections(3)
  const page = await mergeSnapshots([
    JSON.parse(JSON.stringify(await one.snapshot())),
    JSON.parse(JSON.stringify(await other.snapshot())),
  ])
  assert.match(page, /stowage_requests_total\{[^}]*status_class="2xx"[^}]*\} 2\n/)
  assert.match(page, /stowage_requests_total\{[^}]*status_class="5xx",fault="Server"\} 1\n/)
  assert.match(page, /stowage_body_bytes_total\{direction="sent",dialect="s3"\} 30\n/)
  assert.match(page, /stowage_store_call_seconds_count\{[^}]*call="commit"[^}]*\} 1\n/)
  assert.match(page, /stowage_job_run_seconds_bucket\{le="0.01",job="reclaim",outcome="ok"\} 1\n/)
  assert.match(page, /stowage_connections 5\n/)
})

test('the process describes itself when asked', async () => {
  const metrics = await createMetrics({ processMetrics: true })
  assert.match(await metrics.page(), /process_resident_memory_bytes \d/)
})
