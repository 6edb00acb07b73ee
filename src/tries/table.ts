/** Every try, one for each row of the founding table, in its order. */

import { accelerationTries } from './rows/acceleration.js'
import { bucketTries } from './rows/buckets.js'
import { formTries } from './rows/forms.js'
import { identityTries } from './rows/identity.js'
import { objectTries } from './rows/objects.js'
import { placeTries } from './rows/places.js'
import { serverTries } from './rows/server.js'
import type { Try } from './try.js'

export const tries: readonly Try[] = [
  ...identityTries,
  ...bucketTries,
  ...objectTries,
  ...formTries,
  ...placeTries,
  ...accelerationTries,
  ...serverTries,
].sort((a, b) => a.row - b.row)
