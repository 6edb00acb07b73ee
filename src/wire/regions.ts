/**
 * A bucket through the endpoint of another region than its own: the request is sent on, and the client told whether for
 * good (errors.md rows 65 and 76). A host that names no region is an endpoint of all of them, and sends nobody away.
 */

import type { BucketMoves } from '../core/bucket-moves.js'
import type { Bucket } from '../model/bucket.js'
import { ApiError, fail, isApiError } from '../model/errors/index.js'
import type { Regions, SigningRegions } from '../model/regions.js'
import type { Address } from './address.js'
import type { ClientAddresses } from './client-address.js'
import type { DialectName } from './dialect.js'
import type { Operation } from './operation.js'
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

/** By the form of the host: Amazon's endpoints hold a signature to their region, COS does not look (errors.md section 5). */
const HOLDS_SIGNATURES: Readonly<Record<DialectName, boolean>> = { cos: false, s3: true }

/** Which regions a credential scope may name at this address. */
export function signingAt({ regions }: RegionRules, { region, dialect: form }: Address): SigningRegions {
  if (region === undefined || form === undefined || HOLDS_SIGNATURES[form]) return regions.signing(region)
  return { ...regions.signing(undefined), region }
}

/**
 * A bucket of a region that was taken off the settings is served everywhere: there is no endpoint to send to. Where a
 * bucket lies is answered everywhere, too: rclone asks it after a redirect, and would ask for ever.
 */
export function isElsewhere(
  { regions }: RegionRules,
  { address, operation }: { readonly address: Address; readonly operation: Pick<Operation, 'permission'> },
  bucket: Bucket,
): boolean {
  const { region } = address
  if (region === undefined || region === bucket.region || !regions.has(bucket.region)) return false
  return operation.permission !== 'GetBucketLocation'
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
