/** Every action with what it does; the type says when one is missing. */

import type { AdminActionName, ValuesOfAction } from '../../model/admin-actions.js'
import type { Call, Handlers, JsonObject } from '../action.js'
import { accessHandlers } from './access.js'
import { accountHandlers } from './account.js'
import { bucketHandlers } from './bucket.js'
import { bucketLimitHandlers } from './bucket-limits.js'
import { emptyingHandlers } from './emptying.js'
import { jobHandlers } from './job.js'
import { keyHandlers } from './key.js'
import { kmsKeyHandlers } from './kms-key.js'
import { maintenanceHandlers } from './maintenance.js'
import { policyHandlers } from './policy.js'
import { roleHandlers } from './role.js'
import { serverKeyHandlers } from './server-key.js'
import { tokenKeyHandlers } from './token-key.js'
import { groupHandlers, userHandlers } from './user.js'

const handlers: Handlers = {
  ...accountHandlers,
  ...bucketLimitHandlers,
  ...userHandlers,
  ...groupHandlers,
  ...roleHandlers,
  ...keyHandlers,
  ...policyHandlers,
  ...tokenKeyHandlers,
  ...kmsKeyHandlers,
  ...serverKeyHandlers,
  ...accessHandlers,
  ...bucketHandlers,
  ...maintenanceHandlers,
  ...jobHandlers,
  ...emptyingHandlers,
}

export function runAction<N extends AdminActionName>(
  name: N,
  call: Call,
  values: ValuesOfAction<N>,
): Promise<JsonObject | readonly JsonObject[]> {
  return handlers[name](call, values)
}
