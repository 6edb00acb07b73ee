/**
 * The one decision about who may do what. Pure: the question and the rules that apply go in. First whatever denies, then
 * what only narrows (sessions), then whatever allows: being the account, its policies, the bucket's policy, ACLs.
 * docs/decisions/0022-one-evaluator.md has the order with its reasons; `explainDecision` walks the same pieces.
 */

import { type Acl, type GrantCaller, grantNaming, type Right } from '../grants.js'
import { type PermissionNeed, permissionNeeds } from '../permissions.js'
import type { AttachedPolicy, SignedPrincipal } from '../principal.js'
import { actionNames, camName } from './action-names.js'
import { isPublicPolicy } from './bucket-policy.js'
import type { BucketRules, Decision, Question, Rules, Step } from './decision.js'
import type { PolicyDocument, Statement } from './policy.js'
import { denialNames, type Naming, naming } from './principals.js'

const ALLOWED: Decision = { allowed: true }

export function decide(question: Question, rules: Rules): Decision {
  const denied = callerDeny(question) ?? bucketDeny(question, rules)
  if (denied !== undefined) return denied
  const narrowed = sessionRefusal(question)
  if (narrowed !== undefined) return narrowed
  return isAllowed(question, rules)
    ? ALLOWED
    : { allowed: false, reason: { sentence: nothing(question), of: 'bucket' } }
}

/** Whether some key of the bucket could be allowed: what names no key cannot be decided yet. Denials wait as well. */
export function mayAllow({ principal, permission }: Question, { bucket }: Rules): boolean {
  if (bucket === undefined) return false
  const speaks = ({ actions }: Statement) => actions.covers(permission, false) || actions.covers(permission, true)
  const spoken = (policies: readonly AttachedPolicy[]) => policies.some(({ document }) => document.allows.some(speaks))
  if (principal.kind === 'account' && principal.session?.policies.every(spoken) === false) return false
  if (principal.kind === 'account' && principal.account.id === bucket.accountId) {
    if (principal.identity.kind === 'root' || spoken(principal.policies)) return true
  }
  const { policy } = bucket
  const byPolicy = policy?.allows.some(
    (statement) =>
      speaks(statement) && statement.principals !== undefined && naming(statement.principals, principal) !== undefined,
  )
  const { right }: PermissionNeed = permissionNeeds[permission]
  return byPolicy === true || (aclsCount(bucket) && aclNaming(bucket, bucket.acl, right, principal) !== undefined)
}

/** Whether the caller's own side forbids it, whatever else allows. */
export function callerRefuses(question: Question): boolean {
  return callerDeny(question) !== undefined || sessionRefusal(question) !== undefined
}

// --- what denies ------------------------------------------------------------------------------------------------

/** On the path of every request: plain loops, nothing allocated. */
function applies({ permission, resource, facts }: Question, { actions, resources, conditions }: Statement): boolean {
  if (!actions.covers(permission, resource.versioned) || !resources.covers(resource, facts)) return false
  for (const { holds } of conditions) if (!holds(facts)) return false
  return true
}

function firstApplying(question: Question, statements: readonly Statement[]): Statement | undefined {
  for (const statement of statements) if (applies(question, statement)) return statement
  return undefined
}

function callerDeny(question: Question): Extract<Decision, { allowed: false }> | undefined {
  const { principal } = question
  if (principal.kind === 'anonymous') return undefined
  const lists =
    principal.session === undefined ? [principal.policies] : [...principal.session.policies, principal.policies]
  for (const policies of lists) {
    for (const { label, document } of policies) {
      const statement = firstApplying(question, document.denies)
      if (statement !== undefined) return denial(question, statement, label, 'caller')
    }
  }
  return undefined
}

const ALWAYS_OWNERS: readonly string[] = ['PutBucketPolicy', 'GetBucketPolicy', 'DeleteBucketPolicy']

function bucketDeny(question: Question, { bucket }: Rules): Extract<Decision, { allowed: false }> | undefined {
  const policy = bucket?.policy
  if (bucket === undefined || policy === undefined) return undefined
  const { principal, permission } = question
  // COS's root account is above its own bucket's policies; Amazon's only as far as it takes to repair them.
  const root = isRootOf(question, bucket)
  if (root && (policy.grammar === 'cam' || ALWAYS_OWNERS.includes(permission))) return undefined
  for (const statement of policy.denies) {
    const { principals } = statement
    if (principals === undefined || !denialNames(principals, principal)) continue
    if (applies(question, statement)) return denial(question, statement, 'the bucket policy', 'bucket')
  }
  return undefined
}

