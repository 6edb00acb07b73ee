/**
 * Whether a bucket takes the log objects of another: by a grant to the log-delivery group, or by its policy. What denies
 * the service, or everybody, wins, as for anybody who asks.
 */

import { type LogDestination, sampleLogObjectKey } from '../access-log.js'
import { admitsLogDelivery } from '../grants.js'
import type { BucketRules } from './decision.js'
import type { ConditionFacts, Resource, Statement } from './policy.js'

/** As Amazon's policies name it. */
const SERVICE = 'logging.s3.amazonaws.com'

export interface LogTarget {
  readonly rules: BucketRules
  readonly region: string
  readonly owner: Resource['owner']
}

export function takesLogs(
  { rules: { acl, policy, ownership }, region, owner }: LogTarget,
  destination: LogDestination,
  key: string = sampleLogObjectKey(destination),
): boolean {
  const bucketName = destination.configuration.targetBucket
  const resource: Resource = { bucketName, region, owner, key, versioned: false, path: `${bucketName}/${key}` }
  const facts = factsOf(destination)
  const speaks = (statement: Statement) => applies(statement, resource, facts)
  if (policy?.denies.some((statement) => isMeant(statement, true) && speaks(statement)) === true) return false
  if (ownership !== 'BucketOwnerEnforced' && admitsLogDelivery(acl)) return true
  return policy?.allows.some((statement) => isMeant(statement, false) && speaks(statement)) === true
}

/** Whether log delivery is meant. Allowing everybody allows callers, and delivery is none: it wants to be named. */
function isMeant({ principals }: Statement, byEverybody: boolean): boolean {
  if (principals === undefined) return false
  const named = principals.patterns.some(
    (name) =>
      (name.kind === 'service' && name.service === SERVICE) ||
      (name.kind === 'everyone' && (byEverybody || principals.negated)),
  )
  return principals.negated ? byEverybody && !named : named
}

function applies({ actions, resources, conditions }: Statement, resource: Resource, facts: ConditionFacts): boolean {
  return (
    actions.covers('PutObject', false) &&
    resources.covers(resource, facts) &&
    conditions.every(({ holds }) => holds(facts))
  )
}

function factsOf({ source }: LogDestination): ConditionFacts {
  const facts: Readonly<Record<string, string>> = {
    'source-arn': `arn:aws:s3:::${source.bucketName}`,
    'source-account': source.uin,
    'secure-transport': 'true',
  }
  return { values: (name) => (Object.hasOwn(facts, name) ? [facts[name] ?? ''] : undefined) }
}
