/**
 * Version sequences and the ids that clients see (cos-object.md 20). A sequence is the 20-digit decimal text of
 * 2^64 - 1 - microseconds since 1970, so byte order is newest first; the id is its Base64 without padding. Within one
 * key every new sequence sorts strictly before the previous newest, whatever the clock does.
 */

import { assert } from '../base/assert.js'

/** 20 decimal digits. */
export type VersionSequence = string

export type VersionReference =
  | { readonly kind: 'null' }
  | { readonly kind: 'sequence'; readonly sequence: VersionSequence }

const SEQUENCE_MAX = 2n ** 64n - 1n
const SEQUENCE = /^\d{20}$/
const VERSION_ID = /^[A-Za-z0-9]{27}$/

/** `previousNewest`: the newest sequence that the key has or had; the result is strictly newer, i.e. smaller. */
export function nextSequence(nowMicros: number, previousNewest?: VersionSequence): VersionSequence {
  assert(nowMicros >= 0, 'time lies after 1970')
  const byClock = SEQUENCE_MAX - BigInt(Math.floor(nowMicros))
  if (previousNewest === undefined) return sequenceText(byClock)
  const byOrder = BigInt(previousNewest) - 1n
  return sequenceText(byOrder < byClock ? byOrder : byClock)
}

/** Microseconds since 1970 that the sequence stands for. */
export function microsOfSequence(sequence: VersionSequence): number {
  return Number(SEQUENCE_MAX - BigInt(sequence))
}

export function encodeVersionId(sequence: VersionSequence): string {
  assert(SEQUENCE.test(sequence), 'a sequence is 20 decimal digits')
  return Buffer.from(sequence, 'latin1').toString('base64').slice(0, 27)
}

/** Undefined when the text is not a version id of ours: InvalidArgument. */
export function parseVersionId(text: string): VersionReference | undefined {
  if (text === 'null') return { kind: 'null' }
  if (!VERSION_ID.test(text)) return undefined
  const sequence = Buffer.from(text, 'base64').toString('latin1')
  if (!SEQUENCE.test(sequence) || BigInt(sequence) > SEQUENCE_MAX) return undefined
  return encodeVersionId(sequence) === text ? { kind: 'sequence', sequence } : undefined
}

function sequenceText(sequence: bigint): VersionSequence {
  assert(sequence >= 0n, 'a key has fewer than 2^64 versions')
  return sequence.toString().padStart(20, '0')
}
