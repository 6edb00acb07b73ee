/**
 * One row of the error catalogue. A condition is what went wrong; how it is spelled (code, status, text) may differ
 * between the dialects, and the row says where. Names of details that end in `?` are optional.
 */

/** As `DialectName` of wire/dialect.ts, which model may not import. */
export type DialectSpelling = 'cos' | 's3'

/** The founding table's SOAP fault class: whose turn it is to change something. */
export type Fault = 'Client' | 'Server'

export interface ErrorRow<Names extends readonly string[] = readonly string[]> {
  /** Where it is not the condition's name. */
  readonly code?: string
  readonly status: number
  readonly fault: Fault
  /** English; the exact text of the specifications where they quote one. */
  readonly message: string
  /** The first sentence says what it means, the others what to do about it. */
  readonly description: Readonly<Record<'en' | 'zh', string>>
  /** The extra elements of the body, flat, in the order in which the documents show them. */
  readonly details: Names
  readonly cos?: Variant
  readonly s3?: Variant
  /** The only dialects whose own lists have it; both when absent. */
  readonly dialects?: readonly DialectSpelling[]
  /** A code of the official services that this server never sends: the named condition is raised instead. */
  readonly replacedBy?: string
  /** A condition of something that this server does not have, and what that is, in a word or two. */
  readonly notServed?: Readonly<Record<'en' | 'zh', string>>
}

/** What one dialect says otherwise. */
export interface Variant {
  readonly code?: string
  readonly status?: number
  readonly message?: string
  /** Details whose element has another name in this dialect; empty for one that it does not show. */
  readonly names?: Readonly<Record<string, string>>
}

type RowInput<Names extends readonly string[]> = Omit<ErrorRow<Names>, 'fault' | 'details'> & {
  readonly fault?: Fault
  readonly details?: Names
}

const noDetails: readonly [] = []

/** Most errors are the client's and carry nothing. */
export function row<const Names extends readonly string[] = readonly []>(input: RowInput<Names>): ErrorRow<Names>
export function row(input: RowInput<readonly string[]>): ErrorRow {
  return { ...input, fault: input.fault ?? 'Client', details: input.details ?? noDetails }
}
