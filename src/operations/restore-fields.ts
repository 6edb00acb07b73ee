/**
 * What is shown of archived and restored versions, in headers and listings, and the one check before content is handed
 * out. A version without extras costs no look at the clock.
 */

import { fail } from '../model/errors/index.js'
import { restoreState } from '../model/restore.js'
import { accessTierOf, isArchived, spellStorageClass } from '../model/storage-class.js'
import type { ObjectVersion } from '../model/version.js'
import { boolean, type Child, element, isoTime, only, optional, record, text } from '../wire/document.js'
import { type HeadField, headField } from '../wire/field.js'
import type { Services } from '../wire/operation.js'
import { httpDate } from './object-fields.js'

/** InvalidObjectState, unless the content of the version can be had now. */
export function requireReadable({ core, dialect }: Services, { storageClass, extras }: ObjectVersion): void {
  if (!isArchived(storageClass)) return
  if (restoreState(extras.restore, core.dependencies.clock.now()) === 'restored') return
  const StorageClass = spellStorageClass(dialect.name, storageClass)
  fail('InvalidObjectState', { StorageClass, AccessTier: accessTierOf(storageClass) })
}

/** The class whose objects are moved between tiers as they are used; here they stay in the one that is read at once. */
export const TIERED_CLASS = 'INTELLIGENT_TIERING'
const TIER = 'FREQUENT'

type HeaderLine = readonly [string, string]
const NO_LINES: readonly HeaderLine[] = []

/** cos-object.md 7 and 8; S3 HeadObject, `x-amz-restore`. */
export function tierHeaders(
  { core, dialect }: Services,
  { storageClass, extras }: ObjectVersion,
): readonly HeaderLine[] {
  const { vendorPrefix: prefix, traits } = dialect
  if (storageClass === TIERED_CLASS && traits.storageTierShown) return [[`${prefix}storage-tier`, TIER]]
  const { restore } = extras
  if (restore === undefined) return NO_LINES
  const state = restoreState(restore, core.dependencies.clock.now())
  if (state === 'none') return NO_LINES
  if (state === 'restored') {
    return [[`${prefix}restore`, `ongoing-request="false", expiry-date="${httpDate(restore.expiresAt)}"`]]
  }
  const ongoing: HeaderLine = [`${prefix}restore`, 'ongoing-request="true"']
  if (!traits.restoreStatusShown) return [ongoing]
  const status = `tier="${restore.tier.toLowerCase()}"; request-date="${httpDate(restore.requestedAt)}"`
  return [ongoing, [`${prefix}restore-status`, status]]
}

// --- in listings ----------------------------------------------------------------------------------------------------

export const listedTier = only('cos', optional('StorageTier', text))

/** A word in COS (cos-auth-and-bucket.md 5.6), and an element with parts in S3 (ListObjectsV2). */
export const listedRestore = {
  restoreWord: only('cos', optional('RestoreStatus', text)),
  restoreStatus: only(
    's3',
    optional(
      'RestoreStatus',
      record({
        inProgress: element('IsRestoreInProgress', boolean),
        expiresAt: optional('RestoreExpiryDate', isoTime),
      }),
    ),
  ),
}

const ATTRIBUTES_HEADER = 'x-amz-optional-object-attributes'

/** Whether the listing tells of restores: where the dialect always does, or because it was asked for. */
export const restoreListed: HeadField<boolean> = headField(ATTRIBUTES_HEADER, ({ request, dialect }) => {
  if (dialect.traits.restoreStatusShown) return true
  const given = request.headers.get(ATTRIBUTES_HEADER) ?? ''
  if (given === '') return false
  for (const name of given.split(',')) {
    if (name.trim() !== 'RestoreStatus')
      fail(
        'InvalidArgument',
        { ArgumentName: ATTRIBUTES_HEADER, ArgumentValue: name.trim() },
        { message: 'Invalid attribute name specified.' },
      )
  }
  return true
})

interface TierElements {
  readonly storageTier: string | undefined
  readonly restoreWord: string | undefined
  readonly restoreStatus: { readonly inProgress: boolean; readonly expiresAt: number | undefined } | undefined
}

export const NO_ELEMENTS: TierElements = { storageTier: undefined, restoreWord: undefined, restoreStatus: undefined }
const TIERED_ELEMENTS: TierElements = { ...NO_ELEMENTS, storageTier: TIER }

/** All of them as one property, which most of the thousand rows of a page do not have. */
export const listedTierAndRestore: Child<TierElements | undefined> = {
  parse: () => undefined,
  print: (value, dialect) => {
    if (value === undefined) return ''
    const { restoreWord, restoreStatus } = listedRestore
    return (
      listedTier.print(value.storageTier, dialect) +
      restoreWord.print(value.restoreWord, dialect) +
      restoreStatus.print(value.restoreStatus, dialect)
    )
  },
}

/** For both dialects, which print what theirs has; undefined: nothing. */
export function tierElements(
  { core }: Services,
  { storageClass, extras }: Pick<ObjectVersion, 'storageClass' | 'extras'>,
  withRestore: boolean,
): TierElements | undefined {
  if (storageClass === TIERED_CLASS) return TIERED_ELEMENTS
  const { restore } = extras
  if (restore === undefined || !withRestore) return undefined
  const state = restoreState(restore, core.dependencies.clock.now())
  if (state === 'none') return undefined
  const inProgress = state === 'ongoing'
  return {
    storageTier: undefined,
    restoreWord: inProgress ? 'ONGOING' : 'DONE',
    restoreStatus: { inProgress, expiresAt: inProgress ? undefined : restore.expiresAt },
  }
}
