/** Stage 7 of errors.md 4.1: what the head of a request says about its body, held against its operation. No state. */

import type { Core } from '../core/core.js'
import { fail } from '../model/errors/index.js'
import type { PayloadContract } from './authentication.js'
import type { Dialect } from './dialect.js'
import { contentMd5, declaredSizeBytes } from './incoming-body.js'
import type { Operation } from './operation.js'
import type { WireRequest } from './request.js'

export interface ShapeLimits {
  readonly core: Pick<Core, 'dependencies'>
  readonly xmlSizeBytesMax: number
}

export function checkShape(
  options: ShapeLimits,
  request: WireRequest,
  dialect: Dialect,
  operation: Operation,
  payload: PayloadContract,
): void {
  const { body, method, documentSizeBytesMax, digestRequired } = operation
  const sizeBytes = declaredSizeBytes(request, payload)
  if (body === 'none') {
    const reads = method === 'GET' || method === 'HEAD'
    if (reads && (request.body.chunked || (sizeBytes ?? 0) > 0)) fail('UnexpectedContent')
    return
  }
  if (body === 'object') {
    if (sizeBytes === undefined && !request.body.chunked) fail('MissingContentLength')
    const MaxSizeAllowed = options.core.dependencies.limits.putSizeBytesMax
    if (sizeBytes !== undefined && sizeBytes > MaxSizeAllowed)
      fail('EntityTooLarge', { ProposedSize: sizeBytes, MaxSizeAllowed })
  } else {
    const MaxMessageLengthBytes = Math.min(documentSizeBytesMax, options.xmlSizeBytesMax)
    if (sizeBytes !== undefined && sizeBytes > MaxMessageLengthBytes)
      fail('MaxMessageLengthExceeded', { MaxMessageLengthBytes })
  }
  contentMd5(request)
  if (digestRequired && !bringsDigest(request, dialect)) fail('MissingContentMd5')
}

function bringsDigest({ headers }: WireRequest, dialect: Dialect): boolean {
  if (headers.has('content-md5') || headers.has(`${dialect.vendorPrefix}content-sha1`)) return true
  for (const name of headers.keys()) {
    if (name.startsWith('x-amz-checksum-') && name !== 'x-amz-checksum-algorithm') return true
  }
  return (headers.get('x-amz-trailer') ?? '').toLowerCase().includes('x-amz-checksum-')
}
