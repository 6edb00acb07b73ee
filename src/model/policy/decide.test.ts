/** The order of the decision, step by step: each row differs from the one before it in what decides. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signedPrincipal } from '../../../test/support/principals.js'
import type { Acl } from '../grants.js'
import type { Permission } from '../permissions.js'
import { ANONYMOUS, type AttachedPolicy, type Identity, type Principal } from '../principal.js'
import { callerRefuses, decide, explainDecision, mayAllow } from './decide.js'
import type { BucketRules, Question, Rules } from './decision.js'
import { parsePolicy } from './parse.js'
import type { PolicyUse } from './policy.js'

const OWNER = '100000000001'
const OTHER = '100000000002'
const NUMBER = '100000000101'
const ACCOUNT_OF = { [OWNER]: `arn:aws:iam::${OWNER}:root`, [OTHER]: `arn:aws:iam::${OTHER}:root` } as const

type Uin = keyof typeof ACCOUNT_OF

const iam = (use: PolicyUse, ...statements: readonly object[]) =>
  parsePolicy(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: statements.map((each) => ({ Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::b*', ...each })),
    }),
    use,
  )
const cam = (...statements: readonly object[]) =>
  parsePolicy(
    JSON.stringify({
      version: '2.0',
      statement: statements.map((each) => ({ effect: 'allow', action: '*', resource: '*', ...each })),
    }),
    'bucket',
  )
const own = (...statements: readonly object[]): readonly AttachedPolicy[] => [
  { label: 'policy "own"', document: iam('identity', ...statements) },
]

interface Given {
  readonly policies?: readonly AttachedPolicy[]
  readonly sessions?: readonly (readonly AttachedPolicy[])[]
}

function caller(uin: Uin, identity: Identity, given: Given = {}): Principal {
  return signedPrincipal({ account: { uin }, identity, ...given })
}

const root = (uin: Uin, given?: Given) => caller(uin, { kind: 'root' }, given)
const ann = (uin: Uin, given?: Given) => caller(uin, { kind: 'user', id: 'ann', name: 'ann', number: NUMBER }, given)

const DENY = { Effect: 'Deny' }
const EVERYBODY = { Principal: '*' }
const toAccount = (uin: Uin) => ({ Principal: { AWS: ACCOUNT_OF[uin] } })
const toAnn = (uin: Uin) => ({ Principal: { AWS: `arn:aws:iam::${uin}:user/ann` } })
const bucketPolicy = (...statements: readonly object[]) => ({ policy: iam('bucket', ...statements) })

const PRIVATE: BucketRules = {
  accountId: `account-${OWNER}`,
  acl: 'private',
  policy: undefined,
  publicAccessBlock: undefined,
  ownership: 'ObjectWriter',
}
const BLOCK = {
  blockPublicAcls: false,
  ignorePublicAcls: false,
  blockPublicPolicy: false,
  restrictPublicBuckets: false,
}
const grantTo = (uin: Uin, subUin: string): Acl => [{ grantee: { kind: 'user', uin, subUin }, permission: 'READ' }]

type Row = readonly [principal: Principal, bucket: Partial<BucketRules>, expected: boolean, why: string]

function ask(principal: Principal, permission: Permission, key: string | undefined): Question {
  const resource = { bucketName: 'b', region: 'ap-guangzhou', owner: undefined, key, versioned: false }
  return { principal, permission, resource, facts: { values: () => undefined } }
}

/** Lists, which the bucket's ACL can give. */
function check(rows: readonly Row[], permission: Permission = 'GetBucket'): void {
  for (const [principal, change, expected, why] of rows) {
    const question = ask(principal, permission, undefined)
    const rules: Rules = { bucket: { ...PRIVATE, ...change }, object: undefined }
    const decision = decide(question, rules)
    assert.equal(decision.allowed, expected, why)
    assert.deepEqual(explainDecision(question, rules).decision, decision, why)
    if (decision.allowed) assert.ok(mayAllow(question, rules), why)
  }
}

test('the account: its root everything, its users what their policies say', () => {
  check([
    [root(OWNER), {}, true, 'the root'],
    [ann(OWNER), {}, false, 'a user without policies'],
    [ann(OWNER, { policies: own({}) }), {}, true, 'a user whose policy allows'],
    [ann(OWNER, { policies: own({}, DENY) }), {}, false, 'and denies elsewhere'],
    [root(OTHER), {}, false, 'another account’s root'],
    [ann(OTHER, { policies: own({}) }), {}, false, 'a policy gives nothing in another account'],
    [ANONYMOUS, {}, false, 'nobody'],
  ])
})

