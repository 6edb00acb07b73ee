/**
 * From a received form to what the operation works on: its dialect, its credentials, its policy, and a request in which
 * the fields stand where a PUT has its headers, so that everything behind is the same (errors.md 4.2, "form POST").
 * Headers of the form's own request mean nothing but for conditions, and what proxies say: no policy covers them.
 */

import type { Bytes } from '../base/bytes.js'
import type { Millis } from '../base/clock.js'
import { fail } from '../model/errors/index.js'
import { checkObjectKey } from '../model/names.js'
import type { AuthFacts, FormClaim, FormFields } from './authentication.js'
import { isForwardingHeader } from './client-address.js'
import type { Dialect } from './dialect.js'
import type { FormUpload } from './field.js'
import { expandFilename, FORM_FIELDS_BYTES_MAX, FORM_REST_BYTES_MAX, type ReceivedForm } from './form.js'
import { boundaryOf } from './form-multipart.js'
import { checkPolicy, parsePolicy, type SizeRange } from './form-policy.js'
import type { QueryParameter, WireRequest } from './request.js'

const NOT_A_FORM = 'Bucket POST must be of the enclosure-type multipart/form-data'

/** What the head tells, before a byte of the body is asked for: the boundary. */
export function checkFormHead(
  request: WireRequest,
  query: readonly QueryParameter[],
  dialects: readonly Dialect[],
  fileSizeBytesMax: number,
): string {
  const { headers, body } = request
  const boundary = boundaryOf(headers.get('content-type') ?? '')
  if (boundary === undefined) return fail('RequestIsNotMultiPartContent', { Condition: NOT_A_FORM })
  const signed = dialects.some(({ schemes }) => schemes.some((scheme) => scheme.presents(request, query)))
  if (signed || (headers.get('authorization') ?? '').trim() !== '') {
    fail('CredentialsNotSupported', {}, { diagnosis: 'A form carries its signature in its fields, and nowhere else.' })
  }
  if (body.sizeBytes === undefined && !body.chunked) fail('MissingContentLength')
  const restMax = FORM_FIELDS_BYTES_MAX + FORM_REST_BYTES_MAX
  if (body.sizeBytes !== undefined && body.sizeBytes > fileSizeBytesMax + restMax) {
    fail('EntityTooLarge', { ProposedSize: body.sizeBytes, MaxSizeAllowed: fileSizeBytesMax })
  }
  if ((headers.get('content-md5') ?? '') !== '') {
    const additionalMessage = 'The digest of the file goes into a field of the form.'
    fail('NotImplemented', { Header: 'Content-MD5', additionalMessage })
  }
  return boundary
}

/** The dialect that its signature is of, or else its fields when nothing before them told. */
export function dialectOfForm(fields: FormFields, dialects: readonly Dialect[], told: boolean): Dialect | undefined {
  const presented = dialects.flatMap((dialect) =>
    dialect.form.schemes.filter((scheme) => scheme.presents(fields)).map(() => dialect),
  )
  if (presented.length > 1) {
    fail('CredentialsNotSupported', {}, { diagnosis: 'The form has the fields of more than one kind of signature.' })
  }
  if (presented.length === 1 || told) return presented[0]
  return dialects.find(({ vendorPrefix }) => [...fields.keys()].some((name) => name.startsWith(vendorPrefix)))
}

/** A form as far as it is known before its credentials are. */
export interface FormDraft {
  readonly dialect: Dialect
  readonly fields: FormFields
  readonly key: string
}

export function draftForm(form: ReceivedForm, dialect: Dialect): FormDraft {
  const fields = expandFilename(form.fields, form.filename ?? '', dialect.form.filenameStandsIn)
  const key = keyOf(fields.get('key') ?? '')
  checkObjectKey(key, dialect.traits)
  return { dialect, fields, key }
}

function keyOf(latin1: string): string {
  if (latin1 === '') return fail('UserKeyMustBeSpecified', { ArgumentName: 'key' })
  const bytes = Buffer.from(latin1, 'latin1')
  const key = bytes.toString('utf8')
  if (Buffer.from(key, 'utf8').equals(bytes) && !key.includes('\0')) return key
  return fail('InvalidArgument', { ArgumentName: 'key' }, { message: 'The key must be UTF-8 text without NUL.' })
}

