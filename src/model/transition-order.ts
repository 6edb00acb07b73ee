/** Which storage class may follow which in lifecycle rules: only colder ones, never back. */

const WARMTH: Readonly<Record<string, number>> = {
  STANDARD: 0,
  REDUCED_REDUNDANCY: 0,
  STANDARD_IA: 1,
  INTELLIGENT_TIERING: 2,
  ONEZONE_IA: 3,
  GLACIER_IR: 4,
  ARCHIVE: 5,
  DEEP_ARCHIVE: 6,
}

export function coldnessOf(storageClass: string): number {
  return WARMTH[storageClass] ?? 0
}

export function mayTransition(from: string, to: string): boolean {
  return coldnessOf(from) < coldnessOf(to)
}
