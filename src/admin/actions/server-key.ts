/** The keys under which the server encrypts by itself. */

import type { ServerKeyInfo } from '../../core/server-keys.js'
import type { HandlersOf, JsonObject } from '../action.js'
import { shownTime } from '../shown.js'

export const serverKeyHandlers: HandlersOf<'server-key'> = {
  'server-key list': async ({ core }) => (await core.dependencies.serverKeys.list()).map(shownServerKey),
  'server-key rotate': async ({ core }) => shownServerKey(await core.dependencies.serverKeys.rotate()),
}

function shownServerKey({ version, state, createdAt }: ServerKeyInfo): JsonObject {
  return { version, state, createdAt: shownTime(createdAt) }
}
