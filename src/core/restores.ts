/** Restores of archived versions: moments in the row of the version, which keeps its id, its time and its content. */

import { NO_BYPASS } from '../model/object-lock.js'
import { planRestore, type WantedRestore } from '../model/restore.js'
import type { CoreDependencies } from './dependencies.js'
import { type FoundObject, findInHead, type ObjectName } from './objects.js'
import { rewriteVersion } from './versions.js'

export interface RestoreRequested extends FoundObject {
  /** A copy was there already; its expiry is another. */
  readonly renewed: boolean
}

export interface RestoreStore {
  /** `allow` sees the version that will be restored, again when another writer came first. */
  request(name: ObjectName, wanted: WantedRestore, allow: (object: FoundObject) => void): Promise<RestoreRequested>
}

export function createRestores(dependencies: CoreDependencies): RestoreStore {
  const { meta, clock, limits } = dependencies
  return {
    request: ({ bucket, key, reference }, wanted, allow) =>
      rewriteVersion(dependencies, bucket, key, 'PostObjectRestore', NO_BYPASS, async (head) => {
        const found = await findInHead(meta, head, key, reference)
        allow(found)
        const { version } = found
        const { restore, renewed } = planRestore(version, wanted, clock.now(), limits.dayMs)
        return { ...found, renewed, version: { ...version, extras: { ...version.extras, restore } } }
      }),
  }
}
