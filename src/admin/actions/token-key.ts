/** The keys under which tokens of temporary credentials are sealed. */

import type { HandlersOf } from '../action.js'
import { shownTokenKey } from '../shown.js'

export const tokenKeyHandlers: HandlersOf<'token-key'> = {
  'token-key list': async ({ sessions }) => (await sessions.tokenKeys()).map(shownTokenKey),
  'token-key rotate': async ({ sessions }) => shownTokenKey(await sessions.rotateTokenKey()),
  'token-key retire': async ({ sessions }, { id }) => shownTokenKey(await sessions.retireTokenKey(id)),
}
