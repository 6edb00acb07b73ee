/** Every try, one for each row of the founding table; and which rows those are. */

import { bucketTries } from './rows/buckets.js'
import { formTries } from './rows/forms.js'
import { identityTries } from './rows/identity.js'
import { objectTries } from './rows/objects.js'
import { serverTries } from './rows/server.js'
import type { Try } from './try.js'

export const tries: readonly Try[] = [...identityTries, ...bucketTries, ...objectTries, ...formTries, ...serverTries]
