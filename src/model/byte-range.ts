/**
 * Byte ranges of requests. Inside, a range is half-open, [startBytes, endBytes), like those of the blob store; only
 * headers speak of last bytes. What RFC 9110 calls an invalid Range is ignored, never an error.
 */

export interface ByteRange {
  readonly startBytes: number
  readonly endBytes: number
}

export type RangeOutcome =
  | { readonly kind: 'whole' }
  | ({ readonly kind: 'range' } & ByteRange)
  | { readonly kind: 'unsatisfiable' }

const WHOLE: RangeOutcome = { kind: 'whole' }
const UNSATISFIABLE: RangeOutcome = { kind: 'unsatisfiable' }
const SINGLE_RANGE = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i

/**
 * The Range header over an object of `sizeBytes`. Absent, empty, malformed, backward or several ranges: the whole
 * object (errors.md 1.3). Wholly outside, `bytes=-0`, or any range of an empty object: unsatisfiable (row 30).
 */
export function parseRange(header: string | undefined, sizeBytes: number): RangeOutcome {
  const match = SINGLE_RANGE.exec(header?.trim() ?? '')
  const first = match?.[1] ?? ''
  const last = match?.[2] ?? ''
  if (first === '' && last === '') return WHOLE
  if (first === '') return suffixRange(Number(last), sizeBytes)
  if (last !== '' && Number(last) < Number(first)) return WHOLE
  if (Number(first) >= sizeBytes) return UNSATISFIABLE
  const endBytes = last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes)
  return { kind: 'range', startBytes: Number(first), endBytes }
}

function suffixRange(suffixBytes: number, sizeBytes: number): RangeOutcome {
  if (suffixBytes === 0 || sizeBytes === 0) return UNSATISFIABLE
  return { kind: 'range', startBytes: Math.max(0, sizeBytes - suffixBytes), endBytes: sizeBytes }
}

/**
 * The copy-source-range header: exactly `bytes=first-last`, both given, in order. Undefined when it is anything else
 * (InvalidArgument); whether it lies inside the source is the caller's to compare, since that needs the source.
 */
export function parseCopySourceRange(header: string): ByteRange | undefined {
  const match = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header)
  if (match === null) return undefined
  const startBytes = Number(match[1])
  const endBytes = Number(match[2]) + 1
  return startBytes < endBytes ? { startBytes, endBytes } : undefined
}

/** The value of Content-Range on a 206. */
export function contentRange(range: ByteRange, sizeBytes: number): string {
  return `bytes ${range.startBytes}-${range.endBytes - 1}/${sizeBytes}`
}
