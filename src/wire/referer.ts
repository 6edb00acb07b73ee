/** Stage 4 of errors.md 4.1: requests that anybody can be made to send are held to the referer rule of their bucket. */

import type { BucketAccess } from '../core/bucket-access.js'
import type { Core } from '../core/core.js'
import { fail } from '../model/errors/index.js'
import { admitsReferer, type RefererSubject } from '../model/referer.js'
import type { AuthKind, FormAuthKind } from './authentication.js'
import type { WireRequest } from './request.js'

/** Signatures in a head or in a form are made for one request, and no page of another can borrow them. */
function subjectOf(kind: AuthKind | FormAuthKind | undefined): RefererSubject {
  if (kind === undefined) return 'unsigned'
  return kind.endsWith('-query') ? 'signed-url' : 'signed-header'
}

/** RefererDenied. */
export function requireReferer(
  { headers }: WireRequest,
  kind: AuthKind | FormAuthKind | undefined,
  { referer }: BucketAccess,
): void {
  if (referer === undefined || admitsReferer(referer, subjectOf(kind), headers.get('referer'))) return
  fail('RefererDenied')
}

/** The rule comes before whatever else a request was refused for; it is read here only for those that were. */
export async function refusedBehindReferer(
  { buckets, bucketAccess }: Pick<Core, 'buckets' | 'bucketAccess'>,
  request: WireRequest,
  kind: AuthKind | undefined,
  bucketName: string | undefined,
): Promise<void> {
  if (bucketName === undefined || subjectOf(kind) === 'signed-header') return
  const bucket = await buckets.find(bucketName)
  if (bucket?.documents.includes('referer') === true) requireReferer(request, kind, await bucketAccess(bucket))
}
