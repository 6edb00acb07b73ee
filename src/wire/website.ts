/**
 * Hosts that show a bucket as a website: GET and HEAD for anybody, signatures refused. Every object that is shown, error
 * and index documents too, is read by the ordinary operation in nobody's name, so access is decided where it always is.
 */

import type { Core } from '../core/core.js'
import { websiteFormat } from '../core/website-record.js'
import type { Bucket } from '../model/bucket.js'
import { ApiError, fail, isApiError, spellingOfError } from '../model/errors/index.js'
import {
  type ErrorDocument,
  type RoutingRule,
  routedKey,
  ruleForError,
  ruleForKey,
  type WebsiteConfiguration,
} from '../model/website.js'
import type { Address } from './address.js'
import type { Dialect } from './dialect.js'
import { percentEncodePath } from './percent.js'
import { targetOf } from './regions.js'
import type { WireRequest } from './request.js'
import type { WireResponse } from './response.js'

export interface Websites {
  /** The bucket of a host, and how it is shown. NoSuchBucket, NoSuchWebsiteConfiguration. */
  open(address: Address): Promise<{ readonly bucket: Bucket; readonly configuration: WebsiteConfiguration }>
}

const BUCKETS_REMEMBERED_MAX = 1_000

export function createWebsites({ buckets, documents }: Pick<Core, 'buckets' | 'documents'>): Websites {
  const read = documents.reader(
    [websiteFormat.kind],
    ([found]) => (found === undefined ? undefined : websiteFormat.fromJson(found.json)),
    BUCKETS_REMEMBERED_MAX,
  )
  return {
    open: async ({ bucketName: BucketName, pathStyle }) => {
      // Below a bare website host there is no path style.
      if (BucketName === undefined || pathStyle) return fail('NoSuchWebsiteConfiguration', { BucketName: '/' })
      const bucket = await buckets.find(BucketName)
      if (bucket === undefined) return fail('NoSuchBucket', { BucketName })
      const configuration = bucket.documents.includes(websiteFormat.kind) ? await read(bucket) : undefined
      return configuration === undefined
        ? fail('NoSuchWebsiteConfiguration', { BucketName })
        : { bucket, configuration }
    },
  }
}

/** One request on a website host. */
export interface PageVisit {
  readonly request: WireRequest
  /** Decoded, without the first slash. */
  readonly key: string
  readonly dialect: Dialect
  /** As the visitor came, in front of any proxy. */
  readonly secure: boolean
  /** Reads an object as anybody may; everything that GET and HEAD refuse is thrown. */
  readonly read: (key: string, request: WireRequest) => Promise<WireResponse>
}

const METHODS = ['GET', 'HEAD']

/** InvalidAddressingHeader, MethodNotAllowed: what no website takes, whatever its bucket says. */
export function checkPageRequest({ method }: WireRequest, signed: boolean): void {
  if (!METHODS.includes(method)) {
    fail('MethodNotAllowed', { Method: method, ResourceType: 'OBJECT' }, { headers: { Allow: METHODS.join(', ') } })
  }
  if (signed) fail('InvalidAddressingHeader')
}

export async function showPage(configuration: WebsiteConfiguration, visit: PageVisit): Promise<WireResponse> {
  const away = redirectAll(configuration, visit)
  if (away !== undefined) return away
  const { key, read, request } = visit
  const rule = ruleForKey(configuration, key)
  if (rule !== undefined) return follow(configuration, rule, visit)
  try {
    return redirected(visit, await read(documentOf(configuration, key), request))
  } catch (error) {
    if (!isApiError(error)) throw error
    return (await find(configuration, visit, error)) ?? showError(configuration, visit, error)
  }
}

/** A path that ends with a slash means the index document there. */
function documentOf({ indexSuffix = '' }: WebsiteConfiguration, key: string): string {
  return key === '' || key.endsWith('/') ? key + indexSuffix : key
}

function redirectAll({ redirectAll: all }: WebsiteConfiguration, visit: PageVisit): WireResponse | undefined {
  if (all === undefined) return undefined
  const { request } = visit
  const origin = originOf(visit, all.protocol, all.hostName)
  // Whoever is where everybody is sent to stays there.
  if (origin === originOf(visit, undefined, undefined)) return undefined
  return answerAt(visit, 301, origin + targetOf(request))
}

