/**
 * Where the access log of the bucket goes. There is no DELETE: an empty document switches it off. Whether the target
 * takes logs is decided here, and again at every delivery.
 */

import { rulesFor } from '../../core/access.js'
import { loggingFormat } from '../../core/access-log-rows.js'
import type { BucketAccess } from '../../core/bucket-access.js'
import {
  checkLogPrefix,
  checkReplacement,
  LOG_FORM_RULES,
  LOG_GRANT_PERMISSIONS,
  type LogDestination,
  type LoggingConfiguration,
  type LogKeyFormat,
} from '../../model/access-log.js'
import type { Bucket } from '../../model/bucket.js'
import { fail } from '../../model/errors/index.js'
import { GRANTS_MAX, type Grant } from '../../model/grants.js'
import { takesLogs } from '../../model/policy/log-delivery.js'
import type { Account } from '../../model/principal.js'
import {
  document,
  element,
  list,
  oneOf,
  only,
  optional,
  record,
  S3_NAMESPACE,
  text,
  trimmed,
} from '../../wire/document.js'
import { showXml, xmlBody } from '../../wire/field.js'
import { operation, type Services } from '../../wire/operation.js'
import { grantee, type ShownGrant } from '../acl-document.js'
import { ownersOfBucket, resolveGrants, shownGrants } from '../acl-fields.js'

