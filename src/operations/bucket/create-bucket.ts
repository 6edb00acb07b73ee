/** Makes a bucket. Its region comes from the host in COS, where a body may only agree; from the body or the host in S3. */

import { ownershipFormat } from '../../core/bucket-access.js'
import { newDocument } from '../../core/buckets.js'
import { lockFormat } from '../../core/lock-record.js'
import { bucketTagsFormat } from '../../core/tags-record.js'
import { fail } from '../../model/errors/index.js'
import { givesAway } from '../../model/grants.js'
import { OWNERSHIPS } from '../../model/policy/decision.js'
import { document, list, only, optional, record, trimmed } from '../../wire/document.js'
import { choice, showHeader, vendorHeader, xmlBody } from '../../wire/field.js'
import { operation, type Services } from '../../wire/operation.js'
import { bucketAclHeaders, resolveHeaders } from '../acl-fields.js'
import { lockAtCreation } from '../lock-fields.js'
import { requireAccount } from '../signed-caller.js'
import { allowedTags, bucketTagsHeader, tagElement } from '../tagging.js'
import { unservedHeaders } from '../unserved-headers.js'

const configuration = document(
  'CreateBucketConfiguration',
  record({
    location: optional('LocationConstraint', trimmed),
    zones: only('cos', optional('BucketAZConfig', trimmed)),
    tags: only('s3', optional('Tags', record({ tag: list('Tag', tagElement) }))),
    architecture: only('cos', optional('BucketArchConfig', trimmed)),
  }),
)

const NO_CONFIGURATION = { location: undefined, tags: undefined, zones: undefined, architecture: undefined }

/** What the body names is what is made, unless the host says otherwise: in COS every host does. */
function regionOf({ region, regions, dialect }: Services, location: string | undefined): string {
  const ofHost = region ?? (dialect.traits.locationInBody ? undefined : regions.home)
  if (location === undefined || location === '') return ofHost ?? regions.home
  const named = regions.named(location)
  if (named === undefined) return fail('InvalidLocationConstraint', { LocationConstraint: location })
  if (ofHost === undefined || ofHost === named) return named
  const message = `The ${location} location constraint is incompatible for the region specific endpoint this request was sent to.`
  return fail('IllegalLocationConstraintException', { LocationConstraint: location }, { message })
}

export const createBucket = operation({
  name: 'CreateBucket',
  summary: 'Makes a bucket.',
  method: 'PUT',
  match: { target: 'bucket-name' },
  permission: 'PutBucket',
  input: {
    tags: bucketTagsHeader,
    given: bucketAclHeaders,
    ownership: vendorHeader('object-ownership', choice(OWNERSHIPS)),
    unserved: unservedHeaders('bucket'),
    lock: lockAtCreation,
    configuration: xmlBody(configuration, { absent: () => NO_CONFIGURATION }),
  },
  output: { location: showHeader('Location') },
  handle: async (
    services,
    { bucketName },
    { tags: tagsInHeader, given, ownership, lock, configuration: { location, tags: tagsInBody, zones, architecture } },
  ) => {
    const { account } = requireAccount(services.principal)
    const { traits } = services.dialect
    const region = regionOf(services, location)
    // At the entrance nobody knew what the body names.
    if (region !== (services.region ?? services.regions.home)) {
      services.authorizeService('PutBucket', bucketName, region)
    }
    if (traits.appIdInName && !bucketName.endsWith(`-${account.appId}`)) fail('AccessDenied')
    if (zones === 'MAZ')
      fail('NotImplemented', {}, { message: 'Multi-zone buckets are not implemented by this server.' })
    if (architecture === 'OFS')
      fail('NotImplemented', {}, { message: 'Metadata acceleration is not implemented by this server.' })
    const owners = { owner: account.id, bucketOwner: undefined }
    const acl = (given === undefined ? undefined : await resolveHeaders(services, given, owners)) ?? 'private'
    const aclDistinguishes = traits.aclDistinguishesBuckets
    const tags = allowedTags([...tagsInHeader, ...(tagsInBody?.tag ?? [])], 'bucket', services.dialect)
    if (ownership === 'BucketOwnerEnforced' && givesAway(acl)) fail('InvalidBucketAclWithObjectOwnership')
    const documents = [
      ...(tags.length === 0 ? [] : [newDocument(bucketTagsFormat, tags)]),
      ...(ownership === undefined ? [] : [newDocument(ownershipFormat, ownership)]),
      ...(lock ? [newDocument(lockFormat, { defaultRetention: undefined })] : []),
    ]
    const accountId = account.id
    const versioning = lock ? 'enabled' : 'unset'
    await services.core.buckets.create({
      name: bucketName,
      accountId,
      region,
      acl,
      documents,
      aclDistinguishes,
      versioning,
    })
    return traits.locationInBody ? { location: `/${bucketName}` } : {}
  },
})
