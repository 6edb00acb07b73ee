/**
 * How long properties are looked for. `npm test` runs each with its own fixed seed and a bounded number of runs;
 * `STOWAGE_FUZZ_FACTOR=50 npm test test/policy` looks fifty times as long, `STOWAGE_FUZZ_SEED` elsewhere.
 */

const FACTOR_MAX = 10_000

export function fuzzing(seed: number, numRuns: number): { readonly seed: number; readonly numRuns: number } {
  const { STOWAGE_FUZZ_FACTOR: factor = '1', STOWAGE_FUZZ_SEED: chosen } = process.env
  const times = Math.min(Math.max(Number(factor), 1) || 1, FACTOR_MAX)
  return { seed: chosen === undefined ? seed : Number(chosen), numRuns: Math.floor(numRuns * times) }
}
