/**
 * The two decodings of a request target. Each is done once, here: nothing below sees an escape, and nothing decodes
 * twice. A path is never normalised: `.`, `..` and `//` are parts of a key.
 */

import { fail } from '../model/errors/index.js'
import { percentDecode } from './percent.js'
import type { QueryParameter } from './request.js'

export const QUERY_PARAMETERS_MAX = 1000

/** How much of a faulty target an error repeats. */
const SHOWN_CHARACTERS_MAX = 256

/**
 * SDKs append this one without encoding it, so its `+` is a plus (cos-auth-and-bucket.md 1.3).
 * A token holds no spaces, so nothing is lost for the clients that do encode it.
 */
const RAW_PLUS = 'x-cos-security-token'

const NO_PARAMETERS: readonly QueryParameter[] = []

/** Form-style: `+` is a space, the first `=` divides. Fails with InvalidURI. */
export function parseQuery(rawQuery: string): readonly QueryParameter[] {
  if (rawQuery === '') return NO_PARAMETERS
  const parameters: QueryParameter[] = []
  for (let from = 0; from <= rawQuery.length; ) {
    const ampersand = rawQuery.indexOf('&', from)
    const to = ampersand === -1 ? rawQuery.length : ampersand
    if (to > from) {
      if (parameters.length === QUERY_PARAMETERS_MAX) tooManyParameters(rawQuery)
      parameters.push(parseParameter(rawQuery.slice(from, to)))
    }
    from = to + 1
  }
  return parameters
}

function parseParameter(raw: string): QueryParameter {
  const equals = raw.indexOf('=')
  if (equals === -1) return { name: decodeForm(raw), value: '' }
  const name = decodeForm(raw.slice(0, equals))
  const value = raw.slice(equals + 1)
  return { name, value: name === RAW_PLUS ? decode(value) : decodeForm(value) }
}

/** Decodes the path once; `+` stays a plus. Fails with InvalidURI. */
export function decodePath(rawPath: string): string {
  return decode(rawPath)
}

function decodeForm(raw: string): string {
  return decode(raw.includes('+') ? raw.replaceAll('+', ' ') : raw)
}

function decode(raw: string): string {
  const text = percentDecode(raw)
  return text === undefined ? fail('InvalidURI', { URI: shown(raw) }) : text
}

function tooManyParameters(rawQuery: string): never {
  return fail(
    'InvalidURI',
    { URI: shown(rawQuery) },
    { message: `The query of the request has more than ${QUERY_PARAMETERS_MAX} parameters.` },
  )
}

function shown(raw: string): string {
  return raw.length > SHOWN_CHARACTERS_MAX ? `${raw.slice(0, SHOWN_CHARACTERS_MAX)}...` : raw
}
