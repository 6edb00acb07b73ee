/** Byte strings and their order. Keys and bodies are `Bytes` everywhere below the wire; text is decoded at the edge. */

export type Bytes = Uint8Array

export function utf8(text: string): Buffer {
  return Buffer.from(text, 'utf8')
}

/** A Buffer view of the same memory: no copy. */
export function asBuffer(bytes: Bytes): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Unsigned lexicographic order, the order of every listing and every store. */
export function compareBytes(a: Bytes, b: Bytes): number {
  return Buffer.compare(a, b)
}

export function equalBytes(a: Bytes, b: Bytes): boolean {
  return a.byteLength === b.byteLength && Buffer.compare(a, b) === 0
}

export function startsWith(bytes: Bytes, prefix: Bytes): boolean {
  if (bytes.byteLength < prefix.byteLength) return false
  for (let i = 0; i < prefix.byteLength; i++) if (bytes[i] !== prefix[i]) return false
  return true
}

export function concatBytes(parts: readonly Bytes[]): Buffer {
  return Buffer.concat(parts)
}

/**
 * The smallest byte string that is greater than every string beginning with `prefix`;
 * undefined when there is none (the prefix is empty or all 0xFF).
 */
export function afterPrefix(prefix: Bytes): Bytes | undefined {
  let end = prefix.byteLength
  while (end > 0 && prefix[end - 1] === 0xff) end--
  if (end === 0) return undefined
  const after = Buffer.from(prefix.subarray(0, end))
  after[end - 1] = (after[end - 1] ?? 0) + 1
  return after
}

/** The smallest byte string greater than `bytes`. */
export function successor(bytes: Bytes): Bytes {
  const next = Buffer.alloc(bytes.byteLength + 1)
  next.set(bytes)
  return next
}