function denial(
  question: Question,
  { label }: Statement,
  policy: string,
  of: 'caller' | 'bucket',
): Extract<Decision, { allowed: false }> {
  const sentence = `Statement "${label}" of ${policy} denies ${actionText(question)}.`
  return { allowed: false, reason: { sentence, of } }
}

// --- what narrows -----------------------------------------------------------------------------------------------

function sessionRefusal(question: Question): Extract<Decision, { allowed: false }> | undefined {
  const { principal } = question
  if (principal.kind === 'anonymous' || principal.session === undefined) return undefined
  const refusing = principal.session.policies.find((policies) => !policiesAllow(question, policies))
  if (refusing === undefined) return undefined
  const label = refusing[0]?.label ?? 'the session policy'
  const sentence = `No statement of ${label} allows ${actionText(question)}, and a session may do no more than it says.`
  return { allowed: false, reason: { sentence, of: 'caller' } }
}

function policiesAllow(question: Question, policies: readonly AttachedPolicy[]): boolean {
  return policies.some(({ document }) => firstApplying(question, document.allows) !== undefined)
}

// --- what allows ------------------------------------------------------------------------------------------------

type Allows = (question: Question, rules: Rules) => boolean

/** In the order in which they are asked; the first that allows is enough. */
const ALLOWING: readonly { readonly what: string; readonly allows: Allows }[] = [
  { what: 'account', allows: accountAllows },
  { what: 'bucket policy', allows: bucketPolicyAllows },
  { what: 'ACL', allows: aclAllows },
]

function isAllowed(question: Question, rules: Rules): boolean {
  return ALLOWING.some(({ allows }) => allows(question, rules))
}

/** The root may do everything in its account, others what their policies say. */
function accountAllows(question: Question, { bucket }: Rules): boolean {
  const { principal } = question
  if (principal.kind === 'anonymous') return false
  if (bucket !== undefined && bucket.accountId !== principal.account.id) return false
  return identityAllows(question, principal)
}

function identityAllows(question: Question, { identity, policies }: SignedPrincipal): boolean {
  return identity.kind === 'root' || policiesAllow(question, policies)
}

/** Whoever is named itself needs nothing else; whoever is named by its account, the account's own word as well. */
function suffices(question: Question, named: Naming): boolean {
  if (named === 'itself') return true
  return named === 'account' && question.principal.kind === 'account' && identityAllows(question, question.principal)
}

function bucketPolicyAllows(question: Question, { bucket }: Rules): boolean {
  const policy = bucket?.policy
  if (bucket === undefined || policy === undefined || isRestricted(question, bucket, policy)) return false
  return policy.allows.some(
    (statement) =>
      statement.principals !== undefined &&
      applies(question, statement) &&
      suffices(question, naming(statement.principals, question.principal)),
  )
}

/** Under restrictPublicBuckets a public policy counts for the owner's side only. */
function isRestricted({ principal }: Question, bucket: BucketRules, policy: PolicyDocument): boolean {
  if (bucket.publicAccessBlock?.restrictPublicBuckets !== true || !isPublicPolicy(policy)) return false
  return principal.kind === 'anonymous' || principal.account.id !== bucket.accountId
}

function aclsCount({ ownership }: BucketRules): boolean {
  return ownership !== 'BucketOwnerEnforced'
}

/** An object's own ACL, or its bucket's right to read while it has none; whoever wrote an object owns it. */
function aclAllows(question: Question, { bucket, object }: Rules): boolean {
  if (bucket === undefined || !aclsCount(bucket)) return false
  const { principal, permission } = question
  const { on, right }: PermissionNeed = permissionNeeds[permission]
  if (on === 'bucket') return suffices(question, aclNaming(bucket, bucket.acl, right, principal))
  if (object === undefined) return false
  const wrote = principal.kind === 'account' && principal.account.id === object.accountId
  if (wrote && identityAllows(question, principal)) return true
  if (object.acl !== undefined) return suffices(question, aclNaming(bucket, object.acl, right, principal))
  return right === 'READ' && suffices(question, aclNaming(bucket, bucket.acl, right, principal))
}

