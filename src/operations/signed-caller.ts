/** The account of a caller that the pipeline has let in because somebody signed. */

import { assert } from '../base/assert.js'
import type { Principal, SignedPrincipal } from '../model/principal.js'

export function requireAccount(principal: Principal): SignedPrincipal {
  if (principal.kind !== 'account') assert(false, 'nobody else was let in')
  return principal
}
