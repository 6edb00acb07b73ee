/** Who may assume a role, by the policy that stands on it. */

import type { SignedPrincipal } from '../principal.js'
import type { ConditionFacts, PolicyDocument } from './policy.js'
import { denialNames, type Naming, naming } from './principals.js'

/**
 * `itself`: the policy names the caller. `account`: it names the caller's account, whose own policies must allow it as
 * well. Undefined: it does not trust the caller, or denies it.
 */
export function trustOf({ statements }: PolicyDocument, principal: SignedPrincipal, facts: ConditionFacts): Naming {
  let found: Naming
  for (const { effect, principals, actions, conditions } of statements) {
    if (principals === undefined || !actions.covers('AssumeRole', false)) continue
    const named = naming(principals, principal)
    const concerns = effect === 'deny' ? denialNames(principals, principal) : named !== undefined
    if (!concerns || !conditions.every(({ holds }) => holds(facts))) continue
    if (effect === 'deny') return undefined
    if (found !== 'itself') found = named
  }
  return found
}
