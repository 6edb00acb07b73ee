/**
 * Amazon's query API as STS speaks it: an action among the parameters, SigV4 for the service `sts` over the whole body,
 * and XML in a namespace of its own, errors wrapped with the side whose fault they are.
 */

import { sha256Hex } from '../../base/hmac.js'
import { escapeXmlText, percentEncodeForbidden } from '../../base/xml.js'
import { fail, queryFaultOf, querySpellingOfError } from '../../model/errors/index.js'
import { type AuthKind, type PayloadContract, requireSignedSha256 } from '../../wire/authentication.js'
import type { QueryAuthKind, QueryDialect, QueryScheme, Shown } from '../../wire/query-dialect.js'
import type { WireResponse } from '../../wire/response.js'
import { createS3Schemes } from './signature.js'

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/'

export function createS3QueryApi(): QueryDialect {
  return {
    version: '2011-06-15',
    schemes: createSchemes(),
    asked: ({ parameters }) => ({
      action: parameters.get('Action') || undefined,
      version: parameters.get('Version') || undefined,
    }),
    answer: (action, outcome, ids) => {
      const metadata = tagged('ResponseMetadata', tagged('RequestId', ids.amz))
      return xml(200, `${action}Response`, tagged(`${action}Result`, elements(outcome)) + metadata)
    },
    refuse: (error, ids) => {
      const { code, status, message } = querySpellingOfError(error, 's3')
      const inner = elements({ Type: queryFaultOf(error), Code: code, Message: message })
      return xml(status, 'ErrorResponse', tagged('Error', inner) + tagged('RequestId', ids.amz))
    },
  }
}

const KINDS: Readonly<Partial<Record<AuthKind, QueryAuthKind>>> = {
  's3-v4-header': 's3-api-v4-header',
  's3-v4-query': 's3-api-v4-query',
}

function createSchemes(): readonly QueryScheme[] {
  return createS3Schemes({ service: 'sts' }).flatMap((scheme) => {
    const kind = KINDS[scheme.kind]
    if (kind === undefined) return []
    return {
      kind,
      presents: ({ request, query }) => scheme.presents(request, query),
      claim: (call, facts) => {
        const bodySha256 = sha256Hex(call.body)
        const claim = scheme.claim(call.request, { ...facts, query: call.query, bodySha256 })
        return { ...claim, verify: (secretKey) => checkBody(claim.verify(secretKey), bodySha256) }
      },
    }
  })
}

/** No word that leaves the body out of the signature is taken here. */
function checkBody(payload: PayloadContract, bodySha256: string): void {
  if (payload.kind !== 'sha256') fail('ValidationError', {}, { message: 'The signature must cover the body.' })
  requireSignedSha256(payload.hex, bodySha256)
}

function elements(shown: Shown): string {
  let out = ''
  for (const [name, value] of Object.entries(shown)) {
    if (value === undefined) continue
    out += tagged(name, typeof value === 'object' ? elements(value) : escapeXmlText(percentEncodeForbidden(`${value}`)))
  }
  return out
}

function tagged(name: string, inner: string): string {
  return `<${name}>${inner}</${name}>`
}

function xml(status: number, root: string, inner: string): WireResponse {
  const bytes = Buffer.from(`<${root} xmlns="${NAMESPACE}">${inner}</${root}>`, 'utf8')
  return { status, headers: [['Content-Type', 'text/xml']], body: { kind: 'bytes', bytes } }
}
