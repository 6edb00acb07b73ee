/** Stores an object. */

import { objectBody } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'
import { objectAclHeaders } from '../acl-fields.js'
import { customerKey } from '../encryption-fields.js'
import { wantedExtras } from '../new-extras.js'
import { keptHeaders, storageClass, writeConditions } from '../object-fields.js'
import { storedOutput, storeObject } from '../store-object.js'
import { objectTagsHeader } from '../tagging.js'
import { unservedHeaders } from '../unserved-headers.js'

export const putObject = operation({
  name: 'PutObject',
  summary: 'Stores an object; conditional on what is there.',
  method: 'PUT',
  match: { target: 'object' },
  permission: 'PutObject',
  input: {
    headers: keptHeaders,
    tags: objectTagsHeader,
    storageClass,
    unserved: unservedHeaders('object'),
    wanted: wantedExtras,
    customerKey,
    acl: objectAclHeaders,
    conditions: writeConditions,
    source: objectBody,
  },
  output: storedOutput,
  handle: (services, { bucket, key }, request) => storeObject(services, bucket, key, request),
})
