/**
 * The policy of a bucket, in either grammar (cos-auth-and-bucket.md 5.12). It reads back as it was given; what it means
 * is worked out when it is put, so that nothing is stored that does not parse.
 */

import { policyFormat } from '../../core/bucket-access.js'
import { fail } from '../../model/errors/index.js'
import { givesToGroups } from '../../model/grants.js'
import { checkBucketPolicy, isPublicPolicy } from '../../model/policy/bucket-policy.js'
import { parsePolicy } from '../../model/policy/parse.js'
import { boolean, document, element, record, S3_NAMESPACE } from '../../wire/document.js'
import { type DocumentField, type OutputField, showXml } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'

/** More than a policy may have, so that its own limit is what answers. */
const BODY_BYTES_MAX = 64 * 1024

const policyBody: DocumentField<string> = {
  stage: 'document',
  place: 'policy (JSON)',
  sizeBytesMax: BODY_BYTES_MAX,
  digestRequired: false,
  checksumsOf: 'body',
  read: (bytes) => {
    if (bytes.byteLength === 0) return fail('MissingRequestBodyError')
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch {
      return fail('MalformedPolicy', {}, { message: 'The policy is not UTF-8 text.' })
    }
  },
}

const showPolicy: OutputField<string> = {
  place: 'policy (JSON)',
  write: (value, draft, { traits }) => {
    draft.headers.push(['Content-Type', traits.policyContentType])
    draft.body = { kind: 'bytes', bytes: Buffer.from(value, 'utf8') }
  },
}

/** The list of statements is called `Statement` when it is read, whatever the case in which it came (5.12). */
function readable(text: string): string {
  const parsed: unknown = JSON.parse(text)
  if (typeof parsed !== 'object' || parsed === null || Object.hasOwn(parsed, 'Statement')) return text
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(parsed).map(([name, value]) => [name.toLowerCase() === 'statement' ? 'Statement' : name, value]),
    ),
  )
}

export const putBucketPolicy = operation({
  name: 'PutBucketPolicy',
  summary: 'Sets the policy of the bucket, in the grammar of either vendor.',
  method: 'PUT',
  match: { target: 'bucket', query: ['policy'] },
  permission: 'PutBucketPolicy',
  input: { text: policyBody },
  status: 204,
  output: {},
  handle: async ({ core, access }, { bucket }, { text }) => {
    const policy = parsePolicy(text, 'bucket')
    const owner = await core.identities.findAccount(bucket.accountId)
    checkBucketPolicy(policy, { name: bucket.name, appId: owner?.appId })
    if (access?.publicAccessBlock?.blockPublicPolicy === true && isPublicPolicy(policy)) {
      fail(
        'AccessDenied',
        {},
        { diagnosis: "The policy is public, and the bucket's public access block refuses those." },
      )
    }
    await core.documents.put(bucket, policyFormat.kind, () => policyFormat.toJson(readable(text)))
    return {}
  },
})

export const getBucketPolicy = operation({
  name: 'GetBucketPolicy',
  summary: 'The policy of the bucket, as it was set.',
  method: 'GET',
  match: { target: 'bucket', query: ['policy'] },
  permission: 'GetBucketPolicy',
  input: {},
  output: { policy: showPolicy },
  handle: async ({ core }, { bucket }) => {
    const policy = await core.documents.find(bucket, policyFormat)
    return { policy: policy ?? fail('NoSuchBucketPolicy', { BucketName: bucket.name }) }
  },
})

export const deleteBucketPolicy = operation({
  name: 'DeleteBucketPolicy',
  summary: 'Removes the policy of the bucket.',
  method: 'DELETE',
  match: { target: 'bucket', query: ['policy'] },
  permission: 'DeleteBucketPolicy',
  input: {},
  status: 204,
  output: {},
  handle: async ({ core }, { bucket }) => {
    await core.documents.remove(bucket, policyFormat.kind)
    return {}
  },
})

const policyStatus = document('PolicyStatus', record({ isPublic: element('IsPublic', boolean) }), {
  namespace: { s3: S3_NAMESPACE },
})

export const getBucketPolicyStatus = operation({
  name: 'GetBucketPolicyStatus',
  summary: 'Whether policy or ACL of the bucket let everybody in.',
  method: 'GET',
  match: { target: 'bucket', query: ['policyStatus'] },
  dialects: ['s3'],
  permission: 'GetBucketPolicyStatus',
  input: {},
  output: { result: showXml(policyStatus) },
  handle: async ({ access }, { bucket }) => {
    const byPolicy = access?.policy !== undefined && isPublicPolicy(access.policy)
    const byAcl = givesToGroups(bucket.acl) && access?.publicAccessBlock?.ignorePublicAcls !== true
    return { result: { isPublic: byPolicy || byAcl } }
  },
})
