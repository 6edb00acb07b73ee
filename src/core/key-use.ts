/** When keys were used, to the minute: written beside the requests, which neither wait for it nor fail with it. */

import { putBounded } from '../base/bounded-map.js'
import type { CoreDependencies } from './dependencies.js'
import { keyUseCodec, keyUseKey } from './identity-rows.js'
import { accessKeyCodec, accessKeyKey, checkOf, putOf, readRow } from './rows.js'

const MINUTE_MS = 60_000
const KEYS_REMEMBERED_MAX = 10_000

export function createKeyUse({ meta, clock }: Pick<CoreDependencies, 'meta' | 'clock'>): (accessKeyId: string) => void {
  const minutes = new Map<string, number>()

  /** Checked, so that a key that goes at the same time leaves nothing behind. */
  const store = async (accessKeyId: string, minute: number) => {
    const row = await readRow(meta, accessKeyCodec, accessKeyKey(accessKeyId))
    if (row.value === undefined) return
    await meta.commit({
      checks: [checkOf(row)],
      puts: [putOf(keyUseCodec, keyUseKey(accessKeyId), minute)],
    })
  }

  return (accessKeyId) => {
    const minute = Math.floor(clock.now() / MINUTE_MS) * MINUTE_MS
    if (minutes.get(accessKeyId) === minute) return
    putBounded(minutes, KEYS_REMEMBERED_MAX, accessKeyId, minute)
    // What is lost here is one minute of a statistic; the store's own failures show in its metrics.
    store(accessKeyId, minute).catch(() => undefined)
  }
}
