/** Stores an object that an HTML form uploads: the same write as PutObject, and answers that a browser can follow. */

import { document, element, etagText, record, text } from '../../wire/document.js'
import { formFile, formText, type OutputField, showHeader, showStatus, showXml } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'
import { percentEncode } from '../../wire/percent.js'
import { objectAclHeaders } from '../acl-fields.js'
import { keyText } from '../documents.js'
import { customerKey } from '../encryption-fields.js'
import { locationOf } from '../multipart/complete-multipart-upload.js'
import { wantedExtras } from '../new-extras.js'
import { keptHeaders, storageClass, writeConditions } from '../object-fields.js'
import { storedOutput, storeObject } from '../store-object.js'
import { objectTagsHeader } from '../tagging.js'
import { unservedHeaders } from '../unserved-headers.js'

const postResponse = document(
  'PostResponse',
  record({
    location: element('Location', text),
    bucket: element('Bucket', text),
    key: element('Key', keyText),
    etag: element('ETag', etagText),
  }),
)

interface PostResult {
  readonly location: string
  readonly bucket: string
  readonly key: string
  readonly etag: string
}

/** Only where the form asks for it. */
const showResponse: OutputField<PostResult | undefined> = {
  place: '<PostResponse>',
  write: (value, draft, dialect) => {
    if (value !== undefined) showXml(postResponse).write(value, draft, dialect)
  },
}

const STATUSES: ReadonlyMap<string | undefined, number> = new Map([
  ['200', 200],
  ['201', 201],
])
const STATUS_DEFAULT = 204
const STATUS_REDIRECT = 303

export const postObject = operation({
  name: 'PostObject',
  summary: 'Stores an object that an HTML form uploads; the form carries signature and policy.',
  method: 'POST',
  match: { target: 'bucket' },
  permission: 'PostObject',
  input: {
    headers: keptHeaders,
    tags: objectTagsHeader,
    storageClass,
    unserved: unservedHeaders('object'),
    wanted: wantedExtras,
    customerKey,
    given: objectAclHeaders,
    conditions: writeConditions,
    redirect: formText('success_action_redirect'),
    status: formText('success_action_status'),
    file: formFile,
  },
  output: {
    status: showStatus,
    location: showHeader('Location'),
    ...storedOutput,
    response: showResponse,
  },
  handle: async (
    services,
    { bucket },
    { headers, tags, storageClass: stored, wanted, customerKey: keyGiven, given, conditions, redirect, status, file },
  ) => {
    const { key, source } = file
    const answer = await storeObject(services, bucket, key, {
      headers,
      tags,
      storageClass: stored,
      wanted,
      customerKey: keyGiven,
      acl: given,
      conditions,
      source,
    })
    const { etag } = answer
    const location = locationOf(services, bucket.name, key)
    const target = redirect === undefined ? undefined : redirectTo(redirect, bucket.name, key, etag)
    if (target !== undefined) return { ...answer, status: STATUS_REDIRECT, location: target }
    const response = status === '201' ? { location, bucket: bucket.name, key, etag } : undefined
    return { ...answer, status: STATUSES.get(status) ?? STATUS_DEFAULT, location, response }
  },
})

/** Undefined for what is not an absolute URL, which is as good as none (errors.md 1.5). */
function redirectTo(url: string, bucketName: string, key: string, etag: string): string | undefined {
  if (!/^https?:\/\/[\x21-\x7e]+$/i.test(url) || !URL.canParse(url)) return undefined
  const [address = '', ...fragment] = url.split('#')
  const mark = address.includes('?') ? '&' : '?'
  const outcome = `bucket=${percentEncode(bucketName)}&key=${percentEncode(key)}&etag=%22${etag}%22`
  return [address + mark + outcome, ...fragment].join('#')
}
