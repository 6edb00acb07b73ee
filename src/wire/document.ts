/**
 * XML documents, each described once: the description parses and prints, in both dialects. Unknown elements are
 * ignored, a missing or ill-formed one is MalformedXML (errors.md row 47). Printing keeps the order of declaration,
 * writes no white space and closes empty elements at once, because client parsers depend on it
 * (cos-auth-and-bucket.md 6.1).
 */

import { escapeXmlText, parseXml, type XmlElement, XmlError } from '../base/xml.js'
import { fail } from '../model/errors/index.js'
import type { DialectName } from './dialect.js'

/** An element or attribute name; a pair where the dialects differ. */
export type Name = string | Readonly<Record<DialectName, string>>

/** What stands between the tags of one element. */
export interface Content<T> {
  parse(element: XmlElement, dialect: DialectName): T
  print(value: T, dialect: DialectName): string
}

/** How one property of a record stands among its siblings: once, perhaps, or many times. */
export interface Child<T> {
  parse(parent: XmlElement, dialect: DialectName): T
  print(value: T, dialect: DialectName): string
}

export interface XmlDocument<T> {
  readonly name: Name
  parse(bytes: Uint8Array, dialect: DialectName): T
  /** Without the XML declaration. */
  print(value: T, dialect: DialectName): string
}

function spelled(name: Name, dialect: DialectName): string {
  return typeof name === 'string' ? name : name[dialect]
}

/** Text content; `read` answers undefined for text that is not a value of the type. */
export function textOf<T>(read: (text: string) => T | undefined, show: (value: T) => string): Content<T> {
  return {
    parse: (element) => {
      const value = element.children.length > 0 ? undefined : read(element.text)
      return value === undefined ? fail('MalformedXML') : value
    },
    print: (value) => escapeXmlText(show(value)),
  }
}

export const text = textOf<string>(
  (raw) => raw,
  (value) => value,
)

/** White space around it is dropped; may be empty. */
export const trimmed = textOf<string>(
  (raw) => raw.trim(),
  (value) => value,
)

export const integer: Content<number> = {
  ...textOf<number>((raw) => (/^-?\d{1,15}$/.test(raw.trim()) ? Number(raw.trim()) : undefined), String),
  // Digits need no escaping.
  print: String,
}

/** Clients send `True` as well; answers are lower case. */
export const boolean = textOf<boolean>(
  (raw) => ({ true: true, false: false })[raw.trim().toLowerCase()],
  (value) => (value ? 'true' : 'false'),
)

export function oneOf<const V extends string>(values: readonly V[]): Content<V> {
  return textOf<V>(
    (raw) => values.find((value) => value === raw.trim()),
    (value) => value,
  )
}

/** Milliseconds since 1970 as `2020-12-10T03:37:30.000Z`. */
export const isoTime = textOf<number>(
  (raw) => (Number.isNaN(Date.parse(raw)) ? undefined : Date.parse(raw)),
  (value) => new Date(value).toISOString(),
)

/** The same without milliseconds: `2019-05-24T11:49:50Z`. */
export const isoTimeSeconds = textOf<number>(
  (raw) => (Number.isNaN(Date.parse(raw)) ? undefined : Date.parse(raw)),
  (value) => `${new Date(value).toISOString().slice(0, 19)}Z`,
)

/** Stored without quotes, shown with them: `&quot;…&quot;`. Parsing accepts both. */
export const etagText: Content<string> = {
  parse: (element) => element.text.trim().replace(/^"|"$/g, ''),
  print: (value) => `&quot;${value}&quot;`,
}

type Children = Readonly<Record<string, Child<unknown>>>
type RecordOf<C extends Children> = { readonly [K in keyof C]: C[K] extends Child<infer T> ? T : never }

