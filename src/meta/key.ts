/**
 * Keys of the metadata store as tuples: one byte for the kind of row, then parts. Byte order of keys is the order of
 * their tuples. Every part but the last is terminated, a NUL inside one is escaped; the last is raw, so that prefixes
 * and delimiters of object keys can be compared as the bytes they are. docs/data-format.md lists the rows.
 */

import { type Bytes, concatBytes, utf8 } from '../base/bytes.js'

const TERMINATOR = Buffer.from([0x00])
const ESCAPED_NUL = Buffer.from([0x00, 0xff])

export type KeyPart = string | Bytes

function bytesOf(part: KeyPart): Bytes {
  return typeof part === 'string' ? utf8(part) : part
}

function escaped(part: KeyPart): Bytes {
  const bytes = bytesOf(part)
  if (!bytes.includes(0)) return bytes
  const pieces: Bytes[] = []
  let start = 0
  for (let at = bytes.indexOf(0); at !== -1; at = bytes.indexOf(0, start)) {
    pieces.push(bytes.subarray(start, at), ESCAPED_NUL)
    start = at + 1
  }
  return concatBytes([...pieces, bytes.subarray(start)])
}

/**
 * Every request makes several keys, nearly always of texts without a NUL: those are encoded in one go, which takes a
 * quarter of the time of joining pieces. Undefined when a part needs escaping or is bytes.
 */
function joinedText(kind: number, parts: readonly KeyPart[]): string | undefined {
  let text = ''
  for (const part of parts) {
    if (typeof part !== 'string' || part.includes('\0')) return undefined
    text += `${part}\0`
  }
  return kind < 0x80 ? String.fromCharCode(kind) + text : undefined
}

/** All parts terminated: the prefix shared by every key that continues this tuple. */
export function keyPrefix(kind: number, ...parts: readonly KeyPart[]): Buffer {
  const text = joinedText(kind, parts)
  if (text !== undefined) return utf8(text)
  const pieces: Bytes[] = [Buffer.from([kind])]
  for (const part of parts) pieces.push(escaped(part), TERMINATOR)
  return concatBytes(pieces)
}

/** A complete key: the last part is raw. */
export function key(kind: number, ...parts: readonly KeyPart[]): Buffer {
  const last = parts.at(-1)
  if (last === undefined) return Buffer.from([kind])
  const text = typeof last === 'string' ? joinedText(kind, parts.slice(0, -1)) : undefined
  if (text !== undefined) return utf8(text + last)
  return concatBytes([keyPrefix(kind, ...parts.slice(0, -1)), bytesOf(last)])
}

/** The parts of a complete key that was made with `partCount` parts. */
export function keyParts(bytes: Bytes, partCount: number): readonly Buffer[] {
  const parts: Buffer[] = []
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let start = 1
  while (parts.length < partCount - 1) {
    const end = terminatorAt(buffer, start)
    parts.push(unescaped(buffer.subarray(start, end)))
    start = end + 1
  }
  parts.push(buffer.subarray(start))
  return parts
}

function terminatorAt(buffer: Buffer, from: number): number {
  let at = buffer.indexOf(0, from)
  while (at !== -1 && buffer[at + 1] === 0xff) at = buffer.indexOf(0, at + 2)
  return at === -1 ? buffer.byteLength : at
}

function unescaped(part: Buffer): Buffer {
  if (!part.includes(ESCAPED_NUL)) return part
  return Buffer.from(part.toString('latin1').replaceAll('\u0000\u00ff', '\u0000'), 'latin1')
}
