/**
 * What Node's parser and its timers refuse, as rows of the catalogue (errors.md 1.6). A table: prefix or code of the
 * error to condition. Codes that are not HTTP's (ECONNRESET, EPIPE) have no row: there is nobody to answer.
 */

import type { ApiError } from '../../model/errors/index.js'
import { apiError } from '../../model/errors/index.js'

export interface ParserFailure extends Error {
  readonly code?: string
  /** Node's own words for what was wrong, such as `Duplicate Content-Length`. */
  readonly reason?: string
  /** The bytes in which the parser stopped; what came before them is gone. */
  readonly rawPacket?: Buffer
}

export interface TransportFacts {
  /** Empty when unknown. */
  readonly method: string
  readonly host: string
  /** The request target as received. */
  readonly rawTarget: string
}

export const FACTS_UNKNOWN: TransportFacts = { method: '', host: '', rawTarget: '' }

/** Undefined when the connection itself failed. */
export function parserError(failure: ParserFailure, headerBytesMax: number): ApiError | undefined {
  const code = failure.code ?? ''
  const exact = ROWS[code]
  if (exact !== undefined) return exact(failure, headerBytesMax)
  return code.startsWith('HPE_') ? badRequest(failure) : undefined
}

const ROWS: Readonly<Record<string, (failure: ParserFailure, headerBytesMax: number) => ApiError>> = {
  HPE_HEADER_OVERFLOW: (_, headerBytesMax) =>
    apiError('RequestHeaderSectionTooLarge', { MaxSizeAllowed: headerBytesMax }),
  HPE_INVALID_EOF_STATE: () => apiError('IncompleteBody'),
  HPE_INVALID_URL: (failure) => apiError('InvalidURI', { URI: sniffFacts(failure).rawTarget || '-' }),
  ERR_HTTP_REQUEST_TIMEOUT: () => apiError('RequestTimeout'),
}

function badRequest(failure: ParserFailure): ApiError {
  const reason = failure.reason ?? failure.message
  return apiError('BadRequest', undefined, { diagnosis: `The HTTP parser stopped: ${reason.replace(/\.?$/, '.')}` })
}

/** Best effort, for the Resource of the answer: nothing was parsed, so this reads what lies in the last packet. */
export function sniffFacts(failure: ParserFailure): TransportFacts {
  const text = failure.rawPacket?.toString('latin1', 0, SNIFFED_BYTES_MAX) ?? ''
  const [, method = '', rawTarget = ''] = REQUEST_LINE.exec(text) ?? []
  const [, host = ''] = HOST_LINE.exec(text) ?? []
  return { method, host, rawTarget }
}

const SNIFFED_BYTES_MAX = 4096
const REQUEST_LINE = /^([A-Z]{1,20}) ([^\s]{1,2048}) ?/
const HOST_LINE = /\r\nhost:[ \t]*([A-Za-z0-9._:[\]-]{1,255})[ \t]*\r\n/i