/** A port belongs to the protocol that it was used with. */
function originOf({ request: { host }, secure }: PageVisit, protocol?: string, hostName?: string): string {
  const current = secure ? 'https' : 'http'
  const chosen = protocol ?? current
  return `${chosen}://${hostName ?? (chosen === current ? host : host.replace(/:\d+$/, ''))}`
}

async function follow(configuration: WebsiteConfiguration, rule: RoutingRule, visit: PageVisit): Promise<WireResponse> {
  const { key, dialect, read, request } = visit
  const { protocol, hostName, httpRedirectCode, urlRedirect } = rule.redirect
  const target = routedKey(rule, key)
  if (urlRedirect === 'Disabled') return read(documentOf(configuration, target), request)
  const status = httpRedirectCode ?? dialect.traits.website.redirectStatus
  return answerAt(visit, status, `${originOf(visit, protocol, hostName)}/${percentEncodePath(target)}`)
}

/** An object may send its readers elsewhere. */
function redirected(visit: PageVisit, answer: WireResponse): WireResponse {
  const name = `${visit.dialect.vendorPrefix}website-redirect-location`
  const location = answer.headers.find(([each]) => each === name)?.[1]
  if (location === undefined) return answer
  return answerAt(visit, 301, location.startsWith('/') ? originOf(visit) + location : location)
}

/** What else the path may mean where it names no object: a page without its ending, a folder without its slash. */
async function find(
  { autoAddressing, indexSuffix }: WebsiteConfiguration,
  visit: PageVisit,
  error: ApiError,
): Promise<WireResponse | undefined> {
  const { key, read, request, dialect } = visit
  const absent = isApiError(error, 'NoSuchKey') || isApiError(error, 'AccessDenied')
  if (!absent || indexSuffix === undefined || key === '' || key.endsWith('/')) return undefined
  const addressed = autoAddressing === 'Enabled'
  const page = addressed ? await perhaps(read(`${key}.html`, request)) : undefined
  if (page !== undefined) return redirected(visit, page)
  if (!addressed && !dialect.traits.website.foldersFound) return undefined
  const folder = await perhaps(read(`${key}/${indexSuffix}`, plain(request, 'HEAD')))
  return folder && answerAt(visit, 302, `/${percentEncodePath(`${key}/`)}`)
}

async function perhaps(reading: Promise<WireResponse>): Promise<WireResponse | undefined> {
  try {
    return await reading
  } catch (error) {
    if (isApiError(error, 'NoSuchKey') || isApiError(error, 'AccessDenied')) return undefined
    throw error
  }
}

async function showError(
  configuration: WebsiteConfiguration,
  visit: PageVisit,
  error: ApiError,
): Promise<WireResponse> {
  const { status } = spellingOfError(error, visit.dialect.name)
  const rule = status >= 400 ? ruleForError(configuration, visit.key, status) : undefined
  if (rule !== undefined) return follow(configuration, rule, visit)
  const { errorDocument } = configuration
  if (errorDocument === undefined || status < 400 || status >= 500) throw error
  return showErrorDocument(errorDocument, visit, error, status)
}

async function showErrorDocument(
  { key, originalHttpStatus }: ErrorDocument,
  { read, request }: PageVisit,
  error: ApiError,
  status: number,
): Promise<WireResponse> {
  try {
    const page = await read(key, plain(request, request.method))
    return { ...page, status: originalHttpStatus === 'Disabled' ? 200 : status }
  } catch (second) {
    if (!isApiError(second)) throw second
    const diagnosis = `The website's error document could not be read either: ${second.condition}.`
    throw new ApiError(error.condition, error.details, { ...error.options, diagnosis })
  }
}

/** For another object than the one that conditions and ranges are about. */
function plain(request: WireRequest, method: string): WireRequest {
  const headers = new Map([...request.headers].filter(([name]) => name !== 'range' && !name.startsWith('if-')))
  return { ...request, method, headers }
}

function answerAt({ request }: PageVisit, status: number, location: string): WireResponse {
  const body: WireResponse['body'] =
    request.method === 'HEAD' ? { kind: 'none', sizeBytes: 0 } : { kind: 'bytes', bytes: new Uint8Array(0) }
  return { status, headers: [['Location', location]], body }
}
