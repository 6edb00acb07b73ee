/**
 * An HTTP request as a value. The socket is gone: a test builds one by hand and calls the pipeline.
 * Text is as received: header values and the target are latin-1 strings, one character per byte.
 */

import type { Bytes } from '../base/bytes.js'
import type { Millis } from '../base/clock.js'

export interface WireRequest {
  /** Upper case. */
  readonly method: string
  /** The path as received, percent-escapes untouched, without the query. Begins with `/`. */
  readonly rawPath: string
  /** What stood behind the first `?`, without it; empty when there was none. */
  readonly rawQuery: string
  /** The authority the client asked for: of an absolute-form target, else the Host header, verbatim with its port. */
  readonly host: string
  readonly headers: Headers
  /** True on a TLS connection. */
  readonly secure: boolean
  readonly remoteAddress: string
  readonly receivedAt: Millis
  readonly body: RequestBody
}

/** Lower-case name to value; repeated headers are joined with `,` in the order received. */
export type Headers = ReadonlyMap<string, string>

export interface RequestBody {
  /** From Content-Length; undefined when absent. */
  readonly sizeBytes: number | undefined
  /** Transfer-Encoding: chunked. */
  readonly chunked: boolean
  /**
   * The bytes, once. Asking for them sends `100 Continue` when the client waits for it, so nothing asks before every
   * check of stages 0 to 10 has passed. Fails with IncompleteBody when the peer ends early and RequestTimeout when it
   * stalls. Never asked for: the server drains or closes (errors.md 1.6).
   */
  bytes(): AsyncIterable<Bytes>
}

export interface QueryParameter {
  /** Decoded. */
  readonly name: string
  /** Decoded; empty when there was no `=`. */
  readonly value: string
}
