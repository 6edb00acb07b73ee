/**
 * What a new version has besides its content, as the request and its bucket want it: each part reads its own headers,
 * refuses what is not well-formed before any state is looked at, and then says what it adds. A copy takes nothing of
 * this over from its source.
 */

import type { Bucket } from '../model/bucket.js'
import { NO_EXTRAS, type VersionExtras } from '../model/version-extras.js'
import { type HeadField, headField, type InputSource } from '../wire/field.js'
import type { Services } from '../wire/operation.js'
import { encryptionPart } from './encryption-fields.js'
import { lockPart } from './lock-fields.js'
import { redirectLocation } from './redirect-location.js'

/** Undefined: it adds nothing. */
export type WantedExtra = (
  services: Services,
  bucket: Bucket,
  key: string,
) => Partial<VersionExtras> | undefined | Promise<Partial<VersionExtras> | undefined>

export interface ExtraPart {
  /** For docs/operations.md. */
  readonly place: string
  /** Undefined when neither the request nor its bucket can want anything. */
  read(source: InputSource): WantedExtra | undefined
}

/** In the order of errors.md 4.1, stage 9. */
const PARTS: readonly ExtraPart[] = [redirectLocation, encryptionPart, lockPart]

export const wantedExtras: HeadField<readonly WantedExtra[]> = headField(
  PARTS.map(({ place }) => place).join(', '),
  (source) => PARTS.map((part) => part.read(source)).filter((wanted) => wanted !== undefined),
)

export async function newExtras(
  services: Services,
  bucket: Bucket,
  key: string,
  wanted: readonly WantedExtra[],
): Promise<VersionExtras> {
  let extras = NO_EXTRAS
  for (const want of wanted) {
    const added = want(services, bucket, key)
    // Most bring nothing, and a wait for nothing is not free.
    if (added !== undefined) extras = { ...extras, ...(await added) }
  }
  return extras
}
