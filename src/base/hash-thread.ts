/**
 * Hashing beside the event loop. MD5 takes longer over a large body than receiving, checking and writing it together,
 * so a thread of its own nearly doubles the rate of an upload. Bytes are copied into slots of shared memory; a stream
 * that is ahead of the thread by all of its slots waits. The thread starts with the first stream and keeps no process.
 */

import { Worker } from 'node:worker_threads'
import { assert } from './assert.js'
import type { Bytes } from './bytes.js'
import type { HashReply, HashRequest } from './hash-worker.js'

export interface ThreadHash {
  /** The bytes are copied before it returns. A promise when there is no room for more until it resolves. */
  update(bytes: Bytes): Promise<void> | undefined
  /** Once, after the last update has been waited for. */
  finish(): Promise<Buffer>
  /** Instead of `finish`; also after it. */
  abandon(): void
}

export interface HashThread {
  start(algorithm: 'md5'): ThreadHash
}

const SLOT_SIZE_BYTES = 128 * 1024
const SLOTS = 4

/** A thread without work ends: a process may hold many servers, each with a thread of its own. */
const IDLE_MS = 10_000

type Listener = (reply: HashReply | Error) => void

/** One thread and the streams that it serves: a thread that ends fails its own streams and no others. */
interface Thread {
  readonly worker: Worker
  readonly listeners: Map<number, Listener>
}

export function createHashThread(): HashThread {
  let thread: Thread | undefined
  let count = 0

  const open = (): Thread => {
    const worker = new Worker(new URL('./hash-worker.js', import.meta.url))
    const opened: Thread = { worker, listeners: new Map() }
    worker.on('message', (reply: HashReply) => opened.listeners.get(reply.stream)?.(reply))
    const fail = (cause: unknown) => {
      if (thread === opened) thread = undefined
      for (const listener of [...opened.listeners.values()]) listener(new Error('the hashing thread ended', { cause }))
    }
    worker.once('error', fail)
    worker.once('exit', fail)
    return opened
  }

  /** A stream that waits for its sum holds the process, an idle thread does not, and ends after a while. */
  const endWhenIdle = (idle: Thread) => {
    if (idle.listeners.size > 0) return
    idle.worker.unref()
    setTimeout(() => {
      if (idle.listeners.size > 0) return
      if (thread === idle) thread = undefined
      void idle.worker.terminate()
    }, IDLE_MS).unref()
  }

  return {
    start: (algorithm) => {
      thread ??= open()
      const on = thread
      on.worker.ref()
      const stream = ++count
      const send = (request: HashRequest) => on.worker.postMessage(request)
      return createThreadHash(stream, algorithm, send, (listener) => {
        if (listener !== undefined) on.listeners.set(stream, listener)
        else if (on.listeners.delete(stream)) endWhenIdle(on)
      })
    },
  }
}

function createThreadHash(
  stream: number,
  algorithm: string,
  send: (request: HashRequest) => void,
  listen: (listener: Listener | undefined) => void,
): ThreadHash {
  const slots = new SharedArrayBuffer(SLOTS * SLOT_SIZE_BYTES)
  const memory = Buffer.from(slots)
  let slot = 0
  let filledBytes = 0
  let underWay = 0
  let failure: Error | undefined
  let ended = false
  let wake: (() => void) | undefined
  let sum: Buffer | undefined

  listen((reply) => {
    if (reply instanceof Error) failure ??= reply
    else if (reply.sum === undefined) underWay--
    else sum = Buffer.from(reply.sum)
    wake?.()
  })
  send({ kind: 'start', stream, algorithm, slots })

  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) {
      if (failure !== undefined) throw failure
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const post = () => {
    if (filledBytes === 0) return
    send({ kind: 'update', stream, startBytes: slot * SLOT_SIZE_BYTES, sizeBytes: filledBytes })
    underWay++
    slot = (slot + 1) % SLOTS
    filledBytes = 0
  }
  /** What fits into the slot at hand; how much that was. */
  const fill = (bytes: Bytes): number => {
    const sizeBytes = Math.min(bytes.byteLength, SLOT_SIZE_BYTES - filledBytes)
    memory.set(bytes.subarray(0, sizeBytes), slot * SLOT_SIZE_BYTES + filledBytes)
    filledBytes += sizeBytes
    if (filledBytes === SLOT_SIZE_BYTES) post()
    return sizeBytes
  }
  /** The slot at hand is free while fewer than all of them are with the thread. */
  const hasRoom = () => underWay < SLOTS
  const fillSlowly = async (bytes: Bytes): Promise<void> => {
    for (let rest = bytes; rest.byteLength > 0; rest = rest.subarray(fill(rest))) await until(hasRoom)
    await until(hasRoom)
  }
  return {
    update: (bytes) => {
      assert(!ended, 'a hash that was finished takes no more bytes')
      // The commonest case, without a promise: the slot has room and stays the one at hand, or the next one is free.
      if (bytes.byteLength > SLOT_SIZE_BYTES - filledBytes || !hasRoom()) return fillSlowly(Buffer.from(bytes))
      fill(bytes)
      return hasRoom() ? undefined : until(hasRoom)
    },
    finish: async () => {
      ended = true
      post()
      send({ kind: 'finish', stream })
      await until(() => sum !== undefined)
      listen(undefined)
      assert(sum !== undefined, 'the thread has answered')
      return sum
    },
    abandon: () => {
      if (ended) return
      ended = true
      listen(undefined)
      send({ kind: 'abandon', stream })
    },
  }
}
