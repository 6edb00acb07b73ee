/** Stores an object. */

import { objectBody } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'
import { objectAclHeaders } from '../acl-fields.js'
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
    given: objectAclHeaders,
    conditions: writeConditions,
    source: objectBody,
  },
  output: storedOutput,
  handle: (services, { bucket, key }, { headers, tags, storageClass: stored, given, conditions, source }) =>
    storeObject(services, bucket, key, { headers, tags, storageClass: stored, acl: given, conditions, source }),
})