const status = document(
  'BucketLoggingStatus',
  record({
    enabled: optional(
      'LoggingEnabled',
      record({
        targetBucket: element('TargetBucket', trimmed),
        grants: only(
          's3',
          optional(
            'TargetGrants',
            record({
              grant: list(
                'Grant',
                record({ grantee, permission: element('Permission', oneOf(LOG_GRANT_PERMISSIONS)) }),
              ),
            }),
          ),
        ),
        targetPrefix: optional('TargetPrefix', text),
        keyFormat: only(
          's3',
          optional(
            'TargetObjectKeyFormat',
            record({
              simple: optional('SimplePrefix', record({})),
              partitioned: optional(
                'PartitionedPrefix',
                record({ dateSource: optional('PartitionDateSource', oneOf(['EventTime', 'DeliveryTime'])) }),
              ),
            }),
          ),
        ),
      }),
    ),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

type Status = ReturnType<(typeof status)['parse']>
type Enabled = NonNullable<Status['enabled']>
type KeyFormatShown = Enabled['keyFormat']

const match = { target: 'bucket', query: ['logging'] } as const

export const getBucketLogging = operation({
  name: 'GetBucketLogging',
  summary: 'Where the access log of the bucket goes.',
  method: 'GET',
  match,
  permission: 'GetBucketLogging',
  input: {},
  output: { result: showXml(status) },
  handle: async (services, { bucket }) => {
    const kept = await services.core.documents.find(bucket, loggingFormat)
    return { result: { enabled: kept && (await shown(services, bucket, kept)) } }
  },
})

export const putBucketLogging = operation({
  name: 'PutBucketLogging',
  summary: 'Switches the access log of the bucket on or off, and says where it goes.',
  method: 'PUT',
  match,
  permission: 'PutBucketLogging',
  input: { given: xmlBody(status) },
  output: {},
  handle: async (services, { bucket }, { given: { enabled } }) => {
    const { documents } = services.core
    if (enabled === undefined) {
      await documents.remove(bucket, loggingFormat.kind)
      return {}
    }
    const owner = await services.core.identities.findAccount(bucket.accountId)
    const configuration = await configurationOf(services, bucket, enabled)
    const destination = { configuration, source: sourceOf(bucket, owner) }
    checkLogPrefix(destination, services.dialect.traits)
    await requireTarget(services, bucket, owner, destination)
    checkReplacement(await documents.find(bucket, loggingFormat), configuration, bucket.name)
    await documents.put(bucket, loggingFormat.kind, () => loggingFormat.toJson(configuration))
    return {}
  },
})

function sourceOf({ name: bucketName, region, accountId }: Bucket, owner: Account | undefined) {
  return { bucketName, region, accountId, uin: owner?.uin ?? '' }
}

// --- what is given, as it is kept --------------------------------------------------------------------------------

async function configurationOf(
  services: Services,
  bucket: Bucket,
  { targetBucket, targetPrefix, grants, keyFormat }: Enabled,
): Promise<LoggingConfiguration> {
  const { accessLogForm: form, logPrefixOptional } = services.dialect.traits
  if (targetBucket === '' || (targetPrefix === undefined && !logPrefixOptional)) fail('MalformedXML')
  return {
    form,
    targetBucket,
    targetPrefix: targetPrefix ?? '',
    grants: await logGrants(services, bucket, grants?.grant ?? []),
    keyFormat: keyFormatOf(keyFormat),
  }
}

async function logGrants(services: Services, bucket: Bucket, given: readonly ShownGrant[]): Promise<readonly Grant[]> {
  if (given.length > GRANTS_MAX) fail('AttachmentFull')
  return resolveGrants(services, given, ownersOfBucket(bucket))
}

function keyFormatOf(given: KeyFormatShown): LogKeyFormat | undefined {
  if (given === undefined) return undefined
  const { simple, partitioned } = given
  if ((simple === undefined) === (partitioned === undefined)) return fail('MalformedXML')
  if (partitioned === undefined) return 'simple'
  return partitioned.dateSource === 'DeliveryTime' ? 'delivery-time' : 'event-time'
}

/** InvalidTargetBucketForLogging, CrossLocationLoggingProhibited, AccessControlListNotSupported. */
async function requireTarget(
  { core, access: ownAccess }: Services,
  bucket: Bucket,
  owner: Account | undefined,
  destination: LogDestination,
): Promise<void> {
  const { targetBucket: TargetBucket, form, grants } = destination.configuration
  const target = await core.buckets.find(TargetBucket)
  if (target === undefined || target.accountId !== bucket.accountId) {
    return fail('InvalidTargetBucketForLogging', { TargetBucket })
  }
  if (target.region !== bucket.region) {
    const SourceBucketLocation = bucket.region
    fail('CrossLocationLoggingProhibited', { SourceBucketLocation, TargetBucketLocation: target.region })
  }
  const access: BucketAccess =
    target.id === bucket.id && ownAccess !== undefined ? ownAccess : await core.bucketAccess(target)
  const { bucket: rules } = rulesFor(target, access, undefined)
  const admitted = rules !== undefined && takesLogs({ rules, region: target.region, owner }, destination)
  if (LOG_FORM_RULES[form].grantNeeded && !admitted) {
    const diagnosis =
      'Grant WRITE on the target to the group LogDelivery, or allow it to logging.s3.amazonaws.com by policy.'
    fail('InvalidTargetBucketForLogging', { TargetBucket }, { diagnosis })
  }
  if (grants.length > 0 && access.ownership === 'BucketOwnerEnforced') fail('AccessControlListNotSupported')
}

// --- what is kept, as it is shown --------------------------------------------------------------------------------

const KEY_FORMATS: Readonly<Record<LogKeyFormat, NonNullable<KeyFormatShown>>> = {
  simple: { simple: {}, partitioned: undefined },
  'event-time': { simple: undefined, partitioned: { dateSource: 'EventTime' } },
  'delivery-time': { simple: undefined, partitioned: { dateSource: 'DeliveryTime' } },
}

async function shown(
  services: Services,
  bucket: Bucket,
  { targetBucket, targetPrefix, grants, keyFormat }: LoggingConfiguration,
): Promise<Enabled> {
  const given = grants.length === 0 ? undefined : (await shownGrants(services, grants, ownersOfBucket(bucket))).grants
  return {
    targetBucket,
    targetPrefix,
    grants: given && { grant: given.grant.flatMap(asLogGrant) },
    keyFormat: keyFormat && KEY_FORMATS[keyFormat],
  }
}

type LogGrantShown = NonNullable<Enabled['grants']>['grant'][number]

function asLogGrant({ grantee: to, permission }: ShownGrant): readonly LogGrantShown[] {
  const own = LOG_GRANT_PERMISSIONS.find((each) => each === permission)
  return own === undefined ? [] : [{ grantee: to, permission: own }]
}