function aclNaming(
  { publicAccessBlock }: BucketRules,
  acl: Acl,
  right: Right | undefined,
  principal: Question['principal'],
): Naming {
  if (right === undefined) return undefined
  const ignoreGroups = publicAccessBlock?.ignorePublicAcls === true
  return grantNaming(acl, right, grantCaller(principal), ignoreGroups)
}

function grantCaller(principal: Question['principal']): GrantCaller | undefined {
  if (principal.kind === 'anonymous') return undefined
  const { account, identity } = principal
  const number = identity.kind === 'user' ? identity.number : undefined
  return { uin: account.uin, number, root: identity.kind === 'root' }
}

function isRootOf({ principal }: Question, { accountId }: BucketRules): boolean {
  return principal.kind === 'account' && principal.identity.kind === 'root' && principal.account.id === accountId
}

// --- in words ---------------------------------------------------------------------------------------------------

function actionText({ permission, resource }: Question): string {
  const { iam, iamVersioned } = actionNames[permission]
  const amazon = resource.versioned ? (iamVersioned ?? iam) : iam
  return `${amazon} (${camName(permission)})`
}

function nothing(question: Question): string {
  const { principal } = question
  if (principal.kind === 'anonymous') return `Neither policy nor ACL lets everybody do ${actionText(question)}.`
  const who =
    principal.identity.kind === 'root' ? 'this account' : `${principal.identity.kind} ${principal.identity.name}`
  return `No policy and no ACL allows ${actionText(question)} to ${who}.`
}

/** Every piece of the decision with its outcome, for `stowage explain access`. */
export function explainDecision(
  question: Question,
  rules: Rules,
): { readonly decision: Decision; readonly steps: readonly Step[] } {
  const decision = decide(question, rules)
  const steps: Step[] = []
  const step = (what: string, outcome: Step['outcome'], detail: string) => steps.push({ what, outcome, detail })
  const callers = callerDeny(question)
  step(
    'denials of the caller’s own policies',
    callers ? 'denies' : 'says nothing',
    callers?.reason.sentence ?? 'no statement denies',
  )
  const buckets = bucketDeny(question, rules)
  step(
    'denials of the bucket policy',
    buckets ? 'denies' : 'says nothing',
    buckets?.reason.sentence ?? 'no statement denies',
  )
  const narrowed = sessionRefusal(question)
  step(
    'session policies',
    narrowed ? 'denies' : 'says nothing',
    narrowed?.reason.sentence ?? 'nothing narrows this away',
  )
  const decided = callers !== undefined || buckets !== undefined || narrowed !== undefined
  for (const { what, allows } of ALLOWING) {
    if (decided) step(what, 'not looked at', 'the denial above decides')
    else step(what, allows(question, rules) ? 'allows' : 'says nothing', detailOf(what, question, rules))
  }
  return { decision, steps }
}

function detailOf(what: string, question: Question, { bucket, object }: Rules): string {
  const { principal } = question
  if (what === 'account') {
    if (principal.kind === 'anonymous') return 'nobody signed'
    if (bucket !== undefined && bucket.accountId !== principal.account.id)
      return 'the bucket belongs to another account'
    if (principal.identity.kind === 'root') return 'the root of the account may do everything in it'
    const allowing = principal.policies.find(({ document }) => firstApplying(question, document.allows) !== undefined)
    return allowing === undefined ? 'no attached policy allows it' : `allowed by ${allowing.label}`
  }
  if (what === 'bucket policy') {
    if (bucket?.policy === undefined) return 'there is none'
    if (isRestricted(question, bucket, bucket.policy)) return 'it is public, and the public access block restricts it'
    const allowing = bucket.policy.allows.find(
      (each) =>
        each.principals !== undefined && applies(question, each) && naming(each.principals, principal) !== undefined,
    )
    if (allowing === undefined) return 'no statement allows it'
    const named = allowing.principals && naming(allowing.principals, principal)
    const needs = named === 'account' ? ', as far as the account’s own policies allow' : ''
    return `allowed by statement "${allowing.label}"${needs}`
  }
  if (bucket === undefined) return 'there is no bucket'
  if (!aclsCount(bucket)) return 'object ownership switches ACLs off'
  return object?.acl === undefined ? 'the ACL of the bucket' : 'the ACL of the object'
}