/** Undefined for a form that is not signed. A policy alone is half a signature. */
export function claimOfForm({ dialect, fields }: FormDraft, request: WireRequest, facts: AuthFacts) {
  const { schemes } = dialect.form
  const scheme =
    schemes.find((candidate) => candidate.presents(fields)) ?? (fields.has('policy') ? schemes[0] : undefined)
  return scheme && { ...scheme.claim(request, fields, facts), kind: scheme.kind, signedAt: undefined }
}

/** What policies of access may ask about: the form's own request, with the fields where a PUT has its headers. */
export function requestOfForm({ dialect, fields }: FormDraft, request: WireRequest): WireRequest {
  const headers = new Map(request.headers)
  for (const name of headers.keys()) if (/^x-(?:amz|cos)-/.test(name) || name === 'content-type') headers.delete(name)
  for (const [name, value] of fields) {
    const header = dialect.form.headerNames.get(name) ?? name
    if (/^x-(?:amz|cos)-./.test(header) || header === 'content-type') headers.set(header, value.trim())
  }
  return { ...request, headers, body: { ...request.body, sizeBytes: undefined } }
}

/** Expiration and conditions of a policy whose signature held. What is left for later is the size. */
export function checkForm(
  { dialect, fields }: FormDraft,
  claim: FormClaim,
  bucketName: string,
  now: Millis,
): SizeRange | undefined {
  const { rules } = dialect.form
  const encoded = fields.get('policy')
  let sizes: SizeRange | undefined
  if (encoded !== undefined) {
    const policy = parsePolicy(encoded, rules)
    const conditionsRequired = claim.overPolicy ? rules.conditionsRequired : []
    checkPolicy(policy, { fields, bucketName, now }, { ...rules, conditionsRequired })
    sizes = policy.sizes
  }
  claim.checkTimes()
  return sizes
}

/** What the operation reads: the file as the body, the fields as the headers. */
export function uploadOfForm(
  { dialect, fields, key }: FormDraft,
  form: ReceivedForm,
  request: WireRequest,
  sizes: SizeRange | undefined,
): { readonly request: WireRequest; readonly upload: FormUpload } {
  const bytes = () => (sizes === undefined ? form.fileBytes() : withinSizes(form.fileBytes(), sizes, dialect))
  const body = { sizeBytes: undefined, chunked: true, bytes }
  const kept = [...request.headers].filter(([name]) => name.startsWith('if-') || isForwardingHeader(name))
  const headers = new Map([...kept, ...headersOf(fields, dialect)])
  return { request: { ...request, headers, body }, upload: { key, field: (name) => fields.get(name) || undefined } }
}

const HEADERS = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-md5',
  'content-type',
  'expires',
  'pic-operations',
])
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/
const CONTROL_CHARACTER = /[\x00-\x08\x0a-\x1f\x7f]/

/** The fields that are headers elsewhere. They are shown as headers later, so they must be able to be some. */
function* headersOf(fields: FormFields, { form }: Dialect): Iterable<readonly [string, string]> {
  for (const [name, value] of fields) {
    const header = form.headerNames.get(name) ?? name
    if (!HEADERS.has(header) && !/^x-(?:amz|cos)-./.test(header)) continue
    if (!HEADER_NAME.test(header) || CONTROL_CHARACTER.test(value)) {
      fail('InvalidArgument', { ArgumentName: name }, { message: `The field ${name} cannot be a header.` })
    }
    yield [header, value.trim()]
  }
}

/** Nothing is stored of what does not fit: the failure comes before the end of the bytes. */
async function* withinSizes(
  chunks: AsyncIterable<Bytes>,
  { minBytes, maxBytes }: SizeRange,
  { form }: Dialect,
): AsyncGenerator<Bytes> {
  const said = { message: form.rules.texts.size }
  let sizeBytes = 0
  for await (const chunk of chunks) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > maxBytes) fail('EntityTooLarge', { ProposedSize: sizeBytes, MaxSizeAllowed: maxBytes }, said)
    yield chunk
  }
  if (sizeBytes < minBytes) fail('EntityTooSmall', { ProposedSize: sizeBytes, MinSizeAllowed: minBytes }, said)
}