test('a denial comes before whatever allows, and binds the root of the account in IAM and not in CAM', () => {
  const camDeny = { policy: cam({ effect: 'deny', principal: '*' }) }
  check([
    [ann(OWNER, { policies: own({}) }), bucketPolicy({ ...EVERYBODY, ...DENY }), false, 'the bucket’s policy denies'],
    [ann(OWNER, { policies: own(DENY) }), bucketPolicy(EVERYBODY), false, 'the user’s own policy denies'],
    [ann(OTHER, { policies: own(DENY) }), { acl: 'public-read' }, false, 'what is public, too'],
    [root(OWNER), bucketPolicy({ ...EVERYBODY, ...DENY }), false, 'the root, in IAM'],
    [root(OWNER), camDeny, true, 'the root, in CAM'],
    [root(OTHER), { ...camDeny, acl: 'public-read' }, false, 'another account’s root, in CAM'],
    [ann(OWNER, { policies: own({}) }), camDeny, false, 'a user of the account, in CAM'],
  ])
})

test('the root of the account can repair a policy that locks everybody out, and nobody else can', () => {
  const locked = bucketPolicy({ ...EVERYBODY, ...DENY })
  for (const permission of ['GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'] as const) {
    check(
      [
        [root(OWNER), locked, true, 'the root'],
        [ann(OWNER, { policies: own({}) }), locked, false, 'a user who may do everything'],
        [root(OTHER), locked, false, 'another root'],
        [root(OWNER, { sessions: [own({ Action: 's3:GetObject' })] }), locked, false, 'a session that is narrower'],
      ],
      permission,
    )
  }
  check([[root(OWNER), locked, false, 'anything else about the bucket']], 'PutBucketACL')
})

test('every session policy must allow, public data included', () => {
  const elsewhere = own({ Action: 's3:GetObject' })
  check([
    [root(OWNER, { sessions: [own({})] }), {}, true, 'a session that allows'],
    [root(OWNER, { sessions: [] }), {}, true, 'a session without policies'],
    [root(OWNER, { sessions: [elsewhere] }), {}, false, 'one that speaks of something else'],
    [root(OWNER, { sessions: [own({}), elsewhere] }), {}, false, 'the second does not allow'],
    [root(OWNER, { sessions: [[...elsewhere, ...own({})]] }), {}, true, 'one of a list is enough'],
    [root(OWNER, { sessions: [elsewhere] }), { acl: 'public-read' }, false, 'what is public'],
    [ann(OWNER, { sessions: [own({})] }), {}, false, 'a session gives nothing'],
    [ann(OTHER, { sessions: [elsewhere] }), bucketPolicy(toAnn(OTHER)), false, 'what the bucket’s policy gives'],
  ])
})

test('whoever is named needs nothing else, whoever’s account is named the word of the account', () => {
  check([
    [ann(OTHER), bucketPolicy(toAnn(OTHER)), true, 'the user'],
    [ann(OTHER), bucketPolicy(EVERYBODY), true, 'everybody'],
    [ANONYMOUS, bucketPolicy(EVERYBODY), true, 'everybody, unsigned'],
    [root(OTHER), bucketPolicy(toAccount(OTHER)), true, 'the root of the account'],
    [ann(OTHER), bucketPolicy(toAccount(OTHER)), false, 'a user whose account has not said so'],
    [ann(OTHER, { policies: own({}) }), bucketPolicy(toAccount(OTHER)), true, 'and one for whom it has'],
    [ann(OWNER), bucketPolicy(toAccount(OWNER)), false, 'the owner’s account, in the same way'],
    [ANONYMOUS, bucketPolicy(toAccount(OTHER)), false, 'nobody is of no account'],
  ])
})

