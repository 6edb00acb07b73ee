/**
 * Request line and headers as a value, and stage 0 of the checks (errors.md 4.1): header size, target form, Host,
 * lengths, transfer coding. Pure. What Node's parser has refused already (both lengths, two Content-Lengths, folded
 * lines, bare line feeds) never arrives here; parser-error.ts answers it.
 */

import { fail } from '../../model/errors/index.js'
import type { Headers } from '../request.js'

/** What of an `IncomingMessage` is read. */
export interface ParsedHead {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly rawHeaders: readonly string[]
  readonly httpVersionMajor: number
  readonly httpVersionMinor: number
}

export interface HeadLimits {
  /** Names, values and separators of all headers, and the query string. */
  readonly headerBytesMax: number
  readonly headersCountMax: number
}

export interface RequestHead {
  readonly method: string
  readonly rawPath: string
  readonly rawQuery: string
  readonly host: string
  readonly headers: Headers
  readonly sizeBytes: number | undefined
  readonly chunked: boolean
}

export function readHead(message: ParsedHead, limits: HeadLimits): RequestHead {
  const headers = readHeaders(message.rawHeaders, limits)
  const target = splitTarget(message.url ?? '')
  if (headerBytes(message.rawHeaders) + target.rawQuery.length > limits.headerBytesMax) headerSectionTooLarge(limits)
  const host = target.authority ?? headers.get('host') ?? ''
  if (host === '') fail('MissingHost')
  if (!AUTHORITY.test(host)) badRequest('The Host header is not a host name with an optional port.')
  const chunked = isChunked(
    headers.get('transfer-encoding'),
    message.httpVersionMajor === 1 && message.httpVersionMinor > 0,
  )
  const length = headers.get('content-length')
  return {
    method: message.method ?? '',
    rawPath: target.rawPath,
    rawQuery: target.rawQuery,
    host,
    headers,
    sizeBytes: length === undefined ? undefined : Number(length),
    chunked,
  }
}

/** Host names, IPv4, bracketed IPv6 and a port; what may not stand here could end up in another header or a body. */
const AUTHORITY = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/

function readHeaders(rawHeaders: readonly string[], limits: HeadLimits): Headers {
  if (rawHeaders.length > 2 * limits.headersCountMax) {
    badRequest(`The request has more than ${limits.headersCountMax} headers.`)
  }
  const headers = new Map<string, string>()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase()
    const value = rawHeaders[i + 1] ?? ''
    const earlier = headers.get(name)
    if (earlier !== undefined && name === 'host') badRequest('The request has more than one Host header.')
    headers.set(name, earlier === undefined ? value : `${earlier},${value}`)
  }
  return headers
}

/** As on the wire: name, colon, space, value, CR, LF. */
function headerBytes(rawHeaders: readonly string[]): number {
  let sizeBytes = 2 * rawHeaders.length
  for (const text of rawHeaders) sizeBytes += text.length
  return sizeBytes
}

interface Target {
  /** Of an absolute-form target, as a client with a proxy setting sends it. */
  readonly authority: string | undefined
  readonly rawPath: string
  readonly rawQuery: string
}

export function splitTarget(target: string): Target {
  if (target.startsWith('/')) return splitPath(undefined, target)
  const [, scheme, authority, rest] = ABSOLUTE_FORM.exec(target) ?? []
  if (scheme === undefined || authority === undefined || rest === undefined || !SCHEMES.has(scheme.toLowerCase())) {
    return fail('InvalidURI', { URI: target === '' ? '-' : target })
  }
  if (authority === '' || authority.includes('@')) fail('InvalidURI', { URI: target })
  return splitPath(authority, rest.startsWith('/') ? rest : `/${rest}`)
}

const ABSOLUTE_FORM = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)(.*)$/
const SCHEMES: ReadonlySet<string> = new Set(['http', 'https'])

function splitPath(authority: string | undefined, target: string): Target {
  const mark = target.indexOf('?')
  if (mark < 0) return { authority, rawPath: target, rawQuery: '' }
  return { authority, rawPath: target.slice(0, mark), rawQuery: target.slice(mark + 1) }
}

function isChunked(coding: string | undefined, http11: boolean): boolean {
  if (coding === undefined) return false
  // RFC 9112 6.1: a sender of HTTP/1.0 cannot mean it, so the framing is not to be trusted.
  if (!http11) badRequest('Transfer-Encoding has no meaning in HTTP/1.0.')
  if (coding.toLowerCase() !== 'chunked') fail('NotImplemented', { Header: 'Transfer-Encoding' })
  return true
}

function headerSectionTooLarge(limits: HeadLimits): never {
  return fail('RequestHeaderSectionTooLarge', { MaxSizeAllowed: limits.headerBytesMax })
}

function badRequest(message: string): never {
  return fail('BadRequest', undefined, { message })
}
