/**
 * Bytes on their way in, as the core sees them: a stream, the digests somebody wants of it, and a last word before
 * anything is published. Headers, chunk signatures and trailers are the wire's business and end in `conclude`.
 */

import type { Bytes } from '../base/bytes.js'
import type { DigestName, DigestValues } from '../base/digests.js'
import type { StoredChecksum } from '../model/version.js'

/** Bytes of the server's own, or that it has verified before: nothing more is wanted of them. */
export function trustedSource(sizeBytes: number, chunks: () => AsyncIterable<Bytes>): ObjectSource {
  return { sizeBytes, chunks, digests: [], conclude: () => undefined }
}

export interface ObjectSource {
  /** Of the object, after any transfer encoding; undefined when the client did not say. */
  readonly sizeBytes: number | undefined
  /** Read once; fails with the errors of errors.md stage 11. */
  chunks(): AsyncIterable<Bytes>
  /** To be computed in addition to MD5 and CRC-64. */
  readonly digests: readonly DigestName[]
  /**
   * Called after the last byte and before the first row or name is published. Fails when any digest that the client
   * gave differs; answers the checksum to keep with the object.
   */
  conclude(finished: DigestValues): StoredChecksum | undefined
}
