/**
 * Emptying a source into a sink. A source may be silent for ever, so each wait for it ends with the abort; whatever
 * ends the loop early, the source is told so and not waited for.
 */

import type { Abortable } from '../base/abortable.js'
import type { Bytes } from '../base/bytes.js'

export async function drain(
  source: AsyncIterable<Bytes>,
  waits: Abortable,
  take: (chunk: Bytes) => Promise<void>,
): Promise<void> {
  const chunks = source[Symbol.asyncIterator]()
  let hasEnded = false
  try {
    for (;;) {
      const next = await waits.wait(chunks.next())
      if (next.done === true) {
        hasEnded = true
        return
      }
      if (next.value.byteLength > 0) await take(next.value)
    }
  } finally {
    if (!hasEnded) chunks.return?.().then(undefined, () => {})
  }
}
