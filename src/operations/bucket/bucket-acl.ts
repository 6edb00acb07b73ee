/** Who may do what with a bucket, beside its owner. */

import { showVendorHeader, showXml } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'
import { accessControlPolicy, policyBody } from '../acl-document.js'
import { aclHeaders, aclInForce, ownersOfBucket, resolveGiven, shownPolicy, shownWord } from '../acl-fields.js'

export const getBucketAcl = operation({
  name: 'GetBucketACL',
  summary: 'The ACL of the bucket.',
  method: 'GET',
  match: { target: 'bucket', query: ['acl'] },
  permission: 'GetBucketACL',
  input: {},
  output: { word: showVendorHeader('acl'), result: showXml(accessControlPolicy) },
  handle: async (services, { bucket }) => {
    const acl = aclInForce(services, bucket.acl)
    return {
      word: shownWord(services.dialect, acl),
      result: await shownPolicy(services, acl, ownersOfBucket(bucket)),
    }
  },
})

export const putBucketAcl = operation({
  name: 'PutBucketACL',
  summary: 'Replaces the ACL of the bucket, by headers or a document.',
  method: 'PUT',
  match: { target: 'bucket', query: ['acl'] },
  permission: 'PutBucketACL',
  input: { given: aclHeaders('bucket'), policy: policyBody },
  output: {},
  handle: async (services, { bucket }, { given, policy }) => {
    const acl = await resolveGiven(services, given, policy, ownersOfBucket(bucket))
    await services.core.buckets.setAcl(bucket, acl ?? 'private')
    return {}
  },
})
