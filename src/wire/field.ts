/**
 * Input and output fields of operations: where a value stands in the request or the answer, and of which type it is.
 * From them the parsing and rendering of every operation is derived, and the table in docs/operations.md.
 * An empty header or parameter means "not given" (cos-object.md 1.3, cos-auth-and-bucket.md 5.6).
 */

import { assert } from '../base/assert.js'
import type { Bytes } from '../base/bytes.js'
import type { ObjectSource } from '../core/object-source.js'
import { fail } from '../model/errors/index.js'
import type { ClientAddresses } from './client-address.js'
import type { Dialect } from './dialect.js'
import type { XmlDocument } from './document.js'
import type { QueryView } from './query-view.js'
import type { WireRequest } from './request.js'
import { vendorNames } from './vendor-names.js'

/** Everything an input field may look at. */
export interface InputSource {
  readonly request: WireRequest
  readonly query: QueryView
  readonly dialect: Dialect
  readonly clientAddresses: ClientAddresses
  /** The body as an object's bytes; asking for it does not yet read. */
  readonly objectSource: () => ObjectSource
  /** Of a form upload, whose fields stand in for the headers of `request`. */
  readonly form?: FormUpload
}

export interface FormUpload {
  readonly key: string
  /** By lower-case name, as sent; undefined when absent or empty. */
  readonly field: (name: string) => string | undefined
}

export interface HeadField<T> {
  readonly stage: 'head'
  /** For docs/operations.md: `?prefix`, `Range`, `x-*-meta-*`. */
  readonly place: string
  read(source: InputSource): T
}

/** What checksum headers beside a body describe: its bytes, or the object that it asks to be made (Complete). */
export type ChecksumSubject = 'body' | 'object'

export interface DocumentField<T> {
  readonly stage: 'document'
  readonly place: string
  readonly sizeBytesMax: number
  /** The digest header must be there (multi-delete). */
  readonly digestRequired: boolean
  readonly checksumsOf: ChecksumSubject
  read(bytes: Bytes, dialect: Dialect): T
}

export interface ObjectField<T> {
  readonly stage: 'object'
  readonly place: string
  read(source: InputSource): T
}

/** The file of a form. */
export interface FormField<T> {
  readonly stage: 'form'
  readonly place: string
  read(source: InputSource): T
}

export type InputField<T> = HeadField<T> | DocumentField<T> | ObjectField<T> | FormField<T>

/** Text on the wire to a value: `parse` answers undefined for text outside the type. */
export interface TextType<T> {
  parse(text: string): T | undefined
}

export const anyText: TextType<string> = { parse: (raw) => raw }

/** A whole number in [min, max]; with `clamp`, larger ones become max. */
export function wholeNumber(range: { readonly min: number; readonly max: number; readonly clamp?: boolean }) {
  const type: TextType<number> = {
    parse: (raw) => {
      if (!/^\d{1,15}$/.test(raw)) return undefined
      const value = Number(raw)
      if (value > range.max && range.clamp === true) return range.max
      return value < range.min || value > range.max ? undefined : value
    },
  }
  return type
}

export function choice<const V extends string>(values: readonly V[]): TextType<V> {
  return { parse: (raw) => values.find((value) => value === raw) }
}

/** A header or parameter that may be absent; a value outside its type is InvalidArgument. */
export interface Perhaps<T> extends HeadField<T | undefined> {
  default(value: T): HeadField<T>
  /** Absent is InvalidArgument as well. */
  required(): HeadField<T>
}

function perhaps<T>(
  place: string,
  name: (dialect: Dialect) => string,
  raw: (source: InputSource) => string | undefined,
  type: TextType<T>,
): Perhaps<T> {
  const read = (source: InputSource): T | undefined => {
    const given = raw(source)
    if (given === undefined || given === '') return undefined
    const value = type.parse(given)
    return value === undefined
      ? fail('InvalidArgument', { ArgumentName: name(source.dialect), ArgumentValue: given })
      : value
  }
  return {
    stage: 'head',
    place,
    read,
    default: (value) => ({ stage: 'head', place, read: (source) => read(source) ?? value }),
    required: () => ({
      stage: 'head',
      place,
      read: (source) => read(source) ?? fail('InvalidArgument', { ArgumentName: name(source.dialect) }),
    }),
  }
}

export function query<T>(name: string, type: TextType<T>): Perhaps<T> {
  return perhaps(
    `?${name}`,
    () => name,
    ({ query: view }) => view.get(name),
    type,
  )
}

