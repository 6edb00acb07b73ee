/** GetFederationToken: temporary keys for somebody outside, with what the caller and the policy both allow. */

import { fail } from '../../model/errors/index.js'
import { callerRefuses } from '../../model/policy/decide.js'
import type { ConditionFacts } from '../../model/policy/policy.js'
import { namedResource } from '../../model/policy/resources.js'
import type { SignedPrincipal } from '../../model/principal.js'
import { action, requiredText } from '../../wire/query-action.js'
import {
  checkSessionPolicy,
  durationSeconds,
  federationPolicy,
  ID_PREFIX,
  packedPolicySize,
  requirePermanentKey,
  shownCredentials,
} from './credentials.js'
import { durationOf, FEDERATION_SECONDS } from './durations.js'

export const getFederationToken = action({
  name: 'GetFederationToken',
  summary: 'Temporary keys for a federated user: what the caller may and the policy allows.',
  parameters: {
    name: requiredText('Name', { charactersMin: 2, charactersMax: { cos: 64, s3: 32 }, pattern: /^[\w+=,.@-]*$/ }),
    policy: federationPolicy,
    durationSeconds,
  },
  handle: async ({ core, dialect, caller, facts }, { name, policy, ...parameters }) => {
    requirePermanentKey(caller, 'GetFederationToken')
    requireUndenied(caller, name, facts)
    const narrowing = checkSessionPolicy(policy ?? NOTHING)
    const credentials = await core.sessions.issue({
      issuer: caller,
      kind: 'federated',
      name,
      policies: [narrowing],
      durationSeconds: durationOf(FEDERATION_SECONDS[dialect], caller, parameters.durationSeconds),
      idPrefix: ID_PREFIX[dialect],
    })
    return { credentials, caller, name, policy }
  },
  shown: {
    cos: ({ credentials }) => shownCredentials.cos(credentials),
    s3: ({ credentials, caller, name, policy }) => ({
      ...shownCredentials.s3(credentials),
      FederatedUser: {
        FederatedUserId: `${caller.account.uin}:${name}`,
        Arn: `arn:aws:sts::${caller.account.uin}:federated-user/${name}`,
      },
      PackedPolicySize: packedPolicySize(policy),
    }),
  },
})

/** A session may do no more than its user, so nobody need be allowed to make one; a policy may still forbid it. */
function requireUndenied(principal: SignedPrincipal, name: string, facts: ConditionFacts): void {
  const { uin } = principal.account
  const names = [`arn:aws:sts::${uin}:federated-user/${name}`, `qcs::sts::uin/${uin}:federator/${name}`]
  const resource = namedResource(names)
  if (!callerRefuses({ principal, permission: 'GetFederationToken', resource, facts })) return
  fail('AccessDenied', {}, { message: `Not authorized to perform sts:GetFederationToken on ${names[0]}.` })
}

/** Without a policy a federated user may do nothing (Amazon, GetFederationToken): it allows what nobody can ask for. */
const NOTHING =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Nothing","Resource":"arn:aws:s3:::-"}]}'
