/** Who pays for requests to the bucket (S3): its owner, or whoever asks. It cannot be removed, only set back. */

import { PAYERS, requestPaymentFormat } from '../../core/bucket-access.js'
import { document, element, oneOf, record, S3_NAMESPACE } from '../../wire/document.js'
import { showXml, xmlBody } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'

const configuration = document('RequestPaymentConfiguration', record({ payer: element('Payer', oneOf(PAYERS)) }), {
  namespace: { s3: S3_NAMESPACE },
})

const match = { target: 'bucket', query: ['requestPayment'] } as const

export const getBucketRequestPayment = operation({
  name: 'GetBucketRequestPayment',
  summary: 'Who pays for requests to the bucket.',
  method: 'GET',
  match,
  dialects: ['s3'],
  permission: 'GetBucketRequestPayment',
  input: {},
  output: { result: showXml(configuration) },
  handle: async ({ access }) => ({
    result: { payer: access?.requesterPays === true ? ('Requester' as const) : ('BucketOwner' as const) },
  }),
})

export const putBucketRequestPayment = operation({
  name: 'PutBucketRequestPayment',
  summary: 'Sets who pays for requests to the bucket.',
  method: 'PUT',
  match,
  dialects: ['s3'],
  permission: 'PutBucketRequestPayment',
  input: { given: xmlBody(configuration) },
  output: {},
  handle: async ({ core }, { bucket }, { given: { payer } }) => {
    await core.documents.put(bucket, requestPaymentFormat.kind, () => requestPaymentFormat.toJson(payer))
    return {}
  },
})
