/** Retention and legal hold of one version. They change in place, and core/versions.ts sees to it that they only grow. */

import { fail } from '../../model/errors/index.js'
import { RETENTION_MODES, type Retention } from '../../model/version-extras.js'
import { document, element, oneOf, optional, record, S3_NAMESPACE, textOf } from '../../wire/document.js'
import { showVendorHeader, showXml, xmlBody } from '../../wire/field.js'
import { operation, type Services } from '../../wire/operation.js'
import { bypassHeader, bypassOf, NO_LOCK, requireFuture, requireLockedBucket, retainUntilOf } from '../lock-fields.js'
import { shownVersionId, versionReference } from '../object-fields.js'

const retainUntilText = textOf<number>(
  (raw) => retainUntilOf(raw.trim()),
  (value) => new Date(value).toISOString(),
)

const retentionDocument = document(
  'Retention',
  record({
    mode: optional('Mode', oneOf(RETENTION_MODES)),
    retainUntil: optional('RetainUntilDate', retainUntilText),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

const legalHoldDocument = document('LegalHold', record({ status: element('Status', oneOf(['ON', 'OFF'])) }), {
  namespace: { s3: S3_NAMESPACE },
})

interface GivenRetention {
  readonly mode: Retention['mode'] | undefined
  readonly retainUntil: number | undefined
}

/** Undefined: none, which S3 takes as the wish to remove it. */
function wantedRetention(services: Services, { mode, retainUntil }: GivenRetention): Retention | undefined {
  const { governance } = services.dialect.traits.lock
  if (mode === undefined && retainUntil === undefined && governance) return undefined
  if (retainUntil === undefined || (mode === undefined && governance)) return fail('MalformedXML')
  if (mode === 'GOVERNANCE' && !governance) return fail('MalformedXML')
  const wanted: Retention = { mode: mode ?? 'COMPLIANCE', retainUntil }
  requireFuture(services, wanted)
  return wanted
}

const retention = { target: 'object', query: ['retention'] } as const
const legalHold = { target: 'object', query: ['legal-hold'] } as const
const versionId = showVendorHeader('version-id')

export const getObjectRetention = operation({
  name: 'GetObjectRetention',
  summary: 'Until when a version is retained.',
  method: 'GET',
  match: retention,
  permission: 'GetObjectRetention',
  input: { reference: versionReference },
  output: { result: showXml(retentionDocument) },
  handle: async (services, { bucket, key }, { reference }) => {
    requireLockedBucket(services, bucket, key)
    const found = await services.core.objects.find({ bucket, key, reference })
    services.authorizeVersion('GetObjectRetention', found)
    const kept = found.version.extras.lock?.retention
    return kept === undefined ? fail('NoSuchObjectLockConfiguration', { Key: key }) : { result: kept }
  },
})

export const putObjectRetention = operation({
  name: 'PutObjectRetention',
  summary: 'Retains a version until a date; a retention under way may be extended.',
  method: 'PUT',
  match: retention,
  permission: 'PutObjectRetention',
  input: { reference: versionReference, bypass: bypassHeader, given: xmlBody(retentionDocument) },
  output: { versionId },
  handle: async (services, { bucket, key }, { reference, bypass, given }) => {
    requireLockedBucket(services, bucket, key)
    const wanted = wantedRetention(services, given)
    const name = { bucket, key, reference }
    const { core } = services
    const written = await core.objects.setLock(name, bypassOf(services, bucket, bypass), (found) => {
      services.authorizeVersion('PutObjectRetention', found)
      return { ...(found.version.extras.lock ?? NO_LOCK), retention: wanted }
    })
    return { versionId: shownVersionId(written.bucket, written.version) }
  },
})

export const getObjectLegalHold = operation({
  name: 'GetObjectLegalHold',
  summary: 'Whether a version is under legal hold.',
  method: 'GET',
  match: legalHold,
  dialects: ['s3'],
  permission: 'GetObjectLegalHold',
  input: { reference: versionReference },
  output: { result: showXml(legalHoldDocument) },
  handle: async (services, { bucket, key }, { reference }) => {
    requireLockedBucket(services, bucket, key)
    const found = await services.core.objects.find({ bucket, key, reference })
    services.authorizeVersion('GetObjectLegalHold', found)
    const held = found.version.extras.lock?.legalHold
    if (held === undefined) return fail('NoSuchObjectLockConfiguration', { Key: key })
    return { result: { status: held ? 'ON' : 'OFF' } as const }
  },
})

export const putObjectLegalHold = operation({
  name: 'PutObjectLegalHold',
  summary: 'Puts a version under legal hold or lifts it.',
  method: 'PUT',
  match: legalHold,
  dialects: ['s3'],
  permission: 'PutObjectLegalHold',
  input: { reference: versionReference, given: xmlBody(legalHoldDocument) },
  output: { versionId },
  handle: async (services, { bucket, key }, { reference, given: { status } }) => {
    requireLockedBucket(services, bucket, key)
    const bypass = { governance: undefined, legalHold: true }
    const written = await services.core.objects.setLock({ bucket, key, reference }, bypass, (found) => {
      services.authorizeVersion('PutObjectLegalHold', found)
      return { ...(found.version.extras.lock ?? NO_LOCK), legalHold: status === 'ON' }
    })
    return { versionId: shownVersionId(written.bucket, written.version) }
  },
})
