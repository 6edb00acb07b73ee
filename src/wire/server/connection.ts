/**
 * One connection: its requests are served one after the other, in the order in which they came, and its end is clean.
 * Every answer decides once, before its head is written, whether the connection can carry another request
 * (errors.md 1.6). Nothing here is registered per request on the socket, so a connection may live for ever.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Bytes } from '../../base/bytes.js'
import type { Millis } from '../../base/clock.js'
import type { ApiError } from '../../model/errors/index.js'
import { apiError, asApiError, isApiError } from '../../model/errors/index.js'
import type { WireRequest } from '../request.js'
import type { WireResponse } from '../response.js'
import type { ParserFailure, TransportFacts } from './parser-error.js'
import { FACTS_UNKNOWN, parserError, sniffFacts } from './parser-error.js'
import type { MessageBody } from './request-body.js'
import { createMessageBody } from './request-body.js'
import type { HeadLimits, RequestHead } from './request-head.js'
import { readHead } from './request-head.js'
import type { Framing, OutgoingStream } from './write-response.js'
import { renderRaw, writeHead, writeStream } from './write-response.js'

export interface RequestHandlers {
  /** The pipeline. It answers every failure itself; a rejection is a defect. */
  handle(request: WireRequest): Promise<WireResponse>
  /**
   * The answer when `handle` rejected, or when the stream of the answer that it `decided` failed before its first chunk.
   * Without it, `transportError` answers.
   */
  failed?(error: unknown, request: WireRequest, decided?: WireResponse): WireResponse
  /** The answer where no request could be formed: parser errors, stage 0, refused connections. */
  transportError(error: ApiError, facts: TransportFacts): WireResponse
}

export interface ConnectionOptions extends HeadLimits {
  readonly handlers: RequestHandlers
  readonly secure: boolean
  readonly bodyIdleTimeoutMs: number
  readonly lingerMs: number
  readonly now: () => Millis
  /** The value of the `Date` header. */
  readonly httpDate: () => string
  readonly draining: () => boolean
  /** What can no longer be told to the client: for the log. */
  readonly onFault: (error: unknown) => void
}

interface Exchange {
  readonly message: IncomingMessage
  readonly outgoing: ServerResponse
  /** The client waits for `100 Continue` and, if it is told something else, sends no body. */
  readonly expectsContinue: boolean
  body: MessageBody | undefined
  /** The parser stopped inside this body. */
  bodyFailure: ApiError | undefined
  writing: boolean
}

type StreamBody = Extract<WireResponse['body'], { readonly kind: 'stream' }>

/** Requests that a client may send ahead. Those beyond are not served: the last one that is closes the connection. */
const PIPELINED_REQUESTS_MAX = 64
/** An unread rest of this size is worth reading to keep the connection. */
const DRAINED_BYTES_MAX = 64 * 1024
/** See `skipUnsentBody`: Node's parser copies what it is fed. */
const SKIPPED_BYTES_MAX = 1024 * 1024

const FILLER = Buffer.alloc(64 * 1024)
const FILLER_CHUNKED = Buffer.from('0\r\n\r\n', 'latin1')

/**
 * botocore keeps the status of a refused expectation for the next answer on the same connection, and then waits for one
 * that never ends (botocore#1863). It starts anew where the connection is closed, as Amazon does.
 */
