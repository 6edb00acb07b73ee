/**
 * Moments as clients write them: ISO 8601. `Date.parse` takes 30 February for 2 March; here it is no date, so that nobody
 * is told that something holds or ends on a day that was not asked for.
 */

/** Undefined when the text is no moment, or names a day that its month does not have. */
export function isoMillis(text: string): number | undefined {
  const at = Date.parse(text)
  const day = /^\d{4}-\d\d-\d\d/.exec(text)?.[0]
  if (Number.isNaN(at) || day === undefined) return undefined
  return new Date(Date.parse(day)).toISOString().startsWith(day) ? at : undefined
}
