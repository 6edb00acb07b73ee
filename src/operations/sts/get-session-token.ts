/** GetSessionToken: temporary keys with all that the permanent key may do, for a while. S3 only. */

import { action } from '../../wire/query-action.js'
import { durationSeconds, ID_PREFIX, requirePermanentKey, shownCredentials } from './credentials.js'
import { durationOf, FEDERATION_SECONDS } from './durations.js'

export const getSessionToken = action({
  name: 'GetSessionToken',
  summary: 'Temporary keys that may do what the permanent key may.',
  parameters: { durationSeconds },
  handle: async ({ core, dialect, caller }, parameters) => {
    requirePermanentKey(caller, 'GetSessionToken')
    return core.sessions.issue({
      issuer: caller,
      kind: 'session',
      name: '',
      policies: [],
      durationSeconds: durationOf(FEDERATION_SECONDS[dialect], caller, parameters.durationSeconds),
      idPrefix: ID_PREFIX[dialect],
    })
  },
  shown: { s3: shownCredentials.s3 },
})
