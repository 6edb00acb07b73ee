/**
 * Text that must never reach a log, an error message or a dump. The only way to the text is `reveal`, so every place
 * that handles it can be found by that word.
 */

import { inspect } from 'node:util'

export interface Secret {
  /** The text itself: for signing, for storing, and for printing credentials once. */
  reveal(): string
  toString(): string
  toJSON(): string
}

export const REDACTED = '[redacted]'

export function secret(text: string): Secret {
  const redacted = () => REDACTED
  // The text lives in the closure: neither enumeration nor structured cloning can find it.
  return Object.freeze({ reveal: () => text, toString: redacted, toJSON: redacted, [inspect.custom]: redacted })
}
