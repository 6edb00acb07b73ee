/** The caller's buckets: GetService in COS, ListBuckets in S3. Their parameters have nothing in common. */

import type { KeepBucket } from '../../core/buckets.js'
import { bucketTagsFormat } from '../../core/tags-record.js'
import type { Bucket } from '../../model/bucket.js'
import { fail } from '../../model/errors/index.js'
import { NO_TAGS } from '../../model/tags.js'
import {
  boolean,
  document,
  element,
  isoTime,
  isoTimeSeconds,
  list,
  only,
  optional,
  record,
  S3_NAMESPACE,
  text,
} from '../../wire/document.js'
import { anyText, choice, type HeadField, headField, query, showXml, wholeNumber } from '../../wire/field.js'
import { operation, type Services } from '../../wire/operation.js'
import { decodeToken, encodeToken } from '../continuation-token.js'
import { owner } from '../documents.js'
import { requireAccount } from '../signed-caller.js'

const cosBuckets = document(
  'ListAllMyBucketsResult',
  record({
    owner: element('Owner', owner),
    marker: element('Marker', text),
    nextMarker: element('NextMarker', text),
    isTruncated: element('IsTruncated', boolean),
    buckets: element(
      'Buckets',
      record({
        bucket: list(
          'Bucket',
          record({
            name: element('Name', text),
            location: element('Location', text),
            creationDate: element('CreationDate', isoTimeSeconds),
            type: element('BucketType', text),
          }),
        ),
      }),
    ),
  }),
)

const s3Buckets = document(
  'ListAllMyBucketsResult',
  record({
    owner: element('Owner', owner),
    buckets: element(
      'Buckets',
      record({
        bucket: list(
          'Bucket',
          record({
            name: element('Name', text),
            creationDate: element('CreationDate', isoTime),
            region: element('BucketRegion', text),
          }),
        ),
      }),
    ),
    prefix: optional('Prefix', text),
    continuationToken: only('s3', optional('ContinuationToken', text)),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

async function page(services: Services, after: string, limit: number, keep: KeepBucket) {
  const { account } = requireAccount(services.principal)
  const { buckets, truncated } = await services.core.buckets.list(account.id, after, limit, keep)
  return { buckets, truncated, owner: services.dialect.traits.shownOwner(account) }
}

const COMPARISONS = {
  lt: (a: number, b: number) => a < b,
  gt: (a: number, b: number) => a > b,
  lte: (a: number, b: number) => a <= b,
  gte: (a: number, b: number) => a >= b,
} as const

interface TagFilter {
  readonly key: string
  /** Undefined: whatever it is. */
  readonly value: string | undefined
}

/** One tag (cos-auth-and-bucket.md 5.1). A value alone filters nothing that could be meant. */
const tagFilter: HeadField<TagFilter | undefined> = headField('?tagkey, ?tagvalue', ({ query: view }) => {
  const [key = '', value = ''] = [view.get('tagkey'), view.get('tagvalue')]
  if (key === '') return value === '' ? undefined : fail('InvalidArgument', { ArgumentName: 'tagkey' })
  return { key, value: value === '' ? undefined : value }
})

async function hasTag({ core }: Services, bucket: Bucket, wanted: TagFilter | undefined): Promise<boolean> {
  if (wanted === undefined) return true
  const tags = (await core.documents.find(bucket, bucketTagsFormat)) ?? NO_TAGS
  return tags.some(({ key, value }) => key === wanted.key && (wanted.value === undefined || value === wanted.value))
}

export const getService = operation({
  name: 'GetService',
  summary: 'Lists the buckets of the caller; through a regional host only those of that region.',
  method: 'GET',
  match: { target: 'service' },
  dialects: ['cos'],
  permission: 'GetService',
  input: {
    region: query('region', anyText),
    marker: query('marker', anyText).default(''),
    limit: query('max-keys', wholeNumber({ min: 0, max: 2000, clamp: true })).default(2000),
    createTime: query('create-time', wholeNumber({ min: 0, max: 10 ** 11 })),
    range: query('range', choice(['lt', 'gt', 'lte', 'gte'])),
    tag: tagFilter,
  },
  output: { result: showXml(cosBuckets) },
  handle: async (services, _target, { region, marker, limit, createTime, range, tag }) => {
    const wanted = region === undefined ? services.region : (services.regions.named(region) ?? region)
    const inTime = (bucket: Bucket) =>
      createTime === undefined ||
      range === undefined ||
      COMPARISONS[range](Math.floor(bucket.createdAt / 1000), createTime)
    const found = await page(
      services,
      marker,
      limit,
      (bucket) => (wanted === undefined || bucket.region === wanted) && inTime(bucket) && hasTag(services, bucket, tag),
    )
    const bucket = found.buckets.map((each) => ({
      name: each.name,
      location: each.region,
      creationDate: each.createdAt,
      type: 'cos',
    }))
    const nextMarker = found.truncated ? (found.buckets.at(-1)?.name ?? '') : ''
    return { result: { owner: found.owner, marker, nextMarker, isTruncated: found.truncated, buckets: { bucket } } }
  },
})

export const listBuckets = operation({
  name: 'ListBuckets',
  summary: 'Lists the buckets of the caller.',
  method: 'GET',
  match: { target: 'service' },
  dialects: ['s3'],
  permission: 'GetService',
  input: {
    prefix: query('prefix', anyText),
    region: query('bucket-region', anyText),
    limit: query('max-buckets', wholeNumber({ min: 1, max: 10_000 })).default(10_000),
    after: query('continuation-token', { parse: decodeToken }).default(''),
  },
  output: { result: showXml(s3Buckets) },
  handle: async (services, _target, { prefix, region, limit, after }) => {
    const wanted = region === undefined ? undefined : (services.regions.named(region) ?? region)
    const keep = (bucket: Bucket) =>
      bucket.name.startsWith(prefix ?? '') && (wanted === undefined || bucket.region === wanted)
    const found = await page(services, after, limit, keep)
    const bucket = found.buckets.map((each) => ({ name: each.name, creationDate: each.createdAt, region: each.region }))
    const last = found.truncated ? found.buckets.at(-1) : undefined
    return {
      result: {
        owner: found.owner,
        buckets: { bucket },
        prefix,
        continuationToken: last === undefined ? undefined : encodeToken(last.name),
      },
    }
  },
})
