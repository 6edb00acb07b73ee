/** Whether the accelerate hosts serve the bucket. Once enabled it can only be suspended. */

import { ACCELERATION_STATES } from '../../model/acceleration.js'
import { fail } from '../../model/errors/index.js'
import { document, oneOf, only, optional, record, S3_NAMESPACE } from '../../wire/document.js'
import { showXml, xmlBody } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'

const configuration = document(
  'AccelerateConfiguration',
  record({
    status: optional('Status', oneOf(ACCELERATION_STATES)),
    // There is one type; it is shown whether or not it was given (cos-auth-and-bucket.md 5.25).
    type: only('cos', optional('Type', oneOf(['COS']))),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

const match = { target: 'bucket', query: ['accelerate'] } as const

export const getBucketAccelerate = operation({
  name: 'GetBucketAccelerate',
  summary: 'Whether the bucket is accelerated; without a status when it never was.',
  method: 'GET',
  match,
  permission: 'GetBucketAccelerate',
  input: {},
  output: { result: showXml(configuration) },
  handle: async ({ core }, { bucket }) => {
    const found = await core.acceleration.find(bucket)
    return { result: { status: found, type: found === undefined ? undefined : ('COS' as const) } }
  },
})

export const putBucketAccelerate = operation({
  name: 'PutBucketAccelerate',
  summary: 'Accelerates the bucket, or suspends that.',
  method: 'PUT',
  match,
  permission: 'PutBucketAccelerate',
  input: { configuration: xmlBody(configuration) },
  output: {},
  handle: async ({ core }, { bucket }, { configuration: { status } }) => {
    if (status === undefined) return fail('MalformedXML')
    await core.acceleration.set(bucket, status)
    return {}
  },
})
