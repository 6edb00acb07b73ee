/**
 * Marks a test as the one that raises a condition for real: `test(raises('NoSuchKey', 'a key that was never put'), …)`.
 * docs/errors.md is made by looking for these calls in the sources, so the condition is written as a literal.
 */

import type { Condition } from '../../src/model/errors/index.js'

export function raises(condition: Condition, title: string): string {
  return `${condition}: ${title}`
}
