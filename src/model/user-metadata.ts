/**
 * Headers that are kept with an object. Values are wire strings, one latin-1 character per byte, stored and returned
 * verbatim; names are lower case. A standard header that is present but empty counts as absent (cos-object.md 1.3),
 * while an empty user metadata value is a value.
 */

import { fail } from './errors/index.js'
import type { ObjectHeaders } from './version.js'

/** Names without their prefix, and values (cos-object.md 27, errors.md row 50). */
export const USER_METADATA_BYTES_MAX = 2048

export type UserMetadata = readonly (readonly [name: string, value: string])[]

/** `prefix` as `x-cos-meta-`; header names are lower case. Fails with MetadataTooLarge. */
export function userMetadata(
  headers: Iterable<readonly [name: string, value: string]>,
  prefix: string,
  sizeBytesMax: number = USER_METADATA_BYTES_MAX,
): UserMetadata {
  const pairs: (readonly [string, string])[] = []
  let sizeBytes = 0
  for (const [header, value] of headers) {
    if (!header.startsWith(prefix) || header.length === prefix.length) continue
    const name = header.slice(prefix.length)
    sizeBytes += name.length + value.length
    pairs.push([name, value])
  }
  if (sizeBytes > sizeBytesMax) fail('MetadataTooLarge', { Size: sizeBytes, MaxSizeAllowed: sizeBytesMax })
  return pairs
}

/** Everything that PUT, copy with replacement, and Initiate keep. `metadataPrefix` as `x-amz-meta-`. */
export function objectHeaders(headers: ReadonlyMap<string, string>, metadataPrefix: string): ObjectHeaders {
  const present = (name: string) => nonEmpty(headers.get(name))
  return {
    contentType: present('content-type'),
    cacheControl: present('cache-control'),
    contentDisposition: present('content-disposition'),
    contentEncoding: storedContentEncoding(headers.get('content-encoding')),
    contentLanguage: present('content-language'),
    expires: present('expires'),
    userMetadata: userMetadata(headers, metadataPrefix),
  }
}

/** `aws-chunked` describes the transfer and is not kept; the other codings are. */
export function storedContentEncoding(header: string | undefined): string | undefined {
  const codings = nonEmpty(header)
  if (codings === undefined || !/aws-chunked/i.test(codings)) return codings
  const kept = codings.split(',').map((coding) => coding.trim())
  return nonEmpty(kept.filter((coding) => coding !== '' && coding.toLowerCase() !== 'aws-chunked').join(','))
}

function nonEmpty(value: string | undefined): string | undefined {
  const trimmed = value?.trim() ?? ''
  return trimmed === '' ? undefined : trimmed
}
