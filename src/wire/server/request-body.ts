/**
 * The bytes of one request, from Node's message to an async iterable. Written by hand because Readable's own iterator
 * costs several promises and a `readable` round per chunk. At most `QUEUED_BYTES_MAX` and one read of the socket are
 * held; beyond that the socket is paused.
 */

import type { IncomingMessage } from 'node:http'
import { assert } from '../../base/assert.js'
import type { Bytes } from '../../base/bytes.js'
import type { ApiError } from '../../model/errors/index.js'
import { apiError } from '../../model/errors/index.js'
import type { RequestBody } from '../request.js'

export interface MessageBody extends RequestBody {
  /** What has arrived, consumed or not. */
  receivedBytes(): number
  /** True once bytes were asked for. */
  asked(): boolean
  /** The peer ended early, the connection is gone, or a chunk was malformed: the present and later reads fail so. */
  fail(error: ApiError): void
}

export interface MessageBodyOptions {
  readonly message: IncomingMessage
  readonly sizeBytes: number | undefined
  readonly chunked: boolean
  readonly idleTimeoutMs: number
  /** Called once, before the first byte is awaited. */
  readonly onAsked: () => void
}

/** Four reads of a socket: enough that a writer that takes turns with the disk never waits for the network. */
const QUEUED_BYTES_MAX = 256 * 1024

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

interface Waiter {
  readonly resolve: (result: IteratorResult<Bytes, undefined>) => void
  readonly reject: (error: ApiError) => void
}

export function createMessageBody(options: MessageBodyOptions): MessageBody {
  const { message, sizeBytes, chunked, idleTimeoutMs, onAsked } = options
  const queue: Bytes[] = []
  let queuedBytes = 0
  let consumedBytes = 0
  let taken = false
  let asked = false
  let ended = !chunked && (sizeBytes === undefined || sizeBytes === 0)
  let paused = false
  let failure: ApiError | undefined
  let waiter: Waiter | undefined
  let idleTimer: NodeJS.Timeout | undefined

  function onData(chunk: Bytes): void {
    consumedBytes += chunk.byteLength
    if (waiter !== undefined) {
      const { resolve } = waiter
      waiter = undefined
      resolve({ done: false, value: chunk })
      return
    }
    queue.push(chunk)
    queuedBytes += chunk.byteLength
    if (queuedBytes < QUEUED_BYTES_MAX) return
    paused = true
    message.pause()
  }

  function onEnd(): void {
    // A destroyed message may still end; only the parser knows whether all of it came.
    if (!message.complete) return
    ended = true
    stop()
    waiter?.resolve(DONE)
    waiter = undefined
  }

  /** One timer for all reads of the body: `refresh` is far cheaper than a new one per chunk. */
  function watchIdle(): void {
    if (idleTimer !== undefined) return void idleTimer.refresh()
    idleTimer = setTimeout(() => {
      if (waiter !== undefined) fail(apiError('RequestTimeout'))
    }, idleTimeoutMs)
  }

  function stop(): void {
    if (idleTimer !== undefined) clearTimeout(idleTimer)
    message.off('data', onData)
    message.off('end', onEnd)
  }

  function fail(error: ApiError): void {
    if (failure !== undefined || ended) return
    failure = error
    queue.length = 0
    queuedBytes = 0
    stop()
    waiter?.reject(error)
    waiter = undefined
  }

  function ask(): void {
    asked = true
    if (ended || failure !== undefined) return
    onAsked()
    message.on('data', onData)
    message.on('end', onEnd)
  }

  function next(): Promise<IteratorResult<Bytes, undefined>> {
    if (!asked) ask()
    const chunk = queue.shift()
    if (chunk !== undefined) {
      queuedBytes -= chunk.byteLength
      if (paused && queuedBytes < QUEUED_BYTES_MAX / 2) {
        paused = false
        message.resume()
      }
      return Promise.resolve({ done: false, value: chunk })
    }
    if (failure !== undefined) return Promise.reject(failure)
    if (ended) return Promise.resolve(DONE)
    assert(waiter === undefined, 'a request body is read by one reader, one chunk at a time')
    watchIdle()
    return new Promise((resolve, reject) => {
      waiter = { resolve, reject }
    })
  }

  /** The reader has had enough. What is still to come is for the server to drain or to refuse. */
  function leave(): Promise<IteratorResult<Bytes, undefined>> {
    if (asked && !ended && failure === undefined) {
      stop()
      message.pause()
    }
    queue.length = 0
    ended = true
    return Promise.resolve(DONE)
  }

  return {
    sizeBytes,
    chunked,
    bytes() {
      assert(!taken, 'the bytes of a request body are asked for once')
      taken = true
      return { [Symbol.asyncIterator]: () => ({ next, return: leave }) }
    },
    receivedBytes: () => consumedBytes + message.readableLength,
    asked: () => asked,
    fail,
  }
}
