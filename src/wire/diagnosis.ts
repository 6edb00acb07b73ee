/**
 * Why a signature differs, found by trying: each trial is one thing that a client, or something between it and us, may
 * have done differently. A trial whose signature equals the one provided is the cause, beyond doubt. What this finds
 * goes out to the client, so trials carry canonical text and plain sentences, never a key and never a signature.
 */

import type { AuthKind } from './authentication.js'

/**
 * Anyone who knows a key id can make a signature fail, so what a failure may cost is bounded: in trials, and in
 * characters to be hashed, which a request with a thousand parameters would otherwise multiply.
 */
export const TRIALS_MAX = 200
const TRIED_CHARACTERS_MAX = 400_000

export type Pair = readonly [name: string, value: string]

/** What a signature covers, in the spelling of the dialect: encoded, sorted, ready to be joined. */
export interface SignedParts {
  readonly method: string
  readonly path: string
  readonly parameters: readonly Pair[]
  readonly headers: readonly Pair[]
}

/** One suspicion: the sentence that would explain the signature, and what the client would then have signed. */
export interface Trial<Parts> {
  readonly sentence: string
  readonly parts: Parts
}

export interface CanonicalForm {
  readonly title: string
  readonly text: string
}

/** Everything there is to say about one signature. For the person who holds the secret: it shows the expected one. */
export interface Examination {
  readonly scheme: AuthKind
  readonly accessKeyId: string
  /** In the order in which they are built. */
  readonly forms: readonly CanonicalForm[]
  readonly signatureComputed: string
  readonly signatureProvided: string
  readonly matches: boolean
  /** Undefined when the signature matches. */
  readonly diagnosis: string | undefined
  /** The forms that the client must have built, when a trial explained its signature. */
  readonly clientForms: readonly CanonicalForm[] | undefined
}

/**
 * The first trial that `proves` confirms; trials are made only as they are tried. `canonicalLength` is the length of
 * the text that each of them hashes, more or less.
 */
export function findCause<Parts>(
  trials: Iterable<Trial<Parts>>,
  canonicalLength: number,
  proves: (parts: Parts) => boolean,
): Trial<Parts> | undefined {
  let left = Math.min(TRIALS_MAX, Math.ceil(TRIED_CHARACTERS_MAX / canonicalLength))
  for (const trial of trials) {
    if (proves(trial.parts)) return trial
    if (--left === 0) return undefined
  }
  return undefined
}

export function replaceValue(pairs: readonly Pair[], name: string, value: string): readonly Pair[] {
  return pairs.map((pair) => (pair[0] === name ? [name, value] : pair))
}

export function withoutName(pairs: readonly Pair[], name: string): readonly Pair[] {
  return pairs.filter((pair) => pair[0] !== name)
}

/** By name, then by value: names and values are ASCII by now, so this is byte order. */
export function sortPairs(pairs: readonly Pair[]): readonly Pair[] {
  if (pairs.length < 2) return pairs
  return pairs.toSorted((a, b) => compareText(a[0], b[0]) || compareText(a[1], b[1]))
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
