/** Tells a recorder about every call of a blob store: how many bytes passed, how long it took, how it ended. */

import type { BlobStore } from './blob-store.js'

export interface BlobCall {
  readonly method: 'write' | 'read' | 'remove' | 'list'
  /** `ended`: a read that its reader left early. */
  readonly outcome: 'ok' | 'failed' | 'ended'
  /** Bytes written or handed out; 0 for the other methods. */
  readonly sizeBytes: number
  /** A read lasts until its last chunk was taken, so it includes the reader's time. */
  readonly durationMs: number
}

export interface BlobRecorder {
  record(call: BlobCall): void
  /** Milliseconds of a clock that never goes back. */
  now(): number
}

export function createMeteredBlobStore(inner: BlobStore, recorder: BlobRecorder): BlobStore {
  const around = async <T>(method: BlobCall['method'], call: () => Promise<T>, sizeOf: (result: T) => number) => {
    const start = recorder.now()
    const record = (outcome: BlobCall['outcome'], sizeBytes: number) =>
      recorder.record({ method, outcome, sizeBytes, durationMs: recorder.now() - start })
    try {
      const result = await call()
      record('ok', sizeOf(result))
      return result
    } catch (error) {
      record('failed', 0)
      throw error
    }
  }
  return {
    write: (id, source, options) =>
      around(
        'write',
        () => inner.write(id, source, options),
        ({ sizeBytes }) => sizeBytes,
      ),
    read: async function* (id, range, options) {
      const start = recorder.now()
      let outcome: BlobCall['outcome'] = 'ended'
      let sizeBytes = 0
      try {
        for await (const chunk of inner.read(id, range, options)) {
          sizeBytes += chunk.byteLength
          yield chunk
        }
        outcome = 'ok'
      } catch (error) {
        outcome = 'failed'
        throw error
      } finally {
        recorder.record({ method: 'read', outcome, sizeBytes, durationMs: recorder.now() - start })
      }
    },
    remove: (ids) =>
      around(
        'remove',
        () => inner.remove(ids),
        () => 0,
      ),
    list: (after, limit) =>
      around(
        'list',
        () => inner.list(after, limit),
        () => 0,
      ),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  }
}
