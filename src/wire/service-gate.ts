/**
 * What the server as a whole serves at the moment, whatever the request is about: maintenance, a standby that writes
 * nothing itself, a disk that takes no more. An open server pays a comparison or two for each request.
 */

import type { DiskFailure } from '../base/disk-failures.js'
import type { ServiceMode } from '../core/service-mode.js'
import type { StoreHealth } from '../core/store-health.js'
import { fail } from '../model/errors/index.js'
import { type Maintenance, retryAfterSeconds } from '../model/service-mode.js'
import type { Address } from './address.js'
import type { Operation } from './operation.js'
import { targetOf } from './regions.js'
import type { WireRequest } from './request.js'

export interface ServiceGateOptions {
  readonly serviceMode: ServiceMode
  readonly health: StoreHealth
  /** Scheme and authority of the server that this one is a standby of. */
  readonly primaryUrl: string | undefined
  readonly now: () => number
}

export interface ServiceGate {
  /** ServiceUnavailable in maintenance; Redirect of writes on a standby. Calls for temporary keys write nothing. */
  admit(request: WireRequest, address: Address, isCall: boolean): void | Promise<void>
  /** InsufficientStorage or ServiceUnavailable for what the disk does not take. */
  admitWrite(operation: Operation, request: WireRequest): void | Promise<void>
}

const READING_METHODS = ['GET', 'HEAD', 'OPTIONS']
/** Until a failing store is tried again, and somebody may have looked at it. */
const FAILING_RETRY_SECONDS = 60

export function createServiceGate({ serviceMode, health, primaryUrl, now }: ServiceGateOptions): ServiceGate {
  const enter = (maintenance: Maintenance | undefined, request: WireRequest, address: Address, writes: boolean) => {
    if (maintenance !== undefined && (writes || maintenance.level === 'closed')) refuse(maintenance, now())
    if (writes && primaryUrl !== undefined) redirectToPrimary(primaryUrl, request, address)
  }
  return {
    admit: (request, address, isCall) => {
      const maintenance = serviceMode.maintenance()
      const writes = !isCall && !READING_METHODS.includes(request.method)
      if (maintenance instanceof Promise) return maintenance.then((found) => enter(found, request, address, writes))
      return enter(maintenance, request, address, writes)
    },
    admitWrite: (operation, { body }) => {
      if (READING_METHODS.includes(operation.method)) return undefined
      const obstacle = health.obstacle(body.sizeBytes ?? 0)
      if (obstacle instanceof Promise) return obstacle.then((found) => requireRoom(found, operation))
      return requireRoom(obstacle, operation)
    },
  }
}

function refuse({ until, message }: Maintenance, now: number): never {
  const RetryAfterSeconds = retryAfterSeconds({ until }, now)
  return fail('ServiceUnavailable', { RetryAfterSeconds }, message === undefined ? {} : { message })
}

/** The bucket goes into the path: whether the primary has a host name for each bucket, only its own clients know. */
function redirectToPrimary(primaryUrl: string, request: WireRequest, { bucketName, pathStyle }: Address): never {
  const bucketPath = bucketName === undefined || pathStyle ? '' : `/${bucketName}`
  const Location = primaryUrl + bucketPath + targetOf(request)
  return fail('Redirect', { Endpoint: new URL(primaryUrl).host, Bucket: bucketName }, { headers: { Location } })
}

/** Deletes are taken where there is no room, so that there will be. */
function requireRoom(obstacle: DiskFailure | undefined, operation: Operation): void {
  if (obstacle === 'full' && !makesRoom(operation)) fail('InsufficientStorage')
  if (obstacle === 'failing') fail('ServiceUnavailable', { RetryAfterSeconds: FAILING_RETRY_SECONDS })
}

function makesRoom({ method, permission }: Operation): boolean {
  return method === 'DELETE' || permission === 'DeleteObject'
}
