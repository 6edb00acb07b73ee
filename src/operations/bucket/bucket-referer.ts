/**
 * Which pages may lead to the bucket (COS; cos-auth-and-bucket.md 5.13). A bucket without a rule shows an empty one, and
 * an empty body removes it: that is how the SDKs do it.
 */

import { refererFormat } from '../../core/referer-record.js'
import { checkReferer, EMPTY_REFERER, REFERER_TYPES } from '../../model/referer.js'
import { SWITCHES } from '../../model/website.js'
import type { Dialect } from '../../wire/dialect.js'
import { document, element, list, oneOf, optional, record, trimmed } from '../../wire/document.js'
import { showXml, xmlBody } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'

const status = oneOf(SWITCHES)
const domainList = record({ domains: list('Domain', trimmed) })
const others = {
  empty: optional('EmptyReferConfiguration', oneOf(EMPTY_REFERER)),
  verifySignatureUrl: optional('VerifySignatureURL', status),
}
const given = document(
  'RefererConfiguration',
  record({
    status: element('Status', status),
    type: element('RefererType', oneOf(REFERER_TYPES)),
    list: element('DomainList', domainList),
    ...others,
  }),
)
/** Without a rule nothing stands in it. */
const shown = document(
  'RefererConfiguration',
  record({
    status: optional('Status', status),
    type: optional('RefererType', oneOf(REFERER_TYPES)),
    list: optional('DomainList', domainList),
    ...others,
  }),
)

const bodyOrNone = {
  ...xmlBody(given),
  read: (bytes: Uint8Array, dialect: Dialect) =>
    bytes.byteLength === 0 ? undefined : given.parse(bytes, dialect.name),
}

const match = { target: 'bucket', query: ['referer'] } as const

const putBucketReferer = operation({
  name: 'PutBucketReferer',
  summary: 'Replaces the referer rule of the bucket; an empty body removes it.',
  method: 'PUT',
  match,
  dialects: ['cos'],
  permission: 'PutBucketReferer',
  input: { wanted: bodyOrNone },
  output: {},
  handle: async ({ core }, { bucket }, { wanted }) => {
    if (wanted === undefined) {
      await core.documents.remove(bucket, refererFormat.kind)
      return {}
    }
    const { status: state, type, list: listed, empty, verifySignatureUrl = 'Enabled' } = wanted
    const rule = { status: state, type, domains: listed.domains, empty, verifySignatureUrl }
    checkReferer(rule)
    await core.documents.put(bucket, refererFormat.kind, () => refererFormat.toJson(rule))
    return {}
  },
})

const getBucketReferer = operation({
  name: 'GetBucketReferer',
  summary: 'The referer rule of the bucket.',
  method: 'GET',
  match,
  dialects: ['cos'],
  permission: 'GetBucketReferer',
  input: {},
  output: { result: showXml(shown) },
  handle: async ({ core }, { bucket }) => {
    const rule = await core.documents.find(bucket, refererFormat)
    return {
      result: {
        status: rule?.status,
        type: rule?.type,
        list: rule && { domains: rule.domains },
        empty: rule?.empty,
        verifySignatureUrl: rule?.verifySignatureUrl,
      },
    }
  },
})

const deleteBucketReferer = operation({
  name: 'DeleteBucketReferer',
  summary: 'Removes the referer rule of the bucket.',
  method: 'DELETE',
  match,
  dialects: ['cos'],
  permission: 'DeleteBucketReferer',
  input: {},
  status: 204,
  output: {},
  handle: async ({ core }, { bucket }) => {
    await core.documents.remove(bucket, refererFormat.kind)
    return {}
  },
})

export const bucketReferer = [getBucketReferer, putBucketReferer, deleteBucketReferer] as const
