/**
 * AssumeRole: temporary keys of a role. Its trust policy must let the caller in; where that names the caller's account
 * and not the caller itself, the caller's own policies must allow it as well.
 */

import { fail } from '../../model/errors/index.js'
import type { Role } from '../../model/identity.js'
import { callerRefuses, decide } from '../../model/policy/decide.js'
import type { Question } from '../../model/policy/decision.js'
import { parsePolicy } from '../../model/policy/parse.js'
import type { ConditionFacts } from '../../model/policy/policy.js'
import { namedResource } from '../../model/policy/resources.js'
import { trustOf } from '../../model/policy/trust.js'
import { action, optionalText, type QueryServices, requiredText } from '../../wire/query-action.js'
import {
  checkSessionPolicy,
  durationSeconds,
  ID_PREFIX,
  optionalPolicy,
  packedPolicySize,
  refuseFederated,
  shownCredentials,
} from './credentials.js'
import { durationOf, ROLE_SECONDS } from './durations.js'
import { parseRoleArn, type RoleReference } from './resource-names.js'

interface FoundRole {
  readonly role: Role
  readonly uin: string
}

/** RoleNotFound within the caller's account; of other accounts not even that is told. */
async function findRole({ core, caller }: QueryServices, { uin, name, id }: RoleReference): Promise<FoundRole> {
  const { identities } = core
  const account = (await identities.accounts()).find((each) => each.uin === uin)
  const roles = account === undefined ? [] : await identities.roles(account.id)
  const role = roles.find((each) => (id === undefined ? each.name === name : each.id === id))
  if (role !== undefined) return { role, uin }
  return uin === caller.account.uin ? fail('RoleNotFound') : fail('AccessDenied')
}

function requireTrust(
  services: QueryServices,
  { role, uin }: FoundRole,
  externalId: string | undefined,
  sessionName: string,
): void {
  const { caller } = services
  const facts: ConditionFacts = {
    values: (key) => {
      if (key === 'external-id') return externalId === undefined ? undefined : [externalId]
      return key === 'session-name' ? [sessionName] : services.facts.values(key)
    },
  }
  const names = [`arn:aws:iam::${uin}:role/${role.name}`, `qcs::cam::uin/${uin}:roleName/${role.name}`]
  const resource = namedResource(names)
  const question: Question = { principal: caller, permission: 'AssumeRole', resource, facts }
  const trust = trustOf(parsePolicy(role.trust, 'trust'), caller, facts)
  const allowed =
    trust === 'itself'
      ? !callerRefuses(question)
      : trust === 'account' && decide(question, { bucket: undefined, object: undefined }).allowed
  if (!allowed) fail('AccessDenied', {}, { message: `Not authorized to perform sts:AssumeRole on ${names[0]}.` })
}

export const assumeRole = action({
  name: 'AssumeRole',
  summary: 'Temporary keys of a role, for whom its trust policy lets in.',
  parameters: {
    roleArn: requiredText('RoleArn', { charactersMin: 10, charactersMax: 2_048 }),
    sessionName: requiredText('RoleSessionName', {
      charactersMin: 2,
      charactersMax: { cos: 128, s3: 64 },
      pattern: /^[\w+=,.@-]*$/,
    }),
    externalId: optionalText('ExternalId', {
      charactersMin: 2,
      charactersMax: { cos: 128, s3: 1_224 },
      pattern: /^[\w+=,.@:/-]*$/,
    }),
    policy: optionalPolicy,
    durationSeconds,
  },
  handle: async (services, { roleArn, sessionName, externalId, policy, ...parameters }) => {
    const { core, dialect, caller } = services
    refuseFederated(caller, 'AssumeRole')
    const found = await findRole(services, parseRoleArn(roleArn))
    requireTrust(services, found, externalId, sessionName)
    const { role, uin } = found
    const seconds = durationOf(ROLE_SECONDS[dialect], caller, parameters.durationSeconds, role.sessionSecondsMax)
    const credentials = await core.sessions.issue({
      issuer: caller,
      kind: 'role',
      name: sessionName,
      role,
      policies: policy === undefined ? [] : [checkSessionPolicy(policy)],
      durationSeconds: seconds,
      idPrefix: ID_PREFIX[dialect],
    })
    return { credentials, uin, role, sessionName, policy }
  },
  shown: {
    cos: ({ credentials }) => shownCredentials.cos(credentials),
    s3: ({ credentials, uin, role, sessionName, policy }) => ({
      ...shownCredentials.s3(credentials),
      AssumedRoleUser: {
        AssumedRoleId: `${role.id}:${sessionName}`,
        Arn: `arn:aws:sts::${uin}:assumed-role/${role.name}/${sessionName}`,
      },
      PackedPolicySize: packedPolicySize(policy),
    }),
  },
})
