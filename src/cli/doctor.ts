/** Placeholder until the checks of a stopped data directory are in place. */

import type { BlobStore } from '../blob/blob-store.js'
import type { MetaStore } from '../meta/meta-store.js'

export async function runDoctor(
  _stores: { readonly meta: MetaStore; readonly blobs: BlobStore },
  _options: { readonly json: boolean },
): Promise<{ readonly healthy: boolean; readonly report: string }> {
  return { healthy: false, report: 'not checked\n' }
}
