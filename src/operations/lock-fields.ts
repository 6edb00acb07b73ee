/**
 * Object lock in headers: what a new version asks for, what an answer shows, and the wish to bypass governance, which
 * helps only whoever may.
 */

import { isoMillis } from '../base/iso-date.js'
import { lockFormat } from '../core/lock-record.js'
import type { FoundObject } from '../core/objects.js'
import type { Bucket } from '../model/bucket.js'
import { fail, isApiError } from '../model/errors/index.js'
import { type Bypass, NO_BYPASS } from '../model/object-lock.js'
import type { Permission } from '../model/permissions.js'
import { type ObjectLock, RETENTION_MODES, type Retention } from '../model/version-extras.js'
import { type HeadField, headField, type InputSource } from '../wire/field.js'
import type { Services } from '../wire/operation.js'
import { vendorNames } from '../wire/vendor-names.js'
import type { ExtraPart } from './new-extras.js'

function flag(suffix: string, dialectHasIt: (source: InputSource) => boolean): HeadField<boolean> {
  const names = vendorNames(suffix)
  return headField(`x-*-${suffix}`, (source) => {
    const { request, dialect } = source
    return dialectHasIt(source) && request.headers.get(names[dialect.vendorPrefix])?.toLowerCase() === 'true'
  })
}

export const bypassHeader = flag('bypass-governance-retention', ({ dialect }) => dialect.traits.lock.governance)
export const lockAtCreation = flag('bucket-object-lock-enabled', ({ dialect }) => dialect.traits.lock.atCreation)

/** The permission is asked for when governance really stands in the way. */
export function bypassOf(services: Services, bucket: Bucket, wished: boolean): Bypass {
  if (!wished) return NO_BYPASS
  const governance: Bypass['governance'] = (version) =>
    services.authorizeVersion('BypassGovernanceRetention', { bucket, version, named: true })
  return { ...NO_BYPASS, governance }
}

export function requireLockedBucket({ dialect }: Services, { name, documents }: Bucket, key: string): void {
  if (documents.includes(lockFormat.kind)) return
  if (!dialect.traits.lock.unlockedIsInvalidRequest) fail('NoSuchObjectLockConfiguration', { Key: key })
  fail('InvalidRequest', {}, { message: `Bucket ${name} is missing Object Lock Configuration` })
}

/** InvalidLockedTime in COS, InvalidArgument in S3. */
export function requireFuture({ core }: Services, { retainUntil }: Retention): void {
  if (retainUntil > core.dependencies.clock.now()) return
  fail('InvalidRetentionPeriod', {}, { message: 'The retain until date must be in the future!' })
}

/** Year 10000 is where the dates of headers end. */
const RETAIN_UNTIL_MAX = Date.UTC(9999, 11, 31)
const ISO_DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d))?$/

/** Undefined when it is no date. */
export function retainUntilOf(text: string): number | undefined {
  const at = ISO_DATE.test(text) ? isoMillis(text) : undefined
  return at === undefined || at > RETAIN_UNTIL_MAX ? undefined : at
}

interface Asked {
  readonly retention: Retention | undefined
  readonly legalHold: boolean | undefined
}

const LOCK_NAMES = {
  mode: vendorNames('object-lock-mode'),
  'retain-until-date': vendorNames('object-lock-retain-until-date'),
  'legal-hold': vendorNames('object-lock-legal-hold'),
} as const

function readAsked({ request: { headers }, dialect }: InputSource): Asked | undefined {
  const name = (suffix: keyof typeof LOCK_NAMES) => LOCK_NAMES[suffix][dialect.vendorPrefix]
  const value = (suffix: keyof typeof LOCK_NAMES) => headers.get(name(suffix)) || undefined
  const bad = (suffix: keyof typeof LOCK_NAMES): never =>
    fail('InvalidArgument', { ArgumentName: name(suffix), ArgumentValue: value(suffix) ?? '' })
  const hold = value('legal-hold')
  if (hold !== undefined && !dialect.traits.lock.governance) fail('NotImplemented', { Header: name('legal-hold') })
  if (hold !== undefined && hold !== 'ON' && hold !== 'OFF') bad('legal-hold')
  const [givenMode, givenDate] = [value('mode'), value('retain-until-date')]
  if (givenMode === undefined && givenDate === undefined && hold === undefined) return undefined
  const legalHold = hold === undefined ? undefined : hold === 'ON'
  if (givenMode === undefined && givenDate === undefined) return { retention: undefined, legalHold }
  if (givenMode === undefined) return bad('mode')
  if (givenDate === undefined) return bad('retain-until-date')
  const mode = RETENTION_MODES.find((each) => each === givenMode)
  if (mode === undefined || (mode === 'GOVERNANCE' && !dialect.traits.lock.governance)) return bad('mode')
  return { retention: { mode, retainUntil: retainUntilOf(givenDate) ?? bad('retain-until-date') }, legalHold }
}

const DIGESTS = /^(content-md5|x-amz-checksum-.*|x-amz-trailer)$/

/** A body that is to be locked says what it is, or damage on the way would be locked with it. */
function requireDigest({ request: { method, headers }, dialect, form }: InputSource): void {
  if (!dialect.traits.lock.needsDigest || method !== 'PUT' || form !== undefined) return
  if ((headers.get(`${dialect.vendorPrefix}copy-source`) ?? '') !== '') return
  if ([...headers.keys()].some((name) => DIGESTS.test(name))) return
  const message =
    'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters'
  fail('InvalidRequest', {}, { message })
}

/** The default of the bucket is added by the core, to whatever comes. */
export const lockPart: ExtraPart = {
  place: 'x-*-object-lock-*',
  read: (source) => {
    const asked = readAsked(source)
    if (asked === undefined) return undefined
    requireDigest(source)
    const { retention, legalHold } = asked
    return async (services, bucket, key) => {
      requireLockedBucket(services, bucket, key)
      if (retention !== undefined) {
        requireFuture(services, retention)
        await services.authorize('PutObjectRetention', { bucket, key, reference: undefined })
      }
      if (legalHold !== undefined) await services.authorize('PutObjectLegalHold', { bucket, key, reference: undefined })
      return { lock: { retention, legalHold } }
    }
  },
}

/** Each to whom it is allowed. */
export function shownLock(services: Services, found: FoundObject): readonly (readonly [string, string])[] {
  const { lock } = found.version.extras
  if (lock === undefined) return []
  const shown: [string, string][] = []
  const show = (permission: Permission, lines: Readonly<Record<string, string>>) => {
    if (!mayKnow(services, permission, found)) return
    for (const [suffix, text] of Object.entries(lines)) {
      shown.push([`${services.dialect.vendorPrefix}object-lock-${suffix}`, text])
    }
  }
  if (lock.retention !== undefined) {
    const { mode, retainUntil } = lock.retention
    show('GetObjectRetention', { mode, 'retain-until-date': new Date(retainUntil).toISOString() })
  }
  if (services.dialect.traits.lock.governance && lock.legalHold) show('GetObjectLegalHold', { 'legal-hold': 'ON' })
  return shown
}

function mayKnow(services: Services, permission: Permission, found: FoundObject): boolean {
  try {
    services.authorizeVersion(permission, found)
    return true
  } catch (error) {
    if (isApiError(error, 'AccessDenied')) return false
    throw error
  }
}

export const NO_LOCK: ObjectLock = { retention: undefined, legalHold: undefined }