/** Child elements as the properties of a record, printed in the order in which they are declared. */
export function record<C extends Children>(children: C): Content<RecordOf<C>> {
  const entries = Object.entries(children)
  return {
    parse: (element, dialect) => {
      const values = entries.map(([property, child]) => [property, child.parse(element, dialect)])
      return Object.fromEntries(values)
    },
    print: (value, dialect) => {
      let out = ''
      for (const [property, child] of entries) out += child.print(value[property], dialect)
      return out
    },
  }
}

function named(parent: XmlElement, name: string): readonly XmlElement[] {
  return parent.children.filter((child) => child.name === name)
}

function tagged(name: string, inner: string): string {
  return inner === '' ? `<${name}/>` : `<${name}>${inner}</${name}>`
}

/** Exactly once. */
export function element<T>(name: Name, content: Content<T>): Child<T> {
  return {
    parse: (parent, dialect) => {
      const [first, second] = named(parent, spelled(name, dialect))
      return first === undefined || second !== undefined ? fail('MalformedXML') : content.parse(first, dialect)
    },
    print: (value, dialect) => tagged(spelled(name, dialect), content.print(value, dialect)),
  }
}

/** Once or not at all. */
export function optional<T>(name: Name, content: Content<T>): Child<T | undefined> {
  const once = element(name, content)
  return {
    parse: (parent, dialect) =>
      named(parent, spelled(name, dialect)).length === 0 ? undefined : once.parse(parent, dialect),
    print: (value, dialect) => (value === undefined ? '' : once.print(value, dialect)),
  }
}

/** Any number of times, one element for each. */
export function list<T>(name: Name, content: Content<T>, limits: { max?: number } = {}): Child<readonly T[]> {
  return {
    parse: (parent, dialect) => {
      const elements = named(parent, spelled(name, dialect))
      if (limits.max !== undefined && elements.length > limits.max) fail('MalformedXML')
      return elements.map((each) => content.parse(each, dialect))
    },
    print: (values, dialect) => {
      const tag = spelled(name, dialect)
      let out = ''
      for (const value of values) out += tagged(tag, content.print(value, dialect))
      return out
    },
  }
}

/** Several kinds of element in the order of the list, each entry naming its kind. Only printed. */
export function mixed<K extends string, T>(
  kinds: Readonly<Record<K, Name>>,
  contents: Readonly<Record<K, Content<T>>>,
) {
  const child: Child<readonly { readonly kind: K; readonly value: T }[]> = {
    parse: () => fail('MalformedXML'),
    print: (entries, dialect) => {
      let out = ''
      for (const { kind, value } of entries) {
        out += tagged(spelled(kinds[kind], dialect), contents[kind].print(value, dialect))
      }
      return out
    },
  }
  return child
}

/** Present in one dialect only; the other neither reads nor writes it. */
export function only<T>(dialect: DialectName, child: Child<T | undefined>): Child<T | undefined> {
  return {
    parse: (parent, current) => (current === dialect ? child.parse(parent, current) : undefined),
    print: (value, current) => (current === dialect ? child.print(value, current) : ''),
  }
}

export function document<T>(
  name: Name,
  content: Content<T>,
  options: { readonly namespace?: Partial<Readonly<Record<DialectName, string>>>; readonly elementsMax?: number } = {},
): XmlDocument<T> {
  return {
    name,
    parse: (bytes, dialect) => {
      const root = wellFormed(bytes, options.elementsMax ?? 20_000)
      return root.name === spelled(name, dialect) ? content.parse(root, dialect) : fail('MalformedXML')
    },
    print: (value, dialect) => {
      const tag = spelled(name, dialect)
      const namespace = options.namespace?.[dialect]
      const inner = content.print(value, dialect)
      const open = namespace === undefined ? tag : `${tag} xmlns="${namespace}"`
      return inner === '' ? `<${open}/>` : `<${open}>${inner}</${tag}>`
    },
  }
}

function wellFormed(bytes: Uint8Array, elementsMax: number): XmlElement {
  try {
    return parseXml(bytes, { elementsMax, depthMax: 20 })
  } catch (error) {
    if (error instanceof XmlError) return fail('MalformedXML')
    throw error
  }
}

export const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'
