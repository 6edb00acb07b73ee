/**
 * The AccessControlPolicy document of buckets and objects, in both dialects (cos-auth-and-bucket.md 5.9). A group grantee
 * holds its URI and nothing else, because clients compare the whole grant; whatever is wrong with one that a client
 * sends is MalformedACLError.
 */

import { escapeXmlText, type XmlElement } from '../base/xml.js'
import { fail, isApiError } from '../model/errors/index.js'
import { GRANT_PERMISSIONS, type GrantPermission, type NamedGrantee } from '../model/grants.js'
import type { DialectName } from '../wire/dialect.js'
import {
  type Child,
  document,
  element,
  list,
  oneOf,
  optional,
  record,
  S3_NAMESPACE,
  text,
  trimmed,
} from '../wire/document.js'
import type { DocumentField } from '../wire/field.js'

/** A grantee as the document names it; `displayName` is only shown. */
export interface ShownGrantee extends NamedGrantee {
  readonly displayName?: string | undefined
}

export interface ShownGrant {
  readonly grantee: ShownGrantee
  readonly permission: GrantPermission
}

interface Form {
  readonly type: string
  readonly child: string
  readonly by: NamedGrantee['by']
}

const FORMS: readonly Form[] = [
  { type: 'CanonicalUser', child: 'ID', by: 'id' },
  { type: 'Group', child: 'URI', by: 'uri' },
  { type: 'AmazonCustomerByEmail', child: 'EmailAddress', by: 'email' },
]

/** COS clients leave the type out, or send older names of it: there the child alone tells (object 15.2). */
const TYPE_NEEDED: Readonly<Record<DialectName, boolean>> = { cos: false, s3: true }

const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'

export const grantee: Child<ShownGrantee> = {
  parse: (parent, dialect) => {
    const [found, second] = parent.children.filter(({ name }) => name === 'Grantee')
    return found === undefined || second !== undefined ? fail('MalformedXML') : readGrantee(found, dialect)
  },
  print: ({ by, text: name, displayName }) => {
    const form = FORMS.find((each) => each.by === by)
    if (form === undefined) return ''
    const shown = displayName === undefined ? '' : `<DisplayName>${escapeXmlText(displayName)}</DisplayName>`
    const inner = `<${form.child}>${escapeXmlText(name)}</${form.child}>${shown}`
    return `<Grantee ${XSI} xsi:type="${form.type}">${inner}</Grantee>`
  },
}

function readGrantee({ attributes, children }: XmlElement, dialect: DialectName): ShownGrantee {
  const named = children.flatMap(({ name, text: value }) => {
    const form = FORMS.find((each) => each.child === name)
    return form === undefined ? [] : [{ form, text: value.trim() }]
  })
  const [only, second] = named
  if (only === undefined || second !== undefined || only.text === '') return fail('MalformedXML')
  if (TYPE_NEEDED[dialect] && attributes.get('xsi:type') !== only.form.type) return fail('MalformedXML')
  return { by: only.form.by, text: only.text }
}

export const accessControlPolicy = document(
  'AccessControlPolicy',
  record({
    owner: element('Owner', record({ id: element('ID', trimmed), displayName: optional('DisplayName', text) })),
    grants: element(
      'AccessControlList',
      record({
        grant: list('Grant', record({ grantee, permission: element('Permission', oneOf(GRANT_PERMISSIONS)) })),
      }),
    ),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

export interface GivenPolicy {
  readonly ownerId: string
  readonly grants: readonly ShownGrant[]
}

/** Parsed only when asked: where headers win, the body is not looked at. Undefined: there is none. */
export const policyBody: DocumentField<(() => GivenPolicy) | undefined> = {
  stage: 'document',
  place: '<AccessControlPolicy>',
  sizeBytesMax: 256 * 1024,
  digestRequired: false,
  checksumsOf: 'body',
  read: (bytes, { name }) => (bytes.byteLength === 0 ? undefined : () => parsePolicy(bytes, name)),
}

function parsePolicy(bytes: Uint8Array, dialect: DialectName): GivenPolicy {
  try {
    const { owner, grants } = accessControlPolicy.parse(bytes, dialect)
    return owner.id === '' ? fail('MalformedXML') : { ownerId: owner.id, grants: grants.grant }
  } catch (error) {
    if (isApiError(error, 'MalformedXML')) return fail('MalformedACLError')
    throw error
  }
}
