/** Who there is: accounts, who stands in them, and their keys, each by its own file behind one contract. */

import { type AccessKeyStore, createAccessKeys } from './access-keys.js'
import { type AccountStore, createAccounts } from './accounts.js'
import type { CoreDependencies } from './dependencies.js'
import { createGroups } from './groups.js'
import type { IdentityManagement } from './identity-store.js'
import { createKeyManagement } from './key-management.js'
import { createKeyUse } from './key-use.js'
import { createPolicies } from './policies.js'
import type { Principals } from './principals.js'
import { createRoles } from './roles.js'
import { createUsers } from './users.js'

export interface IdentityStore extends IdentityManagement, AccountStore, AccessKeyStore {}

export function createIdentities(dependencies: CoreDependencies, principals: Principals): IdentityStore {
  return {
    ...createAccounts(dependencies),
    ...createUsers(dependencies),
    ...createGroups(dependencies),
    ...createRoles(dependencies),
    ...createPolicies(dependencies),
    ...createAccessKeys(dependencies, principals),
    ...createKeyManagement(dependencies),
    recordUse: createKeyUse(dependencies),
  }
}
