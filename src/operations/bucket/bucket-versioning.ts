/** The versioning state of a bucket. Once on it can only be suspended. */

import { fail } from '../../model/errors/index.js'
import { document, oneOf, optional, record, S3_NAMESPACE } from '../../wire/document.js'
import { anyText, showXml, vendorHeader, xmlBody } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'

const versioningConfiguration = document(
  'VersioningConfiguration',
  record({
    status: optional('Status', oneOf(['Enabled', 'Suspended'])),
    mfaDelete: optional('MfaDelete', oneOf(['Enabled', 'Disabled'])),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

const STATUS = { enabled: 'Enabled', suspended: 'Suspended', unset: undefined } as const

export const getBucketVersioning = operation({
  name: 'GetBucketVersioning',
  summary: 'Whether versioning is on, suspended, or never was on.',
  method: 'GET',
  match: { target: 'bucket', query: ['versioning'] },
  permission: 'GetBucketVersioning',
  input: {},
  output: { result: showXml(versioningConfiguration) },
  handle: async (_services, { bucket }) => ({ result: { status: STATUS[bucket.versioning], mfaDelete: undefined } }),
})

export const putBucketVersioning = operation({
  name: 'PutBucketVersioning',
  summary: 'Turns versioning on or suspends it.',
  method: 'PUT',
  match: { target: 'bucket', query: ['versioning'] },
  permission: 'PutBucketVersioning',
  input: { mfa: vendorHeader('mfa', anyText), configuration: xmlBody(versioningConfiguration) },
  output: {},
  handle: async ({ core }, { bucket }, { mfa, configuration: { status, mfaDelete } }) => {
    if (mfaDelete === 'Enabled') {
      if (mfa === undefined) fail('IllegalVersioningConfigurationException')
      fail('NotImplemented', { Header: 'x-amz-mfa' }, { message: 'MFA delete is not implemented by this server.' })
    }
    if (status === undefined) {
      return fail(
        'IllegalVersioningConfigurationException',
        {},
        { message: 'The Versioning element must be specified' },
      )
    }
    await core.buckets.setVersioning(bucket, status === 'Enabled' ? 'enabled' : 'suspended')
    return {}
  },
})
