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

/** Chunks of a byte cost a hundred times their size. */
const QUEUED_CHUNKS_MAX = 1024

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

interface Waiter {
  readonly resolve: (result: IteratorResult<Bytes, undefined>) => void
  readonly reject: (error: ApiError) => void
}

export function createMessageBody(options: MessageBodyOptions): MessageBody {
  return new SocketBody(options)
}

/** A class, because one is made for every request and most are never read. */
class SocketBody implements MessageBody {
  readonly sizeBytes: number | undefined
  readonly chunked: boolean
  readonly #options: MessageBodyOptions
  #reader: BodyReader | undefined
  #failure: ApiError | undefined

  constructor(options: MessageBodyOptions) {
    this.sizeBytes = options.sizeBytes
    this.chunked = options.chunked
    this.#options = options
  }

  bytes(): AsyncIterable<Bytes> {
    assert(this.#reader === undefined, 'the bytes of a request body are asked for once')
    const reader = new BodyReader(this.#options)
    if (this.#failure !== undefined) reader.fail(this.#failure)
    this.#reader = reader
    return { [Symbol.asyncIterator]: () => reader }
  }

  receivedBytes(): number {
    return (this.#reader?.consumedBytes ?? 0) + this.#options.message.readableLength
  }

  asked(): boolean {
    return this.#reader?.asked ?? false
  }

  fail(error: ApiError): void {
    this.#failure ??= error
    this.#reader?.fail(error)
  }
}

class BodyReader implements AsyncIterator<Bytes, undefined> {
  consumedBytes = 0
  asked = false
  readonly #options: MessageBodyOptions
  readonly #queue: Bytes[] = []
  /** Of the next chunk in the queue: `shift` would move all of them, and chunks may be a byte each. */
  #queueAt = 0
  #queuedBytes = 0
  #ended: boolean
  #paused = false
  #failure: ApiError | undefined
  #waiter: Waiter | undefined
  #idleTimer: NodeJS.Timeout | undefined

  constructor(options: MessageBodyOptions) {
    this.#options = options
    this.#ended = !options.chunked && (options.sizeBytes === undefined || options.sizeBytes === 0)
  }

  next(): Promise<IteratorResult<Bytes, undefined>> {
    if (!this.asked) this.#ask()
    const chunk = this.#queue[this.#queueAt]
    if (chunk !== undefined) {
      this.#queueAt++
      this.#queuedBytes -= chunk.byteLength
      this.#forgetTaken()
      if (this.#paused && this.#queuedBytes < QUEUED_BYTES_MAX / 2 && this.#queue.length < QUEUED_CHUNKS_MAX / 2) {
        this.#paused = false
        this.#options.message.resume()
      }
      return Promise.resolve({ done: false, value: chunk })
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#ended) return Promise.resolve(DONE)
    assert(this.#waiter === undefined, 'a request body is read by one reader, one chunk at a time')
    this.#watchIdle()
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject }
    })
  }

  /** The reader has had enough. What is still to come is for the server to drain or to refuse. */
  return(): Promise<IteratorResult<Bytes, undefined>> {
    if (this.asked && !this.#ended && this.#failure === undefined) {
      this.#stop()
      this.#options.message.pause()
    }
    this.#emptyQueue()
    this.#ended = true
    return Promise.resolve(DONE)
  }

  fail(error: ApiError): void {
    if (this.#failure !== undefined || this.#ended) return
    this.#failure = error
    this.#emptyQueue()
    this.#stop()
    this.#waiter?.reject(error)
    this.#waiter = undefined
  }

  /** Once they are half of the queue: each chunk is then moved once at most. */
  #forgetTaken(): void {
    if (this.#queueAt * 2 < this.#queue.length) return
    this.#queue.splice(0, this.#queueAt)
    this.#queueAt = 0
  }

  #emptyQueue(): void {
    this.#queue.length = 0
    this.#queueAt = 0
  }

  #ask(): void {
    this.asked = true
    if (this.#ended || this.#failure !== undefined) return
    const { message, onAsked, sizeBytes } = this.#options
    onAsked()
    if (message.complete || (sizeBytes !== undefined && message.readableLength >= sizeBytes)) {
      this.#takeWhole()
      return
    }
    message.on('data', this.#onData)
    message.on('end', this.#onEnd)
  }

  /** The common small body, which came in one read with its head: no events and no timer. */
  #takeWhole(): void {
    const whole: unknown = this.#options.message.read()
    this.#ended = true
    if (!(whole instanceof Uint8Array)) return
    this.consumedBytes += whole.byteLength
    this.#queuedBytes += whole.byteLength
    this.#queue.push(whole)
  }

  readonly #onData = (chunk: Bytes): void => {
    this.consumedBytes += chunk.byteLength
    if (this.#waiter !== undefined) {
      const { resolve } = this.#waiter
      this.#waiter = undefined
      resolve({ done: false, value: chunk })
      return
    }
    this.#queue.push(chunk)
    this.#queuedBytes += chunk.byteLength
    if (this.#queuedBytes < QUEUED_BYTES_MAX && this.#queue.length < QUEUED_CHUNKS_MAX) return
    this.#paused = true
    this.#options.message.pause()
  }

  readonly #onEnd = (): void => {
    // A destroyed message may still end; only the parser knows whether all of it came.
    if (!this.#options.message.complete) return
    this.#ended = true
    this.#stop()
    this.#waiter?.resolve(DONE)
    this.#waiter = undefined
  }

  /** One timer for all reads of the body: `refresh` is far cheaper than a new one per chunk. */
  #watchIdle(): void {
    if (this.#idleTimer !== undefined) {
      this.#idleTimer.refresh()
      return
    }
    this.#idleTimer = setTimeout(() => {
      if (this.#waiter !== undefined) this.fail(apiError('RequestTimeout'))
    }, this.#options.idleTimeoutMs)
  }

  #stop(): void {
    if (this.#idleTimer !== undefined) clearTimeout(this.#idleTimer)
    this.#options.message.off('data', this.#onData)
    this.#options.message.off('end', this.#onEnd)
  }
}
