/**
 * What a bucket's configurations say about access: policy, public access block, ownership of objects, who pays, which
 * signatures are strict enough, which pages may lead here, what becomes of requests without TLS. Each is a document; a
 * bucket that has none of them costs no reading.
 */

import { asList, asOneOf, asText, asTexts } from '../meta/json.js'
import type { Json } from '../meta/record.js'
import type { Bucket, DocumentKind } from '../model/bucket.js'
import { asApiError } from '../model/errors/index.js'
import { HTTPS_POLICIES, type HttpsPolicy } from '../model/https-policy.js'
import { OWNERSHIPS, type Ownership, type PublicAccessBlock } from '../model/policy/decision.js'
import { parsePolicy } from '../model/policy/parse.js'
import type { PolicyDocument } from '../model/policy/policy.js'
import type { RefererRule } from '../model/referer.js'
import type { StrictSignatureRule } from '../model/strict-signature.js'
import type { DocumentFormat, DocumentStore, FoundDocument } from './documents.js'
import { refererFormat } from './referer-record.js'

export interface BucketAccess {
  readonly policy: PolicyDocument | undefined
  readonly publicAccessBlock: PublicAccessBlock | undefined
  readonly ownership: Ownership
  /** Whoever asks pays, and must say that they know. */
  readonly requesterPays: boolean
  readonly strictSignature: readonly StrictSignatureRule[]
  /** What becomes of requests without TLS. */
  readonly https: HttpsPolicy
  readonly referer: RefererRule | undefined
}

const KINDS: readonly DocumentKind[] = [
  'policy',
  'public-access-block',
  'ownership',
  'request-payment',
  'strict-signature',
  'https',
  'referer',
]

/** Objects belong to whoever writes them, and ACLs say what they say. */
export const OWNERSHIP_DEFAULT: Ownership = 'ObjectWriter'

const OPEN: BucketAccess = {
  policy: undefined,
  publicAccessBlock: undefined,
  ownership: OWNERSHIP_DEFAULT,
  requesterPays: false,
  strictSignature: [],
  https: 'off',
  referer: undefined,
}

export type BucketAccessReader = (bucket: Bucket) => BucketAccess | Promise<BucketAccess>

/** What each document of the list adds to the rules of a bucket that has none. */
const PARTS: Readonly<Partial<Record<DocumentKind, (document: Json) => Partial<BucketAccess>>>> = {
  policy: (document) => ({ policy: storedPolicy(policyFormat.fromJson(document)) }),
  'public-access-block': (document) => ({ publicAccessBlock: publicAccessBlockFormat.fromJson(document) }),
  ownership: (document) => ({ ownership: ownershipFormat.fromJson(document) }),
  'request-payment': (document) => ({ requesterPays: requestPaymentFormat.fromJson(document) === 'Requester' }),
  'strict-signature': (document) => ({ strictSignature: strictSignatureFormat.fromJson(document) }),
  https: (document) => ({ https: httpsFormat.fromJson(document) }),
  referer: (document) => ({ referer: refererFormat.fromJson(document) }),
}

/** Stands in for a policy that cannot be read: nobody passes, but the owner's root can still repair it. */
const UNREADABLE = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Sid: 'the stored bucket policy cannot be read', Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' },
  ],
})

function storedPolicy(text: string): PolicyDocument {
  try {
    return parsePolicy(text, 'bucket')
  } catch (error) {
    if (asApiError(error).condition === 'InternalError') throw error
    return parsePolicy(UNREADABLE, 'bucket')
  }
}

const BUCKETS_REMEMBERED_MAX = 1_000

/** The rows are read together, once for each `documentsRevision` of the bucket. */
export function createBucketAccess(documents: DocumentStore): BucketAccessReader {
  const read = documents.reader(KINDS, (found) => found.reduce<BucketAccess>(withPart, OPEN), BUCKETS_REMEMBERED_MAX)
  return (bucket) => (bucket.documents.some((kind) => KINDS.includes(kind)) ? read(bucket) : OPEN)
}

function withPart(access: BucketAccess, { kind, json }: FoundDocument): BucketAccess {
  return { ...access, ...PARTS[kind]?.(json) }
}

/** A policy is stored as the text that GET shows. */
export const policyFormat: DocumentFormat<string> = {
  kind: 'policy',
  toJson: (text) => text,
  fromJson: asText,
}

export const publicAccessBlockFormat: DocumentFormat<PublicAccessBlock> = {
  kind: 'public-access-block',
  toJson: ({ blockPublicAcls, ignorePublicAcls, blockPublicPolicy, restrictPublicBuckets }) => [
    blockPublicAcls,
    ignorePublicAcls,
    blockPublicPolicy,
    restrictPublicBuckets,
  ],
  fromJson: (json) => {
    const [blockPublicAcls, ignorePublicAcls, blockPublicPolicy, restrictPublicBuckets] = asList(json)
    return {
      blockPublicAcls: blockPublicAcls === true,
      ignorePublicAcls: ignorePublicAcls === true,
      blockPublicPolicy: blockPublicPolicy === true,
      restrictPublicBuckets: restrictPublicBuckets === true,
    }
  },
}

export const ownershipFormat: DocumentFormat<Ownership> = {
  kind: 'ownership',
  toJson: (ownership) => ownership,
  fromJson: (json) => asOneOf(json, OWNERSHIPS),
}

export const PAYERS = ['BucketOwner', 'Requester'] as const
export type PayerWord = (typeof PAYERS)[number]

export const requestPaymentFormat: DocumentFormat<PayerWord> = {
  kind: 'request-payment',
  toJson: (payer) => payer,
  fromJson: (json) => asOneOf(json, PAYERS),
}

export const strictSignatureFormat: DocumentFormat<readonly StrictSignatureRule[]> = {
  kind: 'strict-signature',
  toJson: (rules) => rules.map(({ id, actions, headers, parameters }) => [id, actions, headers, parameters]),
  fromJson: (json) =>
    asList(json).map((rule) => {
      const [id, actions, headers, parameters] = asList(rule)
      return { id: asText(id), actions: asTexts(actions), headers: asTexts(headers), parameters: asTexts(parameters) }
    }),
}

export const httpsFormat: DocumentFormat<HttpsPolicy> = {
  kind: 'https',
  toJson: (policy) => policy,
  fromJson: (json) => asOneOf(json, HTTPS_POLICIES),
}
