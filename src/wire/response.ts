/** An HTTP response as a value. */

import type { Bytes } from '../base/bytes.js'

export interface WireResponse {
  readonly status: number
  /** In the order and spelling in which they go out. Date, Connection and Content-Length are the server's to add. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /**
   * Bytes: sent with their Content-Length. Stream: sent with `sizeBytes` as Content-Length, or chunked when undefined;
   * a failure after the first chunk aborts the connection, so that the client sees a short read (errors.md 1.5).
   * `none`: no body; `sizeBytes` is then the Content-Length to announce (HEAD), undefined for 204 and 304.
   */
  readonly body:
    | { readonly kind: 'none'; readonly sizeBytes?: number }
    | { readonly kind: 'bytes'; readonly bytes: Bytes }
    | { readonly kind: 'stream'; readonly sizeBytes: number | undefined; readonly chunks: AsyncIterable<Bytes> }
  /** Ask the server to close the connection afterwards. */
  readonly close?: boolean
}
