/** The thread behind hash-thread.ts: running hashes by stream, over bytes that both threads see. Importing it serves. */

import { createHash, type Hash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'

/** `start` opens a stream over its shared slots, `update` hashes the front of one, `finish` asks for the sum. */
export type HashRequest =
  | { readonly kind: 'start'; readonly stream: number; readonly algorithm: string; readonly slots: SharedArrayBuffer }
  | { readonly kind: 'update'; readonly stream: number; readonly startBytes: number; readonly sizeBytes: number }
  | { readonly kind: 'finish'; readonly stream: number }
  | { readonly kind: 'abandon'; readonly stream: number }

/** One for each `update`, in order, and one with the sum. */
export interface HashReply {
  readonly stream: number
  readonly sum: Uint8Array | undefined
}

const streams = new Map<number, { readonly hash: Hash; readonly slots: SharedArrayBuffer }>()

function serve(request: HashRequest): HashReply | undefined {
  const { stream } = request
  if (request.kind === 'start') {
    streams.set(stream, { hash: createHash(request.algorithm), slots: request.slots })
    return undefined
  }
  const running = streams.get(stream)
  if (request.kind === 'update') {
    running?.hash.update(Buffer.from(running.slots, request.startBytes, request.sizeBytes))
    return { stream, sum: undefined }
  }
  streams.delete(stream)
  return request.kind === 'finish' ? { stream, sum: running?.hash.digest() } : undefined
}

parentPort?.on('message', (request: HashRequest) => {
  const reply = serve(request)
  if (reply !== undefined) parentPort?.postMessage(reply)
})
