/** What only our own code can get wrong. What a client can cause is `fail` (model/errors), never an assertion. */

export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Throws when `condition` does not hold; `sentence` says what should have been true. */
export function assert(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new AssertionError(sentence)
}
