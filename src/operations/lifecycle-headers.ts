/** What answers say about the rules that await an object or an upload. A bucket without rules costs no reading. */

import type { Bucket } from '../model/bucket.js'
import { abortOf, expirationOf } from '../model/lifecycle.js'
import type { AnyVersion } from '../model/version.js'
import type { Services } from '../wire/operation.js'

/** `x-*-expiration` of a current version. Every read and write asks: without rules there is not even a promise. */
export function expirationText(
  services: Services,
  bucket: Bucket,
  version: AnyVersion,
): Promise<string | undefined> | undefined {
  return bucket.documents.includes('lifecycle') ? expirationByRules(services, bucket, version) : undefined
}

async function expirationByRules({ core }: Services, bucket: Bucket, version: AnyVersion): Promise<string | undefined> {
  const lifecycle = await core.lifecycleOf(bucket)
  const due = lifecycle && expirationOf(lifecycle, version, core.dependencies.limits.dayMs)
  if (due === undefined) return undefined
  return `expiry-date="${new Date(due.at).toUTCString()}", rule-id="${encodeURIComponent(due.ruleId)}"`
}

/** `x-*-abort-date` and `x-*-abort-rule-id` of an upload. */
export async function abortHeaders(
  { core, dialect }: Services,
  bucket: Bucket,
  upload: { readonly key: string; readonly initiatedAt: number },
): Promise<readonly (readonly [string, string])[]> {
  if (!bucket.documents.includes('lifecycle')) return []
  const lifecycle = await core.lifecycleOf(bucket)
  const due = lifecycle && abortOf(lifecycle, upload, core.dependencies.limits.dayMs)
  if (due === undefined) return []
  return [
    [`${dialect.vendorPrefix}abort-date`, new Date(due.at).toUTCString()],
    [`${dialect.vendorPrefix}abort-rule-id`, encodeURIComponent(due.ruleId)],
  ]
}
