/**
 * Percent-encoding, as the signatures write it: everything but `A-Z a-z 0-9 - _ . ~`, hex digits in upper case.
 * Text from the wire is latin-1, one character per byte (wire/request.ts), and becomes UTF-8 text here or nowhere.
 */

const UNRESERVED = /^[A-Za-z0-9\-_.~]*$/
const UNRESERVED_PATH = /^[A-Za-z0-9\-_.~/]*$/
const LEFT_BY_THE_LANGUAGE = /[!'()*]/g
const ASCII = /^[\x00-\x7f]*$/
const NOT_ASCII = /[\x80-\xff]/g

/** Of decoded text. Text that came from `percentDecode` is always well-formed, so this never throws on it. */
export function percentEncode(text: string): string {
  return UNRESERVED.test(text) ? text : encodeURIComponent(text).replace(LEFT_BY_THE_LANGUAGE, escapeOf)
}

/** Like `percentEncode`, with `/` left alone. */
export function percentEncodePath(path: string): string {
  return UNRESERVED_PATH.test(path) ? path : percentEncode(path).replaceAll('%2F', '/')
}

/** Of a latin-1 string: each character is one byte, whether or not the bytes are UTF-8. */
export function percentEncodeBytes(latin1: string): string {
  if (UNRESERVED.test(latin1)) return latin1
  if (ASCII.test(latin1)) return percentEncode(latin1)
  let encoded = ''
  for (const character of latin1) encoded += character > '\x7f' ? escapeOf(character) : percentEncode(character)
  return encoded
}

/** Decodes once. Undefined on a bad escape, on bytes that are not UTF-8, and on NUL. `+` is left alone. */
export function percentDecode(latin1: string): string | undefined {
  if (!latin1.includes('%') && ASCII.test(latin1)) return latin1.includes('\0') ? undefined : latin1
  try {
    const text = decodeURIComponent(latin1.replace(NOT_ASCII, escapeOf))
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

/** What a person may read of a latin-1 string that carries UTF-8; U+FFFD where it does not. */
export function displayText(latin1: string): string {
  return ASCII.test(latin1) ? latin1 : Buffer.from(latin1, 'latin1').toString('utf8')
}

function escapeOf(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}