test('ACLs name in the same way, and count unless ownership is enforced', () => {
  const enforced = { ownership: 'BucketOwnerEnforced' } as const
  const preferred = { ownership: 'BucketOwnerPreferred' } as const
  check([
    [root(OTHER), { acl: grantTo(OTHER, OTHER) }, true, 'the root of an account'],
    [ann(OTHER), { acl: grantTo(OTHER, OTHER) }, false, 'its user, without a policy'],
    [ann(OTHER, { policies: own({}) }), { acl: grantTo(OTHER, OTHER) }, true, 'its user, with one'],
    [ann(OTHER), { acl: grantTo(OTHER, NUMBER) }, true, 'the user'],
    [root(OTHER), { acl: grantTo(OTHER, NUMBER) }, false, 'the root, for its user'],
    [ANONYMOUS, { acl: 'public-read' }, true, 'everybody'],
    [ANONYMOUS, { acl: 'authenticated-read' }, false, 'an unsigned request is of no account'],
    [ANONYMOUS, { acl: 'public-read', ...preferred }, true, 'preferred is not enforced'],
    [ANONYMOUS, { acl: 'public-read', ...enforced }, false, 'enforced'],
    [root(OTHER), { acl: grantTo(OTHER, OTHER), ...enforced }, false, 'enforced, by name'],
  ])
})

test('the public access block leaves out what it names and nothing else', () => {
  const ignoring = { publicAccessBlock: { ...BLOCK, ignorePublicAcls: true } }
  const restricting = { publicAccessBlock: { ...BLOCK, restrictPublicBuckets: true } }
  const both = bucketPolicy(EVERYBODY, toAnn(OTHER))
  check([
    [ANONYMOUS, { acl: 'public-read', ...ignoring }, false, 'grants to everybody'],
    [ann(OTHER), { acl: 'authenticated-read', ...ignoring }, false, 'grants to accounts'],
    [ann(OTHER), { acl: grantTo(OTHER, NUMBER), ...ignoring }, true, 'not grants by name'],
    [ANONYMOUS, { ...both, ...ignoring }, true, 'not policies'],
    [ANONYMOUS, { ...both, ...restricting }, false, 'a public policy'],
    [ann(OTHER), { ...both, ...restricting }, false, 'a public policy, whomever else it names'],
    [ann(OWNER), { ...both, ...restricting }, true, 'not for the owner’s side'],
    [ann(OTHER), { ...bucketPolicy(toAnn(OTHER)), ...restricting }, true, 'not a policy that is not public'],
    [ANONYMOUS, { acl: 'public-read', ...restricting }, true, 'not ACLs'],
  ])
})

test('an object: its own ACL, else its bucket’s right to read; its writer what the writer’s policies allow', () => {
  const rows: readonly (readonly [Principal, Rules['object'], Acl, boolean, string])[] = [
    [ANONYMOUS, { accountId: `account-${OWNER}`, acl: 'public-read' }, 'private', true, 'its own'],
    [ANONYMOUS, { accountId: `account-${OWNER}`, acl: 'private' }, 'public-read', false, 'its own, over its bucket’s'],
    [ANONYMOUS, { accountId: `account-${OWNER}`, acl: undefined }, 'public-read', true, 'its bucket’s'],
    [ANONYMOUS, undefined, 'public-read', false, 'there is none'],
    [root(OTHER), { accountId: `account-${OTHER}`, acl: 'private' }, 'private', true, 'who wrote it'],
    [ann(OTHER), { accountId: `account-${OTHER}`, acl: 'private' }, 'private', false, 'a user of the writer’s'],
  ]
  for (const [principal, object, acl, expected, why] of rows) {
    const rules: Rules = { bucket: { ...PRIVATE, acl }, object }
    assert.equal(decide(ask(principal, 'GetObject', 'k'), rules).allowed, expected, why)
    const enforced: Rules = { bucket: { ...PRIVATE, acl, ownership: 'BucketOwnerEnforced' }, object }
    assert.equal(decide(ask(principal, 'GetObject', 'k'), enforced).allowed, false, `${why}, ownership enforced`)
  }
})

test('whoever is refused learns whose word it was', () => {
  const rules: Rules = {
    bucket: { ...PRIVATE, ...bucketPolicy({ ...EVERYBODY, ...DENY, Sid: 'shut' }) },
    object: undefined,
  }
  const denied = decide(ask(ann(OTHER), 'GetBucket', undefined), rules)
  assert.deepEqual(denied, {
    allowed: false,
    reason: { of: 'bucket', sentence: 'Statement "shut" of the bucket policy denies s3:ListBucket (cos:GetBucket).' },
  })
  const refused = ask(ann(OTHER, { policies: own(DENY) }), 'GetBucket', undefined)
  assert.ok(callerRefuses(refused))
  const decision = decide(refused, rules)
  assert.ok(!decision.allowed && decision.reason.of === 'caller')
})
