/** The one decision, held against an independent reference over generated cases. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Acl, Grant } from '../../src/model/grants.js'
import { CANNED_ACLS } from '../../src/model/grants.js'
import { PERMISSIONS, type Permission, permissionNeeds } from '../../src/model/permissions.js'
import { decide, explainDecision, mayAllow } from '../../src/model/policy/decide.js'
import type { Question, Rules } from '../../src/model/policy/decision.js'
import { parsePolicy } from '../../src/model/policy/parse.js'
import type { PolicyUse } from '../../src/model/policy/policy.js'
import { ANONYMOUS, type AttachedPolicy, type Identity, type Principal } from '../../src/model/principal.js'
import { fuzzing } from '../support/fuzz.js'
import { accountIdOf, signedPrincipal } from '../support/principals.js'
import { cases } from './cases.js'
import { type Caller, type Case, type CaseAcl, referenceAllows } from './reference-evaluator.js'
import { ACCOUNT, policyText, STRANGERS, USER_NUMBERS, type WrittenPolicy } from './written-policy.js'

test('every decision is the one of the reference, and is explained as it was made', () => {
  const seen = { allowed: 0, refused: 0 }
  const property = fc.property(cases, (given) => {
    const question = questionOf(given)
    const rules = rulesOf(given)
    const { allowed } = decide(question, rules)
    assert.equal(allowed, referenceAllows(given))
    seen[allowed ? 'allowed' : 'refused']++
    const { decision, steps } = explainDecision(question, rules)
    assert.deepEqual(decision, decide(question, rules))
    assert.equal(decision.allowed, !steps.some(isDenial) && steps.some(({ outcome }) => outcome === 'allows'))
  })
  const bounds = fuzzing(20_261_126, 4_000)
  fc.assert(property, bounds)
  // A comparison that hardly ever meets one of the two answers compares nothing.
  for (const times of Object.values(seen)) assert.ok(times > bounds.numRuns / 10, JSON.stringify(seen))
})

const isDenial = ({ outcome }: { readonly outcome: string }) => outcome === 'denies'

test('what is allowed for a key was not ruled out for the bucket before the key was known', () => {
  const property = fc.property(cases, (given) => {
    const question = questionOf(given)
    const rules = rulesOf(given)
    if (permissionNeeds[question.permission].on === 'bucket' && decide(question, rules).allowed) {
      assert.ok(mayAllow(question, rules))
    }
  })
  fc.assert(property, fuzzing(20_261_127, 2_000))
})

test('session policies only ever narrow', () => {
  const property = fc.property(cases, (given) => {
    const narrowed = decide(questionOf(given), rulesOf(given)).allowed
    const free = decide(questionOf({ ...given, session: [] }), rulesOf(given)).allowed
    assert.ok(free || !narrowed)
  })
  fc.assert(property, fuzzing(20_261_128, 2_000))
})

test('one more denial never allows', () => {
  const property = fc.property(cases, cases, (given, other) => {
    const [policy] = other.identity
    if (policy === undefined || given.caller === undefined) return
    const denials = { ...policy, statements: policy.statements.map((each) => ({ ...each, effect: 'Deny' as const })) }
    const more = { ...given, identity: [...given.identity, denials] }
    assert.ok(decide(questionOf(given), rulesOf(given)).allowed || !decide(questionOf(more), rulesOf(more)).allowed)
  })
  fc.assert(property, fuzzing(20_261_129, 2_000))
})

// --- a case in the terms of the evaluator -----------------------------------------------------------------------

function questionOf({ caller, permission, bucketName, key, versioned, region, facts, ...given }: Case): Question {
  return {
    principal: principalOf(caller, given),
    permission: permissionNamed(permission.cam),
    resource: {
      bucketName,
      key,
      versioned,
      region,
      owner: ACCOUNT,
      listedPrefix: permission.cam === 'ListMultipartUploads' ? facts['prefix']?.[0] : undefined,
    },
    facts: { values: (name) => facts[name] },
  }
}

function permissionNamed(name: string): Permission {
  return PERMISSIONS.find((permission) => permission === name) ?? assert.fail(`no permission ${name}`)
}

function principalOf(caller: Caller | undefined, { identity, session }: Pick<Case, 'identity' | 'session'>): Principal {
  if (caller === undefined) return ANONYMOUS
  return signedPrincipal({
    account: caller.uin === ACCOUNT.uin ? ACCOUNT : STRANGERS,
    identity: identityOf(caller),
    policies: attached(identity),
    sessions: session.length === 0 ? undefined : session.map(attached),
  })
}

function identityOf({ kind, name }: Caller): Identity {
  if (kind === 'root') return { kind }
  if (kind === 'user') return { kind, id: name, name, number: USER_NUMBERS[name] ?? '' }
  return { kind, id: name, name, sessionName: 'nightly' }
}

function attached(list: readonly WrittenPolicy[]): readonly AttachedPolicy[] {
  return list.map((policy, index) => ({ label: `policy ${index}`, document: parsed(policy, 'identity') }))
}

function parsed(policy: WrittenPolicy, use: PolicyUse) {
  return parsePolicy(policyText(policy), use)
}

function rulesOf({ bucket, object }: Case): Rules {
  const { policy, acl, bucketOwnerEnforced, ignorePublicAcls, restrictPublicBuckets } = bucket
  return {
    bucket: {
      accountId: accountIdOf(ACCOUNT.uin),
      acl: aclOf(acl),
      policy: policy && parsed(policy, 'bucket'),
      publicAccessBlock: {
        blockPublicAcls: false,
        blockPublicPolicy: false,
        ignorePublicAcls,
        restrictPublicBuckets,
      },
      ownership: bucketOwnerEnforced ? 'BucketOwnerEnforced' : 'ObjectWriter',
    },
    object: object && {
      accountId: accountIdOf(object.uin),
      acl: object.acl === undefined ? undefined : aclOf(object.acl),
    },
  }
}

function aclOf(acl: CaseAcl): Acl {
  if (typeof acl === 'string') return CANNED_ACLS.find((word) => word === acl) ?? assert.fail(acl)
  return acl.map(({ uin, subUin, permission }): Grant => ({ grantee: { kind: 'user', uin, subUin }, permission }))
}