export function header<T>(name: string, type: TextType<T>): Perhaps<T> {
  const lower = name.toLowerCase()
  return perhaps(
    name,
    () => name,
    ({ request }) => request.headers.get(lower),
    type,
  )
}

/** `x-cos-…` or `x-amz-…`. */
export function vendorHeader<T>(suffix: string, type: TextType<T>): Perhaps<T> {
  const names = vendorNames(suffix)
  const name = ({ vendorPrefix }: Dialect) => names[vendorPrefix]
  return perhaps(`x-*-${suffix}`, name, ({ request, dialect }) => request.headers.get(name(dialect)), type)
}

/** A field with rules of its own; `place` names what it reads. */
export function headField<T>(place: string, read: (source: InputSource) => T): HeadField<T> {
  return { stage: 'head', place, read }
}

export function xmlBody<T>(
  document: XmlDocument<T>,
  options: {
    readonly sizeBytesMax?: number
    readonly digestRequired?: boolean
    readonly checksumsOf?: ChecksumSubject
    readonly absent?: () => T
  } = {},
): DocumentField<T> {
  const { absent } = options
  return {
    stage: 'document',
    place: `<${typeof document.name === 'string' ? document.name : document.name.cos}>`,
    sizeBytesMax: options.sizeBytesMax ?? 64 * 1024,
    digestRequired: options.digestRequired ?? false,
    checksumsOf: options.checksumsOf ?? 'body',
    read: (bytes, dialect) => {
      if (bytes.byteLength > 0) return document.parse(bytes, dialect.name)
      return absent === undefined ? fail('MissingRequestBodyError') : absent()
    },
  }
}

export const objectBody: ObjectField<ObjectSource> = {
  stage: 'object',
  place: 'body',
  read: (source) => source.objectSource(),
}

export interface FormFile {
  readonly key: string
  readonly source: ObjectSource
}

export const formFile: FormField<FormFile> = {
  stage: 'form',
  place: 'multipart/form-data',
  read: ({ form, objectSource }) => {
    assert(form !== undefined, 'the operation takes a form')
    return { key: form.key, source: objectSource() }
  },
}

/** A field of a form that means something to the operation itself. */
export function formText(name: string): HeadField<string | undefined> {
  return { stage: 'head', place: name, read: ({ form }) => form?.field(name) }
}

/** What an answer is built in. */
export interface ResponseDraft {
  status: number
  readonly headers: (readonly [string, string])[]
  body:
    | { readonly kind: 'none'; readonly sizeBytes?: number }
    | { readonly kind: 'bytes'; readonly bytes: Bytes }
    | { readonly kind: 'stream'; readonly sizeBytes: number | undefined; readonly chunks: AsyncIterable<Bytes> }
}

export interface OutputField<T> {
  readonly place: string
  write(value: T, draft: ResponseDraft, dialect: Dialect): void
}

/** Left out when undefined. */
export function showHeader(name: string): OutputField<string | undefined> {
  return {
    place: name,
    write: (value, draft) => {
      if (value !== undefined) draft.headers.push([name, value])
    },
  }
}

export function showVendorHeader(suffix: string): OutputField<string | undefined> {
  const names = vendorNames(suffix)
  return {
    place: `x-*-${suffix}`,
    write: (value, draft, { vendorPrefix }) => {
      if (value !== undefined) draft.headers.push([names[vendorPrefix], value])
    },
  }
}

/** Headers whose names are known only at run time, such as user metadata; names are complete. */
export const showHeaders: OutputField<readonly (readonly [string, string])[]> = {
  place: 'stored headers',
  write: (value, draft) => {
    for (const pair of value) draft.headers.push(pair)
  },
}

export const showStatus: OutputField<number> = {
  place: 'status',
  write: (value, draft) => {
    draft.status = value
  },
}

/** Quotes are added here; stored ETags have none. */
export const showEtag: OutputField<string | undefined> = {
  place: 'ETag',
  write: (value, draft) => {
    if (value !== undefined) draft.headers.push(['ETag', `"${value}"`])
  },
}

export function showXml<T>(document: XmlDocument<T>): OutputField<T> {
  return {
    place: `<${typeof document.name === 'string' ? document.name : document.name.cos}>`,
    write: (value, draft, dialect) => {
      draft.headers.push(['Content-Type', 'application/xml'])
      draft.body = {
        kind: 'bytes',
        bytes: Buffer.from(dialect.traits.xmlDeclaration + document.print(value, dialect.name), 'utf8'),
      }
    },
  }
}

/** An object's bytes, or only their size (HEAD). */
export const showBytes: OutputField<ResponseDraft['body']> = {
  place: 'body',
  write: (value, draft) => {
    draft.body = value
  },
}
