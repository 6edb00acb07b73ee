/**
 * Tells a recorder about the calls of a metadata store that can wait for a disk: commits and scans. Single reads are
 * not measured: from a memory map they cost about as much as the measurement would.
 */

import type { MetaStore } from './meta-store.js'

export interface MetaCall {
  readonly method: 'commit' | 'scan'
  readonly outcome: 'ok' | 'conflict' | 'failed'
  readonly durationMs: number
}

export interface MetaRecorder {
  record(call: MetaCall): void
  /** Milliseconds of a clock that never goes back. */
  now(): number
}

export function createMeteredMetaStore(inner: MetaStore, recorder: MetaRecorder): MetaStore {
  const around = async <T>(
    method: MetaCall['method'],
    call: () => Promise<T>,
    outcomeOf: (result: T) => MetaCall['outcome'],
  ): Promise<T> => {
    const start = recorder.now()
    let outcome: MetaCall['outcome'] = 'failed'
    try {
      const result = await call()
      outcome = outcomeOf(result)
      return result
    } finally {
      recorder.record({ method, outcome, durationMs: recorder.now() - start })
    }
  }
  return {
    get: (key) => inner.get(key),
    getMany: (keys) => inner.getMany(keys),
    scan: (range, options) =>
      around(
        'scan',
        () => inner.scan(range, options),
        () => 'ok',
      ),
    commit: (batch) =>
      around(
        'commit',
        () => inner.commit(batch),
        ({ ok }) => (ok ? 'ok' : 'conflict'),
      ),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  }
}
