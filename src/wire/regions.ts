/**
 * A bucket through the endpoint of another region than its own: the request is sent on, and the client told whether for
 * good (errors.md rows 65 and 76). A host that names no region is an endpoint of all of them, and sends nobody away.
 */

import type { BucketMoves } from '../core/bucket-moves.js'
import type { Bucket } from '../model/bucket.js'
import { ApiError, fail, isApiError } from '../model/errors/index.js'
import type { Regions } from '../model/regions.js'
import type { Address } from './address.js'
import type { ClientAddresses } from './client-address.js'
import type { WireRequest } from './request.js'

export interface RegionRules {
  readonly regions: Regions
  /** The same host in another region; undefined for a host that names none. */
  readonly moveHost: (host: string, region: string) => string | undefined
  readonly clientAddresses: ClientAddresses
}

/** Of a host; hosts without one are of every region. InvalidRegionName. */
export function requireKnownRegion({ regions }: RegionRules, { region: Region }: Address): void {
  if (Region === undefined || regions.has(Region)) return
  fail('InvalidRegionName', Region.includes('.') ? {} : { Region })
}

/** A bucket of a region that was taken off the settings is served everywhere: there is no endpoint to send to. */
export function isElsewhere({ regions }: RegionRules, { region }: Address, bucket: Bucket): boolean {
  return region !== undefined && region !== bucket.region && regions.has(bucket.region)
}

/** TemporaryRedirect or PermanentRedirect. */
export async function redirectToRegion(
  { moveHost, clientAddresses }: RegionRules,
  moves: BucketMoves,
  { request, address }: { readonly request: WireRequest; readonly address: Address },
  bucket: Bucket,
): Promise<never> {
  const Endpoint = moveHost(request.host, bucket.region) ?? request.host
  const scheme = clientAddresses(request).secure ? 'https' : 'http'
  const lately = await moves.leftLately(bucket, address.region ?? bucket.region)
  return fail(
    lately ? 'TemporaryRedirect' : 'PermanentRedirect',
    { Endpoint, Bucket: bucket.name },
    {
      headers: { Location: `${scheme}://${Endpoint}${targetOf(request)}` },
      vendorHeaders: { 'bucket-region': bucket.region },
    },
  )
}

/** HEAD of a bucket tells its region also to those who may not enter: clients ask for it in this way (errors.md 1.1). */
export function withRegion(error: unknown, { region }: Bucket): unknown {
  if (!isApiError(error, 'AccessDenied')) return error
  const { condition, details, options } = error
  return new ApiError(condition, details, { ...options, vendorHeaders: { 'bucket-region': region } })
}

/** Path and query, as they came. */
export function targetOf({ rawPath, rawQuery }: Pick<WireRequest, 'rawPath' | 'rawQuery'>): string {
  return rawQuery === '' ? rawPath : `${rawPath}?${rawQuery}`
}
