/**
 * Measurements in Prometheus form, over prom-client. Each call of `createMetrics` has a registry of its own, so that
 * several servers live in one process. Labels come from our own tables only: a client cannot make series.
 * prom-client is loaded on the first call: a server that measures nothing does not pay for it at start.
 */

import type { Metrics } from '../base/telemetry.js'

/** What one process has measured, as plain data that can travel between processes. */
export type MetricsSnapshot = readonly object[]

export interface MetricsRegistry extends Metrics {
  snapshot(): Promise<MetricsSnapshot>
  /** This process alone, in the text form that Prometheus reads. */
  page(): Promise<string>
}

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60]
const STORE_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5]
const JOB_SECONDS = [0.01, 0.1, 1, 10, 60, 600]

export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** `processMetrics`: memory, CPU, event loop and garbage collection of this process as well. Ask for them once per process. */
export async function createMetrics({
  processMetrics,
}: {
  readonly processMetrics: boolean
}): Promise<MetricsRegistry> {
  const { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } = await import('prom-client')
  const registry = new Registry()
  const registers = [registry]
  if (processMetrics) collectDefaultMetrics({ register: registry })

  const requestLabels = ['operation', 'dialect', 'status_class', 'fault'] as const
  const requests = new Counter({
    name: 'stowage_requests_total',
    help: 'Requests answered.',
    labelNames: requestLabels,
    registers,
  })
  const requestSeconds = new Histogram({
    name: 'stowage_request_seconds',
    help: 'Time from the request line to the last byte of the answer.',
    labelNames: ['operation', 'dialect'],
    buckets: REQUEST_SECONDS,
    registers,
  })
  const bytes = new Counter({
    name: 'stowage_body_bytes_total',
    help: 'Bytes of bodies, by direction.',
    labelNames: ['direction', 'dialect'],
    registers,
  })
  const storeSeconds = new Histogram({
    name: 'stowage_store_call_seconds',
    help: 'Time of calls to the stores.',
    labelNames: ['store', 'call', 'outcome'],
    buckets: STORE_SECONDS,
    registers,
  })
  const jobSeconds = new Histogram({
    name: 'stowage_job_run_seconds',
    help: 'Time of job steps.',
    labelNames: ['job', 'outcome'],
    buckets: JOB_SECONDS,
    registers,
  })
  const accessRecords = new Counter({
    name: 'stowage_access_log_records_total',
    help: 'Records of access logs that were delivered, dropped because nothing took them, or lost.',
    labelNames: ['outcome'],
    registers,
  })
  const connections = new Gauge({ name: 'stowage_connections', help: 'Open client connections.', registers })

  return {
    request({ operation, dialect, status, fault, durationMs, receivedBytes, sentBytes }) {
      requests.inc({ operation, dialect, status_class: `${Math.floor(status / 100)}xx`, fault: fault ?? 'none' })
      requestSeconds.observe({ operation, dialect }, durationMs / 1_000)
      if (receivedBytes > 0) bytes.inc({ direction: 'received', dialect }, receivedBytes)
      if (sentBytes > 0) bytes.inc({ direction: 'sent', dialect }, sentBytes)
    },
    storeCall: ({ store, call, outcome, durationMs }) =>
      storeSeconds.observe({ store, call, outcome }, durationMs / 1_000),
    jobRun: ({ job, outcome, durationMs }) => jobSeconds.observe({ job, outcome }, durationMs / 1_000),
    accessRecords: ({ outcome, count }) => accessRecords.inc({ outcome }, count),
    connections: (count) => connections.set(count),
    snapshot: () => registry.getMetricsAsJSON(),
    page: () => registry.metrics(),
  }
}

/** One page for several processes: counters and histograms are added up. */
export async function mergeSnapshots(snapshots: readonly MetricsSnapshot[]): Promise<string> {
  const { AggregatorRegistry } = await import('prom-client')
  return AggregatorRegistry.aggregate(snapshots.map((snapshot) => [...snapshot])).metrics()
}
