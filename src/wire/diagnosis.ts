/**
 * Why a signature differs, found by trying: each trial is one thing that a client, or something between it and us, may
 * have done differently. A trial whose signature equals the one provided is the cause, beyond doubt. What this finds
 * goes out to the client, so trials carry canonical text and plain sentences, never a key and never a signature.
 */

import type { AuthKind } from './authentication.js'

/** Signing costs tens of microseconds, and anyone who knows a key id can make us fail: so the trials are bounded. */
export const TRIALS_MAX = 200

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

/** The first trial that `proves` confirms, among at most `TRIALS_MAX`. Trials are made only as they are tried. */
export function findCause<Parts>(
  trials: Iterable<Trial<Parts>>,
  proves: (parts: Parts) => boolean,
): Trial<Parts> | undefined {
  let tried = 0
  for (const trial of trials) {
    if (tried === TRIALS_MAX) return undefined
    tried++
    if (proves(trial.parts)) return trial
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
