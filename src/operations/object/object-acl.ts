/** Who may do what with one version of an object, beside its owner and the bucket's. */

import { inheritedAcl } from '../../model/grants.js'
import { showVendorHeader, showXml } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'
import { accessControlPolicy, policyBody } from '../acl-document.js'
import {
  aclHeaders,
  aclInForce,
  ownersOfVersion,
  resolveGiven,
  resolveHeaders,
  shownPolicy,
  shownWord,
} from '../acl-fields.js'
import { shownVersionId, versionReference } from '../object-fields.js'

export const getObjectAcl = operation({
  name: 'GetObjectACL',
  summary: 'The ACL of a version; `default` where it follows its bucket.',
  method: 'GET',
  match: { target: 'object', query: ['acl'] },
  permission: 'GetObjectACL',
  input: { reference: versionReference },
  output: {
    word: showVendorHeader('acl'),
    versionId: showVendorHeader('version-id'),
    result: showXml(accessControlPolicy),
  },
  handle: async (services, { bucket, key }, { reference }) => {
    const { core, dialect } = services
    const found = await core.objects.find({ bucket, key, reference })
    services.authorizeVersion('GetObjectACL', found)
    const { version, bucket: now } = found
    // Where no word says that it follows its bucket, what it has from there is shown.
    const inherited = dialect.traits.aclWordShown ? 'private' : inheritedAcl(now.acl)
    return {
      word: shownWord(dialect, version.acl),
      versionId: shownVersionId(now, version),
      result: await shownPolicy(
        services,
        aclInForce(services, version.acl ?? inherited),
        ownersOfVersion(version, now),
      ),
    }
  },
})

export const putObjectAcl = operation({
  name: 'PutObjectACL',
  summary: 'Replaces the ACL of a version, by headers or a document.',
  method: 'PUT',
  match: { target: 'object', query: ['acl'] },
  permission: 'PutObjectACL',
  input: { reference: versionReference, given: aclHeaders('object'), policy: policyBody },
  output: { versionId: showVendorHeader('version-id') },
  prepare: async (services, { bucket, key }, { reference, given }) => {
    if (given !== undefined) await resolveHeaders(services, given, ownersOfVersion(bucket, bucket))
    return services.core.objects.find({ bucket, key, reference })
  },
  handle: async (services, { bucket, key }, { reference, given, policy }, { version }) => {
    const acl = await resolveGiven(services, given, policy, ownersOfVersion(version, bucket))
    const { core } = services
    const written = await core.objects.setAcl({ bucket, key, reference }, acl, (found) => {
      services.authorizeVersion('PutObjectACL', found)
    })
    return { versionId: shownVersionId(written.bucket, written.version) }
  },
})
