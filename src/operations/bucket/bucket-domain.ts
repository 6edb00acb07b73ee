/**
 * Domains of somebody's own that lead to the bucket (COS; cos-auth-and-bucket.md 5.22). Every answer to a reader names the
 * record by which a domain is proven, the one that says that there is none as well.
 */

import { domainProof } from '../../core/domains.js'
import { canonicalDomain, checkDomains, DOMAIN_STATES, DOMAIN_TYPES } from '../../model/custom-domain.js'
import { fail } from '../../model/errors/index.js'
import { hostName } from '../../wire/address.js'
import { document, element, list, oneOf, optional, record, trimmed } from '../../wire/document.js'
import { showVendorHeader, showXml, xmlBody } from '../../wire/field.js'
import { operation, type Services } from '../../wire/operation.js'

const PROOF_HEADER = 'domain-txt-verification'

const configuration = document(
  'DomainConfiguration',
  record({
    rules: list(
      'DomainRule',
      record({
        status: element('Status', oneOf(DOMAIN_STATES)),
        name: element('Name', trimmed),
        type: element('Type', oneOf(DOMAIN_TYPES)),
        forcedReplacement: optional('ForcedReplacement', oneOf(['CNAME', 'TXT'])),
      }),
    ),
  }),
)

const match = { target: 'bucket', query: ['domain'] } as const

const getBucketDomain = operation({
  name: 'GetBucketDomain',
  summary: 'The domains that lead to the bucket, and the record that proves one.',
  method: 'GET',
  match,
  dialects: ['cos'],
  permission: 'GetBucketDomain',
  input: {},
  output: { proof: showVendorHeader(PROOF_HEADER), result: showXml(configuration) },
  handle: async ({ core }, { bucket }) => {
    const rules = await core.domains.list(bucket)
    const proof = domainProof(bucket)
    if (rules.length === 0) {
      fail('DomainConfigNotFoundError', { BucketName: bucket.name }, { vendorHeaders: { [PROOF_HEADER]: proof } })
    }
    return { proof, result: { rules: rules.map((rule) => ({ ...rule, forcedReplacement: undefined })) } }
  },
})

const putBucketDomain = operation({
  name: 'PutBucketDomain',
  summary: 'Replaces the domains that lead to the bucket.',
  method: 'PUT',
  match,
  dialects: ['cos'],
  permission: 'PutBucketDomain',
  input: { given: xmlBody(configuration) },
  output: {},
  handle: async ({ core, addressing, endpoint }, { bucket }, { given }) => {
    const { rules } = given
    // Whoever is reached by this very name as a bare endpoint would no longer be.
    const bare = endpoint.pathStyle ? hostName(endpoint.host) : undefined
    checkDomains(rules, (name) => canonicalDomain(name) === bare || isOurs(addressing, name))
    if (rules.some(({ forcedReplacement }) => forcedReplacement === 'CNAME')) {
      const message = 'A domain is taken from another bucket by its TXT record only: ForcedReplacement TXT.'
      fail('NotImplemented', {}, { message })
    }
    const wanted = rules.map(({ forcedReplacement, ...rule }) => ({ ...rule, replaces: forcedReplacement === 'TXT' }))
    await core.domains.replace(bucket, wanted)
    return {}
  },
})

/** Below a name of this server stand buckets, below one of a vendor regions. */
function isOurs(addressing: Services['addressing'], name: string): boolean {
  const { bucketName, region, entrance } = addressing(`a.${name}`, '/')
  return bucketName !== undefined || region !== undefined || entrance !== 'storage'
}

const deleteBucketDomain = operation({
  name: 'DeleteBucketDomain',
  summary: 'Unbinds all domains from the bucket.',
  method: 'DELETE',
  match,
  dialects: ['cos'],
  permission: 'DeleteBucketDomain',
  input: {},
  status: 204,
  output: {},
  handle: async ({ core }, { bucket }) => {
    if (bucket.documents.includes('domain')) await core.domains.replace(bucket, [])
    return {}
  },
})

export const bucketDomain = [getBucketDomain, putBucketDomain, deleteBucketDomain] as const
