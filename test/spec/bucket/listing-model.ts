/** What a listing must show, worked out the plain way: from a sorted array of everything, in UTF-8 byte order. */

import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { XmlElement } from '../../../src/base/xml.js'
import { childText, textsOf } from '../../support/exchange.js'

export interface Query {
  readonly prefix: string
  /** Empty: none. */
  readonly delimiter: string
  /** Empty: from the beginning. */
  readonly after: string
}

/** `kind name`: rows compare as text. */
export type Row = `key ${string}` | `prefix ${string}`

export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'))
}

/** The common prefix under which a name disappears. */
export function groupOf(name: string, { prefix, delimiter }: Query): string | undefined {
  if (delimiter === '') return undefined
  const [first, ...rest] = name.slice(prefix.length).split(delimiter)
  return rest.length === 0 ? undefined : `${prefix}${first}${delimiter}`
}

/** Which names of all are listed, in order: strictly after the marker, and past the group that the marker is. */
export function namesAfter(names: readonly string[], query: Query): readonly string[] {
  const { prefix, after } = query
  const group = after.startsWith(prefix) ? groupOf(after, query) : undefined
  return [...names]
    .sort(byBytes)
    .filter((name) => name.startsWith(prefix))
    .filter((name) => after === '' || byBytes(name, after) > 0)
    .filter((name) => group !== after || !name.startsWith(after))
}

export function expectedRows(names: readonly string[], query: Query): readonly Row[] {
  const rows = namesAfter(names, query).map((name): Row => {
    const group = groupOf(name, query)
    return group === undefined ? `key ${name}` : `prefix ${group}`
  })
  return [...new Set(rows)]
}

export function nameOf(row: Row): string {
  return row.slice(row.indexOf(' ') + 1)
}

/** Characters that are written otherwise, sort otherwise in UTF-16, or mean something elsewhere. */
const CHARACTERS = ['a', 'b', '/', '/', ' ', '+', '%', '&', '<', '.', "'", 'é', '\ue000', '\uffee', '😀', '\u{10fffd}']

export const text = (sizeMax: number) =>
  fc.array(fc.constantFrom(...CHARACTERS), { maxLength: sizeMax }).map((parts) => parts.join(''))

export const names = fc.uniqueArray(
  fc.array(fc.constantFrom(...CHARACTERS), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
  { maxLength: 14 },
)

/** The rows of a page, which shows keys and prefixes apart, brought back together. */
export function shownRows(xml: XmlElement, keyElement: string, encoded: boolean): readonly Row[] {
  const plain = (name: string) => (encoded ? decodeURIComponent(name) : name)
  const keys = xml.children
    .filter(({ name }) => name === keyElement)
    .map((entry): Row => `key ${plain(childText(entry, 'Key') ?? '')}`)
  const prefixes = xml.children
    .filter(({ name }) => name === 'CommonPrefixes')
    .flatMap((entry) => textsOf(entry, 'Prefix').map((name): Row => `prefix ${plain(name)}`))
  for (const rows of [keys, prefixes]) {
    assert.deepEqual(
      rows,
      [...rows].sort((a, b) => byBytes(nameOf(a), nameOf(b))),
      'each kind is in order',
    )
  }
  return [...keys, ...prefixes].sort((a, b) => byBytes(nameOf(a), nameOf(b)))
}