const MISREADS_WHAT_FOLLOWS = /\b(?:botocore|boto3|aws-cli)[/#]/i

function misreadsWhatFollows({ headers }: IncomingMessage): boolean {
  return MISREADS_WHAT_FOLLOWS.test(headers['user-agent'] ?? '')
}

export class Connection {
  readonly #socket: Socket
  readonly #options: ConnectionOptions
  readonly #remoteAddress: string
  #active: Exchange | undefined
  readonly #queue: Exchange[] = []
  /** Requests beyond the queue were dropped. */
  #overrun = false
  /** To be sent once all earlier requests are answered. */
  #refusal: { readonly error: ApiError; readonly facts: TransportFacts } | undefined
  /** The last answer is out or on its way; what arrives now is ignored. */
  #closing = false
  #gone = false
  /** The peer may still be sending: the socket is closed in two steps. */
  #linger = false
  #wakeWriter: (() => void) | undefined
  readonly #destroySoon: () => void

  constructor(socket: Socket, remoteAddress: string, options: ConnectionOptions) {
    this.#socket = socket
    this.#remoteAddress = remoteAddress
    this.#options = options
    this.#destroySoon = socket.destroySoon.bind(socket)
    // Node calls this after a response that closes. It may destroy a socket with unread bytes, and the reset that
    // follows would destroy the response on its way.
    socket.destroySoon = () => (this.#linger ? this.#lingeringClose() : this.#destroySoon())
    socket.once('close', () => this.#onGone())
  }

  /** Neither a request nor a refusal is under way. */
  get idle(): boolean {
    return this.#active === undefined && !this.#closing
  }

  /** The client owes nothing and we owe it nothing that a stalled socket could be blamed for. */
  get busyElsewhere(): boolean {
    return this.#active !== undefined && !this.#active.writing
  }

  get socket(): Socket {
    return this.#socket
  }

  accept(message: IncomingMessage, outgoing: ServerResponse, expectation: { readonly expectsContinue: boolean }): void {
    if (this.#closing || this.#overrun) return
    outgoing.sendDate = false
    outgoing.on('error', ignore)
    outgoing.once('close', () => this.#onAnswered(exchange))
    const exchange: Exchange = {
      message,
      outgoing,
      expectsContinue: expectation.expectsContinue,
      body: undefined,
      bodyFailure: undefined,
      writing: false,
    }
    if (this.#active === undefined) {
      this.#start(exchange)
      return
    }
    this.#queue.push(exchange)
    if (this.#queue.length >= PIPELINED_REQUESTS_MAX) this.#overrun = true
    // Not now: Node resumes the socket when it has parsed the rest of this message.
    if (this.#queue.length === 1) process.nextTick(() => this.#pauseWhileQueued())
  }

  /** Before any request: over a limit. */
  refuse(error: ApiError): void {
    this.#closing = true
    this.#writeRefusal(error, FACTS_UNKNOWN)
  }

  /** Node's parser or its header timer gave up. */
  onParserFailure(failure: ParserFailure): void {
    if (this.#closing) return
    const error = parserError(failure, this.#options.headerBytesMax)
    const neverSpoke = this.#socket.bytesRead === 0
    if (error === undefined || neverSpoke || !this.#socket.writable) {
      this.#socket.destroy()
      return
    }
    const last = this.#queue.at(-1) ?? this.#active
    if (last !== undefined && !last.message.complete) {
      this.#failBody(last, error)
      return
    }
    const refusal = { error, facts: last === undefined ? sniffFacts(failure) : FACTS_UNKNOWN }
    if (this.#active !== undefined) {
      this.#refusal = refusal
      return
    }
    this.#closing = true
    this.#writeRefusal(refusal.error, refusal.facts)
  }

  onConnectMethod(error: ApiError, facts: TransportFacts): void {
    if (this.#closing) return
    this.#closing = true
    this.#writeRefusal(error, facts)
  }

  #start(exchange: Exchange): void {
    this.#active = exchange
    void this.#serve(exchange).catch((error: unknown) => {
      this.#options.onFault(error)
      this.#socket.destroy()
    })
  }

  async #serve(exchange: Exchange): Promise<void> {
    const { handlers } = this.#options
    let head: RequestHead
    try {
      head = readHead(exchange.message, this.#options)
    } catch (error) {
      const answer = handlers.transportError(asApiError(error), factsOf(exchange.message))
      return this.#answer(exchange, undefined, { ...answer, close: true })
    }
    const request = this.#requestOf(exchange, head)
    let response: WireResponse
    try {
      response = await handlers.handle(request)
    } catch (error) {
      response = this.#failedAnswer(error, exchange, request)
    }
    return this.#answer(exchange, request, response)
  }

  #requestOf(exchange: Exchange, head: RequestHead): WireRequest {
    const body = createMessageBody({
      message: exchange.message,
      sizeBytes: head.sizeBytes,
      chunked: head.chunked,
      idleTimeoutMs: this.#options.bodyIdleTimeoutMs,
      onAsked: () => {
        if (exchange.expectsContinue && !exchange.outgoing.headersSent) exchange.outgoing.writeContinue()
      },
    })
    exchange.body = body
    if (exchange.bodyFailure !== undefined) body.fail(exchange.bodyFailure)
    return {
      method: head.method,
      rawPath: head.rawPath,
      rawQuery: head.rawQuery,
      host: head.host,
      headers: head.headers,
      secure: this.#options.secure,
      remoteAddress: this.#remoteAddress,
      receivedAt: this.#options.now(),
      body,
    }
  }

  #failedAnswer(
    error: unknown,
    exchange: Exchange,
    request: WireRequest | undefined,
    decided?: WireResponse,
  ): WireResponse {
    const { handlers, onFault } = this.#options
    if (!isApiError(error)) onFault(error)
    if (request !== undefined && handlers.failed !== undefined) return handlers.failed(error, request, decided)
    return handlers.transportError(asApiError(error), factsOf(exchange.message))
  }

  /** Only a stream takes its time. */
  #answer(exchange: Exchange, request: WireRequest | undefined, response: WireResponse): Promise<void> | undefined {
    if (response.body.kind === 'stream') {
      return this.#answerStream(exchange, request, response, response.body)
    }
    this.#answerAtOnce(exchange, request, response)
    return undefined
  }

  #answerAtOnce(exchange: Exchange, request: WireRequest | undefined, response: WireResponse): void {
    if (this.#gone) return
    let sent = response
    if (!this.#writeHead(exchange, sent)) {
      sent = this.#failedAnswer(apiError('InternalError'), exchange, request)
      if (!this.#writeHead(exchange, sent)) {
        this.#socket.destroy()
        return
      }
    }
    if (sent.body.kind === 'bytes' && exchange.message.method !== 'HEAD') exchange.outgoing.end(sent.body.bytes)
    else exchange.outgoing.end()
  }

  async #answerStream(
    exchange: Exchange,
    request: WireRequest | undefined,
    response: WireResponse,
    { chunks, sizeBytes }: StreamBody,
  ): Promise<void> {
    const iterator = chunks[Symbol.asyncIterator]()
    if (this.#gone || exchange.message.method === 'HEAD') {
      await release(iterator)
      return this.#answerAtOnce(exchange, request, response)
    }
    let first: IteratorResult<Bytes>
    try {
      first = await iterator.next()
    } catch (error) {
      // Nothing is out yet, so the failure can be told.
      return this.#answerAtOnce(exchange, request, this.#failedAnswer(error, exchange, request, response))
    }
    if (this.#gone) return release(iterator)
    if (!this.#writeHead(exchange, response)) {
      await release(iterator)
      return this.#answerAtOnce(exchange, request, this.#failedAnswer(apiError('InternalError'), exchange, request))
    }
    await this.#pump(exchange.outgoing, { iterator, first, sizeBytes })
  }

  async #pump(
    outgoing: ServerResponse,
    stream: Pick<OutgoingStream, 'iterator' | 'first' | 'sizeBytes'>,
  ): Promise<void> {
    outgoing.on('drain', () => this.#wakeWriter?.())
    const drained = () =>
      new Promise<void>((resolve) => {
        this.#wakeWriter = resolve
        if (this.#gone) resolve()
      })
    try {
      await writeStream({ ...stream, outgoing, drained, gone: () => this.#gone })
    } catch (error) {
      // The announced bytes cannot be had any more: the client must see a short read.
      this.#socket.destroy()
      if (!isApiError(error, 'ClientDisconnected')) this.#options.onFault(error)
    } finally {
      this.#wakeWriter = undefined
      await release(stream.iterator)
    }
  }

  /** False when the head could not be written; nothing is out then. */
  #writeHead(exchange: Exchange, response: WireResponse): boolean {
    try {
      writeHead(exchange.outgoing, response, this.#framing(exchange, response))
      exchange.writing = true
      return true
    } catch (error) {
      this.#options.onFault(error)
      return false
    }
  }

  #framing(exchange: Exchange, response: WireResponse): Framing {
    const date = this.#options.httpDate()
    const rest = this.#restOfBody(exchange)
    if (rest === 'unbounded') this.#linger = true
    const lastPossible = this.#overrun && this.#queue.length === 0
    if (rest === 'unbounded' || response.close === true || lastPossible || this.#options.draining()) {
      this.#closing = true
      return { date, connection: 'close' }
    }
    if (rest === 'small') exchange.message.resume()
    // Node closes after a final answer to a waiting client unless it is told otherwise.
    const keepAlive = waits(exchange) && exchange.outgoing.shouldKeepAlive
    return { date, connection: keepAlive ? 'keep-alive' : 'default' }
  }

  /** What the client still has to send of the request that is being answered. */
  #restOfBody(exchange: Exchange): 'none' | 'small' | 'unbounded' {
    const { message, body, bodyFailure } = exchange
    if (body === undefined && bodyFailure === undefined) {
      return message.complete ? 'none' : 'unbounded'
    }
    const sizeBytes = body?.sizeBytes ?? Number(message.headers['content-length'] ?? 0)
    const chunked = body?.chunked ?? message.headers['transfer-encoding'] !== undefined
    if (bodyFailure !== undefined) return 'unbounded'
    const nothingToSend = !chunked && sizeBytes === 0
    if (message.complete || nothingToSend) return 'none'
    const receivedBytes = body?.receivedBytes() ?? message.readableLength
    if (waits(exchange) && receivedBytes === 0) {
      if (misreadsWhatFollows(message)) return 'unbounded'
      return this.#skipUnsentBody(message, sizeBytes, chunked) ? 'none' : 'unbounded'
    }
    return !chunked && sizeBytes - receivedBytes <= DRAINED_BYTES_MAX ? 'small' : 'unbounded'
  }

  /**
   * A client that waits and is refused sends no body, and its next request follows at once (errors.md 1.6). The parser, which counts on the announced bytes, is given as many zeros in their place. Behind a proxy the bytes that
   * follow might be someone else's, so there the connection is closed instead.
   */
  #skipUnsentBody(message: IncomingMessage, sizeBytes: number, chunked: boolean): boolean {
    const { via, forwarded, 'x-forwarded-for': forwardedFor } = message.headers
    if (via !== undefined || forwarded !== undefined || forwardedFor !== undefined) return false
    if (sizeBytes > SKIPPED_BYTES_MAX || this.#socket.isPaused()) return false
    message.resume()
    if (chunked) this.#socket.emit('data', FILLER_CHUNKED)
    for (let left = sizeBytes; left > 0; left -= FILLER.byteLength) {
      this.#socket.emit('data', left < FILLER.byteLength ? FILLER.subarray(0, left) : FILLER)
    }
    return message.complete
  }

  #onAnswered(exchange: Exchange): void {
    if (exchange !== this.#active) return
    // Also when the connection broke: nobody may wait for bytes of a request that is over.
    exchange.body?.fail(apiError('ClientDisconnected'))
    this.#active = undefined
    const next = this.#queue.shift()
    if (next !== undefined && !this.#closing && !this.#gone) {
      if (this.#queue.length === 0) this.#socket.resume()
      this.#start(next)
      return
    }
    this.#queue.length = 0
    if (this.#refusal === undefined || this.#closing || this.#gone) return
    this.#closing = true
    this.#writeRefusal(this.#refusal.error, this.#refusal.facts)
  }

  #pauseWhileQueued(): void {
    if (this.#queue.length > 0 && !this.#closing) this.#socket.pause()
  }

  #failBody(exchange: Exchange, error: ApiError): void {
    const counted = isApiError(error, 'IncompleteBody') ? incompleteBody(exchange) : error
    exchange.bodyFailure = counted
    exchange.body?.fail(counted)
  }

  #writeRefusal(error: ApiError, facts: TransportFacts): void {
    const response = this.#options.handlers.transportError(error, facts)
    this.#socket.on('error', ignore)
    this.#socket.write(renderRaw(response, this.#options.httpDate(), facts.method === 'HEAD'))
    this.#lingeringClose()
  }

  /** Half-close, discard what still comes for a while, then close (RFC 9112 9.6). */
  #lingeringClose(): void {
    const socket = this.#socket
    if (socket.destroyed) return
    if (socket.readableEnded) {
      this.#destroySoon()
      return
    }
    // A listener of our own also takes the socket away from the parser.
    socket.removeAllListeners('data')
    socket.on('data', ignore)
    socket.once('end', () => socket.destroy())
    socket.end()
    socket.resume()
    const timer = setTimeout(() => socket.destroy(), this.#options.lingerMs)
    socket.once('close', () => clearTimeout(timer))
  }

  #onGone(): void {
    this.#gone = true
    this.#queue.length = 0
    this.#wakeWriter?.()
    this.#active?.body?.fail(apiError('ClientDisconnected'))
  }
}

function ignore(): void {}

/** The client has been told neither to go on nor anything else. */
function waits({ expectsContinue, body }: Exchange): boolean {
  return expectsContinue && body?.asked() !== true
}

async function release(iterator: AsyncIterator<Bytes>): Promise<void> {
  try {
    await iterator.return?.()
  } catch {
    // The stream is done for either way, and its failure was reported when it was raised.
  }
}

function factsOf(message: IncomingMessage): TransportFacts {
  return { method: message.method ?? '', host: message.headers.host ?? '', rawTarget: message.url ?? '' }
}

function incompleteBody({ message, body }: Exchange): ApiError {
  const announced = message.headers['content-length']
  if (announced === undefined) return apiError('IncompleteBody')
  const NumberBytesProvided = body?.receivedBytes() ?? message.readableLength
  return apiError('IncompleteBody', { NumberBytesExpected: Number(announced), NumberBytesProvided })
}
