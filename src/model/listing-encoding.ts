/**
 * `encoding-type=url` in listings: RFC 3986 percent-encoding of UTF-8, `/` left as it is, space as `%20`, the same in
 * both dialects (cos-auth-and-bucket.md 5.6; S3 clients decode `%20` and `+` alike, boto only the former).
 */

const PLAIN = /^[A-Za-z0-9\-._~/]*$/
const LONE_SURROGATE_POSSIBLE = /[\ud800-\udfff]/

/** For Key, Prefix, Marker, NextMarker, Delimiter, StartAfter and the prefixes of CommonPrefixes. */
export function encodeForListing(text: string): string {
  if (PLAIN.test(text)) return text
  const wellFormed = LONE_SURROGATE_POSSIBLE.test(text) ? Buffer.from(text, 'utf8').toString('utf8') : text
  return encodeURIComponent(wellFormed)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
