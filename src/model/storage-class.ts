/**
 * Storage classes: what is stored, and how each dialect spells it. A class that one dialect lacks is shown there as the
 * nearest one a client can act on: the same need of a restore, the same cost class.
 */

import { fail } from './errors/index.js'

/** As stored. `ARCHIVE` is S3's `GLACIER`. */
export type StorageClass =
  | 'STANDARD'
  | 'STANDARD_IA'
  | 'INTELLIGENT_TIERING'
  | 'ARCHIVE'
  | 'DEEP_ARCHIVE'
  | 'ONEZONE_IA'
  | 'GLACIER_IR'
  | 'REDUCED_REDUNDANCY'

export interface StorageClassRow {
  /** Shown to COS clients; cos-object.md 21. */
  readonly cos: string
  /** Shown to S3 clients; S3 API, StorageClass of PutObject. */
  readonly s3: string
  /** Which dialects may name the class in a request, by the spelling of their column. */
  readonly accepted: readonly ('cos' | 's3')[]
  /** Reads need a restore first. */
  readonly archived: boolean
  /** What lies archived lies in this tier, as errors call it (InvalidObjectState, AccessTier). */
  readonly accessTier?: string
}

/**
 * Not accepted: MAZ_* (there are no multi-zone buckets here), COLD_ARCHIVE and NEARLINE (little evidence), and S3's
 * OUTPOSTS, SNOW, EXPRESS_ONEZONE and FSX_* (places that are not here).
 */
export const STORAGE_CLASSES: Readonly<Record<StorageClass, StorageClassRow>> = {
  STANDARD: { cos: 'STANDARD', s3: 'STANDARD', accepted: ['cos', 's3'], archived: false },
  STANDARD_IA: { cos: 'STANDARD_IA', s3: 'STANDARD_IA', accepted: ['cos', 's3'], archived: false },
  INTELLIGENT_TIERING: {
    cos: 'INTELLIGENT_TIERING',
    s3: 'INTELLIGENT_TIERING',
    accepted: ['cos', 's3'],
    archived: false,
  },
  ARCHIVE: {
    cos: 'ARCHIVE',
    s3: 'GLACIER',
    accepted: ['cos', 's3'],
    archived: true,
    accessTier: 'ARCHIVE_ACCESS',
  },
  DEEP_ARCHIVE: {
    cos: 'DEEP_ARCHIVE',
    s3: 'DEEP_ARCHIVE',
    accepted: ['cos', 's3'],
    archived: true,
    accessTier: 'DEEP_ARCHIVE_ACCESS',
  },
  ONEZONE_IA: { cos: 'STANDARD_IA', s3: 'ONEZONE_IA', accepted: ['s3'], archived: false },
  GLACIER_IR: { cos: 'STANDARD_IA', s3: 'GLACIER_IR', accepted: ['s3'], archived: false },
  REDUCED_REDUNDANCY: { cos: 'STANDARD', s3: 'REDUCED_REDUNDANCY', accepted: ['s3'], archived: false },
}

/** The class a request names, STANDARD when it names none; fails with InvalidStorageClass. Case counts. */
export function parseStorageClass(dialect: 'cos' | 's3', text: string | undefined): StorageClass {
  const spelling = text?.trim() ?? ''
  if (spelling === '') return 'STANDARD'
  for (const name of storageClassNames()) {
    const row = STORAGE_CLASSES[name]
    if (row[dialect] === spelling && row.accepted.includes(dialect)) return name
  }
  return fail('InvalidStorageClass', { StorageClassRequested: spelling })
}

/** The spelling for a client of the dialect. `stored` is what `parseStorageClass` returned. */
export function spellStorageClass(dialect: 'cos' | 's3', stored: string): string {
  return isStorageClass(stored) ? STORAGE_CLASSES[stored][dialect] : stored
}

/** The object must be restored before it can be read. */
export function isArchived(stored: string): boolean {
  return isStorageClass(stored) && STORAGE_CLASSES[stored].archived
}

/** Undefined unless archived. */
export function accessTierOf(stored: string): string | undefined {
  return isStorageClass(stored) ? STORAGE_CLASSES[stored].accessTier : undefined
}

/**
 * Where rules may move what is stored: down the waterfall of both services and never up (S3, "Supported lifecycle
 * transitions"; cos-auth-and-bucket.md 5.11, "only towards colder classes").
 */
const TRANSITIONS: Readonly<Record<StorageClass, readonly StorageClass[]>> = {
  STANDARD: ['STANDARD_IA', 'INTELLIGENT_TIERING', 'ONEZONE_IA', 'GLACIER_IR', 'ARCHIVE', 'DEEP_ARCHIVE'],
  REDUCED_REDUNDANCY: ['STANDARD_IA', 'INTELLIGENT_TIERING', 'ONEZONE_IA', 'GLACIER_IR', 'ARCHIVE', 'DEEP_ARCHIVE'],
  STANDARD_IA: ['INTELLIGENT_TIERING', 'ONEZONE_IA', 'GLACIER_IR', 'ARCHIVE', 'DEEP_ARCHIVE'],
  INTELLIGENT_TIERING: ['ONEZONE_IA', 'GLACIER_IR', 'ARCHIVE', 'DEEP_ARCHIVE'],
  ONEZONE_IA: ['ARCHIVE', 'DEEP_ARCHIVE'],
  GLACIER_IR: ['ARCHIVE', 'DEEP_ARCHIVE'],
  ARCHIVE: ['DEEP_ARCHIVE'],
  DEEP_ARCHIVE: [],
}

/** Whether a lifecycle rule may move a version of one stored class to another. */
export function mayTransition(from: string, to: string): boolean {
  return isStorageClass(from) && TRANSITIONS[from].some((target) => target === to)
}

/** The spellings that a dialect accepts, for documents and traits. */
export function storageClassesOf(dialect: 'cos' | 's3'): readonly string[] {
  return storageClassNames()
    .map((name) => STORAGE_CLASSES[name])
    .filter((row) => row.accepted.includes(dialect))
    .map((row) => row[dialect])
}

function isStorageClass(text: string): text is StorageClass {
  return Object.hasOwn(STORAGE_CLASSES, text)
}

function storageClassNames(): readonly StorageClass[] {
  return Object.keys(STORAGE_CLASSES).filter(isStorageClass)
}
