/**
 * Cross-origin requests: preflights are answered here, before anybody is authenticated, and every other answer gets the
 * headers without which a page may not read it, refusals included. A request without `Origin` costs no reading.
 */

import type { Core } from '../core/core.js'
import { corsFormat } from '../core/cors-record.js'
import type { Bucket } from '../model/bucket.js'
import { allowsAnyOrigin, type CorsConfiguration, type CorsRule, matchingRule } from '../model/cors.js'
import { fail } from '../model/errors/index.js'
import type { Address } from './address.js'
import type { Dialect } from './dialect.js'
import type { WireRequest } from './request.js'
import type { WireResponse } from './response.js'

export type HeaderLines = readonly (readonly [string, string])[]

export interface CrossOrigin {
  preflight(request: WireRequest, address: Address, dialect: Dialect): Promise<WireResponse>
  /** Of any other answer. `bucket`: when the request has read it already. */
  headers(
    request: WireRequest,
    address: Address | undefined,
    dialect: Dialect,
    bucket: Bucket | undefined,
  ): Promise<HeaderLines>
}

const BUCKETS_REMEMBERED_MAX = 1_000
const VARY = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method'

export function createCrossOrigin({ buckets, documents }: Pick<Core, 'buckets' | 'documents'>): CrossOrigin {
  const read = documents.reader(
    [corsFormat.kind],
    ([found]) => (found === undefined ? undefined : corsFormat.fromJson(found.json)),
    BUCKETS_REMEMBERED_MAX,
  )
  const configurationOf = async (bucket: Bucket | undefined): Promise<CorsConfiguration | undefined> =>
    bucket?.documents.includes('cors') === true ? read(bucket) : undefined

  return {
    preflight: async (request, { bucketName, key }, dialect) => {
      const asked = readPreflight(request)
      const bucket = bucketName === undefined ? undefined : await buckets.find(bucketName)
      if (bucketName !== undefined && bucket === undefined) fail('NoSuchBucket', { BucketName: bucketName })
      const configuration = await configurationOf(bucket)
      const rule = configuration && matchingRule(configuration, asked)
      if (configuration === undefined || rule === undefined) {
        return fail('AccessForbidden', { Method: asked.method, ResourceType: key === undefined ? 'BUCKET' : 'OBJECT' })
      }
      const shown = [
        ...ruleHeaders(rule, asked.origin, dialect),
        ...(asked.headers.length === 0 ? [] : [allowedHeaders(rule, asked.headers, dialect)]),
        ...varyHeaders(configuration, dialect),
      ]
      return { status: 200, headers: shown, body: { kind: 'bytes', bytes: new Uint8Array(0) } }
    },
    headers: async ({ headers, method }, address, dialect, bucket) => {
      const origin = headers.get('origin') ?? ''
      const bucketName = address?.bucketName
      if (origin === '' && bucket === undefined) return []
      const found = bucket ?? (bucketName === undefined ? undefined : await buckets.find(bucketName))
      const configuration = await configurationOf(found)
      if (configuration === undefined) return []
      const rule = origin === '' ? undefined : matchingRule(configuration, { origin, method, headers: [] })
      return [...(rule === undefined ? [] : ruleHeaders(rule, origin, dialect)), ...varyHeaders(configuration, dialect)]
    },
  }
}

/** Those of an answer that say which pages may read it: what takes its place is shared in the same way. */
export function sharedLines({ headers }: WireResponse): HeaderLines {
  return headers.filter(([name]) => name === 'Vary' || name.startsWith('Access-Control-'))
}

/** BadRequest without what a preflight is about. */
function readPreflight({ headers }: WireRequest) {
  const origin = headers.get('origin') ?? ''
  if (origin === '') {
    fail('BadRequest', {}, { message: 'Insufficient information. Origin request header needed.' })
  }
  const method = headers.get('access-control-request-method') ?? ''
  if (method === '') fail('BadRequest', {}, { message: 'Invalid Access-Control-Request-Method: null' })
  const names = (headers.get('access-control-request-headers') ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
  return { origin, method, headers: names.filter((name) => name !== '') }
}

function ruleHeaders(rule: CorsRule, origin: string, { traits }: Dialect): HeaderLines {
  const separator = traits.corsSeparator
  const forAll = allowsAnyOrigin(rule)
  const { allowedMethods, exposeHeaders, maxAgeSeconds } = rule
  return [
    ['Access-Control-Allow-Origin', forAll ? '*' : origin],
    ['Access-Control-Allow-Methods', allowedMethods.join(separator)],
    ...(exposeHeaders.length === 0 ? [] : [['Access-Control-Expose-Headers', exposeHeaders.join(separator)] as const]),
    ...(maxAgeSeconds === undefined ? [] : [['Access-Control-Max-Age', String(maxAgeSeconds)] as const]),
    ...(forAll ? [] : [['Access-Control-Allow-Credentials', 'true'] as const]),
  ]
}

/** The headers that were asked for; COS shows the list of the rule (5.10), unless it has wildcards: browsers know none but `*`. */
function allowedHeaders(rule: CorsRule, asked: readonly string[], { traits }: Dialect): readonly [string, string] {
  const names = rule.allowedHeaders.map((name) => name.toLowerCase())
  const shown = traits.corsShowsRule && !names.some((name) => name.includes('*')) ? names : asked
  return ['Access-Control-Allow-Headers', shown.join(traits.corsSeparator)]
}

/** Caches must tell origins apart: always in S3, where the configuration says so in COS. */
function varyHeaders({ responseVary }: CorsConfiguration, { traits }: Dialect): HeaderLines {
  if (traits.corsVaryAlways) return [['Vary', VARY]]
  return responseVary === true ? [['Vary', 'Origin']] : []
}
