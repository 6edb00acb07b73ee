/**
 * Errors as readers of a website see them (errors.md 1.5): a page with what the document would hold, one item each. Every
 * value is escaped, because most of them were written by whoever asked.
 */

import { STATUS_CODES } from 'node:http'
import { escapeXmlText, percentEncodeForbidden } from '../base/xml.js'
import type { ApiError } from '../model/errors/index.js'
import { type ErrorFacts, errorChildren, renderError } from './error-body.js'
import type { WireResponse } from './response.js'

const HTML_TYPE: readonly [string, string] = ['Content-Type', 'text/html; charset=utf-8']

export function renderErrorPage(error: ApiError, facts: ErrorFacts): WireResponse {
  const answer = renderError(error, facts)
  if (answer.status === 304) return answer
  const others = answer.headers.filter(([name]) => name.toLowerCase() !== 'content-type')
  const headers = [HTML_TYPE, ...others]
  if (answer.body.kind !== 'bytes') return { ...answer, headers }
  return { ...answer, headers, body: { kind: 'bytes', bytes: Buffer.from(page(answer.status, error, facts), 'utf8') } }
}

function page(status: number, error: ApiError, facts: ErrorFacts): string {
  const title = `${status} ${STATUS_CODES[status] ?? 'Error'}`
  const items = errorChildren(error, facts)
    .filter(([name, value]) => value !== '' && name !== 'Resource')
    .map(([name, value]) => `<li>${name}: ${escapeXmlText(percentEncodeForbidden(value))}</li>\n`)
  return `<!DOCTYPE html>\n<html>\n<head><title>${title}</title></head>\n<body>\n<h1>${title}</h1>\n<ul>\n${items.join('')}</ul>\n<hr/>\n</body>\n</html>\n`
}
