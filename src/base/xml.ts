/**
 * XML in and out. Well-formedness is the library's business; ours are the limits. Whatever the input, parsing ends in
 * an element or in an XmlError, in time linear in its size: no DTD, no entities beyond the five of XML, bounded depth.
 */

import { SaxesParser } from 'saxes'
import type { Bytes } from './bytes.js'

export interface XmlElement {
  /** Local name; the namespace is not kept. */
  readonly name: string
  /** By local name, except `xsi:type` and other prefixed ones, which keep their prefix. Without `xmlns`. */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** Text and CDATA directly inside, joined, untrimmed. */
  readonly text: string
}

export interface XmlLimits {
  readonly depthMax: number
  /** Of elements, and as many attributes. */
  readonly elementsMax: number
}

export const XML_LIMITS: XmlLimits = { depthMax: 20, elementsMax: 50_000 }

/** Not well-formed, not UTF-8, or beyond a limit. The message names the place (line:column) where there is one. */
export class XmlError extends Error {
  override readonly name = 'XmlError'
}

/** The root element. The caller has already bounded the size. */
export function parseXml(document: string | Bytes, limits: XmlLimits = XML_LIMITS): XmlElement {
  const text = typeof document === 'string' ? document.replace(/^\uFEFF/, '') : decodeUtf8(document)
  const parser = new SaxesParser({ xmlns: true, forceXMLVersion: true, defaultXMLVersion: '1.0' })
  const tree = collectTree(parser, limits)
  parser.write(text).close()
  const root = tree.root()
  if (root === undefined) throw new XmlError('the document has no root element')
  return root
}

const XSI = 'http://www.w3.org/2001/XMLSchema-instance'
const ENCODING = /^(?:utf-?8|us-ascii)$/i

type MutableElement = { name: string; attributes: Map<string, string>; children: MutableElement[]; text: string }

function collectTree(parser: SaxesParser<{ xmlns: true }>, limits: XmlLimits): { root(): XmlElement | undefined } {
  const open: MutableElement[] = []
  let root: MutableElement | undefined
  let elements = 0
  let attributes = 0
  const addText = (text: string) => {
    const element = open.at(-1)
    if (element !== undefined) element.text += text
  }
  parser.on('error', (error) => {
    throw new XmlError(error.message)
  })
  parser.on('doctype', () => {
    throw new XmlError('a document type declaration is not accepted')
  })
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && !ENCODING.test(encoding)) throw new XmlError('the encoding is not UTF-8')
  })
  parser.on('attribute', () => {
    attributes += 1
    if (attributes > limits.elementsMax) throw new XmlError(`more than ${limits.elementsMax} attributes`)
  })
  parser.on('opentagstart', () => {
    elements += 1
    if (elements > limits.elementsMax) throw new XmlError(`more than ${limits.elementsMax} elements`)
    if (open.length >= limits.depthMax) throw new XmlError(`nested deeper than ${limits.depthMax} elements`)
  })
  parser.on('opentag', (tag) => {
    const element: MutableElement = { name: tag.local, attributes: new Map(), children: [], text: '' }
    for (const attribute of Object.values(tag.attributes)) {
      if (attribute.prefix === 'xmlns' || attribute.name === 'xmlns') continue
      const name = attribute.uri === XSI ? `xsi:${attribute.local}` : attribute.name
      element.attributes.set(name, attribute.value)
    }
    const parent = open.at(-1)
    if (parent === undefined) root = element
    else parent.children.push(element)
    open.push(element)
  })
  parser.on('closetag', () => {
    open.pop()
  })
  parser.on('text', addText)
  parser.on('cdata', addText)
  return { root: () => root }
}

function decodeUtf8(bytes: Bytes): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new XmlError('the document is not UTF-8')
  }
}

const TEXT_SPECIAL = /[&<>\r]/
const TEXT_SPECIALS = /[&<>\r]/g
const TEXT_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' }

/**
 * For element content. Quotes stay as they are, because the Java SDK's reader splits text at entities (errors.md 1.2);
 * a carriage return is written as a reference, since readers turn a bare one into a line feed.
 */
export function escapeXmlText(text: string): string {
  if (!TEXT_SPECIAL.test(text)) return text
  return text.replace(TEXT_SPECIALS, (character) => TEXT_ESCAPES[character] ?? character)
}

/** For a value between double quotes. */
export function escapeXmlAttribute(text: string): string {
  return escapeXmlText(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
}

const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/
const FORBIDDEN_ALL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

/** True when XML 1.0 cannot carry the text, not even by references. */
export function xmlForbids(text: string): boolean {
  return FORBIDDEN.test(text)
}

/** Characters that XML 1.0 cannot carry become the percent-escapes of their UTF-8 bytes (errors.md 1.1); apply before escaping. */
export function percentEncodeForbidden(text: string): string {
  if (!FORBIDDEN.test(text)) return text
  return text.replace(FORBIDDEN_ALL, (character) => encodeURIComponent(character))
}
